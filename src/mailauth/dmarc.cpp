#include "mailauth/dmarc.h"

#include <algorithm>
#include <optional>

#include "mailauth/message.h"
#include "mailauth/tags.h"

namespace tocsin::mailauth {
namespace {

struct Policy {
  std::string domain, p, sp, np;
  bool strict_dkim = false, strict_spf = false, testing = false;
  char psd = 'u';
};

enum class Lookup : unsigned char { absent, found, failed };

// The policy at one name; several records there mean none (RFC 9989 4.10, RFC 7489 6.6.3).
Lookup policy_at(std::string_view domain, const Records& records, std::optional<Policy>& out) {
  const Texts found = records.txt("_dmarc." + std::string(domain));
  if (found.found == Found::timed_out || found.found == Found::unknown) return Lookup::failed;
  std::optional<Policy> one;
  for (const std::string& text : found.values) {
    const std::string_view head = trimmed(std::string_view(text).substr(0, text.find(';')));
    const std::size_t equals = head.find('=');
    if (equals == std::string_view::npos || trimmed(head.substr(0, equals)) != "v" ||
        trimmed(head.substr(equals + 1)) != "DMARC1")
      continue;
    if (one) return Lookup::absent;
    Policy policy;
    policy.domain = std::string(domain);
    // Tags that can't be read are left out, not the record with them.
    for (const std::string_view part : split(text, ';')) {
      const std::size_t at = part.find('=');
      if (at == std::string_view::npos) continue;
      const std::string tag = lower_ascii(trimmed(part.substr(0, at))),
                        value = lower_ascii(trimmed(part.substr(at + 1)));
      const bool known = value == "none" || value == "quarantine" || value == "reject";
      if (tag == "p" && known) policy.p = value;
      if (tag == "sp" && known) policy.sp = value;
      if (tag == "np" && known) policy.np = value;
      if (tag == "adkim") policy.strict_dkim = value == "s";
      if (tag == "aspf") policy.strict_spf = value == "s";
      if (tag == "t") policy.testing = value == "y";
      if (tag == "psd" && (value == "y" || value == "n")) policy.psd = value[0];
    }
    one = policy;
  }
  if (!one) return Lookup::absent;
  out = std::move(one);
  return Lookup::found;
}

std::size_t label_count(std::string_view name) { return static_cast<std::size_t>(std::ranges::count(name, '.')) + 1; }
std::string_view parent(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
}

// RFC 9989 4.10: from the name up; after the first step names of more than eight labels go straight to seven.
std::vector<std::string> steps_of(std::string_view name) {
  std::vector<std::string> out{std::string(name)};
  std::string_view at = parent(name);
  while (label_count(at) > 7 && !at.empty()) at = parent(at);
  for (; !at.empty(); at = parent(at)) out.emplace_back(at);
  return out;
}

class Check {
 public:
  Check(const DmarcInput& input, const Records& records, DmarcRules rules, const PublicSuffixes& suffixes)
      : input_(input), records_(records), rules_(rules), suffixes_(suffixes) {}

  DmarcAnswer run() {
    if (!is_domain(input_.from_domain, 1)) return done(DmarcResult::permerror, "From has no single domain");
    std::optional<Policy> policy;
    const Lookup own = policy_at(input_.from_domain, records_, policy);
    if (own == Lookup::failed) return done(DmarcResult::temperror, "the policy is not at hand");
    const std::string organisation = organisation_of(input_.from_domain);
    if (own == Lookup::absent && !find_above(organisation, policy))
      return done(DmarcResult::none, failed_ ? "a policy lookup failed" : "no policy");
    if (policy->p.empty() && policy->sp.empty()) policy->p = "none";
    answer_.policy_domain = policy->domain;
    answer_.testing = policy->testing;
    const bool below = !same_name(policy->domain, input_.from_domain);
    answer_.policy = below && !policy->sp.empty() ? policy->sp : policy->p;
    if (answer_.policy.empty()) answer_.policy = "none";
    answer_.spf_aligned = aligned(input_.spf_domain, organisation, policy->strict_spf);
    for (const std::string& domain : input_.dkim_domains)
      answer_.dkim_aligned |= aligned(domain, organisation, policy->strict_dkim);
    const bool pass = answer_.spf_aligned || answer_.dkim_aligned;
    return done(pass ? DmarcResult::pass : DmarcResult::fail,
                pass ? "" : "nothing that passed is of the domain in From");
  }

 private:
  DmarcAnswer done(DmarcResult result, std::string reason) {
    answer_.result = result;
    answer_.reason = std::move(reason);
    return std::move(answer_);
  }

  bool find_above(const std::string& organisation, std::optional<Policy>& policy) {
    if (rules_ == DmarcRules::rfc7489) {
      if (organisation.empty() || same_name(organisation, input_.from_domain)) return false;
      const Lookup found = policy_at(organisation, records_, policy);
      failed_ = found == Lookup::failed;
      return found == Lookup::found;
    }
    // The author's domain, the organisation's, the public suffix's: in this order (RFC 9989 4.10.1).
    if (!same_name(organisation, input_.from_domain) && policy_at(organisation, records_, policy) == Lookup::found)
      return true;
    for (const std::string& step : steps_of(input_.from_domain)) {
      std::optional<Policy> above;
      if (policy_at(step, records_, above) == Lookup::found && above->psd == 'y') {
        policy = std::move(above);
        return true;
      }
    }
    return false;
  }

  std::string organisation_of(const std::string& name) {
    if (rules_ == DmarcRules::rfc7489) {
      const std::string_view found = suffixes_.registrable(name);
      return std::string(found.empty() ? std::string_view(name) : found);
    }
    // RFC 9989 4.10.2: psd=n ends the walk there, psd=y one label below, else the highest name with a policy.
    std::string highest;
    const auto steps = steps_of(name);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      std::optional<Policy> policy;
      if (policy_at(steps[i], records_, policy) != Lookup::found) continue;
      if (policy->psd == 'n') return steps[i];
      if (policy->psd == 'y' && i > 0) return below(name, steps[i]);
      highest = steps[i];
    }
    return highest.empty() ? name : highest;
  }
  // The name one label below `suffix`.
  static std::string below(std::string_view name, std::string_view suffix) {
    std::string_view rest = name.substr(0, name.size() - suffix.size() - 1);
    const std::size_t dot = rest.rfind('.');
    return std::string(dot == std::string_view::npos ? name : name.substr(dot + 1));
  }

  bool aligned(const std::string& domain, const std::string& organisation, bool strict) {
    if (domain.empty()) return false;
    if (same_name(domain, input_.from_domain)) return true;
    return !strict && same_name(organisation_of(lower_ascii(domain)), organisation);
  }

  const DmarcInput& input_;
  const Records& records_;
  const DmarcRules rules_;
  const PublicSuffixes& suffixes_;
  DmarcAnswer answer_;
  bool failed_ = false;
};

}  // namespace

DmarcAnswer check_dmarc(const DmarcInput& input, const Records& records, DmarcRules rules,
                        const PublicSuffixes& suffixes) {
  return Check(input, records, rules, suffixes).run();
}

}  // namespace tocsin::mailauth
