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
    {"apache/access", 0},
    {"apache/error", 0},
    {"auditd/log", 0},
    {"azure/auditlogs", 0},
    {"azure/signinlogs", 0},
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
    {"google_workspace/access_transparency", 0},
    {"google_workspace/admin", 0},
    {"google_workspace/alert", 0},
    {"google_workspace/gcp", 0},
    {"google_workspace/rules", 0},
    {"google_workspace/saml", 0},
    {"google_workspace/user_accounts", 0},
    {"haproxy/log", 65},
    {"iis/access", 0},
    {"iis/error", 0},
    {"iptables/log", 54},
    {"keycloak/log", 0},
    {"microsoft_exchange_online_message_trace/log", 0},
    {"nginx/access", 0},
    {"nginx/error", 0},
    {"o365/audit", 0},
    {"panw/panos", 3335},
    {"pfsense/log", 595},
    {"pulse_connect_secure/log", 25},
    {"sonicwall_firewall/log", 489},
    {"sophos/utm", 7},
    {"sophos/xg", 1141},
    {"squid/log", 0},
    {"suricata/eve", 0},
    {"sysmon_linux/log", 0},
    {"system/auth", 0},
    {"system/security", 0},
    {"system/syslog", 0},
    {"tomcat/log", 0},
    {"windows/forwarded", 0},
    {"windows/powershell", 0},
    {"zeek/capture_loss", 0},
    {"zeek/connection", 0},
    {"zeek/dhcp", 0},
    {"zeek/intel", 0},
    {"zeek/irc", 0},
    {"zeek/kerberos", 0},
    {"zeek/known_certs", 0},
    {"zeek/known_hosts", 0},
    {"zeek/ntlm", 0},
    {"zeek/ntp", 0},
    {"zeek/pe", 0},
    {"zeek/rdp", 0},
    {"zeek/rfb", 0},
    {"zeek/signature", 0},
    {"zeek/sip", 0},
    {"zeek/smb_cmd", 0},
    {"zeek/smb_files", 0},
    {"zeek/socks", 0},
    {"zeek/software", 0},
    {"zeek/ssl", 0},
    {"zeek/syslog", 0},
    {"zeek/tunnel", 0},
    {"zeek/x509", 0},
};

// Fields that no evidence gives: a test's configuration puts them in. They aren't counted as expected.
struct NotInEvidence {
  std::string_view data_stream, field, why;
};
inline constexpr NotInEvidence kNotInEvidence[] = {
    {"sophos/xg", "host.name", "the pipeline's table of known devices"},
};

inline const Floor* floor_of(std::string_view data_stream) {
  for (const Floor& floor : kFloors)
    if (floor.data_stream == data_stream) return &floor;
  return nullptr;
}

}  // namespace tocsin::tests
