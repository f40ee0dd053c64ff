// Whole mails: what is said of them, and of honest ones beside them.
#include "phishing/verdict.h"

#include <gtest/gtest.h>

#include "base/share.h"
#include "tests/phishing/mail_writer.h"

namespace tocsin::phishing {
namespace {

const Knowledge& knowledge() {
  static const Knowledge one = [] {
    auto loaded = Knowledge::load(share_folder().value() + "/phishing");
    EXPECT_TRUE(loaded) << loaded.error().text();
    return std::move(*loaded);
  }();
  return one;
}

struct Mail {
  std::string from = "Example <news@kestrel.example>", subject = "News", html = {}, plain = {}, more = {};
  std::vector<test::MailPart> files = {};
};

std::string written(const Mail& mail) {
  test::MailDraft draft;
  draft.header("From", mail.from);
  draft.header("To", "marte.lie@storting.example");
  draft.header("Subject", mail.subject);
  if (!mail.more.empty())
    draft.header(mail.more.substr(0, mail.more.find(':')), mail.more.substr(mail.more.find(':') + 2));
  if (!mail.plain.empty() || mail.html.empty())
    draft.bodies.push_back({"text/plain; charset=utf-8", mail.plain, "", false, ""});
  if (!mail.html.empty()) draft.bodies.push_back({"text/html; charset=utf-8", mail.html, "", false, ""});
  draft.files = mail.files;
  test::Draw draw(1);
  return test::write_mail(draft, draw);
}

Statement said(const Mail& mail, const LookAlike& look_alike = {}) {
  const std::string raw = written(mail);
  const Judge judge(knowledge(), look_alike);
  for (Statement& one : judge.judge(mime::parse(raw)))
    if (one.spec == kMailSpec) return std::move(one);
  Statement none;
  none.level = Level::informational;
  return none;
}

bool says(const Statement& statement, std::string_view trait) {
  return statement.detail.find("[" + std::string(trait) + ",") != std::string::npos;
}

test::MailPart file(std::string name, std::string bytes, std::string type = "application/octet-stream") {
  return {std::move(type), std::move(bytes), std::move(name), true, ""};
}

TEST(Phishing, BorrowedNames) {
  EXPECT_TRUE(says(said({.from = "PayPal Service <info@kestrel.example>", .html = "<a href=https://x.example>x</a>"}),
                   "sender-claims-brand"));
  EXPECT_TRUE(says(said({.from = "Micr\u043es\u043eft <info@kestrel.example>"}), "sender-claims-brand"));
  EXPECT_TRUE(says(said({.from = "support@paypal.com <info@kestrel.example>"}), "sender-name-holds-address"));
  EXPECT_TRUE(says(said({.from = "Service <service@paypa1.com>"}), "sender-imitates"));
  EXPECT_TRUE(says(said({.from = "Service <service@paypal-secure-login.com>"}), "sender-imitates"));
  EXPECT_FALSE(says(said({.from = "PayPal <service@paypal.de>", .html = "<a href=http://192.0.2.7/>x</a>"}),
                    "sender-claims-brand"));
  EXPECT_TRUE(says(said({.from = "Storting IT Helpdesk <it@kestrel.example>"}), "sender-claims-receiver"));
  EXPECT_TRUE(says(said({.from = "Marte <marte@storting.example>",
                         .more = "Authentication-Results: mx; spf=fail; dkim=none; dmarc=fail"}),
                   "sender-is-receiver"));
}

TEST(Phishing, LookAlikesComeFromWhoeverKnowsThem) {
  const LookAlike look = [](std::string_view domain) {
    return domain == "st0rting.example" ? std::string("imitates storting.example (0 for o)") : std::string();
  };
  const Statement statement = said({.from = "Mail <a@st0rting.example>"}, look);
  EXPECT_TRUE(says(statement, "sender-imitates"));
  EXPECT_NE(statement.detail.find("0 for o"), std::string::npos);
}

TEST(Phishing, Links) {
  EXPECT_TRUE(says(said({.html = "<a href=http://203.0.113.9/x>www.paypal.com</a>"}), "link-text-differs"));
  EXPECT_TRUE(says(said({.html = "<a href=http://203.0.113.9/x>open</a>"}), "link-to-address"));
  EXPECT_TRUE(says(said({.html = "<a href=http://3405803785/x>open</a>"}), "link-to-address"));
  EXPECT_TRUE(says(said({.html = "<a href=https://www.paypal.com@evil.example/x>open</a>"}), "link-user"));
  EXPECT_TRUE(says(said({.html = "<a href=https://paypal.com.login.evil.example/x>open</a>"}), "link-imitates"));
  EXPECT_TRUE(
      says(said({.html = "<a href=https://evil.example/#marte.lie@storting.example>open</a>"}), "link-names-receiver"));
  EXPECT_TRUE(says(said({.html = "<a href=https://evil.example/#bWFydGUubGllQHN0b3J0aW5nLmV4YW1wbGU=>open</a>"}),
                   "link-names-receiver"));
  EXPECT_GE(said({.html = "<a href=\"file:///\\\\203.0.113.9\\share\\x.rtf!a\">open</a>"}).score, 4.0);
  EXPECT_LT(said({.html = "<a href=\"file://fs01/felles/x.docx\">open</a>"}).score, kLow);
  EXPECT_TRUE(says(said({.html = "<a href='search-ms:query=x&crumb=location:\\\\203.0.113.9\\a'>open</a>"}),
                   "link-starts-program"));
}

TEST(Phishing, HowAMailWasMade) {
  const std::string html = "<p>Your kitchen, new for less.</p><a href=https://go.kestrel.example/1>open</a>";
  EXPECT_TRUE(says(said({.from = "\"Kitchen Refresh\" <GqWrtJbK@kestrel.example>", .html = html}), "sender-drawn"));
  EXPECT_FALSE(says(said({.from = "\"Kestrel News\" <newsDE@kestrel.example>", .html = html}), "sender-drawn"));
  const std::string received = "Received: from a.example by b.example; Wed, 4 Mar 2026 09:12:44 +0100";
  const std::string form = "<form action=https://x.example><input type=password></form>";
  EXPECT_TRUE(says(said({.html = form, .more = received}), "id-missing"));
  EXPECT_FALSE(says(said({.html = form}), "id-missing")) << "a draft has none";
  const std::string ledger = "<p>Your Ledger account needs you. Verify your account.</p>" + form;
  EXPECT_TRUE(says(said({.html = ledger + "<a href=https://other.example/>go</a>"}), "text-claims-brand"));
  EXPECT_TRUE(says(said({.from = "Ada <ada.banks@gmail.com>", .html = form, .more = "Return-Path: <zoe77@gmail.com>"}),
                   "envelope-other"));
  EXPECT_TRUE(
      says(said({.html = form + "<a href=https://url4821.other.example/ls/click?upn=x>go</a>"}), "tracker-other"));
  EXPECT_TRUE(says(said({.subject = "You have won .QWJXK", .html = form}), "subject-drawn"));
}

TEST(Phishing, WhereALinkLeadsThatNamesNobody) {
  const std::string form = "<form action=https://x.example><input type=password></form>";
  const auto leads = [&](const std::string& to) { return said({.html = form + "<a href=" + to + ">open</a>"}); };
  EXPECT_TRUE(says(leads("http://203-0-113-77.cloud.amber.example/x"), "link-to-address"));
  EXPECT_FALSE(says(leads("http://10-fold-2-3.amber.example/x"), "link-to-address"));
  EXPECT_TRUE(says(said({.html = form + "<p>Go to blue.harbour.pages.dev/x now</p>"}), "link-to-free-host"));
  // Machines of the house are nobody's links.
  EXPECT_FALSE(says(leads("http://10.0.4.12:9093/alerts"), "links-not-senders"));
  EXPECT_FALSE(says(leads("http://printer/"), "links-not-senders"));
}

TEST(Phishing, EnvelopesOfStrangers) {
  const std::string html =
      "<form action=https://x.example><input type=password></form><a href=https://y.example/>x</a>";
  EXPECT_TRUE(says(said({.html = html, .more = "Return-Path: <>"}), "envelope-empty"));
  EXPECT_FALSE(says(said({.html = html, .more = "Return-Path: <>\r\nAuto-Submitted: auto-replied"}), "envelope-empty"));
  EXPECT_TRUE(says(said({.html = html, .more = "Return-Path: <a@ken77.onmicrosoft.com>"}), "envelope-tenant"));
  EXPECT_TRUE(says(said({.html = html + "<p>This message is from a trusted sender.</p>"}), "text-vouches"));
}

TEST(Phishing, LettersOfOtherTonguesAreNoDisguise) {
  // Turkish without a dot, units, Greek letters before a dash.
  const Looks honest = look_at("Ş\u0131frenizi s\u0131f\u0131rlama, 5 \u03BCm, k\u03C9, \u03B2-Carotin");
  EXPECT_EQ(honest.words_mixed, 0u);
  EXPECT_EQ(look_at("\u0440\u0430ypal").words_mixed, 1u);
  // Persian joins and parts its letters with what hides elsewhere.
  EXPECT_EQ(look_at("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645").invisible, 0u);
  EXPECT_EQ(look_at("pay\u200Bpal").invisible, 1u);
  EXPECT_EQ(look_at("Zu\u00ADstel\u00ADlung").invisible, 0u);
  EXPECT_EQ(look_at("\uFF37\uFF45\uFF42\u306E\u4F1A").styled, 0u) << "Japanese sets Latin letters wide";
  EXPECT_GE(look_at("\u1D1C\u029F\u1D1B\u026A\u1D0D\u1D0F").styled, 5u);
}

TEST(Phishing, PagesAndAttachments) {
  EXPECT_GE(said({.html = "<form action=https://x.example><input type=password></form>"}).level, Level::medium);
  EXPECT_GE(
      said({.files = {file(
                "invoice.html",
                "<script>var b=new Blob([atob('TVqQ')]);var "
                "a=document.createElement('a');a.href=URL.createObjectURL(b);a.download='x.iso';a.click()</script>",
                "text/html")}})
          .level,
      Level::medium);
  EXPECT_GE(said({.files = {file("voice.svg",
                                 "<svg "
                                 "xmlns='http://www.w3.org/2000/"
                                 "svg'><script>location.href=atob('aHR0cHM6Ly94LmV4YW1wbGU=')</script></svg>",
                                 "image/svg+xml")}})
                .level,
            Level::medium);
  EXPECT_GE(said({.files = {file("invoice.pdf.exe", "MZ")}}).level, Level::medium);
  EXPECT_GE(said({.files = {file("invoice\u202Efdp.exe", "x")}}).level, Level::high);
  EXPECT_GE(
      said({.files = {file("report.txt", std::string("\x4C\0\0\0\x01\x14\x02\0", 8) + std::string(200, 'x'))}}).level,
      Level::medium);
  EXPECT_GE(said({.files = {file("connection.rdp", "full address:s:203.0.113.9")}}).level, Level::medium);
  EXPECT_EQ(
      said({.files = {file("minutes.pdf", "%PDF-1.4 /URI (https://www.kestrel.example/)", "application/pdf")}}).level,
      Level::informational);
  EXPECT_GE(said({.files = {{"text/calendar",
                             "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTACH:\\\\\\\\203.0.113.9\\\\share\\\\a.wav\r\nEND:"
                             "VEVENT\r\nEND:VCALENDAR\r\n",
                             "invite.ics", false, ""}}})
                .level,
            Level::medium);
}

TEST(Phishing, CodesInPicturesAndLetters) {
  const Statement statement = said(
      {.html = "<p>Your password expires.</p><img src=cid:q>",
       .files = {{"image/png", test::qr_png("https://login.web.app/#marte.lie@storting.example"), "", false, "q"}}});
  EXPECT_TRUE(says(statement, "code-leads"));
  EXPECT_GE(statement.level, Level::medium);
  bool named = false;
  for (const Entity& entity : statement.entities) named |= entity.value.find("login.web.app") != std::string::npos;
  EXPECT_TRUE(named);
}

TEST(Phishing, HiddenText) {
  std::string filler;
  for (int i = 0; i < 200; ++i)
    filler += "filler" + std::string(1, static_cast<char>('a' + i % 26)) +
              std::string(1, static_cast<char>('a' + i / 26)) + " ";
  EXPECT_TRUE(says(
      said({.html = "<p>Click <a href=https://x.example>here</a></p><div style='font-size:0px'>" + filler + "</div>",
            .files = {file("a.exe", "MZ")}}),
      "text-hidden"));
  EXPECT_FALSE(says(said({.html = "<p>" + filler + "</p><div style='display:none'>" + filler + "</div>",
                          .files = {file("a.exe", "MZ")}}),
                    "text-hidden"));
}

TEST(Phishing, CopiesOfOneTemplateAreOneCampaign) {
  const auto mail = [](std::string_view name, std::string_view link) {
    return said({.from = "PayPal <a@evil.example>",
                 .subject = "Case 12345 for " + std::string(name),
                 .html = "<p>Dear marte.lie, your account has been limited. Confirm your identity in order to restore "
                         "full access today.</p><a href=https://" +
                         std::string(link) + ".web.app/>go</a>"});
  };
  EXPECT_EQ(mail("marte.lie@storting.example", "a1").campaign, mail("marte.lie", "b2").campaign);
  EXPECT_NE(mail("x", "a").campaign,
            said({.from = "PayPal <a@evil.example>",
                  .subject = "Other",
                  .html = "<p>Something else entirely is said here</p><a href=http://203.0.113.9>x</a>"})
                .campaign);
}

TEST(Phishing, AnythingIsJudged) {
  const Judge judge(knowledge());
  for (const std::string_view raw :
       {"", "\r\n", "From:", "From: \xff\xfe\r\n\r\n\xff", "Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
        "Subject: =?utf-8?b?=?="})
    judge.judge(mime::parse(raw));
}

}  // namespace
}  // namespace tocsin::phishing
