// Recomputes what the journal states, from the tables.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "case/impl.h"

namespace tocsin::casefile {
namespace {

// All columns of all rows, with their types, in the statement's order.
Result<Digest> digest_of(Database& database, std::string_view sql) {
  Sha256 hash;
  TRY(Statement all, database.prepare(sql));
  std::string bytes;
  for (;;) {
    TRY(const bool row, all.step());
    if (!row) return hash.finish();
    bytes.clear();
    for (int column = 0; column < all.columns(); ++column) {
      const std::string_view text = all.text(column);
      bytes += all.is_null(column) ? 'n' : 'v';
      bytes += fmt::format("{}:", text.size());
      bytes += text;
    }
    hash.update(bytes);
  }
}

struct StatedRun {
  std::string digest;
  std::int64_t evidence = 0;
  std::string sha256;
  bool complete = false;
  std::string blocks[std::size(kRowKindNames)];  // by RowKind
};

class Verifier {
 public:
  explicit Verifier(Case::Impl& me) : me_(me) {}

  Result<Verification> run() {
    TRY_VOID(structure());
    TRY_VOID(chain());
    TRY_VOID(runs());
    TRY(const Digest rules, rule_table_digest(me_.database));
    if (!rules_.empty() && rules_ != rules.hex()) problem("the rules are not those that the journal states");
    TRY(const Digest ordered, ordered_digest(me_.database));
    TRY(const std::int64_t findings, me_.database.number("SELECT count(*) FROM ordered_finding"));
    if (ordered_.empty() ? findings > 0 : ordered_ != ordered.hex())
      problem("the findings of correlations and detectors are not those that the journal states");
    TRY(const Digest story, story_digest(me_.database));
    TRY(const std::int64_t told, me_.database.number("SELECT count(*) FROM story"));
    if (story_.empty() ? told > 0 : story_ != story.hex())
      problem("the incidents, campaigns and assessments are not those that the journal states");
    TRY(const Digest leak, leak_digest(me_.database));
    TRY(const std::int64_t leaks, me_.database.number("SELECT count(*) FROM leak"));
    if (leak_.empty() ? leaks > 0 : leak_ != leak.hex())
      problem("the verdicts on leaked items are not those that the journal states");
    return std::move(result_);
  }

 private:
  void problem(std::string text) {
    if (result_.problems.size() < 100) result_.problems.push_back(std::move(text));
  }

  Result<void> structure() {
    TRY(Statement check, me_.database.prepare("PRAGMA integrity_check(20)"));
    for (;;) {
      TRY(const bool row, check.step());
      if (!row) break;
      if (check.text(0) != "ok") problem("structure: " + std::string(check.text(0)));
    }
    TRY(Statement keys, me_.database.prepare("PRAGMA foreign_key_check"));
    for (;;) {
      TRY(const bool row, keys.step());
      if (!row) break;
      problem(fmt::format("structure: row {} of {} refers to nothing", keys.integer(1), keys.text(0)));
    }
    TRY(const std::int64_t triggers,
        me_.database.number("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'journal_%'"));
    if (triggers != 3) problem("the triggers that guard the journal are gone");
    return {};
  }

  Result<void> chain() {
    TRY(Statement all,
        me_.database.prepare("SELECT sequence, time, action, detail, previous, hash FROM journal ORDER BY sequence"));
    Digest last;
    std::int64_t sequence = 0;
    for (;;) {
      TRY(const bool row, all.step());
      if (!row) break;
      Digest previous, hash;
      ++sequence;
      if (all.integer(0) != sequence) {
        problem(fmt::format("journal: entry {} is missing", sequence));
        sequence = all.integer(0);
      }
      if (!all.array(4, previous.bytes) || !all.array(5, hash.bytes) || previous != last)
        problem(fmt::format("journal: entry {} does not follow the one before", sequence));
      if (hash != journal_hash(previous, sequence, all.text(1), all.text(2), all.text(3)))
        problem(fmt::format("journal: entry {} was changed", sequence));
      last = hash;
      take_note(all.text(2), all.text(3));
    }
    if (sequence == 0) {
      TRY(const std::int64_t rows,
          me_.database.number("SELECT (SELECT count(*) FROM rule) + (SELECT count(*) FROM evidence)"));
      if (rows > 0) problem("journal: it is empty");
      result_.notes.emplace_back("nothing was scanned into this case yet");
    }
    result_.head = last.hex();
    return {};
  }

