#include "readers/lines/devices.h"

#include <algorithm>
#include <array>
#include <span>

#include "readers/lines/pairs.h"
#include "readers/lines/payload.h"
#include "readers/text/stamp.h"

namespace tocsin::lines {
namespace {

using Columns = std::span<const std::string_view>;

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
bool is_letter(char c) { return static_cast<unsigned char>((c | 32) - 'a') < 26; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

// One CSV cell off the front, without its quotes; a doubled quote is one (RFC 4180).
std::string_view take_cell(std::string_view& rest, text::Sink& sink) {
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view cell = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return cell;
  }
  bool doubled = false;
  std::size_t i = 1;
  for (; i < rest.size(); ++i) {
    if (rest[i] != '"') continue;
    if (i + 1 < rest.size() && rest[i + 1] == '"') {
      doubled = true, ++i;
      continue;
    }
    break;
  }
  std::string_view cell = rest.substr(1, std::min(i, rest.size()) - 1);
  rest.remove_prefix(std::min(i + 1, rest.size()));
  // What follows a closing quote belongs to no cell.
  rest.remove_prefix(std::min(std::min(rest.find(','), rest.size()) + 1, rest.size()));
  if (!doubled) return cell;
  char* out = sink.memory().allocate(cell.size());
  std::size_t size = 0;
  for (std::size_t k = 0; k < cell.size(); ++k) {
    out[size++] = cell[k];
    if (cell[k] == '"') ++k;
  }
  return {out, size};
}

// ---------------------------------------------------------------- PAN-OS
constexpr std::string_view kTraffic[] = {"src",
                                         "dst",
                                         "natsrc",
                                         "natdst",
                                         "rule",
                                         "srcuser",
                                         "dstuser",
                                         "app",
                                         "vsys",
                                         "from",
                                         "to",
                                         "inbound_if",
                                         "outbound_if",
                                         "logset",
                                         "",
                                         "sessionid",
                                         "repeatcnt",
                                         "sport",
                                         "dport",
                                         "natsport",
                                         "natdport",
                                         "flags",
                                         "proto",
                                         "action",
                                         "bytes",
                                         "bytes_sent",
                                         "bytes_received",
                                         "packets",
                                         "start",
                                         "elapsed",
                                         "category",
                                         "",
                                         "seqno",
                                         "actionflags",
                                         "srcloc",
                                         "dstloc",
                                         "",
                                         "pkts_sent",
                                         "pkts_received",
                                         "session_end_reason"};
constexpr std::string_view kThreat[] = {"src",
                                        "dst",
                                        "natsrc",
                                        "natdst",
                                        "rule",
                                        "srcuser",
                                        "dstuser",
                                        "app",
                                        "vsys",
                                        "from",
                                        "to",
                                        "inbound_if",
                                        "outbound_if",
                                        "logset",
                                        "",
                                        "sessionid",
                                        "repeatcnt",
                                        "sport",
                                        "dport",
                                        "natsport",
                                        "natdport",
                                        "flags",
                                        "proto",
                                        "action",
                                        "misc",
                                        "threatid",
                                        "category",
                                        "severity",
                                        "direction",
                                        "seqno",
                                        "actionflags",
                                        "srcloc",
                                        "dstloc",
                                        "",
                                        "contenttype",
                                        "pcap_id",
                                        "filedigest",
                                        "cloud",
                                        "url_idx",
                                        "user_agent",
                                        "filetype",
                                        "xff",
                                        "referer",
                                        "sender",
                                        "subject",
                                        "recipient",
                                        "reportid",
                                        "dg_hier_level_1",
                                        "dg_hier_level_2",
                                        "dg_hier_level_3",
                                        "dg_hier_level_4",
                                        "vsys_name",
                                        "device_name",
                                        "",
                                        "src_uuid",
                                        "dst_uuid",
                                        "http_method"};
// Decryption, GTP and SCTP share traffic's columns up to the action.
constexpr std::string_view kSession[] = {"src",         "dst",      "natsrc",   "natdst",    "rule",      "srcuser",
                                         "dstuser",     "app",      "vsys",     "from",      "to",        "inbound_if",
                                         "outbound_if", "logset",   "",         "sessionid", "repeatcnt", "sport",
                                         "dport",       "natsport", "natdport", "flags",     "proto",     "action"};
constexpr std::string_view kSystem[] = {"vsys",  "eventid",     "object", "", "", "module", "severity",  "opaque",
                                        "seqno", "actionflags", "",       "", "", "",       "vsys_name", "device_name"};
constexpr std::string_view kConfig[] = {"host", "vsys", "cmd", "admin", "client", "result", "path"};
constexpr std::string_view kAuthentication[] = {"vsys",
                                                "ip",
                                                "user",
                                                "normalize_user",
                                                "object",
                                                "authpolicy",
                                                "repeatcnt",
                                                "authid",
                                                "vendor",
                                                "logset",
                                                "serverprofile",
                                                "desc",
                                                "clienttype",
                                                "event",
                                                "factorno",
                                                "seqno",
                                                "actionflags",
                                                "",
                                                "",
                                                "",
                                                "",
                                                "vsys_name",
                                                "device_name",
                                                "vsys_id",
                                                "authproto",
                                                "rule_uuid",
                                                "high_res_timestamp",
                                                "src_category",
                                                "src_profile",
                                                "src_model",
                                                "src_vendor",
                                                "src_osfamily",
                                                "src_osversion",
                                                "src_host",
                                                "src_mac",
                                                "region",
                                                "",
                                                "user_agent",
                                                "sessionid"};
constexpr std::string_view kGlobalProtect[] = {
    "vsys",           "eventid",      "stage",      "auth_method", "tunnel_type",   "srcuser",
    "srcregion",      "machinename",  "public_ip",  "public_ipv6", "private_ip",    "private_ipv6",
    "hostid",         "serialnumber", "client_ver", "client_os",   "client_os_ver", "repeatcnt",
    "reason",         "error",        "opaque",     "status",      "location",      "login_duration",
    "connect_method", "error_code",   "portal",     "seqno",       "actionflags"};
constexpr std::string_view kUserId[] = {"vsys",    "ip",         "user",          "datasourcename",
                                        "eventid", "repeatcnt",  "timeout",       "beginport",
                                        "endport", "datasource", "datasourcetype"};
constexpr std::string_view kHipMatch[] = {"srcuser", "vsys",      "machinename", "os",
                                          "src",     "matchname", "repeatcnt",   "matchtype"};
constexpr std::string_view kIpTag[] = {"vsys", "ip", "tag_name", "event_id"};
constexpr std::string_view kCorrelation[] = {"src", "srcuser", "vsys", "category", "severity"};

struct PaloAltoType {
  std::string_view name;
  Columns columns;
};
constexpr PaloAltoType kPaloAltoTypes[] = {{"TRAFFIC", kTraffic},
                                           {"THREAT", kThreat},
                                           {"URL", kThreat},
                                           {"DATA", kThreat},
                                           {"WILDFIRE", kThreat},
                                           {"SYSTEM", kSystem},
                                           {"CONFIG", kConfig},
                                           {"USERID", kUserId},
                                           {"AUTHENTICATION", kAuthentication},
                                           {"HIPMATCH", kHipMatch},
                                           {"HIP-MATCH", kHipMatch},
                                           {"GLOBALPROTECT", kGlobalProtect},
                                           {"DECRYPTION", kSession},
                                           {"GTP", kSession},
                                           {"SCTP", kSession},
                                           {"CORRELATION", kCorrelation},
                                           {"IPTAG", kIpTag},
                                           {"TUNNEL", kTraffic}};

// FUTURE_USE,receive time,serial,type,subtype,FUTURE_USE,time made: the columns that all records have.
struct PaloAltoHead {
  const PaloAltoType* type = nullptr;
  std::string_view received, serial, subtype, made, rest;
};

PaloAltoHead palo_alto_head(std::string_view message) {
  std::array<std::string_view, 7> cells;
  for (std::string_view& cell : cells) {
    const std::size_t comma = message.substr(0, 64).find(',');
    if (comma == std::string_view::npos) return {};
    cell = message.substr(0, comma);
    message.remove_prefix(comma + 1);
  }
  const auto type = std::ranges::find(kPaloAltoTypes, cells[3], &PaloAltoType::name);
  if (type == std::end(kPaloAltoTypes)) return {};
  return {type, cells[1], cells[2], cells[4], cells[6], message};
}

// ---------------------------------------------------------------- filterlog
constexpr std::string_view kRule[] = {"rulenr", "subrulenr", "anchor", "tracker",  "interface",
                                      "reason", "action",    "dir",    "ipversion"};
constexpr std::string_view kIp4[] = {"tos",      "ecn",   "ttl",    "id",  "offset", "ipflags",
                                     "protonum", "proto", "length", "src", "dst"};
constexpr std::string_view kIp6[] = {"class", "flowlabel", "hoplimit", "proto", "protonum", "length", "src", "dst"};
constexpr std::string_view kTcp[] = {"srcport", "dstport", "datalen", "tcpflags"};
constexpr std::string_view kUdp[] = {"srcport", "dstport", "datalen"};

// ---------------------------------------------------------------- pairs
std::string_view without_backslashes(std::string_view value, text::Sink& sink) {
  if (value.find('\\') == std::string_view::npos) return value;
  char* out = sink.memory().allocate(value.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool escape = value[i] == '\\' && i + 1 < value.size() &&
                        (value[i + 1] == '"' || value[i + 1] == '\\' || value[i + 1] == ']' || value[i + 1] == ';');
    out[size++] = value[escape ? ++i : i];
  }
  return {out, size};
}

// `key:"value"; ` or `key::"value"; ` off the front; false at the end or where the shape breaks.
bool take_check_point(std::string_view& rest, std::string_view& key, std::string_view& value) {
  std::size_t i = 0;
  while (i < rest.size() && (rest[i] == ' ' || rest[i] == ';')) ++i;
  const std::size_t start = i;
  while (i < rest.size() && (is_word(rest[i]) || rest[i] == '-' || rest[i] == '.' || rest[i] == '/')) ++i;
  key = rest.substr(start, i - start);
  if (key.empty()) return false;
  for (int colons = 0; colons < 2 && i < rest.size() && rest[i] == ':'; ++colons) ++i;
  if (i >= rest.size() || rest[i] != '"') return false;
  const std::size_t from = ++i;
  while (i < rest.size() && rest[i] != '"') i += rest[i] == '\\' ? 2 : 1;
  if (i >= rest.size()) return false;
  value = rest.substr(from, i - from);
  rest.remove_prefix(i + 1);
  return true;
}

// The start of `, Key: ` at or after `from`; npos if there is none. A key has letters, digits and underscores.
std::size_t next_colon_pair(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find(',', from); at != std::string_view::npos; at = text.find(',', at + 1)) {
    std::size_t i = at + 1;
    if (i < text.size() && text[i] == ' ') ++i;
    const std::size_t start = i;
    while (i < text.size() && i - start < 48 && is_word(text[i])) ++i;
    if (i == start || !is_letter(text[start]) || i >= text.size() || text[i] != ':') continue;
    if (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == ',') return at;
  }
  return std::string_view::npos;
}

// An address and what is joined to it by colons; the address may be bracketed or missing.
void put_joined(std::string_view value, const std::array<std::string_view, 4>& names, text::Sink& sink) {
  std::array<std::string_view, 4> parts;
  if (value.starts_with('[')) {
    const std::size_t close = value.find(']');
    if (close == std::string_view::npos) return;
    parts[0] = value.substr(1, close - 1);
    value.remove_prefix(close + 1);
    if (!value.empty() && value[0] != ':') return;
  } else {
    const std::size_t end = std::min(value.find(':'), value.size());
    parts[0] = value.substr(0, end);
    value.remove_prefix(end);
  }
  for (std::size_t i = 1; i < parts.size() && !value.empty(); ++i) {
    value.remove_prefix(1);
    const std::size_t end = i + 1 == parts.size() ? value.size() : std::min(value.find(':'), value.size());
    parts[i] = value.substr(0, end);
    value.remove_prefix(end);
  }
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!parts[i].empty()) sink.put(names[i], parts[i]);
}

}  // namespace

