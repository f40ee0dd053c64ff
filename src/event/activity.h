// Activity: what an event means for people, as a small typed struct that stateful detectors read.
//
// products/ fills it from the ECS fields of a record (share/tocsin/products), the pipeline keeps it in the case, and
// detect/ meets all activities of a case in order of time. Text is a view into whatever made the activity (a Batch, a
// block of the case); a detector copies what it keeps. "" and none mean that the record doesn't say.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ip.h"
#include "base/time.h"

namespace tocsin {

enum class ActivityKind : std::uint8_t { none, login, mail_access, mailbox_change, web_request, name_lookup };
inline constexpr std::string_view kActivityKindNames[] = {
    "", "login", "mail-access", "mailbox-change", "web-request", "name-lookup"};
inline std::string_view name(ActivityKind kind) { return kActivityKindNames[static_cast<int>(kind)]; }

// Who can have chosen a field's content.
enum class Provenance : std::uint8_t {
  trusted,    // the logging program's own knowledge (the peer address of a socket, its own host name)
  peer,       // said by a neighbour that may be honest (a proxy's X-Forwarded-For, a reverse name)
  attacker,   // free text from whoever connects (user name, user agent, HELO)
  ambiguous,  // the line can be read in more than one way: never attribute, never block
};
inline constexpr std::string_view kProvenanceNames[] = {"trusted", "peer", "attacker", "ambiguous"};
inline std::string_view name(Provenance provenance) { return kProvenanceNames[static_cast<int>(provenance)]; }

enum class Outcome : std::uint8_t { unknown, success, failure };
inline constexpr std::string_view kOutcomeNames[] = {"unknown", "success", "failure"};

enum class LoginReason : std::uint8_t {
  none,          // success, or not said
  bad_password,  // the account exists (or the log doesn't tell the two apart)
  unknown_user,  // no such account
  locked,        // locked, blocked or throttled
  disabled,
  expired,       // the password or the account
  mfa_required,  // the password was right, the second factor not given (yet)
  mfa_denied,    // the second factor was refused or timed out
  policy,        // conditional access, hours, place, protocol not allowed
  unavailable,   // the service could not decide: an outage, not a wrong password
  other,
};

// One try to log in. `count` > 1 when the record speaks of several (message repeated, N attempts).
struct Login {
  std::string_view user;  // as given, with domain or realm if it was given in it
  std::optional<Ip> source;
  std::uint16_t source_port = 0;
  std::string_view service;     // what was logged in to: "sshd", "imap", "smtp", "owa", "vpn", "m365", "windows", …
  std::string_view host;        // the machine or tenant that decided
  std::string_view method;      // password, publickey, kerberos, ntlm, token, …
  std::string_view user_agent;  // or client application
  std::string_view session;
  Outcome outcome = Outcome::unknown;
  LoginReason reason = LoginReason::none;
  bool legacy = false;  // a protocol that knows no second factor (IMAP, POP, SMTP AUTH, basic EWS/EAS)
  Provenance source_grade = Provenance::trusted;
  Provenance user_grade = Provenance::attacker;
  std::uint32_t count = 1;
};

// Mail read, synchronised, exported or sent on behalf.
struct MailAccess {
  std::string_view mailbox;
  std::string_view user;  // who did it; the owner if not said
  std::optional<Ip> source;
  std::string_view client;  // application or user agent
  std::string_view session;
  std::string_view access;  // "bind", "sync", "fetch", "search", "export", "send"
  std::string_view folder;  // of a sync: the whole folder was taken
  std::uint64_t items = 0;  // 0: not said
  std::uint64_t bytes = 0;
};

// A change that lets somebody read mail later on.
struct MailboxChange {
  std::string_view mailbox;
  std::string_view user;  // who did it
  std::optional<Ip> source;
  std::string_view change;  // "rule", "forwarding", "delegate", "permission", "consent", "app-password", "mfa-method",
                            // "rule-removed"
  std::string_view detail;  // the rule's target, the delegate, the application
  std::string_view session;
  Outcome outcome = Outcome::unknown;
};

struct WebRequest {
  std::optional<Ip> source;
  std::string_view host, method, path, query, user, user_agent, referrer;
  std::uint16_t status = 0;
  std::uint64_t bytes = 0;
  Provenance source_grade = Provenance::trusted;
};

struct NameLookup {
  std::optional<Ip> client;
  std::string_view name, type, response;
};

struct Activity {
  Time time = Time::none();
  ActivityKind kind = ActivityKind::none;
  std::string_view product;  // "openssh", "dovecot", "m365", … : the definition's name
  // The one that `kind` names is filled.
  Login login;
  MailAccess mail;
  MailboxChange change;
  WebRequest web;
  NameLookup lookup;
};

}  // namespace tocsin
