#include "readers/json/layout_table.h"

#include <cstring>

namespace tocsin::json {

bool equal_folded(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if ((a[i] | (a[i] >= 'A' && a[i] <= 'Z' ? 0x20 : 0)) != (b[i] | (b[i] >= 'A' && b[i] <= 'Z' ? 0x20 : 0)))
      return false;
  return true;
}

namespace {

bool ends_folded(std::string_view text, std::string_view tail) {
  return text.size() >= tail.size() && equal_folded(text.substr(text.size() - tail.size()), tail);
}

std::string_view joined(const Walk& walk, std::string_view prefix, std::string_view name) {
  // A source is a word; hostile text does not become one.
  if (name.empty() || name.size() > 64) return prefix.substr(0, prefix.size() - 1);
  char* const out = walk.sink.arena().allocate(prefix.size() + name.size());
  std::memcpy(out, prefix.data(), prefix.size());
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    out[prefix.size() + i] = word ? c : c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : '_';
  }
  return {out, prefix.size() + name.size()};
}

std::string_view suricata(const Walk& walk, const Node& root) {
  return joined(walk, "suricata.", value_at(walk, root, "event_type").text());
}

std::string_view zeek_path(const Walk& walk, const Node& root) {
  const Value path = value_at(walk, root, "_path");
  return joined(walk, "zeek.", path.is_null() ? value_at(walk, root, "@stream").text() : path.text());
}

// Azure Monitor diagnostic records carry their kind in `category`, the tables of Log Analytics in `Type`.
std::string_view azure(const Walk& walk, const Node& root) {
  for (const std::string_view name : {"category", "Category", "Type", "category.value"}) {
    const std::string_view kind = value_at(walk, root, name).text();
    if (ends_folded(kind, "SignInLogs")) return "entra.signin";
    if (equal_folded(kind, "AuditLogs")) return "entra.audit";
    // The audit log's own categories (Policy, DirectoryManagement …), where a shipper lifted them to the top.
    if (!kind.empty() && !value_at(walk, root, "properties.loggedByService").is_null()) return "entra.audit";
    if (ends_folded(kind, "RiskEvents") || ends_folded(kind, "RiskyUsers")) return "entra.risk";
    for (const std::string_view activity : {"Administrative", "Security", "ServiceHealth", "Alert", "Autoscale",
                                            "Policy", "Recommendation", "ResourceHealth", "AzureActivity"})
      if (equal_folded(kind, activity)) return "azure.activity";
  }
  return "azure";
}

std::string_view google(const Walk& walk, const Node& root) {
  const std::string_view service = value_at(walk, root, "protoPayload.serviceName").text();
  if (service == "admin.googleapis.com") return "google_workspace.admin";
  if (service == "login.googleapis.com") return "google_workspace.login";
  if (walk.tape.child(root, "protoPayload")) return "gcp.audit";
  return "gcp";
}

std::string_view workspace(const Walk& walk, const Node& root) {
  const Value application = value_at(walk, root, "id.applicationName");
  return application.is_null() ? "json" : joined(walk, "google_workspace.", application.text());
}

std::string_view kubernetes(const Walk& walk, const Node& root) {
  const std::string_view version = value_at(walk, root, "apiVersion").text();
  return version.empty() || version.starts_with("audit.k8s.io") ? "kubernetes.audit" : "";
}

}  // namespace

