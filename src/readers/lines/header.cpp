// RFC 3164 describes what was observed rather than what must be, so a header is
// recognised by shape: a time in front makes it a header where nothing else
// writes that time (`Aug 24 01:12:09`); after an ISO 8601 time, which every
// program writes, a host and a tag with its colon must follow.
#include "readers/lines/header.h"

#include <algorithm>
#include <array>

#include "readers/lines/undated.h"

namespace tocsin::lines {
namespace {

using text::Stamp;

constexpr std::string_view kFacilities[] = {"kern",   "user",   "mail",   "daemon", "auth",     "syslog",
                                            "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
                                            "ntp",    "audit",  "alert",  "clock",  "local0",   "local1",
                                            "local2", "local3", "local4", "local5", "local6",   "local7"};
constexpr std::string_view kSeverities[] = {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

std::string_view take_token(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view token = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return token;
}

std::string_view unless_nil(std::string_view token) { return token == "-" ? std::string_view{} : token; }

void skip_spaces(std::string_view& rest) {
  const std::size_t first = rest.find_first_not_of(' ');
  rest.remove_prefix(first == std::string_view::npos ? rest.size() : first);
}

// The length of RFC 5424 structured data at the front; 0 if there is none.
std::size_t structured_size(std::string_view rest) {
  std::size_t i = 0;
  while (i < rest.size() && rest[i] == '[') {
    bool quoted = false;
    std::size_t j = i + 1;
    for (; j < rest.size(); ++j) {
      if (quoted && rest[j] == '\\') {
        ++j;
      } else if (rest[j] == '"') {
        quoted = !quoted;
      } else if (rest[j] == ']' && !quoted) {
        break;
      }
    }
    if (j >= rest.size()) return i;
    i = j + 1;
  }
  return i;
}

// Check Point's `--5:00` and `+-5:00`: five hours west.
bool read_odd_zone(std::string_view zone, Stamp& stamp) {
  if (zone.size() != 6 || (zone[0] != '-' && zone[0] != '+') || zone[1] != '-' || !is_digit(zone[2]) ||
      zone[3] != ':' || !is_digit(zone[4]) || !is_digit(zone[5]))
    return false;
  stamp.zone = -((zone[2] - '0') * 60 + (zone[4] - '0') * 10 + (zone[5] - '0'));
  return true;
}

// `1 TIME HOST APP PROCID MSGID SD MSG`, from TIME on.
bool read_5424(std::string_view rest, Header& h) {
  const std::string_view time = take_token(rest);
  if (time != "-") {
    if (!text::read_stamp(time, h.stamp) || !h.stamp.is_iso) return false;
    if (h.stamp.size != time.size() && !read_odd_zone(time.substr(h.stamp.size), h.stamp)) return false;
    h.time = time;
  }
  h.host = unless_nil(take_token(rest));
  h.program = unless_nil(take_token(rest));
  h.pid = unless_nil(take_token(rest));
  if (rest.empty()) return false;
  h.msgid = unless_nil(take_token(rest));
  const std::size_t size = structured_size(rest);
  h.structured = rest.substr(0, size);
  if (size > 0) {
    rest.remove_prefix(size);
  } else if (rest.starts_with('-')) {
    rest.remove_prefix(1);
  }
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
  h.message = rest;
  return h.is_syslog = true;
}

// TAG[PID]: at the front. Nothing read unless the colon (or the bracketed PID) is there.
bool read_tag(std::string_view& rest, Header& h) {
  std::size_t end = 0;
  while (end < rest.size() && end < 128 && rest[end] != ' ' && rest[end] != ':' && rest[end] != '[') ++end;
  if (end == 0 || end >= rest.size()) return false;
  std::size_t after = end;
  std::string_view pid;
  if (rest[end] == '[') {
    const std::size_t close = rest.substr(0, end + 64).find(']', end);
    if (close == std::string_view::npos) return false;
    pid = rest.substr(end + 1, close - end - 1);
    if (pid.find(' ') != std::string_view::npos) return false;
    after = close + 1;
    if (after < rest.size() && rest[after] != ':' && rest[after] != ' ') return false;
  } else if (rest[end] == ' ') {
    return false;
  } else if (end + 1 < rest.size() && rest[end + 1] != ' ') {
    return false;  // host:port, a path or an IPv6 address
  }
  h.program = rest.substr(0, end);
  if (const std::size_t slash = h.program.rfind('/'); h.program[0] == '/' && slash + 1 < h.program.size())
    h.program.remove_prefix(slash + 1);
  h.pid = pid;
  rest.remove_prefix(after);
  if (rest.starts_with(':')) rest.remove_prefix(1);
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  return true;
}

bool is_host(std::string_view text) {
  return !text.empty() && text.find_first_of("[](){}\"'=,;") == std::string_view::npos;
}

// What other programs' logs have where a tag would be.
bool is_gravity(std::string_view tag) {
  static constexpr std::string_view kWords[] = {"trace", "debug", "info",  "notice",   "warn",  "warning",
                                                "error", "err",   "fatal", "critical", "severe"};
  if (tag.size() > 8) return false;
  char lower[8];
  std::transform(tag.begin(), tag.end(), lower, [](char c) { return static_cast<char>(c | 32); });
  return std::ranges::find(kWords, std::string_view(lower, tag.size())) != std::end(kWords);
}

// TAG[PID] with digits within: nothing but a daemon's line begins so, or after a host's name.
bool read_daemon(std::string_view rest, Header& h, bool with_host) {
  std::string_view after = rest;
  const std::string_view host = with_host ? take_token(after) : std::string_view();
  Header read;
  if ((with_host && !is_host(host)) || !read_tag(after, read)) return false;
  if (read.pid.empty() || !std::ranges::all_of(read.pid, is_digit) || !is_host(read.program)) return false;
  h.host = host;
  h.program = read.program;
  h.pid = read.pid;
  h.message = after;
  return h.is_syslog = true;
}

// `[sshd]: ` or `[sshd] ` where host and tag would be, as metalog and others write.
bool read_bracketed_tag(std::string_view rest, Header& h) {
  if (!rest.starts_with('[')) return false;
  const std::size_t close = rest.substr(0, 34).find(']');
  if (close == std::string_view::npos || close < 2) return false;
  const std::string_view name = rest.substr(1, close - 1);
  if (is_digit(name[0]) || !std::ranges::all_of(name, [](char c) {
        return is_digit(c) || static_cast<unsigned char>((c | 32) - 'a') < 26 || c == '-' || c == '_' || c == '.';
      }))
    return false;
  std::string_view after = rest.substr(close + 1);
  if (after.starts_with(':')) after.remove_prefix(1);
  if (!after.starts_with(' ')) return false;
  h.program = name;
  h.message = after.substr(1);
  return true;
}

// Dovecot's own log: `imap(user)<pid><session>: `, `auth(user,address,sasl:login)<session>: `. Whom it serves is
// anybody's text, blanks and colons included, so the tag stays in the message, which is read by its end.
bool read_dovecot(std::string_view rest, Header& h) {
  static constexpr std::string_view kNames[] = {"auth",       "auth-worker", "imap",  "imap-login",    "indexer-worker",
                                                "lda",        "lmtp",        "pop3",  "pop3-login",    "quota-status",
                                                "submission", "managesieve", "sieve", "imap-hibernate"};
  std::size_t end = 0;
  while (end < rest.size() && end < 16 &&
         (static_cast<unsigned char>(rest[end] - 'a') < 26 || rest[end] == '-' || rest[end] == '3'))
    ++end;
  if (end >= rest.size() || rest[end] != '(') return false;
  if (std::ranges::find(kNames, rest.substr(0, end)) == std::end(kNames)) return false;
  if (rest.find("): ") == std::string_view::npos && rest.find(">: ") == std::string_view::npos) return false;
  h.program = rest.substr(0, end);
  h.message = rest;
  return true;
}

// FreeBSD's syslogd -v: `<auth.info> ` or `<4.6> ` between time and host.
void read_facility(std::string_view& rest, Header& h) {
  if (!rest.starts_with(" <")) return;
  const std::size_t close = rest.substr(0, 24).find("> "), dot = rest.substr(0, 24).find('.');
  if (close == std::string_view::npos || dot == std::string_view::npos || dot > close) return;
  const auto index = [](std::string_view word, auto& names, std::size_t limit) {
    const auto at = std::ranges::find(names, word);
    if (at != std::end(names)) return static_cast<int>(at - std::begin(names));
    if (word.empty() || word.size() > 2 || !std::ranges::all_of(word, is_digit)) return -1;
    const int number = word.size() == 1 ? word[0] - '0' : (word[0] - '0') * 10 + word[1] - '0';
    return number < static_cast<int>(limit) ? number : -1;
  };
  const int facility = index(rest.substr(2, dot - 2), kFacilities, std::size(kFacilities));
  const int severity = index(rest.substr(dot + 1, close - dot - 1), kSeverities, std::size(kSeverities));
  if (facility < 0 || severity < 0) return;
  h.priority = facility * 8 + severity;
  rest.remove_prefix(close + 1);
}

// A daemon's line that came through the kernel's ring: `kernel:[  970.699396]: ` in front of what it said.
void skip_kernel(Header& h) {
  if (!h.message.starts_with("kernel:[") || h.program == "kernel") return;
  const std::size_t close = h.message.substr(0, 40).find("]: ");
  if (close == std::string_view::npos) return;
  if (h.message.substr(8, close - 8).find_first_not_of(" .0123456789") == std::string_view::npos)
    h.message.remove_prefix(close + 3);
}

// ` HOST TAG[PID]: ` and ` HOST TAG: ` of letters, digits, - _ and . alone, as most lines have it: what
// read_host_and_tag() would read, without asking what else it may be.
bool read_plain(std::string_view rest, Header& h) {
  static constexpr auto kPlain = [] {
    std::array<bool, 256> plain{};
    for (unsigned c = 0; c < 256; ++c)
      plain[c] = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '_' || c == '.';
    return plain;
  }();
  const char* const t = rest.data();
  const std::size_t size = rest.size();
  if (size < 8 || t[0] != ' ') return false;
  const auto run = [&](std::size_t at) {
    while (at < size && kPlain[static_cast<unsigned char>(t[at])]) ++at;
    return at;
  };
  const std::size_t host = run(1);
  if (host == 1 || host > 64 || host >= size || t[host] != ' ') return false;
  const std::size_t tag = run(host + 1);
  if (tag == host + 1 || tag - host > 64 || tag >= size) return false;
  std::size_t end = tag;
  std::string_view pid;
  if (t[tag] == '[') {
    end = tag + 1;
    while (end < size && is_digit(t[end])) ++end;
    if (end == tag + 1 || end - tag > 20 || end >= size || t[end] != ']') return false;
    pid = rest.substr(tag + 1, end - tag - 1);
    ++end;
  }
  if (end + 1 >= size || t[end] != ':' || t[end + 1] != ' ') return false;
  h.host = rest.substr(1, host - 1);
  h.program = rest.substr(host + 1, tag - host - 1);
  h.pid = pid;
  h.message = rest.substr(end + 2);
  return true;
}

// [HOST ]TAG[PID]: after the time.
bool read_host_and_tag(std::string_view rest, Header& h, bool tag_needed) {
  skip_spaces(rest);
  if (read_dovecot(rest, h)) return true;
  if (!tag_needed && read_bracketed_tag(rest, h)) return true;
  std::string_view direct = rest;
  if (!tag_needed && read_tag(direct, h)) {  // no host: written by the host itself
    h.message = direct;
    return true;
  }
  std::string_view after = rest;
  const std::string_view host = take_token(after);
  skip_spaces(after);
  if (after.size() > host.size() && after.starts_with(host) && after[host.size()] == ' ')
    take_token(after);                                  // twice, as a relay adds it to what had it (UniFi)
  if (after.starts_with(": ")) after.remove_prefix(2);  // routers: `host : %ASA-…`
  if (read_tag(after, h) && !(tag_needed && (!is_host(host) || (h.pid.empty() && is_gravity(h.program))))) {
    h.host = host;
    h.message = after;
    return true;
  }
  if (tag_needed) {
    h.program = h.pid = {};
    return false;
  }
  h.host = host;
  h.message = after;
  return true;
}

// Two daemons' own logs, which rules know by the program's name and which say it nowhere.
//   vsftpd: `Mon Aug 24 01:12:09 2020 [pid 2] [user] FAIL LOGIN: …`     ClamAV: `Mon Aug 24 01:12:09 2020 -> /x: Y
//   FOUND`
void read_own_log(Header& h) {
  if (h.message.starts_with("[pid ")) {
    const std::size_t close = h.message.substr(0, 32).find("] ");
    if (close == std::string_view::npos) return;
    h.program = "vsftpd";
    h.pid = h.message.substr(5, close - 5);
    h.message.remove_prefix(close + 2);
    h.is_syslog = true;
  } else if (h.message.starts_with("-> ")) {
    h.program = "clamd";
    h.message.remove_prefix(3);
    h.is_syslog = true;
  }
}

}  // namespace

Front front_of(std::string_view line) {
  Front front;
  std::size_t i = 0;
  if (line.starts_with('<')) {
    int value = 0;
    std::size_t j = 1;
    while (j < line.size() && j < 4 && is_digit(line[j])) value = value * 10 + (line[j++] - '0');
    if (j > 1 && j < line.size() && line[j] == '>' && value <= 191) {
      front.priority = value;
      i = j + 1;
      if (i < line.size() && line[i] == ' ') ++i;
    }
  }
  if (line.size() > i + 1 && line[i] == '1' && line[i + 1] == ' ') {
    front.version = true;
    i += 2;
  } else if (i < line.size() && (line[i] == '*' || line[i] == '.' || line[i] == '[' || line[i] == ':')) {
    front.bracket = line[i] == '[';
    ++i;
    if (i < line.size() && line[i] == ' ') ++i;
  }
  front.size = i;
  return front;
}

MonthDay undated(std::string_view line) {
  const std::string_view rest = line.substr(front_of(line).size);
  if (rest.empty() || static_cast<unsigned char>((rest[0] | 32) - 'a') >= 26) return {};
  Stamp stamp;
  if (!text::read_stamp(rest, stamp) || stamp.dated()) return {};
  return {stamp.month, stamp.day};
}

// A copy of so large a struct costs as much as reading most headers: it is filled where it lies.
static void read_into(Header& h, std::string_view line) {
  const Front front = front_of(line);
  h.priority = front.priority;
  std::string_view rest = line.substr(front.size);
  if (front.version && read_5424(rest, h)) return;
  if (front.version) {
    h = {};
    h.priority = front.priority;
    rest = line.substr(front.size - 2);
  }

  if (text::read_stamp(rest, h.stamp, true)) {
    h.time = rest.substr(0, h.stamp.size);
    rest.remove_prefix(h.stamp.size);
    if (front.bracket) {
      h.message = line;
      return;
    }
    if (h.stamp.size == 15 && h.time[3] == ' ' && read_plain(rest, h)) return h.is_syslog = true, skip_kernel(h);
    const bool classic = !h.stamp.is_epoch && !h.stamp.is_ctime && !is_digit(h.time[0]) && !is_digit(h.time[1]);
    if (rest.starts_with(':')) rest.remove_prefix(1);  // Cisco: `Aug 24 2020 01:12:09: %ASA-…`
    read_facility(rest, h);
    if (!rest.empty() && rest[0] == ' ' && !h.stamp.is_ctime) {
      // The date and time of another program's own log have no host behind them; a journal's weekday does.
      const bool iso = h.stamp.is_iso || h.stamp.is_epoch || h.time[4] == ':';  // Sophos UTM: 2020:08:24-01:12:09
      if (line[0] == '@') {  // daemontools' multilog: the daemon's own line follows
        std::string_view after = rest.substr(1);
        h.is_syslog = read_tag(after, h);
        h.message = after;
        return;
      }
      if ((classic || iso || h.priority >= 0) && read_host_and_tag(rest, h, !classic && h.priority < 0))
        return h.is_syslog = true, skip_kernel(h);
      if (h.stamp.dated() && read_daemon(rest.substr(1), h, true)) return;
    }
    h.message = rest.empty() ? rest : rest.substr(rest[0] == ' ');
    h.is_syslog = h.priority >= 0;
    if (h.stamp.is_ctime) read_own_log(h);
    return;
  }

  h.stamp = {};
  h.message = line;
  if (h.priority < 0 && read_daemon(line, h, true)) return skip_kernel(h);
  if (h.priority >= 0) {  // <PRI>TAG: message
    h.is_syslog = true;
    skip_spaces(rest);
    read_tag(rest, h);
    h.message = rest;
  }
  Stamp stamp;
  if (const auto at = text::find_dated_stamp(line, 200, stamp)) {
    h.stamp = stamp;
    h.time = line.substr(*at, stamp.size);
  }
  return;
}

Header read_header(std::string_view line) {
  Header h;
  read_into(h, line);
  return h;
}

void put_structured(std::string_view structured, text::Sink& sink) {
  std::size_t i = 0;
  while (i < structured.size() && structured[i] == '[') {
    std::size_t end = i + 1;
    while (end < structured.size() && structured[end] != ' ' && structured[end] != ']') ++end;
    const std::string_view id = structured.substr(i + 1, end - i - 1);
    i = end;
    while (i < structured.size() && structured[i] == ' ') {
      ++i;
      const std::size_t equals = structured.find('=', i);
      if (equals == std::string_view::npos || equals + 1 >= structured.size() || structured[equals + 1] != '"') return;
      const std::string_view key = structured.substr(i, equals - i);
      std::size_t close = equals + 2;
      bool escaped = false;
      while (close < structured.size() && structured[close] != '"') {
        if (structured[close] == '\\') escaped = true, ++close;
        ++close;
      }
      if (close >= structured.size()) return;
      std::string_view value = structured.substr(equals + 2, close - equals - 2);
      i = close + 1;
      // The name is made in a small buffer first, so that nothing is allocated for what nobody demands.
      char name[256];
      const std::size_t length = id.size() + 1 + key.size();
      if (length > sizeof name) continue;
      std::copy(id.begin(), id.end(), name);
      name[id.size()] = '.';
      std::copy(key.begin(), key.end(), name + id.size() + 1);
      if (!sink.wants(std::string_view(name, length))) continue;
      if (escaped) {
        char* out = sink.memory().allocate(value.size());
        std::size_t size = 0;
        for (std::size_t k = 0; k < value.size(); ++k) {
          if (value[k] == '\\' && k + 1 < value.size() &&
              (value[k + 1] == '"' || value[k + 1] == '\\' || value[k + 1] == ']'))
            ++k;
          out[size++] = value[k];
        }
        value = {out, size};
      }
      sink.put(sink.memory().copy({name, length}), value);
    }
    if (i < structured.size() && structured[i] == ']') ++i;
  }
}

std::string_view facility_name(int priority) {
  return priority < 0 || priority > 191 ? std::string_view{} : kFacilities[priority / 8];
}
std::string_view severity_name(int priority) { return priority < 0 ? std::string_view{} : kSeverities[priority % 8]; }

}  // namespace tocsin::lines
