// What ordered stages (correlations, detectors) take from the case and give back.
#include <algorithm>

#include "base/check.h"
#include "case/impl.h"
#include "case/lists.h"
#include "case/spill_sort.h"

namespace tocsin::casefile {
namespace {

struct Entry {
  Time time;
  std::uint64_t offset;
  std::int64_t row;
  std::uint32_t rank;  // of the evidence
  friend bool operator<(const Entry& a, const Entry& b) {
    if (a.time != b.time) return a.time < b.time;
    if (a.rank != b.rank) return a.rank < b.rank;
    if (a.offset != b.offset) return a.offset < b.offset;
    return a.row < b.row;
  }
};

}  // namespace

Result<void> Case::each_base_match(const std::function<bool(const BaseMatch&)>& sink) {
  Impl& me = *impl_;
  const Snapshot snapshot(me.database);
  TRY_VOID(snapshot.good());
  SpillSort<Entry> entries;
  std::unordered_map<EvidenceId, std::uint32_t> ranks;
  {
    TRY(Statement evidence, me.database.prepare("SELECT id FROM evidence ORDER BY sha256 IS NULL, sha256, id"));
    for (;;) {
      TRY(const bool row, evidence.step());
      if (!row) break;
      ranks.emplace(evidence.integer(0), static_cast<std::uint32_t>(ranks.size()));
    }
    TRY(Statement all,
        me.database.prepare(
            "SELECT id, evidence, offset, time, fraction FROM event WHERE keys IS NOT NULL AND shown IS NOT 0"));
    for (;;) {
      TRY(const bool row, all.step());
      if (!row) break;
      const auto rank = ranks.find(all.integer(1));
      TRY_VOID(entries.add({all.time(3), static_cast<std::uint64_t>(all.integer(2)), all.integer(0),
                            rank == ranks.end() ? UINT32_MAX : rank->second}));
    }
  }
  TRY_VOID(entries.sort());
  TRY(Statement get,
      me.database.prepare("SELECT evidence, record, content, keys, entities, shown, matches FROM event WHERE id = ?1"));
  std::vector<std::pair<std::string, std::string>> keys;
  std::vector<std::string> part;
  for (;;) {
    TRY(const std::optional<Entry> entry, entries.next());
    if (!entry) return {};
    get.bind(1, entry->row);
    TRY(const bool row, get.step());
    if (!row) continue;
    BaseMatch match;
    match.place = {get.integer(0), entry->offset, static_cast<std::uint64_t>(get.integer(1)), entry->time, entry->row};
    get.array(2, match.content);
    std::size_t count = 0, used = 0;
    for (ListReader reader(get.text(3)); reader.next(part, count);) {
      if (count != 2) continue;
      if (keys.size() <= used) keys.emplace_back();
      keys[used].first = part[0];
      keys[used++].second = part[1];
    }
    match.keys = std::span(keys).first(used);
    match.rules = me.shown_rules(get, 5, 6);
    match.entities = get.text(4);
    const bool more = sink(match);
    get.reset();
    if (!more) return {};
  }
}

Result<void> Case::begin_ordered(std::span<const std::uint32_t> rules) {
  Impl& me = *impl_;
  TRY_VOID(me.ensure_transaction());
  std::vector<std::uint32_t> replaced(rules.begin(), rules.end());
  for (const std::uint32_t rule : rules) {
    CHECK(rule > 0 && rule <= me.rules.size());
    if (me.rule(rule).kind != RuleKind::detector) continue;
    for (std::uint32_t other = 1; other <= me.rules.size(); ++other)
      if (other != rule && me.rule(other).kind == RuleKind::detector && me.rule(other).id == me.rule(rule).id)
        replaced.push_back(other);
  }
  for (const std::uint32_t rule : replaced) {
    TRY_VOID(
        me.database.run("DELETE FROM ordered_event WHERE finding IN (SELECT id FROM ordered_finding WHERE rule = ?1)",
                        std::int64_t{rule}));
    TRY_VOID(me.database.run("DELETE FROM ordered_finding WHERE rule = ?1", std::int64_t{rule}));
  }
  TRY(me.statements.insert_ordered,
      me.database.prepare(
          "INSERT INTO ordered_finding(id, rule, key, content, occurrence, time, fraction, first_time, first_fraction, "
          "last_time, last_fraction, count, entities, title, detail, level, techniques) VALUES (?1, ?2, ?3, ?4, ?5, "
          "?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"));
  TRY(me.statements.insert_ordered_event,
      me.database.prepare(
          "INSERT INTO ordered_event(finding, position, evidence, event, offset, record, time, fraction, content) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
  return {};
}

Result<void> Case::add_ordered(const OrderedFinding& finding) {
  Impl& me = *impl_;
  CHECK(finding.rule > 0 && finding.rule <= me.rules.size());
  const auto id = finding_id_bytes(me.rule(finding.rule).hash, finding.key, finding.content, finding.occurrence);
  std::string entities;
  write_entities(finding.entities, entities);
  std::string techniques;
  write_list(finding.techniques, techniques);
  Statement& insert = me.statements.insert_ordered;
  if (finding.level)
    insert.bind(16, static_cast<std::int64_t>(*finding.level));
  else
    insert.bind_null(16);
  if (finding.techniques.empty())
    insert.bind_null(17);
  else
    insert.bind(17, techniques);
  TRY_VOID(insert.bind(1, id)
               .bind(2, std::int64_t{finding.rule})
               .bind(3, finding.key)
               .bind(4, finding.content)
               .bind(5, static_cast<std::int64_t>(finding.occurrence))
               .bind_time(6, finding.time)
               .bind_time(8, finding.first)
               .bind_time(10, finding.last)
               .bind(12, static_cast<std::int64_t>(finding.count))
               .bind(13, entities)
               .bind(14, finding.title)
               .bind(15, finding.detail)
               .run());
  std::int64_t position = 0;
  for (const EventPlace& event : finding.events) {
    if (position == static_cast<std::int64_t>(OrderedFinding::kEventsMax)) break;
    Statement& insert_event = me.statements.insert_ordered_event;
    if (event.row == 0 && event.content != ContentHash{})
      insert_event.bind(9, event.content);
    else
      insert_event.bind_null(9);
    TRY_VOID(insert_event.bind(1, id)
                 .bind(2, position++)
                 .bind(3, event.evidence)
                 .bind(4, event.row)
                 .bind(5, static_cast<std::int64_t>(event.offset))
                 .bind(6, static_cast<std::int64_t>(event.record))
                 .bind_time(7, event.time)
                 .run());
  }
  return {};
}

Result<void> Case::end_ordered() {
  Impl& me = *impl_;
  TRY(const Digest digest, ordered_digest(me.database));
  TRY(const std::int64_t count, me.database.number("SELECT count(*) FROM ordered_finding"));
  TRY_VOID(
      me.add_journal("ordered", "{\"findings\":" + std::to_string(count) + ",\"digest\":\"" + digest.hex() + "\"}"));
  return me.commit();
}

}  // namespace tocsin::casefile
