// Campaigns: incidents, possibly of several cases and years apart, that typed links tie together.
//
// Two groups of incidents become one only where a pair of them is joined by two independent sides (link.h) and enough
// of all pairs between them are: one chain of single links never closes. What analysts said goes before what links say,
// in both directions.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "assess/link.h"
#include "case/story.h"

namespace tocsin::assess {

struct CampaignSet {
  std::vector<casefile::Link> links;          // by (a, b)
  std::vector<casefile::Campaign> campaigns;  // by time, then id; two and more incidents each
  std::vector<std::string> remarks;
};

// `incidents` by time; `before`: what campaigns there were, for their ids.
CampaignSet make_campaigns(std::span<const casefile::Incident> incidents, const indicators::WarningLists* lists,
                           std::span<const casefile::Campaign> before, std::span<const casefile::Act> acts);

// Groups of items that joined pairs tie together, none resting on a chain: pairs by weight, two groups become one when
// at least a quarter of the pairs between them join. `together` and `apart` are pairs that people decided on. Gives
// each item's group, numbered by its first item.
std::vector<std::uint32_t> close_groups(std::size_t items, std::span<const ItemLink> links,
                                        std::span<const std::pair<std::uint32_t, std::uint32_t>> together = {},
                                        std::span<const std::pair<std::uint32_t, std::uint32_t>> apart = {});

}  // namespace tocsin::assess
