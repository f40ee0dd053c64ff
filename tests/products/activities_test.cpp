// What hand-written records mean, by the way a scan goes: recognised, decoded for the demanded fields only, read for
// their activity. One line says all of it, so that a difference is easy to see.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "products/catalog.h"
#include "readers/reader.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

struct Loaded {
  products::Catalog catalog;
  Demand demand;
};

Loaded& loaded() {
  static Loaded made = [] {
    const std::vector<std::string> paths{"share/tocsin/products"};
    auto catalog = products::Catalog::load(paths);
    if (!catalog) std::fprintf(stderr, "%s\n", catalog.error().text().c_str()), std::abort();
    Loaded out{*std::move(catalog), {}};
    out.catalog.demand(out.demand);
    return out;
  }();
  return made;
}

std::string or_dash(std::string_view text) { return text.empty() ? "-" : std::string(text); }
std::string text_of(const std::optional<Ip>& ip) { return ip ? ip->text() : "-"; }

std::string text_of(const Activity& a) {
  static constexpr const char* kReasons[] = {"",         "bad_password", "unknown_user", "locked",
                                             "disabled", "expired",      "mfa_required", "mfa_denied",
                                             "policy",   "unavailable",  "other"};
  std::string out = fmt::format("{} {}", a.product, name(a.kind));
  switch (a.kind) {
    case ActivityKind::login:
      out += fmt::format(" {} from {} to {} {}", or_dash(a.login.user), text_of(a.login.source),
                         or_dash(a.login.service), kOutcomeNames[static_cast<int>(a.login.outcome)]);
      if (a.login.reason != LoginReason::none) out += fmt::format(" {}", kReasons[static_cast<int>(a.login.reason)]);
      if (a.login.legacy) out += " legacy";
      if (a.login.count > 1) out += fmt::format(" x{}", a.login.count);
      break;
    case ActivityKind::mail_access:
      out += fmt::format(" {} by {} from {} {} {} items={} bytes={}", a.mail.mailbox, or_dash(a.mail.user),
                         text_of(a.mail.source), or_dash(a.mail.access), or_dash(a.mail.folder), a.mail.items,
                         a.mail.bytes);
      break;
    case ActivityKind::mailbox_change:
      out += fmt::format(" {} by {} from {} {} {}", a.change.mailbox, or_dash(a.change.user), text_of(a.change.source),
                         a.change.change, or_dash(a.change.detail));
      break;
    case ActivityKind::web_request:
      out += fmt::format(" {} {} {} {} {}", text_of(a.web.source), a.web.method, a.web.path, a.web.status,
                         or_dash(a.web.user));
      break;
    case ActivityKind::name_lookup:
      out += fmt::format(" {} {} {} {}", text_of(a.lookup.client), a.lookup.name, or_dash(a.lookup.type),
                         or_dash(a.lookup.response));
      break;
    case ActivityKind::none:
      break;
  }
  return out;
}

// The activities of a piece of evidence, a line each; a record without one gives "none".
std::vector<std::string> activities(std::string_view evidence) {
  Loaded& use = loaded();
  std::vector<std::string> out;
  const ReaderSpec* spec = recognise(evidence, true);
  if (!spec) return {"not recognised"};
  ReadOptions options;
  options.year = 2024;
  const auto reader = spec->open(use.demand, options);
  MemoryStream stream(evidence);
  std::vector<Anomaly> anomalies;
  Batch batch;
  products::Scratch scratch;
  for (;;) {
    const auto block = reader->cut(stream, anomalies);
    if (!block || !*block) break;
    batch.clear();
    scratch.arena.clear();
    reader->decode(**block, batch);
    for (const Event& event : batch.events()) {
      Activity activity;
      out.push_back(use.catalog.activity(event, scratch, activity) ? text_of(activity) : "none");
    }
  }
  return out;
}

struct Case {
  const char* evidence;
  const char* activity;
};

void expect(std::span<const Case> cases) {
  for (const Case& each : cases)
    EXPECT_EQ(activities(each.evidence), std::vector<std::string>{each.activity}) << each.evidence;
}

