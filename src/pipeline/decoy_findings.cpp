// One finding for each decoy name that was met, over all that scans of this case met.
#include <fmt/format.h>

#include <map>
#include <set>

#include "case/activity_rows.h"
#include "case/row_feed.h"
#include "decoys/spelling.h"
#include "pipeline/ordered.h"

namespace tocsin {
namespace {

using casefile::EventPlace;
using casefile::OrderedFinding;

constexpr std::size_t kEntitiesMax = 1000;  // of one finding
constexpr std::size_t kManyNames = 5000;    // from that one on, findings show fewer events

struct Met {
  std::string imitates, tricks, reason;
  double score = -1;
  std::vector<EventPlace> events;
  std::set<Entity> entities;
  Time first = Time::none(), last = Time::none(), time = Time::none();
  casefile::ContentHash content{};
  std::uint64_t count = 0;
};

}  // namespace

Result<DecoyStats> run_decoys(const Program& program, std::span<const std::uint32_t> numbers, std::size_t memory,
                              casefile::Case& in) {
  TRY(auto rows, casefile::RowFeed::open(in, casefile::RowKind::hits, memory));
  std::map<std::string, Met, std::less<>> all;
  casefile::Hits hits;
  DecoyStats stats;
  EventPlace before;
  for (;;) {
    TRY(const bool more, rows.next());
    if (!more) break;
    const auto damaged = [&] {
      return fail("the case is damaged: a block of hits", in.path(), "`tocsin case verify` says more");
    };
    if (!casefile::read_hits(rows.view(), rows.row(), hits)) return damaged();
    if (hits.indicators.empty() || !is_decoy_text(hits.indicators[0])) continue;
    const EventPlace place = rows.place();
    const bool same = stats.events > 0 && before.evidence == place.evidence && before.offset == place.offset &&
                      before.time == place.time;
    before = place;
    stats.events += !same;
    for (const std::string_view text : hits.indicators) {
      const auto hit = decoy_hit(text);
      if (!hit) return damaged();
      auto at = all.find(hit->name);
      if (at == all.end()) at = all.emplace(std::string(hit->name), Met{}).first;
      Met& met = at->second;
      // Lists of another scan may have judged it otherwise: the gravest holds.
      if (hit->score > met.score) {
        met.score = hit->score;
        met.imitates = hit->imitates;
        met.tricks = hit->tricks;
        met.reason = hit->reason;
      }
      if (same && !met.events.empty() && met.last == place.time && met.events.back().offset == place.offset &&
          met.events.back().evidence == place.evidence)
        continue;
      if (met.count++ == 0) {
        met.time = met.first = place.time;
        met.content = place.content;
      }
      if (!met.first.known()) met.first = place.time;
      met.last = place.time;
      const std::size_t shown_max = all.size() < kManyNames ? OrderedFinding::kEventsMax : 3;
      if (met.events.size() < shown_max) met.events.push_back(place);
      if (met.entities.size() < kEntitiesMax && met.events.size() <= shown_max)
        for (Entity& entity : casefile::entities_from(hits.entities)) met.entities.insert(std::move(entity));
    }
  }
  const std::uint32_t rule = numbers[*program.decoys_at() + 1];
  TRY_VOID(in.begin_ordered(std::span(&rule, 1)));
  for (auto& [name, met] : all) {
    OrderedFinding out;
    out.rule = rule;
    out.key = "decoy " + name;
    out.content = met.content;
    out.time = met.time;
    out.first = met.first;
    out.last = met.last;
    out.count = met.count;
    out.events = std::move(met.events);
    met.entities.insert(Entity{EntityType::domain, name, "decoy"});
    out.entities.assign(met.entities.begin(), met.entities.end());
    const std::string as = decoys::shown(name);
    out.title = fmt::format("Decoy name {}{} imitates {}: met {}", name, as == name ? "" : " (" + as + ")",
                            met.imitates, met.count == 1 ? "once" : fmt::format("{} times", met.count));
    out.detail = fmt::format(
        "{}.\nTricks: {}; score {:.2f}. Whether it does harm is not said: look at who registered it, "
        "and allow it where it is your own.",
        met.reason, met.tricks, met.score);
    out.level = decoys::level_of(met.score);
    out.techniques = {"T1583.001"};
    TRY_VOID(in.add_ordered(out));
  }
  TRY_VOID(in.end_ordered());
  stats.names = all.size();
  return stats;
}

}  // namespace tocsin
