#include "rehearse/simulation.h"

#include <fmt/format.h>

#include <array>

#include "base/check.h"
#include "base/hash.h"
#include "rehearse/intruder.h"
#include "rehearse/population.h"

namespace tocsin::rehearse {
namespace {

constexpr std::array<std::string_view, kRoles> kServices = {"imap", "eas",  "m365",    "webmail",
                                                            "vpn",  "sshd", "windows", "smtp"};
constexpr std::array<std::string_view, kRoles> kProducts = {"dovecot",   "iis",     "entra",   "roundcube",
                                                            "fortigate", "openssh", "windows", "postfix"};
constexpr std::array<std::string_view, kRoles> kHosts = {"mail1", "mail2",  kDomain, "webmail",
                                                         "vpn1",  "shell1", "dc1",   "mx1"};
constexpr std::string_view kFolders[] = {"\\Inbox", "\\Sent Items", "\\Archive"};

}  // namespace

std::string_view service_of(Role role) { return kServices[static_cast<std::size_t>(role)]; }

struct Simulation::Impl {
  explicit Impl(const Plan& given) : plan(given), names(plan.users, plan.seed), population(plan, names) {
    CHECK(plan.users > 0 && plan.days > 0);
    mailboxes.reserve(names.accounts());
    for (std::uint32_t i = 0; i < names.accounts(); ++i)
      mailboxes.push_back(names.account(i) + "@" + std::string(kDomain));
    for (std::size_t i = 0; i < plan.attacks.size(); ++i) intruders.emplace_back(plan, i, names, addresses);
  }

  bool next(Labelled& out) {
    while (at == steps.size() && hour < plan.days * 24) {
      steps.clear();
      at = 0;
      population.hour(hour++, steps);
    }
    std::int64_t earliest = at < steps.size() ? steps[at].at : INT64_MAX;
    std::size_t who = intruders.size();
    for (std::size_t i = 0; i < intruders.size(); ++i)
      if (const std::int64_t other = intruders[i].next_at(); other < earliest) {
        earliest = other;
        who = i;
      }
    if (earliest == INT64_MAX) {
      if (truth.empty())
        for (const Intruder& intruder : intruders) truth.push_back(intruder.truth(plan));
      return false;
    }
    out.attack = static_cast<std::uint16_t>(who == intruders.size() ? 0 : who);
    if (who == intruders.size())
      tell(steps[at++], out);
    else
      tell(intruders[who].pop(), out);
    return true;
  }

  std::string_view user(const Who& who, Role role) {
    // Windows and the shell know accounts without a domain.
    const bool plain = role == Role::internal || role == Role::shell;
    switch (who.kind) {
      case Who::account:
        return plain ? std::string_view(names.account(who.number)) : mailboxes[who.number];
      case Who::machine:
        return machine_names()[who.number % machine_names().size()];
      case Who::forgery:
        return forgeries()[who.number];
      case Who::unknown:
        user_text = names.unknown(who.number);
        break;
      case Who::mistyped:
        user_text = names.mistyped(who.number);
        break;
      case Who::junk:
        user_text = fmt::format("q{:08x}", who.number);
        break;
    }
    if (!plain) user_text.append("@").append(kDomain);
    return user_text;
  }

  void tell(const Step& step, Labelled& out) {
    Activity& activity = out.activity;
    const auto role = static_cast<std::size_t>(step.role);
    activity.time = {plan.start.seconds + step.at / 1000, static_cast<std::uint32_t>(step.at % 1000) * 1'000'000, 3};
    activity.kind = step.kind;
    activity.product = kProducts[role];
    out.label = step.label;
    out.role = step.role;
    out.message = step.message;
    // The same for a login and what is done in its session.
    std::uint64_t digits =
        mix(mix(step.who.kind, step.who.number), hash64({reinterpret_cast<const char*>(step.source.bytes.data()), 16}),
            static_cast<std::uint64_t>(step.session < 0 ? step.at : step.session));
    for (std::size_t i = 16; i-- > 0; digits >>= 4) session_text[i] = "0123456789abcdef"[digits & 15];
    const std::string_view session(session_text.data(), session_text.size());
    const bool agent = step.role == Role::office || step.role == Role::webmail || step.role == Role::sync;
    if (step.kind == ActivityKind::login) {
      Login& login = activity.login;
      login = {};
      login.user = user(step.who, step.role);
      login.source = step.source;
      login.source_port =
          static_cast<std::uint16_t>(1024 + mix(static_cast<std::uint64_t>(step.at), step.sequence) % 64000);
      login.service = kServices[role];
      login.host = kHosts[role];
      login.method = step.role == Role::internal ? "kerberos" : "password";
      if (agent) login.user_agent = user_agents()[step.agent];
      login.session = session;
      login.outcome = step.outcome;
      login.reason = step.reason;
      login.legacy = step.role == Role::imap || step.role == Role::submission || step.role == Role::sync;
      if (step.who.kind == Who::forgery) login.user_grade = Provenance::attacker;
      return;
    }
    const std::string_view mailbox = mailboxes[step.who.number];
    if (step.kind == ActivityKind::mail_access) {
      MailAccess& mail = activity.mail;
      mail = {};
      mail.mailbox = mail.user = mailbox;
      mail.source = step.source;
      mail.client = agent ? user_agents()[step.agent] : "imap";
      mail.session = session;
      mail.access = kAccessNames[step.what];
      if (static_cast<Access>(step.what) == Access::sync) mail.folder = kFolders[step.message / 150 % 3];
      mail.items = step.items;
      mail.bytes = step.bytes;
      return;
    }
    activity.product = "m365";
    MailboxChange& change = activity.change;
    change = {};
    change.mailbox = change.user = mailbox;
    change.source = step.source;
    change.change = kChangeNames[step.what];
    change.session = session;
    change.outcome = Outcome::success;
    switch (static_cast<Change>(step.what)) {
      case Change::rule:
        change.detail = step.outsider ? "mailbox@collect.example" : "Newsletters";
        break;
      case Change::forwarding:
        change.detail = "smtp:mailbox@collect.example";
        break;
      case Change::delegate:
        change.detail = step.outsider ? mailboxes[0] : mailboxes[(step.who.number + 1) % plan.users];
        break;
      case Change::consent:
        change.detail = step.outsider ? "Mail Backup Pro" : "Calendar Together";
        break;
      case Change::app_password:
        change.detail = "app";
        break;
    }
  }

  const Plan plan;
  const AddressPlan addresses;
  const Names names;
  Population population;
  std::vector<Intruder> intruders;
  std::vector<std::string> mailboxes;
  std::vector<Step> steps;
  std::size_t at = 0;
  int hour = 0;
  std::string user_text;
  std::array<char, 16> session_text{};
  std::vector<AttackTruth> truth;
};

Simulation::Simulation(const Plan& plan) : impl_(std::make_unique<Impl>(plan)) {}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;
bool Simulation::next(Labelled& out) { return impl_->next(out); }
const std::vector<AttackTruth>& Simulation::truth() const { return impl_->truth; }
const Networks& Simulation::networks() const { return impl_->addresses; }

}  // namespace tocsin::rehearse
