#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "publish/stix/builder.h"
#include "publish/stix/ids.h"
#include "publish/stix/stix.h"

namespace tocsin::publish {
namespace {

using namespace casefile;

constexpr std::size_t kObservedMax = 200, kHostsMax = 100, kActorsMax = 5;

std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

Json extension(Json properties) {
  Json inside{{"extension_type", "property-extension"}};
  for (auto& [name, value] : properties.items()) inside[name] = std::move(value);
  Json out;
  out[std::string(kEvidenceExtension)] = std::move(inside);
  return out;
}

std::string admiralty_word(const std::string& grade) { return "Admiralty " + grade; }

class Writer {
 public:
  Writer(const Dossier& d, const std::vector<Step>& steps) : d_(d), steps_(steps), out_(d) {}

  std::string write() {
    victim_ = out_.identity(d_.general || d_.title.empty() ? "an institution" : "the institution of case " + d_.title,
                            "organization", out_.own());
    techniques();
    incidents();
    campaigns();
    findings();
    sources();
    for (const Claim& claim : d_.claims) this->claim(claim);
    judgements();
    advice();
    return out_.finish(d_.title.empty() ? "Attack on an institution" : d_.title);
  }

 private:
  void techniques() {
    for (const TechniqueRow& row : d_.techniques) attack_pattern(row.id, row.name, row.tactics);
  }

  std::string attack_pattern(const std::string& id, const std::string& name,
                             const std::vector<std::uint32_t>& tactics) {
    if (const auto found = patterns_.find(id); found != patterns_.end()) return found->second;
    Json rest;
    rest["name"] = name.empty() ? id : name;
    Json phases = Json::array();
    for (const std::uint32_t tactic : tactics)
      phases.push_back({{"kill_chain_name", "mitre-attack"}, {"phase_name", d_.tactics[tactic].short_name}});
    if (!phases.empty()) rest["kill_chain_phases"] = std::move(phases);
    rest["external_references"] = Json::array({{{"source_name", "mitre-attack"}, {"external_id", id}}});
    return patterns_[id] = out_.add("attack-pattern", id, std::move(rest), Tlp::clear);
  }

  std::string pattern(const std::string& id) {
    for (const TechniqueRow& row : d_.techniques)
      if (row.id == id) return attack_pattern(id, row.name, row.tactics);
    return attack_pattern(id, "", {});
  }

  std::string label(const Incident& one) const {
    if (!one.title.empty()) return one.title;
    return "Incident " + one.id.substr(one.id.find('-') + 1);
  }

  void incidents() {
    for (const Incident& one : d_.story.incidents) {
      Json rest;
      rest["name"] = label(one);
      rest["description"] =
          fmt::format("Severity {}. From {} to {}.", tocsin::name(one.severity), one.first.iso(), one.last.iso());
      Json more{{"severity", tocsin::name(one.severity)}, {"first", one.first.iso()},    {"last", one.last.iso()},
                {"findings", one.finding_count},          {"victims", one.victim_count}, {"incident", one.id}};
      if (!one.findings.empty())
        more["finding_ids"] = std::vector<std::string>(
            one.findings.begin(),
            one.findings.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(20, one.findings.size())));
      if (!one.ties.empty()) more["why"] = one.ties;
      rest["extensions"] = extension(std::move(more));
      if (d_.exercise) rest["labels"] = {"exercise"};
      const std::string id = out_.add("incident", one.id, std::move(rest), out_.own());
      incidents_[one.id] = id;
      out_.relate(id, "related-to", victim_, out_.own());
      for (const PathStep& step : one.path) out_.relate(id, "related-to", pattern(step.technique), out_.own());
    }
  }

