#include "mailauth/spf.h"

#include <algorithm>
#include <expected>
#include <optional>
#include <utility>

#include "mailauth/message.h"
#include "mailauth/spf_term.h"
#include "mailauth/tags.h"

namespace tocsin::mailauth {
namespace {

// Ends an evaluation from within its lookups.
struct Stop {
  SpfResult result;
  std::string reason;
};

class Check {
 public:
  Check(const SpfQuery& query, const Records& records, const SpfLimits& limits)
      : records_(records), limits_(limits), address_(query.address) {
    macros_.helo = query.helo;
    macros_.receiver = query.receiver;
    macros_.address = query.address;
    std::string sender = query.sender.empty() ? query.helo : query.sender;
    if (sender.find('@') == std::string::npos) sender = "postmaster@" + sender;
    if (sender.starts_with('@')) sender = "postmaster" + sender;
    macros_.sender = sender;
  }

  SpfAnswer run() {
    const std::string domain(domain_of(macros_.sender));
    SpfAnswer answer = host(domain, true);
    if (answer.result != SpfResult::fail) answer.explanation.clear();
    return answer;
  }

 private:
  // Too many lookups, or a failed one, unwinds through the mechanisms as a value.
  template <class T>
  using Or = std::expected<T, Stop>;

  std::unexpected<Stop> stop(SpfResult result, std::string reason) {
    return std::unexpected(Stop{result, std::move(reason)});
  }

  Or<bool> count_lookup() {
    if (++lookups_ > limits_.lookups)
      return stop(SpfResult::permerror, "more than " + std::to_string(limits_.lookups) + " lookups");
    return true;
  }
  Or<bool> count_void() {
    if (++voids_ > limits_.voids)
      return stop(SpfResult::permerror, "more than " + std::to_string(limits_.voids) + " lookups without an answer");
    return true;
  }

  static bool is_name(std::string_view domain) {
    if (domain.ends_with('.')) domain.remove_suffix(1);
    return domain.find('.') != std::string_view::npos && is_lookup_name(domain);
  }
  // DNS takes any bytes in labels of 1 to 63 (RFC 1035 2.3.4).
  static bool is_lookup_name(std::string_view domain) {
    if (domain.ends_with('.')) domain.remove_suffix(1);
    if (domain.empty() || domain.size() > 253) return false;
    for (const std::string_view label : split_labels(domain))
      if (label.empty() || label.size() > 63) return false;
    return true;
  }
  static std::vector<std::string_view> split_labels(std::string_view domain) {
    std::vector<std::string_view> out;
    while (true) {
      const std::size_t dot = std::min(domain.find('.'), domain.size());
      out.push_back(domain.substr(0, dot));
      if (dot == domain.size()) return out;
      domain.remove_prefix(dot + 1);
    }
  }
  static std::string_view without_dot(std::string_view domain) {
    return domain.ends_with('.') ? domain.substr(0, domain.size() - 1) : domain;
  }

  // A domain-spec expanded; from the left cut to 253 octets (RFC 7208 7.3).
  Or<std::string> target(const SpfTerm& term, const std::string& domain) {
    if (term.domain.empty()) return domain;
    return expanded(term.domain, domain);
  }
  Or<std::string> expanded(std::string_view spec, const std::string& domain) {
    macros_.domain = domain;
    if (uses_macro(spec, 'p')) {
      auto validated = validated_name(domain);
      macros_.validated = std::move(validated);
    }
    auto name = expand_macros(spec, macros_, false);
    if (!name) return stop(SpfResult::permerror, "malformed macro");
    std::string out(without_dot(*name));
    while (out.size() > 253) {
      const std::size_t dot = out.find('.');
      if (dot == std::string::npos) break;
      out.erase(0, dot + 1);
    }
    return out;
  }

  Or<Addresses> lookup(std::string_view domain, bool v6, bool counts_void = true) {
    Addresses found = is_lookup_name(domain) ? records_.addresses(domain, v6) : Addresses{Found::no, {}};
    if (found.found == Found::timed_out) return stop(SpfResult::temperror, "a lookup failed");
    if (found.found == Found::unknown)
      return stop(SpfResult::temperror, "no record at hand for " + std::string(domain));
    if (found.values.empty() && counts_void)
      if (auto counted = count_void(); !counted) return std::unexpected(counted.error());
    return found;
  }

  bool within(const Ip& network, const SpfTerm& term) const {
    if (network.is_v4() != address_.is_v4()) return false;
    const int bits = address_.is_v4() ? term.bits4 : term.bits6;
    return network.prefix(bits) == address_.prefix(bits);
  }

  // The names of the client that lead back to its address (RFC 7208 5.5).
  std::vector<std::string> validated_names() {
    std::vector<std::string> out;
    const Texts names = records_.ptr(address_);
    if (names.found != Found::yes) return out;
    int tried = 0;
    for (const std::string& name : names.values) {
      if (++tried > limits_.names) break;
      const Addresses found = records_.addresses(name, !address_.is_v4());
      if (found.found == Found::yes && std::ranges::find(found.values, address_) != found.values.end())
        out.push_back(name);
    }
    return out;
  }
  std::string validated_name(std::string_view domain) {
    const auto names = validated_names();
    for (const std::string& name : names)
      if (same_name(name, domain)) return name;
    for (const std::string& name : names)
      if (is_within(name, domain)) return name;
    return names.empty() ? "unknown" : names.front();
  }

