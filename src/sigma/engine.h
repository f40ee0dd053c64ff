// Engine: all rules of a RuleSet, compiled. Const and shared by threads; each thread brings a Scratch.
//
// Rules are compiled class by class, when the first event of a class is met. What is found doesn't depend on that, nor
// on threads, nor on the order of events: it equals the naive evaluator (naive.h) asked of every routed rule.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "event/record.h"
#include "sigma/naive.h"
#include "sigma/program.h"
#include "sigma/route.h"

namespace tocsin::sigma {

struct EngineOptions {
  // Classes compiled for their own channel, event id and provider; past this number they share a general form, which
  // is slower and finds the same.
  std::size_t classes_max = 4096;
};

// A loaded rule that can't meet anything.
struct Unmapped {
  std::uint32_t rule;               // into RuleSet::rules
  std::vector<std::string> fields;  // that no record of its logsource has; empty: nothing feeds its logsource
};

class Engine {
 public:
  // Adds to the demand what rules, correlations and routing read.
  static Result<std::shared_ptr<const Engine>> compile(std::shared_ptr<const RuleSet> rules, Logsources logsources,
                                                       Demand& demand, const EngineOptions& options = {});
  ~Engine();

  class Scratch {
   public:
    explicit Scratch(const Engine& engine);
    Scratch(Scratch&&) noexcept;
    ~Scratch();

   private:
    friend class Engine;
    struct State;
    std::unique_ptr<State> state_;
  };

  // The rules that the event meets, ascending, as indices into RuleSet::rules; `met` is cleared first.
  void match(const Batch& batch, const Event& event, Scratch& scratch, std::vector<std::uint32_t>& met) const;
  // The same without the index, asking every routed rule: for tests.
  void match_brute(const Batch& batch, const Event& event, Scratch& scratch, std::vector<std::uint32_t>& met) const;

  // The entries that the event meets, ascending; valid until the scratch's next use.
  std::span<const std::uint32_t> entries_of(const Event& event, Scratch& scratch) const;
  // The entry through which a rule sees the event, if it does.
  std::optional<std::uint32_t> entry_of(std::uint32_t rule, const Event& event, Scratch& scratch) const;
  // The record's slots behind a rule's (or correlation's) field, for records of this entry.
  std::span<const Slot> slots(std::uint32_t entry, std::string_view field) const;
  std::span<const std::uint32_t> rules_of(std::uint32_t entry) const;  // that it feeds, ascending
  std::span<const LogsourceEntry> entries() const;

  const RuleSet& rules() const;
  const std::vector<Unmapped>& unmapped() const;

  // Adds how many events each entry met in this scratch; `counts` is resized to entries().
  void count_events(const Scratch& scratch, std::vector<std::uint64_t>& counts) const;
  // Rules that something feeds, but that met no event of their logsource, given those counts.
  std::vector<std::uint32_t> idle_rules(std::span<const std::uint64_t> counts) const;

  std::size_t classes() const;  // compiled so far
  std::size_t memory() const;   // bytes of the compiled classes

  // How a class that holds this rule is announced and verified, for `rules explain`; one text for each entry.
  std::string explain(std::uint32_t rule) const;

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// An event as the naive evaluator sees it through an entry: read from the record itself, whatever was demanded.
class RoutedFields : public Fields {
 public:
  RoutedFields(const LogsourceEntry& entry, const Batch& batch, const Event& event);
  void values(std::string_view field, std::vector<Value>& out) const override;
  void everything(std::vector<Value>& out) const override;

 private:
  const LogsourceEntry& entry_;
  const Event& event_;
  Record record_;
};

// Whether Event::raw is text that keywords are searched in; EVTX records are not.
bool is_text_record(const Event& event);

}  // namespace tocsin::sigma
