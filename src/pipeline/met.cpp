#include "pipeline/met.h"

#include "case/activity_rows.h"
#include "case/row_feed.h"

namespace tocsin {
namespace {

using casefile::EventPlace;
using casefile::OrderedFinding;

constexpr std::size_t kEntitiesMax = 1000;  // of one thing
constexpr std::size_t kMany = 5000;         // things from which on fewer events of each are kept

}  // namespace

Result<std::uint64_t> gather(casefile::Case& in, casefile::RowKind kind, std::size_t memory,
                             const std::function<Met*(std::string_view text)>& take) {
  TRY(auto rows, casefile::RowFeed::open(in, kind, memory));
  casefile::Hits hits;
  EventPlace before;
  std::uint64_t records = 0;
  std::size_t things = 0;
  const auto damaged = [&] {
    return fail("the case is damaged: a block of what was searched for", in.path(), "`tocsin case verify` says more");
  };
  for (;;) {
    TRY(const bool more, rows.next());
    if (!more) return records;
    if (!casefile::read_hits(rows.view(), rows.row(), hits)) return damaged();
    const EventPlace place = rows.place();
    const bool same =
        records > 0 && before.evidence == place.evidence && before.offset == place.offset && before.time == place.time;
    before = place;
    records += !same;
    for (const std::string_view text : hits.found) {
      Met* const met = take(text);
      if (!met) return damaged();
      // One record, searched for two sets that both hold it.
      if (same && !met->events.empty() && met->last == place.time && met->events.back().offset == place.offset &&
          met->events.back().evidence == place.evidence)
        continue;
      if (met->count++ == 0) {
        ++things;
        met->time = met->first = place.time;
        met->content = place.content;
      }
      if (!met->first.known()) met->first = place.time;
      met->last = place.time;
      const std::size_t shown = things < kMany ? OrderedFinding::kEventsMax : 3;
      if (met->events.size() < shown) met->events.push_back(place);
      if (met->entities.size() < kEntitiesMax && met->events.size() <= shown)
        for (Entity& entity : casefile::entities_from(hits.entities)) met->entities.insert(std::move(entity));
    }
  }
}

void put(Met& met, OrderedFinding& out) {
  out.content = met.content;
  out.time = met.time;
  out.first = met.first;
  out.last = met.last;
  out.count = met.count;
  out.events = std::move(met.events);
  out.entities.assign(met.entities.begin(), met.entities.end());
}

}  // namespace tocsin
