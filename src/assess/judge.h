// What may be said: the doctrine's gates over one actor, or over all actors of one state, service or unit.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "assess/items.h"

namespace tocsin::assess {

// Who a judgement is about: an actor, or a group of actors behind one sponsor.
struct Target {
  std::string scope, value, name;
  std::vector<std::uint32_t> members;  // ascending
};

// What the gates need to know beyond the items.
struct Standing {
  double likelihood = 0;           // of the target
  double rival = 0;                // of the best actor outside it
  bool leads = false;              // no actor outside it is likelier
  bool survives_any_loss = false;  // it stays the likeliest of all hypotheses without any one item
  std::string lost_with;           // or the item it falls with
  bool traits_only = true;         // nothing but techniques and software weighs
  bool traits_agree = false;       // the ranking's first is a member
  double traits_likelihood = 0;    // the ranking's likelihood for its first
  bool forger_tests = true;        // linchpin and remainder: only when the ranking's first is a member
  std::string forger_why;
  bool deception = false;
  double explained = 0;  // the largest share of the techniques and software that a member explains
};

bool supports(const Knowledge& knowledge, const Item& item, const Target& target);
// It weighs, and names somebody outside the target and nobody inside it, or speaks against it.
bool contradicts(const Knowledge& knowledge, const Item& item, const Target& target);

Judgement judge(const Knowledge& knowledge, const std::vector<Item>& items, const Target& target,
                const Standing& standing);

// What would have to be seen, for each gate that isn't met.
std::vector<std::string> what_would_change(const Judgement& judgement);

}  // namespace tocsin::assess
