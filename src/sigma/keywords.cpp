// What the bytes must show, so that the gate never shuts out a value that holds a keyword:
//
// - A keyword's ASCII run must be one that no number, GUID, SID, time or boolean has, since those are not written in
// the
//   bytes as they are shown.
// - Folding turns two code points outside ASCII into letters: U+212A into k, U+017F into s. In UTF-16 they are units
//   like others, so runs are entered with each of them; in UTF-8 a text that has them passes the gate.
// - JSON may write a character as an escape. Its reader says so by Event::keywords_elsewhere; here only runs free of
//   characters that are usually escaped are used.
#include "sigma/keywords.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"
#include "base/text.h"

namespace tocsin::sigma {
namespace {

constexpr std::uint64_t kSmall = 0x2020202020202020;
constexpr std::size_t kWideMin = 4;  // characters of a run: 8 bytes
constexpr std::size_t kNarrowMin = 4;

std::uint64_t load8(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}

std::uint64_t mix(std::uint64_t word) { return word * 0x9e3779b97f4a7c15; }

// No number, GUID, SID or time has two letters in a row of which one is no hexadecimal digit; words are few.
bool tells(std::string_view run) {
  for (const std::string_view word : {"true", "false", "-inf", "-nan"})
    if (word.find(run) != std::string_view::npos) return false;
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  for (std::size_t i = 0; i + 1 < run.size(); ++i)
    if (is_letter(run[i]) && is_letter(run[i + 1]) && (run[i] > 'f' || run[i + 1] > 'f') && run[i] != 'x' &&
        run[i + 1] != 'x')
      return true;
  return false;
}

// The longest run of characters that `fits` and that tells text from numbers.
template <class Fits>
std::string_view longest_run(std::string_view text, Fits fits) {
  std::string_view best;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && fits(text[end])) ++end;
    const std::string_view run = text.substr(at, end - at);
    if (run.size() > best.size() && tells(run)) best = run;
    at = end + 1;
  }
  return best;
}

bool is_wide_safe(char c) { return static_cast<unsigned char>(c) < 0x80 && c != 0; }
bool is_narrow_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view(" .,:;_-=()@#!").find(c) != std::string_view::npos;
}

// UTF-16LE bytes of the run, each as the values that it may have: k and s have a second unit that folds to them.
struct Unit {
  std::uint8_t low, high;
};
std::vector<std::vector<Unit>> units_of(std::string_view run) {
  std::vector<std::vector<Unit>> out;
  for (const char c : run) {
    auto& units = out.emplace_back();
    units.push_back({static_cast<std::uint8_t>(c), 0});
    if (c == 'k') units.push_back({0x2a, 0x21});
    if (c == 's') units.push_back({0x7f, 0x01});
  }
  return out;
}

}  // namespace

std::uint64_t keyword_group(std::string_view folded) { return std::uint64_t{1} << (hash64(folded) & 63); }

void KeywordGroups::add(std::string_view folded) {
  if (folded.empty()) {
    always_ = ~std::uint64_t{0};
    return;
  }
  literals_.add(folded, Anchor::none, static_cast<std::uint32_t>(hash64(folded) & 63));
}

std::uint64_t KeywordGroups::groups_in(std::string_view text) const {
  std::uint64_t groups = always_ | (before_ ? before_->groups_in(text) : 0);
  std::string folded(2 * text.size() + 16 + LiteralIndex::kOverread, '\0');
  const std::size_t size = fold_into(text, folded.data());
  literals_.find({folded.data(), size}, [&](std::uint32_t group) {
    groups |= std::uint64_t{1} << group;
    return true;
  });
  return groups;
}

void KeywordGate::add(std::string_view folded) {
  texts_.emplace_back(folded);
  groups_ |= keyword_group(folded);
}

