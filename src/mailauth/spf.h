// Sender Policy Framework: check_host() of RFC 7208 4, on records that the caller has.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ip.h"
#include "mailauth/records.h"

namespace tocsin::mailauth {

enum class SpfResult : std::uint8_t { none, neutral, pass, fail, softfail, temperror, permerror };
inline constexpr std::string_view kSpfResultNames[] = {"none",     "neutral",   "pass",     "fail",
                                                       "softfail", "temperror", "permerror"};
inline std::string_view name(SpfResult result) { return kSpfResultNames[static_cast<int>(result)]; }

struct SpfQuery {
  Ip address;
  std::string sender;  // MAIL FROM; "" : postmaster@helo
  std::string helo;
  std::string receiver = "unknown";  // %{r}
};

struct SpfAnswer {
  SpfResult result = SpfResult::none;
  std::string reason;       // in words, for errors
  std::string mechanism;    // that matched
  std::string explanation;  // of a fail, RFC 7208 6.2; "" when the domain gives none
};

struct SpfLimits {  // RFC 7208 4.6.4
  int lookups = 10, voids = 2, names = 10;
};

SpfAnswer check_spf(const SpfQuery& query, const Records& records, const SpfLimits& limits = {});

}  // namespace tocsin::mailauth
