// The terms of an SPF record (RFC 7208 4.6.1, 12): parsed whole before anything is evaluated, because a syntax error
// anywhere makes the record worthless.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"

namespace tocsin::mailauth {

enum class SpfMechanism : unsigned char { all, include, a, mx, ptr, ip4, ip6, exists };

struct SpfTerm {
  char qualifier = '+';
  SpfMechanism mechanism = SpfMechanism::all;
  std::string text;    // as written
  std::string domain;  // domain-spec with its macros; "" : the current domain
  Ip network;
  int bits4 = 32, bits6 = 128;
};

struct SpfRecord {
  std::vector<SpfTerm> terms;
  std::optional<std::string> redirect, exp;
};

// Nothing: a syntax error, `problem` says which.
std::optional<SpfRecord> parse_spf(std::string_view text, std::string& problem);

// What macros stand for (RFC 7208 7.2).
struct SpfMacros {
  std::string sender, domain, helo, receiver;
  Ip address;
  std::string time = "0";             // %{t}, in explanations; no clock is read
  std::string validated = "unknown";  // %{p}
};
// Nothing: a syntax error. `explaining` allows c, r and t.
std::optional<std::string> expand_macros(std::string_view text, const SpfMacros& macros, bool explaining);
// Syntax alone.
bool macros_are_well_formed(std::string_view text, bool explaining);
bool uses_macro(std::string_view text, char letter);
// "4.3.2.1" or 32 nibbles with dots, most significant first.
std::string dotted(const Ip& address);

}  // namespace tocsin::mailauth
