// The exact fields of each data stream when last measured (ecs_pairs_test.cpp prints the score). Raise a floor when the
// score rises; lower one only with a reason in docs/CONFORMANCE.md. A data stream that isn't here is no product of
// ours.
#pragma once
#include <string_view>

namespace tocsin::tests {

struct Floor {
  std::string_view data_stream;
  int exact;
};

inline constexpr Floor kFloors[] = {
    {"apache/access", 85},
    {"apache/error", 40},
    {"auditd/log", 260},
    {"azure/auditlogs", 12},
    {"azure/signinlogs", 144},
    {"barracuda/waf", 113},
    {"cef/log", 50},
    {"checkpoint/firewall", 242},
    {"cisco_asa/log", 796},
    {"cisco_ftd/log", 853},
    {"citrix_adc/interface", 1},
    {"citrix_adc/vpn", 1},
    {"coredns/log", 87},
    {"fortinet_fortigate/log", 249},
    {"fortinet_fortimail/log", 97},
    {"google_workspace/access_transparency", 5},
    {"google_workspace/admin", 930},
    {"google_workspace/alert", 14},
    {"google_workspace/gcp", 5},
    {"google_workspace/rules", 10},
    {"google_workspace/saml", 14},
    {"google_workspace/user_accounts", 54},
    {"haproxy/log", 65},
    {"iis/access", 180},
    {"iis/error", 134},
    {"iptables/log", 54},
    {"keycloak/log", 106},
    {"microsoft_exchange_online_message_trace/log", 15},
    {"nginx/access", 110},
    {"nginx/error", 16},
    {"o365/audit", 681},
    {"panw/panos", 3335},
    {"pfsense/log", 595},
    {"pulse_connect_secure/log", 25},
    {"sonicwall_firewall/log", 489},
    {"sophos/utm", 7},
    {"sophos/xg", 1141},
    {"squid/log", 0},
    {"suricata/eve", 468},
    {"sysmon_linux/log", 8},
    {"system/auth", 538},
    {"system/security", 475},
    {"system/syslog", 7},
    {"tomcat/log", 0},
    {"windows/forwarded", 2208},
    {"windows/powershell", 54},
    {"zeek/capture_loss", 7},
    {"zeek/connection", 116},
    {"zeek/dhcp", 22},
    {"zeek/intel", 25},
    {"zeek/irc", 32},
    {"zeek/kerberos", 21},
    {"zeek/known_certs", 2},
    {"zeek/known_hosts", 5},
    {"zeek/ntlm", 19},
    {"zeek/ntp", 14},
    {"zeek/pe", 5},
    {"zeek/rdp", 15},
    {"zeek/rfb", 15},
    {"zeek/signature", 6},
    {"zeek/sip", 53},
    {"zeek/smb_cmd", 17},
    {"zeek/smb_files", 15},
    {"zeek/socks", 17},
    {"zeek/software", 2},
    {"zeek/ssl", 73},
    {"zeek/syslog", 60},
    {"zeek/tunnel", 13},
    {"zeek/x509", 3},
};

// Fields into which a test's configuration puts values: one that doesn't stand in the raw event isn't counted as
// expected.
struct NotInEvidence {
  std::string_view data_stream, field, why;
};
inline constexpr NotInEvidence kNotInEvidence[] = {
    {"sophos/xg", "host.name", "the pipeline's table of known devices"},
    {"o365/audit", "host.name", "the pipeline's table of tenants"},
};

inline const Floor* floor_of(std::string_view data_stream) {
  for (const Floor& floor : kFloors)
    if (floor.data_stream == data_stream) return &floor;
  return nullptr;
}

}  // namespace tocsin::tests
