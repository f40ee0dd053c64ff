#include "decoys/index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace tocsin::decoys {
namespace {

constexpr std::size_t kEditMin = 5, kEditMax = 24;  // letters of labels of which variants are made
constexpr std::size_t kTwoEditsMin = 7;
constexpr std::size_t kNearMax = 8;  // labels of one place that were changed to it: names are protected by the row, too
constexpr std::size_t kStem = 6;     // letters after which a variant that isn't there is given up
constexpr char kLetters[] = "abcdefghklmnoprstuwxyz6";  // what is left after folding

constexpr auto kCode = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(31);
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = static_cast<std::uint8_t>(c - 'a' + 1);
  table['6'] = 27;
  table['-'] = 28;
  table['.'] = 29;
  return table;
}();
std::uint32_t code(char c) { return kCode[static_cast<unsigned char>(c)]; }

std::uint32_t key_of(std::string_view text, std::size_t size) {
  std::uint32_t key = 0;
  for (std::size_t i = 0; i < size; ++i) key = key << 5 | code(text[i]);
  return key;
}

constexpr std::uint32_t kNobody = 0xfffffffe;  // of a stem: in the filter alone

// Forward and backward hashes of one text differ, so that a beginning is never taken for an end.
constexpr std::uint64_t kForward = 0x9e3779b97f4a7c15, kBackward = 0xc2b2ae3d27d4eb4f, kStep = 0x100000001b3,
                        kStemSeed = 0x165667b19e3779f9;
std::uint64_t step(std::uint64_t hash, char c) { return (hash ^ code(c)) * kStep; }
std::uint64_t finished(std::uint64_t hash) {
  hash ^= hash >> 32;
  hash *= 0xd6e8feb86659fd93;
  return hash ^ hash >> 32;
}

std::string folded_of(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = fold(c);
  return out;
}

std::string paired_of(std::string_view text) {
  std::string out(text.size(), '\0');
  std::vector<std::uint16_t> map(text.size() + 1);
  out.resize(fold_pairs(text, out.data(), map.data()));
  return out;
}

// Whether two texts of at most 64 characters are at most `most` insertions, deletions and changes apart: Myers 1999, a
// column of the matrix in two words.
bool within(std::string_view a, std::string_view b, unsigned most) {
  std::uint64_t places[32] = {};
  for (std::size_t i = 0; i < a.size(); ++i) places[code(a[i])] |= std::uint64_t{1} << i;
  std::uint64_t up = ~std::uint64_t{0}, down = 0;
  const std::uint64_t last = std::uint64_t{1} << (a.size() - 1);
  std::size_t score = a.size();
  for (const char c : b) {
    const std::uint64_t equal = places[code(c)], x = equal | down;
    const std::uint64_t flat = (((equal & up) + up) ^ up) | equal;
    std::uint64_t right = down | ~(flat | up), left = up & flat;
    if (right & last) ++score;
    if (left & last) --score;
    right = right << 1 | 1;
    left <<= 1;
    up = left | ~(x | right);
    down = right & x;
  }
  return score <= most;
}

// Whether fold_pairs() would change anything.
bool has_pairs(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char a = text[i - 1], b = text[i];
    if ((a == b && (a == 'u' || (i > 1 && text[i - 2] == a))) || (b == 'n' && a == 'r') || (b == 'l' && a == 'c'))
      return true;
  }
  return false;
}

std::uint32_t letters_of(std::string_view text) {
  std::uint32_t out = 0;
  for (const char c : text) out |= 1u << code(c);
  return out;
}

}  // namespace