bool is_palo_alto(std::string_view message) { return palo_alto_head(message).type != nullptr; }

std::string_view palo_alto_time(std::string_view message) {
  const PaloAltoHead head = palo_alto_head(message);
  return head.made.empty() ? head.received : head.made;
}

void put_palo_alto(std::string_view message, text::Sink& sink) {
  const PaloAltoHead head = palo_alto_head(message);
  if (!head.type) return;
  sink.put(kReceiveTime, head.received);
  sink.put(kSerial, head.serial);
  sink.put(kType, head.type->name);
  sink.put(kSubtype, head.subtype);
  sink.put("time_generated", head.made);
  std::string_view rest = head.rest;
  for (const std::string_view name : head.type->columns) {
    if (rest.empty()) break;
    const std::string_view cell = take_cell(rest, sink);
    if (!name.empty() && !cell.empty()) sink.put(name, cell);
  }
}

void put_filterlog(std::string_view message, text::Sink& sink) {
  std::string_view rest = message;
  const auto put = [&](Columns names) {
    std::string_view last, protocol;
    for (const std::string_view name : names) {
      if (rest.empty()) return protocol;
      last = take_cell(rest, sink);
      if (name == "proto") protocol = last;
      if (name == "ipversion") protocol = last;
      if (!last.empty()) sink.put(name, last);
    }
    return protocol;
  };
  if (rest.empty() || !is_digit(rest[0])) return;
  const std::string_view version = put(kRule);
  if (version != "4" && version != "6") return;
  const std::string_view protocol = version == "4" ? put(kIp4) : put(kIp6);
  if (protocol == "tcp" || protocol == "TCP") put(kTcp);
  if (protocol == "udp" || protocol == "UDP") put(kUdp);
}

