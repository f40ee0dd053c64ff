// Exchange's IIS log (W3C extended: UTC, `+` for a space), FortiGate's key=value log, and Windows' Security log as
// event XML.
#include <fmt/format.h>

#include <array>

#include "rehearse/formats.h"
#include "rehearse/random.h"

namespace tocsin::rehearse {
namespace {

std::string plus(std::string_view text) {
  std::string out(text.empty() ? "-" : text);
  for (char& c : out)
    if (c == ' ') c = '+';
  return out;
}

// Basic authentication of ActiveSync and Exchange Web Services: the name stands in cs-username, tried or proven.
class Iis final : public FormatWriter {
 public:
  explicit Iis(const FormatContext& context) : context_(context) {}
  void begin(std::string& out) override {
    const Civil at = civil(context_.start);
    out += fmt::format(
        "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
        "#Date: {:04}-{:02}-{:02} {:02}:{:02}:{:02}\r\n#Remark: {}\r\n"
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) "
        "sc-status sc-substatus sc-win32-status time-taken\r\n",
        at.year, at.month, at.day, at.hour, at.minute, at.second, kExercise);
  }
  void login(const Labelled& one, std::string& out) override {
    const Login& login = one.activity.login;
    const Civil at = civil(one.activity.time);
    const bool success = login.outcome == Outcome::success, sync = one.role != Role::office;
    out += fmt::format(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02} 192.0.2.26 POST {} 443 {} {} {} - {} {}\r\n", at.year, at.month, at.day,
        at.hour, at.minute, at.second,
        sync ? "/Microsoft-Server-ActiveSync/default.eas Cmd=Sync&DeviceType=Phone" : "/EWS/Exchange.asmx -",
        plus(one.label == Label::forged ? std::string(login.user) : with_domain(login.user)), login.source->text(),
        plus(login.user_agent),
        success                               ? "200 0 0"
        : login.reason == LoginReason::locked ? "401 1 1909"
                                              : "401 1 1326",
        10 + mix(static_cast<std::uint64_t>(one.activity.time.seconds)) % 300);
  }

 private:
  FormatContext context_;
};

class FortiGate final : public FormatWriter {
 public:
  explicit FortiGate(const FormatContext& context) : context_(context) {}
  void begin(std::string& out) override {
    out += head(context_.start);
    out += fmt::format(
        R"( logid="0100032102" type="event" subtype="system" level="notice" vd="root" logdesc="Exercise" msg="{}")"
        "\n",
        kExercise);
  }
  void login(const Labelled& one, std::string& out) override {
    const Login& login = one.activity.login;
    const bool success = login.outcome == Outcome::success;
    std::string user;
    for (const char c : without_domain(login.user)) user.append(c == '"' || c == '\\' ? "\\" : "").push_back(c);
    out += head(one.activity.time);
    const std::string_view reason =
        login.reason == LoginReason::unknown_user ? "sslvpn_login_unknown_user" : "sslvpn_login_permission_denied";
    if (success)
      out += fmt::format(
          R"( logid="0101039947" type="event" subtype="vpn" level="information" vd="root" logdesc="SSL VPN tunnel up" )"
          R"(action="tunnel-up" tunneltype="ssl-tunnel" tunnelid={} remip={} tunnelip=10.212.{}.{} user="{}" group="staff" )"
          R"(dst_host="N/A" reason="tunnel established" msg="SSL tunnel established")"
          "\n",
          1 + mix(static_cast<std::uint64_t>(one.activity.time.seconds)) % 4000000000, login.source->text(),
          134 + user.size() % 4, 1 + login.source_port % 250, user);
    else
      out += fmt::format(
          R"( logid="0101039426" type="event" subtype="vpn" level="alert" vd="root" logdesc="SSL VPN login fail" )"
          R"(action="ssl-login-fail" tunneltype="ssl-web" tunnelid=0 remip={} user="{}" group="N/A" dst_host="N/A" )"
          R"(reason="{}" msg="SSL user failed to logged in")"
          "\n",
          login.source->text(), user, reason);
  }

 private:
  std::string head(Time time) const {
    const Civil at = civil(local(time, context_.utc_offset_minutes));
    return fmt::format(R"(date={:04}-{:02}-{:02} time={:02}:{:02}:{:02} devname="vpn1" devid="FGT60FREHEARSE00" )"
                       R"(eventtime={}{:09} tz="{:+03}{:02}")",
                       at.year, at.month, at.day, at.hour, at.minute, at.second, time.seconds, time.nanoseconds,
                       context_.utc_offset_minutes / 60, std::abs(context_.utc_offset_minutes) % 60);
  }
  FormatContext context_;
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  return out;
}

