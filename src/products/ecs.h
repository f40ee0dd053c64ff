// Names of ECS fields (Elastic Common Schema 8) and of the helper fields tocsin.* as small numbers, so that a mapping
// compiles to slots. The fields that activities are made of have fixed numbers; a catalog adds those of its
// definitions.
//
//   tocsin.login.user|reason|method|legacy|count|service|session|host|client
//   tocsin.mail.access|mailbox|folder|items|bytes|client|session
//   tocsin.change.kind|mailbox|detail|session
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tocsin::products {

using EcsId = std::uint16_t;
inline constexpr EcsId kNoEcs = 0xffff;

// In the order of kActivityFieldNames.
enum class Ecs : EcsId {
  timestamp,
  event_outcome,
  host_name,
  user_name,
  user_email,
  source_ip,
  source_port,
  client_ip,
  client_port,
  source_bytes,
  user_agent,
  method,
  url_domain,
  url_path,
  url_query,
  url_original,
  referrer,
  status,
  body_bytes,
  question_name,
  question_type,
  answers,
  resolved_ip,
  login_user,
  login_reason,
  login_method,
  login_legacy,
  login_count,
  login_service,
  login_session,
  login_host,
  login_client,
  mail_access,
  mail_mailbox,
  mail_folder,
  mail_items,
  mail_bytes,
  mail_client,
  mail_session,
  change_kind,
  change_mailbox,
  change_detail,
  change_session,
  count
};
inline constexpr EcsId kActivityFields = static_cast<EcsId>(Ecs::count);
std::string_view activity_field_name(EcsId id);  // id < kActivityFields

class EcsNames {
 public:
  EcsNames();
  EcsId add(std::string_view name);         // the same name gives the same number
  EcsId find(std::string_view name) const;  // kNoEcs
  std::string_view name(EcsId id) const { return names_[id]; }
  std::size_t size() const { return names_.size(); }

 private:
  std::deque<std::string> names_;  // never moved: the index holds views
  std::unordered_map<std::string_view, EcsId> index_;
};

}  // namespace tocsin::products
