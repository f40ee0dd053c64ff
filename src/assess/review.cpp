#include "assess/review.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "assess/campaign.h"
#include "assess/incident.h"
#include "assess/observe.h"
#include "base/ip.h"

namespace tocsin::assess {
namespace {

using casefile::Campaign;
using casefile::Case;
using casefile::Incident;
using casefile::Story;

constexpr std::size_t kChangesMax = 1000;

SharedServices services_of(const indicators::WarningLists* lists) {
  if (!lists) return {};
  return [lists](EntityType type, std::string_view value) -> std::string {
    indicators::Listed listed;
    if (type == EntityType::address) {
      if (const auto ip = Ip::parse(value); ip && !ip->is_private()) listed = lists->of(*ip);
      if (listed.kind == indicators::ListKind::rented) return {};
    } else if (type == EntityType::domain) {
      listed = lists->of(value);
    } else if (type == EntityType::hash) {
      listed = lists->of_value(value);
    }
    return std::string(listed.list);
  };
}

Result<IncidentSet> incidents_of(Case& from, const ReviewInput& input, const Story& before) {
  TRY(const Findings findings, read_findings(from, *input.tactics, services_of(input.lists)));
  std::vector<casefile::IncidentFindings> known;
  for (const Incident& one : before.incidents) {
    if (!one.origin.empty()) continue;
    TRY(casefile::IncidentFindings ids, from.findings_of(one.id));
    known.push_back(std::move(ids));
  }
  TRY(const std::vector<casefile::Act> acts, from.acts());
  return find_incidents(findings, *input.tactics, before, known, acts);
}

// A line for what came, grew together, or went.
std::vector<std::string> changes_between(const Story& before, const Story& after) {
  std::vector<std::string> out;
  const auto compare = [&](const auto& old, const auto& now, std::string_view what) {
    std::map<std::string, std::string> where;  // id or alias → id now
    for (const auto& one : now) {
      where[one.id] = one.id;
      for (const std::string& alias : one.aliases) where.try_emplace(alias, one.id);
    }
    std::set<std::string> known;
    for (const auto& one : old) {
      known.insert(one.id);
      const auto found = where.find(one.id);
      if (found == where.end())
        out.push_back(fmt::format("{} {} is gone", what, one.id));
      else if (found->second != one.id)
        out.push_back(fmt::format("{} {} is part of {} now", what, one.id, found->second));
    }
    for (const auto& one : now)
      if (!known.contains(one.id)) out.push_back(fmt::format("new {} {}", what, one.id));
  };
  compare(before.incidents, after.incidents, "incident");
  compare(before.campaigns, after.campaigns, "campaign");
  std::map<std::string, const Campaign*> then;
  for (const Campaign& one : before.campaigns) then[one.id] = &one;
  for (const Campaign& one : after.campaigns) {
    const auto found = then.find(one.id);
    if (found == then.end()) continue;
    for (const std::string& id : one.incidents)
      if (std::ranges::find(found->second->incidents, id) == found->second->incidents.end())
        out.push_back(fmt::format("{} joined {}", id, one.id));
    for (const std::string& id : found->second->incidents)
      if (std::ranges::find(one.incidents, id) == one.incidents.end())
        out.push_back(fmt::format("{} left {}", id, one.id));
  }
  if (out.size() > kChangesMax) out.resize(kChangesMax);
  return out;
}

void sort_by_time(std::vector<Incident>& list) {
  std::ranges::sort(
      list, [](const Incident& a, const Incident& b) { return std::tie(a.first, a.id) < std::tie(b.first, b.id); });
}

std::vector<Subject> subjects_of(const Story& story, std::span<const casefile::Claim> claims,
                                 const Knowledge& knowledge, std::span<const Coverage> coverage) {
  std::set<std::string> inside;
  std::vector<std::tuple<int, std::string, const Campaign*, const Incident*>> order;
  for (const Campaign& one : story.campaigns) {
    inside.insert(one.incidents.begin(), one.incidents.end());
    order.emplace_back(-10 - static_cast<int>(one.severity), one.id, &one, nullptr);
  }
  for (const Incident& one : story.incidents)
    if (!inside.contains(one.id) && one.origin.empty())
      order.emplace_back(-static_cast<int>(one.severity), one.id, nullptr, &one);
  std::ranges::stable_sort(order, {}, [](const auto& one) { return std::get<0>(one); });
  if (order.size() > Review::kSubjectsMax) order.resize(Review::kSubjectsMax);
  std::vector<Subject> out;
  for (const auto& [rank, id, campaign, incident] : order) {
    std::vector<const Incident*> members;
    if (campaign)
      for (const std::string& member : campaign->incidents) members.push_back(story.incident(member));
    else
      members.push_back(incident);
    const std::string& title = campaign ? campaign->title : incident->title;
    out.push_back({id, title, observe(members, id, title, claims, knowledge, coverage)});
  }
  return out;
}

}  // namespace

Result<Review> review(const ReviewInput& input) {
  Case& into = *input.into;
  TRY(const Story before, into.story());
  TRY(IncidentSet own, incidents_of(into, input, before));
  Review out;
  out.story.incidents = std::move(own.incidents);
  out.story.loose = own.loose;
  out.story.remarks = std::move(own.remarks);
  out.findings = std::move(own.findings);
  std::set<std::string> here, fresh;
  for (const Incident& one : out.story.incidents) here.insert(one.id);
  for (Case* other : input.others) {
    TRY(const Story theirs, other->story());
    TRY(IncidentSet set, incidents_of(*other, input, theirs));
    fresh.insert(other->path());
    for (Incident& one : set.incidents) {
      if (!here.insert(one.id).second) continue;  // the same evidence in both
      one.origin = other->path();
      out.story.incidents.push_back(std::move(one));
    }
  }
  // What was taken over earlier, from cases that aren't looked at now, stays.
  for (const Incident& one : before.incidents)
    if (!one.origin.empty() && !fresh.contains(one.origin) && here.insert(one.id).second)
      out.story.incidents.push_back(one);
  sort_by_time(out.story.incidents);
  TRY(const std::vector<casefile::Act> acts, into.acts());
  CampaignSet campaigns = make_campaigns(out.story.incidents, input.lists, before.campaigns, acts);
  out.story.links = std::move(campaigns.links);
  out.story.campaigns = std::move(campaigns.campaigns);
  out.story.remarks.insert(out.story.remarks.end(), campaigns.remarks.begin(), campaigns.remarks.end());
  TRY(const std::vector<casefile::Claim> claims, into.claims());
  TRY(const std::vector<casefile::Evidence> evidence, into.all_evidence());
  const std::vector<Coverage> coverage = coverage_of(evidence);
  out.subjects = subjects_of(out.story, claims, *input.knowledge, coverage);
  out.changes = changes_between(before, out.story);
  return out;
}

}  // namespace tocsin::assess
