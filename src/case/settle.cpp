// Which events are copies of others, and which occurrence of its content each is.
//
// Done over all rows at once, because the answer must not depend on the order in which they came: sorted by content and
// place, the k-th row of a content in one piece of evidence gets occurrence k (a numbered record is always the first),
// and of the rows with equal content and occurrence the first one shows the findings. Rows of one place are one event
// that met more rules later. Most contents stand alone; only those that don't are sorted a second time, by occurrence.
#include <algorithm>
#include <cstring>
#include <iterator>

#include "case/impl.h"
#include "case/spill_sort.h"

namespace tocsin::casefile {
namespace {

struct Row {
  ContentHash content;
  std::uint64_t occurrence;  // 0 in the first sort
  std::uint64_t offset;
  std::int64_t id;
  std::uint32_t rank;  // of the evidence
  std::uint32_t matches;
  // as they stand now
  std::uint32_t shown;  // kAll: NULL
  std::uint32_t copies;
  std::uint64_t old_occurrence;
  bool numbered;

  friend bool operator<(const Row& a, const Row& b) {
    if (const int order = std::memcmp(a.content.data(), b.content.data(), a.content.size())) return order < 0;
    if (a.occurrence != b.occurrence) return a.occurrence < b.occurrence;
    if (a.rank != b.rank) return a.rank < b.rank;
    if (a.offset != b.offset) return a.offset < b.offset;
    return a.id > b.id;  // of one place the latest first: it holds the keys that were wanted latest
  }
};
constexpr std::uint32_t kAll = UINT32_MAX;

bool same_place(const Row& a, const Row& b) { return a.rank == b.rank && a.offset == b.offset; }

// Evidence in the order in which copies are shown: read to its end by SHA-256, then all else.
Result<std::unordered_map<EvidenceId, std::uint32_t>> ranks_of(Database& database) {
  std::unordered_map<EvidenceId, std::uint32_t> ranks;
  TRY(Statement all, database.prepare("SELECT id FROM evidence ORDER BY sha256 IS NULL, sha256, id"));
  for (;;) {
    TRY(const bool row, all.step());
    if (!row) return ranks;
    ranks.emplace(all.integer(0), static_cast<std::uint32_t>(ranks.size()));
  }
}

class Settler {
 public:
  explicit Settler(Case::Impl& me) : me_(me) {}

  Result<void> run() {
    TRY(const auto ranks, ranks_of(me_.database));
    TRY_VOID(read(ranks));
    TRY(update_, me_.database.prepare("UPDATE event SET occurrence = ?2, shown = ?3, copies = ?4 WHERE id = ?1"));
    TRY_VOID(contents_.sort());
    std::vector<Row> pending;  // at most one: the row whose content may stand alone
    std::uint64_t occurrence = 0;
    for (;;) {
      TRY(std::optional<Row> row, contents_.next());
      if (!pending.empty() && (!row || row->content != pending[0].content)) {
        TRY_VOID(alone(pending[0]));
        pending.clear();
      } else if (!pending.empty()) {
        pending[0].occurrence = occurrence = 1;
        TRY_VOID(occurrences_.add(pending[0]));
        last_ = pending[0];
        pending.clear();
      }
      if (!row) break;
      if (!last_ || row->content != last_->content) {
        last_.reset();
        pending.push_back(*row);
        continue;
      }
      if (row->numbered || row->rank != last_->rank)
        occurrence = 1;
      else if (row->offset != last_->offset)
        ++occurrence;
      row->occurrence = occurrence;
      last_ = *row;
      TRY_VOID(occurrences_.add(*row));
    }
    return events();
  }