bool is_check_point(std::string_view structured) {
  if (!structured.starts_with('[')) return false;
  structured.remove_prefix(1);
  std::string_view key, value;
  return take_check_point(structured, key, value);
}

void put_check_point(std::string_view structured, text::Sink& sink) {
  structured.remove_prefix(1);
  std::string_view key, value;
  while (take_check_point(structured, key, value))
    if (sink.wants(key)) sink.put(key, without_backslashes(value, sink));
}

std::optional<Time> check_point_time(std::string_view structured) {
  structured.remove_prefix(1);
  std::string_view key, value;
  while (take_check_point(structured, key, value)) {
    if (key != "time") continue;
    if (const auto epoch = text::read_epoch(value)) return epoch;
    return Time::parse_iso(value, 0);
  }
  return std::nullopt;
}

void put_colon_pairs(std::string_view message, text::Sink& sink) {
  std::size_t at = 0;
  while (at < message.size()) {
    while (at < message.size() && (message[at] == ',' || message[at] == ' ')) ++at;
    const std::size_t colon = message.find(':', at);
    if (colon == std::string_view::npos) return;
    const std::string_view key = message.substr(at, colon - at);
    if (key.empty() || key.size() > 48 || !std::ranges::all_of(key, is_word)) {
      at = next_colon_pair(message, at);  // text between the pairs
      continue;
    }
    const std::size_t end = std::min(next_colon_pair(message, colon + 1), message.size());
    std::string_view value = message.substr(colon + 1, end - colon - 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (!value.empty()) sink.put(key, value);
    at = end;
  }
}

bool is_comma_pairs(std::string_view message) {
  return message.size() > 24 && message.starts_with("date=") && message.substr(15).starts_with(",time=");
}

void put_comma_pairs(std::string_view message, text::Sink& sink) {
  std::size_t i = 0;
  while (i < message.size()) {
    while (i < message.size() && (message[i] == ',' || message[i] == ' ')) ++i;
    const std::size_t start = i;
    while (i < message.size() && (is_word(message[i]) || message[i] == '-')) ++i;
    if (i == start || i >= message.size() || message[i] != '=') {
      i = std::min(message.find(',', i), message.size());
      continue;
    }
    const std::string_view key = message.substr(start, i - start);
    ++i;
    std::string_view value;
    if (i < message.size() && message[i] == '"') {
      const std::size_t from = ++i;
      while (i < message.size() && message[i] != '"') i += message[i] == '\\' ? 2 : 1;
      i = std::min(i, message.size());
      value = message.substr(from, i - from);
      if (i < message.size()) ++i;
      if (sink.wants(key)) sink.put(key, without_backslashes(value, sink));
    } else {
      const std::size_t end = std::min(message.find(',', i), message.size());
      value = message.substr(i, end - i);
      i = end;
      sink.put(key, value);
    }
  }
}

bool is_sonicwall(std::string_view message) {
  const std::string_view head = message.substr(0, 256);
  return message.starts_with("id=") && head.find(" sn=") != std::string_view::npos &&
         head.find(" time=\"") != std::string_view::npos;
}

void put_sonicwall(std::string_view message, text::Sink& sink) {
  static constexpr std::array<std::string_view, 4> kSource = {"src_ip", "src_port", "src_interface", "src_name"};
  static constexpr std::array<std::string_view, 4> kDestination = {"dst_ip", "dst_port", "dst_interface", "dst_name"};
  for_each_pair(message, [&](std::string_view key, std::string_view value, char quote) {
    if (quote) return;
    if (key == "src") put_joined(value, kSource, sink);
    if (key == "dst") put_joined(value, kDestination, sink);
    if (key == "srcV6") sink.put("src_ip", value);
    if (key == "dstV6") sink.put("dst_ip", value);
    if (key == "proto") {
      const std::size_t slash = value.find('/');
      sink.put("proto_transport", value.substr(0, slash));
      if (slash == std::string_view::npos) return;
      const std::string_view service = value.substr(slash + 1);
      if (!service.empty() && !is_digit(service[0])) sink.put("proto_service", service);
    }
  });
}

}  // namespace tocsin::lines