Index::Index(std::span<const Brand> brands)
    : brands_(brands), keys_((1u << 20) / 64), brief_(1u << 15), heads_(keys_.size()), tails_(keys_.size()) {
  for (std::uint32_t b = 0; b < brands.size(); ++b) {
    const std::string text = folded_of(brands[b].label);
    folded_.push_back(text);
    undashed_.emplace_back();
    if (text.size() <= 3) {
      briefs_.emplace_back(key_of(text, text.size()), b);
      continue;
    }
    dashed_ |= text.find('-') != std::string::npos;
    std::string undashed = text;
    std::erase(undashed, '-');
    undashed_.back() = undashed;
    std::vector<std::string> forms{text, paired_of(text), undashed, paired_of(undashed)};
    std::ranges::sort(forms);
    forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
    for (const std::string& form : forms)
      if (form.size() >= 4) add_pattern(form, b);
    if (undashed.size() >= kEditMin && undashed.size() <= kEditMax) add_variants(undashed, b);
    if (undashed.size() >= kTwoEditsMin && undashed.size() <= kEditMax)
      longs_.push_back({b, letters_of(undashed), static_cast<std::uint8_t>(undashed.size())});
  }

  std::ranges::sort(patterns_, [](const Pattern& a, const Pattern& b) {
    return std::tie(a.key, a.text, a.brand) < std::tie(b.key, b.text, b.brand);
  });
  std::size_t size = 64;
  while (size < patterns_.size() * 4) size *= 2;
  first_.resize(size);
  for (std::uint32_t i = 0; i < patterns_.size(); ++i) {
    const std::uint32_t key = patterns_[i].key;
    keys_[key / 64] |= std::uint64_t{1} << key % 64;
    if (i > 0 && patterns_[i - 1].key == key) continue;
    std::size_t at = key * 0x9e3779b1u & (size - 1);
    while (first_[at]) at = (at + 1) & (size - 1);
    first_[at] = i + 1;
  }

  std::ranges::sort(briefs_);
  for (std::size_t i = briefs_.size(); i-- > 0;) brief_[briefs_[i].first] = static_cast<std::uint16_t>(i + 1);

  insert_variants();

  // The long labels by their first and by their last two letters, then by size.
  const auto bucket = [&](bool last, std::vector<std::uint32_t>& starts, std::vector<Long>& order) {
    const auto key = [&](const Long& one) {
      std::string text = folded_[one.brand];
      std::erase(text, '-');
      return key_of(last ? std::string_view(text).substr(text.size() - 2) : std::string_view(text), 2);
    };
    starts.assign(1025, 0);
    for (const Long& one : longs_) ++starts[key(one) + 1];
    for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
    order = longs_;
    std::ranges::stable_sort(order, {}, [&](const Long& one) { return std::pair(key(one), one.size); });
  };
  bucket(false, by_first_, order_first_);
  bucket(true, by_last_, order_last_);
}

void Index::add_pattern(std::string_view text, std::uint32_t brand) {
  patterns_.push_back({key_of(text, 4), brand, std::string(text)});
}

void Index::add_variants(std::string_view text, std::uint32_t brand) {
  std::string variant;
  for (std::size_t i = 0; i < text.size(); ++i) {
    variant.assign(text.substr(0, i)).append(text.substr(i + 1));
    add_variant(variant, brand);
    if (i + 1 < text.size() && text[i] != text[i + 1]) {
      variant.assign(text);
      std::swap(variant[i], variant[i + 1]);
      add_variant(variant, brand);
    }
  }
  for (const char letter : std::string_view(kLetters)) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == letter) continue;
      variant.assign(text);
      variant[i] = letter;
      add_variant(variant, brand);
    }
    // Added at its ends a letter would be a neighbour, not a change.
    for (std::size_t i = 1; i < text.size(); ++i) {
      variant.assign(text);
      variant.insert(i, 1, letter);
      add_variant(variant, brand);
    }
  }
}

void Index::add_variant(std::string_view text, std::uint32_t brand) {
  const std::uint32_t head = key_of(text, 4), tail = key_of(text.substr(text.size() - 4), 4);
  heads_[head / 64] |= std::uint64_t{1} << head % 64;
  tails_[tail / 64] |= std::uint64_t{1} << tail % 64;
  std::uint64_t forward = kForward, backward = kBackward;
  for (std::size_t i = 0; i < text.size(); ++i) {
    forward = step(forward, text[i]);
    backward = step(backward, text[text.size() - 1 - i]);
    if (i + 1 != kStem || text.size() == kStem) continue;
    pending_.emplace_back(finished(forward ^ kStemSeed), kNobody);
    pending_.emplace_back(finished(backward ^ kStemSeed), kNobody);
  }
  pending_.emplace_back(finished(forward), brand);
  pending_.emplace_back(finished(backward), brand);
  variant_sizes_ |= 1u << text.size();
  variant_max_ = std::max(variant_max_, text.size());
}

void Index::insert_variants() {
  std::ranges::sort(pending_);
  pending_.erase(std::unique(pending_.begin(), pending_.end()), pending_.end());
  std::size_t size = 64;
  while (size < pending_.size() * 2) size *= 2;
  table_.resize(size);
  std::size_t blocks = 1;
  while (blocks * 512 < pending_.size() * 8) blocks *= 2;
  bloom_.resize(blocks * 8);
  for (const auto& [hash, brand] : pending_) {
    if (brand != kNobody) {
      std::size_t at = hash & (size - 1);
      while (table_[at].brand) at = (at + 1) & (size - 1);
      table_[at] = {static_cast<std::uint32_t>(hash >> 32), brand + 1};
    }
    std::uint64_t* const block = bloom_.data() + (hash >> 20 & (blocks - 1)) * 8;
    for (const unsigned shift : {44, 53}) block[hash >> shift >> 6 & 7] |= std::uint64_t{1} << (hash >> shift & 63);
  }
  pending_.clear();
  pending_.shrink_to_fit();
}

