// Cuts a dossier to what its readers may see. What comes out is a function of what may be shown alone: two cases that
// differ only in what is redacted give the same bytes (redact_test.cpp), so nothing survives in an inference, an id or
// a number.
//
// Three things happen.
// - Claims marked above the limit go, and so do the analysts' decisions once one went: they may have been taken on it.
//   A campaign that holds together by such a decision goes too.
// - Every assessment is made anew from what is left, instead of being quoted.
// - Below our own telemetry's marking, and always for the public, the dossier becomes general: no names, paths, hashes,
//   titles or ids of the case; days for times; magnitudes for numbers (0, 1, 10, 100, 1,000, 1,000,000 stand for "this
//   and up to the next").
// What it can't know: a text that somebody typed without a marking (a case's title, an incident's) is our own
// telemetry.
#pragma once
#include "assess/observe.h"
#include "publish/dossier/dossier.h"

namespace tocsin::publish {

struct Redaction {
  Tlp limit = Tlp::clear;
  bool everybody = false;                        // the public: general whatever the limit
  const assess::Knowledge* knowledge = nullptr;  // to assess anew; without it, what would have to be is left out
};

Dossier redact(Dossier dossier, const Redaction& redaction);

// 0, 1, 10, 100, 1,000 or 1,000,000: the largest that is not above.
std::uint64_t magnitude(std::uint64_t number);

// What may be said of these incidents and claims, as the case would keep it.
Judged assess_anew(const assess::Knowledge& knowledge, const std::vector<casefile::Incident>& incidents,
                   const std::vector<casefile::Claim>& claims, const std::vector<assess::Coverage>& coverage,
                   const std::string& subject, const std::string& yardstick);

}  // namespace tocsin::publish