 private:
  Result<void> read(const std::unordered_map<EvidenceId, std::uint32_t>& ranks) {
    TRY(Statement all,
        me_.database.prepare(
            "SELECT id, evidence, offset, content, numbered, matches, occurrence, shown, copies FROM event"));
    EvidenceId evidence = -1;
    std::uint32_t rank = 0;
    for (;;) {
      TRY(const bool there, all.step());
      if (!there) return {};
      if (all.integer(1) != evidence) {
        evidence = all.integer(1);
        const auto found = ranks.find(evidence);
        rank = found == ranks.end() ? UINT32_MAX : found->second;
      }
      Row row{};
      if (!all.array(3, row.content)) return fail("the case is damaged: an event without its content hash", me_.path);
      row.id = all.integer(0);
      row.rank = rank;
      row.offset = static_cast<std::uint64_t>(all.integer(2));
      row.numbered = all.integer(4) != 0;
      row.matches = static_cast<std::uint32_t>(all.integer(5));
      row.old_occurrence = static_cast<std::uint64_t>(all.integer(6));
      row.shown = all.is_null(7) ? kAll : static_cast<std::uint32_t>(all.integer(7));
      row.copies = static_cast<std::uint32_t>(all.integer(8));
      TRY_VOID(contents_.add(row));
    }
  }

  // Second pass: rows of one content and occurrence are one event. Of its rows only those are held that show something,
  // so at most one a rule.
  Result<void> events() {
    TRY_VOID(occurrences_.sort());
    std::optional<Row> before;
    for (;;) {
      TRY(const std::optional<Row> row, occurrences_.next());
      const bool same = row && before && row->content == before->content && row->occurrence == before->occurrence;
      if (!same) TRY_VOID(end_event());
      if (!row) return {};
      places_ += !same || !same_place(*before, *row);
      TRY_VOID(row_of_event(*row));
      before = row;
    }
  }

  Result<void> row_of_event(Row row) {
    if (row.matches >= me_.sets.size()) return fail("the case is damaged: an event without its matches", me_.path);
    const std::span<const std::uint32_t> rules = me_.sets.rules(row.matches);
    std::vector<std::uint32_t> fresh, all;
    std::set_difference(rules.begin(), rules.end(), met_.begin(), met_.end(), std::back_inserter(fresh));
    std::uint32_t shown = kAll;
    if (fresh.size() != rules.size()) {
      TRY(const std::optional<std::uint32_t> set, me_.sets.find(me_.database, fresh));
      // Too many sets: rather the same finding twice than none.
      if (set) shown = *set;
    }
    if (fresh.empty()) return put(row, row.occurrence, shown, 0);
    std::set_union(met_.begin(), met_.end(), fresh.begin(), fresh.end(), std::back_inserter(all));
    met_ = std::move(all);
    showing_.emplace_back(row, shown);
    return {};
  }

  Result<void> end_event() {
    for (const auto& [row, shown] : showing_) TRY_VOID(put(row, row.occurrence, shown, places_ - 1));
    showing_.clear();
    met_.clear();
    places_ = 0;
    return {};
  }

  Result<void> alone(const Row& row) { return put(row, 1, kAll, 0); }

  Result<void> put(const Row& row, std::uint64_t occurrence, std::uint32_t shown, std::uint32_t copies) {
    if (row.old_occurrence == occurrence && row.shown == shown && row.copies == copies) return {};
    update_.bind(1, row.id).bind(2, static_cast<std::int64_t>(occurrence)).bind(4, std::int64_t{copies});
    if (shown == kAll)
      update_.bind_null(3);
    else
      update_.bind(3, std::int64_t{shown});
    return update_.run();
  }

  Case::Impl& me_;
  SpillSort<Row> contents_, occurrences_;
  std::optional<Row> last_;
  std::vector<std::pair<Row, std::uint32_t>> showing_;
  std::vector<std::uint32_t> met_;  // rules, sorted
  std::uint32_t places_ = 0;
  Statement update_;
};

}  // namespace

Result<void> Case::settle() {
  Impl& me = *impl_;
  if (me.settled) return {};
  TRY_VOID(me.ensure_transaction());
  TRY_VOID(Settler(me).run());
  TRY_VOID(me.database.run("DELETE FROM meta WHERE key = 'unsettled'"));
  me.settled = true;
  return me.commit();
}

}  // namespace tocsin::casefile
