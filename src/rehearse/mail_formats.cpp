// Syslog as rsyslog writes it by default on Debian 12 (RSYSLOG_FileFormat: time with zone and microseconds), so no year
// has to be guessed; Roundcube's own userlogins.log; nginx's combined log.
#include <fmt/format.h>

#include <array>

#include "base/hash.h"
#include "rehearse/formats.h"
#include "rehearse/random.h"

namespace tocsin::rehearse {
namespace {

constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

class SyslogWriter : public FormatWriter {
 public:
  SyslogWriter(const FormatContext& context, std::string_view host) : context_(context), host_(host) {}
  void begin(std::string& out) override {
    out += fmt::format("{} {} tocsin-rehearse: {}\n", syslog_time(context_.start, context_.utc_offset_minutes), host_,
                       kExercise);
  }

 protected:
  template <class... Args>
  void line(const Labelled& one, std::string& out, std::string_view program, fmt::format_string<Args...> text,
            Args&&... args) {
    out += syslog_time(one.activity.time, context_.utc_offset_minutes);
    out.append(" ").append(host_).append(" ").append(program).append(": ");
    fmt::format_to(std::back_inserter(out), text, std::forward<Args>(args)...);
    out += '\n';
  }
  // A number that belongs to this record.
  static std::uint64_t drawn(const Labelled& one) {
    return mix(static_cast<std::uint64_t>(one.activity.time.seconds), one.activity.time.nanoseconds,
               one.activity.login.source_port);
  }
  FormatContext context_;

 private:
  std::string_view host_;
};

class OpenSsh final : public SyslogWriter {
 public:
  explicit OpenSsh(const FormatContext& context) : SyslogWriter(context, "shell1") {}
  void login(const Labelled& one, std::string& out) override {
    const Login& login = one.activity.login;
    const std::string program = fmt::format("sshd[{}]", 1000 + drawn(one) % 60000), user = without_domain(login.user);
    const std::string from = login.source->text();
    if (login.outcome == Outcome::success)
      return line(one, out, program, "Accepted password for {} from {} port {} ssh2", user, from, login.source_port);
    const bool exists = login.reason != LoginReason::unknown_user && one.label != Label::forged;
    line(one, out, program, "Failed password for {}{} from {} port {} ssh2", exists ? "" : "invalid user ", user, from,
         login.source_port);
  }
};

class Dovecot final : public SyslogWriter {
 public:
  explicit Dovecot(const FormatContext& context) : SyslogWriter(context, "mail1") {}
  void login(const Labelled& one, std::string& out) override {
    const Login& login = one.activity.login;
    const std::string user = one.label == Label::forged ? std::string(login.user) : with_domain(login.user);
    if (login.outcome == Outcome::success)
      return line(one, out, "dovecot",
                  "imap-login: Login: user=<{}>, method=PLAIN, rip={}, lip=192.0.2.25, mpid={}, TLS, session=<{}>",
                  user, login.source->text(), 1000 + drawn(one) % 60000, login.session);
    line(one, out, "dovecot",
         "imap-login: Disconnected: Connection closed (auth failed, 1 attempts in {} secs): user=<{}>, method=PLAIN, "
         "rip={}, "
         "lip=192.0.2.25, TLS, session=<{}>",
         2 + drawn(one) % 5, user, login.source->text(), login.session);
  }
  // What was read stands in the session's last line: the protocol's counters, since Dovecot 2.2.
  void mail(const Labelled& one, std::string& out) override {
    const MailAccess& mail = one.activity.mail;
    line(one, out, "dovecot",
         "imap({})<{}><{}>: Disconnected: Logged out in={} out={} deleted=0 expunged=0 trashed=0 hdr_count={} "
         "hdr_bytes={} "
         "body_count={} body_bytes={}",
         mail.mailbox, 1000 + drawn(one) % 60000, mail.session, 300 + mail.items * 40, mail.bytes + 2000, mail.items,
         mail.items * 700, mail.items, mail.bytes);
  }
};

class Postfix final : public SyslogWriter {
 public:
  explicit Postfix(const FormatContext& context) : SyslogWriter(context, "mx1") {}
  void login(const Labelled& one, std::string& out) override {
    const Login& login = one.activity.login;
    const std::string user = one.label == Label::forged ? std::string(login.user) : with_domain(login.user);
    const std::string program = fmt::format("postfix/submission/smtpd[{}]", 1000 + drawn(one) % 60000);
    if (login.outcome == Outcome::success)
      return line(one, out, program, "{:010X}: client=unknown[{}], sasl_method=PLAIN, sasl_username={}",
                  drawn(one) >> 24, login.source->text(), user);
    line(one, out, program,
         "warning: unknown[{}]: SASL PLAIN authentication failed: (reason unavailable), sasl_username={}",
         login.source->text(), user);
  }
};

class Roundcube final : public FormatWriter {
 public:
  explicit Roundcube(const FormatContext& context) : context_(context) {}
  void begin(std::string& out) override { out += stamp(context_.start) + ": " + std::string(kExercise) + "\n"; }
  void login(const Labelled& one, std::string& out) override {
    const Login& login = one.activity.login;
    const std::string user = one.label == Label::forged ? std::string(login.user) : with_domain(login.user);
    const bool success = login.outcome == Outcome::success;
    out += fmt::format("{}: <{:.8}> {} login for {} {}from {} in session {}{}\n", stamp(one.activity.time),
                       login.session, success ? "Successful" : "Failed", user,
                       success ? fmt::format("(ID: {}) ", 1 + hash64(user) % 900) : "", login.source->text(),
                       login.session, success ? "" : " (error: 0)");
  }

