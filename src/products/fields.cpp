#include "products/fields.h"

#include <algorithm>

namespace tocsin::products {

Provenance default_grade(std::string_view ecs) {
  static constexpr std::string_view kAttacker[] = {"user.",        "user_agent.",  "url.",  "http.request.",
                                                   "email.",       "dns.question", "file.", "tls.client.server_name",
                                                   "source.user.", "client.user."};
  static constexpr std::string_view kPeer[] = {"source.domain", "client.domain", "network.forwarded_ip",
                                               "source.nat.ip", "source.registered_domain"};
  const auto under = [&](std::string_view head) { return ecs.starts_with(head); };
  if (std::ranges::any_of(kAttacker, under)) return Provenance::attacker;
  if (std::ranges::any_of(kPeer, under)) return Provenance::peer;
  return Provenance::trusted;
}

bool Fields::writes_pairs(std::string_view source) {
  static constexpr std::string_view kSources[] = {"fortigate", "fortimail", "sonicwall", "checkpoint", "cisco",
                                                  "cef",       "leef",      "netfilter", "syslog",     "text"};
  return std::ranges::find(kSources, source) != std::end(kSources);
}

std::uint16_t FieldNames::add(std::string_view name) {
  const auto [found, is_new] = numbers_.emplace(name, static_cast<std::uint16_t>(names_.size()));
  if (is_new) names_.emplace_back(name);
  return found->second;
}

void FieldNames::demand(Demand& demand, const std::vector<bool>& wanted) {
  slots_.assign(names_.size(), -1);
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (i < wanted.size() && wanted[i]) slots_[i] = demand.add(names_[i]);
}

}  // namespace tocsin::products
