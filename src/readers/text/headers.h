// Column headings that stand in the file itself (#Fields of W3C logs, #fields of
// Zeek) and may change as it goes on.
//
// cut() follows them and registers each state that a data line needs; decode() follows the same lines within its
// block and finds the state by its key, on any thread; describe() goes by the number kept in Event::shape.
// At most kHeadersMax are kept: past them, lines are read without columns.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "readers/text/sink.h"

namespace tocsin::text {

inline constexpr std::uint32_t kNoHeader = 0x3fffffff;
inline constexpr std::size_t kHeadersMax = 1024, kHeaderBytesMax = 1u << 20;
// Changes of headings that are followed, and columns of one heading.
inline constexpr std::size_t kChangesMax = 1u << 18, kColumnsMax = 4096;

// State: copyable, with key(); Header: made from (const State&, const Names&).
template <class State, class Header>
class Headers {
 public:
  std::uint32_t add(const State& state, const Names& names) {
    const std::unique_lock lock(mutex_);
    std::string key = state.key();
    if (const auto found = numbers_.find(key); found != numbers_.end()) return found->second;
    if (headers_.size() >= kHeadersMax || bytes_ + key.size() > kHeaderBytesMax) return kNoHeader;
    bytes_ += key.size();
    headers_.emplace_back(state, names);
    const auto number = static_cast<std::uint32_t>(headers_.size() - 1);
    numbers_.emplace(std::move(key), number);
    return number;
  }
  std::uint32_t find(const State& state) const {
    const std::shared_lock lock(mutex_);
    const auto found = numbers_.find(state.key());
    return found == numbers_.end() ? kNoHeader : found->second;
  }
  // nullptr for kNoHeader. Stays where it is as long as the reader lives.
  const Header* at(std::uint32_t number) const {
    const std::shared_lock lock(mutex_);
    return number < headers_.size() ? &headers_[number] : nullptr;
  }

 private:
  mutable std::shared_mutex mutex_;
  std::deque<Header> headers_;
  std::map<std::string, std::uint32_t> numbers_;
  std::size_t bytes_ = 0;
};

}  // namespace tocsin::text
