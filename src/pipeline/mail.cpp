// What is said of mails, from the rows that a scan kept: mails of one template are one finding, which the gravest of
// them speaks for.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "case/activity_rows.h"
#include "case/row_feed.h"
#include "phishing/verdict.h"
#include "pipeline/ordered.h"

namespace tocsin {
namespace {

using casefile::EventPlace;
using casefile::OrderedFinding;

constexpr std::size_t kEntitiesMax = 1000;   // of one finding
constexpr std::size_t kGroupsMax = 100'000;  // with words of their own; mails of others are counted under one
constexpr std::size_t kManyGroups = 10'000;  // from that one on, findings show fewer events

struct Group {
  Level level = Level::informational;
  std::string title, detail;
  std::set<std::string> techniques;
  std::set<Entity> entities;
  std::vector<EventPlace> events;
  casefile::ContentHash content{};
  Time time = Time::none(), first = Time::none(), last = Time::none();
  std::uint64_t count = 0;
};

std::size_t of_role(const std::set<Entity>& entities, EntityType type, std::string_view role) {
  return static_cast<std::size_t>(
      std::ranges::count_if(entities, [&](const Entity& one) { return one.type == type && one.role == role; }));
}

std::string told(const Group& group) {
  if (group.count == 1) return group.detail;
  const std::size_t senders = of_role(group.entities, EntityType::mailbox, "source"),
                    targets = of_role(group.entities, EntityType::mailbox, "target");
  return fmt::format("{} mails of one template, from {} sender{} to {} mailbox{}. Of the gravest:\n{}", group.count,
                     senders, senders == 1 ? "" : "s", targets, targets == 1 ? "" : "es", group.detail);
}

}  // namespace

Result<MailStats> run_mail(const Program& program, std::span<const std::uint32_t> numbers, std::size_t memory,
                           casefile::Case& in) {
  TRY(auto rows, casefile::RowFeed::open(in, casefile::RowKind::statements, memory));
  std::map<std::pair<std::uint64_t, std::string>, Group> groups;
  std::vector<casefile::Said> said;
  MailStats stats;
  const std::span<const phishing::Spec> specs = phishing::all_specs();
  for (;;) {
    TRY(const bool more, rows.next());
    if (!more) break;
    if (!casefile::read_said(rows.view(), rows.row(), said))
      return fail("the case is damaged: a block of statements", in.path(), "`tocsin case verify` says more");
    ++stats.mails;
    const EventPlace place = rows.place();
    for (const casefile::Said& one : said) {
      if (one.rule >= specs.size())
        return fail("the case is damaged: a block of statements", in.path(), "`tocsin case verify` says more");
      std::string key(one.group);
      if (groups.size() >= kGroupsMax && !groups.contains({one.rule, key})) key = "others";
      Group& group = groups[{one.rule, key}];
      const Level level = static_cast<Level>(one.level);
      if (group.count++ == 0) {
        group.time = group.first = place.time;
        group.content = place.content;
      }
      if (group.title.empty() || group.level < level) {
        group.level = level;
        group.title = one.title;
        group.detail = one.detail;
      }
      if (!group.first.known()) group.first = place.time;
      group.last = place.time;
      for (std::size_t at = 0; at < one.techniques.size();) {
        const std::size_t end = std::min(one.techniques.find(' ', at), one.techniques.size());
        if (end > at && group.techniques.size() < 30) group.techniques.emplace(one.techniques.substr(at, end - at));
        at = end + 1;
      }
      const std::size_t shown = groups.size() < kManyGroups ? OrderedFinding::kEventsMax : 3;
      if (group.events.size() < shown) group.events.push_back(place);
      if (group.entities.size() < kEntitiesMax)
        for (Entity& entity : casefile::entities_from(one.entities)) group.entities.insert(std::move(entity));
    }
  }
  stats.copies = rows.copies();
  const std::span<const std::uint32_t> mine = numbers.subspan(*program.mail_at() + 1, specs.size());
  TRY_VOID(in.begin_ordered(mine));
  for (auto& [key, group] : groups) {
    OrderedFinding out;
    out.rule = mine[key.first];
    out.key = key.second;
    out.content = group.content;
    out.time = group.time;
    out.first = group.first;
    out.last = group.last;
    out.count = group.count;
    out.events = std::move(group.events);
    out.entities.assign(group.entities.begin(), group.entities.end());
    out.title = group.count == 1 ? group.title : fmt::format("{} ({} mails alike)", group.title, group.count);
    out.detail = told(group);
    out.level = group.level;
    out.techniques.assign(group.techniques.begin(), group.techniques.end());
    TRY_VOID(in.add_ordered(out));
  }
  TRY_VOID(in.end_ordered());
  stats.findings = groups.size();
  return stats;
}

}  // namespace tocsin