TEST(Activities, OfWindows) {
  static constexpr Case kCases[] = {
      {R"({"EventID":4625,"Channel":"Security","Computer":"dc1.example.org","TargetUserName":"alice",
"TargetDomainName":"EXAMPLE","LogonType":"3","IpAddress":"203.0.113.5","IpPort":"51000",
"Status":"0xC000006D","SubStatus":"0xC000006A","AuthenticationPackageName":"NTLM"})",
       "windows-security login alice from 203.0.113.5 to windows-network failure bad_password"},
      {R"({"EventID":4625,"Channel":"Security","Computer":"dc1","TargetUserName":"nobody","LogonType":"10",
"IpAddress":"203.0.113.5","SubStatus":"0xc0000064"})",
       "windows-security login nobody from 203.0.113.5 to windows-rdp failure unknown_user"},
      {R"({"EventID":4624,"Channel":"Security","Computer":"dc1","TargetUserName":"alice","LogonType":"10",
"IpAddress":"203.0.113.5"})",
       "windows-security login alice from 203.0.113.5 to windows-rdp success"},
      {R"({"EventID":4624,"Channel":"Security","Computer":"dc1","TargetUserName":"SYSTEM","LogonType":"5","IpAddress":"-"})",
       "none"},
      {R"({"EventID":4771,"Channel":"Security","Computer":"dc1","TargetUserName":"alice",
"IpAddress":"::ffff:192.0.2.7","IpPort":"40000","Status":"0x18"})",
       "windows-security login alice from 192.0.2.7 to windows-kerberos failure bad_password"},
      {R"({"EventID":4768,"Channel":"Security","Computer":"dc1","TargetUserName":"alice",
"IpAddress":"::ffff:192.0.2.7","Status":"0x6"})",
       "windows-security login alice from 192.0.2.7 to windows-kerberos failure unknown_user"},
      {R"({"EventID":4776,"Channel":"Security","Computer":"dc1","TargetUserName":"alice","Workstation":"PC7",
"Status":"0xc0000234"})",
       "windows-security login alice from - to windows-ntlm failure locked"},
      {R"({"EventID":22,"Channel":"Microsoft-Windows-Sysmon/Operational",
"Provider_Name":"Microsoft-Windows-Sysmon","Computer":"pc1","QueryName":"www.example.org",
"QueryResults":"::ffff:192.0.2.1;"})",
       "sysmon name-lookup - www.example.org - 192.0.2.1"},
  };
  expect(kCases);
}

