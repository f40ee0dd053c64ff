// Archives whose bytes don't depend on a library's version: entries are stored, not compressed.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::demo {

// RFC 1952 with stored blocks (RFC 1951, 3.2.4).
std::string gzip(std::string_view content);
// PKWARE's APPNOTE, method 0, one fixed date.
std::string zip(const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace tocsin::demo
