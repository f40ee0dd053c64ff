#include "mailauth/key_store.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "mailauth/tags.h"

namespace tocsin::mailauth {
namespace {

std::vector<std::string_view> columns(std::string_view line) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t tab = std::min(line.find('\t'), line.size());
    out.push_back(trimmed(line.substr(0, tab)));
    if (tab == line.size()) return out;
    line.remove_prefix(tab + 1);
  }
}

}  // namespace

Result<void> KeyStore::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("the key file cannot be opened", path, "name a TSV with the columns name, record, provenance");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return read(text, path);
}

Result<void> KeyStore::read(std::string_view text, const std::string& path) {
  std::size_t number = 0;
  int name = -1, record = -1, provenance = -1, from = -1, to = -1;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const std::string where = path + ":" + std::to_string(number);
    if (trimmed(line).empty() || line.starts_with('#')) continue;
    const auto cells = columns(line);
    if (name < 0) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const int at = static_cast<int>(i);
        if (cells[i] == "name") name = at;
        if (cells[i] == "record") record = at;
        if (cells[i] == "provenance") provenance = at;
        if (cells[i] == "valid_from") from = at;
        if (cells[i] == "valid_to") to = at;
      }
      if (name < 0 || record < 0)
        return fail("no header with the columns name and record", where,
                    "the first line is: name<TAB>record<TAB>provenance");
      continue;
    }
    const auto cell = [&](int at) {
      return at >= 0 && at < static_cast<int>(cells.size()) ? cells[static_cast<std::size_t>(at)] : std::string_view{};
    };
    if (cell(name).empty() || cell(record).empty()) return fail("a row without name or record", where, "");
    StoredKey key{std::string(cell(record)), std::string(cell(provenance)), {}, {}};
    for (const auto& [at, into] : {std::pair{from, &key.valid_from}, std::pair{to, &key.valid_to}}) {
      if (cell(at).empty()) continue;
      std::string moment(cell(at));
      if (moment.size() == 10) moment += "T00:00:00Z";
      *into = Time::parse_iso(moment);
      if (!*into) return fail("no time: " + std::string(cell(at)), where, "write 2015-03-01 or 2015-03-01T00:00:00Z");
    }
    add(cell(name), std::move(key));
  }
  return {};
}

void KeyStore::add(std::string_view name, StoredKey key) {
  std::string folded = lower_ascii(name);
  if (folded.ends_with('.')) folded.pop_back();
  keys_[folded].push_back(std::move(key));
  ++size_;
}

Texts KeyStore::txt(std::string_view name) const {
  const auto* found = keys(name);
  Texts out;
  if (!found) return out;
  out.found = Found::yes;
  for (const StoredKey& key : *found) out.values.push_back(key.record);
  return out;
}

void KeyStore::each(const std::function<void(std::string_view, const StoredKey&)>& sink) const {
  for (const auto& [name, list] : keys_)
    for (const StoredKey& key : list) sink(name, key);
}

const std::vector<StoredKey>* KeyStore::keys(std::string_view name) const {
  const auto found = keys_.find(lower_ascii(name));
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace tocsin::mailauth
