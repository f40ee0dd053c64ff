// How evidence comes into the case: begin, batches, end.
//
// Every pass over a piece of evidence is a `run`, and its event rows are one range of row numbers. A run without an end
// was interrupted: its rows stand until the same evidence is read again. The row of a piece of evidence is never
// deleted (that would cost SQLite a search of all events for references), it is used again.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/json.h"
#include "case/impl.h"

namespace tocsin::casefile {
namespace {

// A transaction's size bounds the write-ahead log and what a kill can cost.
constexpr std::size_t kCommitRows = 50'000;
constexpr std::size_t kCommitBytes = 16u << 20;
constexpr std::uint64_t kAnomaliesKept = 1000;  // of one name in one piece of evidence

}  // namespace

void RunDigest::add(const Row& row) {
  const auto put = [&](std::uint64_t number) {
    char bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(number >> 8 * i);
    buffer_.append(bytes, 8);
  };
  const auto put_text = [&](std::string_view text) {
    put(text.size());
    buffer_ += text;
  };
  put(static_cast<std::uint64_t>(row.offset));
  put(static_cast<std::uint64_t>(row.record));
  put(static_cast<std::uint64_t>(row.time.seconds));
  put(static_cast<std::uint64_t>(row.time.nanoseconds) * 10 + row.time.digits);
  put(row.numbered);
  buffer_.append(reinterpret_cast<const char*>(row.content.data()), row.content.size());
  put(row.rules.size());
  for (const Digest& rule : row.rules)
    buffer_.append(reinterpret_cast<const char*>(rule.bytes.data()), rule.bytes.size());
  put_text(row.source);
  put_text(row.entities);
  put_text(row.keys);
  put(row.whole);
  if (row.whole) {
    put_text(row.fields);
    put_text(row.raw);
  }
  if (buffer_.size() >= 32768) {
    hash_.update(buffer_);
    buffer_.clear();
  }
}

Digest RunDigest::finish() {
  hash_.update(buffer_);
  buffer_.clear();
  return hash_.finish();
}

Result<void> Case::Impl::mark_unsettled() {
  if (!settled) return {};
  settled = false;
  return database.exec("INSERT OR REPLACE INTO meta(key, value) VALUES ('unsettled', '1')");
}

Result<void> Case::Impl::committed_if_large() {
  if (uncommitted_rows < kCommitRows && uncommitted_bytes < kCommitBytes) return {};
  TRY_VOID(commit());
  return ensure_transaction();
}

Result<std::int64_t> Case::Impl::rule_set_of(std::span<const std::uint32_t> indices) {
  std::vector<std::array<char, 16>> marks;
  if (indices.empty())
    for (std::size_t i = 0; i < scan_marks.size(); ++i)
      if (!scan_over_case[i]) marks.push_back(scan_marks[i]);
  for (const std::uint32_t index : indices) marks.push_back(scan_marks[index]);
  std::sort(marks.begin(), marks.end());
  const auto* data = marks.empty() ? nullptr : marks[0].data();
  TRY(Statement find, database.prepare("SELECT id FROM rule_set WHERE members = ?1"));
  find.bind_blob(1, data, marks.size() * 16);
  TRY(const bool row, find.step());
  if (row) return find.integer(0);
  TRY(Statement add, database.prepare("INSERT INTO rule_set(members) VALUES (?1)"));
  TRY_VOID(add.bind_blob(1, data, marks.size() * 16).run());
  return database.last_row();
}

Result<std::int64_t> Case::Impl::end_of_run(std::int64_t run) {
  TRY(Statement ask,
      database.prepare("SELECT coalesce(last_event, (SELECT min(first_event) - 1 FROM run l WHERE l.id > r.id), "
                       "(SELECT max(id) FROM event), 0) FROM run r WHERE id = ?1"));
  ask.bind(1, run);
  TRY(const bool row, ask.step());
  return row ? ask.integer(0) : 0;
}

Result<void> Case::Impl::remove_range(std::int64_t first, std::int64_t last) {
  if (last < first) return {};
  TRY_VOID(mark_unsettled());
  TRY_VOID(database.run("DELETE FROM record WHERE event BETWEEN ?1 AND ?2", first, last));
  return database.run("DELETE FROM event WHERE id BETWEEN ?1 AND ?2", first, last);
}

Result<void> Case::Impl::remove_runs(EvidenceId evidence, bool open_only, std::string_view why) {
  std::vector<std::pair<std::int64_t, std::int64_t>> runs;  // id, first event
  TRY(Statement list, database.prepare("SELECT id, first_event, last_event FROM run WHERE evidence = ?1"));
  list.bind(1, evidence);
  for (;;) {
    TRY(const bool row, list.step());
    if (!row) break;
    if (!open_only || list.is_null(2)) runs.emplace_back(list.integer(0), list.integer(1));
  }
  for (const auto& [run, first] : runs) {
    TRY(const std::int64_t last, end_of_run(run));
    TRY_VOID(remove_range(first, last));
    TRY_VOID(remove_blocks(run));
    TRY_VOID(database.run("DELETE FROM run WHERE id = ?1", run));
    TRY_VOID(add_journal("removed", fmt::format("{{\"run\":{},\"evidence\":{},\"why\":\"{}\"}}", run, evidence, why)));
  }
  if (open_only) return {};
  TRY_VOID(database.run("DELETE FROM anomaly WHERE evidence = ?1", evidence));
  return database.run("DELETE FROM anomaly_count WHERE evidence = ?1", evidence);
}

Result<void> Case::Impl::remove_blocks(std::int64_t run) {
  return database.run("DELETE FROM row_block WHERE run = ?1", run);
}

Result<void> Case::Impl::supersede(RowKind rows, EvidenceId evidence, std::int64_t run) {
  const auto kind = static_cast<std::int64_t>(rows);
  TRY(Statement others,
      database.prepare("SELECT DISTINCT r.id FROM run r JOIN row_block b ON b.run = r.id AND b.kind = ?3 "
                       "WHERE r.evidence = ?1 AND r.id <> ?2 ORDER BY r.id"));
  others.bind(1, evidence).bind(2, run).bind(3, kind);
  std::vector<std::int64_t> runs;
  for (;;) {
    TRY(const bool row, others.step());
    if (!row) break;
    runs.push_back(others.integer(0));
  }
  for (const std::int64_t other : runs) {
    TRY_VOID(database.run("DELETE FROM row_block WHERE run = ?1 AND kind = ?2", other, kind));
    TRY_VOID(add_journal("superseded", fmt::format("{{\"run\":{},\"evidence\":{},\"what\":\"{}\"}}", other, evidence,
                                                   kRowKindNames[kind])));
  }
  return {};
}

Result<std::optional<EvidenceId>> Case::find_evidence(const Digest& digest) {
  TRY(Statement find, impl_->database.prepare("SELECT id FROM evidence WHERE sha256 = ?1 AND state = 'complete'"));
  find.bind(1, digest.bytes);
  TRY(const bool row, find.step());
  if (!row) return std::nullopt;
  return find.integer(0);
}

Result<bool> Case::has_evidence_of_size(std::uint64_t size) {
  TRY(Statement find, impl_->database.prepare("SELECT 1 FROM evidence WHERE size = ?1 AND state = 'complete' LIMIT 1"));
  return find.bind(1, static_cast<std::int64_t>(size)).step();
}

Result<Case::Missing> Case::missing_rules(EvidenceId evidence) {
  Impl& me = *impl_;
  Missing missing;
  std::vector<std::int64_t> run_sets;
  TRY(Statement runs,
      me.database.prepare(
          "SELECT DISTINCT rule_set, settings FROM run WHERE evidence = ?1 AND digest IS NOT NULL ORDER BY rule_set"));
  runs.bind(1, evidence);
  for (;;) {
    TRY(const bool row, runs.step());
    if (!row) break;
    if (runs.text(1) == me.scan.settings)
      run_sets.push_back(runs.integer(0));
    else
      missing.other_settings = true;
  }
  const auto [cached, is_new] = me.missing_cache.try_emplace(run_sets);
  if (is_new) {
    std::vector<std::array<char, 16>> met;
    TRY(Statement members, me.database.prepare("SELECT members FROM rule_set WHERE id = ?1"));
    for (const std::int64_t set : run_sets) {
      members.bind(1, set);
      TRY(const bool row, members.step());
      if (!row) continue;
      const std::string_view bytes = members.text(0);
      for (std::size_t i = 0; i + 16 <= bytes.size(); i += 16) {
        met.emplace_back();
        std::copy_n(bytes.data() + i, 16, met.back().data());
      }
      members.reset();
    }
    std::sort(met.begin(), met.end());
    for (std::uint32_t i = 0; i < me.scan_marks.size(); ++i)
      if (!me.scan_over_case[i] && !std::binary_search(met.begin(), met.end(), me.scan_marks[i]))
        cached->second.push_back(i);
  }
  missing.rules = cached->second;
  return missing;
}

Result<void> Case::add_path(EvidenceId evidence, const EvidenceInfo& info) {
  TRY_VOID(impl_->ensure_transaction());
  impl_->evidence_cache.clear();
  return impl_->database.run(
      "INSERT INTO evidence_path(path, evidence, container) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", info.path,
      evidence, info.container);
}

Result<void> Case::forget_evidence(EvidenceId evidence) {
  Impl& me = *impl_;
  TRY_VOID(me.ensure_transaction());
  TRY_VOID(me.remove_runs(evidence, false, "settings changed"));
  me.evidence_cache.clear();
  return me.database.run("UPDATE evidence SET state = 'partial', sha256 = NULL WHERE id = ?1", evidence);
}

Result<EvidenceId> Case::begin_evidence(const EvidenceInfo& info, std::span<const std::uint32_t> rules,
                                        std::optional<EvidenceId> known) {
  Impl& me = *impl_;
  CHECK(!me.current);
  TRY_VOID(me.ensure_transaction());
  Impl::Current current;
  current.info = info;
  current.known = known.has_value();
  if (known) {
    current.evidence = *known;
    TRY_VOID(me.remove_runs(*known, true, "interrupted"));
  } else {
    TRY(Statement partial, me.database.prepare("SELECT e.id FROM evidence e JOIN evidence_path p ON p.evidence = e.id "
                                               "WHERE p.path = ?1 AND e.state = 'partial' ORDER BY e.id LIMIT 1"));
    partial.bind(1, info.path);
    TRY(const bool there, partial.step());
    if (there) {
      current.evidence = partial.integer(0);
      partial.reset();
      TRY_VOID(me.remove_runs(current.evidence, false, "read again"));
    } else if (!me.spare.empty()) {
      current.evidence = me.spare.back();
      me.spare.pop_back();
    } else {
      TRY_VOID(me.database.exec("INSERT INTO evidence(reader, state) VALUES ('', 'partial')"));
      current.evidence = me.database.last_row();
    }
    TRY_VOID(
        me.database.run("UPDATE evidence SET reader = ?2, size = 0, events = 0, anomalies = 0, first_time = NULL, "
                        "last_time = NULL, first_fraction = 0, last_fraction = 0 WHERE id = ?1",
                        current.evidence, info.reader));
    TRY_VOID(add_path(current.evidence, info));
  }
  TRY(current.first_event, me.database.number("SELECT coalesce(max(id), 0) + 1 FROM event"));
  current.next_event = current.first_event;
  TRY(current.rule_set, me.rule_set_of(rules));
  TRY_VOID(me.database.run("INSERT INTO run(evidence, rule_set, settings, first_event) VALUES (?1, ?2, ?3, ?4)",
                           current.evidence, current.rule_set, me.scan.settings, current.first_event));
  current.run = me.database.last_row();
  me.evidence_cache.clear();
  me.current = std::move(current);
  return me.current->evidence;
}

Result<void> Case::append(const MatchBatch& batch) {
  Impl& me = *impl_;
  CHECK(me.current);
  if (batch.items().empty()) return {};
  Impl::Current& current = *me.current;
  Statement& insert = me.statements.insert_event;
  Statement& insert_record = me.statements.insert_record;
  if (current.next_event == current.first_event) {
    TRY(insert, me.database.prepare("INSERT INTO event(id, evidence, offset, record, time, fraction, source, content, "
                                    "numbered, matches, entities, keys) "
                                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"));
    TRY(insert_record, me.database.prepare("INSERT INTO record(event, fields, raw) VALUES (?1, ?2, ?3)"));
  }
  TRY_VOID(me.mark_unsettled());
  std::vector<Digest> hashes;
  for (const MatchBatch::Item& item : batch.items()) {
    std::string_view rest = batch.text().substr(item.begin);
    const auto take = [&](std::size_t size) {
      const std::string_view part = rest.substr(0, size);
      rest.remove_prefix(size);
      return part;
    };
    const std::string_view source = take(item.source), entities = take(item.entities), keys = take(item.keys),
                           fields = take(item.fields), raw = take(item.raw);
    const std::span<const std::uint32_t> rules = batch.rules(item);
    bool whole = false;
    if (item.whole)
      for (const std::uint32_t rule : rules) {
        std::atomic<std::uint32_t>& count = me.whole_counts[rule];
        if (count.load(std::memory_order_relaxed) < kWholeEvents) {
          whole = true;
          count.fetch_add(1, std::memory_order_relaxed);
        }
      }
    const auto add = [&](std::span<const std::uint32_t> part, std::uint32_t set, bool with_record) -> Result<void> {
      const std::int64_t row = current.next_event++;
      insert.bind(1, row)
          .bind(2, current.evidence)
          .bind(3, static_cast<std::int64_t>(item.offset))
          .bind(4, static_cast<std::int64_t>(item.record))
          .bind_time(5, item.time)
          .bind(7, source)
          .bind(8, item.content)
          .bind(9, std::int64_t{item.numbered})
          .bind(10, std::int64_t{set})
          .bind(11, entities);
      if (keys.empty())
        insert.bind_null(12);
      else
        insert.bind(12, keys);
      TRY_VOID(insert.run());
      if (with_record) TRY_VOID(insert_record.bind(1, row).bind(2, fields).bind_blob(3, raw.data(), raw.size()).run());
      hashes.clear();
      for (const std::uint32_t rule : part) hashes.push_back(me.rule(rule).hash);
      current.digest.add({static_cast<std::int64_t>(item.offset), static_cast<std::int64_t>(item.record), item.time,
                          item.numbered, item.content, hashes, source, entities, keys, with_record, fields, raw});
      me.uncommitted_rows += 1;
      me.uncommitted_bytes += 100 + entities.size() + keys.size() + (with_record ? fields.size() + raw.size() : 0);
      return {};
    };
    TRY(const std::optional<std::uint32_t> set, me.sets.find(me.database, rules));
    if (set) {
      TRY_VOID(add(rules, *set, whole));
    } else {
      for (std::size_t i = 0; i < rules.size(); ++i) {
        TRY(const std::optional<std::uint32_t> single, me.sets.find(me.database, rules.subspan(i, 1)));
        TRY_VOID(add(rules.subspan(i, 1), *single, whole && i == 0));
      }
    }
  }
  return me.committed_if_large();
}

Result<void> Case::append(RowKind kind, const RowBlock& block) {
  Impl& me = *impl_;
  CHECK(me.current);
  if (block.rows() == 0) return {};
  Statement& insert = me.statements.insert_block;
  TRY(insert, me.database.prepare("INSERT INTO row_block(run, kind, rows, first_time, first_fraction, last_time, "
                                  "last_fraction, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
  const std::string data = block.encode();
  TRY_VOID(insert.bind(1, me.current->run)
               .bind(2, static_cast<std::int64_t>(kind))
               .bind(3, static_cast<std::int64_t>(block.rows()))
               .bind_time(4, block.first())
               .bind_time(6, block.last())
               .bind_blob(8, data.data(), data.size())
               .run());
  me.current->blocks[static_cast<std::size_t>(kind)].add(data);
  me.uncommitted_bytes += data.size();
  return me.committed_if_large();
}

Result<void> Case::add_anomaly(const Anomaly& anomaly) {
  Impl& me = *impl_;
  CHECK(me.current);
  if (me.current->known) return {};  // counted when it was read first
  auto found = me.current->anomalies.find(anomaly.name);
  if (found == me.current->anomalies.end()) found = me.current->anomalies.emplace(std::string(anomaly.name), 0).first;
  if (found->second++ >= kAnomaliesKept) return {};
  Statement& insert = me.statements.insert_anomaly;
  if (found->second == 1) {
    TRY(insert,
        me.database.prepare("INSERT INTO anomaly(evidence, name, offset, size, detail) VALUES (?1, ?2, ?3, ?4, ?5)"));
  }
  TRY_VOID(insert.bind(1, me.current->evidence)
               .bind(2, anomaly.name)
               .bind(3, static_cast<std::int64_t>(anomaly.offset))
               .bind(4, static_cast<std::int64_t>(anomaly.size))
               .bind(5, anomaly.detail)
               .run());
  me.uncommitted_rows += 1;
  me.uncommitted_bytes += 50 + anomaly.detail.size();
  return {};
}

Result<Case::Finished> Case::finish_evidence(const EvidenceEnd& end) {
  Impl& me = *impl_;
  CHECK(me.current);
  Impl::Current current = *std::move(me.current);
  me.current.reset();
  EvidenceId evidence = current.evidence;
  Finished finished;
  std::uint64_t anomalies = 0;
  for (const auto& [name, count] : current.anomalies) anomalies += count;

  bool state_anew = !current.known;  // what the row of the evidence says
  if (end.complete && !current.known) {
    TRY(const std::optional<EvidenceId> same, find_evidence(end.sha256));
    if (same) {
      // This content stood in the case already: what this run adds to it is what it hasn't met.
      TRY(const Missing missing, missing_rules(*same));
      state_anew = missing.other_settings;
      finished.copy = missing.rules.empty();
      if (missing.other_settings) TRY_VOID(me.remove_runs(*same, false, "settings changed"));
      TRY_VOID(me.database.run("UPDATE ordered_event SET evidence = ?2 WHERE evidence = ?1", evidence, *same));
      TRY_VOID(me.database.run("DELETE FROM evidence_path WHERE evidence = ?1", evidence));
      TRY_VOID(state_anew ? me.database.run("UPDATE anomaly SET evidence = ?2 WHERE evidence = ?1", evidence, *same)
                          : me.database.run("DELETE FROM anomaly WHERE evidence = ?1", evidence));
      if (finished.copy) {
        TRY_VOID(me.remove_range(current.first_event, current.next_event - 1));
        TRY_VOID(me.remove_blocks(current.run));
        TRY_VOID(me.database.run("DELETE FROM run WHERE id = ?1", current.run));
      } else {
        TRY_VOID(me.database.run("UPDATE event SET evidence = ?1 WHERE id BETWEEN ?2 AND ?3", *same,
                                 current.first_event, current.next_event - 1));
        TRY_VOID(me.database.run("UPDATE run SET evidence = ?1 WHERE id = ?2", *same, current.run));
      }
      TRY_VOID(add_path(*same, current.info));
      me.spare.push_back(evidence);
      evidence = *same;
    } else {
      TRY_VOID(me.database.run("UPDATE evidence SET sha256 = ?2, state = 'complete' WHERE id = ?1", evidence,
                               end.sha256.bytes));
    }
  }
  finished.evidence = evidence;
  if (state_anew) {
    TRY(Statement set,
        me.database.prepare(
            "UPDATE evidence SET size = ?2, events = ?3, anomalies = ?4, first_time = ?5, first_fraction = ?6, "
            "last_time = ?7, last_fraction = ?8, reader = iif(?9 = '', reader, ?9) WHERE id = ?1"));
    TRY_VOID(set.bind(1, evidence)
                 .bind(2, static_cast<std::int64_t>(end.size))
                 .bind(3, static_cast<std::int64_t>(end.events))
                 .bind(4, static_cast<std::int64_t>(anomalies))
                 .bind_time(5, end.first)
                 .bind_time(7, end.last)
                 .bind(9, end.reader)
                 .run());
    if (!end.hours.empty()) {
      std::string hours;
      std::int64_t before = 0;
      for (const HourCount& one : end.hours) {
        hours += fmt::format("{} {} ", one.hour - before, one.events);
        before = one.hour;
      }
      TRY_VOID(me.database.run("INSERT OR REPLACE INTO evidence_hours(evidence, hours) VALUES (?1, ?2)", evidence,
                               std::string_view(hours)));
    }
    for (const auto& [name, number] : current.anomalies)
      TRY_VOID(me.database.run("INSERT INTO anomaly_count(evidence, name, count) VALUES (?1, ?2, ?3)", evidence, name,
                               static_cast<std::int64_t>(number)));
  }
  if (end.activities && end.complete && !finished.copy)
    TRY_VOID(me.supersede(RowKind::activities, evidence, current.run));
  if (end.statements && end.complete && !finished.copy)
    TRY_VOID(me.supersede(RowKind::statements, evidence, current.run));
  const Digest digest = current.digest.finish();
  if (!finished.copy)
    TRY_VOID(me.database.run("UPDATE run SET last_event = ?2, digest = ?3 WHERE id = ?1", current.run,
                             current.next_event - 1, digest.bytes));
  std::string detail = "{\"path\":";
  append_json_string(detail, current.info.path);
  detail += ",\"container\":";
  append_json_string(detail, current.info.container);
  detail += ",\"reader\":";
  append_json_string(detail, end.reader.empty() ? current.info.reader : end.reader);
  if (end.complete) detail += ",\"sha256\":\"" + end.sha256.hex() + "\"";
  detail += fmt::format(",\"size\":{},\"events\":{},\"anomalies\":{},\"evidence\":{}", end.size, end.events, anomalies,
                        evidence);
  if (!finished.copy)
    detail += fmt::format(",\"run\":{},\"matched\":{},\"digest\":\"{}\"", current.run,
                          current.next_event - current.first_event, digest.hex());
  for (std::size_t kind = 0; kind < std::size(current.blocks) && !finished.copy; ++kind)
    if (const std::string hex = current.blocks[kind].finish(); !hex.empty())
      detail += fmt::format(",\"{}\":\"{}\"", kRowKindNames[kind], hex);
  detail += '}';
  TRY_VOID(me.add_journal(finished.copy ? "copy" : end.complete ? "evidence" : "partial", detail));
  me.evidence_cache.clear();
  me.uncommitted_bytes +=
      std::min<std::uint64_t>(end.size / 16, kCommitBytes);  // reading it cost time, so keep it soon
  TRY_VOID(me.committed_if_large());
  return finished;
}

}  // namespace tocsin::casefile
