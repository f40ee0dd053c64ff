// DMARC (RFC 9989, and RFC 7489 before it): does what passed belong to the domain that people see in From?
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/suffix.h"
#include "mailauth/records.h"

namespace tocsin::mailauth {

// How the organisation behind a name is found: by walking up the policies (RFC 9989 4.10), or by the public suffix
// list (RFC 7489 3.2).
enum class DmarcRules : unsigned char { rfc9989, rfc7489 };

enum class DmarcResult : unsigned char { none, pass, fail, temperror, permerror };
inline constexpr std::string_view kDmarcResultNames[] = {"none", "pass", "fail", "temperror", "permerror"};
inline std::string_view name(DmarcResult result) { return kDmarcResultNames[static_cast<int>(result)]; }

struct DmarcInput {
  std::string from_domain;                // of the one From field, lower case, A-labels
  std::string spf_domain;                 // that SPF passed for; "" : it didn't
  std::vector<std::string> dkim_domains;  // d= of the signatures that passed
};

struct DmarcAnswer {
  DmarcResult result = DmarcResult::none;
  std::string reason;
  std::string policy_domain;  // where the policy stood
  std::string policy;         // none, quarantine, reject: what its owner asks for
  bool testing = false;       // t=y: the owner asks for one step less
  bool spf_aligned = false, dkim_aligned = false;
};

DmarcAnswer check_dmarc(const DmarcInput& input, const Records& records, DmarcRules rules = DmarcRules::rfc9989,
                        const PublicSuffixes& suffixes = PublicSuffixes::system());

}  // namespace tocsin::mailauth
