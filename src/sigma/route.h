// Routing: share/tocsin/logsources.yml, which says what records a rule's logsource means.
//
// An entry names a logsource, the conditions under which a record belongs to it, and how the record spells the
// rule's fields. An entry feeds a rule when every part that the rule's logsource gives is given by the entry and
// equal without case. A record may meet several entries; a rule fed by several of them uses the first in file order.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "sigma/program.h"

namespace tocsin::sigma {

struct LogsourceEntry {
  struct Condition {
    std::string key;                  // "source" or a record's field name
    std::vector<std::string> values;  // folded; the record's value must be one of them
  };
  std::string name;
  Logsource logsource;  // parts folded
  std::vector<Condition> when;
  // Rule field → record fields whose values it has. What isn't named keeps its name.
  std::unordered_map<std::string, std::vector<std::string>> fields;
  bool closed = false;  // the record has no fields but those named in `fields` and `when`
  // The fields that such records are known to have, sorted; empty: not known. Only for telling which rules ask for
  // others: a record that has more is read all the same.
  std::vector<std::string> holds;

  bool feeds(const Logsource& rule) const;
  // The record's fields behind a rule's field; none when a closed entry doesn't have it.
  std::vector<std::string> record_fields(std::string_view rule_field) const;
  // False when by `closed` or `holds` no such record has the rule's field.
  bool may_have(std::string_view rule_field) const;
};

struct Logsources {
  std::vector<LogsourceEntry> entries;

  // `where` names the text in errors.
  static Result<Logsources> parse(std::string_view text, std::string_view where);
  static Result<Logsources> load(const std::filesystem::path& file);
};

}  // namespace tocsin::sigma
