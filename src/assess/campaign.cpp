#include "assess/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/hash.h"
#include "base/text.h"

namespace tocsin::assess {
namespace {

using casefile::Act;
using casefile::ActKind;
using casefile::Campaign;
using casefile::Incident;
using Couple = std::pair<std::uint32_t, std::uint32_t>;

constexpr double kJoinedShare = 0.25;
constexpr std::size_t kNamesMin = 10, kComparedMax = 2000, kMixMin = 4;
constexpr double kSameNames = 0.4, kSameMix = 0.6;
constexpr std::int64_t kSameWeek = 7 * 86400;

double jaccard(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::size_t both = 0;
  for (const std::string& one : a) both += b.contains(one);
  return a.empty() || b.empty() ? 0 : static_cast<double>(both) / static_cast<double>(a.size() + b.size() - both);
}

// The name of a file that doesn't belong to the system.
std::string tool_of(std::string_view path) {
  const std::string folded = fold(path);
  for (const char* place : {"\\windows\\", "\\program files", "/usr/", "/bin/", "/sbin/", "/lib", "/etc/", "/proc/"})
    if (folded.find(place) != std::string::npos) return {};
  return folded.substr(folded.find_last_of("/\\") + 1);
}

void add_incident(Linker& linker, const Incident& incident) {
  linker.add_item();
  for (const casefile::StoryEntity& entity : incident.entities) {
    if (entity.common) continue;
    switch (entity.type) {
      case EntityType::address:
      case EntityType::domain:
      case EntityType::url:
      case EntityType::hash:
        linker.see_indicator(entity.value, entity.last, false);
        break;
      case EntityType::file:
        if (const std::string tool = tool_of(entity.value); tool.size() > 4)
          linker.see(TieKind::tool, tool, entity.last);
        break;
      default:
        break;
    }
  }
}

// What only a look at both tells: the same list of names tried, the same mix of techniques, the same week elsewhere.
void compare(Linker& linker, std::span<const Incident> incidents, std::vector<std::vector<std::string>>& said) {
  std::vector<std::set<std::string>> names(incidents.size()), mixes(incidents.size());
  for (std::size_t i = 0; i < incidents.size(); ++i) {
    for (const casefile::StoryEntity& entity : incidents[i].entities)
      if (entity.type == EntityType::account && entity.role != "source" && !entity.common)
        names[i].insert(fold(entity.value.substr(0, entity.value.find('@'))));
    for (const casefile::PathStep& step : incidents[i].path) mixes[i].insert(step.technique);
  }
  said.resize(incidents.size());
  (void)linker;
  for (std::size_t i = 0; i < std::min(incidents.size(), kComparedMax); ++i)
    for (std::size_t j = i + 1; j < std::min(incidents.size(), kComparedMax); ++j) {
      const bool elsewhere = incidents[i].origin != incidents[j].origin;
      const auto say = [&](std::string_view what) {
        const std::string value = fmt::format("{} {} {}", what, i, j);
        said[i].push_back(value);
        said[j].push_back(value);
      };
      if (elsewhere && names[i].size() >= kNamesMin && names[j].size() >= kNamesMin &&
          jaccard(names[i], names[j]) >= kSameNames)
        say("names");
      if (mixes[i].size() >= kMixMin && mixes[j].size() >= kMixMin && jaccard(mixes[i], mixes[j]) >= kSameMix)
        say("mix");
      if (elsewhere && incidents[i].first.known() && incidents[j].first.known() &&
          std::abs(incidents[i].first.seconds - incidents[j].first.seconds) <= kSameWeek)
        say("week");
    }
}

std::string shown(const SharedThing& one) {
  if (one.kind == TieKind::dictionary) return "much the same list of names was tried";
  if (one.kind == TieKind::techniques) return "much the same techniques";
  if (one.kind == TieKind::timing) return "within a week of each other, at different victims";
  return one.value;
}

class Maker {
 public:
  Maker(std::span<const Incident> incidents, const indicators::WarningLists* lists, std::span<const Campaign> before,
        std::span<const Act> acts)
      : incidents_(incidents), lists_(lists), before_(before), acts_(acts) {
    for (std::uint32_t i = 0; i < incidents.size(); ++i) {
      for (const std::string& alias : incidents[i].aliases) by_id_.try_emplace(alias, i);
      by_defining_.try_emplace(incidents[i].defining, i);
    }
    for (std::uint32_t i = 0; i < incidents.size(); ++i) by_id_[incidents[i].id] = i;
  }