TEST(Activities, OfMicrosoft365) {
  static constexpr Case kCases[] = {
      {R"({"CreationTime":"2024-03-01T10:00:00","Id":"1","Operation":"UserLoginFailed","RecordType":15,
"Workload":"AzureActiveDirectory","UserId":"alice@example.org","ClientIP":"203.0.113.5",
"LogonError":"InvalidUserNameOrPassword","ExtendedProperties":[{"Name":"UserAgent","Value":"BAV2ROPC"},
{"Name":"RequestType","Value":"OAuth2:Token"}]})",
       "m365 login alice@example.org from 203.0.113.5 to m365 failure bad_password legacy"},
      {R"({"CreationTime":"2024-03-01T10:00:00","Id":"1","Operation":"UserLoggedIn","RecordType":15,
"Workload":"AzureActiveDirectory","UserId":"alice@example.org","ClientIP":"[2001:db8::5]:443"})",
       "m365 login alice@example.org from 2001:db8::5 to m365 success"},
      {R"({"CreationTime":"2024-03-01T10:00:00","Id":"1","Operation":"MailItemsAccessed","RecordType":50,
"Workload":"Exchange","UserId":"alice@example.org","MailboxOwnerUPN":"alice@example.org",
"ClientIPAddress":"203.0.113.5","OperationCount":3,"OperationProperties":[{"Name":"MailAccessType",
"Value":"Bind"},{"Name":"IsThrottled","Value":"False"}],
"Folders":[{"FolderItems":[{"InternetMessageId":"<a@example.org>","SizeInBytes":100},
{"InternetMessageId":"<b@example.org>","SizeInBytes":200}],"Path":"\\Inbox"},
{"FolderItems":[{"InternetMessageId":"<c@example.org>","SizeInBytes":300}],"Path":"\\Sent Items"}]})",
       "m365 mail-access alice@example.org by alice@example.org from 203.0.113.5 bind \\Inbox items=3 bytes=600"},
      {R"({"CreationTime":"2024-03-01T10:00:00","Id":"1","Operation":"MailItemsAccessed","RecordType":50,
"Workload":"Exchange","UserId":"eve@example.org","MailboxOwnerUPN":"alice@example.org",
"ClientIPAddress":"203.0.113.5","OperationProperties":[{"Name":"MailAccessType","Value":"Sync"}],
"Item":{"ParentFolder":{"Path":"\\Inbox"}}})",
       "m365 mail-access alice@example.org by eve@example.org from 203.0.113.5 sync \\Inbox items=0 bytes=0"},
      {R"({"CreationTime":"2024-03-01T10:00:00","Id":"1","Operation":"New-InboxRule","RecordType":1,
"Workload":"Exchange","UserId":"alice@example.org","ClientIP":"203.0.113.5:51001",
"Parameters":[{"Name":"Name","Value":"."},{"Name":"ForwardTo","Value":"drop@example.net"}]})",
       "m365 mailbox-change alice@example.org by alice@example.org from 203.0.113.5 rule drop@example.net"},
      {R"({"CreationTime":"2024-03-01T10:00:00","Id":"1","Operation":"Set-Mailbox","RecordType":1,
"Workload":"Exchange","UserId":"admin@example.org","ClientIP":"203.0.113.5",
"Parameters":[{"Name":"Identity","Value":"alice"},{"Name":"ForwardingSmtpAddress",
"Value":"smtp:drop@example.net"}]})",
       "m365 mailbox-change alice by admin@example.org from 203.0.113.5 forwarding smtp:drop@example.net"},
      {R"({"CreationTime":"2024-03-01T10:00:00","Id":"1","Operation":"Set-Mailbox","RecordType":1,
"Workload":"Exchange","UserId":"admin@example.org","Parameters":[{"Name":"Identity","Value":"alice"},
{"Name":"ProhibitSendQuota","Value":"1"}]})",
       "none"},
      {R"({"CreationTime":"2024-03-01T10:00:00","Id":"1","Operation":"Add-MailboxPermission","RecordType":1,
"Workload":"Exchange","UserId":"admin@example.org","Parameters":[{"Name":"Identity","Value":"alice"},
{"Name":"User","Value":"eve"},{"Name":"AccessRights","Value":"FullAccess"}]})",
       "m365 mailbox-change alice by admin@example.org from - permission eve"},
      {R"({"CreationTime":"2024-03-01T10:00:00","Id":"1","Operation":"Consent to application.","RecordType":8,
"Workload":"AzureActiveDirectory","UserId":"alice@example.org","ObjectId":"app-1"})",
       "m365 mailbox-change alice@example.org by alice@example.org from - consent app-1"},
  };
  expect(kCases);
}

