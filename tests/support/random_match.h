// Random rules against random events: the compiled engine must find what the naive evaluator finds.
//
// The bytes drive every choice; when they run out, a generator that they seed goes on. Texts come from a small
// alphabet so that matches happen: letters in both cases, separators, wildcards, bytes outside ASCII and broken UTF-8.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/text.h"
#include "sigma/engine.h"
#include "sigma/naive.h"
#include "sigma/pattern.h"
#include "sigma/regex.h"

namespace tocsin::sigma::random_match {

class Dice {
 public:
  explicit Dice(std::string_view bytes) : bytes_(bytes), state_(hash64(bytes)) {}
  std::uint32_t operator()(std::uint32_t sides) {
    if (at_ < bytes_.size()) return static_cast<unsigned char>(bytes_[at_++]) % sides;
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::uint32_t>(state_ >> 33) % sides;
  }
  bool chance(std::uint32_t percent) { return (*this)(100) < percent; }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
  std::uint64_t state_;
};

// Bytes for Dice, different in all places for each seed.
inline std::string bytes_of(std::uint64_t seed) {
  const std::uint64_t word = hash64({reinterpret_cast<const char*>(&seed), sizeof seed});
  return {reinterpret_cast<const char*>(&word), sizeof word};
}

inline const std::string_view kPieces[] = {"a",
                                           "B",
                                           "b",
                                           "ab",
                                           "\\",
                                           "/",
                                           ".exe",
                                           "\\cmd.exe",
                                           "c:\\",
                                           "-",
                                           " ",
                                           "1",
                                           "2",
                                           "10",
                                           "abcdefg",
                                           "ABCDEFGHIJKLMNOP",
                                           "*",
                                           "?",
                                           "é",
                                           "É",
                                           "ß",
                                           "ſ",
                                           "\xe2\x84\xaa",
                                           "\xff",
                                           "\xc3",
                                           "\xa9",
                                           "İ",
                                           "k",
                                           "s",
                                           "S",
                                           "longer-literal-text",
                                           "powershell",
                                           std::string_view("\0", 1),
                                           "10.0.0.1",
                                           "::1",
                                           "0x1f",
                                           "2020-05-06T07:08:09Z",
                                           "+",
                                           "^",
                                           "aaaa"};
inline const std::string_view kFields[] = {"A", "B", "C", "D", "EventID", "Channel", "Mapped", "Both", "Gone"};
inline const std::string_view kExpressions[] = {"a",
                                                "^a",
                                                "b$",
                                                "[aA]b+",
                                                "(?i)AB|cd",
                                                "a.*b",
                                                ".{20,}",
                                                "\\d{2,3}",
                                                "\\\\[^\\\\]+$",
                                                "(ab|powershell).?c",
                                                "(?:a|b){3}",
                                                "a?b?c?d",
                                                "^$",
                                                "\\+.*\\+",
                                                "(?i)[kK]s",
                                                "[^a]{3}",
                                                "x{0}",
                                                "(?i)longer-(literal|text)",
                                                "\\babcdefg\\b",
                                                "(a|ab)(c|bcd)*",
                                                "[[:alpha:]]{4}",
                                                "\\x61\\x{62}",
                                                "a{2,}aa",
                                                "(?s).\\n?.",
                                                "abcd?efg",
                                                "(?i:ABC)d",
                                                "[.]exe",
                                                "é",
                                                "(a*)+",
                                                "\\^|\\+"};

inline std::string text(Dice& dice, std::uint32_t most) {
  std::string out;
  for (std::uint32_t left = dice(most + 1); left > 0; --left) out += kPieces[dice(std::size(kPieces))];
  return out;
}

inline std::string utf16le(std::string_view utf8) {
  std::string out;
  const auto put = [&](char32_t unit) {
    out += static_cast<char>(unit & 0xff);
    out += static_cast<char>(unit >> 8);
  };
  while (!utf8.empty()) {
    const CodePoint point = first_code_point(utf8);
    if (point.value >= 0x10000) {
      put(0xd800 + ((point.value - 0x10000) >> 10));
      put(0xdc00 + ((point.value - 0x10000) & 0x3ff));
    } else {
      put(point.value);
    }
    utf8.remove_prefix(point.length);
  }
  return out;
}

inline Test random_test(Dice& dice) {
  const std::uint32_t kind = dice(100);
  if (kind < 62) {
    Pattern pattern = dice.chance(70) ? Pattern{} : parse_pattern(text(dice, 4));
    if (pattern.tokens.empty() && !dice.chance(10)) pattern.tokens.push_back({Token::Kind::literal, text(dice, 3)});
    if (dice.chance(45)) add_any_before(pattern);
    if (dice.chance(45)) add_any_after(pattern);
    pattern.cased = dice.chance(12);
    normalise(pattern);
    return pattern;
  }
  if (kind < 76) {
    Regex regex{std::string(kExpressions[dice(std::size(kExpressions))]), dice.chance(20), dice.chance(10),
                dice.chance(10)};
    return regex;
  }
  if (kind < 80) {
    static const std::string_view kNets[] = {"10.0.0.0/8", "::/0", "0.0.0.0/0", "10.0.0.1", "fe80::/10", "::1/128"};
    return *parse_cidr(kNets[dice(std::size(kNets))]);
  }
  if (kind < 84) return Compare{static_cast<Order>(dice(6)), static_cast<double>(dice(12))};
  if (kind < 86) return TimePart{static_cast<TimePart::Unit>(dice(6)), static_cast<Order>(dice(6)), dice(10)};
  if (kind < 91) return Exists{dice.chance(50)};
  if (kind < 95) return Null{};
  return FieldRef{std::string(kFields[dice(std::size(kFields))]), static_cast<FieldRef::Place>(dice(4)),
                  dice.chance(30)};
}

inline Rule random_rule(Dice& dice) {
  Rule rule;
  static const std::string_view kServices[] = {"", "one", "two", "three"};
  rule.logsource.product = dice.chance(50) ? "p" : "P";
  rule.logsource.service = kServices[dice(4)];
  for (std::uint32_t left = 1 + dice(8); left > 0; --left) {
    Atom atom;
    atom.field = dice.chance(9) ? "" : std::string(kFields[dice(std::size(kFields))]);
    atom.test = random_test(dice);
    if (atom.field.empty() && !std::holds_alternative<Pattern>(atom.test) && !std::holds_alternative<Regex>(atom.test))
      atom.field = "A";
    if (dice.chance(30) && !rule.atoms.empty()) atom.field = rule.atoms.back().field;
    rule.atoms.push_back(std::move(atom));
    rule.nodes.push_back({Node::Kind::atom, static_cast<std::uint32_t>(rule.atoms.size() - 1), {}});
  }
  for (std::uint32_t left = dice(8); left > 0; --left) {
    Node node{static_cast<Node::Kind>(1 + dice(3)), 0, {}};
    const auto size = static_cast<std::uint32_t>(rule.nodes.size());
    const std::uint32_t children = node.kind == Node::Kind::none ? 1 : dice(6);
    for (std::uint32_t i = 0; i < children; ++i)  // later ones are likelier, so that the tree hangs together
      node.children.push_back(size - 1 - std::min(dice(size), dice(size)));
    rule.nodes.push_back(std::move(node));
  }
  return rule;
}

// A record is its fields: what the reader would demand and describe.
class Access : public RecordAccess {
 public:
  std::vector<std::vector<std::pair<std::string, std::optional<std::string>>>> records;
  void describe(const Batch&, const Event& event, Record& out) const override {
    out.clear();
    for (const auto& [name, value] : records[event.record])
      out.fields.push_back({name, value ? Value(*value) : Value()});
  }
};

inline constexpr std::string_view kLogsources = R"(
sources:
  - {name: one, logsource: {product: p, service: one}, when: {source: [s, t], Channel: [ab, É, '']}}
  - {name: two, logsource: {product: P, service: two}, when: {source: s, EventID: [1, 2, 10]},
     fields: {Mapped: A, Both: [A, B], EventID: EventID}}
  - {name: three, logsource: {product: p, service: three}, when: {source: s}, closed: true,
     fields: {A: B, Mapped: [C, D], EventID: Channel}}
  - {name: rest, logsource: {product: p}, when: {Channel: a}}
)";

