// Required literals of expressions, after Cox, "Regular Expression Matching with a Trigram Index" (2012): walk the
// expression keeping, for each part, either the few texts that it can be ("exact") or what each of its matches holds.
//
// Everything is folded as it is read. Without the `i` flag that only weakens what is required, and character
// classes such as [Ee] become one letter. Code points outside ASCII are taken as "some character".
// Nesting is kept on an explicit stack, and sets are cut short before they grow.
#include "sigma/needs.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <optional>

#include "base/text.h"

namespace tocsin::sigma {
namespace {

constexpr std::size_t kExactMax = 24;      // texts in an exact set
constexpr std::size_t kTextMax = 64;       // bytes of a text
constexpr std::size_t kOptionsMax = 16;    // requirements kept for one expression
constexpr std::size_t kChoicesMax = 64;    // texts in one requirement
constexpr std::size_t kClassMax = 4;       // members of a character class that is spelt out
constexpr std::size_t kNestingMax = 200;
constexpr std::size_t kSizeMax = 1u << 20;
constexpr std::uint32_t kRepeatMax = 1000;  // RE2's own limit

using Texts = std::vector<std::string>;
using Counts = std::array<std::uint16_t, 128>;

void sort_unique(Texts& texts) {
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
}

std::size_t shortest(const Texts& texts) {
  std::size_t size = SIZE_MAX;
  for (const std::string& text : texts) size = std::min(size, text.size());
  return texts.empty() ? 0 : size;
}

// What is known of one part of an expression.
struct Part {
  std::optional<Texts> exact;   // it matches these folded texts and nothing else
  std::vector<Texts> options;   // of a part that isn't exact: each of its matches holds one text of each
  Counts counts{};              // and has these bytes at least so often
  std::size_t size_min = 0;

