// bench_evidence KIND MEGABYTES FOLDER [EVTX-FOLDER]: dense evidence for benchmarks, every file different.
//
// KIND: evtx-mixed, evtx-sysmon1, ndjson-sysmon. The records are those of the EVTX files below EVTX-FOLDER, written out
// anew with other times, numbers and process ids each round, because public samples are mostly slack; without
// that folder they are invented here. Prints {"bytes":…,"records":…}.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "case/matched.h"
#include "event/record.h"
#include "evidence/evidence.h"
#include "readers/reader.h"
#include "tests/support/evtx_writer.h"

namespace {

using namespace tocsin;
namespace fs = std::filesystem;
using evtx_writer::Value;

constexpr std::string_view kSysmon = "Microsoft-Windows-Sysmon/Operational";
constexpr std::size_t kFileBytes = 256u << 20;

std::vector<evtx_writer::Record> read_records(const std::string& folder) {
  std::vector<evtx_writer::Record> out;
  const Demand demand;
  evidence::Walker walker({folder});
  while (evidence::Item* item = walker.next()) {
    const ReaderSpec* spec = recognise(item->head(), item->whole());
    if (!spec || spec->name != "evtx") continue;
    const auto reader = spec->open(demand, {});
    std::vector<Anomaly> anomalies;
    for (;;) {
      auto block = reader->cut(*item, anomalies);
      if (!block || !*block) break;
      Batch batch;
      reader->decode(**block, batch);
      tocsin::Record record;
      for (const Event& event : batch.events()) {
        batch.access()->describe(batch, event, record);
        out.push_back(evtx_writer::from_fields(record.fields));
      }
    }
  }
  return out;
}

// A few hundred invented records of a working day, where no samples are at hand.
std::vector<evtx_writer::Record> invent_records() {
  static constexpr const char* kPrograms[] = {"svchost",  "explorer",   "outlook", "winword", "msedge",
                                              "teams",    "powershell", "cmd",     "conhost", "searchui",
                                              "onedrive", "taskhostw",  "rundll32"};
  std::vector<evtx_writer::Record> out;
  for (unsigned i = 0; i < 400; ++i) {
    evtx_writer::Record record;
    const char* program = kPrograms[i % std::size(kPrograms)];
    const char* parent = kPrograms[i * 7 % std::size(kPrograms)];
    if (i % 3 != 2) {
      record.provider = "Microsoft-Windows-Sysmon";
      record.provider_guid = "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}";
      record.channel = kSysmon;
      record.event_id = i % 3 == 0 ? 1 : 3;
    } else {
      record.event_id = 4624;
    }
    record.computer = fmt::format("PC-{:03}.parliament.example", i % 40);
    const std::string image = fmt::format("C:\\Program Files\\Office\\{}.exe", program);
    if (record.event_id == 1) {
      record.data = {
          {"UtcTime", Value::text("2020-08-24 01:12:09.000")},
          {"ProcessGuid", Value::guid("{0197231E-005A-6928-A50B-000000000D00}")},
          {"ProcessId", Value::u32(1000 + i)},
          {"Image", Value::text(image)},
          {"OriginalFileName", Value::text(fmt::format("{}.EXE", program))},
          {"CommandLine", Value::text(fmt::format("\"{}\" --session {} --profile \"Default User\" /n", image, i))},
          {"User", Value::text(fmt::format("PARL\\user{:03}", i % 120))},
          {"Hashes", Value::text(fmt::format("SHA256={:064x}", i * 2654435761u))},
          {"ParentImage", Value::text(fmt::format("C:\\Windows\\System32\\{}.exe", parent))},
          {"ParentCommandLine", Value::text(fmt::format("C:\\Windows\\System32\\{}.exe -k netsvcs", parent))}};
    } else if (record.event_id == 3) {
      record.data = {{"ProcessId", Value::u32(1000 + i)},
                     {"Image", Value::text(image)},
                     {"Protocol", Value::text("tcp")},
                     {"Initiated", Value::boolean(true)},
                     {"SourceIp", Value::text(fmt::format("198.51.100.{}", i % 250))},
                     {"DestinationIp", Value::text(fmt::format("203.0.113.{}", i * 3 % 250))},
                     {"DestinationPort", Value::u16(443)}};
    } else {
      record.data = {{"TargetUserName", Value::text(fmt::format("user{:03}", i % 120))},
                     {"TargetDomainName", Value::text("PARL")},
                     {"LogonType", Value::u32(3)},
                     {"IpAddress", Value::text(fmt::format("198.51.100.{}", i % 250))},
                     {"LogonProcessName", Value::text("NtLmSsp ")}};
    }
    out.push_back(std::move(record));
  }
  return out;
}

// The same event some rounds later.
void vary(evtx_writer::Record& record, std::uint64_t number) {
  record.id = number;
  record.time = record.time.plus_seconds(1);
  for (auto& [name, value] : record.data)
    if (name == "ProcessId" && value.type == Value::u32(0).type)
      value = Value::u32(static_cast<std::uint32_t>(number % 60000 + 4));
}

struct Made {
  std::uint64_t bytes = 0, records = 0;
};

Made make_evtx(std::vector<evtx_writer::Record> records, std::uint64_t bytes, const fs::path& folder) {
  Made made;
  for (unsigned number = 0; made.bytes < bytes; ++number) {
    std::ofstream file(folder / fmt::format("{:03}.evtx", number), std::ios::binary);
    evtx_writer::Writer writer;
    const std::string blank = writer.header();
    file.write(blank.data(), static_cast<std::streamsize>(blank.size()));
    std::uint64_t size = blank.size();
    while (size < kFileBytes && made.bytes + size < bytes) {
      for (auto& record : records) {
        vary(record, made.records + writer.records() + 1);
        writer.add(record);
        if (writer.records() % 1024 == 0) {
          const std::string chunks = writer.take();
          file.write(chunks.data(), static_cast<std::streamsize>(chunks.size()));
          size += chunks.size();
          if (size >= kFileBytes || made.bytes + size >= bytes) break;
        }
      }
    }
    writer.close_chunk();
    const std::string tail = writer.take(), header = writer.header();
    file.write(tail.data(), static_cast<std::streamsize>(tail.size()));
    size += tail.size();
    file.seekp(0);
    file.write(header.data(), static_cast<std::streamsize>(header.size()));
    made.bytes += size;
    made.records += writer.records();
  }
  return made;
}

// One object a line in the layout of the common EVTX dump tools.
std::string json_line(const tocsin::Record& record) {
  tocsin::Record data;
  std::string channel, provider, computer, time, id, number;
  for (const auto& [name, value] : record.fields) {
    const std::string text(value.text());
    if (name == "Channel")
      channel = text;
    else if (name == "Provider_Name")
      provider = text;
    else if (name == "Computer")
      computer = text;
    else if (name == "TimeCreated_SystemTime")
      time = text;
    else if (name == "EventID")
      id = text;
    else if (name == "EventRecordID")
      number = text;
    else if (name.find('_') == std::string_view::npos && name != "Version" && name != "Level" && name != "Task" &&
             name != "Opcode" && name != "Keywords")
      data.fields.push_back({name, value});
  }
  std::string fields;
  casefile::write_json(data, fields);
  return fmt::format(
      R"({{"Event":{{"System":{{"Provider":{{"#attributes":{{"Name":"{}"}}}},"EventID":{},)"
      R"("TimeCreated":{{"#attributes":{{"SystemTime":"{}"}}}},)"
      R"("EventRecordID":{},"Channel":"{}","Computer":"{}"}},"EventData":{}}}}})"
      "\n",
      provider, id.empty() ? "0" : id, time, number.empty() ? "0" : number, channel, computer, fields);
}

Made make_ndjson(const fs::path& evtx, std::uint64_t bytes, const fs::path& folder) {
  Made made;
  const Demand demand;
  for (unsigned number = 0; made.bytes < bytes; ++number) {
    std::ofstream file(folder / fmt::format("{:03}.json", number), std::ios::binary);
    std::uint64_t size = 0;
    evidence::Walker walker({evtx.string()});
    while (evidence::Item* item = walker.next()) {
      const auto reader = recognise(item->head(), item->whole())->open(demand, {});
      std::vector<Anomaly> anomalies;
      while (made.bytes + size < bytes) {
        auto block = reader->cut(*item, anomalies);
        if (!block || !*block) break;
        Batch batch;
        reader->decode(**block, batch);
        tocsin::Record record;
        for (const Event& event : batch.events()) {
          batch.access()->describe(batch, event, record);
          const std::string line = json_line(record);
          file << line;
          size += line.size();
          ++made.records;
        }
      }
    }
    made.bytes += size;
  }
  return made;
}

}  // namespace

