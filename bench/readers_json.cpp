// How fast the JSON, XML and CSV readers cut and decode Sysmon-like records of about 1.5 kB, on one core, with the
// fields demanded that the rules for Windows use most.
#include <benchmark/benchmark.h>

#include <string>

#include "readers/reader.h"
#include "tests/support/read_all.h"

namespace {

using namespace tocsin;

const Demand& demand() {
  static const Demand names = [] {
    Demand out;
    for (const char* name : {"EventID",
                             "Channel",
                             "Provider_Name",
                             "Computer",
                             "Image",
                             "CommandLine",
                             "ParentImage",
                             "ParentCommandLine",
                             "OriginalFileName",
                             "CurrentDirectory",
                             "User",
                             "IntegrityLevel",
                             "Hashes",
                             "Description",
                             "Company",
                             "Product",
                             "TargetFilename",
                             "TargetObject",
                             "Details",
                             "ImageLoaded",
                             "Signed",
                             "QueryName",
                             "DestinationIp",
                             "DestinationPort",
                             "DestinationHostname",
                             "Initiated",
                             "SourceImage",
                             "TargetImage",
                             "GrantedAccess",
                             "CallTrace",
                             "PipeName",
                             "ScriptBlockText",
                             "Payload",
                             "ServiceName",
                             "ImagePath",
                             "LogonType",
                             "IpAddress",
                             "TargetUserName",
                             "SubjectUserName",
                             "ObjectName",
                             "eventName",
                             "eventSource",
                             "userIdentity.type",
                             "requestParameters.attribute",
                             "properties.message",
                             "operationName"})
      out.add(name);
    return out;
  }();
  return names;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

// Records that differ, one a line.
std::string evidence(int form, std::size_t bytes) {
  std::string out;
  for (std::size_t record = 0; out.size() < bytes; ++record) {
    const std::string n = std::to_string(record);
    const std::pair<std::string_view, std::string> data[] = {
        {"RuleName", "-"},
        {"UtcTime", "2021-03-04 05:06:07.123"},
        {"ProcessGuid", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"},
        {"ProcessId", n},
        {"Image", "C:\\Program Files\\Bell Foundry\\Ringer\\bin\\ringer-" + n + ".exe"},
        {"FileVersion", "10.0.19041.546 (WinBuild.160101.0800)"},
        {"Description", "Rings the bell at the hour and at the half"},
        {"Product", "Bell Foundry Operating Suite"},
        {"Company", "Bell Foundry Corporation"},
        {"OriginalFileName", "Ringer.EXE"},
        {"CommandLine", "\"C:\\Program Files\\Bell Foundry\\Ringer\\bin\\ringer.exe\" --tower " + n +
                            " --log C:\\ProgramData\\Ringer\\Logs\\tower-" + n + ".log --quiet --after 2021-03-04"},
        {"CurrentDirectory", "C:\\Program Files\\Bell Foundry\\Ringer\\"},
        {"User", "FOUNDRY\\sexton"},
        {"LogonGuid", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"},
        {"LogonId", "0x3e7"},
        {"TerminalSessionId", "1"},
        {"IntegrityLevel", "Medium"},
        {"Hashes",
         "SHA1=5E4F2C531C549BB72A658ED9DD16D491EDDBB286,MD5=FAB4B30C1C4F0A9202A7B42DCF1729DC,SHA256="
         "1B48A4F8D20026E6C56E3AB4CC4788FA6425C8A75F8D91C2869FA533DE6B209E,IMPHASH=C324AAAC01F0F75C811E1F80C41B860C"},
        {"ParentProcessGuid", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"},
        {"ParentProcessId", "640"},
        {"ParentImage", "C:\\Windows\\System32\\services.exe"},
        {"ParentCommandLine", "C:\\Windows\\system32\\services.exe"},
    };
    if (form == 0) {  // evtx_dump
      out +=
          R"({"Event":{"#attributes":{"xmlns":"http://schemas.microsoft.com/win/2004/08/events/event"},"System":{)"
          R"("Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon","Guid":"5770385F-C22A-43E0-BF4C-06F5698FFBD9"}},)"
          R"("EventID":1,"Version":5,"Level":4,"Task":1,"Opcode":0,"Keywords":"0x8000000000000000","TimeCreated":{)"
          R"("#attributes":{"SystemTime":"2021-03-04T05:06:07.123456Z"}},"EventRecordID":)" +
          n +
          R"(,"Correlation":null,"Execution":{"#attributes":{"ProcessID":3544,"ThreadID":4272}},"Channel":)"
          R"("Microsoft-Windows-Sysmon/Operational","Computer":"tower.foundry.example","Security":{"#attributes":{)"
          R"("UserID":"S-1-5-18"}}},"EventData":{)";
    } else if (form == 1) {  // flat
      out += R"({"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"tower.foundry.example",)"
             R"("SourceName":"Microsoft-Windows-Sysmon","@timestamp":"2021-03-04T05:06:07.123Z","RecordNumber":)" +
             n + ",";
    } else if (form == 2) {  // Winlogbeat
      out +=
          R"({"@timestamp":"2021-03-04T05:06:07.123Z","host":{"name":"tower"},"winlog":{"event_id":1,"channel":)"
          R"("Microsoft-Windows-Sysmon/Operational","provider_name":"Microsoft-Windows-Sysmon","computer_name":"tower",)"
          R"("record_id":)" +
          n + R"(,"event_data":{)";
    } else {  // XML
      out +=
          "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-"
          "Windows-Sysmon' Guid='{5770385F-C22A-43E0-BF4C-06F5698FFBD9}'/><EventID>1</EventID><Version>5</Version>"
          "<Level>4</Level><TimeCreated SystemTime='2021-03-04T05:06:07.123456Z'/><EventRecordID>" +
          n +
          "</EventRecordID><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>tower</Computer></System>"
          "<EventData>";
    }
    bool first = true;
    for (const auto& [name, value] : data) {
      if (form == 3) {
        out += "<Data Name='" + std::string(name) + "'>" + value + "</Data>";
      } else {
        out += std::string(first ? "\"" : ",\"") + std::string(name) + "\":\"" + escaped(value) + "\"";
      }
      first = false;
    }
    out += form == 0 ? "}}}\n" : form == 1 ? "}\n" : form == 2 ? "}}}\n" : "</EventData></Event>\n";
  }
  return out;
}

void read(benchmark::State& state, const char* name, int form, bool lines) {
  const ReaderSpec* spec = nullptr;
  for (const ReaderSpec* one : all_readers())
    if (one->name == name) spec = one;
  std::string bytes = evidence(form, 64u << 20);
  if (!lines) {
    for (std::size_t at = bytes.find('\n'); at != bytes.npos; at = bytes.find('\n', at)) bytes[at] = ',';
    bytes.back() = ']';
    bytes.insert(0, "[");
  }
  std::size_t events = 0, fields = 0;
  Batch batch;
  for (auto _ : state) {
    const auto reader = spec->open(demand(), {});
    tests::MemoryStream stream(bytes);
    std::vector<Anomaly> anomalies;
    while (true) {
      auto block = reader->cut(stream, anomalies);
      if (!block || !*block) break;
      batch.clear();
      reader->decode(**block, batch);
      events += batch.events().size();
      for (const Event& event : batch.events()) fields += event.fields.size();
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size() * state.iterations()));
  state.counters["fields_per_event"] = static_cast<double>(fields) / static_cast<double>(events);
}

BENCHMARK_CAPTURE(read, evtx_dump, "json", 0, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, flat, "json", 1, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, winlogbeat, "json", 2, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, array, "json", 1, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, xml, "xml", 3, true)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
