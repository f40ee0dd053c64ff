// The story of a case: what stands above findings. Incidents, campaigns, the links between incidents, claims by people,
// assessments, and what analysts decided.
//
// Two kinds of thing, kept apart:
// - what `tocsin assess` works out (incidents, campaigns, links, assessments): tables, replaced as a whole by
//   Case::put_story(), whose digest the journal states and `case verify` recomputes;
// - what people said (claims, acts): entries of the journal itself, "claim" and "act". They can't be changed, only
//   taken back by a later act of kind `undo`, and every assess starts from them. So a merge is never lost and always
//   reversible.
// Ids. An incident's id is made from its defining finding (the first in time when the incident was first seen) and
// stays when the incident grows; when two known incidents turn out to be one, the older id stays and the other becomes
// an alias. Ids of both kinds can be shortened to a prefix that fits only one (Story::resolve).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "event/finding.h"

namespace tocsin::casefile {

// ---- what people said ----

// One thing that a claimant ties to the actor or the deed. type: "technique" (T1110.003), "software" (S0023), or an
// indicator's type as STIX names it ("ipv4-addr", "domain-name", "url", "file", "email-addr", …; a file's value is a
// hash).
struct Tie {
  std::string type, value;
  friend auto operator<=>(const Tie&, const Tie&) = default;
};

// What somebody outside the evidence says: a partner's report, a government's statement, an ally's bundle.
struct Claim {
  std::int64_t number = 0;          // of the journal entry; given by add_claim
  std::string recorded;             // when, ISO 8601; given by add_claim
  std::string subject;              // incident or campaign it speaks of; "" the whole case
  std::string statement;            // in the claimant's words
  std::string by;                   // the claimant; must not be empty
  std::string date;                 // of the claim, as far as known: "2020-12-08"
  std::string actor, state;         // whom it names; both may be empty (a claim that nobody can be named)
  std::string lineage;              // claims of one origin count once; "" is the claimant
  std::string legal;                // "charged", "no-charges", ""
  std::string admiralty = "F6";     // A1 … F6
  std::string tlp;                  // "clear", "green", "amber", "amber+strict", "red"; "" not said
  std::string origin;               // how it came in: "" by hand, "stix FILE", "misp FILE"
  std::string object;               // its id there (a STIX or MISP id), so that it can be sent back under it
  std::string recorded_by, reason;  // who put it in, and why
  bool persona = false;             // the claimant claims the deed for itself: weighs nothing
  std::vector<Tie> ties;            // what it ties to the actor, or just says was seen when it names none
  bool withdrawn = false;           // by a later undo
};

enum class ActKind : std::uint8_t { link, unlink, merge, split, annotate, decide, undo };
inline constexpr std::string_view kActKindNames[] = {"link", "unlink", "merge", "split", "annotate", "decide", "undo"};
inline std::string_view name(ActKind kind) { return kActKindNames[static_cast<int>(kind)]; }

// What an analyst did. `subjects`:
//   link, unlink  two incidents: they belong / don't belong to one campaign, whatever the evidence says
//   merge         two or more incidents (they are one) or two or more campaigns (they are one)
//   split         an incident and findings of it that are another incident, or a campaign and incidents that leave it
//   annotate      anything with an id; `text` is the note
//   decide        an incident or campaign; `text` is one of kDecisions
//   undo          the number of an act or claim that no longer holds
struct Act {
  std::int64_t number = 0;  // of the journal entry; given by add_act
  std::string time = {};    // ISO 8601; given by add_act
  ActKind kind = ActKind::annotate;
  std::vector<std::string> subjects = {};
  std::vector<std::string> anchors = {};  // of each incident among them the defining finding: finds it whatever its id
  std::string text = {};
  std::string author = {}, reason = {};  // neither may be empty
  bool undone = false;
};
inline constexpr std::string_view kDecisions[] = {"open",           "confirmed", "benign",
                                                  "false-positive", "contained", "closed"};

// ---- what assess works out ----

struct StoryEntity {
  EntityType type = EntityType::host;
  std::string value, role;     // role: the most telling of those the findings give it ("entered" before "source", …)
  bool common = false;         // on so many things, or on a list of shared services: shown, but ties nothing together
  std::string note;            // why it is common
  std::uint64_t findings = 0;  // of this incident that name it
  Time first = Time::none(), last = Time::none();
};

// One line of the story: findings of one rule that follow each other on the same entities.
struct TimelineEntry {
  Time first = Time::none(), last = Time::none();
  Level level = Level::medium;
  std::string title, rule, finding;     // the finding is the first of them
  std::vector<std::string> techniques;  // of the rule
  std::vector<std::string> entities;    // the most telling, as text
  std::uint64_t count = 1;              // findings
};

// One step on the ATT&CK path.
struct PathStep {
  std::string tactic;     // ATT&CK's short name: "initial-access"; "" when no table knows the technique
  std::string technique;  // T1110.003
  Time first = Time::none(), last = Time::none();
  std::uint64_t findings = 0;
};

struct Incident {
  std::string id;                    // "incident-" and 16 digits
  std::string origin;                // "" found in this case; else the path of the case it was taken over from
  std::string defining;              // id of the finding that gives the incident its own
  std::vector<std::string> aliases;  // ids that it bore, or whose incidents were merged into it
  std::string title;                 // one plain line, in English
  // What the title is made of, so that it can be said in another language: deeds (assess/deeds.h), or where there are
  // none, the gravest finding's own words.
  std::vector<std::string> deeds;  // keys, in the order of an intrusion
  std::string head;                // title of the gravest finding
  std::uint64_t kinds = 0, entered = 0, hosts = 0;  // rules that speak, accounts entered, hosts hit
  std::string host;                                 // the first of them
  Level severity = Level::medium;
  Time first = Time::none(), last = Time::none();
  std::vector<std::string> victims;     // accounts, mailboxes, hosts that were the target; gravest first; at most 100
  std::uint64_t victim_count = 0;       // all of them
  std::vector<PathStep> path;           // in the order of an intrusion, then by time
  std::vector<StoryEntity> entities;    // most telling first, at most kEntitiesMax
  std::uint64_t entity_count = 0;       // all of them
  std::vector<TimelineEntry> timeline;  // by time, at most kTimelineMax: the gravest and the first of each rule
  std::uint64_t timeline_count = 0;     // all of them
  std::vector<std::string> findings;    // ids in order of time; the first kFindingsShown. Case::findings_of has all
  std::uint64_t finding_count = 0;
  std::vector<std::string> ties;  // why these findings are one thing, a sentence each
  static constexpr std::size_t kEntitiesMax = 500, kTimelineMax = 500, kVictimsMax = 100, kFindingsShown = 100;
};

// One thing that two incidents have in common.
struct Tying {
  std::string type;      // "address", "domain", "key", "tool", "hash", "dictionary", "user-agent", "template",
                         // "techniques", "timing", "analyst"
  std::string value;     // what it is, as text
  double weight = 0;     // what it adds, after age and number of holders; 0 when demoted
  double rarity = 0;     // 1: on nothing else
  double age_days = 0;   // between the two sightings
  std::string lineage;   // things of one lineage fall together (an address and a name on it): they count once
  bool demoted = false;  // shared service or too common: shown, weighs nothing
  std::string note;      // why it weighs little or nothing; "" when it weighs in full
};

struct Link {
  std::string a, b;  // incident ids, a < b
  double weight = 0;
  bool joins = false;  // enough, and from two independent sides
  std::string why;     // why it joins, or why not
  std::vector<Tying> ties;
};

struct Campaign {
  std::string id;  // "campaign-" and 16 digits
  std::vector<std::string> aliases;
  std::string title;
  Level severity = Level::medium;
  Time first = Time::none(), last = Time::none();
  std::vector<std::string> incidents;  // ids, by time
};

// The answer to "who": docs/JSON.md, `attribute`.
struct StoredAssessment {
  std::string subject;    // campaign or incident id
  std::string yardstick;  // icd203, phia, fr, no
  std::string json;       // one object, as `tocsin attribute --json` prints it
  std::string text;       // the page, as `tocsin attribute` prints it at 100 columns
};

struct Story {
  std::vector<Incident> incidents;            // by time, then id; those taken over from other cases among them
  std::vector<Campaign> campaigns;            // by time, then id
  std::vector<Link> links;                    // by (a, b)
  std::vector<StoredAssessment> assessments;  // by subject
  std::uint64_t loose = 0;                    // findings that belong to no incident
  std::vector<std::string> remarks;           // what assess could not use, and why
  std::string settings;  // a JSON object: what it was assessed with (knowledge files, yardstick, …)

  const Incident* incident(std::string_view id) const;  // by id or alias; null when there is none
  const Campaign* campaign(std::string_view id) const;
  const StoredAssessment* assessment(std::string_view subject) const;
  // The full id of an incident or campaign for an id, an alias or a prefix of at least 4 characters after the dash (the
  // words "incident-" and "campaign-" may be left out); the reason when none fits, or several.
  Result<std::string> resolve(std::string_view prefix) const;
};

// All ids of an incident's findings are put beside it: 16 bytes a finding, in the order of time.
struct IncidentFindings {
  std::string incident;
  std::vector<std::array<std::uint8_t, 16>> ids;
};

// As stored and as `--json` prints them: one object, its keys those of the structs, times ISO 8601, levels by name.
// Reading is total: what is missing or of another kind stays as the struct has it.
std::string to_json(const Incident& incident);
std::string to_json(const Campaign& campaign);
std::string to_json(const Link& link);
std::string to_json(const Claim& claim);
std::string to_json(const Act& act);
Incident incident_from(std::string_view json);
Campaign campaign_from(std::string_view json);
Link link_from(std::string_view json);
Claim claim_from(std::string_view json);
Act act_from(std::string_view json);

}  // namespace tocsin::casefile