  // What later entries state stands over what earlier ones did.
  void take_note(std::string_view action, std::string_view detail) {
    if (action != "scan" && action != "evidence" && action != "partial" && action != "removed" && action != "ordered" &&
        action != "superseded" && action != "assessed" && action != "leak")
      return;
    const auto json = nlohmann::json::parse(detail, nullptr, false);
    if (!json.is_object()) return;
    const auto text = [&](const char* key) {
      const auto found = json.find(key);
      return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    const auto number = [&](const char* key) {
      const auto found = json.find(key);
      return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
    };
    if (action == "scan")
      rules_ = text("rule_table_sha256");
    else if (action == "ordered")
      ordered_ = text("digest");
    else if (action == "assessed")
      story_ = text("digest");
    else if (action == "leak")
      leak_ = text("digest");
    else if (action == "removed")
      stated_.erase(number("run"));
    else if (action == "superseded") {
      for (std::size_t kind = 0; kind < std::size(kRowKindNames); ++kind)
        if (const auto run = stated_.find(number("run")); run != stated_.end() && text("what") == kRowKindNames[kind])
          run->second.blocks[kind].clear();
    } else {
      StatedRun& run = stated_[number("run")];
      run = {text("digest"), number("evidence"), text("sha256"), action == "evidence", {}};
      for (std::size_t kind = 0; kind < std::size(kRowKindNames); ++kind)
        run.blocks[kind] = text(std::string(kRowKindNames[kind]).c_str());
    }
  }

  Result<void> runs() {
    struct Run {
      std::int64_t id, evidence, first, last;
      bool open;
      std::string digest, sha256, path;
    };
    std::vector<Run> list;
    TRY(Statement all, me_.database.prepare("SELECT r.id, r.evidence, r.first_event, r.last_event, r.digest, e.sha256, "
                                            "(SELECT min(path) FROM evidence_path p WHERE p.evidence = e.id) FROM run "
                                            "r JOIN evidence e ON e.id = r.evidence ORDER BY r.id"));
    for (;;) {
      TRY(const bool row, all.step());
      if (!row) break;
      Run run{all.integer(0),          all.integer(1), all.integer(2), all.integer(3), all.is_null(3), "", "",
              std::string(all.text(6))};
      if (Digest digest; all.array(4, digest.bytes)) run.digest = digest.hex();
      if (Digest digest; all.array(5, digest.bytes)) run.sha256 = digest.hex();
      list.push_back(std::move(run));
    }
    std::int64_t covered = 0;
    for (const Run& run : list) {
      if (run.open) {
        TRY(const std::int64_t last, me_.end_of_run(run.id));
        covered += std::max<std::int64_t>(0, last - run.first + 1);
        result_.notes.push_back(run.path +
                                ": reading it was interrupted; what was found so far is not yet stated in the journal");
        continue;
      }
      covered += run.last - run.first + 1;
      const auto stated = stated_.find(run.id);
      if (stated == stated_.end() || stated->second.digest != run.digest || stated->second.evidence != run.evidence) {
        problem(run.path + ": the journal knows nothing of this pass over it");
        continue;
      }
      if (stated->second.complete && stated->second.sha256 != run.sha256)
        problem(run.path + ": its SHA-256 is not the one that the journal states");
      TRY(const Digest digest, digest_of_run(run.first, run.last));
      if (digest.hex() != run.digest) problem(run.path + ": its events are not those that the journal states");
      for (std::size_t kind = 0; kind < std::size(kRowKindNames); ++kind) {
        TRY(const std::string blocks, digest_of_blocks(run.id, static_cast<std::int64_t>(kind)));
        if (blocks != stated->second.blocks[kind])
          problem(fmt::format("{}: its {} are not those that the journal states", run.path, kRowKindNames[kind]));
      }
      stated_.erase(stated);
    }
    for (const auto& [id, run] : stated_)
      problem(fmt::format("pass {} over evidence {}, which the journal states, is gone", id, run.evidence));
    TRY(const std::int64_t events, me_.database.number("SELECT count(*) FROM event"));
    if (events != covered) problem(fmt::format("there are {} events, but {} were put in by scans", events, covered));
    return {};
  }

  Result<std::string> digest_of_blocks(std::int64_t run, std::int64_t kind) {
    BlocksDigest digest;
    TRY(Statement all, me_.database.prepare("SELECT data FROM row_block WHERE run = ?1 AND kind = ?2 ORDER BY id"));
    all.bind(1, run).bind(2, kind);
    for (;;) {
      TRY(const bool row, all.step());
      if (!row) return digest.finish();
      digest.add(all.text(0));
    }
  }

  Result<Digest> digest_of_run(std::int64_t first, std::int64_t last) {
    RunDigest digest;
    std::vector<Digest> rules;
    TRY(Statement all,
        me_.database.prepare(
            "SELECT e.offset, e.record, e.time, e.fraction, e.numbered, e.content, e.matches, e.source, e.entities, "
            "e.keys, r.fields, r.raw FROM event e LEFT JOIN record r ON r.event = e.id WHERE e.id BETWEEN ?1 AND ?2 "
            "ORDER BY e.id"));
    all.bind(1, first).bind(2, last);
    for (;;) {
      TRY(const bool row, all.step());
      if (!row) return digest.finish();
      ContentHash content{};
      all.array(5, content);
      rules.clear();
      for (const std::uint32_t rule : me_.shown_rules(all, 6, 6)) rules.push_back(me_.rule(rule).hash);
      digest.add({all.integer(0), all.integer(1), all.time(2), all.integer(4) != 0, content, rules, all.text(7),
                  all.text(8), all.text(9), !all.is_null(10), all.text(10), all.text(11)});
    }
  }

  Case::Impl& me_;
  Verification result_;
  std::map<std::int64_t, StatedRun> stated_;
  std::string rules_, ordered_, story_, leak_;
};

}  // namespace

Result<Digest> rule_table_digest(Database& database) { return digest_of(database, "SELECT * FROM rule ORDER BY id"); }

Result<Digest> ordered_digest(Database& database) {
  TRY(const Digest findings, digest_of(database, "SELECT * FROM ordered_finding ORDER BY id"));
  // Without the rows of events and evidence, which another scan may move before it states the findings anew.
  TRY(const Digest events,
      digest_of(
          database,
          "SELECT finding, position, offset, record, time, fraction FROM ordered_event ORDER BY finding, position"));
  return sha256(findings.hex() + events.hex());
}

Result<Digest> story_digest(Database& database) {
  std::string all;
  for (const char* sql :
       {"SELECT * FROM incident ORDER BY id", "SELECT * FROM campaign ORDER BY id", "SELECT * FROM link ORDER BY a, b",
        "SELECT * FROM assessment ORDER BY subject", "SELECT * FROM story"}) {
    TRY(const Digest digest, digest_of(database, sql));
    all += digest.hex();
  }
  return sha256(all);
}

Result<Digest> leak_digest(Database& database) {
  TRY(const Digest items, digest_of(database, "SELECT * FROM leak_item ORDER BY id"));
  TRY(const Digest summary, digest_of(database, "SELECT * FROM leak"));
  return sha256(items.hex() + summary.hex());
}

Result<Verification> Case::verify() {
  const Snapshot snapshot(impl_->database);
  TRY_VOID(snapshot.good());
  return Verifier(*impl_).run();
}

}  // namespace tocsin::casefile
