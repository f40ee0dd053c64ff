#include "detect/campaign/candidates.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"

namespace tocsin::detect {
namespace {

constexpr std::size_t kNameMax = 128;
constexpr unsigned kHalvedMax = 40;

// Whether a cell is one of those kept when its kind was halved so often.
bool chosen(std::uint64_t cell, unsigned halved) {
  return (mix(cell, 0x74686e6e) & ((std::uint64_t{1} << halved) - 1)) == 0;
}
bool chosen(const Cell& cell, unsigned halved) { return chosen(mix(cell.account, cell.source), halved); }

std::uint32_t text_hash(std::string_view text) {
  return text.empty() ? 0 : static_cast<std::uint32_t>(hash64(text) >> 32) | 1;
}

}  // namespace

// A cell costs itself, its slots in the two tables at seven tenths, and its account's name.
Candidates::Candidates(std::size_t memory)
    : cells_max_(std::max<std::size_t>(memory * 3 / 4 / (sizeof(Cell) + 64), 1024)),
      arrivals_max_(std::max<std::size_t>(memory / 4 / sizeof(Arrival), 1024)),
      index_(2 * cells_max_),
      heads_(2 * cells_max_) {}

void Candidates::keep_name(const Sighting& seen) {
  if (names_.contains(seen.account)) return;
  const std::string_view text = seen.user.substr(0, kNameMax);
  names_.emplace(seen.account, std::string(text));
  name_bytes_ += text.size() + 48;
}

Cell& Candidates::failure(const Sighting& seen, bool& fresh) {
  const std::uint64_t key = mix(seen.account, seen.source);
  const std::uint32_t now = Table<int>::seconds32(seen.time);
  if (const std::uint32_t* at = index_.find(key)) {
    fresh = false;
    Cell& cell = cells_[*at];
    cell.last = now;
    cell.tries += seen.activity.login.count;
    if (cell.address != seen.address) cell.many_addresses = true;
    return cell;
  }
  fresh = true;
  if (!seen.account_known) {
    ++offered_;
    if (unknown_ >= cells_max_ / 4) {
      halved_ = std::min(halved_ + 1, kHalvedMax);
      rebuild(0, cells_max_ / 6, cells_max_);
    }
    if (!chosen(key, halved_)) return spare_ = {};
  }
  if (cells_.size() >= cells_max_) rebuild(0, cells_max_ / 4, cells_max_ / 2);
  const auto at = static_cast<std::uint32_t>(cells_.size());
  Cell cell;
  cell.account = seen.account, cell.source = seen.source, cell.subnet = seen.subnet, cell.network = seen.network;
  cell.address = seen.address;
  cell.ordinal = seen.ordinal;
  cell.first = cell.last = now;
  cell.tries = seen.activity.login.count;
  cell.agent = text_hash(seen.activity.login.user_agent);
  cell.service = static_cast<std::uint16_t>(text_hash(seen.activity.login.service));
  cell.account_known = seen.account_known;
  cell.halved = static_cast<std::uint8_t>(seen.account_known ? 0 : halved_);
  cell.network_known = seen.network_known;
  cell.subnet_known = seen.subnet_known;
  cell.network_accounts = seen.network_accounts;
  cell.agent_accounts = seen.agent_accounts;
  std::uint32_t& head = heads_.touch(seen.account, seen.time);
  // A new slot holds 0, which is a cell's number as well: numbers in heads_ are one higher.
  cell.previous = head ? head - 1 : UINT32_MAX;
  head = at + 1;
  index_.touch(key, seen.time) = at;
  unknown_ += !seen.account_known;
  keep_name(seen);
  cells_.push_back(cell);
  return cells_.back();
}

void Candidates::arrival(const Sighting& seen, bool partial) {
  if (arrivals_.size() >= arrivals_max_) {
    dropped_ += arrivals_max_ / 2;
    arrivals_.erase(arrivals_.begin(), arrivals_.begin() + static_cast<std::ptrdiff_t>(arrivals_max_ / 2));
  }
  arrivals_.push_back({.account = seen.account,
                       .source = seen.source,
                       .subnet = seen.subnet,
                       .network = seen.network,
                       .address = seen.address,
                       .ordinal = seen.ordinal,
                       .time = Table<int>::seconds32(seen.time),
                       .agent = text_hash(seen.activity.login.user_agent),
                       .service = static_cast<std::uint16_t>(text_hash(seen.activity.login.service)),
                       .legacy = seen.activity.login.legacy,
                       .network_known = seen.network_known,
                       .partial = partial,
                       .account_known = seen.account_known,
                       .agent_known = seen.agent_known,
                       .source_accounts = seen.source_accounts,
                       .network_accounts = seen.network_accounts,
                       .agent_accounts = seen.agent_accounts});
  keep_name(seen);
}

void Candidates::expire(std::int64_t now, bool held) {
  const std::size_t offered = std::exchange(offered_, 0);
  if (held) return;
  // As many as yesterday, for as long as cells live, must find room.
  while (halved_ > 0 && ((offered * kKeepDays) >> (halved_ - 1)) + unknown_ < cells_max_ / 4) --halved_;
  const std::uint32_t oldest = Table<int>::seconds32(now - kKeepDays * 86400);
  if (cells_.size() > 4096 && std::ranges::count_if(cells_, [&](const Cell& c) { return c.last < oldest; }) * 4 >
                                  static_cast<std::ptrdiff_t>(cells_.size()))
    rebuild(oldest, cells_max_, cells_max_);
  const auto first = std::ranges::find_if(arrivals_, [&](const Arrival& a) { return a.time >= oldest; });
  if (first - arrivals_.begin() > 4096) arrivals_.erase(arrivals_.begin(), first);
}

void Candidates::rebuild(std::uint32_t oldest, std::size_t unknown_max, std::size_t known_max) {
  std::size_t unknown_left = unknown_max, known_left = known_max;
  std::vector<bool> keep(cells_.size());
  for (std::size_t i = cells_.size(); i-- > 0;) {  // the newest first
    Cell& cell = cells_[i];
    std::size_t& left = cell.account_known ? known_left : unknown_left;
    if (cell.last < oldest) continue;
    if (!cell.account_known) {
      if (!chosen(cell, halved_)) continue;
      cell.halved = std::max(cell.halved, static_cast<std::uint8_t>(halved_));
    }
    if (left > 0)
      keep[i] = true, --left;
    else
      dropped_ += cell.account_known;
  }
  std::size_t to = 0;
  for (std::size_t i = 0; i < cells_.size(); ++i)
    if (keep[i]) cells_[to++] = cells_[i];
  cells_.resize(to);
  index_.clear(), heads_.clear();
  unknown_ = 0;
  boost::unordered_flat_map<std::uint64_t, std::string> names;
  name_bytes_ = 0;
  const auto keep_name_of = [&](std::uint64_t account) {
    const auto found = names_.find(account);
    if (found == names_.end() || names.contains(account)) return;
    name_bytes_ += found->second.size() + 48;
    names.emplace(account, std::move(found->second));
  };
  for (std::size_t i = 0; i < to; ++i) {
    Cell& cell = cells_[i];
    index_.touch(mix(cell.account, cell.source), cell.last) = static_cast<std::uint32_t>(i);
    std::uint32_t& head = heads_.touch(cell.account, cell.last);
    cell.previous = head ? head - 1 : UINT32_MAX;
    head = static_cast<std::uint32_t>(i) + 1;
    unknown_ += !cell.account_known;
    keep_name_of(cell.account);
  }
  for (const Arrival& arrival : arrivals_) keep_name_of(arrival.account);
  names_ = std::move(names);
}

std::vector<Cell> Candidates::sample(std::size_t max) const {
  unsigned halved = 0;
  std::size_t others = 0;
  do {
    others = 0;
    for (const Cell& cell : cells_) others += !cell.account_known && chosen(cell, halved);
  } while (others > max / 5 && ++halved < kHalvedMax);
  std::size_t known_left = max - max / 5, others_left = max / 5;
  std::vector<Cell> out;
  for (std::size_t i = cells_.size(); i-- > 0;) {
    const Cell& cell = cells_[i];
    std::size_t& left = cell.account_known ? known_left : others_left;
    if ((!cell.account_known && !chosen(cell, halved)) || left == 0) continue;
    --left;
    out.push_back(cell);
    if (!cell.account_known) out.back().halved = std::max(cell.halved, static_cast<std::uint8_t>(halved));
  }
  std::ranges::reverse(out);
  return out;
}

std::string Candidates::name(std::uint64_t account) const {
  const auto found = names_.find(account);
  return found == names_.end() ? "" : found->second;
}

std::size_t Candidates::bytes() const {
  return cells_.capacity() * sizeof(Cell) + arrivals_.capacity() * sizeof(Arrival) + index_.bytes() + heads_.bytes() +
         name_bytes_;
}

}  // namespace tocsin::detect
