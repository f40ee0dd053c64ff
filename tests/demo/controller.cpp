// DC01, the domain controller, as the event collector kept its logs: an administrator's account used from WS117,
// Impacket's habits, the directory database copied, shadow copies removed, the logs emptied.
#include <fmt/format.h>

#include "tests/demo/windows.h"

namespace tocsin::demo {
namespace {

using evtx_writer::Element;
using evtx_writer::Record;
using evtx_writer::Substitution;
using evtx_writer::Value;

constexpr std::string_view kHost = "DC01.parliament.kalmoria.example";
constexpr std::string_view kDomainSid = "S-1-5-21-1004336348-1177238915-682003330";

std::string sid_of(std::string_view account) {
  for (std::size_t i = 0; i < people().size(); ++i)
    if (people()[i].account == account) return fmt::format("{}-{}", kDomainSid, 1104 + i);
  return fmt::format("{}-1602", kDomainSid);
}

class Controller {
 public:
  Controller()
      : log_("Security", "Microsoft-Windows-Security-Auditing", "54849625-5478-4994-A5BA-3E3B0328C30D",
             std::string(kHost), 771204) {}

  void logon(Time time, std::string_view account, std::string_view address, std::uint32_t type) {
    Record& record = open(time, 4624, 2, 12544);
    subject(record, {}, 0);
    target(record, account);
    add(record, "TargetLogonId", Value::hex64(0x9f0000 + ++logons_ * 0x11));
    add(record, "LogonType", Value::u32(type));
    text(record, "LogonProcessName", "Kerberos");
    text(record, "AuthenticationPackageName", "Kerberos");
    text(record, "WorkstationName", "-");
    add(record, "LogonGuid", Value::guid(guid(logons_)));
    text(record, "TransmittedServices", "-");
    text(record, "LmPackageName", "-");
    add(record, "KeyLength", Value::u32(0));
    add(record, "ProcessId", Value::pointer(0));
    text(record, "ProcessName", "-");
    text(record, "IpAddress", address);
    text(record, "IpPort", fmt::format("{}", 49152 + logons_ * 13 % 16000));
    text(record, "ImpersonationLevel", "%%1833");
  }

  void refused(Time time, std::string_view account, std::string_view address, std::string_view workstation) {
    Record& record = open(time, 4625, 0, 12544);
    record.keywords = 0x8010000000000000;
    subject(record, {}, 0);
    target(record, account);
    add(record, "Status", Value::hex32(0xc000006d));
    text(record, "FailureReason", "%%2313");
    add(record, "SubStatus", Value::hex32(0xc000006a));
    add(record, "LogonType", Value::u32(3));
    text(record, "LogonProcessName", "NtLmSsp ");
    text(record, "AuthenticationPackageName", "NTLM");
    text(record, "WorkstationName", workstation);
    text(record, "IpAddress", address);
    text(record, "IpPort", "50122");
  }

  void ticket(Time time, const Person& person, std::string_view service) {
    Record& record = open(time, 4769, 0, 14337);
    text(record, "TargetUserName", fmt::format("{}@PARLIAMENT.KALMORIA.EXAMPLE", person.account));
    text(record, "TargetDomainName", "PARLIAMENT.KALMORIA.EXAMPLE");
    text(record, "ServiceName", service);
    add(record, "ServiceSid", Value::sid(fmt::format("{}-1001", kDomainSid)));
    add(record, "TicketOptions", Value::hex32(0x40810000));
    add(record, "TicketEncryptionType", Value::hex32(0x12));
    text(record, "IpAddress", fmt::format("::ffff:{}", person.address));
    text(record, "IpPort", "51876");
    add(record, "Status", Value::hex32(0));
    add(record, "LogonGuid", Value::guid(guid(logons_ + 90000)));
    text(record, "TransmittedServices", "-");
  }

