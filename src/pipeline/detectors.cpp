// Two passes over the activities, as over base matches: the first feeds the detectors, which name their evidence by
// ordinal; the second looks up the places of what they named.
#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"
#include "case/activity_rows.h"
#include "case/row_feed.h"
#include "detect/detector.h"
#include "pipeline/ordered.h"

namespace tocsin {
namespace {

using casefile::EventPlace;
using casefile::OrderedFinding;
using casefile::RowFeed;

// Of a finding, the ordinals of the events that it shows: the first in time.
std::vector<detect::Ordinal> shown(const detect::Statement& statement) {
  std::vector<detect::Ordinal> out = statement.members;
  std::ranges::sort(out);
  const auto [first, last] = std::ranges::unique(out);
  out.erase(first, last);
  if (out.size() > OrderedFinding::kEventsMax) out.resize(OrderedFinding::kEventsMax);
  return out;
}

Result<std::map<detect::Ordinal, EventPlace>> places_of(const std::vector<detect::Found>& found, RowFeed& rows) {
  std::set<detect::Ordinal> wanted;
  for (const auto& [spec, statement] : found) {
    wanted.insert(statement.alarm);
    for (const detect::Ordinal ordinal : shown(statement)) wanted.insert(ordinal);
  }
  std::map<detect::Ordinal, EventPlace> places;
  TRY_VOID(rows.rewind());
  for (auto next = wanted.begin(); next != wanted.end();) {
    TRY(const bool more, rows.next());
    if (!more) break;
    if (rows.ordinal() != *next) continue;
    places[*next] = rows.place();
    ++next;
  }
  return places;
}

}  // namespace

Result<DetectStats> run_detectors(const Program& program, std::span<const std::uint32_t> numbers,
                                  const Networks& networks, std::size_t memory, casefile::Case& in) {
  detect::Options options;
  options.networks = &networks;
  options.memory = std::min(options.memory, memory / 4 * 3);
  detect::Run run(options);
  DetectStats stats;
  TRY(RowFeed rows, RowFeed::open(in, casefile::RowKind::activities, memory / 4));
  Activity activity;
  for (;;) {
    TRY(const bool more, rows.next());
    if (!more) break;
    if (!casefile::read_activity(rows.view(), rows.row(), activity))
      return fail("the case is damaged: a block of activities", in.path(), "`tocsin case verify` says more");
    ++stats.activities;
    ++stats.by_kind[static_cast<std::size_t>(activity.kind)];
    run.feed(activity, rows.ordinal());
  }
  stats.copies = rows.copies();
  const std::vector<detect::Found> found = run.finish();
  TRY(const auto places, places_of(found, rows));

  const std::span<const std::uint32_t> mine = numbers.subspan(*program.activities_at() + 1);
  std::map<const detect::DetectorSpec*, std::uint32_t> rules;
  for (const detect::DetectorSpec* spec : detect::all_detectors()) rules.emplace(spec, mine[rules.size()]);
  TRY_VOID(in.begin_ordered(mine.first(rules.size())));
  std::map<std::tuple<std::uint32_t, std::string, casefile::ContentHash>, std::uint64_t> occurrences;
  for (const auto& [spec, statement] : found) {
    OrderedFinding out;
    out.rule = rules.at(spec);
    out.key = statement.key;
    const auto alarm = places.find(statement.alarm);
    CHECK(alarm != places.end());
    out.content = alarm->second.content;
    out.occurrence = ++occurrences[{out.rule, out.key, out.content}];
    out.time = statement.time;
    out.first = statement.first;
    out.last = statement.last;
    out.count = statement.count;
    out.entities = statement.entities;
    for (const detect::Ordinal ordinal : shown(statement))
      if (const auto place = places.find(ordinal); place != places.end()) out.events.push_back(place->second);
    out.title = statement.title;
    out.detail = statement.detail;
    out.level = statement.level;
    out.techniques = statement.techniques;
    TRY_VOID(in.add_ordered(out));
  }
  TRY_VOID(in.end_ordered());
  return stats;
}

}  // namespace tocsin
