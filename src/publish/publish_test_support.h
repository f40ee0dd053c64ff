// A case with a story, for the tests of this folder: two incidents, a campaign, claims of several markings, hostile
// names.
#pragma once
#include <string>

#include "case/case_test_support.h"
#include "publish/dossier/dossier.h"
#include "publish/dossier/redact.h"

namespace tocsin::publish::testing {

inline const assess::Knowledge& known() {
  static const assess::Knowledge out = *assess::Knowledge::load(
      std::vector<std::string>{"share/tocsin/actors/attack.json", "share/tocsin/actors/backing.json"});
  return out;
}
inline const assess::Tactics& tactics() {
  static const assess::Tactics out = *assess::Tactics::load("share/tocsin/actors/tactics.json");
  return out;
}

inline const std::string kHostile =
    "\"><script>alert('x')</script><img src=x onerror=1> `|*_[a](http://example.org)\u202egnp.exe\x1b[31m\xff";

inline casefile::Claim claim(const std::string& by, const std::string& tlp, const std::string& statement) {
  casefile::Claim out;
  out.by = by;
  out.statement = statement;
  out.tlp = tlp;
  out.actor = "APT28";
  out.admiralty = "B2";
  out.date = "2020-12-08";
  out.recorded_by = "analyst";
  out.reason = "a partner's report";
  out.ties = {{"technique", "T1110.003"}, {"ipv4-addr", "203.0.113.7"}};
  return out;
}

// As load_dossier() gives it; `secret` goes wherever something may have to be redacted.
inline Dossier dossier(const std::string& secret = "victim") {
  using namespace casefile;
  Dossier d;
  d.title = secret + " case";
  d.made = *Time::parse_iso("2020-12-09T10:11:12Z");
  d.head = sha256("head" + secret).hex();
  d.entries = 12;
  d.tool = "tocsin test";
  d.first = *Time::parse_iso("2020-08-24T01:12:09Z");
  d.last = *Time::parse_iso("2020-08-26T17:40:00Z");
  d.counts = {0, 3, 40, 7, 2};
  d.tactics = tactics().all();
  for (const char* id : {"T1110.003", "T1078", "T1114.002", "T9999"}) {
    TechniqueRow row;
    row.id = id;
    if (const auto trait = known().trait(id)) row.name = known().traits()[*trait].name;
    row.tactics = tactics().of(id);
    row.findings = 14;
    row.gravest = Level::high;
    row.first = d.first;
    row.last = d.last;
    d.techniques.push_back(row);
  }
  RuleRow rule;
  rule.id = "r-" + secret;
  rule.title = "Rule " + secret;
  rule.level = Level::critical;
  rule.kind = RuleKind::correlation;
  rule.techniques = {"T1110.003"};
  rule.findings = 52;
  rule.first = d.first;
  rule.last = d.last;
  d.rules.push_back(rule);
  const auto entity = [&](EntityType type, std::string value, std::set<std::string> roles, bool entered = false) {
    EntityRow row;
    row.type = type;
    row.value = std::move(value);
    row.roles = std::move(roles);
    row.techniques = {"T1110.003"};
    row.findings = 9;
    row.gravest = Level::critical;
    row.first = d.first;
    row.last = d.last;
    row.entered = row.known = entered;
    row.ordered = true;
    d.entities.push_back(row);
    ++d.entity_counts[type];
    d.entered_count += entered && type == EntityType::account;
  };
  entity(EntityType::account, secret + "@parliament.example.org", {"entered", "target"}, true);
  entity(EntityType::account, "Summer2023", {"target"});
  entity(EntityType::account, kHostile, {"target"});
  entity(EntityType::host, "MAIL-" + secret, {"target"});
  entity(EntityType::address, "198.51.100.7", {"source"});
  entity(EntityType::address, "2001:db8::7", {"source"});
  entity(EntityType::address, "10.1.2.3", {"source"});
  entity(EntityType::domain, "mail." + secret + ".example.org", {"target"});
  FindingRow finding;
  finding.id = sha256("finding" + secret).hex().substr(0, 32);
  finding.rule = rule.id;
  finding.title = rule.title;
  finding.level = Level::critical;
  finding.kind = RuleKind::correlation;
  finding.time = finding.first = d.first;
  finding.last = d.last;
  finding.count = 52;
  finding.techniques = rule.techniques;
  finding.entities = {{EntityType::account, secret + "@parliament.example.org", "entered"},
                      {EntityType::address, "198.51.100.7", "source"},
                      {EntityType::account, kHostile, "target"}};
  finding.entity_count = 3;
  finding.exhibits = {{"/evidence/" + secret + ".log", sha256(secret).hex(), 4711, 12, d.first}};
  d.findings.push_back(finding);
  for (int i = 0; i < 12; ++i) {
    Slice slice;
    slice.start = d.first.seconds / 3600 * 3600 + i * 3600;
    slice.counts = {0, 1, 3, 1, 0};
    slice.new_accounts = 2;
    d.slices.push_back(slice);
  }
  Incident one;
  one.id = "incident-" + sha256("1" + secret).hex().substr(0, 16);
  one.defining = finding.id;
  one.title = "Password spray on " + secret;
  one.severity = Level::critical;
  one.first = d.first;
  one.last = d.last;
  one.victims = {secret + "@parliament.example.org"};
  one.victim_count = 34;
  one.path = {{"credential-access", "T1110.003", d.first, d.last, 40}, {"initial-access", "T1078", d.first, d.last, 2}};
  one.entities = {{EntityType::address, "198.51.100.7", "source", false, "", 9, d.first, d.last}};
  one.entity_count = 1;
  one.timeline = {
      {d.first, d.last, Level::critical, "Spray on " + secret, rule.id, finding.id, {"T1110.003"}, {secret}, 52}};
  one.timeline_count = 1;
  one.findings = {finding.id};
  one.finding_count = 52;
  one.ties = {"52 findings name " + secret};
  Incident two = one;
  two.id = "incident-" + sha256("2" + secret).hex().substr(0, 16);
  two.first = d.last.plus_seconds(40 * 86400);
  two.last = two.first.plus_seconds(7200);
  two.severity = Level::high;
  d.story.incidents = {one, two};
  Campaign campaign;
  campaign.id = "campaign-" + sha256("c" + secret).hex().substr(0, 16);
  campaign.title = "Sprays on " + secret;
  campaign.first = one.first;
  campaign.last = two.last;
  campaign.incidents = {one.id, two.id};
  d.story.campaigns = {campaign};
  Link link;
  link.a = std::min(one.id, two.id);
  link.b = std::max(one.id, two.id);
  link.weight = 3.1;
  link.joins = true;
  link.why = "two independent sides: " + secret;
  link.ties = {{"address", "198.51.100.7", 2.0, 1, 40, "", false, ""},
               {"dictionary", secret, 1.1, 1, 40, "", false, ""}};
  d.story.links = {link};
  d.claims = {claim("A partner", "clear", "the same group tried others " + kHostile)};
  d.claims[0].number = 3;
  Act act;
  act.number = 9;
  act.time = "2020-12-01T09:00:00Z";
  act.kind = ActKind::decide;
  act.subjects = {one.id};
  act.text = "confirmed";
  act.author = "analyst " + secret;
  act.reason = secret + " called";
  d.acts = {act};
  d.judged = {assess_anew(known(), d.story.incidents, d.claims, {}, campaign.id, "icd203")};
  d.evidence = {{"/evidence/" + secret + ".log", sha256(secret).hex(), "text", 4096, 120, 1, 0, d.first, d.last, true}};
  d.evidence_files = 1;
  d.evidence_bytes = 4096;
  d.events = 120;
  d.evidence_first = d.first;
  d.evidence_last = d.last;
  d.anomalies = {{"line-too-long", 3}};
  d.blind = {{Blind::Kind::refused, 4, "a reason " + secret}, {Blind::Kind::unmet, 23, ""}};
  d.leaked.all = {500 + secret.size(), 300, 20, 12, 3, 165, 0, 40};
  d.leaked.boxes = {{secret + ".mbox", d.leaked.all}, {secret + "/files", {3, 1, 0, 1, 0, 1, 0, 0}}};
  d.leaked.box_count = 2;
  d.leaked.names = {{"burst-of-edits", 9}, {"unheard-of", 2}};
  d.leaked.of_dump = {{"burst-of-edits", "9 files of " + secret + " were last modified within 3 minutes"}};
  d.leaked.keys = {{"s._domainkey." + secret, secret + "#1 and " + secret + "#2", 2048, true}};
  d.leaked.keys_missing = 3;
  const LeakedRow row{secret + ".mbox#3",
                      sha256(secret).hex(),
                      "altered",
                      "why " + secret,
                      "message",
                      "2020-08-24T01:12:09Z",
                      "a@" + secret,
                      "<b>" + secret + "</b>",
                      secret + "/original.eml",
                      "changed",
                      "number changed: \"1\" → \"" + secret + "\"\n",
                      {{"burst-of-edits", secret}}};
  d.leaked.altered = d.leaked.changed = d.leaked.odd = d.leaked.proved = {row};
  return d;
}

}  // namespace tocsin::publish::testing
