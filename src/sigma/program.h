// The lowered form of Sigma rules: what the evaluators run.
//
// lower.cpp turns modifiers into the primitive tests below, so that the naive
// evaluator (naive.h, the oracle) and the compiled engine (engine.h) share one
// meaning. A rule that reached this form can be run; all others stand in
// RuleSet::refused with their reason.
//
// Text is compared folded (base/text.h) unless `cased`. Literals in an uncased
// Pattern are already folded.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "event/finding.h"

namespace tocsin::sigma {

// Specification, "Wildcards" and "Escaping". Parsed once into tokens; contains, startswith and endswith add
// `any` tokens instead of gluing a '*' onto text.
struct Token {
  enum class Kind : std::uint8_t { literal, any, one };
  Kind kind;
  std::string text;  // of a literal, never empty
  friend bool operator==(const Token&, const Token&) = default;
};

// The whole value must fit the tokens. No tokens: the empty string.
struct Pattern {
  std::vector<Token> tokens;
  bool cased = false;
  friend bool operator==(const Pattern&, const Pattern&) = default;
};

// Searched anywhere in the value unless anchored; RE2 syntax, with the value's own case kept.
struct Regex {
  std::string expression;
  bool ignore_case = false, multi_line = false, dot_all = false;
  friend bool operator==(const Regex&, const Regex&) = default;
};

// v4 and v6 prefixes; an IPv4-mapped IPv6 value is compared as IPv4.
struct Cidr {
  std::uint8_t address[16];  // network byte order; a v4 address in the last four bytes of ::ffff:0:0/96
  std::uint8_t bits;         // 0 .. 128, v4 prefixes counted in v6 (96 + n)
  friend bool operator==(const Cidr&, const Cidr&) = default;
};

enum class Order : std::uint8_t { lt, lte, gt, gte, eq, neq };

// The value as a number (decimal, or 0x hexadecimal); a value that is no number fails.
struct Compare {
  Order order;
  double number;
  friend bool operator==(const Compare&, const Compare&) = default;
};

// A part of a time value (minute, hour, day, week, month, year) in UTC.
struct TimePart {
  enum class Unit : std::uint8_t { minute, hour, day, week, month, year };
  Unit unit;
  Order order;
  std::int64_t number;
  friend bool operator==(const TimePart&, const TimePart&) = default;
};

// `exists`: the record has the field, be it empty or null.
struct Exists {
  bool wanted;
  friend bool operator==(const Exists&, const Exists&) = default;
};

// `field: null`: the field is absent or null.
struct Null {
  friend bool operator==(const Null&, const Null&) = default;
};

// Compares with another field of the same event; fails where either is absent.
struct FieldRef {
  enum class Place : std::uint8_t { whole, contains, starts, ends };
  std::string field;
  Place place;
  bool cased;
  friend bool operator==(const FieldRef&, const FieldRef&) = default;
};

using Test = std::variant<Pattern, Regex, Cidr, Compare, TimePart, Exists, Null, FieldRef>;

// A field with several values meets a test when one of them does.
struct Atom {
  std::string field;  // "" : keyword, tested against every value of the event and against its raw text where it is text
  Test test;
  friend bool operator==(const Atom&, const Atom&) = default;
};

// An expression in an array; children stand before their parent, the root is last. A selection that the condition
// names twice, and the counts of "N of", share their nodes, so a node may have several parents.
struct Node {
  enum class Kind : std::uint8_t { atom, all, any, none };  // none: exactly one child, negated
  Kind kind;
  std::uint32_t atom = 0;                // index into Rule::atoms
  std::vector<std::uint32_t> children;   // indices into Rule::nodes; `all` of nothing is true, `any` of nothing false
};

struct Logsource {
  std::string product, category, service, definition;  // "" where absent; compared without case
  friend auto operator<=>(const Logsource&, const Logsource&) = default;
};

// Where a rule came from and what it calls itself; shared by rules and correlations.
struct Heading {
  std::string id, name, title, author, status, path;
  std::vector<std::string> techniques;  // "T1110.003", sorted, from `attack.*` tags
  std::vector<std::string> tags, fields, falsepositives, references;
  std::string description, date, modified;
  Level level = Level::medium;  // the specification leaves a missing level open; medium
  std::uint32_t line = 1;       // of the document in its file
  std::string content_hash;     // hex SHA-256 of the document's content (and its filters' and placeholders'), layout aside
};

struct Selection {
  std::string name;
  std::uint32_t node;  // index into Rule::nodes
};

struct Rule : Heading {
  Logsource logsource;
  std::vector<Atom> atoms;
  std::vector<Node> nodes;
  std::vector<Selection> selections;  // for `rules test`
  bool reported = true;               // false: only feeds correlations (no `generate`)
};

struct Correlation : Heading {
  enum class Type : std::uint8_t {
    event_count, value_count, temporal, temporal_ordered, value_sum, value_avg, value_percentile
  };
  struct Input {
    bool correlation;      // chained
    std::uint32_t index;   // into RuleSet::rules or RuleSet::correlations (always a smaller one)
    std::vector<std::string> group_by;  // field names in this input, aliases resolved, one for each Correlation::group_by
    std::vector<std::string> value_fields;  // of value_* types, aliases resolved; several (value_count only) are one tuple
  };
  struct Bound {
    Order order;
    double number;
  };
  Type type;
  std::vector<Input> inputs;
  std::vector<std::string> group_by;  // as the rule names them (alias or field)
  std::int64_t timespan_seconds = 0;
  std::vector<Bound> bounds;          // all must hold
  // value_percentile: with a `percentile` in the condition, that percentile of the field's numbers is compared with the
  // bounds; without one, the share in percent that the event's own value has among the window's values.
  std::optional<double> percentile;
  // The extended condition of temporal types (correlation-condition draft): a tree over inputs by index in `inputs`
  // (Node::atom). Empty: all inputs must occur.
  std::vector<Node> condition;
  bool reported = true;
};

struct Refusal {
  std::string path;
  std::uint32_t line = 0;
  std::string id, reason, hint;  // reason quotes the offending text
};

// A filter document and what it changed: each of `rules` now runs as `rule and (filter condition)`.
struct FilterUse {
  std::string path, id, title;
  std::uint32_t line = 0;
  std::vector<std::string> rules;    // ids, or titles where there is none
  std::vector<std::string> missing;  // named, but not loaded or of another logsource
};

struct RuleSet {
  std::vector<Rule> rules;
  std::vector<Correlation> correlations;
  std::vector<Refusal> refused;
  std::vector<FilterUse> filters;
  std::size_t ignored = 0;    // YAML documents that are neither rule, correlation nor filter
};

}  // namespace tocsin::sigma
