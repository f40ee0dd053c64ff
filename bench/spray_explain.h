// What sources did, for spray_bench --explain.
#pragma once
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <string>
#include <vector>

#include "detect/site.h"
#include "rehearse/simulation.h"

namespace tocsin::bench {

using rehearse::kLabelNames;
using rehearse::Label;
using rehearse::Labelled;

inline std::string local_part(std::string_view user) {
  std::string buffer;
  return std::string(detect::user_name(user, buffer).local);
}

// What one source did.
struct Acts {
  std::map<std::string, unsigned> benign_logins;  // by user
  std::vector<std::string> failures;
  std::size_t more = 0;
};

inline std::string told(const Labelled& one) {
  const Login& login = one.activity.login;
  return fmt::format("{} {} {}{} {} '{}'", one.activity.time.iso().substr(5, 11),
                     kLabelNames[static_cast<std::size_t>(one.label)], local_part(login.user),
                     login.outcome == Outcome::success ? " IN" : "", login.service,
                     login.user_agent.substr(login.user_agent.size() > 14 ? login.user_agent.size() - 14 : 0));
}

inline void note(Acts& acts, const Labelled& one) {
  if (one.activity.login.outcome == Outcome::success && one.label == Label::benign)
    ++acts.benign_logins[local_part(one.activity.login.user)];
  else if (acts.failures.size() < 6)
    acts.failures.push_back(told(one));
  else
    ++acts.more;
}

inline void tell(std::string_view what, const std::string& source, const Acts& acts, const Networks& networks) {
  const auto ip = Ip::parse(source.substr(0, source.find('/')));
  fmt::print("{} {} {}: {} more {}; serves {}\n", what, source, ip ? networks.name_of(*ip) : "",
             fmt::join(acts.failures, "; "), acts.more, fmt::join(acts.benign_logins, ","));
}

}  // namespace tocsin::bench
