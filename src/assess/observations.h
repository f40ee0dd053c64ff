// What was seen and what is said about it, as `tocsin attribute --observations` takes it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tocsin::assess {

// NATO's two letters: how reliable the source is (A … F), how credible the information (1 … 6).
struct Grade {
  char source = 'F', information = '6';
  std::string text() const { return {source, information}; }
  // 0 … 1. "Can't be judged" (F, 6) weighs little, but not nothing.
  double weight() const;
};
std::optional<Grade> parse_grade(std::string_view text);

// Kinds of evidence. Evidence of one kind fails together, so each has a ceiling.
enum class Family { technique, tool, infrastructure, procedure, victimology, timing, artefact, person, claim };
std::string_view family_name(Family family);
std::optional<Family> parse_family(std::string_view text);

struct SeenIndicator {
  std::string type, value, seen;
};

struct Claim {
  std::string actor, state, by, date, statement;
  std::string lineage;  // claims of one origin count once; the claimant unless given
  std::string legal;    // what it says of the law: "charged", "no-charges" or nothing
  Grade grade{'F', '6'};
  bool persona = false;  // the claimant claims the deed for itself
};

struct SeenTrait {
  Family family = Family::artefact;
  std::string value, source, lineage;
  int spoof_cost = 0;  // 0 a claim or a language string … 4 control of long-lived infrastructure or a signing key
  Grade grade{'C', '3'};
  std::vector<std::string> actors, states, against;  // whom it speaks for and against
  bool from_adversary = false;  // stood in what the adversary published: may be planted, so it weighs nothing
};

struct Observations {
  std::string title;
  std::vector<std::string> techniques, software;
  std::vector<SeenIndicator> indicators;
  std::vector<Claim> claims;
  std::vector<SeenTrait> traits;
  std::vector<std::string> remarks;  // what could not be understood, and was left out
};

Result<Observations> load_observations(const std::string& path);
Result<Observations> parse_observations(std::string_view json, const std::string& name);

}  // namespace tocsin::assess
