// The story of a case, incidents and campaigns with what ties them and what analysts decided, for people and machines.
#pragma once
#include <span>
#include <string>

#include "case/story.h"
#include "publish/terminal/text.h"

namespace tocsin::publish {

struct StoryWords {
  std::size_t rows = 20;  // incidents shown; campaigns are all
  bool pages = true;      // with the assessments
};

// A screen: campaigns with their incidents, then incidents of none, gravest first; decisions and claims that hold.
std::string story_text(const casefile::Story& story, std::span<const casefile::Act> acts,
                       std::span<const casefile::Claim> claims, const Terminal& terminal, const StoryWords& words);

// NDJSON, an object a line: "kind" is incident, campaign, link, assessment, act, claim or story (the sums; last).
std::string story_json(const casefile::Story& story, std::span<const casefile::Act> acts,
                       std::span<const casefile::Claim> claims);

}  // namespace tocsin::publish
