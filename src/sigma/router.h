// Router: which logsource entries does an event meet, and what does that leave its rules to ask?
//
// Each source has a lane: the entries that name it and the fields (keys) that tell its records apart. Key values
// that no entry and no rule mentions count as one, so the number of lookups kept is bounded by rules, not by evidence.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "sigma/route.h"

namespace tocsin::sigma {

class Router {
 public:
  static constexpr std::size_t kKeysMax = 12;  // of one lane
  // What a record says in a key field. From kFirst on: a text of the key's dictionary.
  enum Id : std::uint32_t { kAbsent, kOther, kNull, kUnclear, kFirst };  // kUnclear: several values
  using Ids = std::array<std::uint32_t, kKeysMax>;

  struct Key {
    Slot slot;
    std::string name;
    std::vector<std::string> texts;  // folded; text of id kFirst + i
    std::unordered_map<std::string, std::uint32_t> ids;
    std::uint32_t add(const std::string& folded);
    std::uint32_t find(const std::string& folded) const;  // kOther when it isn't there
  };
  struct Lane {
    std::string source;                     // folded; "" for sources that no entry names
    std::vector<std::uint32_t> entries;     // by file order
    std::vector<std::uint32_t> keys;        // into keys()
    std::vector<std::uint8_t> key_of_slot;  // 255: none
  };
  struct Place {
    std::uint32_t lane = 0;
    Ids ids{};
    bool clear = true;  // no kUnclear among the ids
  };
  // One per thread.
  struct Memo {
    std::string source;
    std::uint32_t lane = UINT32_MAX;
    std::array<std::string, kKeysMax> raw;  // the latest value of each key of `lane`, and its id
    Ids ids{};
    std::string folded;
  };

  // Adds the keys' slots to the demand. `key_names` are keys beside those of `when`.
  static Result<Router> make(const Logsources& logsources, std::span<const std::string_view> key_names, Demand& demand);

  std::vector<Key>& keys() { return keys_; }
  const std::vector<Key>& keys() const { return keys_; }
  const std::vector<Lane>& lanes() const { return lanes_; }

  Place place(const Event& event, Memo& memo) const;
  // The entries that an event at this place meets, ascending.
  void entries(const Place& place, const Event& event, std::vector<std::uint32_t>& out) const;

 private:
  struct Condition {
    std::uint32_t key;
    std::vector<std::uint32_t> ids;  // ascending
  };
  std::vector<Key> keys_;
  std::vector<Lane> lanes_;
  std::unordered_map<std::string, std::uint32_t> lane_ids_;
  std::vector<std::vector<Condition>> conditions_;  // by entry
};

}  // namespace tocsin::sigma
