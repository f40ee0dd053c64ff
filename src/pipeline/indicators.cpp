// One finding for each indicator that was met, over all that scans of this case met: what feeds say of it now and what
// they said before is joined.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "case/activity_rows.h"
#include "case/row_feed.h"
#include "indicators/judge.h"
#include "pipeline/ordered.h"

namespace tocsin {
namespace {

using casefile::EventPlace;
using casefile::OrderedFinding;
using indicators::Set;
using indicators::Type;

constexpr std::size_t kEntitiesMax = 1000;     // of one finding
constexpr std::size_t kManyIndicators = 5000;  // from that one on, findings show fewer events

struct Met {
  Set::Described described;
  std::vector<EventPlace> events;
  std::set<Entity> entities;
  Time time = Time::none(), first = Time::none(), last = Time::none();
  casefile::ContentHash content{};
  std::uint64_t count = 0, expired = 0;
};

std::optional<Entity> entity_of(const indicators::Indicator& indicator) {
  constexpr const char* kRole = "indicator";
  switch (indicator.type) {
    case Type::address:
      return Entity{EntityType::address, indicator.value, kRole};
    case Type::prefix:
      return Entity{EntityType::network, indicator.value, kRole};
    case Type::domain:
      return Entity{EntityType::domain, indicator.value, kRole};
    case Type::url:
      return Entity{EntityType::url, indicator.value, kRole};
    case Type::hash:
      return Entity{EntityType::hash, indicator.value, kRole};
    case Type::mail:
      return Entity{EntityType::mailbox, indicator.value, kRole};
    case Type::agent:
      break;
  }
  return std::nullopt;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 5); ++i) out += (i ? ", " : "") + names[i];
  if (names.size() > 5) out += fmt::format(" and {} more", names.size() - 5);
  return out;
}

std::string date(Time time) { return time.iso().substr(0, 10); }

std::string detail_of(const Met& met, const indicators::Judgement& best) {
  const indicators::Indicator& one = met.described.indicator;
  std::string out = fmt::format("Said by {}{}; confidence {} of 100, score {:.0f}.", list_of(met.described.sources),
                                one.name.empty() ? "" : " (" + one.name + ")", one.confidence, best.score);
  const double life = indicators::half_life_days(one);
  if (one.last.known())
    out += fmt::format("\nLast seen or vouched for {}: {:.0f} days from the nearest event{}.", date(one.last),
                       best.age_days,
                       life > 0 ? fmt::format("; what it says halves every {:.0f} days", life) : "; hashes don't age");
  else
    out += "\nNobody says when it was seen: its age is not counted.";
  if (one.control) out += "\nSaid to be command and control.";
  if (one.part) out += "\nOnly a part of its pattern was looked for.";
  if (met.expired > 0)
    out +=
        fmt::format("\n{} of {} events lie after its validity ended on {}.", met.expired, met.count, date(one.until));
  if (met.described.kind != indicators::ListKind::none)
    out += fmt::format("\nIt stands on the warning list {}: many use it, so that meeting it says little.",
                       met.described.list);
  return out;
}

}  // namespace

Result<MetStats> run_indicators(const Program& program, std::span<const std::uint32_t> numbers, std::size_t memory,
                                casefile::Case& in) {
  TRY(auto rows, casefile::RowFeed::open(in, casefile::RowKind::hits, memory));
  std::map<std::pair<Type, std::string>, Met> all;
  casefile::Hits hits;
  MetStats stats;
  const auto damaged = [&] {
    return fail("the case is damaged: a block of hits", in.path(), "`tocsin case verify` says more");
  };
  EventPlace before;
  for (;;) {
    TRY(const bool more, rows.next());
    if (!more) break;
    if (!casefile::read_hits(rows.view(), rows.row(), hits)) return damaged();
    if (!hits.indicators.empty() && is_decoy_text(hits.indicators[0])) continue;
    const EventPlace place = rows.place();
    const bool same = stats.events > 0 && before.evidence == place.evidence && before.offset == place.offset &&
                      before.time == place.time;
    before = place;
    stats.events += !same;
    for (const std::string_view text : hits.indicators) {
      auto described = indicators::from_text(text);
      if (!described) return damaged();
      const auto [at, is_new] = all.try_emplace({described->indicator.type, described->indicator.value});
      Met& met = at->second;
      if (is_new)
        met.described = std::move(*described);
      else
        indicators::join(met.described, *described);
      // One record, searched for two sets that both hold the indicator.
      if (!is_new && same && !met.events.empty() && met.last == place.time &&
          met.events.back().offset == place.offset && met.events.back().evidence == place.evidence)
        continue;
      if (met.count++ == 0) {
        met.time = met.first = place.time;
        met.content = place.content;
      }
      if (!met.first.known()) met.first = place.time;
      met.last = place.time;
      const std::size_t shown = all.size() < kManyIndicators ? OrderedFinding::kEventsMax : 3;
      if (met.events.size() < shown) met.events.push_back(place);
      if (met.entities.size() < kEntitiesMax && met.events.size() <= shown)
        for (Entity& entity : casefile::entities_from(hits.entities)) met.entities.insert(std::move(entity));
    }
  }
  // The best that any event makes of it, now that all is known of it: the ends and the shown events stand for all.
  const std::uint32_t rule = numbers[*program.search_at() + 1];
  TRY_VOID(in.begin_ordered(std::span(&rule, 1)));
  for (auto& [key, met] : all) {
    indicators::Judgement best;
    bool any = false;
    std::vector<Time> times{met.first, met.last};
    for (const EventPlace& event : met.events) times.push_back(event.time);
    for (const Time time : times) {
      const auto one = indicators::judge(met.described, time);
      if (!any || std::tuple(one.level, one.score) > std::tuple(best.level, best.score)) best = one;
      any = true;
    }
    for (const EventPlace& event : met.events) met.expired += indicators::judge(met.described, event.time).expired;
    OrderedFinding out;
    out.rule = rule;
    out.key = fmt::format("{} {}", indicators::name(key.first), key.second);
    out.content = met.content;
    out.time = met.time;
    out.first = met.first;
    out.last = met.last;
    out.count = met.count;
    out.events = std::move(met.events);
    if (auto entity = entity_of(met.described.indicator)) met.entities.insert(std::move(*entity));
    out.entities.assign(met.entities.begin(), met.entities.end());
    out.title =
        fmt::format("Known bad {} {}: met {} ({}){}", indicators::name(key.first), key.second,
                    met.count == 1 ? "once" : fmt::format("{} times", met.count), list_of(met.described.sources),
                    met.described.kind == indicators::ListKind::none ? "" : "; on a warning list");
    out.detail = detail_of(met, best);
    out.level = best.level;
    if (met.described.indicator.control) out.techniques = {"T1071"};
    TRY_VOID(in.add_ordered(out));
  }
  TRY_VOID(in.end_ordered());
  stats.indicators = all.size();
  return stats;
}

}  // namespace tocsin
