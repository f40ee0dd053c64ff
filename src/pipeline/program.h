// Program: the rules, product definitions and detectors of one scan, compiled, with what the case has to know of them.
// Const and shared by threads.
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
#include "indicators/read.h"
#include "phishing/verdict.h"
#include "pipeline/decoys.h"
#include "pipeline/options.h"
#include "pipeline/summary.h"
#include "products/catalog.h"
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
  // Of all rules, then of all correlations; with detectors, of the collecting of activities and of each detector, and
  // of the judging of mail and what it says; with indicators, of the search and of what it finds; the same with decoys.
  std::span<const casefile::RuleInfo> infos() const { return infos_; }
  // Places in infos().
  std::size_t correlations_at() const { return rules_->rules.size(); }
  std::optional<std::uint32_t> activities_at() const { return activities_at_; }  // nothing: no detectors

  // Null: records are of no product.
  const products::Catalog* catalog() const { return catalog_ ? &*catalog_ : nullptr; }
  // Null: nobody looks for indicators.
  const indicators::Set* indicators() const { return indicators_.get(); }
  const std::vector<indicators::FileReport>& indicator_files() const { return indicator_files_; }
  std::optional<std::uint32_t> search_at() const { return search_at_; }  // the findings' rule stands after it
  // Null: nobody looks for decoys of names.
  const DecoyWatch* decoys() const { return decoys_.get(); }
  std::optional<std::uint32_t> decoys_at() const { return decoys_at_; }  // the findings' rule stands after it
  // Null: nobody judges mail.
  const phishing::Judge* mail() const { return mail_ ? &*mail_ : nullptr; }
  std::optional<std::uint32_t> mail_at() const { return mail_at_; }  // the findings' rules stand after it
  // Some detector wants this kind.
  bool wanted(ActivityKind kind) const { return wanted_ >> static_cast<int>(kind) & 1; }
  // What tells this event's record from others.
  casefile::Identity identity(const Event& event) const;

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
  Result<void> load_products(const std::string& share, const RuleOptions& options);
  Result<void> load_indicators(const RuleOptions& options);
  Result<void> load_decoys(const RuleOptions& options);
  Result<void> load_mail(const std::string& share);

  std::shared_ptr<const sigma::RuleSet> rules_;
  std::shared_ptr<const sigma::Engine> engine_;
  Demand demand_;
  std::vector<casefile::RuleInfo> infos_;
  std::optional<products::Catalog> catalog_;
  std::optional<std::uint32_t> activities_at_;
  std::uint32_t wanted_ = 0;  // bits by ActivityKind
  std::unique_ptr<indicators::Set> indicators_;
  std::vector<indicators::FileReport> indicator_files_;
  std::optional<std::uint32_t> search_at_;
  std::unique_ptr<const DecoyWatch> decoys_;
  std::optional<std::uint32_t> decoys_at_;
  std::unique_ptr<const phishing::Knowledge> mail_knowledge_;
  std::optional<phishing::Judge> mail_;
  std::optional<std::uint32_t> mail_at_;
  std::optional<Slot> identity_slots_[std::size(casefile::kIdentityFields)];
};

}  // namespace tocsin
