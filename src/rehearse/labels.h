// Labels: what really happened in a rehearsal, as labels.json says it (docs/JSON.md).
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "rehearse/scenario.h"

namespace tocsin::rehearse {

struct Labels {
  Choice choice;
  std::vector<std::string> formats;
  Time evidence_start = Time::none(), evidence_end = Time::none();
  AttackTruth truth;  // of the scenario's attack; empty for `quiet`

  std::string json() const;
  static Result<Labels> load(const std::string& path);
  static Result<Labels> parse(std::string_view text, const std::string& where);
};

}  // namespace tocsin::rehearse
