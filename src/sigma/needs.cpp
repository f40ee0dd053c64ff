// Required literals of expressions, after Cox, "Regular Expression Matching with a Trigram Index" (2012): walk the
// expression keeping, for each part, either the few texts that it can be ("exact") or what each of its matches holds.
//
// Everything is folded as it is read. Without the `i` flag that only weakens what is required, and character
// classes such as [Ee] become one letter. Code points outside ASCII are taken as "some character".
// Nesting is kept on an explicit stack.
#include "sigma/needs.h"

#include <algorithm>
#include <bitset>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "sigma/regex_parts.h"

namespace tocsin::sigma {
namespace {

constexpr std::size_t kLiteralsMax = 16;  // of a pattern that are kept
constexpr std::size_t kClassMax = 4;      // members of a character class that is spelt out
constexpr std::size_t kNestingMax = 200;
constexpr std::uint32_t kRepeatMax = 1000;  // RE2's own limit

using Part = RegexPart;

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
    RegexSequence sequence;
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
      case '(':
        return open();
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
      case '*':
        return quantify(0, kRepeatMax);
      case '+':
        return quantify(1, kRepeatMax);
      case '?':
        return quantify(0, 1);
      case '{':
        return brace();
      case '[':
        return character_class();
      case '\\':
        return escape();
      case '.':
        put(Part::anything(1));
        return true;
      case '^':
      case '$':
        put(Part::empty());
        return true;
      default:
        put(literal(c));
        return true;
    }
  }

  static Part literal(char c) {
    return Part::one_of({std::string(1, c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c)});
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
    const auto digit = [](char c) {
      return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
    };
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
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case 'f':
        return '\f';
      case 'v':
        return '\v';
      case 'a':
        return '\a';
      case 'x':
        if (const auto value = hexadecimal()) return value;
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x80 && !(c >= '0' && c <= '9') &&
            !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '_')
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
      case 'd':
      case 'D':
      case 'w':
      case 'W':
      case 's':
      case 'S':
        put(Part::anything(1));
        return true;
      case 'b':
      case 'B':
      case 'A':
      case 'z':
        put(Part::empty());
        return true;
      default:
        return false;
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
      if (text_[at_] == '\\' && at_ + 1 < text_.size() &&
          std::string_view("dDwWsS").find(text_[at_ + 1]) != std::string_view::npos) {
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
    put(Part::one_of(std::move(texts)));
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
      if (needs.texts.size() < kLiteralsMax) needs.texts.push_back({std::move(text)});
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

std::optional<std::uint32_t> plain_run(const Regex& regex) {
  std::string_view text = regex.expression;
  if (regex.dot_all) return std::nullopt;
  bool dot = false;
  for (const std::string_view form : {"(?:.)", "(.)", "."})
    if (!dot && text.starts_with(form)) {
      text.remove_prefix(form.size());
      dot = true;
    }
  if (!dot || !text.starts_with('{') || !text.ends_with('}')) return std::nullopt;
  std::uint32_t counts[2] = {0, kRepeatMax};
  text = text.substr(1, text.size() - 2);
  const std::size_t comma = text.find(',');
  const std::string_view parts[2] = {text.substr(0, comma), comma == std::string_view::npos ? "" : text.substr(comma + 1)};
  for (int i = 0; i < 2; ++i) {
    if (parts[i].empty() && i == 1) continue;
    const auto [end, error] = std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), counts[i]);
    if (error != std::errc() || end != parts[i].data() + parts[i].size()) return std::nullopt;
  }
  if (counts[0] == 0 || counts[0] > counts[1] || counts[1] > kRepeatMax) return std::nullopt;
  return counts[0];
}

}  // namespace tocsin::sigma
