// Parsing is one pass that keeps the list of all ways read so far; choices multiply it.
#include "products/template.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

namespace tocsin::products {
namespace {

// An element of a way: literal text or a capture.
struct Element {
  bool is_capture = false;
  char c = 0;
  Type type = Type::rest;
  std::int16_t capture = -1;
};
struct Choice {
  std::size_t at;  // before this element
  std::uint8_t taken;
};
struct Way {
  std::vector<Element> elements;
  std::vector<Choice> choices;
};
using Ways = std::vector<Way>;

constexpr int kDepthMax = 8;

class Parser {
 public:
  Parser(std::string_view text, CaptureNames& names) : text_(text), names_(names) {}

  Result<Ways> run() {
    TRY(Ways ways, sequence(0));
    if (at_ < text_.size()) return refuse(fmt::format("'{}' closes nothing", text_[at_]), "write it with a backslash");
    return ways;
  }

 private:
  std::unexpected<Error> refuse(std::string what, std::string hint = {}) const {
    return fail(std::move(what), fmt::format("column {}", at_ + 1), std::move(hint));
  }

  static void append(Way& way, const Way& tail) {
    for (const Choice& choice : tail.choices) way.choices.push_back({way.elements.size() + choice.at, choice.taken});
    way.elements.insert(way.elements.end(), tail.elements.begin(), tail.elements.end());
  }

  static Ways joined(const Ways& left, const Ways& right) {
    Ways out;
    for (const Way& a : left) {
      for (const Way& b : right) {
        Way way = a;
        append(way, b);
        out.push_back(std::move(way));
      }
    }
    return out;
  }

  // Up to a closing bracket, a bar or the end.
  Result<Ways> sequence(int depth) {
    if (depth > kDepthMax) return refuse(fmt::format("nested deeper than {} levels", kDepthMax));
    Ways ways(1);
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '}' || c == ')' || c == '|') break;
      Ways next;
      if (c == '{' || c == '(') {
        TRY(next, group(depth));
      } else if (c == '<') {
        TRY(const Element element, capture());
        next.push_back({{element}, {}});
      } else if (c == '>') {
        return refuse("'>' closes nothing", "write \\> for the character");
      } else {
        if (c == '\\' && ++at_ == text_.size()) return refuse("a backslash at the end");
        next.push_back({{Element{false, text_[at_++], Type::rest, -1}}, {}});
      }
      if (next.size() == 1) {  // no choice: each way goes on
        for (Way& way : ways) append(way, next[0]);
        continue;
      }
      ways = joined(ways, next);
      if (ways.size() > kShapesMax)
        return refuse(fmt::format("more than {} ways to read it", kShapesMax), "make two messages of it");
    }
    return ways;
  }

  Result<Ways> group(int depth) {
    const bool optional = text_[at_] == '{';
    const char close = optional ? '}' : ')';
    const std::size_t start = at_++;
    Ways out;
    std::uint8_t taken = 0;
    while (true) {
      TRY(Ways ways, sequence(depth + 1));
      for (Way& way : ways) {
        way.choices.insert(way.choices.begin(), {0, taken});
        out.push_back(std::move(way));
      }
      ++taken;
      if (at_ >= text_.size()) {
        at_ = start;
        return refuse(fmt::format("'{}' isn't closed", text_[start]), "write \\{ or \\( for the character");
      }
      if (text_[at_++] == '|') continue;
      if (text_[at_ - 1] == close) break;
      --at_;
      return refuse(fmt::format("'{}' where '{}' was opened", text_[at_], text_[start]));
    }
    if (optional) out.push_back({{}, {{0, taken}}});
    return out;
  }

  Result<Element> capture() {
    const std::size_t close = text_.find('>', at_);
    if (close == std::string_view::npos) return refuse("'<' isn't closed", "write \\< for the character");
    const std::string_view inner = text_.substr(at_ + 1, close - at_ - 1);
    const std::size_t colon = inner.rfind(':');
    if (colon == std::string_view::npos) return refuse(fmt::format("<{}> has no type", inner), "<name:type>");
    const std::string_view name = inner.substr(0, colon), type = inner.substr(colon + 1);
    const auto found = std::ranges::find(kTypeNames, type);
    if (found == std::end(kTypeNames)) {
      std::string known;
      for (const std::string_view one : kTypeNames) known += (known.empty() ? "" : ", ") + std::string(one);
      return refuse(fmt::format("unknown type '{}'", type), known);
    }
    if (!std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == '-'; }))
      return refuse(fmt::format("the capture's name '{}'", name), "letters, digits and . _ -");
    Element out{true, 0, static_cast<Type>(found - std::begin(kTypeNames)), -1};
    if (!name.empty()) {
      auto known = std::ranges::find(names_, name);
      if (known == names_.end()) {
        if (names_.size() == kCapturesMax) return refuse(fmt::format("more than {} captures", kCapturesMax));
        known = names_.insert(names_.end(), std::string(name));
      }
      out.capture = static_cast<std::int16_t>(known - names_.begin());
    }
    at_ = close + 1;
    return out;
  }

  std::string_view text_;
  CaptureNames& names_;
  std::size_t at_ = 0;
};

