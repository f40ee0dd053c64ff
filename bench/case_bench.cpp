// What keeping findings costs: matched events like Sysmon's are described (hash, entities, JSON),
// appended, settled and read back. `case_bench [EVENTS] [FILE] [unlike | unlike-day]`; without a file in a scratch
// case. `unlike`: no finding is much like another, over a year, 20,000 hosts and 50,000 accounts, with techniques (all
// within a day): for `tocsin assess`.
#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "case/case.h"

using namespace tocsin;
using namespace tocsin::casefile;

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Spread, but the same in each run.
std::uint64_t mix(std::uint64_t number) {
  number = (number ^ number >> 31) * 0x9e3779b97f4a7c15u;
  return (number ^ number >> 29) * 0xbf58476d1ce4e5b9u >> 16;
}

void fill(Record& record, std::uint64_t number, bool unlike) {
  record.clear();
  const auto put = [&](std::string_view name, std::string_view value, Kind kind = Kind::string) {
    record.fields.push_back({name, Value(record.memory.copy(value), kind)});
  };
  const std::string n = std::to_string(number);
  put("Provider_Name", "Microsoft-Windows-Sysmon");
  put("Provider_Guid", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}");
  put("EventID", "1", Kind::integer);
  put("Version", "5", Kind::integer);
  put("Level", "4", Kind::integer);
  put("Task", "1", Kind::integer);
  put("Keywords", "0x8000000000000000");
  put("TimeCreated_SystemTime", "2020-10-21T07:32:14.1234567Z");
  put("EventRecordID", n, Kind::integer);
  put("Channel", "Microsoft-Windows-Sysmon/Operational");
  put("Computer", "WS" + std::to_string(unlike ? mix(number) % 20'000 : number % 300) + ".corp.example");
  put("ProcessGuid", "{747F3D96-E5DE-5F8F-0000-0010A1B23C00}");
  put("ProcessId", std::to_string(number % 65536), Kind::integer);
  put("Image", unlike ? "C:\\Users\\Public\\tool" + n + ".exe"
                      : "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe");
  put("CommandLine", "powershell.exe -NoP -W Hidden -c \"Get-ChildItem -Path C:\\Users\\" + n + " | Out-File x.txt\"");
  put("CurrentDirectory", "C:\\Users\\somebody\\AppData\\Local\\Temp\\");
  put("User", "CORP\\user" + std::to_string(unlike ? mix(number + 1'000'003) % 50'000 : number % 1000));
  put("LogonId", "0x53ca2");
  put("IntegrityLevel", "High");
  put("Hashes", unlike ? "SHA256=" + fmt::format("{:064X}", mix(number / 3))
                       : "MD5=7353F60B1739074EB17C5F4DDDEFE239,"
                         "SHA256=DE96A6E69944335375DC1AC238336066889D9FFC7D73628EF4FE1B1B160AB32C");
  put("ParentImage", "C:\\Windows\\System32\\cmd.exe");
  put("ParentCommandLine", "\"C:\\Windows\\system32\\cmd.exe\" /c run.bat");
}

}  // namespace

int main(int count, char** values) {
  const std::uint64_t events = count > 1 ? std::strtoull(values[1], nullptr, 10) : 1'000'000;
  const std::string path = count > 2 ? values[2] : "";
  const bool unlike = count > 3 && std::string_view(values[3]).starts_with("unlike");
  const bool dense = count > 3 && std::string_view(values[3]) == "unlike-day";
  if (!path.empty()) std::filesystem::remove(path);
  auto c = path.empty() ? Case::temporary().value() : Case::open(path, Mode::write).value();
  std::vector<RuleInfo> rules(100);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    rules[i].id = fmt::format("rule-{:04}", i);
    rules[i].hash = sha256(rules[i].id);
    rules[i].title = "A rule of the benchmark";
    rules[i].level = static_cast<Level>(i % 5);
    static constexpr const char* kTechniques[] = {"T1059.001", "T1078",     "T1003.001", "T1021.002", "T1110.003",
                                                  "T1547.001", "T1566.001", "T1041",     "T1562.001"};
    if (unlike) rules[i].techniques = {kTechniques[i % std::size(kTechniques)]};
  }
  const auto ids = c.begin_scan({"bench", "", ""}, rules).value();
  c.begin_evidence({"bench.evtx", "", "evtx"}).value();
  double describing = 0, appending = 0;
  MatchBatch batch;
  Record record;
  const std::string raw(900, 'r');
  for (std::uint64_t i = 0; i < events;) {
    double start = now();
    batch.clear();
    for (std::uint64_t end = std::min(events, i + 256); i < end; ++i) {
      Event event;
      const auto second = static_cast<std::int64_t>(dense ? i / 12 : unlike ? i * 31 : i / 50);
      event.time = Time{1'600'000'000 + second, 1'234'500, 7};
      event.offset = i * 1000;
      event.record = i;
      event.source = "windows";
      event.raw = raw;
      const double filling = now();
      fill(record, i, unlike);
      start += now() - filling;  // the reader's work, not ours
      const std::uint64_t rule = unlike ? mix(i + 7) : i;
      const std::uint32_t met[] = {ids[rule % 50], ids[50 + rule % 50]};
      const std::span<const std::uint32_t> rule_list(met, i % 4 == 0 ? 2 : 1);
      batch.add(event, record, rule_list, {}, c.wants_whole(rule_list));
    }
    describing += now() - start;
    start = now();
    c.append(batch).value();
    appending += now() - start;
  }
  EvidenceEnd end;
  end.events = events;
  end.size = events * 1000;
  c.finish_evidence(end).value();
  double start = now();
  c.settle().value();
  const double settling = now() - start;
  start = now();
  c.end_scan("{}").value();
  const double ending = now() - start;
  start = now();
  std::uint64_t findings = 0;
  c.each_finding({}, [&](const Finding&) { return ++findings, true; }).value();
  const double reading = now() - start;
  start = now();
  const auto counts = c.count_findings().value();
  const double counting = now() - start;
  start = now();
  std::uint64_t glanced = 0;
  c.glance({}, [&](const FindingGlance& finding) { glanced += finding.count; }).value();
  const double glancing = now() - start;
  start = now();
  const bool good = c.verify().value().problems.empty();
  const double verifying = now() - start;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto each = [&](double seconds) { return seconds / static_cast<double>(events) * 1e6; };
  fmt::print("{} matched events, {} findings, {}\n", events, findings, path.empty() ? "scratch case" : "case file");
  fmt::print("describe {:.2f} us  append {:.2f} us  settle {:.2f} us an event; end of scan {:.2f} s\n",
             each(describing), each(appending), each(settling), ending);
  fmt::print("read in order {:.2f} us  glance {:.2f} us  count {:.2f} us  verify {:.2f} us an event ({})\n",
             each(reading), each(glancing), each(counting), each(verifying), good ? "good" : "bad");
  fmt::print("peak memory {} MB, file {} MB\n", usage.ru_maxrss / 1024,
             path.empty() ? 0 : std::filesystem::file_size(path) >> 20);
  return counts.findings() == findings && glanced == findings && good ? 0 : 1;
}
