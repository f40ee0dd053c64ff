#include "products/activity.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <span>

namespace tocsin::products {
namespace {

using enum Ecs;

constexpr Ecs kLogin[] = {timestamp,     event_outcome, host_name,    user_name,    user_email,
                          source_ip,     source_port,   client_ip,    client_port,  user_agent,
                          login_user,    login_reason,  login_method, login_legacy, login_count,
                          login_service, login_session, login_host,   login_client};
constexpr Ecs kMail[] = {timestamp,    user_name,   user_email, source_ip,  client_ip,   user_agent,  mail_access,
                         mail_mailbox, mail_folder, mail_items, mail_bytes, mail_client, mail_session};
constexpr Ecs kChange[] = {timestamp,     user_name,   user_email,     source_ip,     client_ip,
                           event_outcome, change_kind, change_mailbox, change_detail, change_session};
constexpr Ecs kWeb[] = {timestamp, source_ip, client_ip,  url_domain, host_name,    method, url_path,
                        url_query, user_name, user_agent, referrer,   url_original, status, body_bytes};
constexpr Ecs kLookup[] = {timestamp, source_ip, client_ip, question_name, question_type, answers, resolved_ip};

std::span<const Ecs> fields_of(ActivityKind kind) {
  switch (kind) {
    case ActivityKind::login:
      return kLogin;
    case ActivityKind::mail_access:
      return kMail;
    case ActivityKind::mailbox_change:
      return kChange;
    case ActivityKind::web_request:
      return kWeb;
    case ActivityKind::name_lookup:
      return kLookup;
    case ActivityKind::none:
      break;
  }
  return {};
}

// The names in the order of the enumeration. Hyphen and underscore are one.
constexpr std::string_view kReasons[] = {"none",     "bad_password", "unknown_user", "locked",
                                         "disabled", "expired",      "mfa_required", "mfa_denied",
                                         "policy",   "unavailable",  "other"};

bool same_name(std::string_view text, std::string_view name) {
  if (text.size() != name.size() || text[0] != name[0]) return false;
  for (std::size_t i = 1; i < text.size(); ++i)
    if (text[i] != name[i] && !(text[i] == '-' && name[i] == '_')) return false;
  return true;
}

LoginReason reason_of(std::string_view text) {
  if (text.empty()) return LoginReason::none;
  for (std::size_t i = 0; i < std::size(kReasons); ++i)
    if (same_name(text, kReasons[i])) return static_cast<LoginReason>(i);
  return LoginReason::other;
}

Outcome outcome_of(std::string_view text) {
  if (text == "success") return Outcome::success;
  return text == "failure" ? Outcome::failure : Outcome::unknown;
}

// What isn't a number, or none that fits, is 0.
template <class T>
T number(std::string_view text) {
  T out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() ? out : T{0};
}

bool is_true(std::string_view text) { return text == "true" || text == "True" || text == "1" || text == "yes"; }

inline std::string_view first_of(const EcsSink& ecs, std::initializer_list<Ecs> fields) {
  for (const Ecs field : fields)
    if (ecs.has(static_cast<EcsId>(field))) return ecs.get(field);
  return {};
}

std::optional<Ip> source_of(const EcsSink& ecs) {
  const std::string_view text = first_of(ecs, {source_ip, client_ip});
  if (text.empty()) return std::nullopt;
  const auto ip = ecs.ip_of(text);
  return ip && !ip->is_unspecified() ? ip : std::nullopt;
}

// A new value where the old one is, without a copy.
template <class T>
void renew(T& out) {
  static_assert(std::is_trivially_destructible_v<T>);
  std::construct_at(&out);
}

bool fill(const EcsSink& ecs, ActivityGrades grades, Login& out) {
  renew(out);
  out.user = first_of(ecs, {login_user, user_email, user_name});
  out.source = source_of(ecs);
  out.source_port = number<std::uint16_t>(first_of(ecs, {source_port, client_port}));
  out.service = ecs.get(login_service);
  out.host = first_of(ecs, {login_host, host_name});
  out.method = ecs.get(login_method);
  out.user_agent = first_of(ecs, {user_agent, login_client});
  out.session = ecs.get(login_session);
  out.outcome = outcome_of(ecs.get(event_outcome));
  out.reason = reason_of(ecs.get(login_reason));
  out.legacy = is_true(ecs.get(login_legacy));
  out.source_grade = grades.source;
  out.user_grade = grades.user;
  out.count = std::max<std::uint32_t>(1, number<std::uint32_t>(ecs.get(login_count)));
  return !out.user.empty() || out.source;
}

bool fill(const EcsSink& ecs, MailAccess& out) {
  renew(out);
  out.user = first_of(ecs, {user_email, user_name});
  out.mailbox = first_of(ecs, {mail_mailbox});
  if (out.mailbox.empty()) out.mailbox = out.user;
  out.source = source_of(ecs);
  out.client = first_of(ecs, {mail_client, user_agent});
  out.session = ecs.get(mail_session);
  out.access = ecs.get(mail_access);
  out.folder = ecs.get(mail_folder);
  out.items = number<std::uint64_t>(ecs.get(mail_items));
  out.bytes = number<std::uint64_t>(ecs.get(mail_bytes));
  return !out.mailbox.empty();
}

bool fill(const EcsSink& ecs, MailboxChange& out) {
  renew(out);
  out.user = first_of(ecs, {user_email, user_name});
  out.mailbox = first_of(ecs, {change_mailbox});
  if (out.mailbox.empty()) out.mailbox = out.user;
  out.source = source_of(ecs);
  out.change = ecs.get(change_kind);
  out.detail = ecs.get(change_detail);
  out.session = ecs.get(change_session);
  out.outcome = outcome_of(ecs.get(event_outcome));
  return !out.change.empty() && !out.mailbox.empty();
}

bool fill(const EcsSink& ecs, ActivityGrades grades, WebRequest& out) {
  renew(out);
  out.source = source_of(ecs);
  out.host = first_of(ecs, {url_domain, host_name});
  out.method = ecs.get(method);
  out.path = first_of(ecs, {url_path, url_original});
  out.query = ecs.get(url_query);
  out.user = ecs.get(user_name);
  out.user_agent = ecs.get(user_agent);
  out.referrer = ecs.get(referrer);
  out.status = number<std::uint16_t>(ecs.get(status));
  out.bytes = number<std::uint64_t>(ecs.get(body_bytes));
  out.source_grade = grades.source;
  return out.source || !out.path.empty();
}

bool fill(const EcsSink& ecs, NameLookup& out) {
  renew(out);
  out.client = source_of(ecs);
  out.name = ecs.get(question_name);
  out.type = ecs.get(question_type);
  out.response = first_of(ecs, {resolved_ip, answers});
  return !out.name.empty();
}

}  // namespace

bool asks_for(ActivityKind kind, EcsId field) {
  const auto fields = fields_of(kind);
  return std::ranges::find(fields, static_cast<Ecs>(field)) != fields.end();
}

bool fill_activity(const EcsSink& ecs, ActivityGrades grades, Activity& out) {
  if (const std::string_view text = ecs.get(timestamp); !text.empty())
    if (const auto time = Time::parse_iso(text)) out.time = *time;
  switch (out.kind) {
    case ActivityKind::login:
      return fill(ecs, grades, out.login);
    case ActivityKind::mail_access:
      return fill(ecs, out.mail);
    case ActivityKind::mailbox_change:
      return fill(ecs, out.change);
    case ActivityKind::web_request:
      return fill(ecs, grades, out.web);
    case ActivityKind::name_lookup:
      return fill(ecs, out.lookup);
    case ActivityKind::none:
      break;
  }
  return false;
}

}  // namespace tocsin::products
