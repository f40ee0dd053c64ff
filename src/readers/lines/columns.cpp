#include "readers/lines/columns.h"

#include <algorithm>
#include <array>
#include <span>

#include "readers/lines/payload.h"

namespace tocsin::lines {
namespace {

using Columns = std::span<const std::string_view>;

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

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

}  // namespace tocsin::lines
