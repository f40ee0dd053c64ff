// Authentication-Results (RFC 8601): what a receiving server found. Worth something only when it was written by a
// server that the reader trusts; anybody can put one in a message, so the topmost of one's own servers is taken.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailauth/message.h"

namespace tocsin::mailauth {

struct MethodResult {
  std::string method;                                           // "spf", "dkim", "dmarc", "arc", …
  std::string result;                                           // "pass", "fail", …
  std::vector<std::pair<std::string, std::string>> properties;  // "header.d" → "example.org"
};

struct Results {
  std::string server;  // authserv-id, lower case
  std::vector<MethodResult> methods;
  const MethodResult* find(std::string_view method) const;  // the first; nullptr
};

// Nothing when there is no authserv-id. Comments are dropped, what can't be read is skipped.
std::optional<Results> parse_results(std::string_view value);

// The topmost field whose server is one of `trusted` (or within one of them); without trusted names the topmost of all,
// which the caller must call untrusted.
std::optional<Results> topmost_results(const Message& message, const std::vector<std::string>& trusted);

}  // namespace tocsin::mailauth
