// Reading what a case says about its evidence: paths, anomalies, whole records.
#include <algorithm>
#include <charconv>

#include "case/impl.h"

namespace tocsin::casefile {
namespace {

constexpr std::string_view kEvidenceColumns =
    "SELECT id, sha256, size, reader, events, anomalies, first_time, first_fraction, last_time, last_fraction, state "
    "FROM evidence ";

Result<Evidence> read_evidence(Database& database, const Statement& row) {
  Evidence evidence;
  evidence.id = row.integer(0);
  if (Digest digest; row.array(1, digest.bytes)) evidence.sha256 = digest.hex();
  evidence.size = static_cast<std::uint64_t>(row.integer(2));
  evidence.reader = row.text(3);
  evidence.events = static_cast<std::uint64_t>(row.integer(4));
  evidence.anomalies = static_cast<std::uint64_t>(row.integer(5));
  evidence.first = row.time(6);
  evidence.last = row.time(8);
  evidence.complete = row.text(10) == "complete";
  TRY(Statement paths, database.prepare("SELECT path, container FROM evidence_path WHERE evidence = ?1 ORDER BY path"));
  paths.bind(1, evidence.id);
  for (;;) {
    TRY(const bool there, paths.step());
    if (!there) break;
    evidence.places.push_back({std::string(paths.text(0)), std::string(paths.text(1))});
  }
  if (!evidence.places.empty()) {
    evidence.path = evidence.places[0].path;
    evidence.container = evidence.places[0].container;
  }
  return evidence;
}

}  // namespace

Result<std::vector<Evidence>> Case::all_evidence() {
  const Snapshot snapshot(impl_->database);
  TRY_VOID(snapshot.good());
  std::vector<Evidence> list;
  TRY(Statement all,
      impl_->database.prepare(std::string(kEvidenceColumns) + "WHERE id IN (SELECT evidence FROM evidence_path)"));
  for (;;) {
    TRY(const bool row, all.step());
    if (!row) break;
    TRY(Evidence one, read_evidence(impl_->database, all));
    list.push_back(std::move(one));
  }
  std::sort(list.begin(), list.end(), [](const Evidence& a, const Evidence& b) {
    return std::tie(a.path, a.sha256) < std::tie(b.path, b.sha256);
  });
  return list;
}

Result<std::vector<HourCount>> Case::hours_of(EvidenceId id) {
  std::vector<HourCount> out;
  TRY(Statement one, impl_->database.prepare("SELECT hours FROM evidence_hours WHERE evidence = ?1"));
  one.bind(1, id);
  TRY(const bool row, one.step());
  if (!row) return out;
  const std::string_view text = one.text(0);
  const char* at = text.data();
  const char* const end = at + text.size();
  std::int64_t hour = 0;
  while (at < end) {
    std::int64_t since = 0;
    std::uint64_t events = 0;
    const auto first = std::from_chars(at, end, since);
    if (first.ec != std::errc() || first.ptr == end) break;
    const auto second = std::from_chars(first.ptr + 1, end, events);
    if (second.ec != std::errc()) break;
    if (__builtin_add_overflow(hour, since, &hour)) break;
    out.push_back({hour, events});
    at = second.ptr < end ? second.ptr + 1 : end;
  }
  return out;
}

Result<const Evidence*> Case::evidence(EvidenceId id) {
  auto& cache = impl_->evidence_cache;
  if (const auto found = cache.find(id); found != cache.end()) return &found->second;
  TRY(Statement one, impl_->database.prepare(std::string(kEvidenceColumns) + "WHERE id = ?1"));
  one.bind(1, id);
  TRY(const bool row, one.step());
  if (!row) return fail("the case is damaged: a finding without its evidence", impl_->path);
  TRY(Evidence evidence, read_evidence(impl_->database, one));
  if (cache.size() >= 10'000) cache.clear();
  return &cache.emplace(id, std::move(evidence)).first->second;
}

Result<WholeEvent> Case::event(const EventPlace& place) {
  Database& database = impl_->database;
  WholeEvent whole;
  whole.place = place;
  whole.content = place.content;
  constexpr std::string_view kColumns =
      "SELECT e.source, r.fields, r.raw, e.content FROM event e LEFT JOIN record r ON r.event = e.id WHERE ";
  const auto read = [&](Statement& one) -> Result<bool> {
    TRY(const bool row, one.step());
    if (!row) return false;
    whole.source = one.text(0);
    whole.whole = !one.is_null(1);
    whole.fields = one.text(1);
    whole.raw = one.text(2);
    one.array(3, whole.content);
    one.reset();
    return true;
  };
  TRY(Statement by_row, database.prepare(std::string(kColumns) + "e.id = ?1 AND e.evidence = ?2 AND e.offset = ?3"));
  by_row.bind(1, place.row).bind(2, place.evidence).bind(3, static_cast<std::int64_t>(place.offset));
  TRY(const bool found, read(by_row));
  if (found && whole.whole) return whole;
  // The same place may stand in a row of another run, and rows move when evidence is read again.
  TRY(Statement by_place,
      database.prepare(
          std::string(kColumns) +
          "e.id IN (SELECT x.id FROM run JOIN event x ON x.id BETWEEN run.first_event AND coalesce(run.last_event, "
          "x.id) "
          "WHERE run.evidence = ?1 AND x.evidence = ?1 AND x.offset = ?2) ORDER BY r.event IS NULL LIMIT 1"));
  by_place.bind(1, place.evidence).bind(2, static_cast<std::int64_t>(place.offset));
  TRY_VOID(read(by_place));
  return whole;
}

Result<void> Case::each_anomaly(const std::function<bool(const StoredAnomaly&)>& sink) {
  TRY(const std::vector<Evidence> list, all_evidence());
  TRY(Statement of_one,
      impl_->database.prepare(
          "SELECT name, detail, offset, size FROM anomaly WHERE evidence = ?1 ORDER BY offset, name, detail"));
  for (const Evidence& evidence : list) {
    if (evidence.anomalies == 0 && evidence.complete) continue;
    of_one.bind(1, evidence.id);
    for (;;) {
      TRY(const bool row, of_one.step());
      if (!row) break;
      if (!sink({evidence.id, std::string(of_one.text(0)), std::string(of_one.text(1)),
                 static_cast<std::uint64_t>(of_one.integer(2)), static_cast<std::uint64_t>(of_one.integer(3))})) {
        of_one.reset();
        return {};
      }
    }
  }
  return {};
}

Result<std::vector<Case::AnomalyCount>> Case::anomaly_counts() {
  std::vector<AnomalyCount> counts;
  TRY(Statement all, impl_->database.prepare("SELECT name, sum(count) FROM anomaly_count GROUP BY name ORDER BY name"));
  for (;;) {
    TRY(const bool row, all.step());
    if (!row) return counts;
    counts.push_back({std::string(all.text(0)), static_cast<std::uint64_t>(all.integer(1))});
  }
}

Result<std::uint64_t> Case::copies() {
  TRY(const std::int64_t count, impl_->database.number("SELECT coalesce(sum(copies), 0) FROM event"));
  return static_cast<std::uint64_t>(count);
}

}  // namespace tocsin::casefile
