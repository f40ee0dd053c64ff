// The parliament's Microsoft 365 audit log: a spray at night, an account entered, a hidden inbox rule, a consent to an
// application that reads mail, and the mailbox taken.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/demo/story.h"

namespace tocsin::demo {
namespace {

using Json = nlohmann::ordered_json;

std::string mail_of(std::string_view account) { return fmt::format("{}@{}", account, kDomain); }

Json pairs(std::initializer_list<std::pair<const char*, std::string>> items) {
  Json list = Json::array();
  for (const auto& [name, value] : items) list.push_back({{"Name", name}, {"Value", value}});
  return list;
}

class Audit {
 public:
  void sign_in(Time time, std::string_view account, std::string_view address, bool entered, std::string_view agent) {
    Json record = open(time, entered ? "UserLoggedIn" : "UserLoginFailed", 15, "AzureActiveDirectory", account);
    record["ResultStatus"] = entered ? "Success" : "Failed";
    record["ClientIP"] = address;
    record["ActorIpAddress"] = address;
    record["AzureActiveDirectoryEventType"] = 1;
    record["ApplicationId"] = "00000002-0000-0ff1-ce00-000000000000";
    record["ExtendedProperties"] = pairs({{"ResultStatusDetail", entered ? "Redirect" : "UserError"},
                                          {"UserAgent", std::string(agent)},
                                          {"RequestType", "Login:login"}});
    if (!entered) record["LogonError"] = "InvalidUserNameOrPassword";
    keep(time, record);
  }

  void inbox_rule(Time time, std::string_view account, std::string_view address, const Json& parameters) {
    Json record = open(time, "New-InboxRule", 1, "Exchange", account);
    record["ResultStatus"] = "True";
    record["ClientIP"] = fmt::format("{}:50412", address);
    record["ObjectId"] = fmt::format("{}\\rule", account);
    record["Parameters"] = parameters;
    keep(time, record);
  }

  void consent(Time time, std::string_view account, std::string_view address) {
    Json record = open(time, "Consent to application.", 8, "AzureActiveDirectory", account);
    record["ResultStatus"] = "Success";
    record["ClientIP"] = address;
    record["ObjectId"] = "0b7d9a3e-4c19-4b52-9d0d-7f52c8a1e6f3";
    record["ModifiedProperties"] = Json::array();
    const auto modified = [&](const char* name, const char* value) {
      record["ModifiedProperties"].push_back({{"Name", name}, {"NewValue", value}, {"OldValue", ""}});
    };
    modified("ConsentContext.IsAdminConsent", "False");
    modified("ConsentAction.Permissions",
             "[] => [[Id: k3, ClientId: 0b7d9a3e, PrincipalId: 51, ResourceId: 9c, ConsentType: Principal, Scope: "
             "Mail.Read MailboxSettings.ReadWrite offline_access, CreatedDateTime: ]]; ");
    modified("TargetId.ServicePrincipalNames", "Mail Organizer");
    keep(time, record);
  }

  void read(Time time, std::string_view account, std::string_view address, std::string_view client, bool whole_folder) {
    Json record = open(time, "MailItemsAccessed", 50, "Exchange", account);
    record["ResultStatus"] = "Succeeded";
    record["ClientIPAddress"] = address;
    record["ClientInfoString"] = client;
    record["MailboxOwnerUPN"] = mail_of(account);
    record["OperationProperties"] =
        pairs({{"MailAccessType", whole_folder ? "Sync" : "Bind"}, {"IsThrottled", "False"}});
    record["Folders"] = Json::array({{{"Path", "\\Inbox"}, {"FolderItems", Json::array({{{"SizeInBytes", 48211}}})}}});
    record["OperationCount"] = 1;
    keep(time, record);
  }

  void send(Time time, std::string_view account, std::string_view address, std::string_view subject) {
    Json record = open(time, "Send", 2, "Exchange", account);
    record["ResultStatus"] = "Succeeded";
    record["ClientIPAddress"] = address;
    record["ClientInfoString"] = "Client=REST;Client=RESTSystem;;";
    record["MailboxOwnerUPN"] = mail_of(account);
    record["Item"] = {{"Subject", subject}, {"Attachments", "Agenda_15_September.zip (4kB)"}};
    keep(time, record);
  }

  void file(Time time, std::string_view account, std::string_view operation, std::string_view name) {
    Json record = open(time, operation, 6, "SharePoint", account);
    record["ClientIP"] = kOffice;
    record["ObjectId"] = fmt::format("https://kalmoria.sharepoint.example/sites/committee/Shared Documents/{}", name);
    record["SourceFileName"] = name;
    keep(time, record);
  }

