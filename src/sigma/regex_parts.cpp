// Sets are cut short before they grow: an expression is the user's, and what is dropped only weakens what is known.
#include "sigma/regex_parts.h"

#include <algorithm>

namespace tocsin::sigma {
namespace {

constexpr std::size_t kExactMax = 24;    // texts in an exact set
constexpr std::size_t kTextMax = 64;     // bytes of a text
constexpr std::size_t kOptionsMax = 16;  // requirements kept for one expression
constexpr std::size_t kChoicesMax = 64;  // texts in one requirement
constexpr std::size_t kSizeMax = 1u << 20;
constexpr unsigned kCountMax = 60'000;

using Counts = RegexPart::Counts;

void sort_unique(Texts& texts) {
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
}

Counts counts_of(const Texts& texts) {
  Counts least{};
  bool first = true;
  for (const std::string& text : texts) {
    Counts counts{};
    for (const char c : text) ++counts[static_cast<unsigned char>(c) & 127];
    for (std::size_t i = 0; i < 128; ++i) least[i] = first ? counts[i] : std::min(least[i], counts[i]);
    first = false;
  }
  return least;
}

void add_option(std::vector<Texts>& options, Texts texts) {
  if (texts.empty() || shortest(texts) == 0 || texts.size() > kChoicesMax || options.size() >= kOptionsMax) return;
  options.push_back(std::move(texts));
}

std::optional<Texts> product(const Texts& left, const Texts& right) {
  if (left.size() * right.size() > kExactMax) return std::nullopt;
  Texts out;
  for (const std::string& a : left)
    for (const std::string& b : right) {
      if (a.size() + b.size() > kTextMax) return std::nullopt;
      out.push_back(a + b);
    }
  sort_unique(out);
  return out;
}

// The option that says most: its shortest text is longest, then it has fewest texts.
const Texts* best_option(const RegexPart& part) {
  if (part.exact) return shortest(*part.exact) > 0 ? &*part.exact : nullptr;
  const Texts* best = nullptr;
  for (const Texts& texts : part.options)
    if (best == nullptr || shortest(texts) > shortest(*best) ||
        (shortest(texts) == shortest(*best) && texts.size() < best->size()))
      best = &texts;
  return best;
}

}  // namespace

std::size_t shortest(const Texts& texts) {
  std::size_t size = SIZE_MAX;
  for (const std::string& text : texts) size = std::min(size, text.size());
  return texts.empty() ? 0 : size;
}

RegexPart RegexPart::empty() { return one_of({""}); }

RegexPart RegexPart::anything(std::size_t size_min) {
  RegexPart part;
  part.size_min = size_min;
  return part;
}

RegexPart RegexPart::one_of(Texts texts) {
  sort_unique(texts);
  RegexPart part;
  part.size_min = shortest(texts);
  part.counts = counts_of(texts);
  part.exact = std::move(texts);
  return part;
}

RegexPart alternatives(std::vector<RegexPart> parts) {
  if (parts.size() == 1) return std::move(parts[0]);
  Texts all;
  bool exact = true;
  for (const RegexPart& part : parts) {
    if (!part.exact || all.size() + part.exact->size() > kExactMax) {
      exact = false;
      break;
    }
    all.insert(all.end(), part.exact->begin(), part.exact->end());
  }
  if (exact) return RegexPart::one_of(std::move(all));
  RegexPart out = RegexPart::anything(SIZE_MAX);
  Texts joint;
  bool covered = true;
  out.counts.fill(UINT16_MAX);
  for (const RegexPart& part : parts) {
    out.size_min = std::min(out.size_min, part.size_min);
    for (std::size_t i = 0; i < 128; ++i) out.counts[i] = std::min(out.counts[i], part.counts[i]);
    const Texts* texts = best_option(part);
    covered = covered && texts != nullptr && joint.size() + texts->size() <= kChoicesMax;
    if (covered) joint.insert(joint.end(), texts->begin(), texts->end());
  }
  if (covered) {
    sort_unique(joint);
    add_option(out.options, std::move(joint));
  }
  return out;
}

RegexPart repeated(RegexPart part, std::uint32_t least, std::uint32_t most) {
  if (least == 1 && most == 1) return part;
  if (part.exact && least == most && part.exact->size() == 1 && (*part.exact)[0].size() * least <= kTextMax) {
    std::string text;
    for (std::uint32_t i = 0; i < least; ++i) text += (*part.exact)[0];
    return RegexPart::one_of({text});
  }
  if (least == 0 && most == 1 && part.exact && part.exact->size() < kExactMax) {
    part.exact->push_back("");
    return RegexPart::one_of(std::move(*part.exact));
  }
  RegexPart out;
  if (least == 0) return out;
  out.size_min = std::min(part.size_min * least, kSizeMax);
  for (std::size_t i = 0; i < 128; ++i)
    out.counts[i] = static_cast<std::uint16_t>(std::min<std::uint32_t>(part.counts[i] * least, kCountMax));
  if (part.exact) {
    add_option(out.options, std::move(*part.exact));
  } else {
    out.options = std::move(part.options);
  }
  return out;
}

void RegexSequence::add(RegexPart part) {
  size_min_ = std::min(size_min_ + part.size_min, kSizeMax);
  for (std::size_t i = 0; i < 128; ++i)
    counts_[i] = static_cast<std::uint16_t>(std::min<unsigned>(counts_[i] + part.counts[i], kCountMax));
  if (part.exact) {
    if (auto joined = product(run_, *part.exact)) {
      run_ = std::move(*joined);
      return;
    }
    flush();
    run_ = std::move(*part.exact);
    return;
  }
  flush();
  for (Texts& texts : part.options) add_option(options_, std::move(texts));
}

RegexPart RegexSequence::take() {
  RegexPart part;
  if (exact_) {
    part = RegexPart::one_of(std::move(run_));
  } else {
    flush();
    part.options = std::move(options_);
    part.counts = counts_;
    part.size_min = size_min_;
  }
  *this = RegexSequence();
  return part;
}

void RegexSequence::flush() {
  exact_ = false;
  add_option(options_, std::move(run_));
  run_ = {""};
}

}  // namespace tocsin::sigma
