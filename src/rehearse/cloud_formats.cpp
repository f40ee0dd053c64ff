// Entra's sign-in log as diagnostic settings export it, and the Microsoft 365 unified audit log as the management
// activity API gives it: one JSON object a line, times in UTC.
#include <fmt/format.h>

#include <array>

#include "base/hash.h"
#include "base/json.h"
#include "rehearse/formats.h"
#include "rehearse/random.h"

namespace tocsin::rehearse {
namespace {

constexpr std::string_view kTenant = "11111111-2222-4333-a444-555555555555";

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string seconds(Time time) {
  const Civil at = civil(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", at.year, at.month, at.day, at.hour, at.minute, at.second);
}

std::string mail_user(const Labelled& one) {
  return one.label == Label::forged ? std::string(one.activity.login.user) : with_domain(one.activity.login.user);
}

class Entra final : public FormatWriter {
 public:
  explicit Entra(const FormatContext& context) : context_(context) {}
  void begin(std::string& out) override {
    out += fmt::format(R"({{"time":"{}Z","category":"Exercise","operationName":"{}","tenantId":"{}"}})"
                       "\n",
                       seconds(context_.start), kExercise, kTenant);
  }
  void login(const Labelled& one, std::string& out) override {
    const Login& login = one.activity.login;
    const int code = login.outcome == Outcome::success           ? 0
                     : login.reason == LoginReason::unknown_user ? 50034
                     : login.reason == LoginReason::locked       ? 50053
                                                                 : 50126;
    const std::string_view why = code == 0       ? ""
                                 : code == 50034 ? "The user account does not exist in the directory."
                                 : code == 50053
                                     ? "The account is locked because the user tried to sign in too many times."
                                     : "Error validating credentials due to invalid username or password.";
    const std::string_view client = one.role == Role::imap         ? "IMAP4"
                                    : one.role == Role::submission ? "Authenticated SMTP"
                                    : one.role == Role::sync       ? "Exchange ActiveSync"
                                    : one.role == Role::office     ? "Mobile Apps and Desktop clients"
                                                                   : "Browser";
    const std::string time = fmt::format("{}.{:07}Z", seconds(one.activity.time), one.activity.time.nanoseconds / 100);
    const std::string user = mail_user(one), id = uuid(mix(++number_, hash64(time))), ip = login.source->text();
    const std::uint64_t network = context_.networks->network_of(*login.source);
    out += fmt::format(
        R"({{"time":"{}","resourceId":"/tenants/{}/providers/Microsoft.aadiam","operationName":"Sign-in activity",)"
        R"("operationVersion":"1.0","category":"SignInLogs","tenantId":"{}","resultType":"{}","resultSignature":"None",)"
        R"("resultDescription":"{}","durationMs":0,"callerIpAddress":"{}","correlationId":"{}","identity":{},"Level":4,)"
        R"("location":"{}","properties":{{"id":"{}","createdDateTime":"{}","userDisplayName":{},"userPrincipalName":{},)",
        time, kTenant, kTenant, code, why, ip, id, quoted(user), context_.networks->country_of(*login.source), id, time,
        quoted(user), quoted(user));
    out += fmt::format(
        R"("userId":"{}","appId":"00000002-0000-0ff1-ce00-000000000000","appDisplayName":"Office 365 Exchange Online",)"
        R"("ipAddress":"{}","status":{{"errorCode":{}{}}},"clientAppUsed":"{}","userAgent":{},)"
        R"("deviceDetail":{{"deviceId":"","operatingSystem":"","browser":""}},"location":{{"countryOrRegion":"{}"}},)"
        R"("conditionalAccessStatus":"notApplied","isInteractive":true,"authenticationRequirement":"singleFactorAuthentication",)"
        R"("userType":"Member","autonomousSystemNumber":{},"authenticationDetails":[{{"authenticationMethod":"Password",)"
        R"("succeeded":{}}}]}}}})"
        "\n",
        uuid(hash64(user)), ip, code, code == 0 ? std::string() : R"(,"failureReason":")" + std::string(why) + '"',
        client, quoted(login.user_agent), context_.networks->country_of(*login.source),
        network >> 32 == 0 ? network : 0, code == 0);
  }

 private:
  FormatContext context_;
  std::uint64_t number_ = 0;
};

class M365 final : public FormatWriter {
 public:
  explicit M365(const FormatContext& context) : context_(context) {}
  void begin(std::string& out) override {
    out += fmt::format(
        R"({{"CreationTime":"{}","Id":"{}","Operation":"{}","OrganizationId":"{}","RecordType":0,"Workload":"Exercise"}})"
        "\n",
        seconds(context_.start), uuid(1), kExercise, kTenant);
  }

