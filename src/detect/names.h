// Names: how accounts were written, by key, in bounded memory.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::detect {

class Names {
 public:
  explicit Names(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  // The first 128 bytes; when the memory is used up all are forgotten and it begins anew.
  void keep(std::uint64_t key, std::string_view text) {
    if (key == 0 || names_.contains(key)) return;
    text = text.substr(0, 128);
    bytes_ += text.size() + 64;
    if (bytes_ > bytes_max_) names_.clear(), bytes_ = text.size() + 64;
    names_.emplace(key, std::string(text));
  }
  // "" if it isn't kept.
  std::string_view of(std::uint64_t key) const {
    const auto found = names_.find(key);
    return found == names_.end() ? std::string_view() : std::string_view(found->second);
  }

 private:
  boost::unordered_flat_map<std::uint64_t, std::string> names_;
  std::size_t bytes_max_, bytes_ = 0;
};

}  // namespace tocsin::detect