  void start(Time time, std::string_view image, std::string_view command, std::string_view parent,
             std::string_view account) {
    Record& record = open(time, 4688, 2, 13312);
    const bool machine = account.empty();
    subject(record, machine ? "DC01$" : account, machine ? 0x3e7 : 0x9f00aa);
    add(record, "NewProcessId", Value::pointer(0x1000 + ++processes_ * 0x14));
    text(record, "NewProcessName", image);
    text(record, "TokenElevationType", machine ? "%%1936" : "%%1937");
    add(record, "ProcessId", Value::pointer(0x2a8));
    text(record, "CommandLine", command);
    add(record, "TargetUserSid", Value::sid("S-1-0-0"));
    text(record, "TargetUserName", "-");
    text(record, "TargetDomainName", "-");
    add(record, "TargetLogonId", Value::hex64(0));
    text(record, "ParentProcessName", parent);
    add(record, "MandatoryLabel", Value::sid(machine ? "S-1-16-16384" : "S-1-16-12288"));
  }

  void emptied(Time time) {
    Record& record = log_.add(time, 1102);
    record.provider = "Microsoft-Windows-Eventlog";
    record.provider_guid = "FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148";
    record.task = 104;
    record.keywords = 0x4020000000000000;
    Element cleared{.name = "LogFileCleared", .attributes = {}, .content = {}};
    const auto leaf = [&](std::string name, Value value) {
      cleared.content.push_back(
          Element{.name = std::move(name), .attributes = {}, .content = {Substitution{std::move(value)}}});
    };
    leaf("SubjectUserSid", Value::sid(sid_of("adm.berg")));
    leaf("SubjectUserName", Value::text("adm.berg"));
    leaf("SubjectDomainName", Value::text("KALMORIA"));
    leaf("SubjectLogonId", Value::hex64(0x9f00aa));
    record.user_data = std::move(cleared);
  }

  std::string finish() { return log_.finish(); }

 private:
  static void add(Record& record, std::string_view name, Value value) {
    record.data.emplace_back(name, std::move(value));
  }
  static void text(Record& record, std::string_view name, std::string_view value) {
    add(record, name, Value::text(value));
  }
  Record& open(Time time, std::uint16_t id, std::uint8_t version, std::uint16_t task) {
    Record& record = log_.add(time, id);
    record.version = version;
    record.level = 0;
    record.task = task;
    record.keywords = 0x8020000000000000;
    record.process_id = 684;
    record.thread_id = 5120;
    return record;
  }
  static void subject(Record& record, std::string_view account, std::uint64_t logon) {
    add(record, "SubjectUserSid",
        Value::sid(account.empty()         ? "S-1-0-0"
                   : account.back() == '$' ? "S-1-5-18"
                                           : sid_of(account)));
    text(record, "SubjectUserName", account.empty() ? "-" : account);
    text(record, "SubjectDomainName", account.empty() ? "-" : "KALMORIA");
    add(record, "SubjectLogonId", Value::hex64(logon));
  }
  static void target(Record& record, std::string_view account) {
    add(record, "TargetUserSid", Value::sid(sid_of(account)));
    text(record, "TargetUserName", account);
    text(record, "TargetDomainName", "KALMORIA");
  }