std::span<const Layout> layout_table() {
  static const std::vector<Layout> layouts{
      {"windows", Form::windows_event, {"System"}, {"EventData", "UserData", "Message"}, {}},
      {"windows", Form::winlog, {"winlog"}, {}, {}},
      {"windows", Form::winlog, {}, {"winlog.event_id", "winlog.channel", "winlog.provider_name"}, {}},
      {"windows", Form::winlog, {"event_id"}, {"event_data", "log_name", "event_data.SubjectUserName"}, {}},
      {"windows", Form::hayabusa, {"EventID", "RuleTitle"}, {"Timestamp", "timestamp"}, {}},
      {"windows",
       Form::windows_flat,
       {"EventID"},
       {"Channel", "SourceName", "ProviderGuid", "ProviderName", "EventSourceName", "Provider_Name", "LogName"},
       {},
       false},
      {"windows", Form::windows_flat, {"EventCode", "LogName"}, {}, {}, false},
      {"windows", Form::windows_table, {"Id"}, {"LogName", "ProviderName"}, {}, false},
      {"windows", Form::windows_table, {"EventId", "Channel"}, {"Provider", "Payload", "Computer"}, {}},
      {"windows", Form::windows_table, {"Event ID", "Source"}, {}, {}, false},

      {"cloudtrail",
       Form::dotted,
       {"eventSource", "eventName"},
       {"awsRegion", "userIdentity", "eventVersion", "recipientAccountId", "requestParameters"},
       {"eventTime", "@timestamp"}},
      {"m365",
       Form::dotted,
       {"Operation"},
       {"Workload", "RecordType", "OrganizationId", "UserType"},
       {"CreationTime", "CreationDate", "TimeGenerated", "@timestamp"}},
      {"m365",  // a record cut down to the schema's common head
       Form::dotted,
       {"CreationTime", "RecordType", "Id"},
       {},
       {"CreationTime"}},
      {"entra.risk",
       Form::dotted,
       {"riskEventType"},
       {},
       {"activityDateTime", "detectedDateTime", "time", "createdDateTime", "TimeGenerated", "@timestamp"}},
      {"cloudtrail",
       Form::dotted,
       {"eventName", "awsRegion"},
       {"userIdentity", "sourceIPAddress"},
       {"eventTime", "@timestamp"}},
      {"azure",
       Form::dotted,
       {"category", "resourceId"},
       {},
       {"time", "eventTimestamp", "TimeGenerated", "@timestamp"},
       true,
       azure},
      {"azure",
       Form::dotted,
       {"category", "operationName"},
       {"properties", "callerIpAddress", "time", "identity"},
       {"time", "eventTimestamp", "TimeGenerated", "@timestamp"},
       true,
       azure},
      {"azure",
       Form::dotted,
       {"category", "properties", "time"},
       {"tenantId", "tenantid", "resourceid", "operationname"},
       {"time"},
       true,
       azure},
      {"azure", Form::dotted, {"Type", "TimeGenerated"}, {}, {"TimeGenerated"}, true, azure},
      {"entra.signin",
       Form::dotted,
       {"userPrincipalName"},
       {"appDisplayName", "conditionalAccessStatus", "clientAppUsed"},
       {"createdDateTime", "@timestamp"}},
      {"entra.signin", Form::dotted, {"UserPrincipalName", "ResultType"}, {}, {"TimeGenerated", "CreatedDateTime"}},
      {"entra.signin",
       Form::dotted,
       {"createdDateTime", "appId"},
       {"servicePrincipalId", "ipAddress"},
       {"createdDateTime"}},
      {"entra.audit",
       Form::dotted,
       {"activityDisplayName"},
       {"initiatedBy", "targetResources", "loggedByService"},
       {"activityDateTime", "@timestamp"}},
      {"entra.audit", Form::dotted, {"OperationName", "LoggedByService"}, {}, {"TimeGenerated", "ActivityDateTime"}},
      {"azure.activity",
       Form::dotted,
       {"operationName"},
       {"subscriptionId", "eventTimestamp", "authorization", "caller"},
       {"eventTimestamp", "time", "@timestamp"}},
      {"azure.activity", Form::dotted, {"OperationNameValue"}, {}, {"TimeGenerated", "EventSubmissionTimestamp"}},
      {"azure.activity", Form::dotted, {"operationName", "resourceId"}, {}, {"time", "@timestamp"}},
      {"suricata",
       Form::dotted,
       {"event_type"},
       {"flow_id", "src_ip", "stats", "in_iface"},
       {"timestamp", "@timestamp"},
       true,
       suricata},
      {"kubernetes.audit",
       Form::dotted,
       {"auditID", "verb"},
       {},
       {"requestReceivedTimestamp", "stageTimestamp", "@timestamp"},
       true,
       kubernetes},
      {"google_workspace", Form::dotted, {"id", "actor", "events"}, {}, {"id.time"}, true, workspace},
      {"google_workspace", Form::dotted, {"id", "actor", "parameters"}, {"name", "kind"}, {"id.time"}, true, workspace},
      {"google_workspace", Form::dotted, {"id", "actor", "type", "name"}, {}, {"id.time"}, true, workspace},
      {"google_workspace", Form::dotted, {"id", "type", "name", "parameters"}, {}, {"id.time"}, true, workspace},
      {"gcp",
       Form::dotted,
       {"logName"},
       {"protoPayload", "insertId", "resource"},
       {"timestamp", "receiveTimestamp"},
       true,
       google},
      {"gcp",
       Form::dotted,
       {"protoPayload"},
       {"timestamp", "receiveTimestamp", "severity"},
       {"timestamp", "receiveTimestamp"},
       true,
       google},
      {"gcp.audit", Form::dotted, {"gcp"}, {"event", "@timestamp"}, {"@timestamp"}},
      {"okta",
       Form::dotted,
       {"eventType", "actor"},
       {"published", "displayMessage", "outcome"},
       {"published", "@timestamp"}},
      {"okta", Form::dotted, {"eventtype", "actor"}, {"published", "displaymessage", "outcome"}, {"published"}},
      {"bitbucket.audit", Form::dotted, {"auditType"}, {}, {"timestamp", "dateTime", "creationDate", "@timestamp"}},
      {"onelogin", Form::dotted, {"event_type_id"}, {}, {"created_at", "event_timestamp", "@timestamp"}},
      {"duo", Form::dotted, {"txid"}, {}, {"isotimestamp", "timestamp", "@timestamp"}},
      {"duo",
       Form::dotted,
       {"isotimestamp"},
       {"eventtype", "event_type", "action", "access_device", "auth_device"},
       {"isotimestamp", "timestamp"}},
      {"duo", Form::dotted, {"event_type", "access_device"}, {}, {"isotimestamp", "timestamp"}},
      {"opencanary",
       Form::dotted,
       {"logtype"},
       {"node_id", "logdata"},
       {"utc_time", "local_time_adjusted", "local_time"}},
      {"github.audit",
       Form::dotted,
       {"action", "actor"},
       {"_document_id", "org", "repo", "business", "user_agent"},
       {"@timestamp", "created_at"}},
      {"github.audit", Form::dotted, {"action", "created_at", "@timestamp"}, {}, {"@timestamp", "created_at"}},
      {"journald",
       Form::dotted,
       {"__REALTIME_TIMESTAMP"},
       {},
       {"_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"},
       true,
       nullptr,
       {"MESSAGE", "SYSLOG_IDENTIFIER", "_HOSTNAME", "_PID"}},
      {"docker",
       Form::dotted,
       {"log", "stream"},
       {"time", "date", "kubernetes", "@timestamp"},
       {"time", "@timestamp", "date"},
       true,
       nullptr,
       {.line = "log", .bare = true}},

      {"zeek",
       Form::dotted,
       {"_path"},
       {"ts", "uid", "_write_ts", "@timestamp"},
       {"ts", "_write_ts", "@timestamp"},
       true,
       zeek_path},
      {"zeek", Form::dotted, {"@stream", "ts"}, {}, {"ts"}, true, zeek_path},
      {"zeek.conn", Form::dotted, {"ts", "uid", "conn_state"}, {}, {"ts"}},
      {"zeek.dns", Form::dotted, {"ts", "uid"}, {"qtype", "qtype_name", "rcode_name", "query"}, {"ts"}},
      {"zeek.sip", Form::dotted, {"ts", "uid"}, {"call_id", "request_from"}, {"ts"}},
      {"zeek.http", Form::dotted, {"ts", "uid"}, {"trans_depth"}, {"ts"}},
      {"zeek.dce_rpc", Form::dotted, {"ts", "uid"}, {"endpoint", "named_pipe"}, {"ts"}},
      {"zeek.kerberos", Form::dotted, {"ts", "uid"}, {"request_type"}, {"ts"}},
      {"zeek.smb_mapping", Form::dotted, {"ts", "uid"}, {"share_type"}, {"ts"}},
      {"zeek.smb_files", Form::dotted, {"ts", "uid", "action"}, {"name", "path"}, {"ts"}},
      {"zeek.ntlm", Form::dotted, {"ts", "uid"}, {"domainname", "server_nb_computer_name"}, {"ts"}},
      {"zeek.rdp", Form::dotted, {"ts", "uid"}, {"security_protocol", "keyboard_layout", "cookie"}, {"ts"}},
      {"zeek.ssh", Form::dotted, {"ts", "uid"}, {"auth_attempts", "auth_success", "hassh"}, {"ts"}},
      {"zeek.ssl", Form::dotted, {"ts", "uid"}, {"resumed", "cipher", "ja3"}, {"ts"}},
      {"zeek.smtp", Form::dotted, {"ts", "uid"}, {"helo", "mailfrom"}, {"ts"}},
      {"zeek.ftp", Form::dotted, {"ts", "uid", "command"}, {"arg", "reply_code"}, {"ts"}},
      {"zeek.files", Form::dotted, {"ts", "fuid"}, {"source", "tx_hosts", "seen_bytes"}, {"ts"}},
      {"zeek.x509", Form::dotted, {"ts"}, {"certificate.serial", "certificate.subject"}, {"ts"}},
      {"zeek.notice", Form::dotted, {"ts", "note"}, {"msg", "actions"}, {"ts"}},
      {"zeek.weird", Form::dotted, {"ts", "name", "notice"}, {}, {"ts"}},
      {"zeek.dhcp", Form::dotted, {"ts"}, {"msg_types", "assigned_addr"}, {"ts"}},
      {"zeek.intel", Form::dotted, {"ts"}, {"seen.indicator", "seen.indicator_type", "seen.where"}, {"ts"}},
      {"zeek.irc", Form::dotted, {"ts", "uid", "command", "value"}, {}, {"ts"}},
      {"zeek.ntp", Form::dotted, {"ts", "uid", "mode", "stratum"}, {}, {"ts"}},
      {"zeek.rdp", Form::dotted, {"ts", "uid", "cert_count"}, {"result", "ssl"}, {"ts"}},
      {"zeek.rfb", Form::dotted, {"ts", "uid"}, {"share_flag", "client_major_version"}, {"ts"}},
      {"zeek.socks", Form::dotted, {"ts", "uid"}, {"request_p", "bound_p"}, {"ts"}},
      {"zeek.smb_cmd", Form::dotted, {"ts", "uid", "command"}, {"rtt", "tree", "sub_command"}, {"ts"}},
      {"zeek.snmp", Form::dotted, {"ts", "uid"}, {"get_requests", "community"}, {"ts"}},
      {"zeek.radius", Form::dotted, {"ts", "uid"}, {"framed_addr", "tunnel_client", "remote_ip"}, {"ts"}},
      {"zeek.mysql", Form::dotted, {"ts", "uid", "cmd"}, {"rows", "success", "response"}, {"ts"}},
      {"zeek.syslog", Form::dotted, {"ts", "uid", "facility", "severity"}, {}, {"ts"}},
      {"zeek.tunnel", Form::dotted, {"ts", "tunnel_type"}, {}, {"ts"}},
      {"zeek.signatures", Form::dotted, {"ts", "sig_id"}, {"src_addr", "event_msg"}, {"ts"}},
      {"zeek.pe", Form::dotted, {"ts", "machine", "compile_ts"}, {}, {"ts"}},
      {"zeek.software", Form::dotted, {"ts", "host", "software_type"}, {}, {"ts"}},
      {"zeek.known_certs", Form::dotted, {"ts", "host", "port_num"}, {"subject", "issuer_subject", "serial"}, {"ts"}},
      {"zeek.known_services", Form::dotted, {"ts", "host", "port_num"}, {}, {"ts"}},
      {"zeek.capture_loss", Form::dotted, {"ts", "ts_delta", "percent_lost"}, {}, {"ts"}},
      {"zeek.stats", Form::dotted, {"ts", "peer", "pkts_proc"}, {}, {"ts"}},
      {"zeek", Form::dotted, {"ts", "uid", "id.orig_h"}, {}, {"ts"}},

      // Alerts and shippers. The line is believed only where it says itself what wrote it.
      {"wazuh",
       Form::dotted,
       {"full_log", "rule"},
       {"agent", "manager", "location"},
       {"timestamp", "@timestamp"},
       true,
       nullptr,
       {"full_log"}},
      {"json",  // GELF
       Form::dotted,
       {"version", "host", "short_message"},
       {},
       {"timestamp"},
       true,
       nullptr,
       {"short_message", "_program", "host", "_pid"}},
      {"json",  // Filebeat, Logstash
       Form::dotted,
       {"@timestamp", "message"},
       {"log", "input", "prospector", "log.file.path", "input.type"},
       {"@timestamp"},
       true,
       nullptr,
       {"message", "process.name", "host.name", "process.pid"}},
      {"json",
       Form::dotted,
       {"@timestamp", "message"},
       {"agent", "beat", "@version", "host", "agent.type", "host.name"},
       {"@timestamp"},
       true,
       nullptr,
       {"message"}},
      {"json",  // CloudWatch
       Form::dotted,
       {"message", "timestamp", "ingestionTime"},
       {},
       {"timestamp"},
       true,
       nullptr,
       {"message"}},
      {"json", Form::dotted, {"line", "timestamp", "labels"}, {}, {"timestamp"}, true, nullptr, {"line"}},  // Loki
      {"json", Form::dotted, {"_raw"}, {}, {"_time"}, false, nullptr, {"_raw"}},                            // Splunk

      {"json",
       Form::dotted,
       {},
       {},
       {"@timestamp",    "timestamp",     "Timestamp",   "time",      "ts",           "eventTime",
        "event_time",    "TimeGenerated", "datetime",    "date",      "created_at",   "createdAt",
        "published",     "_time",         "TimeCreated", "EventTime", "CreationTime", "createdDateTime",
        "event.created", "utc_time",      "_timestamp",  "received"},
       false},
  };
  return layouts;
}

}  // namespace tocsin::json
