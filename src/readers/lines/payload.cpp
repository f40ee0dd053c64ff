#include "readers/lines/payload.h"

#include <algorithm>
#include <array>

#include "readers/lines/columns.h"
#include "readers/lines/devices.h"
#include "readers/lines/pairs.h"

namespace tocsin::lines {

const std::string_view kNames[kNameCount] = {"timestamp",     "hostname",    "program", "pid",          "message",
                                             "facility",      "severity",    "msgid",   "deviceVendor", "deviceProduct",
                                             "deviceVersion", "signatureId", "name",    "type",         "subtype",
                                             "receive_time",  "serial",      "USER",    "tag"};

namespace {

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return static_cast<unsigned char>((c | 32) - 'a') < 26; }
// `key=` at the front.
bool starts_with_key(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && i < 40 && is_pair_key(text[i])) ++i;
  return i > 0 && i < text.size() && text[i] == '=' && !is_digit(text[0]) && text[0] != '/' && text[0] != '[';
}

// %FACILITY[-SUBFACILITY]-SEVERITY-MNEMONIC
struct RouterMark {
  std::size_t at = 0, size = 0;
  std::string_view facility, mnemonic;
  char severity = 0;
};

std::optional<RouterMark> router_mark(std::string_view text) {
  for (std::size_t at = text.find('%'); at < std::min<std::size_t>(text.size(), 160); at = text.find('%', at + 1)) {
    if (at > 0 && text[at - 1] != ' ' && text[at - 1] != ':') continue;
    std::size_t i = at + 1, dash = 0;
    const auto word = [&](std::size_t j) {
      while (j < text.size() && (is_letter(text[j]) || is_digit(text[j]) || text[j] == '_')) ++j;
      return j;
    };
    if (i >= text.size() || !is_upper(text[i])) continue;
    while (true) {
      i = word(i);
      if (i + 2 >= text.size() || text[i] != '-') break;
      if (text[i + 1] >= '0' && text[i + 1] <= '7' && text[i + 2] == '-') {
        dash = i;
        break;
      }
      ++i;
    }
    if (dash == 0) continue;
    const std::size_t end = word(dash + 3);
    if (end == dash + 3) continue;
    return RouterMark{at, end - at, text.substr(at + 1, dash - at - 1), text.substr(dash + 3, end - dash - 3),
                      text[dash + 1]};
  }
  return std::nullopt;
}

std::string_view unescape(std::string_view value, text::Sink& sink) {
  if (value.find('\\') == std::string_view::npos) return value;
  char* out = sink.memory().allocate(value.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) {
      const char c = value[i + 1];
      if (c == '\\' || c == '=' || c == '|' || c == '"') {
        out[size++] = c, ++i;
        continue;
      }
      if (c == 'n' || c == 'r') {
        out[size++] = c == 'n' ? '\n' : '\r', ++i;
        continue;
      }
    }
    out[size++] = value[i];
  }
  return {out, size};
}

// ArcSight CEF: CEF:0|vendor|product|version|id|name|severity|key=value …, where values hold blanks: a value ends
// before the last blank that precedes the next unescaped `=`.
void put_cef(std::string_view text, text::Sink& sink) {
  static constexpr std::array kColumns = {kDeviceVendor, kDeviceProduct, kDeviceVersion,
                                          kSignatureId,  kName,          kSeverity};
  const auto bar = [&](std::size_t from) {
    while (from < text.size() && text[from] != '|') from += text[from] == '\\' ? 2 : 1;
    return std::min(from, text.size());
  };
  std::size_t at = bar(0);
  for (const Name column : kColumns) {
    if (at >= text.size()) return;
    const std::size_t end = bar(at + 1);
    sink.put(column, unescape(text.substr(at + 1, end - at - 1), sink));
    at = end;
  }
  if (at >= text.size()) return;
  std::string_view key;
  std::size_t value = 0, blank = at;  // blank: just before what may be the next key
  for (std::size_t i = at + 1; i <= text.size(); ++i) {
    if (i == text.size()) {
      if (!key.empty()) sink.put(key, unescape(text.substr(value, i - value), sink));
    } else if (text[i] == '\\') {
      ++i;
      if (i >= text.size()) i = text.size() - 1;
    } else if (text[i] == ' ') {
      blank = i;
    } else if (text[i] == '=' && i > blank + 1) {
      const std::string_view next = text.substr(blank + 1, i - blank - 1);
      if (value > blank || !std::ranges::all_of(next, is_pair_key)) continue;  // an unescaped `=` within a value
      if (!key.empty()) sink.put(key, unescape(text.substr(value, blank - value), sink));
      key = next;
      value = i + 1;
    }
  }
}

