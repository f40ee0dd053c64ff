// Plan: the compiled form of all rules that one class of events may meet. Const and shared by threads.
//
// A class is what the router knows about an event before any rule runs: which logsource entries it meets and, where
// that decides something, its channel, event id and provider. The plan holds the rules that are still open then, the
// index that names candidates among them, and the code that verifies a candidate.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "event/event.h"
#include "event/record.h"
#include "sigma/keywords.h"
#include "sigma/literals.h"
#include "sigma/matcher.h"
#include "sigma/program.h"

namespace tocsin::sigma {

// What the class knows of a field. `other`: it has one value, and that is none of the texts for which whole-value
// patterns of the class's rules ask.
struct Fact {
  enum class Kind : std::uint8_t { absent, null, other, text };
  Slot slot;
  Kind kind;
  std::string text;  // folded
};

// A rule with the record slots behind its atoms' fields.
struct BoundRule {
  std::uint32_t index;  // into RuleSet::rules
  const Rule* rule;
  // The slots of a field in the class's records. `keyword` (field "") never asks.
  std::function<const std::vector<Slot>&(const std::string& field)> slots;
};

class Plan {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::uint16_t kNoLocal = UINT16_MAX;

  struct Atom {
    const Matcher* matcher;
    std::uint32_t fields;                // into field_sets
    std::uint32_t other_fields = kNone;  // of a field_ref
    bool decided = false;                // the index marks it when it is true
  };
  // In a step or group: an atom that the index decides, so that its mark alone is looked at.
  static constexpr std::uint32_t kDecided = std::uint32_t{1} << 31;
  // True when one of its atoms is.
  struct Group {
    std::uint32_t begin, end;            // into members
    std::uint32_t pack_begin, pack_end;  // into packs: further members, as indexes of literals
  };
  struct Pack {
    std::uint32_t fields;
    LiteralIndex literals;
  };
  // A rule is verified by walking steps until one of the two ends.
  struct Step {
    std::uint32_t what;  // an atom, or atoms.size() + a group
    std::uint32_t on_true, on_false;
  };
  static constexpr std::uint32_t kMet = UINT32_MAX, kUnmet = UINT32_MAX - 1, kTable = UINT32_MAX - 2;
  struct Code {
    std::uint32_t rule;                // into RuleSet::rules
    std::uint32_t step;                // the first, or kMet, kUnmet; kTable: node by node
    const Rule* nodes = nullptr;       // for kTable
    std::vector<std::uint32_t> atoms;  // for kTable: Rule::atoms → atoms
  };
  // What a literal that was seen means.
  struct Hit {
    std::uint32_t atom = kNone;        // it is true now
    std::uint32_t begin = 0, end = 0;  // into candidates
  };
  struct Threshold {
    std::uint32_t size_min;  // bytes of the value as it came
    int byte;                // of the folded value; -1: none
    std::uint32_t count;
    std::uint32_t begin, end;  // into candidates
  };
  struct Index {
    std::uint16_t local;
    LiteralIndex literals;              // ids are those of hits
    std::vector<Threshold> thresholds;  // by size_min
  };

  std::vector<Code> codes;  // by rule
  std::vector<Step> steps;
  std::vector<Atom> atoms;
  std::vector<Group> groups;
  std::vector<std::uint32_t> members;
  std::vector<Pack> packs;
  std::vector<Hit> hits;
  std::vector<Index> indexes;
  std::vector<std::uint32_t> candidates;               // into codes
  std::vector<std::uint32_t> always;                   // into codes: rules that nothing announces
  std::vector<std::vector<std::uint16_t>> field_sets;  // locals
  std::vector<std::uint16_t> local_of_slot;
  std::uint16_t locals = 0;
  std::uint16_t everything = kNoLocal;  // the local that stands for all values, for keywords
  bool everything_indexed = false;
  KeywordGate gate;  // for the index of all values

  bool empty() const { return codes.empty(); }
  std::size_t memory() const;

  // What announces a rule and how it is verified, for `rules explain`.
  using LocalName = std::function<std::string(std::uint16_t local)>;
  std::string describe(std::uint32_t code, const LocalName& name) const;
};

// Interns matchers over all plans.
using MatcherOf = std::function<const Matcher*(const Test&)>;

Plan build_plan(const std::vector<BoundRule>& rules, const std::vector<Fact>& facts, const MatcherOf& matcher_of,
                std::size_t slots);

// One event at a time; one per thread, for any number of plans.
class PlanRun {
 public:
  // Appends the rules met, ascending. `brute` asks every test of every rule without the index, for tests.
  void match(const Plan& plan, const Batch& batch, const Event& event, std::vector<std::uint32_t>& met,
             bool brute = false);

 private:
  struct Cell {
    Value value;
    std::string_view folded;
    bool is_folded = false;
    std::uint32_t next = Plan::kNone;
  };

  void place(const Event& event);
  void place_everything(const Batch& batch, const Event& event);
  void add_cell(std::uint16_t local, const Value& value);
  std::string_view folded(Cell& cell);
  void search(const Plan::Index& index);
  void announce(std::uint32_t begin, std::uint32_t end);
  bool truth(std::uint32_t what);
  bool atom_truth(const Plan::Atom& atom);
  bool group_truth(const Plan::Group& group);
  bool reference_truth(const Plan::Atom& atom);
  bool verify(const Plan::Code& code);
  template <class Ask>
  bool any_value(std::uint32_t fields, Ask&& ask);

  const Plan* plan_ = nullptr;
  const Batch* batch_ = nullptr;
  const Event* event_ = nullptr;
  bool brute_ = false;
  bool has_everything_ = false;
  std::uint32_t now_ = 0;                 // the event's number; what is marked with another is stale
  std::vector<std::uint32_t> truths_;     // by atom, then group: 2 * now_ + truth
  std::vector<std::uint32_t> announced_;  // by code
  std::vector<std::uint32_t> waiting_;    // codes announced for this event
  std::vector<std::uint32_t> heads_;      // by local: first cell
  std::vector<Cell> cells_;
  std::vector<bool> nodes_;
  Arena memory_;
  Record record_;
};

}  // namespace tocsin::sigma