bool Index::blooms(std::uint64_t hash) const {
  const std::uint64_t* const block = bloom_.data() + (hash >> 20 & (bloom_.size() / 8 - 1)) * 8;
  for (const unsigned shift : {44, 53})
    if (!(block[hash >> shift >> 6 & 7] >> (hash >> shift & 63) & 1)) return false;
  return true;
}

void Index::variants(std::uint64_t hash, std::size_t begin, std::size_t end, std::vector<Hit>& out) const {
  hash = finished(hash);
  if (!blooms(hash)) return;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  const std::size_t most = std::min(kHitsMax, out.size() + kNearMax);
  for (std::size_t at = hash & (table_.size() - 1); table_[at].brand; at = (at + 1) & (table_.size() - 1))
    if (table_[at].tag == tag && out.size() < most)
      out.push_back(
          {table_[at].brand - 1, static_cast<std::uint16_t>(begin), static_cast<std::uint16_t>(end), How::one_edit});
}

void Index::exact(std::string_view text, const std::uint16_t* map, How how, std::vector<Hit>& out) const {
  if (text.size() < 4) return;
  std::uint32_t key = key_of(text, 3);
  for (std::size_t i = 3; i < text.size(); ++i) {
    key = (key << 5 | code(text[i])) & 0xfffff;
    if (!(keys_[key / 64] >> key % 64 & 1)) continue;
    const std::size_t begin = i - 3;
    std::size_t at = key * 0x9e3779b1u & (first_.size() - 1);
    while (first_[at] && patterns_[first_[at] - 1].key != key) at = (at + 1) & (first_.size() - 1);
    if (!first_[at]) continue;
    for (std::size_t p = first_[at] - 1; p < patterns_.size() && patterns_[p].key == key; ++p) {
      const std::string& wanted = patterns_[p].text;
      if (text.size() - begin < wanted.size() || std::memcmp(text.data() + begin, wanted.data(), wanted.size()) != 0)
        continue;
      const std::size_t end = begin + wanted.size();
      const std::size_t from = map ? map[begin] : begin;
      // The end of the last character, not the beginning of the next: a dash taken out behind it is not its own.
      const std::size_t to = map ? (how == How::undashed ? map[end - 1] + 1u : map[end]) : end;
      if (how == How::undashed && to - from == wanted.size()) continue;
      if (out.size() < kHitsMax)
        out.push_back({patterns_[p].brand, static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to), how});
    }
  }
}

void Index::token(std::string_view text, std::size_t at, const std::uint16_t* map, std::vector<Hit>& out) const {
  const std::size_t n = text.size();
  const auto place = [&](std::size_t i) { return map ? map[i] : i; };
  const auto brief = [&](std::size_t begin, std::size_t size) {
    const std::uint32_t key = key_of(text.substr(begin), size);
    for (std::size_t i = brief_[key]; i && i <= briefs_.size() && briefs_[i - 1].first == key; ++i)
      if (folded_[briefs_[i - 1].second].size() == size && out.size() < kHitsMax)
        out.push_back({briefs_[i - 1].second, static_cast<std::uint16_t>(place(at + begin)),
                       static_cast<std::uint16_t>(place(at + begin + size)), How::brief});
  };
  if (!briefs_.empty()) {
    if (n == 2) brief(0, 2);
    if (n >= 3) brief(0, 3);
    if (n > 3) brief(n - 3, 3);
  }
  // What is a label as it stands is not another one that was changed.
  for (const Hit& hit : out)
    if (hit.how == How::folded && hit.begin == place(at) && hit.end == place(at + n)) return;
  if (n >= kEditMin - 1 && variant_max_ > 0) {
    const std::size_t longest = std::min(n, variant_max_);
    const std::uint32_t head = key_of(text, 4), tail = key_of(text.substr(n - 4), 4);
    if (heads_[head / 64] >> head % 64 & 1) {
      std::uint64_t forward = kForward;
      for (std::size_t size = 1; size <= longest; ++size) {
        forward = step(forward, text[size - 1]);
        if (variant_sizes_ >> size & 1) variants(forward, place(at), place(at + size), out);
        if (size == kStem && size < longest && !blooms(finished(forward ^ kStemSeed))) break;
      }
    }
    if (tails_[tail / 64] >> tail % 64 & 1) {
      std::uint64_t backward = kBackward;
      for (std::size_t size = 1; size <= longest && size < n; ++size) {
        backward = step(backward, text[n - size]);
        if (variant_sizes_ >> size & 1) variants(backward, place(at + n - size), place(at + n), out);
        if (size == kStem && size < longest && !blooms(finished(backward ^ kStemSeed))) break;
      }
    }
  }
  if (n + 2 >= kTwoEditsMin && n <= kEditMax + 2 && !longs_.empty()) {
    const std::uint32_t first = key_of(text, 2), last = key_of(text.substr(n - 2), 2);
    const bool any = by_first_[first] < by_first_[first + 1] || by_last_[last] < by_last_[last + 1];
    const std::uint32_t letters = any ? letters_of(text) : 0;
    const std::size_t most = std::min(kHitsMax, out.size() + kNearMax);
    const auto near = [&](std::uint32_t from, std::uint32_t to, const std::vector<Long>& order, bool by_last) {
      for (std::uint32_t i = from; i < to && order[i].size <= n + 2 && out.size() < most; ++i) {
        const Long& one = order[i];
        if (one.size + 2u < n || std::popcount(one.letters ^ letters) > 4) continue;
        const std::string& label = undashed_[one.brand];
        if (by_last && label[0] == text[0] && label[1] == text[1]) continue;  // was there by its first two
        if (!within(label, text, 3)) continue;
        out.push_back({one.brand, static_cast<std::uint16_t>(place(at)), static_cast<std::uint16_t>(place(at + n)),
                       How::two_edits});
      }
    };
    near(by_first_[first], by_first_[first + 1], order_first_, false);
    near(by_last_[last], by_last_[last + 1], order_last_, true);
  }
}

