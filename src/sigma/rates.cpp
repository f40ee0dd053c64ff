// What a quiet Windows or Linux machine writes all day: whatever is part of these texts is a poor witness. The rest
// is judged by its length.
#include "sigma/rates.h"

#include <algorithm>
#include <bitset>
#include <cstring>
#include <vector>

#include "base/hash.h"

namespace tocsin::sigma {
namespace {

struct Common {
  std::string_view text;  // folded
  double rate;
};

constexpr Common kCommon[] = {
    {"c:\\windows\\system32\\", 0.5},
    {"c:\\windows\\syswow64\\", 0.05},
    {"\\device\\harddiskvolume3\\windows\\system32\\", 0.1},
    {"c:\\program files\\common files\\microsoft shared\\", 0.1},
    {"c:\\program files (x86)\\google\\chrome\\application\\chrome.exe", 0.05},
    {"c:\\program files (x86)\\microsoft\\edge\\application\\msedge.exe", 0.05},
    {"c:\\programdata\\microsoft\\windows defender\\platform\\", 0.05},
    {"c:\\users\\administrator\\appdata\\local\\temp\\", 0.2},
    {"c:\\users\\public\\", 0.05},
    {"\\appdata\\roaming\\microsoft\\windows\\", 0.1},
    {"c:\\windows\\microsoft.net\\framework64\\v4.0.30319\\", 0.05},
    {"c:\\windows\\winsxs\\amd64_microsoft-windows-", 0.05},
    {"c:\\windows\\system32\\windowspowershell\\v1.0\\powershell.exe", 0.1},
    {"c:\\windows\\system32\\svchost.exe -k netsvcs -p -s ", 0.2},
    {"c:\\windows\\system32\\drivers\\", 0.05},
    {"c:\\windows\\explorer.exe", 0.1},
    {"c:\\windows\\system32\\cmd.exe /c \"", 0.1},
    {"cmd.exe /c ", 0.1},
    {"powershell.exe -noprofile -noninteractive -executionpolicy bypass -windowstyle hidden -command \"", 0.05},
    {"powershell.exe -nop -w hidden -enc ", 0.02},
    {"rundll32.exe ", 0.05},
    {"conhost.exe 0xffffffff -forcev1", 0.1},
    {"nt authority\\system", 0.5},
    {"nt authority\\local service", 0.1},
    {"nt authority\\network service", 0.1},
    {"microsoft corporation", 0.5},
    {"microsoft® windows® operating system", 0.5},
    {"microsoft windows", 0.3},
    {"windows powershell", 0.1},
    {"microsoft-windows-", 0.3},
    {"microsoft.", 0.2},
    {"hklm\\software\\microsoft\\windows\\currentversion\\explorer\\", 0.3},
    {"hklm\\system\\currentcontrolset\\services\\", 0.3},
    {"hku\\s-1-5-21-", 0.2},
    {"\\software\\classes\\local settings\\", 0.1},
    {"\\registry\\machine\\", 0.1},
    {"binary data", 0.2},
    {"dword (0x00000000)", 0.2},
    {"dword (0x00000001)", 0.2},
    {"http://www.", 0.05},
    {"https://", 0.1},
    {"function ", 0.3},
    {"param(", 0.3},
    {"return $", 0.3},
    {"get-", 0.3},
    {"set-", 0.2},
    {"new-object ", 0.1},
    {"write-host ", 0.1},
    {"import-module ", 0.1},
    {"foreach-object {", 0.1},
    {"system.", 0.3},
    {"invoke-", 0.1},
    {"/usr/bin/", 0.3},
    {"/usr/lib/systemd/", 0.1},
    {"/bin/bash", 0.2},
    {"/bin/sh -c ", 0.2},
    {"/etc/", 0.1},
    {"/var/log/", 0.1},
    {"/tmp/", 0.1},
    {"/home/", 0.1},
    {"/dev/null", 0.1},
    {"mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko) chrome/", 0.3},
    {"index.php?", 0.1},
    {"index.html", 0.1},
    {"ntdll.dll+", 0.3},
    {"kernelbase.dll+", 0.3},
    {"unknown(", 0.1},
    {"sha256=", 0.5},
    {"md5=", 0.5},
    {"imphash=", 0.5},
    {"00000000", 0.2},
};

// Names of programs that run all day, and values that many fields have.
constexpr Common kWhole[] = {
    {"cmd.exe", 0.2},
    {"powershell.exe", 0.2},
    {"pwsh.exe", 0.01},
    {"svchost.exe", 0.2},
    {"explorer.exe", 0.1},
    {"rundll32.exe", 0.05},
    {"reg.exe", 0.05},
    {"net.exe", 0.05},
    {"net1.exe", 0.05},
    {"conhost.exe", 0.1},
    {"wmiprvse.exe", 0.05},
    {"services.exe", 0.1},
    {"lsass.exe", 0.05},
    {"msiexec.exe", 0.02},
    {"chrome.exe", 0.1},
    {"msedge.exe", 0.1},
    {"wscript.exe", 0.01},
    {"regsvr32.exe", 0.01},
    {"schtasks.exe", 0.02},
    {"sc.exe", 0.02},
    {"taskhostw.exe", 0.02},
    {"whoami.exe", 0.01},
    {"winlogon.exe", 0.02},
    {"werfault.exe", 0.01},
    {"mmc.exe", 0.01},
    {"notepad.exe", 0.01},
    {"python.exe", 0.01},
    {"bash", 0.1},
    {"sh", 0.1},
    {"sudo", 0.05},
    {"curl", 0.02},
    {"cat", 0.05},
    {"grep", 0.05},
    {"system", 0.3},
    {"high", 0.3},
    {"medium", 0.3},
    {"0", 0.3},
    {"1", 0.3},
    {"-", 0.3},
    {"true", 0.4},
    {"false", 0.4},
    {"setvalue", 0.5},
    {"createkey", 0.3},
    {"tcp", 0.4},
    {"udp", 0.3},
    {"443", 0.2},
    {"80", 0.1},
    {"get", 0.5},
    {"post", 0.2},
    {"200", 0.5},
    {"execve", 0.3},
    {"syscall", 0.3},
    {"path", 0.3},
    {"success", 0.4},
    {"", 0.1},
    {"3", 0.2},
    {"5", 0.1},
    {"0x0", 0.2},
    {"kernelbase.dll", 0.1},
    {"ntdll.dll", 0.1},
};

double by_length(std::size_t size) {
  constexpr double kRates[] = {1, 0.6, 0.25, 0.06, 0.015, 0.006, 0.003, 0.002};
  return size < std::size(kRates) ? kRates[size] : size < 12 ? 0.001 : 0.0003;
}

// False for nearly every literal that is part of no common text, so that the search below is rare.
bool may_be_common(std::string_view literal) {
  constexpr std::size_t kKey = 4;
  const auto bit = [](std::string_view text, std::size_t at) {
    std::uint32_t word;
    std::memcpy(&word, text.data() + at, kKey);
    return word * 0x9e3779b1u >> 16;
  };
  static const std::bitset<1 << 16> keys = [&] {
    std::bitset<1 << 16> out;
    for (const Common& common : kCommon)
      for (std::size_t at = 0; at + kKey <= common.text.size(); ++at) out.set(bit(common.text, at));
    return out;
  }();
  return literal.size() < kKey || (keys[bit(literal, 0)] && keys[bit(literal, literal.size() - kKey)]);
}

}  // namespace

double rate_of(std::string_view literal, Anchor anchor) {
  std::string_view name = literal;
  if (anchor == Anchor::tail || anchor == Anchor::whole) {
    const std::size_t cut = name.find_last_of("\\/");
    if (cut != std::string_view::npos) name.remove_prefix(cut + 1);
    for (const Common& common : kWhole)
      if (common.text == name) return common.rate;
    // A whole value or a file's name says more than its length.
    if (anchor == Anchor::whole) return 0.001;
    if (cut != std::string_view::npos && !name.empty()) return name.starts_with(".") ? 0.05 : 0.0005;
    if (literal == ".exe" || literal == ".dll") return 0.5;
  }
  double rate = by_length(literal.size());
  if (!may_be_common(literal)) return rate;
  for (const Common& common : kCommon)
    if (common.rate > rate && common.text.find(literal) != std::string_view::npos) rate = common.rate;
  return rate;
}

double byte_rate(char byte, std::uint32_t count) {
  const bool word = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
  const bool usual = word || std::string_view(" \\./-_:\"").find(byte) != std::string_view::npos;
  double rate = usual ? 0.8 : 0.08;
  for (std::uint32_t i = 1; i < count && i < 20; ++i) rate *= usual ? 0.9 : 0.6;
  return rate;
}

double key_commonness(std::string_view key) {
  // All runs of up to 8 bytes of the common texts, by hash, and how often they are met. Another key of the same hash
  // only makes a choice a little worse.
  static const std::vector<float> known = [] {
    std::vector<float> out(1 << 14);
    const auto meet = [&](std::string_view run, double rate) {
      float& known_rate = out[hash64(run) >> 50];
      known_rate = static_cast<float>(known_rate + rate - known_rate * rate);
    };
    for (const Common& common : kCommon)
      for (const std::size_t size : {2, 3, 4, 8})
        for (std::size_t at = 0; at + size <= common.text.size(); ++at) meet(common.text.substr(at, size), common.rate);
    for (const std::string_view name : {".exe", ".dll", ".sys", ".ps1", ".php", "user", "file", "data", "powe", "wers",
                                        "hell", "serv", "vice", "name", "type", "path", "true", "comm"})
      for (const std::size_t size : {3, 4})
        for (std::size_t at = 0; at + size <= name.size(); ++at) meet(name.substr(at, size), 0.2);
    return out;
  }();
  const double unseen = key.size() >= 8 ? 0.0001 : key.size() >= 4 ? 0.002 : key.size() == 3 ? 0.01 : 0.05;
  return std::max<double>(unseen, known[hash64(key) >> 50]);
}

}  // namespace tocsin::sigma