  CampaignSet run() {
    Linker linker(lists_);
    std::vector<std::vector<std::string>> said;
    compare(linker, incidents_, said);
    for (std::size_t i = 0; i < incidents_.size(); ++i) {
      add_incident(linker, incidents_[i]);
      for (const std::string& value : said[i])
        linker.see(value.starts_with("names") ? TieKind::dictionary
                   : value.starts_with("mix") ? TieKind::techniques
                                              : TieKind::timing,
                   value);
    }
    std::vector<ItemLink> links = linker.links(kLinkWeights.link_at);
    if (linker.capped() > 0)
      out_.remarks.push_back(
          fmt::format("{} possible links rest on things that too many share, and were left out", linker.capped()));
    std::erase_if(links, [](const ItemLink& one) { return one.sides == 0; });
    decide();
    const std::vector<std::uint32_t> groups = close_groups(incidents_.size(), links, together_, apart_);
    tell_links(links, groups);
    campaigns(groups);
    return std::move(out_);
  }

 private:
  std::optional<std::uint32_t> find(const std::string& id, const std::string& anchor = {}) const {
    if (const auto found = by_id_.find(id); found != by_id_.end()) return found->second;
    if (const auto found = by_defining_.find(anchor); !anchor.empty() && found != by_defining_.end())
      return found->second;
    return std::nullopt;
  }
  std::vector<std::uint32_t> listed(std::string_view text) const {
    std::vector<std::uint32_t> out;
    while (!text.empty()) {
      const std::size_t space = text.find(' ');
      if (const auto one = find(std::string(text.substr(0, space)))) out.push_back(*one);
      text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
    }
    return out;
  }

  // Later decisions go before earlier ones on the same couple.
  void decide() {
    std::map<Couple, bool> verdict;
    const auto say = [&](std::uint32_t a, std::uint32_t b, bool one) {
      if (a != b) verdict[{std::min(a, b), std::max(a, b)}] = one;
    };
    for (const Act& act : acts_) {
      if (act.undone || act.subjects.empty()) continue;
      std::vector<std::uint32_t> named;
      const bool of_campaign = act.subjects[0].starts_with("campaign-");
      for (std::size_t i = 0; i < act.subjects.size(); ++i)
        if (const auto one = find(act.subjects[i], i < act.anchors.size() ? act.anchors[i] : std::string()))
          named.push_back(*one);
      if (act.kind == ActKind::link || act.kind == ActKind::unlink)
        for (const std::uint32_t a : named)
          for (const std::uint32_t b : named) say(a, b, act.kind == ActKind::link);
      if (act.kind == ActKind::merge && of_campaign) {
        const auto members = listed(act.text);
        for (std::size_t i = 1; i < members.size(); ++i) say(members[0], members[i], true);
      }
      if (act.kind == ActKind::split && of_campaign)
        for (const std::uint32_t a : named)
          for (const std::uint32_t b : listed(act.text)) say(a, b, false);
    }
    for (const auto& [couple, one] : verdict) (one ? together_ : apart_).push_back(couple);
  }

