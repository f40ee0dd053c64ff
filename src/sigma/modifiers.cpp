// One function a family of modifiers, one table of all of them. Specification, appendix "Modifiers"; the combinations
// that it forbids, and those that have no meaning, are refused with the reason.
#include "sigma/modifiers.h"

#include <fmt/core.h>

#include "sigma/encodings.h"
#include "sigma/naive.h"
#include "sigma/pattern.h"
#include "sigma/regex.h"

namespace tocsin::sigma {
namespace {

using Kind = Item::Kind;
using Place = FieldRef::Place;

struct Step {
  std::string_view name;
  std::vector<Item>& items;
  Joining& joining;
  const Placeholders& placeholders;
  Placeholders& used;
};

std::string quoted(const Item& item) { return "'" + std::string(item.source->text) + "'"; }

std::unexpected<Error> misplaced(const Step& step, const Item& item, std::string_view why, std::string hint = {}) {
  return fail(fmt::format("the modifier '{}' on {} {}", step.name, quoted(item), why),
              fmt::format("{}", item.source->line), std::move(hint));
}

// Raw text becomes tokens when the first modifier needs them.
void tokenise(Item& item) {
  if (item.is_raw) item.pattern = parse_pattern(item.raw);
  item.is_raw = false;
}

Result<void> place(Step& step) {
  for (Item& item : step.items) {
    if (item.placed) return misplaced(step, item, "follows another of contains, startswith, endswith");
    item.placed = true;
    if (item.kind == Kind::reference) {
      auto& reference = std::get<FieldRef>(item.test);
      reference.place = step.name == "contains"     ? Place::contains
                        : step.name == "startswith" ? Place::starts
                                                    : Place::ends;
    } else if (item.kind == Kind::text) {
      item.any_before = step.name != "startswith";
      item.any_after = step.name != "endswith";
    } else if (item.kind == Kind::regex) {
      return misplaced(step, item, "has no meaning for an expression",
                       "an expression is searched anywhere; anchor it with ^ and $");
    } else {
      return misplaced(step, item, "needs text");
    }
  }
  return {};
}

Result<void> cased(Step& step) {
  for (Item& item : step.items) {
    if (item.kind != Kind::text && item.kind != Kind::reference &&
        !(item.kind == Kind::regex && !item.regex.ignore_case))
      return misplaced(step, item, "needs text");
    item.cased = true;
    if (item.kind == Kind::reference) std::get<FieldRef>(item.test).cased = true;
  }
  return {};
}

Result<void> exists(Step& step) {
  for (Item& item : step.items) {
    const auto wanted = item.source->boolean();
    if (!wanted) return misplaced(step, item, "needs true or false, without quotes");
    item.kind = Kind::exists;
    item.test = Exists{*wanted};
  }
  return {};
}

Result<void> dashes(Step& step) {
  std::vector<Item> out;
  for (Item& item : step.items) {
    if (item.kind != Kind::text) return misplaced(step, item, "needs text");
    tokenise(item);
    std::vector<Pattern> spellings{{}};
    bool fresh = true;
    for (const Token& token : item.pattern.tokens) {
      std::vector<std::string> texts{""};
      if (token.kind == Token::Kind::literal) texts = windash(token.text, fresh);
      if (texts.empty() || texts.size() * spellings.size() > 625)
        return misplaced(step, item, fmt::format("meets more than {} dashes", kDashesMax), "split the value");
      std::vector<Pattern> next;
      for (const Pattern& head : spellings)
        for (std::string& text : texts) {
          next.push_back(head);
          next.back().tokens.push_back({token.kind, text});
        }
      spellings = std::move(next);
      fresh = token.kind != Token::Kind::literal;
    }
    for (Pattern& pattern : spellings) {
      out.push_back(item);
      out.back().pattern = std::move(pattern);
    }
  }
  step.items = std::move(out);
  return {};
}

// base64, base64offset and UTF-16 change the text that stands there, so they come before contains and the like.
Result<void> encode(Step& step) {
  std::vector<Item> out;
  for (Item& item : step.items) {
    if (item.kind != Kind::text) return misplaced(step, item, "needs text");
    if (item.placed)
      return misplaced(step, item, "stands after contains, startswith or endswith",
                       "modifiers are applied in the order in which they are written; encode first");
    tokenise(item);
    const auto text = plain_text(item.pattern);
    if (!text)
      return misplaced(step, item, "can't encode a wildcard", "write \\* or \\? for the characters themselves");
    std::vector<std::string> encoded;
    if (step.name == "base64") encoded = {base64(*text)};
    if (step.name == "base64offset")
      for (std::string& part : base64_offsets(*text)) encoded.push_back(std::move(part));
    if (step.name == "utf16le" || step.name == "wide") encoded = {utf16(*text, Utf16::le)};
    if (step.name == "utf16be") encoded = {utf16(*text, Utf16::be)};
    if (step.name == "utf16") encoded = {utf16(*text, Utf16::marked)};
    const std::size_t before = out.size();
    for (std::string& part : encoded) {
      if (part.empty()) continue;  // a byte or two leave no fixed digit at some offset
      out.push_back(item);
      out.back().pattern.tokens = {{Token::Kind::literal, std::move(part)}};
    }
    if (out.size() == before) return misplaced(step, item, "leaves nothing of so short a text");
  }
  step.items = std::move(out);
  return {};
}

Result<void> regex(Step& step) {
  for (Item& item : step.items) {
    if (item.kind != Kind::text || !item.is_raw || item.placed || item.cased)
      return misplaced(step, item, "must be the first, but for expand");
    item.kind = Kind::regex;
    item.regex.expression = item.raw;
  }
  return {};
}

Result<void> regex_flag(Step& step) {
  for (Item& item : step.items) {
    if (item.kind != Kind::regex) return misplaced(step, item, "belongs behind 're'");
    if (step.name == "i" && item.cased) return misplaced(step, item, "contradicts 'cased'");
    if (step.name == "i") item.regex.ignore_case = true;
    if (step.name == "m") item.regex.multi_line = true;
    if (step.name == "s") item.regex.dot_all = true;
  }
  return {};
}

Result<void> order(Step& step) {
  const Order wanted = step.name == "lt"    ? Order::lt
                       : step.name == "lte" ? Order::lte
                       : step.name == "gt"  ? Order::gt
                                            : Order::gte;
  for (Item& item : step.items) {
    if (item.kind == Kind::time) {  // Field|hour|gte: 18
      std::get<TimePart>(item.test).order = wanted;
      continue;
    }
    const auto number = item.kind == Kind::text && !item.placed ? parse_number(item.raw) : std::nullopt;
    if (!number) return misplaced(step, item, "needs a number");
    item.kind = Kind::number;
    item.test = Compare{wanted, *number};
  }
  return {};
}

Result<void> time_unit(Step& step) {
  struct Unit {
    std::string_view name;
    TimePart::Unit unit;
    double from, to;
  };
  static constexpr Unit kUnits[] = {{"minute", TimePart::Unit::minute, 0, 59}, {"hour", TimePart::Unit::hour, 0, 23},
                                    {"day", TimePart::Unit::day, 1, 31},       {"week", TimePart::Unit::week, 1, 53},
                                    {"month", TimePart::Unit::month, 1, 12},   {"year", TimePart::Unit::year, 0, 1e6}};
  for (Item& item : step.items)
    for (const Unit& unit : kUnits)
      if (unit.name == step.name) {
        const auto number = item.kind == Kind::text && !item.placed ? parse_number(item.raw) : std::nullopt;
        if (!number || *number != static_cast<double>(static_cast<std::int64_t>(*number)) || *number < unit.from ||
            *number > unit.to)
          return misplaced(step, item, fmt::format("needs a whole number from {} to {}", unit.from, unit.to));
        item.kind = Kind::time;
        item.test = TimePart{unit.unit, Order::eq, static_cast<std::int64_t>(*number)};
      }
  return {};
}

Result<void> cidr(Step& step) {
  for (Item& item : step.items) {
    const auto network = item.kind == Kind::text && !item.placed ? parse_cidr(item.raw) : std::nullopt;
    if (!network) return misplaced(step, item, "needs a network such as 10.0.0.0/8 or fe80::/10");
    item.kind = Kind::cidr;
    item.test = *network;
  }
  return {};
}

Result<void> field_reference(Step& step) {
  for (Item& item : step.items) {
    if (item.kind != Kind::text || item.placed || !item.is_raw || item.raw.empty())
      return misplaced(step, item, "needs a field's name and must come first");
    item.kind = Kind::reference;
    item.test = FieldRef{item.raw, Place::whole, item.cased};
  }
  return {};
}

// Specification, "Placeholders": %name% is replaced by each of its values, which are patterns themselves; \% is a
// plain percent sign.
Result<void> expand(Step& step) {
  std::vector<Item> out;
  for (Item& item : step.items) {
    if ((item.kind != Kind::text && item.kind != Kind::regex) || (item.kind == Kind::text && !item.is_raw))
      return misplaced(step, item, "must come before modifiers that encode");
    std::string& subject = item.kind == Kind::regex ? item.regex.expression : item.raw;
    std::vector<std::string> texts{""};
    for (std::size_t i = 0; i < subject.size();) {
      const std::size_t close = subject[i] == '%' ? subject.find('%', i + 1) : std::string::npos;
      if (subject[i] == '\\' && i + 1 < subject.size()) {
        // "\%" gives the percent sign; every other pair is kept for the pattern to read.
        for (std::string& text : texts) text += subject[i + 1] == '%' ? "%" : subject.substr(i, 2);
        i += 2;
      } else if (close != std::string::npos && close > i + 1) {
        const std::string name = subject.substr(i + 1, close - i - 1);
        const auto found = step.placeholders.find(name);
        if (found == step.placeholders.end() || found->second.empty())
          return fail(fmt::format("the placeholder %{}% has no value", name), fmt::format("{}", item.source->line),
                      fmt::format("give it one: --placeholders FILE with `{}: [value, …]`", name));
        step.used.insert(*found);
        if (texts.size() * found->second.size() > kAtomsMax)
          return misplaced(step, item, fmt::format("makes more than {} values", kAtomsMax));
        std::vector<std::string> next;
        for (const std::string& text : texts)
          for (const std::string& value : found->second) next.push_back(text + value);
        texts = std::move(next);
        i = close + 1;
      } else {
        for (std::string& text : texts) text += subject[i];
        ++i;
      }
    }
    for (std::string& text : texts) {
      out.push_back(item);
      (item.kind == Kind::regex ? out.back().regex.expression : out.back().raw) = std::move(text);
    }
  }
  step.items = std::move(out);
  return {};
}

Result<void> join_all(Step& step) {
  step.joining.all = true;
  step.joining.negated_before_all = step.joining.negated;
  return {};
}

Result<void> deny(Step& step) {
  for (const Item& item : step.items)
    if (item.kind == Kind::exists) return misplaced(step, item, "can't follow 'exists'", "write exists: false");
  step.joining.negated = true;
  return {};
}

struct Modifier {
  std::string_view name;
  Result<void> (*apply)(Step&);
  bool for_keywords;  // has a meaning without a field
  bool for_null;
};

constexpr Modifier kModifiers[] = {
    {"all", join_all, true, true},
    {"contains", place, true, false},
    {"startswith", place, true, false},
    {"endswith", place, true, false},
    {"exists", exists, false, false},
    {"cased", cased, true, false},
    {"neq", deny, true, true},
    {"windash", dashes, true, false},
    {"re", regex, true, false},
    {"i", regex_flag, true, false},
    {"m", regex_flag, true, false},
    {"s", regex_flag, true, false},
    {"base64", encode, true, false},
    {"base64offset", encode, true, false},
    {"utf16le", encode, true, false},
    {"wide", encode, true, false},
    {"utf16be", encode, true, false},
    {"utf16", encode, true, false},
    {"lt", order, false, false},
    {"lte", order, false, false},
    {"gt", order, false, false},
    {"gte", order, false, false},
    {"minute", time_unit, false, false},
    {"hour", time_unit, false, false},
    {"day", time_unit, false, false},
    {"week", time_unit, false, false},
    {"month", time_unit, false, false},
    {"year", time_unit, false, false},
    {"cidr", cidr, false, false},
    {"expand", expand, true, false},
    {"fieldref", field_reference, false, false},
};

}  // namespace

Item start_item(const Yaml& value) {
  Item item;
  item.source = &value;
  item.raw = value.text;
  if (value.is_null()) item.kind = Kind::null;
  return item;
}

Result<void> apply(std::string_view name, bool keyword, std::vector<Item>& items, Joining& joining,
                   const Placeholders& placeholders, Placeholders& used) {
  Step step{name, items, joining, placeholders, used};
  for (const Modifier& modifier : kModifiers) {
    if (modifier.name != name) continue;
    for (const Item& item : items) {
      if (item.kind == Kind::null && !modifier.for_null) return misplaced(step, item, "needs a value; null is none");
      if (item.kind == Kind::exists) return misplaced(step, item, "can't be combined with 'exists'");
    }
    if (keyword && !modifier.for_keywords)
      return fail(fmt::format("the modifier '{}' needs a field's name in front", name));
    return modifier.apply(step);
  }
  std::string known;
  for (const Modifier& modifier : kModifiers) known += (known.empty() ? "" : " ") + std::string(modifier.name);
  return fail(fmt::format("there is no modifier '{}'", name), "", "there are: " + known);
}

Result<std::vector<Test>> finish(const Item& item, bool keyword, bool modified) {
  const std::string line = fmt::format("{}", item.source->line);
  if (item.kind == Kind::regex) {
    auto compiled = compile(item.regex);
    if (!compiled) return fail(compiled.error().what, line, compiled.error().hint);
    return std::vector<Test>{item.regex};
  }
  if (item.kind == Kind::null && keyword) return fail("null can't be a keyword", line);
  if (item.kind != Kind::text) return std::vector<Test>{item.test};

  Pattern pattern = item.is_raw ? parse_pattern(item.raw) : item.pattern;
  if (item.any_before || (keyword && !item.placed)) add_any_before(pattern);
  if (item.any_after || (keyword && !item.placed)) add_any_after(pattern);
  pattern.cased = item.cased;
  normalise(pattern);
  std::vector<Test> out{pattern};
  // A number without quotes is compared as text, and as the number that it is: 0x10 also meets "16".
  const auto number = item.source->number();
  if (number && !modified && !keyword) {
    const auto whole = static_cast<std::int64_t>(*number < 9e15 && *number > -9e15 ? *number : 0);
    if (static_cast<double>(whole) == *number) {
      Pattern decimal = parse_pattern(fmt::format("{}", whole));
      if (decimal != pattern) out.emplace_back(std::move(decimal));
    } else {
      out.emplace_back(Compare{Order::eq, *number});
    }
  }
  return out;
}

}  // namespace tocsin::sigma
