// One finding for each indicator that was met, over all that scans of this case met: what feeds say of it now and what
// they said before is joined.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "indicators/judge.h"
#include "pipeline/met.h"
#include "pipeline/ordered.h"

namespace tocsin {
namespace {

using casefile::EventPlace;
using casefile::OrderedFinding;
using indicators::Set;
using indicators::Type;

struct Found {
  Set::Described described;
  std::uint64_t expired = 0;
  Met met;
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

std::string detail_of(const Found& found, const indicators::Judgement& best) {
  const indicators::Indicator& one = found.described.indicator;
  std::string out = fmt::format("Said by {}{}; confidence {} of 100, score {:.0f}.", list_of(found.described.sources),
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
  if (found.expired > 0)
    out += fmt::format("\n{} of {} events lie after its validity ended on {}.", found.expired, found.met.count,
                       date(one.until));
  if (found.described.kind != indicators::ListKind::none)
    out += fmt::format("\nIt stands on the warning list {}: many use it, so that meeting it says little.",
                       found.described.list);
  return out;
}

}  // namespace

Result<MetStats> run_indicators(const Program& program, std::span<const std::uint32_t> numbers, std::size_t memory,
                                casefile::Case& in) {
  std::map<std::pair<Type, std::string>, Found> all;
  MetStats stats;
  TRY(stats.events, gather(in, casefile::RowKind::hits, memory, [&](std::string_view text) -> Met* {
        auto described = indicators::from_text(text);
        if (!described) return nullptr;
        const auto [at, is_new] = all.try_emplace({described->indicator.type, described->indicator.value});
        if (is_new)
          at->second.described = std::move(*described);
        else
          indicators::join(at->second.described, *described);
        return &at->second.met;
      }));
  // The best that any event makes of it, now that all is known of it: the ends and the shown events stand for all.
  const std::uint32_t rule = numbers[*program.search_at() + 1];
  TRY_VOID(in.begin_ordered(std::span(&rule, 1)));
  for (auto& [key, found] : all) {
    Met& met = found.met;
    indicators::Judgement best;
    bool any = false;
    std::vector<Time> times{met.first, met.last};
    for (const EventPlace& event : met.events) times.push_back(event.time);
    for (const Time time : times) {
      const auto one = indicators::judge(found.described, time);
      if (!any || std::tuple(one.level, one.score) > std::tuple(best.level, best.score)) best = one;
      any = true;
    }
    for (const EventPlace& event : met.events) found.expired += indicators::judge(found.described, event.time).expired;
    OrderedFinding out;
    out.rule = rule;
    out.key = fmt::format("{} {}", indicators::name(key.first), key.second);
    if (auto entity = entity_of(found.described.indicator)) met.entities.insert(std::move(*entity));
    put(met, out);
    out.title =
        fmt::format("Known bad {} {}: met {} ({}){}", indicators::name(key.first), key.second,
                    met.count == 1 ? "once" : fmt::format("{} times", met.count), list_of(found.described.sources),
                    found.described.kind == indicators::ListKind::none ? "" : "; on a warning list");
    out.detail = detail_of(found, best);
    out.level = best.level;
    if (found.described.indicator.control) out.techniques = {"T1071"};
    TRY_VOID(in.add_ordered(out));
  }
  TRY_VOID(in.end_ordered());
  stats.indicators = all.size();
  return stats;
}

}  // namespace tocsin
