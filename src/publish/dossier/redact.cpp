#include "publish/dossier/redact.h"

#include <fmt/format.h>

#include <algorithm>

#include "publish/assessment/assessment.h"

namespace tocsin::publish {
namespace {

using namespace casefile;

Time day(Time time) {
  if (!time.known()) return time;
  const std::int64_t days = time.seconds / 86400 - (time.seconds % 86400 < 0);
  return Time{days * 86400, 0, 0};
}

std::vector<Incident> incidents_of(const Story& story, const std::string& subject) {
  std::vector<Incident> out;
  if (const Campaign* campaign = story.campaign(subject)) {
    for (const std::string& id : campaign->incidents)
      if (const Incident* incident = story.incident(id)) out.push_back(*incident);
  } else if (const Incident* incident = story.incident(subject)) {
    out.push_back(*incident);
  }
  return out;
}

// In general, neither who was named nor which logs there are may have a say.
void assess_all_anew(Dossier& dossier, const assess::Knowledge* knowledge, bool general) {
  std::vector<Judged> judged;
  std::vector<assess::Coverage> coverage;
  if (!general) {
    std::vector<Evidence> evidence;
    for (const EvidenceRow& row : dossier.evidence) {
      Evidence one;
      one.reader = row.reader;
      one.first = row.first;
      one.last = row.last;
      one.complete = row.complete;
      evidence.push_back(std::move(one));
    }
    coverage = assess::coverage_of(evidence);
  }
  if (knowledge)
    for (const Judged& old : dossier.judged) {
      std::vector<Incident> incidents = incidents_of(dossier.story, old.subject);
      if (general)
        for (Incident& one : incidents) one.entities.clear();
      judged.push_back(assess_anew(*knowledge, incidents, dossier.claims, coverage, old.subject, old.yardstick));
    }
  dossier.judged = std::move(judged);
}

// Decisions may have been taken on what went; so may what rests on them.
void drop_decisions(Dossier& dossier) {
  dossier.acts.clear();
  Story& story = dossier.story;
  std::set<std::string> shaken;
  for (Link& link : story.links)
    if (std::erase_if(link.ties, [](const Tying& tie) { return tie.type == "analyst"; }) > 0) {
      shaken.insert(link.a);
      shaken.insert(link.b);
      link.why.clear();
    }
  std::erase_if(story.links, [](const Link& link) { return link.ties.empty(); });
  std::erase_if(story.campaigns, [&](const Campaign& campaign) {
    return std::ranges::any_of(campaign.incidents, [&](const std::string& id) { return shaken.contains(id); });
  });
  std::erase_if(dossier.judged, [&](const Judged& one) {
    return one.subject.starts_with("campaign-") && !story.campaign(one.subject);
  });
}

void generalise(Story& story, std::vector<Claim>& claims, std::vector<Judged>& judged) {
  std::map<std::string, std::string> names;
  for (std::size_t i = 0; i < story.incidents.size(); ++i) {
    Incident& one = story.incidents[i];
    Incident made;
    made.id = fmt::format("incident-{}", i + 1);
    names[one.id] = made.id;
    made.severity = one.severity;
    made.deeds = std::move(one.deeds);  // they follow from the path
    made.first = day(one.first);
    made.last = day(one.last);
    made.victim_count = magnitude(one.victim_count);
    made.finding_count = magnitude(one.finding_count);
    for (const PathStep& step : one.path)
      made.path.push_back({step.tactic, step.technique, day(step.first), day(step.last), 0});
    one = std::move(made);
  }
  for (std::size_t i = 0; i < story.campaigns.size(); ++i) {
    Campaign& one = story.campaigns[i];
    Campaign made;
    made.id = fmt::format("campaign-{}", i + 1);
    names[one.id] = made.id;
    made.severity = one.severity;
    made.first = day(one.first);
    made.last = day(one.last);
    for (const std::string& id : one.incidents)
      if (names.contains(id)) made.incidents.push_back(names[id]);
    one = std::move(made);
  }
  std::erase_if(story.links, [&](const Link& link) { return !names.contains(link.a) || !names.contains(link.b); });
  for (Link& link : story.links) {
    Link made;
    // The old ids' order must not show.
    std::tie(made.a, made.b) = std::minmax(names[link.a], names[link.b]);
    made.joins = link.joins;
    for (const Tying& tie : link.ties) {
      if (tie.demoted) continue;
      Tying kind;
      kind.type = tie.type;
      if (std::ranges::find(made.ties, kind.type, &Tying::type) == made.ties.end())
        made.ties.push_back(std::move(kind));
    }
    std::ranges::sort(made.ties, {}, &Tying::type);
    link = std::move(made);
  }
  std::ranges::sort(story.links, [](const Link& a, const Link& b) { return std::tie(a.a, a.b) < std::tie(b.a, b.b); });
  story.assessments.clear();
  story.loose = 0;
  story.remarks.clear();
  story.settings.clear();
  std::int64_t number = 0;
  for (Claim& claim : claims) {
    claim.number = ++number;
    claim.recorded.clear();
    claim.recorded_by.clear();
    claim.reason.clear();
    claim.origin.clear();
    claim.object.clear();
    claim.subject = names.contains(claim.subject) ? names[claim.subject] : "";
  }
  for (Judged& one : judged) one.subject = names.contains(one.subject) ? names[one.subject] : "";
}

void generalise(Dossier& dossier) {
  Dossier made;
  made.exercise = dossier.exercise;
  made.made = day(dossier.made);
  made.general = true;
  made.yardstick = dossier.yardstick;
  made.first = day(dossier.first);
  made.last = day(dossier.last);
  for (std::size_t level = 5; level-- > 0;)
    if (dossier.counts[level] > 0) {
      made.counts[level] = magnitude(dossier.findings_total());
      break;
    }
  for (const auto& [type, count] : dossier.entity_counts)
    if (type == EntityType::account || type == EntityType::mailbox || type == EntityType::host ||
        type == EntityType::address)
      made.entity_counts[type] = magnitude(count - (type == EntityType::mailbox ? dossier.senders : 0));
  made.entered_count = magnitude(dossier.entered_count);
  made.techniques = std::move(dossier.techniques);
  for (TechniqueRow& row : made.techniques) {
    row.findings = magnitude(row.findings);
    row.first = day(row.first);
    row.last = day(row.last);
  }
  made.tactics = std::move(dossier.tactics);
  made.story = std::move(dossier.story);
  made.claims = std::move(dossier.claims);
  made.judged = std::move(dossier.judged);
  generalise(made.story, made.claims, made.judged);
  for (const Blind& one : dossier.blind) made.blind.push_back({one.kind, magnitude(one.count), {}});
  made.leaked = in_general(dossier.leaked);
  made.tool = std::move(dossier.tool);
  dossier = std::move(made);
}

}  // namespace

std::uint64_t magnitude(std::uint64_t number) {
  for (const std::uint64_t step :
       {std::uint64_t{1'000'000}, std::uint64_t{1000}, std::uint64_t{100}, std::uint64_t{10}, std::uint64_t{1}})
    if (number >= step) return step;
  return 0;
}

Judged assess_anew(const assess::Knowledge& knowledge, const std::vector<Incident>& incidents,
                   const std::vector<Claim>& claims, const std::vector<assess::Coverage>& coverage,
                   const std::string& subject, const std::string& yardstick) {
  std::vector<const Incident*> pointers;
  for (const Incident& one : incidents) pointers.push_back(&one);
  const assess::Observations seen = assess::observe(pointers, subject, "", claims, knowledge, coverage);
  const assess::Yardstick* words = assess::find_yardstick(yardstick);
  if (!words) words = assess::find_yardstick("icd203");
  return judged_from(assessment_json(knowledge, assess::assess(knowledge, seen), *words), subject, words->id);
}

Dossier redact(Dossier dossier, const Redaction& redaction) {
  const bool general = redaction.everybody || redaction.limit < kOwnTelemetry;
  const bool dropped = std::erase_if(dossier.claims, [&](const Claim& claim) {
                         return parse_tlp(claim.tlp).value_or(kNotSaid) > redaction.limit;
                       }) > 0;
  // Always below RED, so that whether something went doesn't show in whether decisions are there.
  if (redaction.limit < Tlp::red) drop_decisions(dossier);
  if (dropped || general || redaction.limit < Tlp::red) assess_all_anew(dossier, redaction.knowledge, general);
  if (general) generalise(dossier);
  Tlp highest = (dossier.findings_total() > 0 || dossier.leaked.there()) && !general ? kOwnTelemetry : Tlp::clear;
  for (const Claim& claim : dossier.claims) highest = std::max(highest, parse_tlp(claim.tlp).value_or(kNotSaid));
  dossier.marking = general ? std::max(highest, redaction.limit) : highest;
  return dossier;
}

}  // namespace tocsin::publish
