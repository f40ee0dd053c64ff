// Events made by hand, for the tests of this folder and of publish/.
#pragma once
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "case/case.h"

namespace tocsin::casefile::testing {

// A folder that goes away.
struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tocsin-case-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string& name) const { return (path / name).string(); }
};

struct Line {
  std::int64_t time;
  std::string raw;
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::uint32_t> rules;
  std::vector<std::pair<std::string, std::string>> keys = {};
  std::string source = "text";
};

inline RuleInfo rule(const std::string& id, Level level = Level::medium) {
  RuleInfo info;
  info.hash = sha256("content of " + id);
  info.id = id;
  info.title = "Title of " + id;
  info.level = level;
  info.path = "rules/" + id + ".yml";
  info.author = "Somebody";
  info.techniques = {"T1003", "T1059.001"};
  return info;
}

inline void add(MatchBatch& batch, const Line& line, std::uint64_t offset, std::uint64_t record, bool whole = true) {
  Event event;
  event.time = Time{line.time, 0, 0};
  event.offset = offset;
  event.record = record;
  event.source = line.source;
  event.raw = line.raw;
  Record fields;
  for (const auto& [name, value] : line.fields) fields.fields.push_back({name, Value(value)});
  const std::vector<std::pair<std::string_view, std::string_view>> keys(line.keys.begin(), line.keys.end());
  batch.add(event, fields, line.rules, keys, whole);
}

// One file of lines, from begin to end.
inline Case::Finished put(Case& c, const std::string& path, const std::vector<Line>& lines,
                          const std::string& content = {}, std::span<const std::uint32_t> rules = {},
                          std::optional<EvidenceId> known = std::nullopt) {
  c.begin_evidence({path, "", "lines"}, rules, known).value();
  MatchBatch batch;
  std::uint64_t offset = 0, record = 0;
  std::string all;
  for (const Line& line : lines) {
    ++record;
    if (!line.rules.empty()) add(batch, line, offset, record);
    offset += line.raw.size() + 1;
    all += line.raw + "\n";
  }
  c.append(batch).value();
  EvidenceEnd end;
  end.sha256 = sha256(content.empty() ? all : content);
  end.size = offset;
  end.events = lines.size();
  return c.finish_evidence(end).value();
}

inline std::vector<std::uint32_t> begin(Case& c, const std::vector<RuleInfo>& rules,
                                        const std::string& settings = "utc") {
  return c.begin_scan({"tocsin test", settings, "scan"}, rules).value();
}

inline const std::vector<Line> kLines = {
    {100, "one", {{"user.name", "anna"}, {"c-ip", "10.0.0.1"}}, {1}},
    {101, "two", {{"Computer", "DC01"}}, {1, 2}},
    {101, "two", {{"Computer", "DC01"}}, {1, 2}},
    {102, "three", {}, {}},
};

// All findings as text, the evidence path aside.
inline std::string findings(Case& c, const FindingFilter& filter = {}) {
  std::string out;
  c.each_finding(filter, [&](const Finding& finding) {
     out += fmt::format("{} {} {} x{} +{}", finding.time.iso(), finding.rule->id, finding.id, finding.count,
                        finding.copies);
     for (const Entity& entity : finding.entities)
       out += fmt::format(" {}={}/{}", kEntityTypeNames[static_cast<int>(entity.type)], entity.value, entity.role);
     for (const EventPlace& event : finding.events)
       out += fmt::format(" @{}:{}#{}", c.evidence(event.evidence).value()->sha256.substr(0, 8), event.offset,
                          event.record);
     out += '\n';
     return true;
   }).value();
  return out;
}

}  // namespace tocsin::casefile::testing
