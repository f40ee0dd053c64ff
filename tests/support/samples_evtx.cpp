#include "tests/support/samples_evtx.h"

#include <fmt/format.h>

namespace tocsin::tests {

using evtx_writer::Constant, evtx_writer::Element, evtx_writer::Substitution, evtx_writer::Value;

evtx_writer::Record sample_record(std::uint64_t n) {
  evtx_writer::Record record;
  record.id = n + 1;
  const std::uint64_t nanoseconds = n * 1'234'500 % 1'000'000'000;
  record.time = {static_cast<std::int64_t>(1'600'000'000 + n), static_cast<std::uint32_t>(nanoseconds), 7};
  record.computer = "ws-07.example.org";
  record.process_id = static_cast<std::uint32_t>(600 + n % 7 * 4);
  record.user_sid = "S-1-5-18";
  const auto number = static_cast<std::uint32_t>(n);
  switch (n % 6) {
    case 0:
      record.provider = "Microsoft-Windows-Sysmon";
      record.provider_guid = "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}";
      record.channel = "Microsoft-Windows-Sysmon/Operational";
      record.event_id = 1, record.version = 5, record.task = 1;
      record.data = {{"RuleName", Value::text("-")},
                     {"UtcTime", Value::text(record.time.iso())},
                     {"ProcessGuid", Value::guid(fmt::format("{{0197231E-8BFF-6926-1308-{:012X}}}", n))},
                     {"ProcessId", Value::u32(4000 + number)},
                     {"Image", Value::text("C:\\Windows\\System32\\cmd.exe")},
                     {"CommandLine",
                      Value::text(fmt::format("cmd.exe /c echo \"r\u00e9sum\u00e9 {}\" > C:\\temp\\{}.txt", n, n))},
                     {"User", Value::text("EXAMPLE\\j.doe")},
                     {"LogonId", Value::hex64(0x3e7 + n)},
                     {"Hashes", Value::text(fmt::format("SHA256={:064X}", n))},
                     {"ParentImage", Value::text("C:\\Windows\\explorer.exe")}};
      break;
    case 1:
      record.provider_guid = "{54849625-5478-4994-A5BA-3E3B0328C30D}";
      record.event_id = 4624, record.level = 0, record.keywords = 0x8020000000000000;
      record.activity_id = fmt::format("{{00000000-0000-0000-0000-{:012X}}}", n);
      record.data = {{"SubjectUserSid", Value::sid("S-1-0-0")},
                     {"TargetUserSid", Value::sid("S-1-5-21-1004336348-1177238915-682003330-512")},
                     {"TargetUserName", Value::text("j.doe")},
                     {"TargetLogonId", Value::hex64(0x12345 + n)},
                     {"LogonType", Value::u32(3)},
                     {"KeyLength", Value::u32(0)},
                     {"ProcessId", Value::pointer(0x1f0)},
                     {"IpAddress", Value::text(fmt::format("10.0.{}.{}", n / 256 % 256, n % 256))},
                     {"ElevatedToken", Value::text("%%1842")},
                     {"Nothing", Value::null()}};
      break;
    case 2:
      record.provider = "Service Control Manager";
      record.channel = "System";
      record.event_id = 7045, record.qualifiers = 16384;
      record.data = {{"", Value::array({Value::text("update"), Value::text("C:\\a b.exe"), Value::text("auto start")})},
                     {"", Value::binary("\x01\xab")}};
      break;
    case 3:
      record.provider = "Microsoft-Windows-Eventlog";
      record.event_id = 104;
      record.channel = "System";
      record.user_data = Element{
          .name = "LogFileCleared",
          .attributes = {{"xmlns", {Constant{"http://manifests.example.org/eventlog"}}}},
          .content = {Element{.name = "SubjectUserName", .attributes = {}, .content = {Substitution{Value::text("admin")}}},
                      Element{.name = "Channel", .attributes = {}, .content = {Substitution{Value::text("Application")}}},
                      Element{.name = "BackupPath", .attributes = {}, .content = {Substitution{Value::text("")}}}}};
      break;
    case 4:
      record.channel = "Application";
      record.provider = "Example-Types";
      record.event_id = 5;
      record.data = {{"Small", Value::i8(-5)},
                     {"Signed", Value::i16(-300)},
                     {"Wide", Value::i64(-5'000'000'000)},
                     {"Half", Value::real32(0.5f)},
                     {"Real", Value::real64(2.25)},
                     {"Yes", Value::boolean(true)},
                     {"Ansi", Value::ansi("plain")},
                     {"When", Value::filetime(record.time)},
                     {"Then", Value::systemtime(record.time)},
                     {"Mask", Value::hex32(0xff00)},
                     {"Ports", Value::array({Value::u16(80), Value::u16(443)})},
                     {"Handle", Value::handle(n)}};
      break;
    default:
      record.channel = "Application";
      record.provider = "Example-Text";
      record.event_id = 6;
      record.data = {{"Text", Value::text(std::string(n % 200, 'x') + "\u4f60\u597d \U0001f600")}, {"Count", Value::u64(n)}};
  }
  return record;
}

std::string sample_evtx(std::size_t size) {
  evtx_writer::Writer writer;
  std::string chunks;
  for (std::uint64_t n = 0; n < 12 || chunks.size() + 4096 < size; ++n) {
    writer.add(sample_record(n));
    chunks += writer.take();
  }
  writer.close_chunk();
  chunks += writer.take();
  return writer.header() + chunks;
}

}  // namespace tocsin::tests