// "" when both agree, else what differs.
inline std::string difference(std::string_view bytes, std::size_t* matches = nullptr, std::size_t* pairs = nullptr) {
  Dice dice(bytes);
  auto rules = std::make_shared<RuleSet>();
  for (std::uint32_t left = 1 + dice(30); left > 0; --left) rules->rules.push_back(random_rule(dice));
  static const Logsources kMap = [] {
    auto parsed = Logsources::parse(kLogsources, "logsources");
    CHECK(parsed.has_value());
    return *std::move(parsed);
  }();
  Demand demand;
  EngineOptions options;
  if (dice.chance(20)) options.classes_max = dice(3);
  auto engine = Engine::compile(rules, kMap, demand, options);
  CHECK(engine.has_value());
  Engine::Scratch scratch(**engine);
  Access access;
  Batch batch;
  batch.set_access(&access);
  std::vector<std::vector<Field>> fields;
  std::vector<std::uint32_t> met, brute, expected;
  std::vector<std::string> sources;
  const std::uint32_t events = 1 + dice(12);
  for (std::uint32_t i = 0; i < events; ++i) {
    auto& record = access.records.emplace_back();
    for (std::uint32_t left = dice(9); left > 0; --left) {
      const std::string name(kFields[dice(std::size(kFields))]);
      record.emplace_back(name, dice.chance(8) ? std::nullopt : std::optional(text(dice, 6)));
    }
    if (dice.chance(60)) record.emplace_back("Channel", dice.chance(50) ? "AB" : "a");
    if (dice.chance(60)) record.emplace_back("EventID", dice.chance(50) ? "1" : "2");
    sources.push_back(dice.chance(60) ? "s" : dice.chance(50) ? "T" : "u");
  }
  // Raw bytes: unrelated ones, about which nothing may be concluded; or the values as an EVTX record has them; or as
  // text.
  std::vector<std::string> raws;
  std::vector<std::uint64_t> elsewhere;
  for (std::uint32_t i = 0; i < events; ++i) {
    const std::uint32_t kind = dice(4);
    std::string& raw = raws.emplace_back();
    elsewhere.push_back(kind < 2 ? ~std::uint64_t{0} : 0);
    if (kind == 0) raw = text(dice, 6);
    if (kind == 1) raw = std::string("**\0\0abc", 7);
    if (kind >= 2) {
      raw = kind == 2 ? std::string("**\0\0", 4) + std::string(dice(9), 'x') : std::string(dice(3), 'x');
      for (const auto& [name, value] : access.records[i]) {
        if (!value) continue;
        if (kind == 2 && !is_utf8(*value)) elsewhere.back() = ~std::uint64_t{0};
        raw += kind == 2 ? utf16le(*value) : "|" + *value;
      }
    }
  }
  for (std::uint32_t i = 0; i < events; ++i) {
    auto& list = fields.emplace_back();
    for (const auto& [name, value] : access.records[i])
      if (const auto slot = demand.find(name)) list.push_back({value ? Value(*value) : Value(), *slot});
    Event event;
    event.record = i;
    event.source = sources[i];
    event.raw = raws[i];
    event.keywords_elsewhere = elsewhere[i];
    event.fields = list;
    (*engine)->match(batch, event, scratch, met);
    (*engine)->match_brute(batch, event, scratch, brute);
    expected.clear();
    for (std::uint32_t rule = 0; rule < rules->rules.size(); ++rule) {
      // Routing said plainly: the first entry in file order that the event meets and that feeds the rule.
      std::optional<std::uint32_t> through;
      for (std::uint32_t entry = 0; entry < (*engine)->entries().size() && !through; ++entry) {
        const LogsourceEntry& it = (*engine)->entries()[entry];
        bool meets = it.feeds(rules->rules[rule].logsource);
        for (const auto& condition : it.when) {
          bool holds = false;
          const auto is = [&](std::string_view value) {
            for (const std::string& wanted : condition.values) holds = holds || fold(value) == wanted;
          };
          if (condition.key == "source") is(event.source);
          for (const auto& [name, value] : access.records[i])
            if (name == condition.key && value) is(*value);
          meets = meets && holds;
        }
        if (meets) through = entry;
      }
      if ((*engine)->entry_of(rule, event, scratch) != through) return "routing of rule " + std::to_string(rule);
      if (!through) continue;
      const RoutedFields view((*engine)->entries()[*through], batch, event);
      if (evaluate(rules->rules[rule], view)) expected.push_back(rule);
      if (pairs != nullptr) ++*pairs;
    }
    if (matches != nullptr) *matches += expected.size();
    if (met != expected || brute != expected) {
      std::string out = met != expected ? "index: event " : "brute: event ";
      out += std::to_string(i) + " of " + std::to_string(events) + " found {";
      for (const std::uint32_t rule : met != expected ? met : brute) out += std::to_string(rule) + " ";
      out += "} expected {";
      for (const std::uint32_t rule : expected) out += std::to_string(rule) + " ";
      return out + "}\n";
    }
  }
  return "";
}

}  // namespace tocsin::sigma::random_match
