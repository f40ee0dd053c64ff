#include "products/ecs.h"

#include <array>

#include "base/check.h"

namespace tocsin::products {
namespace {

constexpr std::array<std::string_view, kActivityFields> kActivityFieldNames{"@timestamp",
                                                                            "event.outcome",
                                                                            "host.name",
                                                                            "user.name",
                                                                            "user.email",
                                                                            "source.ip",
                                                                            "source.port",
                                                                            "client.ip",
                                                                            "client.port",
                                                                            "source.bytes",
                                                                            "user_agent.original",
                                                                            "http.request.method",
                                                                            "url.domain",
                                                                            "url.path",
                                                                            "url.query",
                                                                            "url.original",
                                                                            "http.request.referrer",
                                                                            "http.response.status_code",
                                                                            "http.response.body.bytes",
                                                                            "dns.question.name",
                                                                            "dns.question.type",
                                                                            "dns.answers.data",
                                                                            "dns.resolved_ip",
                                                                            "tocsin.login.user",
                                                                            "tocsin.login.reason",
                                                                            "tocsin.login.method",
                                                                            "tocsin.login.legacy",
                                                                            "tocsin.login.count",
                                                                            "tocsin.login.service",
                                                                            "tocsin.login.session",
                                                                            "tocsin.login.host",
                                                                            "tocsin.login.client",
                                                                            "tocsin.mail.access",
                                                                            "tocsin.mail.mailbox",
                                                                            "tocsin.mail.folder",
                                                                            "tocsin.mail.items",
                                                                            "tocsin.mail.bytes",
                                                                            "tocsin.mail.client",
                                                                            "tocsin.mail.session",
                                                                            "tocsin.change.kind",
                                                                            "tocsin.change.mailbox",
                                                                            "tocsin.change.detail",
                                                                            "tocsin.change.session"};

}  // namespace

std::string_view activity_field_name(EcsId id) { return kActivityFieldNames[id]; }

EcsNames::EcsNames() {
  for (const std::string_view name : kActivityFieldNames) add(name);
}

EcsId EcsNames::add(std::string_view name) {
  if (const EcsId known = find(name); known != kNoEcs) return known;
  CHECK(names_.size() < kNoEcs);
  const EcsId id = static_cast<EcsId>(names_.size());
  names_.emplace_back(name);
  index_.emplace(names_.back(), id);
  return id;
}

EcsId EcsNames::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? kNoEcs : found->second;
}

}  // namespace tocsin::products
