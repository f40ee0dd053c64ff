// A dossier as a STIX 2.1 bundle (OASIS, 10 June 2021), and an ally's bundle as claims.
//
// What is judged is never stated as fact: an attribution is an `attributed-to` relation with a confidence, next to
// those that others assert, each created by the one who says so; dissent is an Opinion, "insufficient evidence" a Note.
// `confidence` is the likelihood on the DNI scale of STIX's appendix A for our own judgement, and the credibility on
// its Admiralty scale for a claim; how good the ground is stands apart, in our extension. Evidence (file, SHA-256,
// offset, record) stands there too. Ids are made from content: the same case gives the same bundle, byte for byte.
#pragma once
#include <string>
#include <vector>

#include "publish/dossier/dossier.h"
#include "publish/steps/steps.h"

namespace tocsin::publish {

std::string stix_bundle(const Dossier& dossier, const std::vector<Step>& steps);

// What somebody else's file says, as claims for the case.
struct Imported {
  std::vector<casefile::Claim> claims;  // by, statement, tlp, actor … are set; admiralty's letter is the caller's
  std::vector<std::string> remarks;     // what was left out, and why
  static constexpr std::size_t kClaimsMax = 10'000, kTiesMax = 50'000;
};

// Bounded; an error only when the whole is of no use. `name`: the file's, for the claims' origin.
Result<Imported> read_stix_claims(std::string_view json, const std::string& name);

// STIX 2.1, appendix A. Admiralty credibility: 1 is 90, 2 is 70 … 5 is 10; 6 has none.
int confidence_of_credibility(char digit);  // -1: none
char credibility_of_confidence(int confidence);
int dni_confidence(double likelihood);

}  // namespace tocsin::publish