  EventLog log_;
  std::uint64_t logons_ = 0, processes_ = 0;
};

void daily_life(Controller& host) {
  static constexpr std::string_view kServices[] = {"DC01$", "FILES01$", "PRINT01$", "krbtgt"};
  Dice dice(1);
  for (const Time time : office_moments(dice, 300)) {
    const Person& person = dice.pick(people());
    switch (dice.below(8)) {
      case 0:
        host.start(time, "C:\\Windows\\System32\\svchost.exe", "C:\\Windows\\system32\\svchost.exe -k netsvcs -p",
                   "C:\\Windows\\System32\\services.exe", {});
        break;
      case 1:
        host.start(time, "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe",
                   "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding",
                   "C:\\Windows\\System32\\svchost.exe", {});
        break;
      case 2:
        if (dice.below(4) == 0) host.refused(time, person.account, person.address, person.host);
        [[fallthrough]];
      case 3:
      case 4:
        host.logon(time, person.account, person.address, 3);
        break;
      default:
        host.ticket(time, person, dice.pick(std::span<const std::string_view>(kServices)));
    }
  }
  // The nightly backup lists shadow copies, which is not the same as deleting them.
  host.start(at("2026-09-15T01:00:12.8"), "C:\\Windows\\System32\\vssadmin.exe", "vssadmin list shadows",
             "C:\\Program Files\\Backup\\agent.exe", {});
}

void intruder(Controller& host) {
  constexpr std::string_view kShell = "C:\\Windows\\System32\\cmd.exe",
                             kWmi = "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe";
  host.logon(at("2026-09-15T11:03:20.1"), "adm.berg", "10.4.7.117", 3);
  constexpr std::string_view kAsked[] = {"whoami /groups", "net group \\\"Domain Admins\\\" /domain",
                                         "dir C:\\Windows\\NTDS"};
  int step = 0;
  for (const std::string_view asked : kAsked)
    host.start(at("2026-09-15T11:04:02.7").plus_seconds(41 * step++), kShell,
               fmt::format("cmd.exe /Q /c {} 1> \\\\127.0.0.1\\ADMIN$\\__1789470200.6 2>&1", asked), kWmi, "adm.berg");
  host.start(at("2026-09-15T11:09:33.0"), "C:\\Windows\\System32\\ntdsutil.exe",
             "ntdsutil \"ac i ntds\" \"ifm\" \"create full C:\\PerfLogs\\n\" q q", kShell, "adm.berg");
  host.start(at("2026-09-15T11:46:10.4"), "C:\\Windows\\System32\\vssadmin.exe", "vssadmin  delete shadows /all /quiet",
             kShell, "adm.berg");
  constexpr std::string_view kChannels[] = {"System", "Application", "\"Windows PowerShell\"", "Security"};
  step = 0;
  for (const std::string_view channel : kChannels)
    host.start(at("2026-09-15T11:48:00.3").plus_seconds(4 * step++), "C:\\Windows\\System32\\wevtutil.exe",
               fmt::format("wevtutil cl {}", channel), kShell, "adm.berg");
  host.emptied(at("2026-09-15T11:48:12.6"));
}

Record& service_control(EventLog& log, Time time, std::uint16_t id) {
  Record& record = log.add(time, id);
  record.qualifiers = 16384;
  record.keywords = 0x8080000000000000;
  record.process_id = 668;
  record.thread_id = 9004;
  return record;
}

}  // namespace

std::string controller_security() {
  Controller host;
  daily_life(host);
  intruder(host);
  return host.finish();
}

std::string controller_system() {
  static constexpr std::string_view kNames[] = {"Windows Update", "Software Protection",
                                                "Portable Device Enumerator Service", "WMI Performance Adapter",
                                                "Network Setup Service"};
  EventLog log("System", "Service Control Manager", "555908D1-A6D7-4695-8E1E-26931D2012F4", std::string(kHost), 30977);
  Dice dice(2);
  for (const Time time : office_moments(dice, 90)) {
    Record& record = service_control(log, time, 7036);
    record.data = {{"param1", Value::text(dice.pick(std::span<const std::string_view>(kNames)))},
                   {"param2", Value::text(dice.below(2) ? "running" : "stopped")}};
  }
  Record& installed = service_control(log, at("2026-09-15T11:06:45.2"), 7045);
  installed.user_sid = sid_of("adm.berg");
  installed.data = {{"ServiceName", Value::text("KrsPvQzt")},
                    {"ImagePath", Value::text("%COMSPEC% /Q /c echo tasklist ^> \\\\127.0.0.1\\C$\\__output 2^>^&1 > "
                                              "%TEMP%\\execute.bat & %COMSPEC% /Q /c %TEMP%\\execute.bat")},
                    {"ServiceType", Value::text("user mode service")},
                    {"StartType", Value::text("demand start")},
                    {"AccountName", Value::text("LocalSystem")}};
  static constexpr std::string_view kCleared[] = {"System", "Application", "Windows PowerShell"};
  int step = 0;
  for (const std::string_view channel : kCleared) {
    Record& record = log.add(at("2026-09-15T11:48:00.5").plus_seconds(4 * step++), 104);
    record.provider = "Microsoft-Windows-Eventlog";
    record.provider_guid = "FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148";
    record.task = 104;
    record.user_sid = sid_of("adm.berg");
    Element cleared{.name = "LogFileCleared", .attributes = {}, .content = {}};
    const auto leaf = [&](std::string name, std::string_view value) {
      cleared.content.push_back(
          Element{.name = std::move(name), .attributes = {}, .content = {Substitution{Value::text(value)}}});
    };
    leaf("SubjectUserName", "adm.berg");
    leaf("SubjectDomainName", "KALMORIA");
    leaf("Channel", channel);
    leaf("BackupPath", "");
    record.user_data = std::move(cleared);
  }
  return log.finish();
}

}  // namespace tocsin::demo
