// One record of each layout: what source it gets, when it happened, how its fields are called.
#include <gtest/gtest.h>

#include "readers/json/json.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

struct Case {
  const char* name;
  const char* record;
  const char* source;
  const char* time;
  std::vector<std::pair<const char*, const char*>> fields;
  std::uint64_t number = 1;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class Layouts : public testing::TestWithParam<Case> {};

TEST_P(Layouts, AreToldApart) {
  const Case& expected = GetParam();
  const ReadResult result = read_whole(json::spec, expected.record);
  EXPECT_TRUE(result.anomalies.empty()) << testing::PrintToString(result.anomalies);
  ASSERT_EQ(result.events.size(), 1u);
  const OwnedEvent& event = result.events[0];
  EXPECT_EQ(event.source, expected.source);
  EXPECT_EQ(event.time.iso(), expected.time);
  EXPECT_EQ(event.record, expected.number);
  for (const auto& [name, value] : expected.fields) EXPECT_EQ(event.get(name), value) << name;
}

const std::vector<Case>& windows() {
  static const std::vector<Case> cases{
      {"evtx_dump",
       R"({"Event":{"#attributes":{"xmlns":"http://schemas.microsoft.com/win/2004/08/events/event"},"System":{)"
       R"("Provider":{"#attributes":{"Name":"Bell","Guid":"5770385f-c22a-43e0-bf4c-06f5698ffbd9"}},)"
       R"("EventID":{"#attributes":{"Qualifiers":16384},"#text":7},"Level":4,"Keywords":"0x80","TimeCreated":{)"
       R"("#attributes":{"SystemTime":"2021-03-04T05:06:07.123456Z"}},"EventRecordID":42,"Correlation":null,)"
       R"("Channel":"Ring","Computer":"tower","Security":{"#attributes":{"UserID":"S-1-5-18"}}},)"
       R"("EventData":{"#attributes":{"Name":"Chime"},"Data":["one","two"],"Tone":"a","Nothing":null,"Binary":"00ff"}}})",
       "windows",
       "2021-03-04T05:06:07.123456Z",
       {{"Provider_Name", "Bell"},
        {"Provider_Guid", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"},
        {"EventID", "7"},
        {"EventID_Qualifiers", "16384"},
        {"Channel", "Ring"},
        {"Computer", "tower"},
        {"Security_UserID", "S-1-5-18"},
        {"EventData_Name", "Chime"},
        {"Data", "one"},
        {"Tone", "a"},
        {"Nothing", "(null)"},
        {"Binary", "00ff"}},
       42},
      {"evtx_dump_named_data",
       R"({"Event":{"System":{"EventID":{"#text":"4624"},"Channel":"Security","TimeCreated":{"#attributes":{"SystemTime":)"
       R"("2021-03-04 05:06:07.5 UTC"}}},"EventData":{"Data":[{"#attributes":{"Name":"TargetUserName"},"#text":"anna"},)"
       R"({"#attributes":{"Name":"Empty"}},{"#text":"bare"}]}}})",
       "windows",
       "2021-03-04T05:06:07.5Z",
       {{"EventID", "4624"}, {"TargetUserName", "anna"}, {"Empty", "(null)"}, {"Data", "bare"}}},
      {"evtx_dump_text_list",
       R"({"Event":{"System":{"EventID":1},"EventData":{"Data":{"#text":["a","b"]}}}})",
       "windows",
       "",
       {{"Data", "a"}}},
      {"separate_attributes",
       R"({"Event":{"System":{"Provider_attributes":{"Name":"Bell"},"EventID":7,"EventID_attributes":{"Qualifiers":0},)"
       R"("TimeCreated_attributes":{"SystemTime":"2021-03-04T05:06:07Z"},"EventRecordID":3},"UserData":{"Ring":{"Tone":"a"},)"
       R"("Ring_attributes":{"xmlns":"urn:bell","Loud":"yes"}}},"Event_attributes":{"xmlns":"x"}})",
       "windows",
       "2021-03-04T05:06:07Z",
       {{"Provider_Name", "Bell"},
        {"EventID", "7"},
        {"EventID_Qualifiers", "0"},
        {"Tone", "a"},
        {"Ring_Loud", "yes"},
        {"Ring_xmlns", "(absent)"}},
       3},
      {"xmltodict",
       R"({"Event":{"@xmlns":"http://x","System":{"Provider":{"@Name":"Bell"},"EventID":"7","TimeCreated":{"@SystemTime":)"
       R"("2021-03-04T05:06:07Z"}},"EventData":{"Data":[{"@Name":"Tone","#text":"a"},{"@Name":"Length","#text":"2"}]}}})",
       "windows",
       "2021-03-04T05:06:07Z",
       {{"Provider_Name", "Bell"}, {"EventID", "7"}, {"Tone", "a"}, {"Length", "2"}}},
      {"velociraptor",
       R"({"System":{"Provider":{"Name":"Bell","Guid":"x"},"EventID":{"Value":7},"Level":4,"Keywords":9223372036854775808,)"
       R"("TimeCreated":{"SystemTime":1614834367.25},"EventRecordID":5,"Channel":"Ring","Computer":"tower"},)"
       R"("EventData":{"Tone":"a"},"Message":"Ding"})",
       "windows",
       "2021-03-04T05:06:07.25Z",
       {{"Provider_Name", "Bell"},
        {"EventID", "7"},
        {"Keywords", "0x8000000000000000"},
        {"Tone", "a"},
        {"Message", "Ding"}},
       5},
      {"chainsaw_hunt",
       R"({"group":"Sigma","name":"x","timestamp":"t","document":{"kind":"evtx","path":"p","data":{"Event":{"System":{)"
       R"("EventID":7,"Channel":"Ring"},"EventData":{"Tone":"a"}}}}})",
       "windows",
       "",
       {{"EventID", "7"}, {"Tone", "a"}}},
      {"winlogbeat",
       R"({"@timestamp":"2021-03-04T05:06:07.123Z","message":"Ding","host":{"name":"tower"},"winlog":{"event_id":7,"channel":)"
       R"("Ring","provider_name":"Bell","provider_guid":"{5770385f-c22a-43e0-bf4c-06f5698ffbd9}","computer_name":"tower",)"
       R"("record_id":9,"process":{"pid":4,"thread":{"id":8}},"user":{"identifier":"S-1-5-18"},"keywords":["Classic"],)"
       R"("api":"wineventlog","event_data":{"Tone":"a","param1":"b"}}})",
       "windows",
       "2021-03-04T05:06:07.123Z",
       {{"EventID", "7"},
        {"Channel", "Ring"},
        {"Provider_Name", "Bell"},
        {"Computer", "tower"},
        {"Tone", "a"},
        {"Provider_Guid", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"},
        {"Execution_ProcessID", "4"},
        {"Execution_ThreadID", "8"},
        {"Security_UserID", "S-1-5-18"},
        {"param1", "b"},
        {"Message", "Ding"},
        {"host.name", "tower"},
        {"winlog.api", "wineventlog"},
        {"Keywords", "Classic"}},
       9},
      {"winlogbeat_dotted",
       R"({"@timestamp":"2021-03-04T05:06:07Z","winlog.event_id":1,"winlog.channel":"Ring","winlog.provider_name":)"
       R"("Microsoft-Windows-Sysmon","winlog.event_data.User":"anna","process.executable":"C:\\a.exe",)"
       R"("process.command_line":"a -b","process.parent.executable":"C:\\p.exe"})",
       "windows",
       "2021-03-04T05:06:07Z",
       {{"EventID", "1"},
        {"Channel", "Ring"},
        {"User", "anna"},
        {"Image", "C:\\a.exe"},
        {"CommandLine", "a -b"},
        {"ParentImage", "C:\\p.exe"}}},
      {"winlogbeat_six",
       R"({"@timestamp":"2021-03-04T05:06:07Z","event_id":7,"log_name":"Ring","source_name":"Bell","computer_name":"tower",)"
       R"("record_number":"11","event_data":{"Tone":"a"}})",
       "windows",
       "2021-03-04T05:06:07Z",
       {{"EventID", "7"}, {"Channel", "Ring"}, {"Provider_Name", "Bell"}, {"Computer", "tower"}, {"Tone", "a"}},
       11},
      {"elasticsearch_hit",
       R"({"_index":"x","_source":{"@timestamp":"2021-03-04T05:06:07Z","winlog":{"event_id":7,"event_data":{"Tone":"a"}}}})",
       "windows",
       "2021-03-04T05:06:07Z",
       {{"EventID", "7"}, {"Tone", "a"}}},
      {"nxlog",
       R"({"EventTime":"2021-03-04 06:06:07","Hostname":"tower","Keywords":-9214364837600034816,"EventID":7,"SourceName":"Bell",)"
       R"("ProviderGuid":"{5770385f-c22a-43e0-bf4c-06f5698ffbd9}","OpcodeValue":0,"Opcode":"Info","RecordNumber":12,)"
       R"("ExecutionProcessID":4,"ThreadID":8,"Channel":"Ring","Tone":"a","@timestamp":"2021-03-04T05:06:09.5Z"})",
       "windows",
       "2021-03-04T05:06:09.5Z",
       {{"Computer", "tower"},
        {"Keywords", "0x8020000000000000"},
        {"EventID", "7"},
        {"Provider_Name", "Bell"},
        {"Opcode", "0"},
        {"Provider_Guid", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"},
        {"Execution_ProcessID", "4"},
        {"Tone", "a"}},
       12},
      {"flat_with_time",
       R"({"TimeCreated":"2021-03-04T05:06:07.351Z","EventID":7,"SourceName":"Bell","Channel":"Ring","CommandLine":null})",
       "windows",
       "2021-03-04T05:06:07.351Z",
       {{"TimeCreated_SystemTime", "2021-03-04T05:06:07.351Z"}, {"CommandLine", "(null)"}}},
      {"flat_sysmon_utc_time",
       R"({"EventTime":"2021-03-04 06:06:07","UtcTime":"2021-03-04 05:06:06.9","EventID":1,"Channel":"x","@timestamp":)"
       R"("2021-03-04T05:06:09Z"})",
       "windows",
       "2021-03-04T05:06:06.9Z",
       {{"UtcTime", "2021-03-04 05:06:06.9"}}},
      {"splunk",
       R"({"preview":false,"result":{"EventCode":"7","LogName":"Ring","ComputerName":"tower","_time":)"
       R"("2021-03-04T05:06:07.000+00:00"}})",
       "windows",
       "2021-03-04T05:06:07.000Z",
       {{"EventID", "7"}, {"Channel", "Ring"}, {"Computer", "tower"}}},
      {"get_winevent",
       R"({"Id":7,"Level":4,"ProviderName":"Bell","LogName":"Ring","ProcessId":4,"MachineName":"tower","RecordId":13,)"
       R"("TimeCreated":"\/Date(1614834367250)\/","Message":"Ding","Properties":[{"Value":"a"},{"Value":2}]})",
       "windows",
       "2021-03-04T05:06:07.250Z",
       {{"EventID", "7"},
        {"Provider_Name", "Bell"},
        {"Channel", "Ring"},
        {"Computer", "tower"},
        {"Data", "a"},
        {"Execution_ProcessID", "4"}},
       13},
      {"get_winevent_sysmon",
       R"({"Id":1,"ProviderName":"Microsoft-Windows-Sysmon","LogName":"Microsoft-Windows-Sysmon/Operational","Message":)"
       R"("Process Create:\r\nUtcTime: 2021-03-04 05:06:07.123\r\nImage: C:\\a.exe\r\nCommandLine: a -b: c"})",
       "windows",
       "2021-03-04T05:06:07.123Z",
       {{"Image", "C:\\a.exe"}, {"CommandLine", "a -b: c"}}},
      {"evtxecmd",
       R"({"EventId":7,"Channel":"Ring","Provider":"Bell","Computer":"tower","TimeCreated":"2021-03-04 05:06:07.1234567",)"
       R"("EventRecordId":"14","Payload":"{\"EventData\":{\"Data\":[{\"@Name\":\"Tone\",\"#text\":\"a\"}]}}"})",
       "windows",
       "2021-03-04T05:06:07.1234567Z",
       {{"EventID", "7"}, {"Provider_Name", "Bell"}, {"Channel", "Ring"}, {"Tone", "a"}},
       14},
      {"hayabusa",
       R"({"Timestamp":"2021-03-04 06:06:07.123 +01:00","RuleTitle":"Bell rung","Level":"high","Computer":"tower","Channel":)"
       R"("Sysmon","EventID":1,"RecordID":15,"Details":{"Cmdline":"a -b","Proc":"C:\\a.exe"},"ExtraFieldInfo":{"Company":"x"}})",
       "windows",
       "2021-03-04T05:06:07.123Z",
       {{"Channel", "Microsoft-Windows-Sysmon/Operational"},
        {"EventID", "1"},
        {"CommandLine", "a -b"},
        {"Image", "C:\\a.exe"},
        {"Company", "x"},
        {"RuleTitle", "Bell rung"}},
       15},
      {"sysmon_for_linux",
       R"({"Event":{"System":{"Provider":{"#attributes":{"Name":"Linux-Sysmon"}},"EventID":1},"EventData":{"Image":"/bin/a"}}})",
       "sysmon-linux",
       "",
       {{"Image", "/bin/a"}}},
  };
  return cases;
}

const std::vector<Case>& others() {
  static const std::vector<Case> cases{
      {"cloudtrail",
       R"({"eventVersion":"1.08","userIdentity":{"type":"Root"},"eventTime":"2021-03-04T05:06:07Z",)"
       R"("eventSource":"s3.amazonaws.com",)"
       R"("eventName":"PutBucket","awsRegion":"r","requestParameters":{"x":[{"k":"a"},{"k":"b"}]}})",
       "cloudtrail",
       "2021-03-04T05:06:07Z",
       {{"eventName", "PutBucket"}, {"userIdentity.type", "Root"}, {"requestParameters.x.k", "a"}}},
      {"cloudtrail_lookup",
       R"({"EventId":"1","EventName":"x","CloudTrailEvent":"{\"eventTime\":\"2021-03-04T05:06:07Z\",)"
       R"(\"eventSource\":\"a\",\"eventName\":\"B\",\"awsRegion\":\"r\"}"})",
       "cloudtrail",
       "2021-03-04T05:06:07Z",
       {{"eventName", "B"}}},
      {"m365",
       R"({"CreationTime":"2021-03-04T05:06:07","Operation":"UserLoggedIn","Workload":"AzureActiveDirectory","RecordType":15})",
       "m365",
       "2021-03-04T05:06:07Z",
       {{"Operation", "UserLoggedIn"}}},
      {"m365_audit_data",
       R"({"CreationDate":"x","Operations":"y","AuditData":"{\"CreationTime\":\"2021-03-04T05:06:07\",)"
       R"(\"Operation\":\"New-InboxRule\",\"Workload\":\"Exchange\"}"})",
       "m365",
       "2021-03-04T05:06:07Z",
       {{"Operation", "New-InboxRule"}}},
      {"signin_graph",
       R"({"id":"1","createdDateTime":"2021-03-04T05:06:07Z","userPrincipalName":"a@b",)"
       R"("appDisplayName":"x","status":{"errorCode":50126}})",
       "entra.signin",
       "2021-03-04T05:06:07Z",
       {{"status.errorCode", "50126"}}},
      {"signin_diagnostic",
       R"({"time":"2021-03-04T05:06:07.1234567Z","resourceId":"/tenants/1",)"
       R"("operationName":"Sign-in activity","category":"NonInteractiveUserSignInLogs","resultType":"0",)"
       R"("properties":{"appId":"1"}})",
       "entra.signin",
       "2021-03-04T05:06:07.1234567Z",
       {{"properties.appId", "1"}, {"resultType", "0"}}},
      {"signin_table",
       R"({"TimeGenerated":"2021-03-04T05:06:07Z","Type":"SigninLogs","ResultType":"50057","UserPrincipalName":"a@b"})",
       "entra.signin",
       "2021-03-04T05:06:07Z",
       {{"ResultType", "50057"}}},
      {"audit_graph",
       R"({"activityDateTime":"2021-03-04T05:06:07Z","activityDisplayName":"Add user",)"
       R"("initiatedBy":{"user":{"id":"1"}},"targetResources":[{"type":"User"}]})",
       "entra.audit",
       "2021-03-04T05:06:07Z",
       {{"targetResources.type", "User"}}},
      {"audit_diagnostic",
       R"({"time":"2021-03-04T05:06:07Z","resourceId":"x","category":"AuditLogs","operationName":"Add user"})",
       "entra.audit",
       "2021-03-04T05:06:07Z",
       {{"operationName", "Add user"}}},
      {"risk",
       R"({"riskEventType":"unfamiliarFeatures","activityDateTime":"2021-03-04T05:06:07Z"})",
       "entra.risk",
       "2021-03-04T05:06:07Z",
       {{"riskEventType", "unfamiliarFeatures"}}},
      {"activity_diagnostic",
       R"({"time":"2021-03-04T05:06:07Z","resourceId":"/SUB","operationName":"MICROSOFT.X/DELETE","category":"Administrative"})",
       "azure.activity",
       "2021-03-04T05:06:07Z",
       {{"operationName", "MICROSOFT.X/DELETE"}}},
      {"activity_cli",
       R"({"caller":"a@b","eventTimestamp":"2021-03-04T05:06:07Z","operationName":{"value":"X/delete"},)"
       R"("category":{"value":"Administrative"},"subscriptionId":"1"})",
       "azure.activity",
       "2021-03-04T05:06:07Z",
       {{"operationName.value", "X/delete"}}},
      {"suricata",
       R"({"timestamp":"2021-03-04T06:06:07.123456+0100","flow_id":1,"event_type":"alert",)"
       R"("src_ip":"192.0.2.1","alert":{"signature":"x"}})",
       "suricata.alert",
       "2021-03-04T05:06:07.123456Z",
       {{"alert.signature", "x"}}},
      {"zeek_path",
       R"({"_path":"conn","ts":"2021-03-04T05:06:07.123456Z","uid":"C1","id.orig_h":"192.0.2.1"})",
       "zeek.conn",
       "2021-03-04T05:06:07.123456Z",
       {{"id.orig_h", "192.0.2.1"}}},
      {"zeek_http",
       R"({"ts":1614834367.123456,"uid":"C1","id.orig_h":"192.0.2.1","trans_depth":1,"method":"GET","uri":"/"})",
       "zeek.http",
       "2021-03-04T05:06:07.123456Z",
       {{"method", "GET"}}},
      {"kubernetes",
       R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"1","verb":"create",)"
       R"("objectRef":{"resource":"pods"},"requestReceivedTimestamp":"2021-03-04T05:06:07.123456Z"})",
       "kubernetes.audit",
       "2021-03-04T05:06:07.123456Z",
       {{"objectRef.resource", "pods"}}},
      {"gcp",
       R"({"protoPayload":{"serviceName":"iam.googleapis.com","methodName":"x"},)"
       R"("logName":"projects/p/logs/cloudaudit","timestamp":"2021-03-04T05:06:07Z"})",
       "gcp.audit",
       "2021-03-04T05:06:07Z",
       {{"protoPayload.methodName", "x"}}},
      {"workspace_login",
       R"({"protoPayload":{"serviceName":"login.googleapis.com",)"
       R"("metadata":{"event":[{"eventName":"x"}]}},"logName":"l","timestamp":"2021-03-04T05:06:07Z"})",
       "google_workspace.login",
       "2021-03-04T05:06:07Z",
       {{"protoPayload.metadata.event.eventName", "x"}}},
      {"workspace_reports",
       R"({"kind":"admin#reports#activity","id":{"time":"2021-03-04T05:06:07.123Z",)"
       R"("applicationName":"admin"},"actor":{"email":"a"},"events":[{"name":"x"}]})",
       "google_workspace.admin",
       "2021-03-04T05:06:07.123Z",
       {{"events.name", "x"}}},
      {"okta",
       R"({"published":"2021-03-04T05:06:07.123Z","eventType":"user.lock","displayMessage":"x",)"
       R"("actor":{"alternateId":"a"},"target":[{"displayName":"t"}]})",
       "okta",
       "2021-03-04T05:06:07.123Z",
       {{"actor.alternateId", "a"}, {"target.displayName", "t"}}},
      {"github",
       R"({"@timestamp":1614834367123,"action":"repo.destroy","actor":"a","org":"o"})",
       "github.audit",
       "2021-03-04T05:06:07.123Z",
       {{"action", "repo.destroy"}}},
      {"onelogin",
       R"({"created_at":"2021-03-04T05:06:07Z","event_type_id":530})",
       "onelogin",
       "2021-03-04T05:06:07Z",
       {{"event_type_id", "530"}}},
      {"bitbucket",
       R"({"timestamp":"2021-03-04T05:06:07Z","auditType":{"category":"Users","action":"x"}})",
       "bitbucket.audit",
       "2021-03-04T05:06:07Z",
       {{"auditType.category", "Users"}}},
      {"duo",
       R"({"isotimestamp":"2021-03-04T05:06:07.123+00:00","txid":"1","event_type":"authentication","reason":"x"})",
       "duo",
       "2021-03-04T05:06:07.123Z",
       {{"reason", "x"}}},
      {"opencanary",
       R"({"utc_time":"2021-03-04 05:06:07.123456","logtype":4002,"node_id":"n","logdata":{"USERNAME":"a"}})",
       "opencanary",
       "2021-03-04T05:06:07.123456Z",
       {{"logtype", "4002"}, {"logdata.USERNAME", "a"}}},
      {"journald",
       R"({"__REALTIME_TIMESTAMP":"1614834367123456","MESSAGE":"x","_COMM":"sshd"})",
       "journald",
       "2021-03-04T05:06:07.123456Z",
       {{"MESSAGE", "x"}}},
      {"journald_bytes",
       R"({"__REALTIME_TIMESTAMP":"1614834367123456","MESSAGE":[98,101,255,108]})",
       "journald",
       "2021-03-04T05:06:07.123456Z",
       {{"MESSAGE", "be\xef\xbf\xbdl"}}},
      {"docker",
       R"({"log":"x\n","stream":"stdout","time":"2021-03-04T05:06:07.123456789Z"})",
       "docker",
       "2021-03-04T05:06:07.123456789Z",
       {{"log", "x\n"}}},
      {"anything",
       R"({"timestamp":"2021-03-04T05:06:07Z","a.b":{"c":1},"a":{"b.c":2}})",
       "json",
       "2021-03-04T05:06:07Z",
       {{"a.b.c", "1"}}},
      {"without_time", R"({"word":"bell"})", "json", "", {{"word", "bell"}}},
  };
  return cases;
}

std::string test_name(const testing::TestParamInfo<Case>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Windows, Layouts, testing::ValuesIn(windows()), test_name);
INSTANTIATE_TEST_SUITE_P(Others, Layouts, testing::ValuesIn(others()), test_name);

}  // namespace
}  // namespace tocsin::tests