 private:
  std::string stamp(Time time) const {
    const Civil at = civil(local(time, context_.utc_offset_minutes));
    return fmt::format("[{:02}-{}-{} {:02}:{:02}:{:02} {:+03}{:02}]", at.day, kMonths[at.month - 1], at.year, at.hour,
                       at.minute, at.second, context_.utc_offset_minutes / 60,
                       std::abs(context_.utc_offset_minutes) % 60);
  }
  FormatContext context_;
};

// The requests behind the logins that another log tells of.
class Nginx final : public FormatWriter {
 public:
  explicit Nginx(const FormatContext& context) : context_(context) {}
  void begin(std::string& out) override { out += "# " + std::string(kExercise) + "\n"; }
  void login(const Labelled& one, std::string& out) override {
    const Login& login = one.activity.login;
    const bool success = login.outcome == Outcome::success;
    const Civil at = civil(local(one.activity.time, context_.utc_offset_minutes));
    out += fmt::format(
        "{} - - [{:02}/{}/{}:{:02}:{:02}:{:02} {:+03}{:02}] \"POST /?_task=login HTTP/1.1\" {} {} \"-\" \"{}\"\n",
        login.source->text(), at.day, kMonths[at.month - 1], at.year, at.hour, at.minute, at.second,
        context_.utc_offset_minutes / 60, std::abs(context_.utc_offset_minutes) % 60, success ? 302 : 401,
        success ? 2311 : 574, login.user_agent.empty() ? "-" : login.user_agent);
  }

 private:
  FormatContext context_;
};

constexpr std::array kShell = {Role::shell};
constexpr std::array kImap = {Role::imap, Role::sync};
constexpr std::array kSubmission = {Role::submission};
constexpr std::array kWebmail = {Role::webmail};

template <class Writer>
std::unique_ptr<FormatWriter> make(const FormatContext& context) {
  return std::make_unique<Writer>(context);
}

}  // namespace

const FormatSpec openssh_format = {"openssh", "OpenSSH's syslog", "auth.log", kShell, false, false,
                                   false,     make<OpenSsh>};
const FormatSpec dovecot_format = {
    "dovecot",    "Dovecot's syslog: IMAP logins, and what each session read", "dovecot.log", kImap, true, false, false,
    make<Dovecot>};
const FormatSpec postfix_format = {
    "postfix", "Postfix's syslog: SMTP AUTH", "mail.log", kSubmission, false, false, false, make<Postfix>};
const FormatSpec roundcube_format = {
    "roundcube", "Roundcube's userlogins.log", "userlogins.log", kWebmail, false, false, false, make<Roundcube>};
const FormatSpec nginx_format = {
    "nginx", "nginx's access log before the webmail", "access.log", {}, false, false, true, make<Nginx>};

}  // namespace tocsin::rehearse