  void tell_links(const std::vector<ItemLink>& links, const std::vector<std::uint32_t>& groups) {
    std::map<Couple, casefile::Link> told;
    const auto made = [&](std::uint32_t a, std::uint32_t b) -> casefile::Link& {
      casefile::Link& link = told[{std::min(a, b), std::max(a, b)}];
      link.a = std::min(incidents_[a].id, incidents_[b].id);
      link.b = std::max(incidents_[a].id, incidents_[b].id);
      return link;
    };
    for (const ItemLink& one : links) {
      casefile::Link& link = made(one.a, one.b);
      link.weight = one.weight;
      link.joins = one.joins();
      link.why = link.joins      ? fmt::format("{} independent sides", one.sides)
                 : one.sides < 2 ? "one side only: a hint, not enough to join"
                                 : "two sides, but too weak together";
      if (link.joins && groups[one.a] != groups[one.b]) link.why += "; the rest of the two campaigns is too far apart";
      for (const SharedThing& thing : one.shared)
        link.ties.push_back({std::string(spec(thing.kind).name), shown(thing), thing.weight, thing.rarity,
                             thing.age_days, thing.lineage, thing.demoted, thing.note});
    }
    for (const Act& act : acts_) {
      if (act.undone || (act.kind != ActKind::link && act.kind != ActKind::unlink) || act.subjects.size() < 2) continue;
      const auto a = find(act.subjects[0], act.anchors.empty() ? "" : act.anchors[0]);
      const auto b = find(act.subjects[1], act.anchors.size() < 2 ? "" : act.anchors[1]);
      if (!a || !b || *a == *b) {
        out_.remarks.push_back(fmt::format("decision {}: its incidents are no longer there, or are one", act.number));
        continue;
      }
      casefile::Link& link = made(*a, *b);
      link.joins = act.kind == ActKind::link;
      link.why = fmt::format("{} by {}: {}", link.joins ? "linked" : "cut", act.author, act.reason);
      link.ties.push_back({"analyst", act.reason, 0, 0, 0, "decision " + std::to_string(act.number), false, ""});
    }
    for (auto& [couple, link] : told) out_.links.push_back(std::move(link));
    std::ranges::sort(out_.links, [](const auto& a, const auto& b) { return std::tie(a.a, a.b) < std::tie(b.a, b.b); });
  }

  void campaigns(const std::vector<std::uint32_t>& groups) {
    std::map<std::uint32_t, std::vector<std::uint32_t>> members;
    for (std::uint32_t i = 0; i < groups.size(); ++i) members[groups[i]].push_back(i);
    std::vector<std::pair<Campaign, std::vector<std::uint32_t>>> made;
    for (const auto& [group, list] : members) {
      if (list.size() < 2) continue;
      Campaign campaign;
      campaign.severity = Level::informational;
      for (const std::uint32_t i : list) {
        const Incident& incident = incidents_[i];
        campaign.incidents.push_back(incident.id);
        campaign.severity = std::max(campaign.severity, incident.severity);
        if (incident.first.known() && (!campaign.first.known() || incident.first < campaign.first))
          campaign.first = incident.first;
        campaign.last = std::max(campaign.last, incident.last);
      }
      made.emplace_back(std::move(campaign), list);
    }
    name(made);
    for (auto& [campaign, list] : made) {
      title(campaign);
      out_.campaigns.push_back(std::move(campaign));
    }
    std::ranges::sort(out_.campaigns, [](const Campaign& a, const Campaign& b) {
      return std::tie(a.first, a.id) < std::tie(b.first, b.id);
    });
  }

  // Known campaigns, oldest first, give their ids to the group that holds most of their incidents.
  void name(std::vector<std::pair<Campaign, std::vector<std::uint32_t>>>& made) const {
    for (const Campaign& old : before_) {
      std::set<std::uint32_t> were;
      for (const std::string& id : old.incidents)
        if (const auto one = find(id)) were.insert(*one);
      std::size_t most = 0;
      Campaign* best = nullptr;
      for (auto& [campaign, list] : made) {
        const auto held = static_cast<std::size_t>(
            std::ranges::count_if(list, [&](std::uint32_t one) { return were.contains(one); }));
        if (held > most) most = held, best = &campaign;
      }
      if (!best) continue;
      if (best->id.empty()) {
        best->id = old.id;
        best->aliases = old.aliases;
      } else {
        best->aliases.push_back(old.id);
        best->aliases.insert(best->aliases.end(), old.aliases.begin(), old.aliases.end());
      }
    }
    for (auto& [campaign, list] : made)
      if (campaign.id.empty())
        campaign.id = "campaign-" + sha256("campaign " + campaign.incidents.front()).hex().substr(0, 16);
    for (auto& [campaign, list] : made) {
      std::erase_if(campaign.aliases, [&](const std::string& alias) {
        return std::ranges::any_of(made, [&](const auto& one) { return one.first.id == alias; });
      });
      std::ranges::sort(campaign.aliases);
      campaign.aliases.erase(std::ranges::unique(campaign.aliases).begin(), campaign.aliases.end());
    }
  }

