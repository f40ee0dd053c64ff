// The answer to "who did it, and how sure are we": hypotheses, evidence, gates, and what may be said.
//
// Likelihood and confidence are two things and stay apart: the first says how probable the judgement is, the second how
// good the ground is that it stands on. The hypotheses carry the ungated likelihoods; the judgements carry what the
// gates allow to be said. See ARCHITECTURE.md, "Assessment".
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assess/knowledge.h"
#include "assess/observations.h"
#include "assess/score.h"

namespace tocsin::assess {

enum class Level { insufficient, realistic_possibility, likely, highly_likely };
std::string_view level_name(Level level);
// The highest likelihood that may be printed at a level.
double ceiling(Level level);

enum class Confidence { low, moderate, high };
std::string_view confidence_name(Confidence confidence);

enum class Kind { actor, unknown, imitation, sibling, shared_tooling, benign };
std::string_view kind_name(Kind kind);

struct Hypothesis {
  std::string id, name;
  Kind kind = Kind::actor;
  double score = 0;       // log of the likelihood, before all are made to sum to one
  double likelihood = 0;  // ungated
  std::optional<std::uint32_t> actor;
};

// One thing that speaks for or against somebody.
struct Item {
  Family family = Family::technique;
  std::string text, source, lineage;
  Grade grade;
  int spoof_cost = 0;
  double rarity = 0;
  double weight = 0;  // log-likelihood ratio for those it speaks for, before the family's ceiling
  std::vector<std::uint32_t> speaks_for, speaks_against;  // actors
  std::vector<std::string> states;                        // or whole states
  std::string unresolved;                                 // somebody named who isn't known
  bool nobody = false;                                    // a claim that nobody in particular can be named
  bool weighs = true;                                     // false for personas, planted things and echoes
  bool echo = false;                                      // repeats a stronger item of the same origin
  std::string note;                                       // why it doesn't weigh
  std::optional<std::uint32_t> trait;  // of techniques and software: weighed by the TraitModel, not by `weight`
};

struct Gate {
  std::string name;
  bool met = false;
  std::string why;
};

// What may be said at one level: actor, state, service, unit.
struct Judgement {
  std::string scope, value, name;  // value is empty when nobody may be named
  Level level = Level::insufficient;
  double likelihood = 0;  // bounded by the level
  double ungated = 0;
  Confidence confidence = Confidence::low;
  std::string confidence_why;
  std::vector<std::string> contested;  // other values that independent sources name
  std::string why;
  std::vector<Gate> gates;
};

// One row a piece of evidence, one column a hypothesis: -2 … +2.
struct Matrix {
  std::vector<std::size_t> columns;  // into hypotheses
  struct Row {
    std::size_t item;
    std::vector<int> cells;
    int inconsistencies() const;
    int spread() const;  // how much it tells hypotheses apart
  };
  std::vector<Row> rows;  // inconsistencies first, then what tells most
};

struct Threshold {
  bool met = false;
  std::string why;
};

struct Assessment {
  std::vector<Hypothesis> hypotheses;  // by score
  std::vector<Item> items;
  Matrix matrix;
  Judgement actor;
  std::vector<Judgement> wider;  // state, service, unit, where the knowledge says so
  std::string linchpin;          // the item whose loss changes most
  bool deception = false;
  std::string deception_why;
  std::vector<std::string> would_change;
  Threshold intelligence, legal;
  std::vector<std::string> remarks;  // ids that nobody knows, entries left out
};

Assessment assess(const Knowledge& knowledge, const Observations& seen);

}  // namespace tocsin::assess
