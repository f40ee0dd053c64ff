#include "documents/compound.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/endian.h"
#include "base/text.h"

namespace tocsin::documents {
namespace {

struct Header {
  char magic[8], clsid[16];
  ul16 minor, major, order, sector_shift, mini_shift;
  char reserved[6];
  ul32 directory_sectors, fat_sectors, first_directory, transaction, mini_cutoff, first_mini_fat, mini_fat_sectors,
      first_difat, difat_sectors, difat[109];
};
static_assert(sizeof(Header) == 512);

struct RawEntry {
  char name[64];
  ul16 name_size;
  std::uint8_t type, colour;
  ul32 left, right, child;
  char clsid[16];
  ul32 state;
  ul64 created, modified;
  ul32 start;
  ul64 size;
};
static_assert(sizeof(RawEntry) == 128);

constexpr std::uint32_t kLast = 0xfffffffa;  // sector numbers from here on mean something else
constexpr std::size_t kEntriesMax = 20'000;

std::optional<Time> file_time(std::uint64_t ticks) {
  // 1601 is an empty field, and so is what lies past the year 3000.
  if (ticks < 10'000'000ull * 86400 * 365 || ticks > 441'481'536'000'000'000ull) return std::nullopt;
  return Time::from_filetime(ticks);
}

}  // namespace

void Compound::note(std::string_view name, std::string detail) {
  if (anomalies_.size() < 10) anomalies_.push_back({name, 0, 0, std::move(detail)});
}

std::string_view Compound::sector(std::uint32_t number) const {
  const std::uint64_t at = (std::uint64_t{number} + 1) << shift_;
  return at < bytes_.size() ? bytes_.substr(at, std::size_t{1} << shift_) : std::string_view{};
}

std::string Compound::chain(std::uint32_t start, std::size_t max, bool& broken) const {
  std::string out;
  std::size_t steps = 0;
  for (std::uint32_t at = start; at < kLast && out.size() < max; at = fat_[at]) {
    const std::string_view piece = sector(at);
    if (piece.empty() || at >= fat_.size() || ++steps > fat_.size()) {
      broken = true;
      break;
    }
    out += piece.substr(0, max - out.size());
  }
  return out;
}

Compound::Compound(std::string_view bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {
  if (bytes.size() < sizeof(Header) || !bytes.starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) return;
  const auto& header = *reinterpret_cast<const Header*>(bytes.data());
  shift_ = header.sector_shift;
  mini_shift_ = header.mini_shift;
  mini_cutoff_ = header.mini_cutoff;
  if ((shift_ != 9 && shift_ != 12) || mini_shift_ != 6) {
    note("compound-header", fmt::format("sectors of 2^{} bytes", shift_));
    return;
  }
  const std::size_t sectors = (bytes.size() >> shift_) + 1;
  const auto add_fat = [&](std::uint32_t number) {
    const std::string_view piece = sector(number);
    for (std::size_t i = 0; i + 4 <= piece.size() && fat_.size() < sectors; i += 4)
      fat_.push_back(*reinterpret_cast<const ul32*>(piece.data() + i));
  };
  for (const std::uint32_t number : header.difat)
    if (number < kLast) add_fat(number);
  std::size_t steps = 0;
  for (std::uint32_t at = header.first_difat; at < kLast && ++steps <= sectors;) {
    const std::string_view piece = sector(at);
    if (piece.size() < 8) break;
    for (std::size_t i = 0; i + 8 <= piece.size(); i += 4)
      if (const std::uint32_t number = *reinterpret_cast<const ul32*>(piece.data() + i); number < kLast)
        add_fat(number);
    at = *reinterpret_cast<const ul32*>(piece.data() + piece.size() - 4);
  }
  bool broken = false;
  const std::string directory = chain(header.first_directory, kEntriesMax * sizeof(RawEntry), broken);
  if (broken) note("compound-directory-damaged", fmt::format("{} bytes of it were read", directory.size()));
  std::vector<Links> links;
  std::vector<std::uint32_t> places;
  for (std::size_t at = 0; at + sizeof(RawEntry) <= directory.size(); at += sizeof(RawEntry)) {
    const auto& raw = *reinterpret_cast<const RawEntry*>(directory.data() + at);
    links.push_back({raw.left, raw.right, raw.child});
    places.push_back(kNone);
    if (raw.type != 1 && raw.type != 2 && raw.type != 5) continue;
    Entry entry;
    char name[3 * 32 + 16];
    const std::size_t units = std::min<std::size_t>(raw.name_size / 2, 32);
    entry.name.assign(name, utf16le_to_utf8(raw.name, units > 0 ? units - 1 : 0, name));
    entry.type = raw.type;
    entry.start = raw.start;
    entry.size = shift_ == 9 ? std::uint64_t{raw.size} & 0xffffffff : std::uint64_t{raw.size};
    entry.created = file_time(raw.created);
    entry.modified = file_time(raw.modified);
    places.back() = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back(std::move(entry));
  }
  connect(links, places);
  good_ = !entries_.empty();
  const auto root = std::ranges::find(entries_, 5u, &Entry::type);
  if (root == entries_.end()) return;
  broken = false;
  const std::string mini_table = chain(header.first_mini_fat, bytes.size(), broken);
  for (std::size_t i = 0; i + 4 <= mini_table.size(); i += 4)
    mini_fat_.push_back(*reinterpret_cast<const ul32*>(mini_table.data() + i));
  mini_ = chain(root->start, std::min<std::uint64_t>(root->size, limits_.part), broken);
  if (broken) note("compound-chain-damaged", "small streams");
}

void Compound::connect(const std::vector<Links>& links, const std::vector<std::uint32_t>& places) {
  std::vector<bool> seen(links.size());
  struct Step {
    std::uint32_t number, storage;
  };
  std::vector<Step> left;
  for (std::uint32_t i = 0; i < links.size() && root_ == kNone; ++i)
    if (places[i] != kNone && entries_[places[i]].type == 5) {
      root_ = places[i];
      seen[i] = true;
      left.push_back({links[i].child, root_});
    }
  while (!left.empty()) {
    const Step step = left.back();
    left.pop_back();
    if (step.number >= links.size() || seen[step.number] || places[step.number] == kNone) continue;
    seen[step.number] = true;
    const std::uint32_t place = places[step.number];
    entries_[place].storage = step.storage;
    left.push_back({links[step.number].left, step.storage});
    left.push_back({links[step.number].right, step.storage});
    if (entries_[place].type == 1) left.push_back({links[step.number].child, place});
  }
  for (std::uint32_t i = 0; i < entries_.size(); ++i)
    if (entries_[i].storage != kNone) by_storage_.push_back(i);
  std::ranges::stable_sort(by_storage_, [&](std::uint32_t a, std::uint32_t b) {
    const Entry &x = entries_[a], &y = entries_[b];
    return x.storage != y.storage ? x.storage < y.storage : x.name < y.name;
  });
}

std::vector<std::uint32_t> Compound::inside(std::uint32_t storage) const {
  const auto [first, last] =
      std::ranges::equal_range(by_storage_, storage, {}, [&](std::uint32_t i) { return entries_[i].storage; });
  std::vector<std::uint32_t> out(first, last);
  std::ranges::sort(out);
  return out;
}

std::uint32_t Compound::find_in(std::uint32_t storage, std::string_view name) const {
  const auto found = std::ranges::lower_bound(by_storage_, std::pair(storage, name), {}, [&](std::uint32_t i) {
    return std::pair(entries_[i].storage, std::string_view(entries_[i].name));
  });
  return found != by_storage_.end() && entries_[*found].storage == storage && entries_[*found].name == name ? *found
                                                                                                            : kNone;
}

const Compound::Entry* Compound::find(std::string_view name) const {
  const auto found = std::ranges::find_if(entries_, [&](const Entry& e) { return e.type == 2 && e.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

std::string Compound::read(const Entry& entry, std::size_t max) const {
  max = static_cast<std::size_t>(std::min<std::uint64_t>({max, entry.size, limits_.part}));
  bool broken = false;
  if (entry.size >= mini_cutoff_) return chain(entry.start, max, broken);
  std::string out;
  std::size_t steps = 0;
  for (std::uint32_t at = entry.start; at < kLast && out.size() < max; at = mini_fat_[at]) {
    const std::uint64_t from = std::uint64_t{at} << mini_shift_;
    if (at >= mini_fat_.size() || from >= mini_.size() || ++steps > mini_fat_.size()) break;
    out.append(mini_, from, std::min<std::size_t>(64, max - out.size()));
  }
  return out;
}

}  // namespace tocsin::documents
