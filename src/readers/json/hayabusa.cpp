// Hayabusa's timeline (json-timeline): one record for each alert, with short
// names for channels and for the fields it thought worth showing. All fields of the event come
// along under AllFieldInfo or, without those already shown, ExtraFieldInfo.
#include <algorithm>
#include <array>

#include "readers/json/walk.h"

namespace tocsin::json {
namespace {

struct Alias {
  std::string_view from, to;
};
constexpr std::array kChannels = std::to_array<Alias>({
    {"App", "Application"},
    {"AppLocker", "Microsoft-Windows-AppLocker/EXE and DLL"},
    {"BitsCli", "Microsoft-Windows-Bits-Client/Operational"},
    {"CodeInteg", "Microsoft-Windows-CodeIntegrity/Operational"},
    {"Defender", "Microsoft-Windows-Windows Defender/Operational"},
    {"DNS-Svr", "DNS Server"},
    {"DvrFmwk", "Microsoft-Windows-DriverFrameworks-UserMode/Operational"},
    {"Exchange", "MSExchange Management"},
    {"Firewall", "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"},
    {"KeyMgtSvc", "Key Management Service"},
    {"LDAP-Cli", "Microsoft-Windows-LDAP-Client/Debug"},
    {"NTLM", "Microsoft-Windows-NTLM/Operational"},
    {"OpenSSH", "OpenSSH/Operational"},
    {"PrintAdm", "Microsoft-Windows-PrintService/Admin"},
    {"PrintOp", "Microsoft-Windows-PrintService/Operational"},
    {"PwSh", "Microsoft-Windows-PowerShell/Operational"},
    {"PwShClassic", "Windows PowerShell"},
    {"RDP-Client", "Microsoft-Windows-TerminalServices-RDPClient/Operational"},
    {"Sec", "Security"},
    {"SecMitig", "Microsoft-Windows-Security-Mitigations/KernelMode"},
    {"SmbCliSec", "Microsoft-Windows-SmbClient/Security"},
    {"Sys", "System"},
    {"Sysmon", "Microsoft-Windows-Sysmon/Operational"},
    {"TaskSch", "Microsoft-Windows-TaskScheduler/Operational"},
    {"WinRM", "Microsoft-Windows-WinRM/Operational"},
    {"WMI", "Microsoft-Windows-WMI-Activity/Operational"},
});
// Fields of Details that one name of the event stands behind, whatever the event.
constexpr std::array kDetails = std::to_array<Alias>({
    {"Cmdline", "CommandLine"},
    {"Hash", "Hashes"},
    {"LGUID", "LogonGuid"},
    {"LID", "LogonId"},
    {"PGUID", "ProcessGuid"},
    {"PID", "ProcessId"},
    {"ParentCmdline", "ParentCommandLine"},
    {"ParentPGUID", "ParentProcessGuid"},
    {"ParentPID", "ParentProcessId"},
    {"Proc", "Image"},
    {"ScriptBlock", "ScriptBlockText"},
    {"SrcIP", "IpAddress"},
    {"SrcProc", "SourceImage"},
    {"Svc", "ServiceName"},
    {"TgtProc", "TargetImage"},
    {"TgtUser", "TargetUserName"},
    {"SrcComp", "WorkstationName"},
    {"Type", "LogonType"},
});
constexpr std::array kTop = std::to_array<Alias>({
    {"Timestamp", "TimeCreated_SystemTime"},
    {"timestamp", "TimeCreated_SystemTime"},
    {"RecordID", "EventRecordID"},
    {"RecordId", "EventRecordID"},
    {"Provider", "Provider_Name"},
});

template <std::size_t N>
std::string_view renamed(const std::array<Alias, N>& table, std::string_view name) {
  const auto* found = std::ranges::find(table, name, &Alias::from);
  return found == table.end() ? name : found->to;
}

// "Proc: C:\\a.exe ¦ Cmdline: a -b", as the CSV timeline and older versions have it.
void put_line(const Walk& walk, std::string_view line, bool shortened) {
  constexpr std::string_view kBar = " \u00a6 ";
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(kBar), line.size());
    const std::string_view part = line.substr(0, end);
    line.remove_prefix(std::min(line.size(), end + kBar.size()));
    const std::size_t colon = part.find(": ");
    if (colon == part.npos) continue;
    const std::string_view key = part.substr(0, colon);
    walk.put(shortened ? renamed(kDetails, key) : key, Value{part.substr(colon + 2), Kind::string});
  }
}

void put_section(const Walk& walk, const Node& section, bool shortened) {
  if (section.type == Type::string) {
    put_line(walk, walk.value(section).text(), shortened);
    return;
  }
  if (section.type != Type::object) {
    walk_member(walk, section, "");
    return;
  }
  for (const Node& member : walk.tape.children(section)) {
    const std::string_view key = walk.key(member);
    const std::string_view name = shortened ? renamed(kDetails, key) : key;
    if (member.is_container()) {
      walk_dotted(walk, member, name);
    } else {
      walk.put(name, member);
    }
  }
}

}  // namespace

void walk_hayabusa(const Walk& walk, const Node& record, WindowsFacts& facts) {
  const bool all = walk.tape.child(record, "AllFieldInfo") != nullptr;
  for (const Node& member : walk.tape.children(record)) {
    const std::string_view key = walk.key(member);
    if (key == "AllFieldInfo" || key == "ExtraFieldInfo") {
      put_section(walk, member, false);
    } else if (key == "Details") {
      if (!all) put_section(walk, member, true);
    } else if (member.is_container()) {
      walk_member(walk, member, "");
    } else {
      const std::string_view name = renamed(kTop, key);
      Value value = walk.value(member);
      if (name == "Channel") value = {renamed(kChannels, value.text()), value.kind};
      if (name == "TimeCreated_SystemTime") facts.time = value;
      if (name == "EventRecordID") facts.record = value;
      if (name == "Provider_Name") facts.provider = value;
      walk.put(name, value);
    }
  }
}

}  // namespace tocsin::json
