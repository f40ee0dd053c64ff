// Case: the SQLite file that holds what a scan found. One writer; many readers.
//
// A scan writes like this, all calls on one thread, evidence after evidence:
//
//   TRY(auto c, Case::open(path, Mode::write));          // or Case::temporary()
//   TRY(auto ids, c.begin_scan(info, rules));            // ids[i] is the case's number of rules[i]
//   for each piece of evidence:
//     TRY(auto id, c.begin_evidence({path, container, reader}));
//     TRY_VOID(c.append(batch)); … c.add_anomaly(…);     // batches in order of offset; a batch is filled on any thread
//     TRY(auto end, c.finish_evidence(…));               // end.copy: this content was known, its rows are gone again
//   TRY_VOID(c.settle());                                // finds copies; from here on findings can be read
//   TRY_VOID(c.each_base_match(…)); RowFeed::open(c, …); c.begin_ordered(…), c.add_ordered(…) …, c.end_ordered();
//   TRY_VOID(c.end_scan(summary));
//
// Killed at any time, the file opens and verifies, what was committed stands, evidence that was being read is
// `partial`, and the next scan of it starts it anew.
//
// Identity. A finding's id is the first 32 digits of SHA-256(rule content hash, key, content hash of the event,
// occurrence). Neither paths nor the order of work go into it. An event with a number of its own (Windows records, some
// cloud logs) is one event in however many copies; without a number, the k-th occurrence of a content in one piece of
// evidence is the same event as the k-th in another: equal lines of one log stay apart, a rotated backup adds what is
// new. Of several copies the one with the smallest (evidence SHA-256, offset) is shown; evidence not read to its end
// comes last.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/anomaly.h"
#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "case/matched.h"
#include "case/row_block.h"
#include "case/story.h"
#include "event/finding.h"

