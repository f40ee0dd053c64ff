#include "cli/decide.h"

#include <fmt/format.h>

#include <algorithm>

#include "assess/observations.h"
#include "case/case.h"
#include "cli/options.h"
#include "cli/review.h"
#include "cli/verb.h"
#include "publish/terminal/text.h"

namespace tocsin::cli {
namespace {

using casefile::Act;
using casefile::ActKind;
using casefile::Case;
using casefile::Incident;
using casefile::Mode;
using casefile::Story;
using publish::printable;

constexpr std::string_view kVerb = "case";
constexpr std::string_view kTlp[] = {"clear", "green", "amber", "amber+strict", "red"};

bool is_incident(std::string_view id) { return id.starts_with("incident-"); }
bool is_finding(std::string_view id) {
  return id.size() >= 6 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

struct Verb {
  ActKind kind;
  const char* summary;
  const char* subjects;
};
constexpr Verb kVerbs[] = {
    {ActKind::link, "two incidents belong to one campaign, whatever the evidence says", "two incidents"},
    {ActKind::unlink, "two incidents don't belong to one campaign", "two incidents"},
    {ActKind::merge, "incidents are one incident, or campaigns one campaign", "incidents, or campaigns"},
    {ActKind::split, "findings leave an incident for one of their own, or incidents leave a campaign",
     "an incident and findings, or a campaign and incidents"},
    {ActKind::annotate, "a note on an incident, a campaign or a finding", "an incident, campaign or finding"},
    {ActKind::decide, "what an incident or campaign is held for", "an incident or campaign"},
    {ActKind::undo, "takes a decision or a claim back, by its number", "numbers as `case show` gives them"},
};

// Turns what was typed into full ids and anchors; an error says what doesn't fit the verb.
Result<void> complete(Case& from, const Story& story, Act& act) {
  std::vector<std::string> full, anchors;
  const bool splits = act.kind == ActKind::split;
  for (std::size_t i = 0; i < act.subjects.size(); ++i) {
    const std::string& given = act.subjects[i];
    auto id = story.resolve(given);
    const bool finding = !id && is_finding(given) && (act.kind == ActKind::annotate || (splits && i > 0));
    if (finding) {
      TRY(const std::optional<casefile::Finding> found, from.find_finding(given));
      if (!found) return fail("there is no incident, campaign or finding " + given, from.path());
      full.push_back(found->id);
      anchors.emplace_back();
      continue;
    }
    if (!id) return std::unexpected(id.error());
    full.push_back(*id);
    const Incident* incident = story.incident(*id);
    anchors.push_back(incident ? incident->defining : "");
  }
  act.subjects = std::move(full);
  act.anchors = std::move(anchors);
  const auto all_incidents = [&] { return std::ranges::all_of(act.subjects, is_incident); };
  const auto members = [&](const std::string& campaign) { return story.campaign(campaign)->incidents; };
  const auto add = [&](const std::string& id) { act.text += (act.text.empty() ? "" : " ") + id; };
  switch (act.kind) {
    case ActKind::link:
    case ActKind::unlink:
      if (act.subjects.size() != 2 || !all_incidents() || act.subjects[0] == act.subjects[1])
        return fail("this takes two incidents", {}, "`tocsin case show` lists them");
      break;
    case ActKind::merge:
      if (act.subjects.size() < 2 || (!all_incidents() && std::ranges::any_of(act.subjects, is_incident)))
        return fail("this takes two or more incidents, or two or more campaigns", {});
      if (all_incidents())
        for (const std::string& id : act.subjects)
          if (!story.incident(id)->origin.empty())
            return fail(id + " is an incident of another case", story.incident(id)->origin,
                        "merge it there, or link them");
      if (!all_incidents())
        for (const std::string& id : act.subjects)
          for (const std::string& member : members(id)) add(member);
      break;
    case ActKind::split: {
      if (act.subjects.size() < 2) return fail("this takes an incident and findings, or a campaign and incidents", {});
      const bool of_campaign = !is_incident(act.subjects[0]);
      for (std::size_t i = 1; i < act.subjects.size(); ++i)
        if (is_incident(act.subjects[i]) != of_campaign)
          return fail(fmt::format("{} is no part of {}", act.subjects[i], act.subjects[0]), {});
      if (!of_campaign) {
        TRY(const casefile::IncidentFindings held, from.findings_of(act.subjects[0]));
        if (held.ids.size() < act.subjects.size()) return fail("nothing would be left of " + act.subjects[0], {});
        break;
      }
      for (const std::string& member : members(act.subjects[0]))
        if (std::ranges::find(act.subjects, member) == act.subjects.end()) add(member);
      break;
    }
    case ActKind::annotate:
    case ActKind::undo:
      break;
    case ActKind::decide:
      if (std::ranges::find(casefile::kDecisions, act.text) == std::end(casefile::kDecisions))
        return fail("'" + act.text + "' is no decision", {},
                    fmt::format("one of {}", fmt::join(casefile::kDecisions, ", ")));
      break;
  }
  return {};
}

// The same review as last time, so that what was decided shows at once.
Result<void> review_again(Case& into) {
  TRY(const Story before, into.story());
  if (before.settings.empty()) return {};  // never assessed: the first assess will heed it
  std::vector<Case> none;
  TRY(const bool changed, write_review(into, none, settings_from(before.settings)));
  (void)changed;
  return {};
}

}  // namespace

struct Decisions::State {
  std::string path;
  std::string single;
  Act act;
  casefile::Claim claim;
  std::vector<CLI::App*> verbs;
  CLI::App* claims = nullptr;
  std::vector<std::string> ties;

