// The tables behind LiteralIndex.
//
// A literal of at least stride + key - 1 bytes holds a whole key at some position divisible by the stride, whatever its
// place in the text; registering `stride` neighbouring keys lets the scan look at such positions only. Which
// keys of the literal are registered is free, so the ones that stand in ordinary text ("wind", ".exe") are avoided:
// false alarms, not the lookups, are what a scan costs.
#include "sigma/literals.h"

#include <algorithm>

#include "base/check.h"
#include "sigma/rates.h"

namespace tocsin::sigma {
namespace {

constexpr unsigned kBitsPerKey = 16;

unsigned ceil_log2(std::size_t count) {
  return static_cast<unsigned>(std::bit_width(std::max<std::size_t>(count, 2) - 1));
}

}  // namespace

void LiteralIndex::Table::build(std::vector<std::pair<std::uint64_t, Entry>> pairs) {
  if (pairs.empty()) return;
  std::ranges::stable_sort(pairs, {}, [](const auto& pair) { return pair.first; });
  const unsigned bits_log = std::clamp(ceil_log2(pairs.size() * kBitsPerKey), 9u, 20u);
  bits_shift = 64 - bits_log;
  bits.assign((std::size_t{1} << bits_log) / 64, 0);
  const unsigned bucket_log = ceil_log2(pairs.size() * 2);
  bucket_shift = 64 - bucket_log;
  buckets.resize(std::size_t{1} << bucket_log);
  for (std::size_t i = 0; i < pairs.size();) {
    const std::uint64_t key = pairs[i].first, mixed = mix(key);
    Bucket bucket{key, static_cast<std::uint32_t>(i), 0};
    for (; i < pairs.size() && pairs[i].first == key; ++i) entries.push_back(pairs[i].second);
    bucket.end = static_cast<std::uint32_t>(i);
    std::size_t at = mixed >> bucket_shift;
    while (buckets[at].end != 0) at = (at + 1) & (buckets.size() - 1);
    buckets[at] = bucket;
    const std::uint64_t bit = mixed >> bits_shift;
    bits[bit >> 6] |= std::uint64_t{1} << (bit & 63);
  }
}

void LiteralIndex::add(std::string_view literal, Anchor anchor, std::uint32_t id) {
  CHECK(!literal.empty() || anchor == Anchor::whole);
  std::uint64_t first = 0;
  std::memcpy(&first, literal.data(), std::min<std::size_t>(literal.size(), 8));
  literals_.push_back(
      {first, static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint32_t>(literal.size()), id, anchor});
  texts_ += literal;
}

void LiteralIndex::build() {
  texts_.append(kOverread, '\0');
  build_anchored();
  for (std::uint32_t i = 0; i < literals_.size(); ++i)
    if (literals_[i].anchor == Anchor::none && literals_[i].size == 1) singles_.push_back(i);
  build_floating(ascii_, false);
  build_floating(foreign_, true);
  texts_.shrink_to_fit();
}

bool LiteralIndex::key_of(Probe probe, std::size_t size, std::string_view text, std::uint64_t& key) {
  switch (probe) {
    case Probe::whole:
      key = short_key(text);
      return true;
    case Probe::backslash:
    case Probe::slash: {
      const char* const end = text.data() + text.size();
      const void* const at = memrchr(text.data(), probe == Probe::backslash ? '\\' : '/', text.size());
      if (at == nullptr) return false;
      key = short_key({static_cast<const char*>(at), end});
      return true;
    }
    case Probe::head:
      if (text.size() < size) return false;
      key = load(text.data(), size);
      return true;
    case Probe::tail:
      if (text.size() < size) return false;
      key = load_tail(text.data() + text.size(), size);
      return true;
  }
  return false;
}

void LiteralIndex::build_anchored() {
  struct Kind {
    Probe probe;
    std::uint8_t size;
    std::vector<std::pair<std::uint64_t, Entry>> pairs;
  };
  std::vector<Kind> kinds;
  for (std::uint32_t i = 0; i < literals_.size(); ++i) {
    const Literal& literal = literals_[i];
    if (literal.anchor == Anchor::none) continue;
    const std::string_view text = text_of(literal);
    Probe probe = Probe::whole;
    std::uint8_t size = 0;
    if (literal.anchor == Anchor::tail) {
      // A path's last part tells more than the last bytes, which are ".exe" and its like.
      probe = text.find('\\') != std::string_view::npos  ? Probe::backslash
              : text.find('/') != std::string_view::npos ? Probe::slash
                                                         : Probe::tail;
    } else if (literal.anchor == Anchor::head) {
      probe = Probe::head;
    }
    if (probe == Probe::head || probe == Probe::tail)
      size = static_cast<std::uint8_t>(std::min<std::size_t>(text.size(), 8));
    std::uint64_t key = 0;
    CHECK(key_of(probe, size, text, key));
    auto kind =
        std::ranges::find_if(kinds, [&](const Kind& other) { return other.probe == probe && other.size == size; });
    if (kind == kinds.end()) kind = kinds.insert(kinds.end(), Kind{probe, size, {}});
    kind->pairs.push_back({key, {i, 0}});
  }
  for (Kind& kind : kinds) {
    probes_.push_back({kind.probe, kind.size, {}});
    probes_.back().table.build(std::move(kind.pairs));
  }
}

void LiteralIndex::build_floating(Scan& tables, bool foreign) {
  using Pairs = std::vector<std::pair<std::uint64_t, Entry>>;
  Pairs two, three, few, some, many;
  std::vector<std::uint16_t> crowd(1 << 14);  // how many keys stand behind a hash already
  const auto choose = [&](std::uint32_t index, std::size_t key_size, std::size_t stride, Pairs& out) {
    const Literal& literal = literals_[index];
    const char* const text = texts_.data() + literal.begin;
    const std::size_t places = literal.size - key_size + 1;
    const auto crowd_at = [&](std::size_t at) -> std::uint16_t& {
      return crowd[Table::mix(load(text + at, key_size) + key_size) >> 50];
    };
    double best = 0;
    std::size_t best_at = 0;
    for (std::size_t at = 0; at + stride <= places; ++at) {
      double cost = 0;
      for (std::size_t i = at; i < at + stride; ++i) cost += key_commonness({text + i, key_size}) + 0.02 * crowd_at(i);
      if (at == 0 || cost < best) best = cost, best_at = at;
    }
    for (std::size_t i = best_at; i < best_at + stride; ++i) {
      std::uint16_t& count = crowd_at(i);
      if (count < UINT16_MAX) ++count;
      out.push_back({load(text + i, key_size), {index, static_cast<std::uint32_t>(i)}});
    }
  };
  for (std::uint32_t i = 0; i < literals_.size(); ++i) {
    const Literal& literal = literals_[i];
    if (literal.anchor != Anchor::none || literal.size < 2 || is_ascii(text_of(literal)) == foreign) continue;
    tables.any = true;
    if (literal.size == 2) {
      choose(i, 2, 1, two);
    } else if (literal.size == 3) {
      choose(i, 2, 2, three);
    } else if (literal.size < 7) {
      choose(i, 3, 2, few);
    } else if (literal.size < 11) {
      choose(i, 4, 4, some);
    } else {
      choose(i, 8, 4, many);
    }
  }
  tables.two.build(std::move(two));
  tables.three.build(std::move(three));
  tables.few.build(std::move(few));
  tables.some.build(std::move(some));
  tables.many.build(std::move(many));
}

std::size_t LiteralIndex::memory() const {
  const auto of = [](const Table& table) {
    return table.bits.size() * 8 + table.buckets.size() * sizeof(Bucket) + table.entries.size() * sizeof(Entry);
  };
  std::size_t sum = literals_.size() * sizeof(Literal) + texts_.size() + singles_.size() * 4;
  for (const Scan* tables : {&ascii_, &foreign_})
    sum += of(tables->two) + of(tables->three) + of(tables->few) + of(tables->some) + of(tables->many);
  for (const Probing& probing : probes_) sum += of(probing.table);
  return sum;
}

}  // namespace tocsin::sigma
