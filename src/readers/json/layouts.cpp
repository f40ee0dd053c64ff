#include "readers/json/layouts.h"

#include <array>
#include <charconv>
#include <cstring>
#include <vector>

#include "base/check.h"
#include "readers/json/moment.h"
#include "readers/windows_names.h"

namespace tocsin::json {

enum class Form : std::uint8_t { dotted, windows_event, windows_flat, windows_table, winlog, hayabusa };

struct Layout {
  std::string_view source;
  Form form;
  std::vector<std::string_view> all;   // keys that must be there
  std::vector<std::string_view> any;   // and one of these, unless empty
  std::vector<std::string_view> time;  // where its time stands: the first that is there; dots step into objects
  bool utc = true;                     // a time without a zone is UTC
  // Names the source better, from the record's values. Empty: `source` stands.
  std::string_view (*source_of)(const Walk& walk, const Node& root) = nullptr;
};

namespace {

// ---- sources that depend on a value

bool equal_folded(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if ((a[i] | (a[i] >= 'A' && a[i] <= 'Z' ? 0x20 : 0)) != (b[i] | (b[i] >= 'A' && b[i] <= 'Z' ? 0x20 : 0))) return false;
  return true;
}

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
  return joined(walk, "zeek.", value_at(walk, root, "_path").text());
}

// Azure Monitor diagnostic records carry their kind in `category`, the tables of Log Analytics in `Type`.
std::string_view azure(const Walk& walk, const Node& root) {
  for (const std::string_view name : {"category", "Category", "Type", "category.value"}) {
    const std::string_view kind = value_at(walk, root, name).text();
    if (ends_folded(kind, "SignInLogs")) return "entra.signin";
    if (equal_folded(kind, "AuditLogs")) return "entra.audit";
    if (ends_folded(kind, "RiskEvents") || ends_folded(kind, "RiskyUsers")) return "entra.risk";
    for (const std::string_view activity :
         {"Administrative", "Security", "ServiceHealth", "Alert", "Autoscale", "Policy", "Recommendation",
          "ResourceHealth", "AzureActivity"})
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
  return joined(walk, "google_workspace.", value_at(walk, root, "id.applicationName").text());
}

std::string_view kubernetes(const Walk& walk, const Node& root) {
  const std::string_view version = value_at(walk, root, "apiVersion").text();
  return version.empty() || version.starts_with("audit.k8s.io") ? "kubernetes.audit" : "";
}

// ---- the table: the first that fits

const std::vector<Layout>& table() {
  static const std::vector<Layout> layouts{
      {"windows", Form::windows_event, {"System"}, {"EventData", "UserData", "Message"}, {}},
      {"windows", Form::winlog, {"winlog"}, {}, {}},
      {"windows", Form::winlog, {}, {"winlog.event_id", "winlog.channel", "winlog.provider_name"}, {}},
      {"windows", Form::winlog, {"event_id"}, {"event_data", "log_name", "event_data.SubjectUserName"}, {}},
      {"windows", Form::hayabusa, {"EventID", "RuleTitle"}, {"Timestamp", "timestamp"}, {}},
      {"windows", Form::windows_flat, {"EventID"}, 
       {"Channel", "SourceName", "ProviderGuid", "ProviderName", "EventSourceName", "Provider_Name", "LogName"}, {}, false},
      {"windows", Form::windows_flat, {"EventCode", "LogName"}, {}, {}, false},
      {"windows", Form::windows_table, {"Id"}, {"LogName", "ProviderName"}, {}, false},
      {"windows", Form::windows_table, {"EventId", "Channel"}, {"Provider", "Payload", "Computer"}, {}},
      {"windows", Form::windows_table, {"Event ID", "Source"}, {}, {}, false},

      {"cloudtrail", Form::dotted, {"eventSource", "eventName"},
       {"awsRegion", "userIdentity", "eventVersion", "recipientAccountId", "requestParameters"}, {"eventTime", "@timestamp"}},
      {"m365", Form::dotted, {"Operation"}, {"Workload", "RecordType", "OrganizationId", "UserType"},
       {"CreationTime", "CreationDate", "TimeGenerated", "@timestamp"}},
      {"entra.risk", Form::dotted, {"riskEventType"}, {},
       {"activityDateTime", "detectedDateTime", "time", "createdDateTime", "TimeGenerated", "@timestamp"}},
      {"azure", Form::dotted, {"category"}, {"resourceId", "tenantId"},
       {"time", "eventTimestamp", "TimeGenerated", "@timestamp"}, true, azure},
      {"azure", Form::dotted, {"Type", "TimeGenerated"}, {}, {"TimeGenerated"}, true, azure},
      {"entra.signin", Form::dotted, {"userPrincipalName"}, {"appDisplayName", "conditionalAccessStatus", "clientAppUsed"},
       {"createdDateTime", "@timestamp"}},
      {"entra.signin", Form::dotted, {"UserPrincipalName", "ResultType"}, {}, {"TimeGenerated", "CreatedDateTime"}},
      {"entra.signin", Form::dotted, {"createdDateTime", "appId"}, {"servicePrincipalId", "ipAddress"}, {"createdDateTime"}},
      {"entra.audit", Form::dotted, {"activityDisplayName"}, {"initiatedBy", "targetResources", "loggedByService"},
       {"activityDateTime", "@timestamp"}},
      {"entra.audit", Form::dotted, {"OperationName", "LoggedByService"}, {}, {"TimeGenerated", "ActivityDateTime"}},
      {"azure.activity", Form::dotted, {"operationName"}, {"subscriptionId", "eventTimestamp", "authorization", "caller"},
       {"eventTimestamp", "time", "@timestamp"}},
      {"azure.activity", Form::dotted, {"OperationNameValue"}, {}, {"TimeGenerated", "EventSubmissionTimestamp"}},
      {"azure.activity", Form::dotted, {"operationName", "resourceId"}, {}, {"time", "@timestamp"}},
      {"suricata", Form::dotted, {"event_type"}, {"flow_id", "src_ip", "stats", "in_iface"},
       {"timestamp", "@timestamp"}, true, suricata},
      {"kubernetes.audit", Form::dotted, {"auditID", "verb"}, {},
       {"requestReceivedTimestamp", "stageTimestamp", "@timestamp"}, true, kubernetes},
      {"google_workspace", Form::dotted, {"id", "actor", "events"}, {}, {"id.time"}, true, workspace},
      {"gcp", Form::dotted, {"logName"}, {"protoPayload", "insertId", "resource"}, {"timestamp", "receiveTimestamp"}, true,
       google},
      {"gcp.audit", Form::dotted, {"gcp"}, {"event", "@timestamp"}, {"@timestamp"}},
      {"okta", Form::dotted, {"eventType", "actor"}, {"published", "displayMessage", "outcome"}, {"published", "@timestamp"}},
      {"bitbucket.audit", Form::dotted, {"auditType"}, {}, {"timestamp", "dateTime", "creationDate", "@timestamp"}},
      {"onelogin", Form::dotted, {"event_type_id"}, {}, {"created_at", "event_timestamp", "@timestamp"}},
      {"duo", Form::dotted, {"txid"}, {}, {"isotimestamp", "timestamp", "@timestamp"}},
      {"duo", Form::dotted, {"isotimestamp"}, {"eventtype", "event_type", "action", "access_device", "auth_device"},
       {"isotimestamp", "timestamp"}},
      {"opencanary", Form::dotted, {"logtype"}, {"node_id", "logdata"}, {"utc_time", "local_time_adjusted", "local_time"}},
      {"github.audit", Form::dotted, {"action", "actor"}, {"_document_id", "org", "repo", "business", "user_agent"},
       {"@timestamp", "created_at"}},
      {"github.audit", Form::dotted, {"action", "created_at", "@timestamp"}, {}, {"@timestamp", "created_at"}},
      {"journald", Form::dotted, {"__REALTIME_TIMESTAMP"}, {}, {"_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"}},
      {"docker", Form::dotted, {"log", "stream", "time"}, {}, {"time"}},

      {"zeek", Form::dotted, {"_path"}, {"ts", "uid", "_write_ts", "@timestamp"},
       {"ts", "_write_ts", "@timestamp"}, true, zeek_path},
      {"zeek.conn", Form::dotted, {"ts", "uid", "conn_state"}, {}, {"ts"}},
      {"zeek.dns", Form::dotted, {"ts", "uid"}, {"qtype", "qtype_name", "rcode_name", "query"}, {"ts"}},
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
      {"zeek", Form::dotted, {"ts", "uid", "id.orig_h"}, {}, {"ts"}},

      {"json", Form::dotted, {}, {},
       {"@timestamp", "timestamp", "Timestamp", "time", "ts", "eventTime", "event_time", "TimeGenerated", "datetime", "date",
        "created_at", "createdAt", "published", "_time", "TimeCreated", "EventTime", "CreationTime", "createdDateTime",
        "event.created", "utc_time", "_timestamp", "received"}, false},
  };
  return layouts;
}

// ---- finding the row

constexpr std::size_t kWords = 3;
using KeySet = std::array<std::uint64_t, kWords>;

struct Compiled {
  Demand names;
  struct Row {
    KeySet all{}, any{};
    bool has_any = false;
  };
  std::vector<Row> rows;
};

const Compiled& compiled() {
  static const Compiled result = [] {
    Compiled c;
    const auto set = [&](KeySet& keys, std::string_view name) {
      const Slot slot = c.names.add(name);
      CHECK(slot < 64 * kWords);
      keys[slot / 64] |= std::uint64_t{1} << slot % 64;
    };
    for (const Layout& layout : table()) {
      Compiled::Row row;
      for (const std::string_view name : layout.all) set(row.all, name);
      for (const std::string_view name : layout.any) set(row.any, name), row.has_any = true;
      c.rows.push_back(row);
    }
    return c;
  }();
  return result;
}

const FieldTable& key_table() {
  static const FieldTable keys(compiled().names);
  return keys;
}

KeySet keys_of(const Tape& tape, const Node& root) {
  const FieldTable& table = key_table();
  KeySet keys{};
  for (const Node& member : tape.children(root))
    if (const FieldTable::Entry* entry = table.find(member.key()); entry && entry->slot != FieldTable::kNone)
      keys[entry->slot / 64] |= std::uint64_t{1} << entry->slot % 64;
  return keys;
}

const Layout& layout_of(const Tape& tape, const Node& root) {
  const KeySet keys = keys_of(tape, root);
  const std::vector<Compiled::Row>& rows = compiled().rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Compiled::Row& row = rows[i];
    std::uint64_t missing = 0, met = row.has_any ? 0 : 1;
    for (std::size_t word = 0; word < kWords; ++word) {
      missing |= row.all[word] & ~keys[word];
      met |= row.any[word] & keys[word];
    }
    if (!missing && met) return table()[i];
  }
  return table().back();
}

Time time_of(const Value& value, int offset) {
  return value.is_null() ? Time::none() : read_moment(value.text(), offset);
}

std::uint64_t number_of(const Value& value) {
  std::uint64_t number = 0;
  const std::string_view text = value.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

// The event's own time, in UTC. NXLog's EventTime has no zone: the collector's time, seconds later at most, is
// nearer the truth than a guess at it.
Time windows_time(const WindowsFacts& facts, int offset) {
  const bool zoned = moment_has_zone(facts.time.text());
  if (const Time time = time_of(facts.time, offset); time.known() && (zoned || facts.utc_time.is_null())) return time;
  if (const Time time = time_of(facts.utc_time, 0); time.known()) return time;
  const Time local = time_of(facts.local_time, offset);
  if (local.known() && moment_has_zone(facts.local_time.text())) return local;
  if (const Time time = time_of(facts.received, 0); time.known()) return time;
  return local;
}

// A record that was told apart: its root may lie inside the element (Elasticsearch's _source, Chainsaw's document).
struct Told {
  const Layout* layout = nullptr;
  const Node* root = nullptr;
  const Node* embedded = nullptr;  // a string that holds the record proper as JSON: AuditData, CloudTrailEvent
};

Told tell(const Tape& tape, const Node& object) {
  const Node* root = &object;
  // Into wrappers of one record: a few steps at most.
  for (int step = 0; step < 4; ++step) {
    const Node* inner = nullptr;
    if (const Node* source = tape.child(*root, "_source"); source && source->type == Type::object) {
      inner = source;
    } else if (const Node* event = tape.child(*root, "Event"); event && event->type == Type::object) {
      if (tape.child(*event, "System")) inner = event;
    } else if (const Node* document = tape.child(*root, "document"); document && document->type == Type::object) {
      if (const Node* data = tape.child(*document, "data"); data && data->type == Type::object) inner = data;
    } else if (const Node* result = tape.child(*root, "result");
               result && result->type == Type::object && (tape.child(*root, "preview") || tape.child(*root, "lastrow"))) {
      inner = result;
    }
    if (!inner) break;
    root = inner;
  }
  Told told{&layout_of(tape, *root), root};
  for (const std::string_view name : {"AuditData", "CloudTrailEvent"}) {
    const Node* data = tape.child(*root, name);
    if (!data) continue;
    if (data->type == Type::object) {
      told.root = data;
      told.layout = &layout_of(tape, *data);
    } else if (data->type == Type::string && data->size > 1 && data->data[0] == '{') {
      told.embedded = data;
    }
  }
  return told;
}

Heading read_record(const Walk& walk, const Told& told, int utc_offset_minutes) {
  const Layout& layout = *told.layout;
  const Node& root = *told.root;
  Heading heading{layout.source};
  if (layout.form == Form::dotted) {
    if (layout.source_of)
      if (const std::string_view source = layout.source_of(walk, root); !source.empty()) heading.source = source;
    for (const std::string_view path : layout.time) {
      const Value value = value_at(walk, root, path);
      if (value.is_null()) continue;
      heading.time = time_of(value, layout.utc ? 0 : utc_offset_minutes);
      if (heading.time.known()) break;
    }
    walk_dotted(walk, root, "");
    return heading;
  }
  WindowsFacts facts;
  switch (layout.form) {
    case Form::windows_event: walk_windows_event(walk, root, facts); break;
    case Form::windows_flat: walk_windows_flat(walk, root, facts); break;
    case Form::windows_table: walk_windows_table(walk, root, facts); break;
    case Form::winlog: walk_winlog(walk, root, facts); break;
    case Form::hayabusa: walk_hayabusa(walk, root, facts); break;
    case Form::dotted: break;
  }
  heading.source = windows_source(facts.provider.text());
  heading.time = windows_time(facts, layout.utc ? 0 : utc_offset_minutes);
  heading.record = number_of(facts.record);
  return heading;
}

}  // namespace

Heading read_object(const Tape& tape, const Node& object, FieldSink& sink, bool valid_utf8, int utc_offset_minutes,
                    Tape& inner) {
  const Told told = tell(tape, object);
  if (told.embedded) {
    const std::string_view text = unescaped(told.embedded->text(), told.embedded->escaped, sink.arena());
    const Verdict verdict = inner.parse(text);
    if ((verdict == Verdict::good || verdict == Verdict::repaired) && inner.root().type == Type::object) {
      const Told within = tell(inner, inner.root());
      return read_record({inner, sink, valid_utf8}, within, utc_offset_minutes);
    }
  }
  return read_record({tape, sink, valid_utf8}, told, utc_offset_minutes);
}

}  // namespace tocsin::json