namespace tocsin::casefile {

using EvidenceId = std::int64_t;

enum class Mode : std::uint8_t { read, write };  // write creates the file where there is none

// Meta key of cases that hold evidence made by `tocsin rehearse`: whatever is shown of them says EXERCISE.
inline constexpr std::string_view kExerciseKey = "exercise";

enum class RuleKind : std::uint8_t { sigma, correlation, detector };
inline constexpr std::string_view kRuleKindNames[] = {"sigma", "correlation", "detector"};

struct RuleInfo {
  Digest hash;  // of the rule's content: what makes it this rule
  std::string id, title;
  Level level = Level::medium;
  RuleKind kind = RuleKind::sigma;
  std::string path, author;
  std::vector<std::string> techniques;
  bool reported = true;           // false: only feeds correlations
  std::vector<std::string> keys;  // the fields that ordered stages want of its matches; sorted; empty: feeds none
  // Runs over what the case holds (a detector): evidence needn't be read again for it.
  bool over_case = false;
};

std::optional<Digest> parse_digest(std::string_view hex);

struct ScanInfo {
  std::string tool;      // "tocsin 0.1.0"
  std::string settings;  // all that changes what a reader gives (zone, year, carving, …), one printable line. Evidence
                         // read under other settings counts as not read: forget_evidence() it, then read it again
  std::string command;   // for the journal
};

struct EvidenceInfo {
  std::string path;       // as shown; of a member of an archive: what the user can find it by
  std::string container;  // path of the file on disk that holds it; "" when `path` is that file
  std::string reader;     // name of the reader; "archive" for containers; "" when nobody recognised it
};

// How many events of a piece of evidence speak of which hour (seconds since 1970 / 3600).
struct HourCount {
  std::int64_t hour = 0;
  std::uint64_t events = 0;
  static constexpr std::size_t kMax = 100'000;  // of one piece; later ones are not kept
};

struct EvidenceEnd {
  Digest sha256;  // of the bytes read
  std::uint64_t size = 0, events = 0;
  Time first = Time::none(), last = Time::none();
  bool complete = true;     // false: not read to its end (interrupted, or the rest could not be had)
  std::string reader;       // "" keeps what begin_evidence said
  std::vector<HourCount> hours;  // ascending
  bool activities = false;  // this pass collected activities: they replace those of earlier passes
  bool statements = false;  // … and what is said of mails
};

struct Evidence {
  EvidenceId id = 0;
  std::string path, container;  // the smallest of its paths
  struct Place {
    std::string path, container;
  };
  std::vector<Place> places;  // all, sorted: the same content may have been met several times
  std::string sha256;         // hex; "" while partial
  std::uint64_t size = 0, events = 0, anomalies = 0;
  std::string reader;
  Time first = Time::none(), last = Time::none();
  bool complete = false;
};

struct StoredAnomaly {
  EvidenceId evidence = 0;
  std::string name, detail;
  std::uint64_t offset = 0, size = 0;
};

struct EventPlace {
  EvidenceId evidence = 0;
  std::uint64_t offset = 0, record = 0;
  Time time = Time::none();
  std::int64_t row = 0;  // where the case keeps it; 0: nowhere, or not known
  // For an event without a row, what the record, read again, must hash to: of a row's key, the first eight bytes
  // (row_block.h), the others zero.
  ContentHash content{};
};

struct Finding {
  std::string id;                  // 32 digits
  const RuleInfo* rule = nullptr;  // lives as long as the Case
  Time time = Time::none(), first = Time::none(), last = Time::none();
  std::vector<Entity> entities;
  std::uint64_t count = 1;
  std::uint64_t copies = 0;  // of the event, in other evidence or elsewhere in the same
  // The rule's, unless the finding says its own.
  std::string title, detail;  // detail: Markdown, "" where the title says it all
  Level level = Level::medium;
  std::vector<std::string> techniques;
  std::vector<EventPlace> events;
};

struct FindingFilter {
  Level level = Level::informational;          // and graver
  std::optional<Time> since = {}, until = {};  // until is exclusive
  std::string rule = {};                       // id; "" : all
};

// A finding as it passes by; views that live during the call.
struct FindingGlance {
  const RuleInfo* rule;
  Time time, first, last;
  std::uint64_t count;
  Level level;
  std::string_view title;                   // the finding's own, else the rule's
  std::string_view entities;                // JSON as stored; entities_from() reads it
  std::span<const std::string> techniques;  // the finding's own, else the rule's, and then in the rule's storage
};

// A finding of an ordered stage (correlation, detector).
struct OrderedFinding {
  std::uint32_t rule = 0;        // from begin_scan
  std::string key;               // group-by values, in a fixed printable form
  ContentHash content{};         // of the event at `time`
  std::uint64_t occurrence = 1;  // 2, 3, … when the same rule, key and content stood before
  Time time = Time::none(), first = Time::none(), last = Time::none();
  std::uint64_t count = 0;
  std::vector<Entity> entities;
  std::vector<EventPlace> events;  // the first kEventsMax in time; more are dropped
  // What a detector says of this very finding; else the rule's words stand for it.
  std::string title = {}, detail = {};
  std::optional<Level> level = {};
  std::vector<std::string> techniques = {};
  static constexpr std::size_t kEventsMax = 100;
};

// A match of a rule that feeds ordered stages; views that live during the call.
struct BaseMatch {
  EventPlace place;
  ContentHash content;
  std::span<const std::uint32_t> rules;                       // numbers as of begin_scan, those with keys only
  std::span<const std::pair<std::string, std::string>> keys;  // field, value; a list repeats its field
  std::string_view entities;                                  // JSON as stored; entities_from() reads it
};

// A record as it stood, where the case kept it whole.
struct WholeEvent {
  EventPlace place;
  std::string source, fields, raw;  // fields: a JSON object; raw: bytes
  ContentHash content{};            // what the record, read again, must hash to
  bool whole = false;               // false: only the place is known, read the evidence again
};

struct Counts {
  std::uint64_t by_level[5] = {};
  std::uint64_t findings() const { return by_level[0] + by_level[1] + by_level[2] + by_level[3] + by_level[4]; }
};

struct JournalEntry {
  std::int64_t sequence = 0;
  std::string time, action, detail, hash;  // detail: JSON; hash: hex
};

struct Verification {
  std::string head;                   // of the journal, hex
  std::vector<std::string> problems;  // empty: the file is as it was written
  std::vector<std::string> notes;     // what could not be judged, e.g. an interrupted scan
};

class Case {
 public:
  static Result<Case> open(const std::string& path, Mode mode);
  // A scratch case in $TMPDIR (else /var/tmp), gone when closed.
  static Result<Case> temporary();
  Case(Case&&) noexcept;
  Case& operator=(Case&&) noexcept;
  ~Case();

  // ---- writing ----
  Result<std::vector<std::uint32_t>> begin_scan(const ScanInfo& info, std::span<const RuleInfo> rules);
  // Nobody read this content to its end: nothing.
  Result<std::optional<EvidenceId>> find_evidence(const Digest& sha256);
  // Worth hashing before reading: some complete evidence has this size.
  Result<bool> has_evidence_of_size(std::uint64_t size);
  // Which of begin_scan's rules (indices) this evidence has not met under the scan's settings. `other_settings`: it was
  // read under others.
  struct Missing {
    std::vector<std::uint32_t> rules;
    bool other_settings = false;
  };
  Result<Missing> missing_rules(EvidenceId evidence);
  // The same content at another path.
  Result<void> add_path(EvidenceId evidence, const EvidenceInfo& info);
  Result<void> forget_evidence(EvidenceId evidence);

  // One at a time. Partial evidence of the same path is removed first. `rules` are those run (indices into
  // begin_scan's rules; empty span: all of them). `known` reads complete evidence once more for new rules.
  Result<EvidenceId> begin_evidence(const EvidenceInfo& info, std::span<const std::uint32_t> rules = {},
                                    std::optional<EvidenceId> known = std::nullopt);
  Result<void> append(const MatchBatch& batch);
  // Activities, hits of indicators: in order of offset, like batches.
  Result<void> append(RowKind kind, const RowBlock& block);
  Result<void> add_anomaly(const Anomaly& anomaly);
  struct Finished {
    EvidenceId evidence = 0;
    bool copy = false;  // the content stood in the case, nothing was added but its path
  };
  Result<Finished> finish_evidence(const EvidenceEnd& end);
  // Any thread: true while some rule of these has fewer than kWholeEvents events kept whole. Pass false-ones without
  // fields.
  bool wants_whole(std::span<const std::uint32_t> rules) const;
  static constexpr std::uint32_t kWholeEvents = 1000;