  void login(const Labelled& one, std::string& out) override {
    const Login& login = one.activity.login;
    const bool success = login.outcome == Outcome::success;
    const std::string user = mail_user(one), ip = login.source->text();
    start(one, out, success ? "UserLoggedIn" : "UserLoginFailed", 15, "AzureActiveDirectory", user);
    out += fmt::format(
        R"(,"ResultStatus":"{}","ClientIP":"{}","ActorIpAddress":"{}","AzureActiveDirectoryEventType":1,"ObjectId":"Unknown",)"
        R"("ExtendedProperties":[{{"Name":"ResultStatusDetail","Value":"{}"}},{{"Name":"UserAgent","Value":{}}},)"
        R"({{"Name":"RequestType","Value":"{}"}}],"Actor":[{{"ID":"{}","Type":0}},{{"ID":{},"Type":5}}],)"
        R"("ApplicationId":"00000002-0000-0ff1-ce00-000000000000"{}}})"
        "\n",
        success ? "Success" : "Failed", ip, ip, success ? "Success" : "UserError", quoted(login.user_agent),
        login.legacy ? "OAuth2:Token" : "Login:login", uuid(hash64(user)), quoted(user),
        success                                     ? ""
        : login.reason == LoginReason::unknown_user ? R"(,"LogonError":"UserAccountNotFound","ErrorNumber":"50034")"
        : login.reason == LoginReason::locked       ? R"(,"LogonError":"IdsLocked","ErrorNumber":"50053")"
                                              : R"(,"LogonError":"InvalidUserNameOrPassword","ErrorNumber":"50126")");
  }

  // Bind: the messages of two minutes, each named. Sync: a whole folder, nothing named.
  void mail(const Labelled& one, std::string& out) override {
    const MailAccess& mail = one.activity.mail;
    const bool sync = mail.access == "sync";
    start(one, out, "MailItemsAccessed", sync ? 2 : 50, "Exchange", mail.user);
    out += fmt::format(
        R"(,"ResultStatus":"Succeeded","ClientIPAddress":"{}","ClientInfoString":{},"ExternalAccess":false,"LogonType":0,)"
        R"("InternalLogonType":0,"MailboxGuid":"{}","MailboxOwnerUPN":{},"SessionId":"{}",)"
        R"("OperationProperties":[{{"Name":"MailAccessType","Value":"{}"}},{{"Name":"IsThrottled","Value":"False"}}],)",
        mail.source->text(),
        quoted(mail.client == "imap" ? "Client=POP3/IMAP4;Protocol=IMAP4" : "Client=OWA;" + std::string(mail.client)),
        uuid(hash64(mail.mailbox)), quoted(mail.mailbox), mail.session, sync ? "Sync" : "Bind");
    const std::string path = quoted(mail.folder.empty() ? "\\Inbox" : mail.folder);
    if (sync) {
      out += fmt::format(R"("Item":{{"Id":"LgAAAAB{:x}","ParentFolder":{{"Id":"LgAAAAB{:x}","Name":{},"Path":{}}}}}}})"
                         "\n",
                         hash64(mail.folder), hash64(mail.folder), quoted(mail.folder.substr(1)), path);
      return;
    }
    out += fmt::format(R"("Folders":[{{"Id":"LgAAAAB{:x}","Path":{},"FolderItems":[)", hash64(path), path);
    for (std::uint64_t i = 0; i < mail.items; ++i)
      out += fmt::format(R"({}{{"InternetMessageId":"<{:016x}@mail.example>","SizeInBytes":{}}})", i == 0 ? "" : ",",
                         mix(hash64(mail.mailbox), number_, i), mail.bytes / mail.items);
    out += fmt::format("]}}],\"OperationCount\":{}}}\n", mail.items);
  }

