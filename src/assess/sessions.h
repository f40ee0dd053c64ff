// Sessions: what logins say of findings. Somebody works on WS07 as alice, and then ADMIN logs in to DC01 from the machine
// where alice sits: the findings on both hosts have that machine in common, though no finding names it.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "assess/findings.h"
#include "base/ip.h"
#include "event/activity.h"

namespace tocsin::assess {

// Logins in order of time, then apply() once. It adds to groups that name who acted on which host a derived thing (the
// machine at a private address): the source of that account's latest login to that host before it (within kBefore), and
// the address from which the account itself logs in elsewhere (within kHabit). Only addresses that at most kAccounts
// accounts come from count: a terminal server or a gateway is nobody's machine.
class Sessions {
 public:
  explicit Sessions(const Findings& findings);
  bool wanted() const { return !accounts_.empty(); }
  void take(const Login& login, Time time);
  void apply(Findings& findings) const;

  static constexpr std::int64_t kBefore = 8 * 3600, kHabit = 24 * 3600;
  static constexpr std::size_t kAccounts = 3, kKeptMax = 4'000'000;

 private:
  struct Seen {
    std::int64_t at = 0;
    Ip source;
    std::uint64_t host = 0;  // hash of its key; 0 not said
  };
  std::map<std::string, std::vector<Seen>, std::less<>> accounts_;       // of accounts that act in findings
  std::map<Ip, std::vector<std::uint64_t>> users_;                       // accounts of each address, kAccounts + 1 at most
  std::size_t kept_ = 0;
};

// The same over the activities of a case.
Result<void> add_sessions(Findings& findings, casefile::Case& from);

}  // namespace tocsin::assess