TEST(Activities, OfIdentityProviders) {
  static constexpr Case kCases[] = {
      {R"({"time":"2024-03-01T10:00:00Z","category":"SignInLogs","operationName":"Sign-in activity",
"resultType":"50126","callerIpAddress":"203.0.113.5",
"properties":{"userPrincipalName":"alice@example.org","clientAppUsed":"IMAP4",
"status":{"errorCode":50126}}})",
       "entra-signin login alice@example.org from 203.0.113.5 to entra failure bad_password legacy"},
      {R"({"time":"2024-03-01T10:00:00Z","category":"NonInteractiveUserSignInLogs",
"operationName":"Sign-in activity","resultType":"0","callerIpAddress":"2001:db8::7",
"properties":{"userPrincipalName":"alice@example.org","clientAppUsed":"Browser",
"appDisplayName":"Webmail","status":{"errorCode":0}}})",
       "entra-signin login alice@example.org from 2001:db8::7 to Webmail success"},
      {R"({"createdDateTime":"2024-03-01T10:00:00Z","userPrincipalName":"alice@example.org",
"appDisplayName":"Portal","ipAddress":"203.0.113.5","clientAppUsed":"Browser",
"status":{"errorCode":500121}})",
       "entra-signin login alice@example.org from 203.0.113.5 to Portal failure mfa_denied"},
      {R"({"time":"2024-03-01T10:00:00Z","category":"AuditLogs","operationName":"Consent to application",
"properties":{"result":"success","initiatedBy":{"user":{"userPrincipalName":"alice@example.org",
"ipAddress":"203.0.113.5"}},"targetResources":[{"displayName":"Mail Helper","type":"ServicePrincipal"}]}})",
       "entra-audit mailbox-change alice@example.org by alice@example.org from 203.0.113.5 consent Mail Helper"},
      {R"({"id":{"time":"2024-03-01T10:00:00Z","uniqueQualifier":"1","applicationName":"login"},
"actor":{"email":"alice@example.org"},"ipAddress":"203.0.113.5","events":[{"type":"login",
"name":"login_failure","parameters":[{"name":"login_type","value":"google_password"},
{"name":"login_failure_type","value":"login_failure_invalid_password"}]}]})",
       "google-workspace login alice@example.org from 203.0.113.5 to google failure bad_password"},
      {R"({"id":{"time":"2024-03-01T10:00:00Z","uniqueQualifier":"1","applicationName":"user_accounts"},
"actor":{"email":"alice@example.org"},"ipAddress":"203.0.113.5",
"events":[{"type":"email_forwarding_change","name":"email_forwarding_out_of_domain",
"parameters":[{"name":"email_forwarding_destination_address","value":"drop@example.net"}]}]})",
       "google-workspace mailbox-change alice@example.org by alice@example.org from 203.0.113.5 forwarding "
       "drop@example.net"},
      {R"({"uuid":"1","published":"2024-03-01T10:00:00.000Z","eventType":"user.session.start","version":"0",
"severity":"INFO","legacyEventType":"core.user_auth.login_failed","displayMessage":"User login to Okta",
"actor":{"id":"1","type":"User","alternateId":"alice@example.org"},"client":{"ipAddress":"203.0.113.5",
"userAgent":{"rawUserAgent":"curl"}},"outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"}})",
       "okta login alice@example.org from 203.0.113.5 to okta failure bad_password"},
      {R"({"time":1709287200000,"type":"LOGIN_ERROR","realmId":"example","clientId":"webmail","userId":"u1",
"ipAddress":"203.0.113.5","error":"user_not_found","details":{"username":"alice",
"auth_method":"openid-connect"}})",
       "keycloak login alice from 203.0.113.5 to keycloak failure unknown_user"},
      {"2024-03-01 10:00:00,100 WARN  [org.keycloak.events] (executor-thread-3) type=LOGIN_ERROR, realmId=example, "
       "clientId=webmail, userId=null, ipAddress=203.0.113.5, error=invalid_user_credentials, "
       "auth_method=openid-connect, username=alice\n",
       "keycloak login alice from 203.0.113.5 to keycloak failure bad_password"},
      {"Mar  1 10:00:00 idp keycloak[9]: 2024-03-01 10:00:00,100 WARN  [org.keycloak.events] (executor-thread-3) "
       "type=\"LOGIN_ERROR\", realmId=\"example\", clientId=\"webmail\", userId=\"null\", "
       "ipAddress=\"203.0.113.5\", error=\"user_not_found\", username=\"alice\"\n",
       "keycloak login alice from 203.0.113.5 to keycloak failure unknown_user"},
      // What the portals let one download.
      {"Date (UTC),Request ID,User agent,User,Username,Application,IP address,Location,Status,Sign-in error code,"
       "Failure reason,Client app\n"
       "2024-03-01T10:00:00Z,r1,Mozilla/5.0,Alice,alice@example.org,Exchange Online,203.0.113.5,\"Paris, FR\",Failure,"
       "50126,Invalid username or password.,IMAP4\n",
       "entra-signin login alice@example.org from 203.0.113.5 to Exchange Online failure bad_password legacy"},
      {"Date,Event,Description,Actor,IP address,Login type,Login failure type\n"
       "2024-03-01T10:00:00Z,Failed login,alice failed to login,alice@example.org,203.0.113.5,Google Password,Invalid "
       "password\n",
       "google-workspace login alice@example.org from 203.0.113.5 to google failure bad_password"},
      {"Mar  1 10:00:00 h LEEF:2.0|Vendor|Product|1.0|100|^|src=203.0.113.5^usrName=alice^cat=login\n",
       "leef login alice from 203.0.113.5 to - unknown"},
      {"Mar  1 10:00:00 h CEF:0|Vendor|Product|1.0|100|Login failed|5|src=203.0.113.5 suser=alice\n",
       "cef login alice from 203.0.113.5 to - failure"},
  };
  expect(kCases);
}