  std::string finish() {
    // The service delivers late and out of order; here by a fixed shuffle inside each quarter of an hour.
    std::ranges::stable_sort(records_, {},
                             [](const auto& item) { return std::pair(item.first / 900, item.second.size()); });
    std::string out;
    for (const auto& [seconds, line] : records_) out += line + '\n';
    return out;
  }

 private:
  Json open(Time time, std::string_view operation, int type, std::string_view workload, std::string_view account) {
    time.digits = 0;
    time.nanoseconds = 0;
    std::string created = time.iso();
    created.pop_back();  // the service writes UTC without a zone
    std::string id = guid(0x365000 + records_.size());
    std::ranges::transform(id, id.begin(), [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c | 32) : c; });
    return {{"CreationTime", created}, {"Id", id.substr(1, 36)},
            {"Operation", operation},  {"OrganizationId", "d3c1b2a0-77aa-4f0e-9b55-2f6f0c1e9a10"},
            {"RecordType", type},      {"UserId", mail_of(account)},
            {"UserType", 0},           {"Version", 1},
            {"Workload", workload}};
  }
  void keep(Time time, const Json& record) { records_.emplace_back(time.seconds, record.dump()); }

  std::vector<std::pair<std::int64_t, std::string>> records_;
};

constexpr std::string_view kOutlookAgent =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 "
    "Edg/139.0.0.0";
constexpr std::string_view kSprayAgent =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/70.";

void daily_life(Audit& audit) {
  static constexpr std::string_view kFiles[] = {"agenda.docx", "budget 2027.xlsx", "minutes.docx", "members.xlsx"};
  Dice dice(365);
  for (const Time time : office_moments(dice, 200)) {
    const Person& person = dice.pick(people());
    switch (dice.below(6)) {
      case 0:
        if (dice.below(9) == 0) audit.sign_in(time, person.account, kOffice, false, kOutlookAgent);
        audit.sign_in(time.plus_seconds(20), person.account, kOffice, true, kOutlookAgent);
        break;
      case 1:
      case 2:
        audit.read(time, person.account, kOffice, "Client=OutlookService;Outlook-Windows;", dice.below(5) == 0);
        break;
      default:
        audit.file(time, person.account, dice.below(3) ? "FileAccessed" : "FileModified",
                   dice.pick(std::span<const std::string_view>(kFiles)));
    }
  }
  audit.inbox_rule(
      at("2026-09-14T09:12:40"), "s.vik", kOffice,
      pairs({{"Name", "Committee"}, {"SubjectContainsWords", "committee"}, {"MoveToFolder", "Committee"}}));
}

}  // namespace

std::string cloud_audit() {
  Audit audit;
  daily_life(audit);
  // Two rounds through all accounts from the exit, with pauses; then others from two more addresses, too slow to see.
  Dice dice(31);
  int step = 0;
  for (int round = 0; round < 2; ++round)
    for (const Person& person : people())
      audit.sign_in(at("2026-09-14T21:04:11").plus_seconds(step++ * 187 + dice.below(40)), person.account, kExit, false,
                    kSprayAgent);
  for (std::size_t i = 0; i < people().size(); i += 4)
    audit.sign_in(at("2026-09-14T20:11:00").plus_seconds(static_cast<std::int64_t>(i) * 1300), people()[i].account,
                  i % 8 ? "198.51.100.87" : "198.51.100.139", false, kSprayAgent);
  const std::string_view entered = "m.holt";
  audit.sign_in(at("2026-09-14T23:47:30"), entered, kExit, true, kSprayAgent);
  audit.inbox_rule(at("2026-09-15T00:05:02"), entered, kExit,
                   pairs({{"Name", "."},
                          {"SubjectOrBodyContainsWords", "phishing;hacked;suspicious;helpdesk"},
                          {"DeleteMessage", "True"},
                          {"StopProcessingRules", "True"}}));
  audit.consent(at("2026-09-15T00:12:44"), entered, kExit);
  for (int i = 0; i < 3; ++i)
    audit.read(at("2026-09-15T00:20:10").plus_seconds(i * 124), entered, kExit, "Client=REST;Client=RESTSystem;;",
               true);
  audit.send(at("2026-09-15T07:36:19"), entered, kExit, "Agenda 15 September");
  return audit.finish();
}

}  // namespace tocsin::demo