int main(int count, char** values) {
  if (count < 4) {
    fmt::print(stderr, "usage: bench_evidence evtx-mixed|evtx-sysmon1|ndjson-sysmon MEGABYTES FOLDER [EVTX-FOLDER]\n");
    return 2;
  }
  const std::string kind = values[1];
  const std::uint64_t bytes = std::stoull(values[2]) * 1'000'000;
  const fs::path folder = values[3];
  auto records = count > 4 ? read_records(values[4]) : invent_records();
  if (kind != "evtx-mixed")
    std::erase_if(records, [&](const auto& record) {
      return record.channel != kSysmon || (kind == "evtx-sysmon1" && record.event_id != 1);
    });
  if (records.empty()) return fmt::print(stderr, "bench_evidence: no records to write\n"), 1;
  Made made;
  if (kind == "ndjson-sysmon") {
    // Through EVTX, so that each line differs: the same rounds, then as JSON.
    const fs::path scratch = folder.string() + ".evtx";
    fs::create_directories(scratch);
    make_evtx(std::move(records), bytes, scratch);
    made = make_ndjson(scratch, bytes, folder);
    fs::remove_all(scratch);
  } else {
    made = make_evtx(std::move(records), bytes, folder);
  }
  fmt::print("{{\"bytes\": {}, \"records\": {}}}\n", made.bytes, made.records);
}
