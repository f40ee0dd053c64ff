// Consecutive records mostly say the same in their key fields, so the latest raw value of each key is kept with its
// id and compared first.
#include "sigma/router.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace tocsin::sigma {

std::uint32_t Router::Key::add(const std::string& folded) {
  const auto [found, is_new] = ids.try_emplace(folded, static_cast<std::uint32_t>(kFirst + texts.size()));
  if (is_new) texts.push_back(folded);
  return found->second;
}

std::uint32_t Router::Key::find(const std::string& folded) const {
  const auto found = ids.find(folded);
  return found == ids.end() ? kOther : found->second;
}

Result<Router> Router::make(const Logsources& logsources, std::span<const std::string_view> key_names, Demand& demand) {
  Router router;
  const auto key_id = [&](std::string_view name) {
    for (std::uint32_t i = 0; i < router.keys_.size(); ++i)
      if (router.keys_[i].name == name) return i;
    router.keys_.push_back({demand.add(name), std::string(name), {}, {}});
    return static_cast<std::uint32_t>(router.keys_.size() - 1);
  };
  const auto lane_id = [&](const std::string& source) {
    const auto [found, is_new] = router.lane_ids_.try_emplace(source, static_cast<std::uint32_t>(router.lanes_.size()));
    if (is_new) router.lanes_.push_back({source, {}, {}, {}});
    return found->second;
  };
  lane_id("");
  for (const LogsourceEntry& entry : logsources.entries)
    for (const auto& condition : entry.when)
      if (condition.key == "source")
        for (const std::string& source : condition.values) lane_id(source);

  for (std::uint32_t i = 0; i < logsources.entries.size(); ++i) {
    const LogsourceEntry& entry = logsources.entries[i];
    std::vector<bool> meets(router.lanes_.size(), true);
    std::vector<std::uint32_t> entry_keys;
    auto& conditions = router.conditions_.emplace_back();
    for (const auto& condition : entry.when) {
      if (condition.key == "source") {
        for (std::size_t lane = 0; lane < meets.size(); ++lane)
          if (std::ranges::find(condition.values, router.lanes_[lane].source) == condition.values.end())
            meets[lane] = false;
        continue;
      }
      Condition& made = conditions.emplace_back(Condition{key_id(condition.key), {}});
      for (const std::string& value : condition.values) made.ids.push_back(router.keys_[made.key].add(value));
      std::ranges::sort(made.ids);
      entry_keys.push_back(made.key);
    }
    for (std::size_t lane = 0; lane < meets.size(); ++lane) {
      if (!meets[lane]) continue;
      auto& keys = router.lanes_[lane].keys;
      router.lanes_[lane].entries.push_back(i);
      for (const std::uint32_t key : entry_keys)
        if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
    }
  }
  for (const std::string_view name : key_names) {
    const std::uint32_t key = key_id(name);
    for (Lane& lane : router.lanes_)
      if (!lane.entries.empty() && lane.keys.size() < kKeysMax && std::ranges::find(lane.keys, key) == lane.keys.end())
        lane.keys.push_back(key);
  }
  for (Lane& lane : router.lanes_) {
    if (lane.keys.size() > kKeysMax)
      return fail(
          fmt::format("the entries of source '{}' ask for more than {} different fields", lane.source, kKeysMax), "",
          "`when` is for what tells logs apart; leave the rest to the rules");
    for (std::size_t i = 0; i < lane.keys.size(); ++i) {
      const Slot slot = router.keys_[lane.keys[i]].slot;
      if (lane.key_of_slot.size() <= slot) lane.key_of_slot.resize(slot + 1u, 255);
      lane.key_of_slot[slot] = static_cast<std::uint8_t>(i);
    }
  }
  return router;
}

Router::Place Router::place(const Event& event, Memo& memo) const {
  if (memo.lane == UINT32_MAX || memo.source != event.source) {
    memo.source = event.source;
    const auto found = lane_ids_.find(fold(event.source));
    memo.lane = found == lane_ids_.end() ? 0 : found->second;
    memo.ids.fill(kAbsent);  // none of the kept values is of this lane
  }
  Place place;
  place.lane = memo.lane;
  const Lane& lane = lanes_[memo.lane];
  if (lane.keys.empty()) return place;
  for (const Field& field : event.fields) {
    if (field.slot >= lane.key_of_slot.size()) continue;
    const std::uint8_t key = lane.key_of_slot[field.slot];
    if (key == 255) continue;
    std::uint32_t& id = place.ids[key];
    if (id != kAbsent) {
      id = kUnclear;
      place.clear = false;
      continue;
    }
    if (field.value.is_null()) {
      id = kNull;
      continue;
    }
    if (memo.ids[key] != kAbsent && memo.raw[key] == field.value.text()) {
      id = memo.ids[key];
      continue;
    }
    memo.folded.resize(2 * std::size_t{field.value.size} + 16);
    memo.folded.resize(fold_into(field.value.text(), memo.folded.data()));
    id = keys_[lane.keys[key]].find(memo.folded);
    memo.raw[key] = field.value.text();
    memo.ids[key] = id;
  }
  return place;
}

void Router::entries(const Place& place, const Event& event, std::vector<std::uint32_t>& out) const {
  out.clear();
  const Lane& lane = lanes_[place.lane];
  const auto holds = [&](const Condition& condition) {
    const auto wanted = [&](std::uint32_t id) { return std::ranges::binary_search(condition.ids, id); };
    const auto at = std::ranges::find(lane.keys, condition.key) - lane.keys.begin();
    const std::uint32_t id = place.ids[static_cast<std::size_t>(at)];
    if (id != kUnclear) return wanted(id);
    const Key& key = keys_[condition.key];
    return std::ranges::any_of(event.fields, [&](const Field& field) {
      return field.slot == key.slot && !field.value.is_null() && wanted(key.find(fold(field.value.text())));
    });
  };
  for (const std::uint32_t entry : lane.entries)
    if (std::ranges::all_of(conditions_[entry], holds)) out.push_back(entry);
}

}  // namespace tocsin::sigma