  // An incident that belongs to no campaign is one by itself where somebody is to be named: STIX attributes campaigns.
  std::string campaign_of(const std::string& subject) {
    if (const auto found = campaigns_.find(subject); found != campaigns_.end()) return found->second;
    const Incident* incident = d_.story.incident(subject);
    Json rest;
    rest["name"] = incident           ? "Activity of: " + label(*incident)
                   : d_.title.empty() ? "Activity of the case"
                                      : "Activity of case " + d_.title;
    const Time first = incident ? incident->first : d_.first, last = incident ? incident->last : d_.last;
    if (first.known()) rest["first_seen"] = stix_time(first, out_.now());
    if (last.known()) rest["last_seen"] = stix_time(last, out_.now());
    const std::string id = out_.add("campaign", "of\n" + subject, std::move(rest), out_.own());
    campaigns_[subject] = id;
    if (incident) {
      out_.relate(incidents_[incident->id], "related-to", id, out_.own());
      for (const PathStep& step : incident->path) out_.relate(id, "uses", pattern(step.technique), out_.own());
    } else {
      for (const TechniqueRow& row : d_.techniques) out_.relate(id, "uses", pattern(row.id), out_.own());
    }
    out_.relate(id, "targets", victim_, out_.own());
    return id;
  }

  void campaigns() {
    for (const Campaign& one : d_.story.campaigns) {
      Json rest;
      rest["name"] = one.title.empty() ? "Campaign " + one.id.substr(one.id.find('-') + 1) : one.title;
      if (!one.aliases.empty()) rest["aliases"] = one.aliases;
      if (one.first.known()) rest["first_seen"] = stix_time(one.first, out_.now());
      if (one.last.known()) rest["last_seen"] = stix_time(one.last, out_.now());
      const std::string id = out_.add("campaign", one.id, std::move(rest), out_.own());
      campaigns_[one.id] = id;
      out_.relate(id, "targets", victim_, out_.own());
      for (const std::string& member : one.incidents) {
        const Incident* incident = d_.story.incident(member);
        if (!incident) continue;
        out_.relate(incidents_[incident->id], "related-to", id, out_.own());
        for (const PathStep& step : incident->path) out_.relate(id, "uses", pattern(step.technique), out_.own());
      }
    }
    for (const Link& link : d_.story.links) {
      if (!link.joins || !incidents_.contains(link.a) || !incidents_.contains(link.b)) continue;
      std::string why;
      for (const Tying& tie : link.ties)
        why += (why.empty() ? "" : "; ") + tie.type + (tie.value.empty() ? "" : " " + tie.value);
      Json rest;
      if (!why.empty()) rest["description"] = "Tied by " + why;
      out_.relate(incidents_[link.a], "related-to", incidents_[link.b], out_.own(), std::move(rest));
    }
  }

  void findings() {
    std::size_t count = 0;
    for (const FindingRow& row : d_.findings) {
      if (++count > kObservedMax) break;
      std::set<std::string> refs;
      for (const Entity& entity : row.entities)
        if (std::string id = out_.observable(entity, out_.own()); !id.empty()) refs.insert(std::move(id));
      if (refs.empty()) continue;
      Json rest;
      const std::string first = stix_time(row.first, out_.now()), last = stix_time(row.last, out_.now());
      rest["first_observed"] = std::min(first, last);
      rest["last_observed"] = std::max(first, last);
      rest["number_observed"] = std::clamp<std::uint64_t>(row.count, 1, 999'999'999);
      rest["object_refs"] = refs;
      Json exhibits = Json::array();
      for (const Exhibit& one : row.exhibits)
        exhibits.push_back({{"evidence", one.path},
                            {"sha256", one.sha256},
                            {"offset", one.offset},
                            {"record", one.record},
                            {"time", one.time.iso()}});
      rest["extensions"] = extension({{"finding", row.id},
                                      {"rule", row.rule},
                                      {"title", row.title},
                                      {"level", tocsin::name(row.level)},
                                      {"techniques", row.techniques},
                                      {"grade", row.count > 1 ? "A1" : "A2"},
                                      {"exhibits", std::move(exhibits)}});
      const std::string id = out_.add("observed-data", row.id, std::move(rest), out_.own());
      for (const Entity& entity : row.entities) observed_[entity.value].push_back(id);
    }
    std::size_t hosts = 0;
    for (const EntityRow& row : d_.entities)
      if (row.type == EntityType::host && row.gravest >= Level::high && ++hosts <= kHostsMax)
        out_.relate(out_.identity(row.value, "system", out_.own()), "related-to", victim_, out_.own());
  }

