// Expressions are compiled when a first candidate asks for them: most never do.
#include "sigma/matcher.h"

#include <re2/re2.h>

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "base/text.h"
#include "sigma/naive.h"
#include "sigma/pattern.h"
#include "sigma/regex.h"

namespace tocsin::sigma {
namespace {

using Kind = Token::Kind;

const std::string kEmpty;

// A text that begins inside a code point could be found where the pattern walk, which steps by code points, never
// stops; and half a code point says nothing about what folding makes of it.
bool is_plain(std::string_view text, bool cased) {
  return text.empty() || ((static_cast<unsigned char>(text[0]) & 0xc0) != 0x80 && (!cased || is_utf8(text)));
}

// Tokens that are texts and `any` alone: each text at its first place behind the one before, the outer ones at the
// ends.
bool fits_segments(const Pattern& pattern, std::string_view value) {
  const auto& tokens = pattern.tokens;
  std::size_t first = 0, last = tokens.size();
  if (last > first && tokens[last - 1].kind == Kind::literal) {
    if (!value.ends_with(tokens[last - 1].text)) return false;
    value.remove_suffix(tokens[--last].text.size());
  }
  if (first < last && tokens[first].kind == Kind::literal) {
    if (!value.starts_with(tokens[first].text)) return false;
    value.remove_prefix(tokens[first++].text.size());
  }
  for (; first < last; ++first) {
    if (tokens[first].kind == Kind::any) continue;
    const std::string& text = tokens[first].text;
    const void* const at = memmem(value.data(), value.size(), text.data(), text.size());
    if (at == nullptr) return false;
    value.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(at) - value.data()) + text.size());
  }
  return true;
}

// Whether `count` characters stand in a row without a line end; nothing where the text isn't UTF-8 and RE2 must say.
std::optional<bool> has_run(std::string_view text, std::uint32_t count) {
  while (true) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.size() >= count) {
      if (is_ascii(line)) return true;
      if (!is_utf8(line)) return std::nullopt;
      const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
      if (static_cast<std::size_t>(std::ranges::count_if(line, starts)) >= count) return true;
    }
    if (line.size() == text.size()) return false;
    text.remove_prefix(line.size() + 1);
  }
}

}  // namespace

Matcher::Matcher(const Test& test) : test_(test) {
  if (const auto* pattern = std::get_if<Pattern>(&test)) {
    cased_ = pattern->cased;
    const auto& tokens = pattern->tokens;
    const auto is = [&](std::size_t i, Kind kind) { return i < tokens.size() && tokens[i].kind == kind; };
    const auto literal_at = [&](std::size_t i) {
      literal_ = &tokens[i].text;
      return Shape::literal;
    };
    shape_ = Shape::glob;
    if (tokens.empty()) {
      shape_ = Shape::literal;
      literal_ = &kEmpty;
      anchor_ = Anchor::whole;
    } else if (tokens.size() == 1 && is(0, Kind::any)) {
      shape_ = Shape::present;
    } else if (tokens.size() == 1 && is(0, Kind::literal)) {
      anchor_ = Anchor::whole;
      shape_ = literal_at(0);
    } else if (tokens.size() == 2 && is(0, Kind::any) && is(1, Kind::literal)) {
      anchor_ = Anchor::tail;
      shape_ = literal_at(1);
    } else if (tokens.size() == 2 && is(0, Kind::literal) && is(1, Kind::any)) {
      anchor_ = Anchor::head;
      shape_ = literal_at(0);
    } else if (tokens.size() == 3 && is(0, Kind::any) && is(1, Kind::literal) && is(2, Kind::any)) {
      shape_ = literal_at(1);
    }
    if (shape_ == Shape::literal && !is_plain(*literal_, cased_)) shape_ = Shape::glob;
    segments_ = shape_ == Shape::glob && std::ranges::all_of(tokens, [&](const Token& token) {
                  return token.kind != Kind::one && is_plain(token.text, cased_);
                });
    if (!indexable() && shape_ != Shape::present) {
      needs_ = needs_of(*pattern);
      std::erase_if(needs_.texts, [&](const auto& texts) { return !is_plain(texts[0], cased_); });
    }
  } else if (const auto* regex = std::get_if<Regex>(&test)) {
    shape_ = Shape::regex;
    cased_ = true;
    needs_ = needs_of(*regex);
    run_ = plain_run(*regex);
  } else if (std::holds_alternative<Cidr>(test)) {
    shape_ = Shape::cidr;
    cased_ = true;
  } else if (std::holds_alternative<Compare>(test)) {
    shape_ = Shape::compare;
    cased_ = true;
  } else if (std::holds_alternative<TimePart>(test)) {
    shape_ = Shape::time_part;
    cased_ = true;
  } else if (std::holds_alternative<Exists>(test)) {
    shape_ = Shape::exists;
  } else if (std::holds_alternative<Null>(test)) {
    shape_ = Shape::null;
  } else {
    shape_ = Shape::field_ref;
    cased_ = std::get<FieldRef>(test).cased;
  }
}