void KeywordGate::build() {
  std::size_t wide_stride = 8;
  std::vector<std::string_view> wide, narrow;
  for (const std::string& text : texts_) {
    wide.push_back(longest_run(text, is_wide_safe));
    narrow.push_back(longest_run(text, is_narrow_safe));
    if (wide.back().size() < kWideMin) wide_ = false;
    if (narrow.back().size() < kNarrowMin) narrow_ = false;
    while (wide_ && wide_stride > 2 * wide.back().size() - 7) wide_stride /= 2;
  }
  if (wide_) {
    std::vector<std::uint64_t> words;
    for (const std::string_view run : wide) {
      const auto units = units_of(run);
      for (std::size_t begin = 0; begin < wide_stride; ++begin) {
        // All words of 8 bytes from this byte on, over the units' choices.
        std::vector<std::uint64_t> made{0};
        for (std::size_t i = 0; i < 8; ++i) {
          const auto& choices = units[(begin + i) / 2];
          const bool high = (begin + i) % 2 == 1;
          std::vector<std::uint64_t> next;
          for (const std::uint64_t word : made)
            for (const Unit& unit : choices) {
              // The high byte belongs to the low byte that was chosen just before it.
              if (high && i > 0 && (word >> (8 * (i - 1)) & 0xff) != (unit.low | 0x20u)) continue;
              next.push_back(word | std::uint64_t{(high ? unit.high : unit.low) | 0x20u} << (8 * i));
            }
          made = std::move(next);
        }
        words.insert(words.end(), made.begin(), made.end());
      }
    }
    wide_runs_.build(std::move(words), wide_stride);
  }
  if (narrow_) {
    std::size_t shortest = 8;
    for (const std::string_view run : narrow) shortest = std::min(shortest, run.size());
    // Eight bytes each are sharper than fewer, but need a longer run.
    const std::size_t size = shortest >= 8 ? 8 : 4;
    std::size_t stride = 4;
    for (const std::string_view run : narrow)
      while (stride > run.size() - size + 1) stride /= 2;
    narrow_mask_ = size == 8 ? ~std::uint64_t{0} : 0xffffffff;
    std::vector<std::uint64_t> words;
    for (const std::string_view run : narrow)
      for (std::size_t begin = 0; begin < stride; ++begin) {
        std::uint64_t word = 0;
        std::memcpy(&word, run.data() + begin, size);
        words.push_back((word | kSmall) & narrow_mask_);
      }
    narrow_runs_.build(std::move(words), stride);
  }
  texts_.clear();
}

void KeywordGate::Runs::build(std::vector<std::uint64_t> found, std::size_t a_stride) {
  stride = a_stride;
  words = std::move(found);
  std::ranges::sort(words);
  words.erase(std::ranges::unique(words).begin(), words.end());
  bits.assign(256, 0);
  for (const std::uint64_t word : words) {
    const std::uint64_t bit = mix(word) >> 50;
    bits[bit >> 6] |= std::uint64_t{1} << (bit & 63);
  }
}

bool KeywordGate::Runs::in(std::string_view bytes, std::uint64_t mask) const {
  const auto known = [&](const char* from) {
    const std::uint64_t word = (load8(from) | kSmall) & mask, bit = mix(word) >> 50;
    return (bits[bit >> 6] >> (bit & 63) & 1) != 0 && std::ranges::binary_search(words, word);
  };
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += stride)
    if (known(bytes.data() + at)) return true;
  char tail[16] = {};
  const std::size_t left = bytes.size() - std::min(at, bytes.size());
  std::memcpy(tail, bytes.data() + bytes.size() - left, left);
  for (std::size_t i = 0; i < left; i += stride)
    if (known(tail + i)) return true;
  return false;
}

bool KeywordGate::may_hold(const Event& event) const {
  if (open_ || (event.keywords_elsewhere & groups_) != 0) return true;
  if (event.raw.starts_with(std::string_view("**\0\0", 4)))
    return !wide_ || wide_runs_.in(event.raw, ~std::uint64_t{0});
  if (!narrow_) return true;
  if (narrow_runs_.in(event.raw, narrow_mask_)) return true;
  return !is_ascii(event.raw) && (event.raw.find("\xe2\x84\xaa") != std::string_view::npos ||
                                  event.raw.find("\xc5\xbf") != std::string_view::npos);
}

}  // namespace tocsin::sigma