// IBM LEEF: LEEF:1.0|vendor|product|version|id|key=value<TAB>…; 2.0 names the delimiter in one more column.
void put_leef(std::string_view text, text::Sink& sink) {
  static constexpr std::array kColumns = {kDeviceVendor, kDeviceProduct, kDeviceVersion, kSignatureId};
  std::string_view rest = text;
  const auto column = [&]() -> std::string_view {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    const std::string_view value = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return value;
  };
  const bool second = column().starts_with("LEEF:2");
  for (const Name name : kColumns) sink.put(name, column());
  char delimiter = '\t';
  if (second) {
    const std::string_view named = column();
    if (named.size() == 1) delimiter = named[0];
    if (named.size() > 1 && (named[0] | 32) == 'x') {
      unsigned value = 0;
      for (const char c : named.substr(1))
        value = value * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : ((c | 32) - 'a' + 10) & 15);
      delimiter = static_cast<char>(value);
    }
  }
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(delimiter), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (const std::size_t equals = pair.find('='); equals != std::string_view::npos)
      sink.put(pair.substr(0, equals), pair.substr(equals + 1));
  }
}

// sudo: `user : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls -l`
void put_sudo(std::string_view message, text::Sink& sink) {
  std::size_t at = message.find(" : ");
  if (at == std::string_view::npos) return;
  std::string_view rest = message.substr(at + 3);
  while (!rest.empty()) {
    const bool last = rest.starts_with("COMMAND=");  // may hold semicolons of its own
    const std::size_t end = last ? rest.size() : std::min(rest.find(" ; "), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 3, rest.size()));
    if (starts_with_key(pair)) {
      const std::size_t equals = pair.find('=');
      sink.put(pair.substr(0, equals), pair.substr(equals + 1));
    }
  }
}

// `HOST TAG ` before a router's mark, after a time that no header was made of.
void read_front(std::string_view front, Header& h) {
  const auto word = [&] {
    front.remove_prefix(std::min(front.find_first_not_of(' '), front.size()));
    const std::size_t end = std::min(front.find(' '), front.size());
    const std::string_view out = front.substr(0, end);
    front.remove_prefix(end);
    return out;
  };
  const std::string_view host = word(), tag = word();
  if (host.empty() || host == ":") return;
  h.host = host;
  if (tag != ":") h.tag = tag;
}

std::string_view value_of(std::string_view text, std::string_view key) {
  for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    if (at > 0 && text[at - 1] != ' ' && text[at - 1] != ',') continue;
    std::string_view value = text.substr(at + key.size());
    if (value.starts_with('"')) return value.substr(1, value.find('"', 1) - 1);
    return value.substr(0, value.find_first_of(" ,"));
  }
  return {};
}

}  // namespace

// A quotation mark in the wrong place: what follows may be somebody's choice. Each address of the line gets an empty
// twin, and a name that stands twice with different values is believed by nobody (products/fields.h).
void put_soundness(bool sound, text::Sink& sink) {
  static constexpr std::string_view kAddresses[] = {"srcip",      "src_ip", "src",    "remip",    "client_ip",
                                                    "ui_address", "dstip",  "dst_ip", "sourceip", "locip",
                                                    "ui",         "user",   "usr",    "user_name"};
  if (sound) return;
  sink.put("damaged_pairs", "yes");
  for (const std::string_view name : kAddresses) sink.put(name, "");
}

bool put_key_values(std::string_view text, text::Sink& sink) {
  return for_each_pair(text, [&](std::string_view key, std::string_view value, char quote) {
    if (sink.wants(key)) sink.put(key, quote == '"' ? unescape(value, sink) : value);
  });
}