Matcher::~Matcher() = default;

const re2::RE2& Matcher::regex() const {
  std::call_once(once_, [&] {
    auto compiled = compile(std::get<Regex>(test_));
    CHECK(compiled.has_value());  // lowering refuses what doesn't compile
    regex_ = std::move(*compiled);
  });
  return *regex_;
}

bool Matcher::has_needs(std::string_view folded) const {
  return std::ranges::all_of(needs_.texts, [&](const std::vector<std::string>& texts) {
    return std::ranges::any_of(texts, [&](const std::string& text) {
      return memmem(folded.data(), folded.size(), text.data(), text.size()) != nullptr;
    });
  });
}

bool Matcher::test(std::string_view raw, std::string_view folded) const {
  const std::string_view value = cased_ ? raw : folded;
  switch (shape_) {
    case Shape::literal:
      switch (anchor_) {
        case Anchor::whole:
          return value == *literal_;
        case Anchor::head:
          return value.starts_with(*literal_);
        case Anchor::tail:
          return value.ends_with(*literal_);
        case Anchor::none:
          return value.size() >= literal_->size() &&
                 memmem(value.data(), value.size(), literal_->data(), literal_->size()) != nullptr;
      }
      return false;
    case Shape::present:
      return true;
    case Shape::glob:
      if (segments_) return fits_segments(std::get<Pattern>(test_), value);
      return has_needs(folded) && matches(std::get<Pattern>(test_), value);
    case Shape::regex:
      if (raw.size() < needs_.size_min || !has_needs(folded)) return false;
      if (run_)
        if (const auto known = has_run(raw, *run_)) return *known;
      return re2::RE2::PartialMatch({raw.data(), raw.size()}, regex());
    case Shape::cidr:
      return contains_address(std::get<Cidr>(test_), raw);
    case Shape::compare: {
      const Compare& compare = std::get<Compare>(test_);
      const auto number = parse_number(raw);
      return number && holds(compare.order, *number, compare.number);
    }
    case Shape::time_part: {
      const TimePart& part = std::get<TimePart>(test_);
      const auto number = time_part(part.unit, raw);
      return number && holds(part.order, static_cast<double>(*number), static_cast<double>(part.number));
    }
    case Shape::exists:
    case Shape::null:
    case Shape::field_ref:
      break;
  }
  CHECK(false);
}

bool Matcher::refers(std::string_view left, std::string_view right) const {
  switch (std::get<FieldRef>(test_).place) {
    case FieldRef::Place::whole:
      return left == right;
    case FieldRef::Place::contains:
      return left.find(right) != std::string_view::npos;
    case FieldRef::Place::starts:
      return left.starts_with(right);
    case FieldRef::Place::ends:
      return left.ends_with(right);
  }
  return false;
}

std::string key_of(const Test& test) {
  std::string key(1, static_cast<char>('a' + test.index()));
  const auto number = [&](std::uint64_t value) { key.append(reinterpret_cast<const char*>(&value), sizeof value); };
  const auto text = [&](std::string_view value) {
    number(value.size());
    key += value;
  };
  struct Visitor {
    decltype(number)& put_number;
    decltype(text)& put_text;
    void operator()(const Pattern& pattern) const {
      put_number(pattern.cased);
      for (const Token& token : pattern.tokens) {
        put_number(static_cast<std::uint64_t>(token.kind));
        put_text(token.text);
      }
    }
    void operator()(const Regex& regex) const {
      put_number(regex.ignore_case | regex.multi_line << 1 | regex.dot_all << 2);
      put_text(regex.expression);
    }
    void operator()(const Cidr& cidr) const {
      put_number(cidr.bits);
      put_text({reinterpret_cast<const char*>(cidr.address), sizeof cidr.address});
    }
    void operator()(const Compare& compare) const {
      put_number(static_cast<std::uint64_t>(compare.order));
      put_number(std::bit_cast<std::uint64_t>(compare.number));
    }
    void operator()(const TimePart& part) const {
      put_number(static_cast<std::uint64_t>(part.unit));
      put_number(static_cast<std::uint64_t>(part.order));
      put_number(static_cast<std::uint64_t>(part.number));
    }
    void operator()(const Exists& exists) const { put_number(exists.wanted); }
    void operator()(const Null&) const {}
    void operator()(const FieldRef& reference) const {
      put_number(static_cast<std::uint64_t>(reference.place));
      put_number(reference.cased);
      put_text(reference.field);
    }
  };
  std::visit(Visitor{number, text}, test);
  return key;
}

}  // namespace tocsin::sigma
