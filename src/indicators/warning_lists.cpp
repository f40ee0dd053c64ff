#include "indicators/warning_lists.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "base/hash.h"
#include "base/text.h"

namespace tocsin::indicators {
namespace {

constexpr std::array<std::pair<std::string_view, ListKind>, 15> kKinds = {{
    {"dynamic-dns", ListKind::zone},
    {"lots-project", ListKind::zone},
    {"disposable-email", ListKind::zone},
    {"public-ipfs-gateways", ListKind::zone},
    {"link-in-bio", ListKind::zone},
    {"second-level-tlds", ListKind::zone},
    {"tlds", ListKind::zone},
    {"amazon-aws", ListKind::rented},
    {"google-gcp", ListKind::rented},
    {"microsoft-azure", ListKind::rented},
    {"oracle-oci", ListKind::rented},
    {"ovh-cluster", ListKind::rented},
    {"vpn-ipv4", ListKind::rented},  // whole networks of hosters, exits among them
    {"vpn-ipv6", ListKind::rented},
    {"shared-services", ListKind::zone},
}};

ListKind kind_of(std::string_view name) {
  for (const auto& [known, kind] : kKinds)
    if (known == name) return kind;
  return ListKind::shared;
}

Ip last_of(const Ip& first, int bits) {
  Ip last = first;
  const int skipped = first.is_v4() ? 96 : 0;
  for (int bit = skipped + bits; bit < 128; ++bit)
    last.bytes[static_cast<std::size_t>(bit / 8)] |= static_cast<std::uint8_t>(0x80 >> bit % 8);
  return last;
}

std::string plain(std::string_view name) {
  while (name.starts_with('.') || name.starts_with('*')) name.remove_prefix(1);
  while (name.ends_with('.')) name.remove_suffix(1);
  return fold(name);
}

}  // namespace

std::size_t WarningLists::Hash::operator()(std::string_view text) const { return hash64(text); }

std::uint32_t WarningLists::list_of(const std::string& name, ListKind kind) {
  names_.push_back(name);
  kinds_.push_back(kind);
  return static_cast<std::uint32_t>(names_.size() - 1);
}

void WarningLists::add_entry(std::uint32_t list, std::string_view type, std::string_view entry) {
  while (!entry.empty() && (entry.back() == ' ' || entry.back() == '\r' || entry.back() == '\t'))
    entry.remove_suffix(1);
  while (!entry.empty() && entry.front() == ' ') entry.remove_prefix(1);
  if (entry.empty()) return;
  const std::size_t slash = entry.find('/');
  if (const auto ip = Ip::parse(entry.substr(0, slash))) {
    int bits = ip->is_v4() ? 32 : 128;
    if (slash != std::string_view::npos) {
      int given = -1;
      const std::string_view text = entry.substr(slash + 1);
      if (std::from_chars(text.data(), text.data() + text.size(), given).ec != std::errc() || given < 0 || given > bits)
        return;
      bits = given;
    }
    const Ip first = ip->prefix(bits);
    ranges_.push_back({first, last_of(first, bits), list});
    return;
  }
  const std::string name = plain(entry);
  if (name.empty()) return;
  values_.try_emplace(name, list);
  if (type == "cidr" || name.find_first_of("/: ") != std::string::npos) return;
  if (name.find('.') != std::string::npos || kinds_[list] == ListKind::zone) hosts_.try_emplace(name, list);
}

bool WarningLists::add_json(const std::string& name, std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  simdjson::dom::array list;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS ||
      root["list"].get(list) != simdjson::SUCCESS)
    return false;
  std::string_view type;
  if (root["type"].get(type) != simdjson::SUCCESS) return false;
  const std::uint32_t number = list_of(name, kind_of(name));
  for (const simdjson::dom::element element : list) {
    std::string_view entry;
    if (element.get(entry) == simdjson::SUCCESS) add_entry(number, type, entry);
  }
  return true;
}

void WarningLists::add_names(const std::string& name, std::string_view text, ListKind kind) {
  const std::uint32_t number = list_of(name, kind);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    add_entry(number, "hostname", line.substr(0, line.find('#')));
  }
}

// Ranges nest or lie apart, so the narrowest one around an address is the last that begins before it, or one of those
// that it lies in.
void WarningLists::finish() {
  std::ranges::stable_sort(
      ranges_, [](const Range& a, const Range& b) { return a.first != b.first ? a.first < b.first : b.last < a.last; });
  std::vector<std::uint32_t> around;
  for (std::uint32_t i = 0; i < ranges_.size(); ++i) {
    while (!around.empty() && ranges_[around.back()].last < ranges_[i].first) around.pop_back();
    ranges_[i].parent = around.empty() ? UINT32_MAX : around.back();
    around.push_back(i);
  }
}

Result<WarningLists> WarningLists::load(const std::string& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
    if (i->path().extension() == ".json") files.push_back(i->path());
  if (error) return fail("the folder of warning lists cannot be read: " + error.message(), folder);
  std::ranges::sort(files);
  WarningLists out;
  for (const auto& file : files) {
    simdjson::padded_string bytes;
    if (simdjson::padded_string::load(file.string()).get(bytes) != simdjson::SUCCESS ||
        !out.add_json(file.stem().string(), std::string_view(bytes)))
      out.remarks_.push_back(file.filename().string() + " is no warning list");
  }
  out.finish();
  return out;
}

Listed WarningLists::of(const Ip& address) const {
  auto at = std::ranges::upper_bound(ranges_, address, {}, &Range::first);
  if (at == ranges_.begin()) return {};
  for (auto i = static_cast<std::uint32_t>(at - ranges_.begin() - 1); i != UINT32_MAX; i = ranges_[i].parent)
    if (address <= ranges_[i].last) return {kinds_[ranges_[i].list], names_[ranges_[i].list]};
  return {};
}

Listed WarningLists::of(std::string_view name) const {
  bool whole = true;
  for (std::string_view rest = name;; whole = false) {
    if (const auto found = hosts_.find(rest); found != hosts_.end())
      if (const ListKind kind = kinds_[found->second]; kind != ListKind::zone || whole)
        return {kind, names_[found->second]};
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos) return {};
    rest.remove_prefix(dot + 1);
  }
}

std::string_view WarningLists::zone_of(std::string_view name) const {
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
    const auto found = hosts_.find(name.substr(dot + 1));
    if (found != hosts_.end() && kinds_[found->second] == ListKind::zone) return name.substr(dot + 1);
  }
  return {};
}

Listed WarningLists::of_value(std::string_view value) const {
  const auto found = values_.find(fold(value));
  if (found == values_.end()) return {};
  return {kinds_[found->second], names_[found->second]};
}

}  // namespace tocsin::indicators
