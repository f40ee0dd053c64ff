#include "publish/csv/csv.h"

#include <fmt/format.h>

#include "base/text.h"
#include "publish/output.h"

namespace tocsin::publish {
namespace {

using namespace casefile;

// Spreadsheets look at the first character after quotes and blanks, and take the full-width forms for the plain ones.
bool looks_like_formula(std::string_view value) {
  const std::size_t start = value.find_first_not_of("\"' \n");
  if (start == std::string_view::npos) return false;
  const std::string_view rest = value.substr(start);
  if (std::string_view("=+-@\t\r|").find(rest[0]) != std::string_view::npos) return true;
  for (const std::string_view wide : {"\uff1d", "\uff0b", "\uff0d", "\uff20"})
    if (rest.starts_with(wide)) return true;
  return false;
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& text : list) {
    if (!out.empty()) out += "; ";
    out += text;
  }
  return out;
}

std::string of_type(const Finding& finding, EntityType type) {
  std::string out;
  for (const Entity& entity : finding.entities) {
    if (entity.type != type) continue;
    if (!out.empty()) out += "; ";
    out += entity.value;
  }
  return out;
}

constexpr std::string_view kColumns[] = {
    "time",   "level",    "title",  "count",  "hosts",  "accounts", "addresses", "techniques", "first",  "last",
    "copies", "evidence", "sha256", "offset", "record", "kind",     "rule_id",   "rule_path",  "author", "id"};

}  // namespace

void append_csv_cell(std::string& out, std::string_view value) {
  // A NUL ends the cell, or the file, in many readers.
  std::string clean;
  if (value.find('\0') != std::string_view::npos) {
    for (const char c : value) clean += c == '\0' ? std::string("\\0") : std::string(1, c);
    value = clean;
  }
  if (!is_utf8(value)) {
    clean = to_utf8(value);
    value = clean;
  }
  const bool formula = looks_like_formula(value);
  if (!formula && value.find_first_of(",;\"\r\n\t") == std::string_view::npos) {
    out += value;
    return;
  }
  out += '"';
  if (formula) out += '\'';
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void csv_header(std::string& out) {
  for (const std::string_view& column : kColumns) {
    if (&column != kColumns) out += ',';
    out += column;
  }
  out += "\r\n";
}

Result<void> csv_finding(Case& from, const Finding& finding, std::string& out) {
  std::string path, sha256;
  EventPlace place;
  if (!finding.events.empty()) {
    place = finding.events[0];
    TRY(const Evidence* const evidence, from.evidence(place.evidence));
    path = evidence->path;
    sha256 = evidence->sha256;
  }
  const RuleInfo& rule = *finding.rule;
  const std::string cells[] = {finding.time.iso(),
                               std::string(name(finding.level)),
                               finding.title,
                               std::to_string(finding.count),
                               of_type(finding, EntityType::host),
                               of_type(finding, EntityType::account),
                               of_type(finding, EntityType::address),
                               joined(finding.techniques),
                               finding.first.iso(),
                               finding.last.iso(),
                               std::to_string(finding.copies),
                               path,
                               sha256,
                               std::to_string(place.offset),
                               std::to_string(place.record),
                               std::string(kRuleKindNames[static_cast<int>(rule.kind)]),
                               rule.id,
                               rule.path,
                               rule.author,
                               finding.id};
  static_assert(std::size(cells) == std::size(kColumns));
  for (const std::string& cell : cells) {
    if (&cell != cells) out += ',';
    append_csv_cell(out, cell);
  }
  out += "\r\n";
  return {};
}

Result<void> write_csv(Case& from, const FindingFilter& filter, std::FILE* to) {
  Output output(to);
  csv_header(output.text());
  Result<void> written;
  TRY_VOID(from.each_finding(filter, [&](const Finding& finding) {
    written = csv_finding(from, finding, output.text());
    return written.has_value() && output.settle();
  }));
  TRY_VOID(written);
  return output.finish();
}

}  // namespace tocsin::publish