bool is_free(Type type, const std::string& behind) {
  switch (type) {
    case Type::rest:
    case Type::text:
      return true;
    case Type::until:
      return behind.empty();  // up to the end
    case Type::quoted:
      return false;
    default:
      return !behind.empty() && may_hold(type, static_cast<unsigned char>(behind[0]));
  }
}

Result<Shape> shape_of(const Way& way) {
  Shape out;
  std::vector<std::size_t> places;  // of captures among the elements
  for (std::size_t i = 0; i < way.elements.size(); ++i) {
    const Element& element = way.elements[i];
    if (!element.is_capture) {
      (out.steps.empty() ? out.prefix : out.steps.back().literal) += element.c;
      continue;
    }
    if (!out.steps.empty() && out.steps.back().literal.empty())
      return fail("two captures with nothing between them", "", "one ends where the literal text behind it begins");
    if (element.capture >= 0)
      for (const Shape::Step& step : out.steps)
        if (step.capture == element.capture) return fail("one name captured twice");
    out.steps.push_back({"", element.capture, element.type, false});
    places.push_back(i);
  }
  std::size_t first_free = way.elements.size() + 1;
  for (std::size_t i = out.steps.size(); i-- > 0;) {
    out.steps[i].free = is_free(out.steps[i].type, out.steps[i].literal);
    if (out.steps[i].free) first_free = places[i];
  }
  for (const Choice& choice : way.choices)
    if (choice.at <= first_free) out.path.push_back(choice.taken);
  return out;
}

}  // namespace

std::size_t longest(Type type) {
  switch (type) {
    case Type::ip:
      return 64;  // RFC 4291 2.2 has 45, and a zone
    case Type::host:
      return 300;  // RFC 1035 2.3.4 has 255, and a zone or port
    case Type::port:
      return 5;
    case Type::integer:
      return 21;  // 64 bits and a minus
    case Type::number:
      return 48;
    case Type::hex:
    case Type::id:
      return 256;
    default:
      return SIZE_MAX;
  }
}

bool may_hold(Type type, unsigned char c) {
  const bool digit = c >= '0' && c <= '9', letter = static_cast<unsigned char>((c | 32) - 'a') < 26;
  const bool hex = digit || static_cast<unsigned char>((c | 32) - 'a') < 6;
  switch (type) {
    case Type::word:
      return c != ' ' && c != '\t';
    case Type::ip:
      return hex || c == '.' || c == ':';
    case Type::host:
      return digit || letter || c == '.' || c == '-' || c == '_' || c == ':' || c == '%' || c >= 0x80;
    case Type::port:
      return digit;
    case Type::integer:
      return digit || c == '-';
    case Type::number:
      return digit || c == '.';
    case Type::hex:
      return hex;
    case Type::id:
      return digit || letter || c == '-' || c == '_';
    case Type::email:
      return c > ' ' && c != '<' && c != '>' && c != ',' && c != ';';
    default:
      return true;
  }
}

std::string Shape::print() const {
  std::string out = prefix;
  for (const Step& step : steps)
    out += fmt::format("<{}:{}{}>{}", step.capture, kTypeNames[static_cast<int>(step.type)], step.free ? "*" : "",
                       step.literal);
  return out;
}

Result<std::vector<Shape>> parse_template(std::string_view text, CaptureNames& names) {
  TRY(const Ways ways, Parser(text, names).run());
  std::vector<Shape> out;
  for (const Way& way : ways) {
    auto shape = shape_of(way);
    if (!shape) {
      Shape printed;
      std::string read;
      for (const Element& element : way.elements)
        read += element.is_capture ? fmt::format("<{}>", kTypeNames[static_cast<int>(element.type)])
                                   : std::string(1, element.c);
      return fail(shape.error().what + ": " + read, "", shape.error().hint);
    }
    if (shape->prefix.empty() && shape->steps.empty()) return fail("it may be empty", "", "leave some text");
    out.push_back(std::move(*shape));
  }
  return out;
}

}  // namespace tocsin::products
