#include "tests/support/samples_json.h"

#include <array>
#include <string_view>

namespace tocsin::tests {
namespace {

// One record of each kind of naming, with escapes, nesting, lists, nulls and empty values.
constexpr std::array kRecords = std::to_array<std::string_view>({
    R"({"Event":{"#attributes":{"xmlns":"http://schemas.microsoft.com/win/2004/08/events/event"},)"
    R"("System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon",)"
    R"("Guid":"5770385f-c22a-43e0-bf4c-06f5698ffbd9"}},"EventID":1,"Version":5,"Level":4,)"
    R"("TimeCreated":{"#attributes":{"SystemTime":"2021-03-04T05:06:07.123456Z"}},"EventRecordID":4711,)"
    R"("Correlation":null,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"desk.example"},)"
    R"("EventData":{"Image":"C:\\Windows\\System32\\whoami.exe",)"
    R"("CommandLine":"whoami \"\/all\" \u00e9\ud83d\udd14","RuleName":"","ProcessId":77,"User":null}}})",
    R"({"EventID":4688,"Channel":"Security","Hostname":"desk.example",)"
    R"("SourceName":"Microsoft-Windows-Security-Auditing","Keywords":-9214364837600034816,)"
    R"("EventTime":"2021-03-04 06:06:08","@timestamp":"2021-03-04T05:06:09.5Z",)"
    R"("NewProcessName":"C:\\Windows\\System32\\cmd.exe","tags":["one","two"]})",
    R"({"@timestamp":"2021-03-04T05:06:10.001Z","winlog":{"channel":"System","event_id":7045,)"
    R"("provider_name":"Service Control Manager","record_id":12,"event_data":{"ServiceName":"bell",)"
    R"("ImagePath":"%SystemRoot%\\bell.exe"}},"host":{"name":"desk"}})",
    R"({"eventVersion":"1.08","userIdentity":{"type":"IAMUser",)"
    R"("sessionContext":{"attributes":{"mfaAuthenticated":"false"}}},"eventTime":"2021-03-04T05:06:11Z",)"
    R"("eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"eu-west-1",)"
    R"("requestParameters":{"tags":[{"key":"a","value":1},{"key":"b","value":2.50}]},)"
    R"("responseElements":null})",
    R"({"ts":1614834372.25,"uid":"CAbc1","id.orig_h":"192.0.2.1","id.resp_p":53,"query":"bell.example",)"
    R"("qtype_name":"A","answers":[],"rejected":false})",
});

}  // namespace

std::string sample_json(std::size_t size) {
  std::string out;
  do {
    for (const std::string_view record : kRecords) {
      out += record;
      out += '\n';
    }
    // One spread over lines, one behind another without a line between them.
    out +=
        "{\n  \"time\": \"2021-03-04T05:06:13+01:00\",\n  \"level\": \"info\",\n  \"nested\": {\n    "
        "\"a\": [1, 2],\n    \"b\": [{\"c\": true}]\n  }\n}\n";
    out += R"({"n":1}{"n":2})"
           "\n";
  } while (out.size() < size);
  return out;
}

}  // namespace tocsin::tests