  Or<bool> matches(const SpfTerm& term, const std::string& domain) {
    switch (term.mechanism) {
      case SpfMechanism::all:
        return true;
      case SpfMechanism::ip4:
      case SpfMechanism::ip6:
        return within(term.network, term);
      default:
        break;
    }
    if (auto counted = count_lookup(); !counted) return std::unexpected(counted.error());
    auto name = target(term, domain);
    if (!name) return std::unexpected(name.error());
    switch (term.mechanism) {
      case SpfMechanism::a: {
        auto found = lookup(*name, !address_.is_v4());
        if (!found) return std::unexpected(found.error());
        return std::ranges::any_of(found->values, [&](const Ip& ip) { return within(ip, term); });
      }
      case SpfMechanism::mx:
        return matches_mx(term, *name);
      case SpfMechanism::exists: {
        auto found = lookup(*name, false);
        if (!found) return std::unexpected(found.error());
        return !found->values.empty();
      }
      case SpfMechanism::ptr: {
        for (const std::string& validated : validated_names())
          if (is_within(validated, *name)) return true;
        return false;
      }
      default:
        return matches_include(*name);
    }
  }

  Or<bool> matches_mx(const SpfTerm& term, std::string_view name) {
    const Texts hosts = is_lookup_name(name) ? records_.mx(name) : Texts{Found::no, {}};
    if (hosts.found == Found::timed_out || hosts.found == Found::unknown)
      return stop(SpfResult::temperror, "an MX lookup failed");
    if (hosts.values.empty())
      if (auto counted = count_void(); !counted) return std::unexpected(counted.error());
    if (static_cast<int>(hosts.values.size()) > limits_.names)
      return stop(SpfResult::permerror, "more than " + std::to_string(limits_.names) + " mail exchangers");
    for (const std::string& host : hosts.values) {
      auto found = lookup(host, !address_.is_v4(), false);
      if (!found) return std::unexpected(found.error());
      if (std::ranges::any_of(found->values, [&](const Ip& ip) { return within(ip, term); })) return true;
    }
    return false;
  }

  Or<bool> matches_include(const std::string& name) {
    const SpfAnswer inner = host(name, false);
    switch (inner.result) {
      case SpfResult::pass:
        return true;
      case SpfResult::fail:
      case SpfResult::softfail:
      case SpfResult::neutral:
        return false;
      case SpfResult::temperror:
        return stop(SpfResult::temperror, inner.reason);
      case SpfResult::permerror:
        return stop(SpfResult::permerror, inner.reason);
      default:
        return stop(SpfResult::permerror, "the included domain has no policy");
    }
  }

  // RFC 7208 4.5.
  Or<std::optional<std::string>> policy(std::string_view domain) {
    const Texts found = records_.txt(domain);
    if (found.found == Found::timed_out || found.found == Found::unknown)
      return stop(SpfResult::temperror, "the policy lookup failed");
    std::optional<std::string> out;
    for (const std::string& text : found.values) {
      const std::string head = lower_ascii(std::string_view(text).substr(0, 6));
      if (head != "v=spf1" || (text.size() > 6 && text[6] != ' ')) continue;
      if (out) return stop(SpfResult::permerror, "two policies");
      out = text;
    }
    return out;
  }

  SpfAnswer host(const std::string& domain, bool outermost) {
    SpfAnswer answer;
    const auto error = [&](const Stop& why) {
      answer.result = why.result;
      answer.reason = why.reason;
      return answer;
    };
    if (!is_name(domain)) {
      answer.reason = "no domain name";
      return answer;
    }
    auto text = policy(without_dot(domain));
    if (!text) return error(text.error());
    if (!*text) {
      answer.reason = "no policy";
      return answer;
    }
    std::string problem;
    const auto record = parse_spf(**text, problem);
    if (!record) return error({SpfResult::permerror, problem});
    for (const SpfTerm& term : record->terms) {
      auto match = matches(term, domain);
      if (!match) return error(match.error());
      if (!*match) continue;
      answer.mechanism = term.text;
      answer.result = term.qualifier == '+'   ? SpfResult::pass
                      : term.qualifier == '-' ? SpfResult::fail
                      : term.qualifier == '~' ? SpfResult::softfail
                                              : SpfResult::neutral;
      if (answer.result == SpfResult::fail && outermost && record->exp)
        answer.explanation = explain(*record->exp, domain);
      return answer;
    }
    if (record->redirect &&
        std::ranges::none_of(record->terms, [](const SpfTerm& t) { return t.mechanism == SpfMechanism::all; })) {
      if (auto counted = count_lookup(); !counted) return error(counted.error());
      auto name = expanded(*record->redirect, domain);
      if (!name) return error(name.error());
      SpfAnswer inner = host(*name, outermost);
      if (inner.result == SpfResult::none)
        return error({SpfResult::permerror, "the domain redirected to has no policy"});
      return inner;
    }
    answer.result = SpfResult::neutral;
    return answer;
  }

  // Whatever goes wrong here leaves the result alone (RFC 7208 6.2).
  std::string explain(const std::string& spec, const std::string& domain) {
    auto name = expanded(spec, domain);
    if (!name || !is_lookup_name(*name)) return {};
    const Texts found = records_.txt(*name);
    if (found.found != Found::yes || found.values.size() != 1) return {};
    const std::string& text = found.values[0];
    if (!macros_are_well_formed(text, true)) return {};
    if (uses_macro(text, 'p')) macros_.validated = validated_name(domain);
    macros_.domain = domain;
    return expand_macros(text, macros_, true).value_or("");
  }

  const Records& records_;
  const SpfLimits& limits_;
  Ip address_;
  SpfMacros macros_;
  int lookups_ = 0, voids_ = 0;
};

}  // namespace

SpfAnswer check_spf(const SpfQuery& query, const Records& records, const SpfLimits& limits) {
  return Check(query, records, limits).run();
}

}  // namespace tocsin::mailauth
