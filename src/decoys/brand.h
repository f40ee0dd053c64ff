// Brand: a protected name, taken apart into what imitations of it are made of.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/suffix.h"
#include "decoys/lexicon.h"
#include "decoys/spelling.h"

namespace tocsin::decoys {

struct Brand {
  std::string name;     // as DNS has it: "mofa.gov.ae"
  std::string owned;    // this and all below is the owner's: its registrable domain, or itself where it is a suffix
  std::string label;    // what is imitated, as people see it: "mofa"
  std::string rest;     // what follows it in the name: "gov.ae"
  std::string suffix;   // public suffix: "gov.ae"
  std::string country;  // two letters, where the suffix is a country's
  std::vector<std::string> rest_labels;
  float bits = 0;           // what the label costs: chance makes short and ordinary ones
  bool word = false;        // a word by itself, or of two or three common ones
  bool named = false;       // the lexicon knows it as a name alone
  bool lure = false;        // itself what lures: "mail", "online"
  bool generic = false;     // what anybody calls his mail, his office, his windows
  bool government = false;  // the label or the suffix says so
};

// The label that tells: the first one left of the suffix that is no lure word or host ("mail.example.org" → "example");
// of a suffix itself, its first. False: no name, or none that could be imitated.
bool make_brand(std::string_view name, const PublicSuffixes& suffixes, const Lexicon& lexicon, Brand& out);

}  // namespace tocsin::decoys