  // Sources well enough known to be blocked are indicators, with the sighting that made them one.
  void sources() {
    for (const EntityRow& row : d_.entities) {
      if (!worth_blocking(row)) continue;
      const std::string observable = out_.observable({row.type, row.value, ""}, out_.own());
      if (observable.empty()) continue;
      const std::string type = observable.substr(0, observable.find("--"));
      Json rest;
      rest["name"] = row.value;
      rest["description"] =
          fmt::format("Source of {} findings, the gravest {}.", row.findings, tocsin::name(row.gravest));
      rest["indicator_types"] = {"malicious-activity"};
      rest["pattern"] = "[" + type + ":value = " + literal(row.value) + "]";
      rest["pattern_type"] = "stix";
      rest["pattern_version"] = "2.1";
      rest["valid_from"] = stix_time(row.first, out_.now());
      // A bare address may be anybody's tomorrow: credibility 4 by itself, better for having been seen many times.
      rest["confidence"] = row.findings > 1 ? 50 : 30;
      const std::string id = out_.add("indicator", type + "\n" + row.value, std::move(rest), out_.own());
      out_.relate(id, "based-on", observable_for(row, observable), out_.own());
      if (!campaigns_.empty()) out_.relate(id, "indicates", campaigns_.begin()->second, out_.own());
      Json sighting;
      sighting["first_seen"] = stix_time(row.first, out_.now());
      sighting["last_seen"] = stix_time(std::max(row.first, row.last), out_.now());
      sighting["count"] = std::clamp<std::uint64_t>(row.findings, 1, 999'999'999);
      sighting["sighting_of_ref"] = id;
      if (const auto found = observed_.find(row.value); found != observed_.end())
        sighting["observed_data_refs"] = std::set<std::string>(found->second.begin(), found->second.end());
      sighting["where_sighted_refs"] = {victim_};
      out_.add("sighting", type + "\n" + row.value, std::move(sighting), out_.own());
    }
  }

  // `based-on` leads to observed data (STIX 2.1, 4.7.2).
  std::string observable_for(const EntityRow& row, const std::string& observable) {
    if (const auto found = observed_.find(row.value); found != observed_.end()) return found->second.front();
    Json rest;
    rest["first_observed"] = stix_time(row.first, out_.now());
    rest["last_observed"] = stix_time(std::max(row.first, row.last), out_.now());
    rest["number_observed"] = std::clamp<std::uint64_t>(row.findings, 1, 999'999'999);
    rest["object_refs"] = {observable};
    return out_.add("observed-data", "of\n" + row.value, std::move(rest), out_.own());
  }

  std::string intrusion_set(const std::string& name, const std::string& id = {}) {
    Json rest;
    rest["name"] = name;
    if (!id.empty() && id[0] == 'G')
      rest["external_references"] = Json::array({{{"source_name", "mitre-attack"}, {"external_id", id}}});
    return out_.add("intrusion-set", name, std::move(rest), Tlp::clear);
  }

