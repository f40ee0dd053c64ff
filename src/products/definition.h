// Definition: one product's file (share/tocsin/products/NAME.yml) as it stands: how its records are recognised, what
// its text says (templates), what its fields mean (mapping). docs/PRODUCTS.md tells how to write one.
//
// Nothing is compiled here. Templates become the matcher in matcher.h, `map`, `set`, `grade` and `when` a mapping.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/activity.h"

namespace tocsin::products {

// `key: value`, `key: [values]` (any of them), `key: {not: [values]}` (none of them; an absent field meets it).
// Compared without case. "*" is any value that isn't empty, a null is "absent or empty".
struct Condition {
  std::string key;                  // a reader's field, or "source" (event/event.h)
  std::vector<std::string> values;  // as written
  bool negated = false;
  bool absent = false;  // null stood among the values
  std::uint32_t line = 0;
};
using When = std::vector<Condition>;  // all must hold

// set: {event.category: authentication}
struct Constant {
  std::string ecs;
  std::vector<std::string> values;  // several: the ECS field is a list
  std::uint32_t line = 0;
};

// map: {user.name: TargetUserName}
//      {user.name: [TargetUserName, UserId]}                                      the first that has a value
//      {source.ip: {field: IpAddress, as: ip}}, {first: [a, b], as: …}
//      {event.outcome: {field: Status, table: {'0x0': success}, else: failure}}  `table` may name one of `tables`
//      {process.args: {field: argv, all: true}}                                   a list of all its values
// Several for one ECS field, as a list of maps: the first that gives a value counts.
struct MapRule {
  std::string ecs;
  std::vector<std::string> fields;
  std::string as;  // "" : as it stands
  std::vector<std::pair<std::string, std::string>> table;
  bool has_table = false;
  std::string otherwise;  // `else`: for a value that isn't in the table; "" : then no value
  bool has_otherwise = false;
  bool all = false;  // every value of the field, as a list
  std::uint32_t line = 0;
};

// grade: {user.name: attacker}
struct Grade {
  std::string ecs;
  Provenance grade = Provenance::trusted;
  std::uint32_t line = 0;
};

// What messages and records have in common; the definition's own part counts for all of them.
struct Meaning {
  std::vector<Constant> set;
  std::vector<MapRule> map;
  std::vector<Grade> grade;
  std::vector<Meaning> with;  // the definition's `parts` that it names: each counts after what stands before it
  ActivityKind activity = ActivityKind::none;
};

struct Message {
  std::string id;
  std::string of = "message";        // the field that holds the text
  std::vector<std::string> texts;    // templates (template.h)
  std::vector<std::uint32_t> lines;  // of each text
  When when;
  Meaning meaning;
  std::uint32_t line = 0;
};

struct RecordRule {
  std::string id;
  When when;
  Meaning meaning;
  std::uint32_t line = 0;
};

struct Definition {
  std::string path;
  std::string product, title;
  struct {
    std::string product, category, service;
  } logsource;
  std::vector<When> recognise;  // any of these
  Meaning meaning;              // activity: for messages and records that name none
  std::vector<Message> messages;
  std::vector<RecordRule> records;  // the first whose `when` holds
};

// `path` names the text in errors: "path:line: what (hint)".
Result<Definition> parse_definition(std::string_view text, std::string_view path);
Result<Definition> load_definition(const std::filesystem::path& file);
// Files, and all *.yml below folders; by product's name. Two files of one product are an error.
Result<std::vector<Definition>> load_definitions(std::span<const std::string> paths);

}  // namespace tocsin::products
