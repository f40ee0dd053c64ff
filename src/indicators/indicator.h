// Indicator: a value that somebody says has to do with an attack, and what they say of it. All of it is claims.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tocsin::indicators {

enum class Type : std::uint8_t { address, prefix, domain, url, hash, mail, agent };
inline constexpr std::size_t kTypes = 7;
inline constexpr std::string_view kTypeNames[kTypes] = {"address", "prefix", "domain",    "url",
                                                        "hash",    "mail",   "user-agent"};
inline std::string_view name(Type type) { return kTypeNames[static_cast<int>(type)]; }

struct Indicator {
  Type type = Type::address;
  std::string value;             // in normal form
  std::uint8_t confidence = 50;  // 0 … 100 (STIX 2.1, 3.2); 50 where nobody says
  Time first = Time::none(),
       last = Time::none();   // when it was seen in use; last also: when somebody last vouched for it
  Time until = Time::none();  // valid_until
  bool control = false;       // said to be command and control
  bool part = false;          // one part of a pattern that asks for more: seen alone it says less
  std::string name;           // in its author's words; "" none
};

// The normal form of a value, by which equal ones are equal; nothing when it is no such value.
//
// address  as Ip::text() ("192.0.2.1", "2001:db8::1"); a port behind it is dropped
// prefix   "192.0.2.0/24", its host bits cleared; not wider than /8 (IPv4) or /19 (IPv6); a full-length one is an
// address domain   lower case, without the final dot or "*."; at least two labels, the last one not a number url
// lower-case host, port only where it isn't the scheme's, path (at least "/") and query; without scheme, user,
//          fragment: logs rarely have the scheme, and no rule of evidence hangs on it
// hash     32, 40, 56, 64, 96 or 128 hexadecimal digits, lower case
// mail     lower case, one @, a domain behind it
// agent    8 to 1024 characters, spaces around it dropped, letter case kept
//
// All but agents may be defanged: hxxp, [.], (.), [:], [@], [dot].
std::optional<std::string> normal(Type type, std::string_view value);
// What a bare value can only be; nothing where that isn't clear. Never an agent.
struct Guess {
  Type type;
  std::string value;  // in normal form
};
std::optional<Guess> guess(std::string_view value);
std::string refang(std::string_view value);

inline constexpr std::size_t kUrlMax = 2048, kDomainMax = 253, kAgentMin = 8, kAgentMax = 1024, kMailMax = 320;

}  // namespace tocsin::indicators