Payload classify(std::string_view line, Header& h) {
  std::string_view m(h.message.data(), h.message.size());  // two loads, as it was just stored by two
  // `Aug 24 01:12:09 1,2020/08/24 01:12:09,serial,TRAFFIC,…`: what stands where the host should is the first column.
  for (std::string_view* part : {&h.host, &h.program}) {
    if (part->find(',') == std::string_view::npos || !is_digit((*part)[0])) continue;
    const std::string_view whole = line.substr(static_cast<std::size_t>(part->data() - line.data()));
    if (!is_palo_alto(whole)) continue;
    h.message = whole;
    *part = h.program = h.pid = h.msgid = h.structured = {};
    return Payload::paloalto;
  }
  if (is_check_point(h.structured)) return Payload::checkpoint;
  // CEF and LEEF look like a tag and its colon.
  if ((h.program == "CEF" || h.program == "LEEF") && h.pid.empty()) {
    const std::size_t start = static_cast<std::size_t>(h.program.data() - line.data());
    h.message = line.substr(start);
    const bool cef = h.program == "CEF";
    h.program = {};
    return cef ? Payload::cef : Payload::leef;
  }
  // Containers: `TIME stdout F line` (the Kubernetes CRI log format).
  bool container = false;
  if (!h.is_syslog && h.stamp.is_iso && (m.starts_with("stdout ") || m.starts_with("stderr ")) && m.size() > 9 &&
      m[8] == ' ') {
    h.message = m = m.substr(9);
    container = true;
  }
  const char first = m.empty() ? '\0' : m[0];
  if (m.starts_with("@cee:")) {  // a mark that JSON follows
    h.message = m = m.substr(std::min(m.find_first_not_of(' ', 5), m.size()));
    return Payload::json;
  }
  if (first == '<' && (m.starts_with("<Event>") || m.starts_with("<Event "))) return Payload::event_xml;
  if (first == '{' && m.size() > 2) return Payload::json;
  if (first == 'C' && m.starts_with("CEF:")) return Payload::cef;
  if (first == 'L' && m.starts_with("LEEF:")) return Payload::leef;
  if (first == 't' || first == 'n' || first == 'a') {
    if ((m.starts_with("type=") || m.starts_with("node=") || m.starts_with("audit(") || m.starts_with("audit: ")) &&
        m.substr(0, 512).find("audit(") != std::string_view::npos)
      return Payload::audit;
  }
  if (!h.program.empty() || container) {
    if (h.program == "audispd" || h.program == "audit" || h.program == "kernel") {
      if (m.substr(0, 512).find("audit(") != std::string_view::npos) return Payload::audit;
    }
    if (h.program == "sudo") return Payload::sudo;
    if ((container && first != '{') || h.program == "nginx" || h.program.starts_with("apache") ||
        h.program == "httpd" || h.program == "haproxy" || h.program == "squid" || h.program.starts_with("(squid"))
      return Payload::access;
    if (is_digit(first) && m.substr(0, 256).find("] \"") != std::string_view::npos) return Payload::access;
  }
  // An access line needs a quoted request behind its bracketed time.
  if (!h.is_syslog && !h.time.empty() && h.time.data() > line.data() && h.time.data()[-1] == '[' &&
      m.find('"') != std::string_view::npos)
    return Payload::access;
  if (h.structured.starts_with("[junos@")) return Payload::juniper;
  if (h.is_syslog || first == '%' || (h.stamp.is_iso && line.data() == h.time.data())) {
    // The mark may be the tag, or stand behind a sequence number and the router's own time.
    const std::size_t after =
        h.time.empty() ? 0 : static_cast<std::size_t>(h.time.data() + h.time.size() - line.data());
    const std::string_view tail = line.substr(after);
    if (const std::size_t percent = tail.substr(0, 160).find('%'); percent != std::string_view::npos) {
      if (tail.substr(percent).starts_with("%%") && percent + 4 < tail.size() && is_digit(tail[percent + 2])) {
        h.message = tail.substr(percent);
        h.program = {};
        std::string_view mark = h.message.substr(2);
        while (!mark.empty() && is_digit(mark[0])) mark.remove_prefix(1);
        h.program = mark.substr(0, mark.substr(0, 64).find('/'));
        return Payload::huawei;
      }
      if (const auto mark = router_mark(tail); mark && (h.is_syslog || first == '%' || is_digit(mark->mnemonic[0]))) {
        if (h.host.starts_with('%')) h.host = {};
        if (!h.pid.empty()) h.tag = h.program;  // a relay's, `CiscoASA[999]: %ASA-…`
        if (!h.is_syslog) read_front(tail.substr(0, mark->at), h);
        h.program = mark->facility;
        h.msgid = mark->mnemonic;
        std::string_view message = tail.substr(mark->at + mark->size);
        if (message.starts_with(':')) message.remove_prefix(1);
        if (message.starts_with(' ')) message.remove_prefix(1);
        h.message = message;
        // Cisco's severities are syslog's.
        h.priority = std::max(h.priority, 0) / 8 * 8 + (mark->severity - '0');
        return h.msgid.starts_with("4300") && h.msgid.size() == 6 ? Payload::firepower : Payload::cisco;
      }
    }
  }
  if (h.program.empty()) {  // busybox: `facility.severity kernel: `
    const std::size_t blank = m.substr(0, 32).find(' ');
    if (blank != std::string_view::npos && m.substr(0, blank).find('.') != std::string_view::npos &&
        m.substr(blank + 1).starts_with("kernel: ")) {
      h.program = m.substr(blank + 1, 6);
      h.message = m = m.substr(blank + 9);
    }
  }
  if (h.program == "kernel" || first == '[' || first == 'I') {
    if (m.find(" SRC=") != std::string_view::npos && m.find("IN=") != std::string_view::npos) return Payload::netfilter;
    // Its head may have been lost on the way.
    if (h.program == "kernel" && m.find(" PROTO=") != std::string_view::npos &&
        m.find(" DPT=") != std::string_view::npos)
      return Payload::netfilter;
  }
  if (is_digit(first) && m.size() > 30 && is_palo_alto(m)) return Payload::paloalto;
  if (h.program == "filterlog" && is_digit(first)) return Payload::filterlog;
  if ((h.program == "ftd" || h.program == "SFIMS") && m.find(": ") != std::string_view::npos) return Payload::firepower;
  if (m.substr(0, 64).find('=') == std::string_view::npos) return Payload::none;  // what follows has one in front
  if (is_comma_pairs(m)) return Payload::comma_pairs;
  // A relay's address, and nothing more, may stand before it.
  if (const std::size_t id = m.substr(0, 64).find("id="); id != std::string_view::npos && is_sonicwall(m.substr(id)) &&
                                                          m.substr(0, id).find('=') == std::string_view::npos) {
    h.message = m.substr(id);
    return Payload::sonicwall;
  }
  if (starts_with_key(m)) {
    const std::string_view head = m.substr(0, 1024);
    const bool forti = head.find("logid=") != std::string_view::npos || head.find("log_id=") != std::string_view::npos;
    if (forti && (head.find("devname=") != std::string_view::npos || head.find("devid=") != std::string_view::npos ||
                  (m.starts_with("date=") && head.find(" vd=") != std::string_view::npos)))
      return Payload::fortigate;
    return Payload::key_value;
  }
  return Payload::none;
}

