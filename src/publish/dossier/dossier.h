// Dossier: all of a case that may be published, as plain values. Every report and export is written from one, and
// redact() makes a smaller one: a writer never sees what its readers may not.
//
// A dossier is bounded whatever the case holds: it has the gravest findings and the busiest entities, counts all of
// them, and says how many it leaves out. It is a function of the case alone, never of the clock or of the machine.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "assess/knowledge.h"
#include "assess/tactics.h"
#include "case/case.h"
#include "case/story.h"
#include "publish/dossier/gaps.h"
#include "publish/dossier/judged.h"
#include "publish/dossier/leaked.h"
#include "publish/dossier/tlp.h"

namespace tocsin::publish {

using LevelCounts = std::array<std::uint64_t, 5>;
inline std::uint64_t sum(const LevelCounts& counts) {
  return counts[0] + counts[1] + counts[2] + counts[3] + counts[4];
}

// Where a record stands, as it can be found again.
struct Exhibit {
  std::string path, sha256;
  std::uint64_t offset = 0, record = 0;
  Time time = Time::none();
};

struct FindingRow {
  std::string id, rule, title, detail;
  Level level = Level::medium;
  casefile::RuleKind kind = casefile::RuleKind::sigma;
  Time time = Time::none(), first = Time::none(), last = Time::none();
  std::uint64_t count = 1;
  std::vector<std::string> techniques;
  std::vector<Entity> entities;    // the first kEntitiesShown
  std::uint64_t entity_count = 0;  // all
  std::vector<Exhibit> exhibits;   // the first kExhibitsShown
  static constexpr std::size_t kEntitiesShown = 40, kExhibitsShown = 5;
};

struct RuleRow {
  std::string id, title, path, author;
  Level level = Level::medium;
  casefile::RuleKind kind = casefile::RuleKind::sigma;
  std::vector<std::string> techniques;
  std::uint64_t findings = 0;
  Time first = Time::none(), last = Time::none();
};

// An entity over all findings.
struct EntityRow {
  EntityType type = EntityType::host;
  std::string value;
  std::set<std::string> roles;
  std::set<std::string> techniques;
  std::uint64_t findings = 0;
  Level gravest = Level::informational;
  Time first = Time::none(), last = Time::none();
  bool entered = false;  // somebody who shouldn't have was in
  bool known = false;    // seen to exist: a login succeeded, it acted, it received mail
  bool ordered = false;  // named by a correlation or detector, not by single records alone
  bool common = false;   // shared service, or on too many things
};

// What the ATT&CK matrix shows.
struct TechniqueRow {
  std::string id, name;
  std::vector<std::uint32_t> tactics;  // into Dossier::tactics
  std::uint64_t findings = 0;
  Level gravest = Level::informational;
  Time first = Time::none(), last = Time::none();
};

// Findings of one slice of time.
struct Slice {
  std::int64_t start = 0;  // seconds
  LevelCounts counts{};
  std::uint64_t new_accounts = 0, new_addresses = 0, new_hosts = 0;  // met for the first time
};

struct EvidenceRow {
  std::string path, sha256, reader;
  std::uint64_t size = 0, events = 0, anomalies = 0, other_paths = 0;
  Time first = Time::none(), last = Time::none();
  bool complete = true;
};

struct AnomalyRow {
  std::string name;
  std::uint64_t count = 0;
};

// What could not be seen.
struct Blind {
  enum class Kind : std::uint8_t { refused, unmapped, unmet, partial, unrecognised, evicted, uncorrelated, gap };
  Kind kind = Kind::refused;
  std::uint64_t count = 0;
  std::string detail;
};

struct Dossier {
  std::string title;  // the case's own (meta "title"), else its file name without its ending
  bool exercise = false;
  Time made = Time::none();  // of the last journal entry
  std::string head;          // of the journal, hex
  std::uint64_t entries = 0;
  Tlp marking = Tlp::amber;  // the highest of what is in it, or the limit it was cut to
  bool general = false;      // cut below our own telemetry's marking: no names, days for times, magnitudes for counts
  std::string yardstick = "icd203";

  Time first = Time::none(), last = Time::none();  // of findings
  LevelCounts counts{};
  std::vector<RuleRow> rules;                         // gravest first, then most findings, then id
  std::vector<FindingRow> findings;                   // the gravest, by level, then time, then id
  std::vector<EntityRow> entities;                    // by type, then entered first, gravest, most findings, value
  std::map<EntityType, std::uint64_t> entity_counts;  // all of them
  std::uint64_t senders = 0;                          // of the mailboxes: seen as senders only, so not among those hit
  std::uint64_t entered_count = 0;
  bool entities_cut = false;             // more than could be held: the counts are lower bounds
  std::vector<TechniqueRow> techniques;  // by id
  std::vector<assess::Tactic> tactics;
  std::vector<Slice> slices;  // by time, all of one width
  std::int64_t slice_seconds = 3600;
  std::uint64_t outside_slices = 0;  // findings whose time lies far from all others, or that have none

  casefile::Story story;
  std::vector<casefile::Claim> claims;  // that stand
  std::vector<casefile::Act> acts;      // that stand
  std::vector<Judged> judged;           // by subject

  std::vector<EvidenceRow> evidence;
  std::uint64_t evidence_files = 0, evidence_bytes = 0, events = 0, copies = 0;
  Time evidence_first = Time::none(), evidence_last = Time::none();
  std::vector<AnomalyRow> anomalies;  // most first
  std::vector<Blind> blind;
  std::vector<Gap> gaps;  // by time, the first Gap::kShown; `blind` counts all. None in a general dossier
  Leaked leaked;     // published material that was examined
  std::string tool;  // "tocsin 0.1.0"

  std::uint64_t findings_total() const { return sum(counts); }
  const Judged* main_judgement() const;  // of the largest campaign, else of the gravest incident; null without any

  static constexpr std::size_t kFindingsShown = 200, kEntitiesKept = 5000, kEvidenceShown = 2000;
};

struct LoadOptions {
  const assess::Knowledge* knowledge = nullptr;  // names of techniques
  const assess::Tactics* tactics = nullptr;
};

Result<Dossier> load_dossier(casefile::Case& from, const LoadOptions& options);

}  // namespace tocsin::publish