class Windows final : public FormatWriter {
 public:
  explicit Windows(const FormatContext&) {}
  void begin(std::string& out) override {
    out += "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<!-- " + std::string(kExercise) +
           " -->\n<Events>\n";
  }
  void login(const Labelled& one, std::string& out) override {
    const Login& login = one.activity.login;
    const bool success = login.outcome == Outcome::success;
    const Civil at = civil(one.activity.time);
    const auto data = [&](std::string_view name, std::string_view value) {
      out.append("<Data Name='").append(name).append("'>").append(value).append("</Data>");
    };
    out += fmt::format(
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        "<Provider Name='Microsoft-Windows-Security-Auditing' Guid='{{54849625-5478-4994-a5ba-3e3b0328c30d}}'/>"
        "<EventID>{}</EventID><Version>{}</Version><Level>0</Level><Task>12544</Task><Opcode>0</Opcode><Keywords>{}</"
        "Keywords>"
        "<TimeCreated "
        "SystemTime='{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z'/><EventRecordID>{}</EventRecordID><Correlation/>"
        "<Execution ProcessID='712' "
        "ThreadID='{}'/><Channel>Security</Channel><Computer>dc1.parliament.example</Computer>"
        "<Security/></System><EventData>",
        success ? 4624 : 4625, success ? 2 : 0, success ? "0x8020000000000000" : "0x8010000000000000", at.year,
        at.month, at.day, at.hour, at.minute, at.second, one.activity.time.nanoseconds / 100, ++record_,
        700 + login.source_port % 900);
    data("SubjectUserSid", "S-1-0-0");
    data("SubjectUserName", "-");
    data("SubjectDomainName", "-");
    data("SubjectLogonId", "0x0");
    data("TargetUserSid", success ? "S-1-5-21-1004336348-1177238915-682003330-1107" : "S-1-0-0");
    data("TargetUserName", escaped(without_domain(login.user)));
    data("TargetDomainName", "PARLIAMENT");
    if (success) {
      data("TargetLogonId", fmt::format("0x{:x}", 0x10000 + record_ * 7));
    } else {
      const bool unknown = login.reason == LoginReason::unknown_user;
      data("Status", login.reason == LoginReason::locked ? "0xc0000234" : "0xc000006d");
      data("FailureReason", login.reason == LoginReason::locked ? "%%2307" : "%%2313");
      data("SubStatus", login.reason == LoginReason::locked ? "0x0" : unknown ? "0xc0000064" : "0xc000006a");
    }
    data("LogonType", "3");
    data("LogonProcessName", success ? "Kerberos" : "NtLmSsp ");
    data("AuthenticationPackageName", success ? "Kerberos" : "NTLM");
    data("WorkstationName",
         success ? "-" : fmt::format("WS{:04}", login.source->bytes[14] * 256 + login.source->bytes[15]));
    if (success) data("LogonGuid", "{" + uuid(record_) + "}");
    data("TransmittedServices", "-");
    data("LmPackageName", "-");
    data("KeyLength", "0");
    data("ProcessId", "0x0");
    data("ProcessName", "-");
    data("IpAddress", login.source->text());
    data("IpPort", std::to_string(login.source_port));
    out += "</EventData></Event>\n";
  }
  void end(std::string& out) override { out += "</Events>\n"; }

 private:
  std::uint64_t record_ = 100000;
};

constexpr std::array kSync = {Role::sync, Role::office};
constexpr std::array kVpn = {Role::vpn};
constexpr std::array kInternal = {Role::internal};

template <class Writer>
std::unique_ptr<FormatWriter> make(const FormatContext& context) {
  return std::make_unique<Writer>(context);
}

}  // namespace

const FormatSpec iis_format = {"iis",      "Exchange's IIS log: ActiveSync and web services by Basic authentication",
                               "u_ex.log", kSync,
                               false,      false,
                               false,      make<Iis>};
const FormatSpec fortigate_format = {
    "fortigate", "FortiGate's log of the VPN", "fortigate.log", kVpn, false, false, false, make<FortiGate>};
const FormatSpec windows_format = {
    "windows",    "Windows' Security log as event XML: 4624 and 4625", "security.xml", kInternal, false, false, false,
    make<Windows>};

}  // namespace tocsin::rehearse