  void change(const Labelled& one, std::string& out) override {
    const MailboxChange& change = one.activity.change;
    const std::string from =
        change.source->is_v4() ? change.source->text() + ":51234" : "[" + change.source->text() + "]:51234";
    if (change.change == "consent" || change.change == "app-password") {
      const bool consent = change.change == "consent";
      start(one, out, consent ? "Consent to application." : "Update user.", 8, "AzureActiveDirectory", change.user);
      out += fmt::format(
          R"(,"ResultStatus":"Success","ClientIP":"{}","ObjectId":{},"AzureActiveDirectoryEventType":1,)"
          R"("Target":[{{"ID":{},"Type":1}}],"Actor":[{{"ID":{},"Type":5}}],"ModifiedProperties":[{}]}})"
          "\n",
          change.source->text(), consent ? quoted(uuid(hash64(change.detail))) : quoted(change.mailbox),
          quoted(consent ? change.detail : change.mailbox), quoted(change.user),
          consent ? R"({"Name":"ConsentAction.Permissions","NewValue":"Scope: Mail.Read offline_access","OldValue":""})"
                  : R"({"Name":"StrongAuthenticationAppPassword","NewValue":"[{\"Name\":\"app\"}]","OldValue":"[]"})");
      return;
    }
    const bool rule = change.change == "rule", forwarding = change.change == "forwarding";
    const bool outside = change.detail.find('@') != std::string_view::npos;
    start(one, out,
          rule         ? "New-InboxRule"
          : forwarding ? "Set-Mailbox"
                       : "Add-MailboxPermission",
          1, "Exchange", change.user);
    out += fmt::format(
        R"(,"ResultStatus":"True","ClientIP":"{}","ObjectId":{},"ExternalAccess":false,"SessionId":"{}",)"
        R"("OrganizationName":"parliament.example","Parameters":[{{"Name":"{}","Value":{}}},)",
        from, quoted(change.mailbox), change.session, rule ? "Mailbox" : "Identity", quoted(change.mailbox));
    if (rule && outside)
      out += fmt::format(
          R"({{"Name":"Name","Value":"."}},{{"Name":"ForwardTo","Value":{}}},{{"Name":"StopProcessingRules","Value":"True"}}]}})",
          quoted(change.detail));
    else if (rule)
      out += fmt::format(R"({{"Name":"Name","Value":{}}},{{"Name":"MoveToFolder","Value":"Newsletters"}}]}})",
                         quoted(change.detail));
    else if (forwarding)
      out += fmt::format(
          R"({{"Name":"ForwardingSmtpAddress","Value":{}}},{{"Name":"DeliverToMailboxAndForward","Value":"True"}}]}})",
          quoted(change.detail));
    else
      out += fmt::format(R"({{"Name":"User","Value":{}}},{{"Name":"AccessRights","Value":"FullAccess"}}]}})",
                         quoted(change.detail));
    out += '\n';
  }

 private:
  void start(const Labelled& one, std::string& out, std::string_view operation, int type, std::string_view workload,
             std::string_view user) {
    out += fmt::format(
        R"({{"CreationTime":"{}","Id":"{}","Operation":"{}","OrganizationId":"{}","RecordType":{},"UserKey":"{:016X}",)"
        R"("UserType":0,"Version":1,"Workload":"{}","UserId":{})",
        seconds(one.activity.time), uuid(mix(++number_, hash64(user))), operation, kTenant, type, hash64(user),
        workload, quoted(user));
  }
  FormatContext context_;
  std::uint64_t number_ = 0;
};

constexpr std::array kSignIn = {Role::office, Role::sync, Role::webmail, Role::imap, Role::submission};

template <class Writer>
std::unique_ptr<FormatWriter> make(const FormatContext& context) {
  return std::make_unique<Writer>(context);
}

}  // namespace

const FormatSpec entra_format = {
    "entra",    "Entra's sign-in log, a JSON object a line", "entra-signins.json", kSignIn, false, false, false,
    make<Entra>};
const FormatSpec m365_format = {"m365",
                                "Microsoft 365's unified audit log: sign-ins, mail read, rules, delegates, consents",
                                "m365-audit.json",
                                kSignIn,
                                true,
                                true,
                                false,
                                make<M365>};

}  // namespace tocsin::rehearse
