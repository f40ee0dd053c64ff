// The ordered stages of a scan: correlations over all base matches of the case, detectors over all activities, both in
// order of event time.
//
// They run over the whole case each time, so that new evidence joins what was there; their findings replace those of
// the run before. Ids don't change, because they hang on the event at which a finding first stood.
#pragma once
#include <span>

#include "base/result.h"
#include "case/case.h"
#include "pipeline/program.h"

namespace tocsin {

// `numbers`: the case's numbers of program.infos(). The case is settled.
Result<sigma::CorrelateStats> run_correlations(const Program& program, std::span<const std::uint32_t> numbers,
                                               std::size_t memory, casefile::Case& in);

struct DetectStats {
  std::uint64_t activities = 0;  // met, copies left out
  std::uint64_t copies = 0;
  std::uint64_t by_kind[std::size(kActivityKindNames)] = {};
};

// Findings of indicators: one for each that was met in the case. Program has indicators.
struct MetStats {
  std::uint64_t indicators = 0, events = 0;
};
Result<MetStats> run_indicators(const Program& program, std::span<const std::uint32_t> numbers, std::size_t memory,
                                casefile::Case& in);

// Findings of decoy names, one for each that was met in the case. Program has decoys.
struct DecoyStats {
  std::uint64_t names = 0, events = 0;
};
Result<DecoyStats> run_decoys(const Program& program, std::span<const std::uint32_t> numbers, std::size_t memory,
                              casefile::Case& in);

// What is said of mails (phishing, webmail exploits): one finding for all of one template. Program judges mail.
struct MailStats {
  std::uint64_t mails = 0, findings = 0, copies = 0;  // mails of which something is said
};
Result<MailStats> run_mail(const Program& program, std::span<const std::uint32_t> numbers, std::size_t memory,
                           casefile::Case& in);

// Like it. Program has detectors.
Result<DetectStats> run_detectors(const Program& program, std::span<const std::uint32_t> numbers,
                                  const Networks& networks, std::size_t memory, casefile::Case& in);

}  // namespace tocsin
