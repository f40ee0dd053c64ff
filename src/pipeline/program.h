// Program: the rules of one scan, compiled, with what the case has to know of them. Const and shared by threads.
#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "case/case.h"
#include "event/demand.h"
#include "pipeline/options.h"
#include "pipeline/summary.h"
#include "sigma/correlate.h"
#include "sigma/engine.h"

namespace tocsin {

class Program {
 public:
  // Reads, lowers and compiles the rules. Rules that can't run don't fail it: see rules().refused.
  static Result<std::unique_ptr<const Program>> load(const RuleOptions& options);

  const Demand& demand() const { return demand_; }
  const sigma::RuleSet& rules() const { return *rules_; }
  const sigma::Engine& engine() const { return *engine_; }
  // Of all rules, then of all correlations.
  std::span<const casefile::RuleInfo> infos() const { return infos_; }

  using Scratch = sigma::Engine::Scratch;
  Scratch scratch() const { return Scratch(*engine_); }
  void match(const Batch& batch, const Event& event, Scratch& scratch, std::vector<std::uint32_t>& met) const {
    engine_->match(batch, event, scratch, met);
  }
  // What correlations want to know of an event that met these rules: the rule's name of a field, and its values. Views
  // of the event and of this program.
  void keys(const Event& event, std::span<const std::uint32_t> met, Scratch& scratch,
            std::vector<std::pair<std::string_view, std::string_view>>& out) const;

  // All options that change what is read and matched, but for the rules: one printable line.
  static std::string settings(const ScanOptions& options);

  // Everything but `unmet`.
  ScanSummary::Rules counts() const;
  // Rules that something feeds, but whose logsource no event had, after these threads' events.
  std::uint64_t unmet(std::span<const Scratch* const> scratches) const;

 private:
  Program() = default;
  void describe_rules(const std::string& share);

  std::shared_ptr<const sigma::RuleSet> rules_;
  std::shared_ptr<const sigma::Engine> engine_;
  Demand demand_;
  std::vector<casefile::RuleInfo> infos_;
};

}  // namespace tocsin