  static Part empty() {
    Part part;
    part.exact = Texts{""};
    return part;
  }
  static Part anything(std::size_t size_min) {
    Part part;
    part.size_min = size_min;
    return part;
  }
};

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

Part exact_part(Texts texts) {
  sort_unique(texts);
  Part part;
  part.size_min = shortest(texts);
  part.counts = counts_of(texts);
  part.exact = std::move(texts);
  return part;
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

// A run of parts one after the other.
class Sequence {
 public:
  void add(Part part) {
    size_min_ = std::min(size_min_ + part.size_min, kSizeMax);
    for (std::size_t i = 0; i < 128; ++i)
      counts_[i] = static_cast<std::uint16_t>(std::min<unsigned>(counts_[i] + part.counts[i], 60'000));
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

  Part take() {
    Part part;
    if (exact_) {
      part = exact_part(std::move(run_));
    } else {
      flush();
      part.options = std::move(options_);
      part.counts = counts_;
      part.size_min = size_min_;
    }
    *this = Sequence();
    return part;
  }

 private:
  void flush() {
    exact_ = false;
    add_option(options_, std::move(run_));
    run_ = {""};
  }

  bool exact_ = true;
  Texts run_{""};  // the texts that the latest exact parts make together
  std::vector<Texts> options_;
  Counts counts_{};
  std::size_t size_min_ = 0;
};

// The option that says most: its shortest text is longest, then it has fewest texts.
const Texts* best_option(const Part& part) {
  if (part.exact) return shortest(*part.exact) > 0 ? &*part.exact : nullptr;
  const Texts* best = nullptr;
  for (const Texts& texts : part.options)
    if (best == nullptr || shortest(texts) > shortest(*best) ||
        (shortest(texts) == shortest(*best) && texts.size() < best->size()))
      best = &texts;
  return best;
}

Part alternatives(std::vector<Part> parts) {
  if (parts.size() == 1) return std::move(parts[0]);
  Texts all;
  bool exact = true;
  for (const Part& part : parts) {
    if (!part.exact || all.size() + part.exact->size() > kExactMax) {
      exact = false;
      break;
    }
    all.insert(all.end(), part.exact->begin(), part.exact->end());
  }
  if (exact) return exact_part(std::move(all));
  Part out = Part::anything(SIZE_MAX);
  Texts joint;
  bool covered = true;
  out.counts.fill(UINT16_MAX);
  for (const Part& part : parts) {
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

Part repeated(Part part, std::uint32_t least, std::uint32_t most) {
  if (least == 1 && most == 1) return part;
  if (part.exact && least == most && part.exact->size() == 1 && (*part.exact)[0].size() * least <= kTextMax) {
    std::string text;
    for (std::uint32_t i = 0; i < least; ++i) text += (*part.exact)[0];
    return exact_part({text});
  }
  if (least == 0 && most == 1 && part.exact && part.exact->size() < kExactMax) {
    part.exact->push_back("");
    return exact_part(std::move(*part.exact));
  }
  Part out;
  if (least == 0) return out;
  out.size_min = std::min(part.size_min * least, kSizeMax);
  for (std::size_t i = 0; i < 128; ++i)
    out.counts[i] = static_cast<std::uint16_t>(std::min<std::uint32_t>(part.counts[i] * least, 60'000));
  if (part.exact) {
    add_option(out.options, std::move(*part.exact));
  } else {
    out.options = std::move(part.options);
  }
  return out;
}

// Reads RE2 syntax (re2/doc/syntax.txt). nullopt: something that it doesn't know, so nothing may be concluded.
class Reading {
 public:
  explicit Reading(std::string_view text) : text_(text) {}

  std::optional<Part> run() {
    stack_.emplace_back();
    while (at_ < text_.size())
      if (!step()) return std::nullopt;
    if (stack_.size() != 1) return std::nullopt;
    return close();
  }

 private:
  struct Group {
    std::vector<Part> branches;
    Sequence sequence;
    std::optional<Part> last;  // what a quantifier would apply to
  };

  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }

  void put(Part part) {
    settle();
    stack_.back().last = std::move(part);
  }
  void settle() {
    Group& group = stack_.back();
    if (group.last) group.sequence.add(std::move(*group.last));
    group.last.reset();
  }
  Part close() {
    settle();
    Group group = std::move(stack_.back());
    stack_.pop_back();
    group.branches.push_back(group.sequence.take());
    return alternatives(std::move(group.branches));
  }

  bool step() {
    const char c = text_[at_];
    if (static_cast<unsigned char>(c) >= 0x80) {
      at_ += first_code_point(text_.substr(at_)).length;
      put(Part::anything(1));
      return true;
    }
    ++at_;
    switch (c) {
      case '(': return open();
      case ')':
        if (stack_.size() == 1) return false;
        {
          Part part = close();
          put(std::move(part));
        }
        return true;
      case '|':
        settle();
        stack_.back().branches.push_back(stack_.back().sequence.take());
        return true;
      case '*': return quantify(0, kRepeatMax);
      case '+': return quantify(1, kRepeatMax);
      case '?': return quantify(0, 1);
      case '{': return brace();
      case '[': return character_class();
      case '\\': return escape();
      case '.': put(Part::anything(1)); return true;
      case '^':
      case '$': put(Part::empty()); return true;
      default: put(literal(c)); return true;
    }
  }

  static Part literal(char c) {
    return exact_part({std::string(1, c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c)});
  }

  bool open() {
    if (stack_.size() > kNestingMax) return false;
    if (next_is('?')) {
      ++at_;
      if (text_.substr(at_).starts_with("P<")) {
        const std::size_t end = text_.find('>', at_);
        if (end == std::string_view::npos) return false;
        at_ = end + 1;
      } else {
        // Flags: none of them makes a match shorter or its folded letters other ones.
        const std::size_t end = text_.find_first_not_of("imsU-", at_);
        if (end == std::string_view::npos) return false;
        at_ = end + 1;
        if (text_[end] == ')') return true;  // for what follows in the group; put() nothing
        if (text_[end] != ':') return false;
      }
    }
    settle();
    stack_.emplace_back();
    return true;
  }

  bool quantify(std::uint32_t least, std::uint32_t most) {
    Group& group = stack_.back();
    if (!group.last) return false;
    if (next_is('?')) ++at_;
    group.last = repeated(std::move(*group.last), least, most);
    return true;
  }

  // `{2}`, `{2,}`, `{2,5}`; anything else is a plain brace.
  bool brace() {
    std::size_t at = at_;
    const auto number = [&]() -> std::optional<std::uint32_t> {
      std::uint32_t value = 0;
      const std::size_t begin = at;
      while (at < text_.size() && text_[at] >= '0' && text_[at] <= '9' && value <= kRepeatMax)
        value = value * 10 + static_cast<std::uint32_t>(text_[at++] - '0');
      return at == begin ? std::nullopt : std::optional(value);
    };
    const auto least = number();
    std::optional<std::uint32_t> most = least;
    if (least && at < text_.size() && text_[at] == ',') {
      ++at;
      most = number().value_or(kRepeatMax);
    }
    if (!least || at >= text_.size() || text_[at] != '}') {
      put(literal('{'));
      return true;
    }
    at_ = at + 1;
    return *least <= kRepeatMax && *most >= *least && quantify(*least, *most);
  }

  // A character's value after `\x`, or nothing.
  std::optional<char32_t> hexadecimal() {
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1; };
    char32_t value = 0;
    if (next_is('{')) {
      ++at_;
      std::size_t digits = 0;
      for (; at_ < text_.size() && digit(text_[at_]) >= 0 && digits < 6; ++at_, ++digits)
        value = value * 16 + static_cast<char32_t>(digit(text_[at_]));
      if (digits == 0 || !next_is('}')) return std::nullopt;
      ++at_;
      return value;
    }
    for (int i = 0; i < 2; ++i, ++at_) {
      if (at_ >= text_.size() || digit(text_[at_]) < 0) return std::nullopt;
      value = value * 16 + static_cast<char32_t>(digit(text_[at_]));
    }
    return value;
  }

  // The character that an escape stands for; nullopt for classes and what isn't known (at_ unmoved then).
  std::optional<char32_t> escaped_character() {
    const std::size_t begin = at_;
    const char c = text_[at_++];
    switch (c) {
      case 'n': return '\n';
      case 't': return '\t';
      case 'r': return '\r';
      case 'f': return '\f';
      case 'v': return '\v';
      case 'a': return '\a';
      case 'x':
        if (const auto value = hexadecimal()) return value;
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x80 && !(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
            c != '_')
          return static_cast<char32_t>(c);
        break;
    }
    at_ = begin;
    return std::nullopt;
  }

  bool escape() {
    if (at_ >= text_.size()) return false;
    if (const auto value = escaped_character()) {
      put(*value < 0x80 ? literal(static_cast<char>(*value)) : Part::anything(1));
      return true;
    }
    switch (text_[at_++]) {
      case 'd': case 'D': case 'w': case 'W': case 's': case 'S': put(Part::anything(1)); return true;
      case 'b': case 'B': case 'A': case 'z': put(Part::empty()); return true;
      default: return false;
    }
  }

  bool character_class() {
    std::bitset<128> members;
    bool open_ended = false;  // has members that aren't spelt out here
    if (next_is('^')) {
      ++at_;
      open_ended = true;
    }
    for (bool first = true;; first = false) {
      if (at_ >= text_.size()) return false;
      if (text_[at_] == ']' && !first) break;
      if (text_.substr(at_).starts_with("[:")) {
        const std::size_t end = text_.find(":]", at_);
        if (end == std::string_view::npos) return false;
        at_ = end + 2;
        open_ended = true;
        continue;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && std::string_view("dDwWsS").find(text_[at_ + 1]) != std::string_view::npos) {
        at_ += 2;
        open_ended = true;
        continue;
      }
      const auto low = class_character();
      if (!low) return false;
      char32_t high = *low;
      if (next_is('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
        ++at_;
        const auto end = class_character();
        if (!end || *end < *low) return false;
        high = *end;
      }
      if (high >= 0x80) open_ended = true;
      for (char32_t c = *low; c <= std::min<char32_t>(high, 127); ++c) members.set(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    ++at_;
    if (open_ended || members.count() > kClassMax || members.none()) {
      put(Part::anything(1));
      return true;
    }
    Texts texts;
    for (std::size_t i = 0; i < 128; ++i)
      if (members[i]) texts.emplace_back(1, static_cast<char>(i));
    put(exact_part(std::move(texts)));
    return true;
  }

  std::optional<char32_t> class_character() {
    if (text_[at_] == '\\') {
      if (++at_ >= text_.size()) return std::nullopt;
      return escaped_character();
    }
    const CodePoint point = first_code_point(text_.substr(at_));
    at_ += point.length;
    return point.value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Group> stack_;
};

}  // namespace

Needs needs_of(const Pattern& pattern) {
  Needs needs;
  std::size_t folded_min = 0;
  for (const Token& token : pattern.tokens) {
    if (token.kind == Token::Kind::literal) {
      std::string text = pattern.cased ? fold(token.text) : token.text;
      folded_min += text.size();
      if (needs.texts.size() < kOptionsMax) needs.texts.push_back({std::move(text)});
    } else if (token.kind == Token::Kind::one) {
      ++folded_min;
    }
  }
  // Folding makes a text longer by half at most, so the value as it came may be that much shorter.
  needs.size_min = folded_min * 2 / 3;
  return needs;
}

Needs needs_of(const Regex& regex) {
  Needs needs;
  auto part = Reading(regex.expression).run();
  if (!part) return needs;
  needs.size_min = part->size_min;
  for (std::size_t i = 0; i < 128; ++i)
    if (part->counts[i] > 0) needs.bytes.emplace_back(static_cast<char>(i), part->counts[i]);
  if (part->exact) {
    if (shortest(*part->exact) > 0) needs.texts.push_back(std::move(*part->exact));
  } else {
    needs.texts = std::move(part->options);
  }
  return needs;
}

}  // namespace tocsin::sigma