  void claim(const Claim& claim) {
    const Tlp tlp = parse_tlp(claim.tlp).value_or(kNotSaid);
    const std::string by = out_.identity(claim.by, "organization", tlp);
    const std::string key =
        fmt::format("{}\n{}\n{}\n{}\n{}", claim.by, claim.date, claim.statement, claim.actor, claim.state);
    const std::string about = campaign_of(!claim.subject.empty() ? claim.subject
                                          : d_.main_judgement()  ? d_.main_judgement()->subject
                                                                 : "");
    Json ties = Json::array();
    for (const Tie& tie : claim.ties) ties.push_back({{"type", tie.type}, {"value", tie.value}});
    Json more{{"admiralty", claim.admiralty}, {"date", claim.date}, {"statement", claim.statement}};
    if (!claim.state.empty()) more["state"] = claim.state;
    if (!claim.lineage.empty()) more["lineage"] = claim.lineage;
    if (!claim.legal.empty()) more["legal"] = claim.legal;
    if (claim.persona) more["persona"] = true;
    if (!ties.empty()) more["ties"] = std::move(ties);
    const int confidence =
        claim.admiralty.size() == 2 && !claim.persona ? confidence_of_credibility(claim.admiralty[1]) : -1;
    std::vector<std::string> refs{about};
    if (!claim.actor.empty()) {
      Json rest;
      rest["description"] = claim.statement.empty() ? claim.by + " names " + claim.actor : claim.statement;
      if (confidence >= 0) rest["confidence"] = confidence;
      rest["extensions"] = extension(more);
      refs = {out_.relate(about, "attributed-to", intrusion_set(claim.actor), tlp, std::move(rest), by, key)};
      attributions_[claim.actor].push_back(refs[0]);
    } else {
      Json rest;
      rest["abstract"] = "Claim by " + claim.by + " (" + admiralty_word(claim.admiralty) + ")";
      rest["content"] = claim.statement.empty() ? "No statement was recorded." : claim.statement;
      rest["authors"] = {claim.by};
      if (confidence >= 0) rest["confidence"] = confidence;
      rest["object_refs"] = refs;
      rest["extensions"] = extension(std::move(more));
      out_.add("note", key, std::move(rest), tlp, by);
    }
    for (const Tie& tie : claim.ties) this->tie(claim, tie, by, tlp);
  }

  // What a claimant ties to the deed goes out under the claimant's name, as an indicator or a technique.
  void tie(const Claim& claim, const Tie& tie, const std::string& by, Tlp tlp) {
    const std::string target = claim.actor.empty() ? campaign_of(claim.subject) : intrusion_set(claim.actor);
    if (tie.type == "technique") {
      out_.relate(target, "uses", pattern(tie.value), tlp, Json::object(), by, claim.by);
      return;
    }
    std::string path;
    if (tie.type == "ipv4-addr" || tie.type == "ipv6-addr" || tie.type == "domain-name" || tie.type == "url" ||
        tie.type == "email-addr")
      path = tie.type + ":value";
    else if (tie.type == "file" && (tie.value.size() == 32 || tie.value.size() == 40 || tie.value.size() == 64))
      path = tie.value.size() == 32   ? "file:hashes.MD5"
             : tie.value.size() == 40 ? "file:hashes.'SHA-1'"
                                      : "file:hashes.'SHA-256'";
    else
      return;
    Json rest;
    rest["name"] = tie.value;
    rest["description"] = "Given by " + claim.by + ".";
    rest["indicator_types"] = {"malicious-activity"};
    rest["pattern"] = "[" + path + " = " + literal(tie.value) + "]";
    rest["pattern_type"] = "stix";
    rest["pattern_version"] = "2.1";
    const auto since = Time::parse_iso(claim.date);
    rest["valid_from"] = stix_time(since.value_or(Time::none()), out_.now());
    const std::string id =
        out_.add("indicator", claim.by + "\n" + tie.type + "\n" + tie.value, std::move(rest), tlp, by);
    out_.relate(id, "indicates", target, tlp, Json::object(), by, claim.by);
  }

