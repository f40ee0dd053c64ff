// The gates, as the doctrine has them: techniques and software are shared and copied, so alone they never carry more
// than "realistic possibility". "Likely" asks for two independent kinds of evidence, one of them costly to fake, a
// margin, and that no single item decides. "Highly likely" asks for a third kind and a second independent source on
// top.
#include "assess/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace tocsin::assess {
namespace {

constexpr double kPossibleMin = 0.25, kLikelyMin = 0.55, kHighlyMin = 0.8, kRivalMax = 0.5, kStrong = 1.0;
// A share of techniques and software that speaks for somebody at all.
constexpr double kExplainedMin = 0.5;

bool is_member(const Target& target, std::uint32_t actor) { return std::ranges::binary_search(target.members, actor); }

struct Support {
  std::set<Family> families;
  std::set<std::string> origins, good_origins;
  std::vector<std::string> contradictions;
  const Item* costliest = nullptr;
};

Support support_of(const Knowledge& knowledge, const std::vector<Item>& items, const Target& target,
                   const Standing& standing) {
  Support out;
  for (const Item& item : items) {
    if (contradicts(knowledge, item, target) && item.weight >= kStrong) out.contradictions.push_back(item.text);
    if (!supports(knowledge, item, target)) continue;
    // Techniques that everybody uses speak for nobody in particular; together they count once they are mostly
    // explained.
    if (item.trait && standing.explained < kExplainedMin) continue;
    if (!item.trait && item.weight <= 0) continue;
    out.families.insert(item.family);
    out.origins.insert(item.lineage);
    if (!item.trait && item.grade.source <= 'B' && item.grade.information <= '2') out.good_origins.insert(item.lineage);
    if (!out.costliest || item.spoof_cost > out.costliest->spoof_cost) out.costliest = &item;
  }
  return out;
}

std::string names_of(const std::set<Family>& families) {
  std::vector<std::string_view> names;
  for (const Family family : families) names.push_back(family_name(family));
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

// Techniques and software come from one place, so together they are one kind for this purpose.
std::size_t independent(const Support& support) {
  const bool both = support.families.contains(Family::technique) && support.families.contains(Family::tool);
  return std::min(support.families.size() - (both ? 1 : 0), support.origins.size());
}

std::vector<Gate> make_gates(const Support& support, const Standing& standing, const Target& target) {
  std::vector<Gate> gates;
  const std::size_t kinds = independent(support);
  const bool costly = support.costliest && support.costliest->spoof_cost >= kCostly;
  gates.push_back({"more than techniques", !standing.traits_only,
                   standing.traits_only ? "only techniques and software speak; many share them, anybody can copy them"
                                        : "other evidence speaks beside techniques and software"});
  gates.push_back({"two independent families", kinds >= 2,
                   fmt::format("{} of independent origin ({})", kinds, names_of(support.families))});
  gates.push_back({"one costly to fake", costly,
                   costly ? fmt::format("cost {}: {}", support.costliest->spoof_cost, support.costliest->text)
                          : fmt::format("the costliest stands at {} of 4; {} is asked for",
                                        support.costliest ? support.costliest->spoof_cost : 0, kCostly)});
  gates.push_back(
      {"margin",
       standing.leads && standing.likelihood >= kLikelyMin && standing.rival <= kRivalMax * standing.likelihood,
       fmt::format("{:.0f} % against {:.0f} % for the next", standing.likelihood * 100, standing.rival * 100)});
  gates.push_back({"no single item decides", standing.survives_any_loss,
                   standing.survives_any_loss
                       ? "it holds without any one of the items"
                       : (standing.lost_with.empty() ? "it doesn't lead" : "it falls without: " + standing.lost_with)});
  gates.push_back({"forger's tests", standing.forger_tests, standing.forger_why});
  gates.push_back({"no deception seen", !standing.deception,
                   standing.deception ? "without what is cheap to fake somebody else leads, or nobody"
                                      : "what is costly to fake points nowhere else"});
  gates.push_back({"no strong inconsistency", support.contradictions.empty(),
                   support.contradictions.empty() ? "no weighty evidence names somebody else"
                                                  : "against " + target.name + ": " + support.contradictions.front()});
  gates.push_back({"three families", kinds >= 3, fmt::format("{} of independent origin", kinds)});
  gates.push_back({"two independent sources", support.good_origins.size() >= 2,
                   fmt::format("{} graded B2 or better, beside what was seen here", support.good_origins.size())});
  return gates;
}

bool met(const std::vector<Gate>& gates, std::string_view name) {
  const auto found = std::ranges::find(gates, name, &Gate::name);
  return found != gates.end() && found->met;
}

Level level_of(const std::vector<Gate>& gates, const Standing& standing) {
  // Named on techniques alone only above the threshold that names a quarter of known cases.
  if (!standing.leads) return Level::insufficient;
  if (standing.traits_only)
    return standing.traits_agree && standing.likelihood >= kWeights.named_at && standing.forger_tests
               ? Level::realistic_possibility
               : Level::insufficient;
  if (standing.likelihood < kPossibleMin) return Level::insufficient;
  for (const std::string_view name :
       {"more than techniques", "two independent families", "one costly to fake", "margin", "no single item decides",
        "forger's tests", "no deception seen", "no strong inconsistency"})
    if (!met(gates, name)) return Level::realistic_possibility;
  if (standing.likelihood >= kHighlyMin && met(gates, "three families") && met(gates, "two independent sources"))
    return Level::highly_likely;
  return Level::likely;
}

}  // namespace

std::string_view level_name(Level level) {
  switch (level) {
    case Level::insufficient:
      return "insufficient";
    case Level::realistic_possibility:
      return "realistic-possibility";
    case Level::likely:
      return "likely";
    case Level::highly_likely:
      return "highly-likely";
  }
  return "?";
}

double ceiling(Level level) {
  switch (level) {
    case Level::insufficient:
      return 0.4;
    case Level::realistic_possibility:
      return 0.5;
    case Level::likely:
      return 0.8;
    case Level::highly_likely:
      return 0.95;
  }
  return 0;
}

std::string_view confidence_name(Confidence confidence) {
  switch (confidence) {
    case Confidence::low:
      return "low";
    case Confidence::moderate:
      return "moderate";
    case Confidence::high:
      return "high";
  }
  return "?";
}

bool supports(const Knowledge& knowledge, const Item& item, const Target& target) {
  if (!item.weighs) return false;
  return std::ranges::any_of(target.members, [&](std::uint32_t actor) { return speaks_for(knowledge, item, actor); });
}

bool contradicts(const Knowledge& knowledge, const Item& item, const Target& target) {
  if (!item.weighs || item.trait) return false;
  for (const std::uint32_t actor : item.speaks_against)
    if (is_member(target, actor)) return true;
  const bool names_somebody = !item.speaks_for.empty() || !item.states.empty() || !item.unresolved.empty();
  if (names_somebody && !supports(knowledge, item, target)) {
    // A state named as such doesn't contradict an actor whose state nobody says.
    const bool unknown_state = item.speaks_for.empty() && std::ranges::all_of(target.members, [&](std::uint32_t actor) {
                                 return knowledge.actors()[actor].backed_by("state").empty();
                               });
    return !unknown_state;
  }
  return false;
}

Judgement judge(const Knowledge& knowledge, const std::vector<Item>& items, const Target& target,
                const Standing& standing) {
  Judgement out;
  const Support support = support_of(knowledge, items, target, standing);
  out.scope = target.scope;
  out.gates = make_gates(support, standing, target);
  out.level = level_of(out.gates, standing);
  out.ungated = standing.likelihood;
  out.likelihood = std::min(standing.likelihood, ceiling(out.level));
  if (out.level != Level::insufficient) {
    out.value = target.value;
    out.name = target.name;
  }
  const std::size_t kinds = independent(support);
  const bool costly = met(out.gates, "one costly to fake");
  std::vector<std::string> reasons;
  reasons.push_back(fmt::format("{} independent famil{} of evidence", kinds, kinds == 1 ? "y" : "ies"));
  reasons.push_back(fmt::format("{} independent source{} graded B2 or better", support.good_origins.size(),
                                support.good_origins.size() == 1 ? "" : "s"));
  if (!costly) reasons.push_back("nothing in it is costly to fake");
  if (!support.contradictions.empty()) reasons.push_back("weighty evidence contradicts it");
  if (kinds >= 3 && support.good_origins.size() >= 2 && costly && support.contradictions.empty())
    out.confidence = Confidence::high;
  else if (kinds >= 2 && costly && support.good_origins.size() >= 1 && support.contradictions.empty())
    out.confidence = Confidence::moderate;
  out.confidence_why = fmt::format("{}", fmt::join(reasons, "; "));
  return out;
}

std::vector<std::string> what_would_change(const Judgement& judgement) {
  static const std::map<std::string_view, std::string_view> kAsk = {
      {"more than techniques",
       "evidence of another kind than techniques and software: infrastructure, code, procedure, victims, a partner's "
       "findings"},
      {"two independent families",
       "evidence of a second kind from an independent origin, such as infrastructure shared with a known campaign"},
      {"one costly to fake",
       "something costly to fake: control of long-lived infrastructure, a signing key, code that isn't shared"},
      {"margin", "evidence that tells the leading hypotheses apart, rather than more of what they share"},
      {"no single item decides", "a second item that leads to the same answer without the one it hangs on"},
      {"forger's tests",
       "rare traits of the same actor beyond the few that carry the answer, which a forger could have planted"},
      {"no deception seen",
       "costly evidence that agrees with the cheap traits; as it stands they may have been planted"},
      {"no strong inconsistency",
       "the grounds of the source that names somebody else, to weigh them or set them aside"},
      {"three families", "a third independent kind of evidence"},
      {"two independent sources", "a second independent source graded B2 or better"},
  };
  std::vector<std::string> out;
  for (const Gate& gate : judgement.gates)
    if (const auto found = kAsk.find(gate.name); !gate.met && found != kAsk.end()) out.emplace_back(found->second);
  return out;
}

}  // namespace tocsin::assess