std::string_view source_of(Payload payload, const Header& header) {
  switch (payload) {
    case Payload::fortigate:
      return "fortigate";
    case Payload::cef:
      return "cef";
    case Payload::leef:
      return "leef";
    case Payload::cisco:
      return "cisco";
    case Payload::huawei:
      return "huawei";
    case Payload::juniper:
      return "juniper";
    case Payload::paloalto:
      return "paloalto";
    case Payload::netfilter:
      return "netfilter";
    case Payload::checkpoint:
      return "checkpoint";
    case Payload::sonicwall:
      return "sonicwall";
    case Payload::firepower:
      return "cisco";
    case Payload::comma_pairs: {
      const std::string_view head = header.message.substr(0, 256);
      if (head.find(",devname=") != std::string_view::npos || head.find(",devid=") != std::string_view::npos)
        return "fortigate";
      return head.find(",device_id=") != std::string_view::npos ? "fortimail" : header.is_syslog ? "syslog" : "text";
    }
    default:
      return header.is_syslog ? "syslog" : "text";
  }
}

void put_payload(Payload payload, const Header& header, text::Sink& sink) {
  const std::string_view m = header.message;
  bool sound = true;
  switch (payload) {
    case Payload::fortigate:
      sound = put_key_values(m, sink);
      put_fortinet_ui(m, sink);
      put_soundness(sound, sink);
      break;
    case Payload::key_value:
      put_soundness(put_key_values(m, sink), sink);
      break;
    case Payload::netfilter:
      (void)put_key_values(m.substr(m.find("IN=") == std::string_view::npos ? 0 : m.find("IN=")), sink);
      break;
    case Payload::cef:
      put_cef(m, sink);
      break;
    case Payload::leef:
      put_leef(m, sink);
      break;
    case Payload::sudo:
      put_sudo(m, sink);
      break;
    case Payload::paloalto:
      put_palo_alto(m, sink);
      break;
    case Payload::filterlog:
      put_filterlog(m, sink);
      break;
    case Payload::checkpoint:
      put_soundness(put_check_point(header.structured, sink), sink);
      break;
    case Payload::firepower:
      put_colon_pairs(m, sink);
      break;
    case Payload::comma_pairs:
      sound = put_comma_pairs(m, sink);
      put_fortinet_ui(m, sink);
      put_soundness(sound, sink);
      break;
    case Payload::sonicwall:
      sound = put_key_values(m, sink);
      put_sonicwall(m, sink);
      put_soundness(sound, sink);
      break;
    default:
      break;
  }
}