  void judgements() {
    for (const Judged& one : d_.judged) {
      const std::string about = campaign_of(one.subject);
      if (!one.names_somebody()) {
        note(about, one, "Insufficient evidence to name an actor", "The evidence is insufficient to name an actor.");
        continue;
      }
      const std::string actor = intrusion_set(one.actor.name, one.actor.value);
      Json rest;
      rest["description"] = fmt::format("Assessed as {} ({:.0f} %).", one.actor.level, one.actor.likelihood * 100);
      rest["confidence"] = dni_confidence(one.actor.likelihood);
      rest["extensions"] = extension({{"likelihood", std::round(one.actor.likelihood * 1e4) / 1e4},
                                      {"yardstick", one.yardstick},
                                      {"level", one.actor.level},
                                      {"analytic_confidence", one.actor.confidence},
                                      {"intelligence_threshold", one.intelligence_met},
                                      {"legal_threshold", one.legal_met},
                                      {"deception_possible", one.deception}});
      const std::string relation =
          out_.relate(about, "attributed-to", actor, out_.own(), std::move(rest), {}, "judgement");
      // Rivals that the evidence leaves alive stand beside it, with what they have.
      std::size_t rivals = 0;
      for (const Judged::Hypothesis& rival : one.hypotheses) {
        if (rival.kind != "actor" || rival.id == one.actor.value || rival.likelihood < .02 || ++rivals > kActorsMax)
          continue;
        Json other;
        other["description"] = fmt::format("Competing hypothesis, ungated share {:.0f} %.", rival.likelihood * 100);
        other["confidence"] = dni_confidence(rival.likelihood);
        other["extensions"] =
            extension({{"likelihood", std::round(rival.likelihood * 1e4) / 1e4}, {"competing", true}});
        out_.relate(about, "attributed-to", intrusion_set(rival.name, rival.id), out_.own(), std::move(other), {},
                    "judgement");
      }
      note(relation, one, "Ground of the attribution",
           fmt::format("Confidence in this judgement is {}. {}", one.actor.confidence, one.actor.confidence_why));
      for (const Claim& claim : d_.claims) {
        if (claim.actor.empty() || claim.persona) continue;
        const bool agrees = claim.actor == one.actor.name || claim.actor == one.actor.value;
        const Tlp tlp = parse_tlp(claim.tlp).value_or(kNotSaid);
        Json opinion;
        opinion["explanation"] =
            agrees ? claim.by + " names the same actor." : claim.by + " names " + claim.actor + ".";
        opinion["authors"] = {claim.by};
        opinion["opinion"] = agrees ? "agree" : "disagree";
        opinion["object_refs"] = {relation};
        out_.add("opinion", relation + "\n" + claim.by + "\n" + claim.actor, std::move(opinion),
                 std::max(tlp, out_.own()), out_.identity(claim.by, "organization", tlp));
      }
    }
  }

  void note(const std::string& about, const Judged& one, const char* title, std::string content) {
    if (!one.linchpin.empty()) content += " Linchpin: " + one.linchpin + ".";
    if (one.deception) content += " Deception is possible: " + one.deception_why + ".";
    for (std::size_t i = 0; i < one.would_change.size(); ++i)
      content += (i == 0 ? " What would change this: " : "; ") + one.would_change[i];
    Json rest;
    rest["abstract"] = title;
    rest["content"] = std::move(content);
    rest["object_refs"] = {about};
    out_.add("note", about + "\n" + title, std::move(rest), out_.own());
  }

  void advice() {
    for (const Step& step : steps_) {
      Json rest;
      rest["name"] = step.id;
      rest["description"] = step.en;
      const std::string id = out_.add("course-of-action", step.id, std::move(rest), Tlp::clear);
      for (const std::string& technique : step.techniques) out_.relate(id, "mitigates", pattern(technique), out_.own());
    }
  }

  const Dossier& d_;
  const std::vector<Step>& steps_;
  Bundle out_;
  std::string victim_;
  std::map<std::string, std::string> patterns_, incidents_, campaigns_;
  std::map<std::string, std::vector<std::string>> observed_, attributions_;
};

}  // namespace

int confidence_of_credibility(char digit) { return digit >= '1' && digit <= '5' ? 90 - 20 * (digit - '1') : -1; }

char credibility_of_confidence(int confidence) {
  if (confidence < 0 || confidence > 100) return '6';
  return confidence >= 80 ? '1' : confidence >= 60 ? '2' : confidence >= 40 ? '3' : confidence >= 20 ? '4' : '5';
}

int dni_confidence(double likelihood) {
  const double percent = likelihood * 100;
  return percent < 5    ? 5
         : percent < 20 ? 15
         : percent < 45 ? 30
         : percent < 55 ? 50
         : percent < 80 ? 70
         : percent < 95 ? 85
                        : 95;
}

std::string stix_bundle(const Dossier& dossier, const std::vector<Step>& steps) {
  return Writer(dossier, steps).write();
}

}  // namespace tocsin::publish
