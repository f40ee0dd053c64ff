// Deeds: what an intruder did, in a few plain words, by the techniques of the findings: "passwords sprayed", "mail taken".
//
// An incident's title is made of them, and a report says them in its own language by their keys (share/tocsin/report,
// "deed.KEY"). Which technique counts as which deed, and how grave one is, are judgements and stand in the table.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::assess {

struct Deed {
  std::string_view key, english;
  int weight;                      // the gravest are told
  std::string_view techniques[24];  // ids; a parent stands for its sub-techniques, the longest that fits counts
};

std::span<const Deed> all_deeds();  // in the order of an intrusion
const Deed* find_deed(std::string_view key);
const Deed* deed_of(std::string_view technique);  // null: none that a title would tell
// … of a finding of that rule. What is known of a mail alone is that it was received: that somebody opened what it carries, or
// that a program ran, another finding must say.
const Deed* deed_of(std::string_view technique, std::string_view rule);

// The keys of at most `most`, the gravest, in the order of an intrusion.
std::vector<std::string> gravest_deeds(std::span<const Deed* const> done, std::size_t most);

}  // namespace tocsin::assess
