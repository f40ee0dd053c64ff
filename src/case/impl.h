// What the parts of Case share. Only for the sources of this folder.
#pragma once
#include <atomic>
#include <deque>
#include <map>
#include <unordered_map>
#include <utility>

#include "case/case.h"
#include "case/database.h"
#include "case/lock.h"

namespace tocsin::casefile {

// The rules that one event met. Few distinct sets occur; a set's number is its row in match_set.
class MatchSets {
 public:
  Result<void> load(Database& database, std::size_t rules);
  // The number of this set, made where it is new; nothing where there are too many already and it has several rules.
  Result<std::optional<std::uint32_t>> find(Database& database, std::span<const std::uint32_t> rules);
  std::span<const std::uint32_t> rules(std::uint32_t set) const { return sets_[set]; }
  std::size_t size() const { return sets_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view bytes) const { return hash64(bytes); }
  };
  // An attacker who knows the rules can make events meet ever new sets: past this many, an event becomes a row a rule.
  static constexpr std::size_t kSetsMax = 65536;
  static std::string_view bytes(std::span<const std::uint32_t> rules) {
    return {reinterpret_cast<const char*>(rules.data()), rules.size_bytes()};
  }
  std::deque<std::vector<std::uint32_t>> sets_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
};

// Chains the rows of a run into the digest that the journal states.
class RunDigest {
 public:
  struct Row {
    std::int64_t offset, record;
    Time time;
    bool numbered;
    const ContentHash& content;
    std::span<const Digest> rules;
    std::string_view source, entities, keys;
    bool whole;
    std::string_view fields, raw;
  };
  void add(const Row& row);
  Digest finish();

 private:
  Sha256 hash_;
  std::string buffer_;
};

// Chains the blocks of one kind of a run.
class BlocksDigest {
 public:
  void add(std::string_view data) {
    hash_.update(data);
    ++count_;
  }
  // Hex; "" without blocks.
  std::string finish() { return std::exchange(count_, 0) > 0 ? hash_.finish().hex() : ""; }

 private:
  Sha256 hash_;
  std::uint64_t count_ = 0;
};
inline constexpr std::string_view kRowKindNames[] = {"activities", "hits", "statements", "decoys"};

struct Case::Impl {
  std::string path;
  Mode mode = Mode::read;
  bool temporary = false;
  bool fresh = false;  // made by this very process, nothing synced yet
  bool settled = true;
  WriterLock lock;  // before the database, so that it is given back after it
  Database database;

  std::deque<RuleInfo> rules;                                   // number - 1
  std::unordered_map<std::string, std::uint32_t> rule_numbers;  // by content hash (bytes)
  MatchSets sets;

  // the scan
  ScanInfo scan;
  std::vector<std::uint32_t> scan_rules;         // number of begin_scan's i-th rule
  std::vector<std::array<char, 16>> scan_marks;  // what missing_rules compares: rule and keys
  std::vector<bool> scan_over_case;              // RuleInfo::over_case
  std::map<std::vector<std::int64_t>, std::vector<std::uint32_t>> missing_cache;  // by rule sets run
  std::unique_ptr<std::atomic<std::uint32_t>[]> whole_counts;                     // by rule number
  std::vector<EvidenceId> spare;  // evidence rows without a path, to be used again

  // the evidence being read
  struct Current {
    EvidenceId evidence = 0;
    bool known = false;
    EvidenceInfo info;
    std::int64_t run = 0, rule_set = 0, first_event = 0, next_event = 0;
    std::map<std::string, std::uint64_t, std::less<>> anomalies;
    RunDigest digest;
    BlocksDigest blocks[std::size(kRowKindNames)];  // by RowKind
  };
  std::optional<Current> current;
  std::size_t uncommitted_rows = 0, uncommitted_bytes = 0;

  struct Statements {
    Statement insert_block, insert_event, insert_record, insert_anomaly, add_journal, insert_ordered,
        insert_ordered_event;
    Statement whole, findings_row, base_row;
  } statements;
  std::map<EvidenceId, Evidence> evidence_cache;

  static Result<void> create(const std::string& path);
  Result<void> load();
  Result<void> ensure_transaction();
  Result<void> commit();
  Result<void> committed_if_large();
  Result<void> mark_unsettled();
  Result<std::int64_t> rule_set_of(std::span<const std::uint32_t> indices);
  // Removes the event rows of runs of this evidence; `open_only`: of those that were interrupted.
  Result<void> remove_runs(EvidenceId evidence, bool open_only, std::string_view why);
  Result<void> remove_blocks(std::int64_t run);
  // Activities of other passes over this evidence than `run`.
  Result<void> supersede(RowKind rows, EvidenceId evidence, std::int64_t run);
  Result<void> remove_range(std::int64_t first, std::int64_t last);
  Result<std::int64_t> end_of_run(std::int64_t run);  // last event of it, also of an open one
  Result<void> add_journal(std::string_view action, std::string_view detail);
  const RuleInfo& rule(std::uint32_t number) const { return rules[number - 1]; }
  // The rules that count at a row: `shown` where settle() said so.
  std::span<const std::uint32_t> shown_rules(const Statement& statement, int shown, int matches) const;
};

std::array<std::uint8_t, 16> finding_id_bytes(const Digest& rule, std::string_view key, const ContentHash& content,
                                              std::uint64_t occurrence);
std::string hex_id(const std::array<std::uint8_t, 16>& id);

// What the journal states: all that stands in the table of rules; all findings of ordered stages; the story.
Result<Digest> rule_table_digest(Database& database);
Result<Digest> ordered_digest(Database& database);
Result<Digest> story_digest(Database& database);
Result<Digest> leak_digest(Database& database);
Digest journal_hash(const Digest& previous, std::int64_t sequence, std::string_view time, std::string_view action,
                    std::string_view detail);

// A consistent view over several statements; joins a transaction that is there.
class Snapshot {
 public:
  explicit Snapshot(Database& database) : database_(database), mine_(!database.in_transaction()) {
    if (mine_) good_ = database_.exec("BEGIN");
  }
  ~Snapshot() {
    if (mine_ && good_) (void)database_.exec("COMMIT");
  }
  Result<void> good() const { return good_; }

 private:
  Database& database_;
  const bool mine_;
  Result<void> good_;
};

}  // namespace tocsin::casefile