  void people(CLI::App* sub, std::string& author, std::string& reason, bool required) {
    auto* who = sub->add_option("--author", author, "who decides");
    auto* why = sub->add_option("--reason", reason, "why; kept in the journal");
    if (required) who->required(), why->required();
  }

  Result<void> decide() {
    if (!single.empty()) act.subjects = {single};
    TRY(Case into, Case::open(path, Mode::write));
    TRY(const Story story, into.story());
    if (act.kind != ActKind::undo) {
      TRY_VOID(complete(into, story, act));
    }
    TRY(const std::int64_t number, into.add_act(act));
    TRY_VOID(review_again(into));
    fmt::print(stderr, "tocsin case: {} is decision {}; `tocsin case undo {} {}` takes it back\n", name(act.kind),
               number, printable(path), number);
    return {};
  }

  Result<void> add_claim() {
    if (!assess::parse_grade(claim.admiralty))
      return fail("'" + claim.admiralty + "' is no Admiralty grade", {}, "A1 to F6");
    if (!claim.tlp.empty() && std::ranges::find(kTlp, claim.tlp) == std::end(kTlp))
      return fail("'" + claim.tlp + "' is no TLP", {}, fmt::format("one of {}", fmt::join(kTlp, ", ")));
    for (const std::string& tie : ties) {
      const std::size_t colon = tie.find('=');
      if (colon == std::string::npos || colon == 0 || colon + 1 == tie.size())
        return fail("'" + tie + "' is no TYPE=VALUE", {}, "for example domain-name=mail.example.org");
      claim.ties.push_back({tie.substr(0, colon), tie.substr(colon + 1)});
    }
    TRY(Case into, Case::open(path, Mode::write));
    if (!claim.subject.empty()) {
      TRY(const Story story, into.story());
      TRY(claim.subject, story.resolve(claim.subject));
    }
    TRY(const std::int64_t number, into.add_claim(claim));
    TRY_VOID(review_again(into));
    fmt::print(stderr, "tocsin case: claim {}; `tocsin case undo {} {}` withdraws it\n", number, printable(path),
               number);
    return {};
  }
};

Decisions::Decisions(CLI::App& app) : state_(std::make_unique<State>()) {
  State& me = *state_;
  for (const Verb& verb : kVerbs) {
    CLI::App* sub = app.add_subcommand(std::string(name(verb.kind)), verb.summary);
    sub->add_option("CASE", me.path, "the case file")->required();
    if (verb.kind == ActKind::annotate || verb.kind == ActKind::decide) {
      sub->add_option("SUBJECT", me.single, verb.subjects)->required();
      sub->add_option("TEXT", me.act.text,
                      verb.kind == ActKind::decide ? fmt::format("one of {}", fmt::join(casefile::kDecisions, ", "))
                                                   : std::string("the note"))
          ->required();
    } else {
      sub->add_option("SUBJECT", me.act.subjects, verb.subjects)->required();
    }
    me.people(sub, me.act.author, me.act.reason, true);
    me.verbs.push_back(sub);
  }
}
Decisions::~Decisions() = default;

void Decisions::add_claims(CLI::App& evidence) {
  State& me = *state_;
  me.claims = evidence.add_subcommand("add", "what somebody says: a partner's report, a government's statement");
  me.claims->add_option("CASE", me.path, "the case file")->required();
  me.claims->add_option("--claim", me.claim.statement, "what is said, in the claimant's words")->required();
  me.claims->add_option("--by", me.claim.by, "who says it")->required();
  me.claims->add_option("--actor", me.claim.actor, "the actor that it names");
  me.claims->add_option("--state", me.claim.state, "the state that it names: FR, NO, …");
  me.claims->add_option("--about", me.claim.subject, "the incident or campaign that it speaks of; else the whole case");
  me.claims->add_option("--date", me.claim.date, "when it was said");
  me.claims->add_option("--lineage", me.claim.lineage, "whose finding it repeats: claims of one origin count once");
  me.claims->add_option("--legal", me.claim.legal, "charged or no-charges")
      ->check(CLI::IsMember({"charged", "no-charges"}));
  me.claims->add_option("--admiralty", me.claim.admiralty, "source A to F, information 1 to 6: B2; else F6");
  me.claims->add_option("--tlp", me.claim.tlp, "clear, green, amber, amber+strict, red");
  me.claims->add_option("--tie", me.ties, "what it ties to the actor, TYPE=VALUE; several times")
      ->allow_extra_args(false);
  me.claims->add_flag("--persona", me.claim.persona, "the claimant claims the deed for itself: weighs nothing");
  me.people(me.claims, me.claim.recorded_by, me.claim.reason, false);
}

std::optional<int> Decisions::run() {
  State& me = *state_;
  Result<void> done;
  if (me.claims && *me.claims) {
    done = me.add_claim();
  } else {
    const auto called = std::ranges::find_if(me.verbs, [](CLI::App* sub) { return sub->parsed(); });
    if (called == me.verbs.end()) return std::nullopt;
    me.act.kind = kVerbs[called - me.verbs.begin()].kind;
    done = me.decide();
  }
  if (done) return kDone;
  // What was typed doesn't fit the case: wrong usage. What the file refuses: failure.
  return done.error().where.empty() ? usage_error(kVerb, done.error()) : failure(kVerb, done.error());
}

}  // namespace tocsin::cli