TEST(Activities, OfMailAndWebServers) {
  const std::string iis =
      "#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time s-ip cs-method cs-uri-stem "
      "cs-uri-query "
      "s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken\r\n"
      "2024-03-01 10:00:00 192.0.2.1 POST /EWS/Exchange.asmx - 443 EXAMPLE\\alice 203.0.113.5 curl/8 401 1 1326 5\r\n"
      "2024-03-01 10:00:01 192.0.2.1 POST /owa/auth.owa - 443 EXAMPLE\\alice 203.0.113.5 Mozilla/5.0 302 0 0 5\r\n"
      "2024-03-01 10:00:02 192.0.2.1 GET /index.htm - 443 - 203.0.113.5 Mozilla/5.0 200 0 0 5\r\n";
  EXPECT_EQ(activities(iis), (std::vector<std::string>{
                                 "iis login EXAMPLE\\alice from 203.0.113.5 to ews failure bad_password legacy",
                                 "iis login EXAMPLE\\alice from 203.0.113.5 to owa success",
                                 "iis web-request 203.0.113.5 GET /index.htm 200 -",
                             }));
  const std::string imap =
      "#Software: Microsoft Exchange Server\r\n#Version: 15.02.0721.000\r\n#Log-type: IMAP4 Log\r\n#Date: "
      "2024-03-01T00:00:00.000Z\r\n#Fields: "
      "dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context\r\n"
      "2024-03-01T10:00:00.000Z,0000000E,2,192.0.2.1:143,203.0.113.5:35070,alice,168,31,31,authenticate,PLAIN,\"R="
      "\"\"2 NO AUTHENTICATE failed.\"\";ErrMsg=AuthFailed:LogonDenied\"\r\n";
  EXPECT_EQ(activities(imap),
            std::vector<std::string>{"exchange login alice from 203.0.113.5 to imap failure bad_password legacy"});
  static constexpr Case kCases[] = {
      {"203.0.113.5 - alice [01/Mar/2024:10:00:00 +0000] \"GET /a%20b?q=1 HTTP/1.1\" 200 612 \"-\" \"curl/8\"\n",
       "web-access web-request 203.0.113.5 GET /a b 200 alice"},
      {"2024-03-01T10:00:00.000Z,EX1\\Default Frontend EX1,08DA4F7C11473A60,9,192.0.2.1:25,203.0.113.5:53722,>,535 "
       "5.7.3 Authentication unsuccessful,\n",
       "exchange login - from 203.0.113.5 to smtp failure bad_password legacy"},
      {"type=USER_LOGIN msg=audit(1709287200.100:421): pid=1298 uid=0 auid=1000 ses=1 msg='op=login acct=\"alice\" "
       "exe=\"/usr/sbin/sshd\" hostname=? addr=203.0.113.5 terminal=ssh res=failed'\n",
       "auditd login alice from 203.0.113.5 to sshd failure"},
      {R"({"ts":1709287200.1,"uid":"C1","id.orig_h":"192.0.2.9","id.orig_p":5353,"id.resp_h":"192.0.2.1",
"id.resp_p":53,"proto":"udp","trans_id":1,"query":"www.example.org","qtype":1,"qtype_name":"A","rcode":0,
"answers":["192.0.2.80"]})",
       "zeek name-lookup 192.0.2.9 www.example.org A 192.0.2.80"},
      {R"({"transaction":{"client_ip":"203.0.113.5","time_stamp":"Fri Mar  1 10:00:00 2024","client_port":40000,
"host_ip":"192.0.2.1","host_port":443,"request":{"method":"POST","uri":"/login?a=1","headers":{"Host":"www.example.org"}},
"response":{"http_code":403},"messages":[]}})",
       "modsecurity web-request 203.0.113.5 POST /login 403 -"},
      {R"({"eventVersion":"1.08","eventTime":"2024-03-01T10:00:00Z","eventSource":"signin.amazonaws.com",
"eventName":"ConsoleLogin","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.5","userAgent":"Mozilla/5.0",
"userIdentity":{"type":"IAMUser","userName":"alice"},"errorMessage":"Failed authentication",
"responseElements":{"ConsoleLogin":"Failure"}})",
       "cloudtrail login alice from 203.0.113.5 to aws-console failure bad_password"},
      {R"({"timestamp":"2024-03-01T10:00:00.000000+0000","flow_id":1,"event_type":"http","src_ip":"203.0.113.5",
"src_port":40000,"dest_ip":"192.0.2.1","dest_port":80,"proto":"TCP","http":{"hostname":"www.example.org",
"url":"/x","http_method":"GET","status":404,"length":10}})",
       "suricata web-request 203.0.113.5 GET /x 404 -"},
  };
  expect(kCases);
}

}  // namespace
}  // namespace tocsin::tests
