#include "publish/report/texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "base/yaml.h"

namespace tocsin::publish {

Result<Texts> Texts::load(const std::string& folder, const std::string& lang) {
  const std::string path = folder + "/" + lang + ".yml";
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return fail("there is no report text for the language '" + lang + "'", path, "en and fr come with the program");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return parse(text, lang, path);
}

Result<Texts> Texts::parse(std::string_view yaml, const std::string& lang, const std::string& name) {
  Arena arena;
  const YamlDocuments read = read_yaml(yaml, arena);
  if (read.error) return fail(read.error->what, name + ":" + read.error->where, read.error->hint);
  if (read.documents.size() != 1 || !read.documents[0]->is_map())
    return fail("report texts are one map of keys to texts", name);
  Texts out;
  out.lang_ = lang;
  const auto& items = read.documents[0]->items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (!items[i]->is_scalar() || !items[i + 1]->is_scalar())
      return fail("a report text must be a scalar", fmt::format("{}:{}", name, items[i]->line));
    out.all_.emplace(items[i]->text, items[i + 1]->text);
  }
  return out;
}

std::string Texts::operator()(std::string_view key) const {
  const auto found = all_.find(key);
  return found == all_.end() ? "[" + std::string(key) + "]" : found->second;
}

Rich Texts::operator()(std::string_view key, const Fill& fill) const {
  const std::string text = (*this)(key);
  Rich out;
  std::string_view left = text;
  while (!left.empty()) {
    const std::size_t open = left.find('{'), close = open == left.npos ? left.npos : left.find('}', open);
    if (close == left.npos) break;
    if (open > 0) out.push_back(plain(std::string(left.substr(0, open))));
    const std::string_view name = left.substr(open + 1, close - open - 1);
    const auto found = std::ranges::find(fill, name, &Fill::value_type::first);
    out.push_back(found == fill.end() ? plain("[" + std::string(name) + "]") : found->second);
    left.remove_prefix(close + 1);
  }
  if (!left.empty()) out.push_back(plain(std::string(left)));
  return out;
}

Span Texts::or_english(std::string_view key, const std::string& otherwise) const {
  const auto found = all_.find(key);
  if (found != all_.end()) return plain(found->second);
  return lang_ == "en" ? plain(otherwise) : english(otherwise);
}

std::string Texts::number(std::uint64_t number) const {
  const std::string separator = lang_ == "fr" ? "\u202f" : ",";
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, separator);
  return out;
}

std::string Texts::count(std::uint64_t number, bool general) const {
  if (!general) return this->number(number);
  if (number == 0) return (*this)("count.none");
  if (number < 10) return (*this)("count.few");
  if (number < 100) return (*this)("count.tens");
  if (number < 1000) return (*this)("count.hundreds");
  if (number < 1'000'000) return (*this)("count.thousands");
  return (*this)("count.millions");
}

std::string Texts::percent(double share) const { return fmt::format("{:.0f}\u00a0%", std::round(share * 100)); }

std::string Texts::time(Time time, bool general) const {
  if (!time.known()) return "–";
  const std::string iso = time.iso();
  if (general) return iso.substr(0, iso.find('T'));
  return iso.substr(0, iso.find('T')) + " " + iso.substr(iso.find('T') + 1, 5) + " UTC";
}

std::string Texts::level(Level level) const { return (*this)("level." + std::string(name(level))); }

}  // namespace tocsin::publish