void Index::tokens(std::string_view text, const std::uint16_t* map, Memo& memo, std::vector<Hit>& out) const {
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    std::uint64_t hash = kForward;
    while (end < text.size() && text[end] != '-' && text[end] != '.') hash = step(hash, text[end++]);
    const std::size_t at = begin, size = end - begin;
    begin = end + 1;
    if (size < 2) continue;
    if (size >= sizeof Memo::Token::text) {
      token(text.substr(at, size), at, map, out);
      continue;
    }
    Memo::Token key;
    std::memcpy(key.text, text.data() + at, size);
    key.text[15] = static_cast<char>(size);
    Memo::Token& known = memo.tokens_[finished(hash) >> 52];
    if (std::memcmp(known.text, key.text, sizeof key.text) == 0) continue;
    const std::size_t before = out.size();
    token(text.substr(at, size), at, map, out);
    if (out.size() == before && before < kHitsMax) known = key;
  }
}

void Index::find(const Spelling& name, Memo& memo, std::vector<Hit>& out) const {
  out.clear();
  const std::string_view text(name.folded, name.begin[name.labels - 1u] - 1u);
  exact(text, nullptr, How::folded, out);
  tokens(text, nullptr, memo, out);
  char buffer[256];
  std::uint16_t map[257];
  std::size_t size = 0;
  if (has_pairs(text) && (size = fold_pairs(text, buffer, map)) != text.size()) {
    exact({buffer, size}, map, How::paired, out);
    tokens({buffer, size}, map, memo, out);
  }
  if (text.find('-') == std::string_view::npos) return;
  size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-') continue;
    map[size] = static_cast<std::uint16_t>(i);
    buffer[size++] = text[i];
  }
  map[size] = static_cast<std::uint16_t>(text.size());
  exact({buffer, size}, map, How::undashed, out);
  // A label that has a dash of its own and was changed besides: "minstry-kalmoria".
  if (!dashed_) return;
  const std::size_t before = out.size();
  for (std::size_t begin = 0; begin < size;) {
    std::size_t end = begin;
    while (end < size && buffer[end] != '.') ++end;
    if (map[end - 1] + 1u - map[begin] > end - begin) token({buffer + begin, end - begin}, begin, map, out);
    begin = end + 1;
  }
  const auto undashed = [&](const Hit& hit) {
    return hit.how == How::brief || brands_[hit.brand].label.find('-') == std::string::npos;
  };
  out.erase(std::remove_if(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(), undashed), out.end());
}

std::size_t Index::memory() const {
  return keys_.size() * 8 + first_.size() * 4 + brief_.size() * 2 + bloom_.size() * 8 +
         table_.size() * sizeof(Variant) + patterns_.size() * (sizeof(Pattern) + 16) + longs_.size() * 12;
}

}  // namespace tocsin::decoys