  // Works out which events are copies of others, over the whole case. Opening a case that a killed scan left does it
  // too.
  Result<void> settle();
  bool settled() const;

  // All base matches of the case in order of (time, evidence SHA-256, offset), copies left out. The sink returns false
  // to stop.
  Result<void> each_base_match(const std::function<bool(const BaseMatch&)>& sink);
  // Replaces the findings of these rules, in one transaction; those of a detector also where it ran with other
  // parameters, that is under another hash.
  Result<void> begin_ordered(std::span<const std::uint32_t> rules);
  Result<void> add_ordered(const OrderedFinding& finding);
  Result<void> end_ordered();

  // `summary` (a JSON object) is kept for `case show` under the key "scan". Commits, checkpoints.
  Result<void> end_scan(std::string_view summary);
  Result<void> journal(std::string_view action, std::string_view detail_json);
  Result<void> set_meta(std::string_view key, std::string_view value);

  // ---- the story: case/story.h ----
  // Replaces what assess worked out, in one transaction; `changes` (JSON: what came, merged, split or went) goes into
  // the journal. False: it stood like that already, and nothing was written.
  Result<bool> put_story(const Story& story, std::span<const IncidentFindings> findings, std::string_view changes);
  // Journalled and committed; give the number of the entry. An undo of what isn't there is an error.
  Result<std::int64_t> add_claim(const Claim& claim);
  Result<std::int64_t> add_act(const Act& act);
  Result<Story> story();
  Result<IncidentFindings> findings_of(std::string_view incident);  // all of them; by id
  Result<std::vector<Claim>> claims();                              // withdrawn ones too, by number
  Result<std::vector<Act>> acts();                                  // undone ones too, by number

  // ---- verdicts on leaked items: what `tocsin leak` said last ----
  struct LeakItem {
    std::string item, sha256, verdict;
    std::string report;  // the JSON object that `leak --json` prints
  };
  // Replaces the items, in one transaction that put_leak_end() closes.
  Result<void> put_leak_begin();
  Result<void> put_leak_item(const LeakItem& item);
  Result<void> put_leak_end(std::string_view summary_json);
  Result<std::optional<std::string>> leak_summary();  // nothing: no leak was examined
  // In the order of the dump; all verdicts where `verdict` is "". The sink returns false to stop.
  Result<void> each_leak_item(std::string_view verdict, const std::function<bool(const LeakItem&)>& sink);

  // ---- reading ----
  Result<std::optional<std::string>> meta(std::string_view key);
  // Sorted by time, rule id, id. The sink returns false to stop.
  Result<void> each_finding(const FindingFilter& filter, const std::function<bool(const Finding&)>& sink);
  // The same findings in the order of the rows, for sums: five times as fast.
  Result<void> glance(const FindingFilter& filter, const std::function<void(const FindingGlance&)>& sink);
  Result<Counts> count_findings(const FindingFilter& filter = {});
  // By id or a prefix of it of at least 6 digits; an error when several fit.
  Result<std::optional<Finding>> find_finding(std::string_view id);
  Result<WholeEvent> event(const EventPlace& place);
  Result<std::vector<Evidence>> all_evidence();  // sorted by path
  // Ascending; empty where an older tocsin read it.
  Result<std::vector<HourCount>> hours_of(EvidenceId evidence);
  Result<const Evidence*> evidence(
      EvidenceId id);  // lives until the next call that may change the case, or of this one
  // Sorted by path, offset, name. Of each name and evidence the first 1,000 are kept; all are counted.
  Result<void> each_anomaly(const std::function<bool(const StoredAnomaly&)>& sink);
  struct AnomalyCount {
    std::string name;
    std::uint64_t count = 0;
  };
  Result<std::vector<AnomalyCount>> anomaly_counts();
  Result<std::uint64_t> copies();  // events that were met before in other evidence
  Result<void> each_journal_entry(const std::function<bool(const JournalEntry&)>& sink);
  // Recomputes the journal's chain and what it says about evidence, rules and findings; checks the file's structure.
  // Evidence on disk is the caller's part.
  Result<Verification> verify();
  const std::string& path() const;

  struct Impl;

 private:
  friend class RowFeed;
  explicit Case(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

std::string finding_id_text(const std::array<std::uint8_t, 16>& id);  // 32 digits
// SHA-256(rule, key, content, occurrence), 32 digits.
std::string finding_id(const Digest& rule, std::string_view key, const ContentHash& content, std::uint64_t occurrence);

}  // namespace tocsin::casefile
