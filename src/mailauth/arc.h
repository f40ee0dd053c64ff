// Authenticated Received Chain (RFC 8617): who forwarded a message, and what each found on arrival.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "mailauth/dkim.h"

namespace tocsin::mailauth {

enum class ChainState : std::uint8_t { none, pass, fail, unknown };  // unknown: a key is not at hand
inline constexpr std::string_view kChainStateNames[] = {"none", "pass", "fail", "unknown"};
inline std::string_view name(ChainState state) { return kChainStateNames[static_cast<int>(state)]; }

struct ArcHop {
  int instance = 0;
  std::string domain, selector;  // of the seal
  std::string cv;                // what this hop said of the chain before it
  std::string results;           // its ARC-Authentication-Results, unfolded, without i=
  Outcome message;               // its ARC-Message-Signature; checked for the newest hop, and for the others as news
  bool seal_good = false;
  std::optional<std::uint64_t> sealed_at;
};

struct Chain {
  ChainState state = ChainState::none;
  std::string reason;
  std::vector<ArcHop> hops;  // by instance, from 1
  int oldest_pass = 0;       // the lowest instance whose message signature still verifies: since then unchanged
};

struct ChainOptions {
  int rsa_bits_min = 1024;  // RFC 8301 3.2
  VerifyOptions verify;
};

Chain verify_chain(const Message& message, const Records& records, const ChainOptions& options = {});

}  // namespace tocsin::mailauth