  void title(Campaign& campaign) const {
    const std::set<std::string> members(campaign.incidents.begin(), campaign.incidents.end());
    std::map<std::string, std::size_t> kinds;
    for (const casefile::Link& link : out_.links)
      if (link.joins && members.contains(link.a) && members.contains(link.b))
        for (const casefile::Tying& tie : link.ties)
          if (!tie.demoted) ++kinds[tie.type];
    std::vector<std::pair<std::string, std::size_t>> most(kinds.begin(), kinds.end());
    std::ranges::stable_sort(most, std::greater(), &std::pair<std::string, std::size_t>::second);
    std::string tied;
    for (std::size_t i = 0; i < std::min<std::size_t>(most.size(), 3); ++i) tied += (i > 0 ? ", " : "") + most[i].first;
    std::set<std::string> cases;
    for (const Incident& incident : incidents_)
      if (members.contains(incident.id)) cases.insert(incident.origin);
    campaign.title = fmt::format("{} incidents{}, tied by {}", campaign.incidents.size(),
                                 cases.size() > 1 ? fmt::format(" in {} cases", cases.size()) : "",
                                 tied.empty() ? "decision" : tied);
  }

  std::span<const Incident> incidents_;
  const indicators::WarningLists* lists_;
  std::span<const Campaign> before_;
  std::span<const Act> acts_;
  std::map<std::string, std::uint32_t, std::less<>> by_id_, by_defining_;
  std::vector<Couple> together_, apart_;
  CampaignSet out_;
};

}  // namespace

std::vector<std::uint32_t> close_groups(std::size_t items, std::span<const ItemLink> links,
                                        std::span<const Couple> together, std::span<const Couple> apart) {
  std::vector<std::uint32_t> group(items);
  std::vector<std::vector<std::uint32_t>> members(items);
  for (std::uint32_t i = 0; i < items; ++i) group[i] = i, members[i] = {i};
  std::vector<std::set<std::uint32_t>> foes(items), joined(items);
  for (const auto& [a, b] : apart) foes[a].insert(b), foes[b].insert(a);
  const auto hostile = [&](std::uint32_t a, std::uint32_t b) {
    for (const std::uint32_t one : members[a])
      for (const std::uint32_t foe : foes[one])
        if (group[foe] == b) return true;
    return false;
  };
  const auto unite = [&](std::uint32_t a, std::uint32_t b) {
    const std::uint32_t into = std::min(a, b), from = std::max(a, b);
    for (const std::uint32_t one : members[from]) group[one] = into;
    members[into].insert(members[into].end(), members[from].begin(), members[from].end());
    members[from].clear();
  };
  std::vector<const ItemLink*> order;
  for (const ItemLink& link : links)
    if (link.joins()) {
      order.push_back(&link);
      joined[link.a].insert(link.b);
      joined[link.b].insert(link.a);
    }
  for (const auto& [a, b] : together)
    if (group[a] != group[b] && !hostile(group[a], group[b])) unite(group[a], group[b]);
  std::ranges::stable_sort(order, std::greater(), [](const ItemLink* link) { return link->weight; });
  // A couple of groups that is too far apart at first may come near as others join them.
  for (bool changed = true; changed;) {
    changed = false;
    for (const ItemLink* link : order) {
      const std::uint32_t a = group[link->a], b = group[link->b];
      if (a == b || hostile(a, b)) continue;
      const std::uint32_t fewer = members[a].size() <= members[b].size() ? a : b, more = fewer == a ? b : a;
      std::size_t pairs = 0;
      for (const std::uint32_t one : members[fewer])
        for (const std::uint32_t other : joined[one]) pairs += group[other] == more;
      if (static_cast<double>(pairs) < kJoinedShare * static_cast<double>(members[a].size() * members[b].size()))
        continue;
      unite(a, b);
      changed = true;
    }
  }
  return group;
}

CampaignSet make_campaigns(std::span<const Incident> incidents, const indicators::WarningLists* lists,
                           std::span<const Campaign> before, std::span<const Act> acts) {
  return Maker(incidents, lists, before, acts).run();
}

}  // namespace tocsin::assess