std::optional<Time> payload_time(Payload payload, const Header& header, int offset_minutes) {
  const std::string_view m = header.message;
  text::Stamp stamp;
  if (payload == Payload::fortigate || payload == Payload::comma_pairs ||
      (payload == Payload::key_value && !header.stamp.dated())) {
    if (payload == Payload::key_value) {
      if (const std::string_view whole = value_of(m, "timestamp=");
          text::read_stamp(whole, stamp) && stamp.dated() && stamp.size == whole.size())
        return stamp.at(0, offset_minutes);
    }
    const std::string_view date = value_of(m, "date="), clock = value_of(m, "time=");
    std::string_view zone = value_of(m, "tz=");
    // `tz="UTC+2:00"` tells the administrator's choice; the one that counts follows.
    if (zone.starts_with("UTC")) zone = value_of(m.substr(static_cast<std::size_t>(zone.data() - m.data())), "tz=");
    // The event's own time, in nanoseconds since 1970 in newer versions, where the zone of the other isn't told.
    if (const std::string_view ticks = value_of(m, "eventtime=");
        zone.empty() && ticks.size() == 19 && ticks < "9" && std::ranges::all_of(ticks, is_digit)) {
      std::int64_t value = 0;
      for (const char c : ticks) value = value * 10 + (c - '0');
      return Time::from_nanoseconds(value, 9);
    }
    char text[64];
    if (date.size() != 10 || clock.size() < 8 || clock.size() > 20 || zone.size() > 6) return std::nullopt;
    char* end = std::copy(date.begin(), date.end(), text);
    *end++ = 'T';
    end = std::copy(clock.begin(), clock.end(), end);
    end = std::copy(zone.begin(), zone.end(), end);
    return Time::parse_iso({text, static_cast<std::size_t>(end - text)}, offset_minutes);
  }
  if (payload == Payload::sonicwall || payload == Payload::paloalto) {
    const std::string_view made = payload == Payload::sonicwall ? value_of(m, "time=") : palo_alto_time(m);
    if (text::read_stamp(made, stamp) && stamp.dated()) return stamp.at(0, offset_minutes);
    return std::nullopt;
  }
  if (payload == Payload::checkpoint) return check_point_time(header.structured);
  if (payload == Payload::access && header.program == "haproxy" && !header.stamp.dated()) {
    if (text::find_dated_stamp(m, 96, stamp)) return stamp.at(0, offset_minutes);
    return std::nullopt;
  }
  if (payload == Payload::cef && header.time.empty()) {
    for (const std::string_view key : {"rt=", "end=", "start="})
      if (const std::size_t at = m.find(key);
          at != std::string_view::npos && at > 0 && (m[at - 1] == ' ' || m[at - 1] == '|'))
        if (text::read_stamp(m.substr(at + key.size()), stamp, true) && stamp.dated())
          return stamp.at(0, offset_minutes);
  }
  return std::nullopt;
}

}  // namespace tocsin::lines
