#include "pipeline/inside.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "pipeline/intake.h"
#include "pipeline/mail_auth.h"
#include "pipeline/reread.h"
#include "tests/support/archive_writer.h"
#include "tests/support/outlook_writer.h"

namespace tocsin {
namespace {

using Strings = std::vector<std::string>;

std::string base64(std::string_view bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : kLetters[bits >> (18 - 6 * k) & 63];
    if (i % 57 == 54) out += '\n';
  }
  return out + "\n";
}

std::string mail(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string out =
      "From: a@example.org\nSubject: x\nDate: Mon, 24 Aug 2020 08:00:00 +0000\n"
      "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\nhi\n";
  for (const auto& [name, bytes] : files)
    out +=
        "--bb\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n"
        "Content-Disposition: attachment; filename=\"" +
        name + "\"\n\n" + base64(bytes);
  return out + "--bb--\n";
}
std::string boxed(const std::string& message) {
  return "From a@example.org Mon Aug 24 08:00:00 2020\n" + message + "\n";
}

struct Read {
  Strings paths;  // "path reader"
  Strings anomalies;
  AttachmentCounts counts;
};

class InsideTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "tocsin-inside-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Read read(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    ScanOptions options;
    options.paths = {folder_ / name};
    const Demand demand;
    const KnownContents known;
    Intake intake(options, demand, known);
    Intaken in;
    Read out;
    while (intake.take(in)) {
      for (const Anomaly& anomaly : in.anomalies) out.anomalies.emplace_back(anomaly.name);
      if (in.begins)
        out.paths.push_back(in.run->path.substr(folder_.string().size() + 1) + " " +
                            (in.run->spec              ? std::string(in.run->spec->name)
                             : in.run->kept_as.empty() ? "none"
                                                       : "kept"));
    }
    out.counts = intake.attachments();
    return out;
  }

  std::filesystem::path folder_;
};

const std::string kLog = "Aug 24 08:00:01 gate sshd[1]: Failed password for root from 192.0.2.7 port 4 ssh2\n";

TEST_F(InsideTest, AttachmentsAreReadAsEvidence) {
  const std::string zip = test::write_zip({{"logs/auth.log", kLog}});
  const std::string inner = mail({{"auth.log", kLog}, {"r.pdf", "%PDF-1.4\n" + std::string(50, 'a')}});
  const std::string box = boxed(mail({{"a/../b.zip", zip}, {"logo.png", "\x89PNG" + std::string(50, 'x')}})) +
                          boxed(mail({{"m.eml", inner}, {"again.zip", zip}, {"run.js", "var a = 1; eval(a + b);"}}));
  const Strings inside = {"mail",
                          "1/a_.._b.zip!/logs/auth.log lines",
                          "2/m.eml mail",
                          "2/m.eml!/auth.log lines",
                          "2/m.eml!/r.pdf kept",
                          "2/run.js kept"};
  Read found = read("t.mbox", box);
  Strings expected;
  for (const std::string& each : inside) expected.push_back(each == "mail" ? "t.mbox mail" : "t.mbox!/" + each);
  // What lies in a message is read before the box's next attachment, depth first.
  EXPECT_EQ(found.paths, expected);
  EXPECT_EQ(found.counts.found, 7u);
  EXPECT_EQ(found.counts.repeated, 1u);
  EXPECT_EQ(found.anomalies, Strings{});
  // From inside an archive, where bytes can't be read a second time: the same.
  found = read("t.zip", test::write_zip({{"t.mbox", box}}));
  for (std::string& each : expected) each = "t.zip!/" + each;
  EXPECT_EQ(found.paths, expected);
}

TEST_F(InsideTest, MailInMailHasABottom) {
  std::string message = mail({{"auth.log", kLog}});
  for (int i = 0; i < 12; ++i) message = "From: a\nSubject: b\nContent-Type: message/rfc822\n\n" + message;
  const Read found = read("deep.eml", message);
  EXPECT_EQ(found.paths.size(), 9u);
  EXPECT_EQ(found.anomalies, Strings{"mail-depth"});
}

TEST_F(InsideTest, ItemsOfOutlookAreReadAsMail) {
  test::OutlookFile file;
  file.file_name = "logs.zip";
  file.file = test::write_zip({{"auth.log", kLog}});
  const std::string msg = file.bytes();
  const Strings expected = {"a.msg kept", "a.msg!/message.eml mail", "a.msg!/message.eml!/logs.zip!/auth.log lines"};
  Read found = read("a.msg", msg);
  EXPECT_EQ(found.paths, expected);
  EXPECT_EQ(found.anomalies, Strings{});
  // In an archive, in a mail, and one whose directory lies behind the first bytes that everybody sees.
  EXPECT_EQ(read("t.zip", test::write_zip({{"a.msg", msg}})).paths.size(), 3u);
  found = read("m.eml", mail({{"a.msg", msg}}));
  EXPECT_EQ(found.paths, (Strings{"m.eml mail", "m.eml!/a.msg kept", "m.eml!/a.msg!/message.eml mail",
                                  "m.eml!/a.msg!/message.eml!/logs.zip!/auth.log lines"}));
  EXPECT_EQ(found.counts.opened, 2u);
  file.file_name = "long.bin";
  file.file = std::string(300'000, '\xfe');
  const std::string long_msg = file.bytes();
  EXPECT_EQ(read("b.msg", long_msg).paths.size(), 3u);
  EXPECT_EQ(read("m.eml", mail({{"b.msg", long_msg}})).paths.size(), 4u);
  // Other OLE files are what they were, also long ones.
  test::CompoundWriter other;
  other.stream("WordDocument", std::string(300'000, 'x'));
  EXPECT_EQ(read("c.doc", other.finish()).paths, Strings{"c.doc none"});
  EXPECT_EQ(read("m.eml", mail({{"c.doc", other.finish()}})).paths, (Strings{"m.eml mail", "m.eml!/c.doc kept"}));
}

// DKIM says nothing of mail that was made anew, whatever keys there are; what the server said still counts.
TEST_F(InsideTest, NothingIsVerifiedOnMailMadeAnew) {
  test::OutlookFile file;
  file.header =
      "DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=eA==; b=eA==\r\nFrom: a@x.example\r\n"
      "Authentication-Results: mx.house.example; dkim=pass\r\n";
  std::ofstream(folder_ / "keys.tsv") << "name\trecord\tprovenance\ns._domainkey.x.example\tv=DKIM1; p=\tx\n";
  const auto auth = MailAuth::load({(folder_ / "keys.tsv").string()}, {"house.example"}).value();
  std::ofstream(folder_ / "a.msg", std::ios::binary) << file.bytes();
  ScanOptions options;
  options.paths = {folder_ / "a.msg"};
  options.read.mail_extra = auth.get();
  Demand demand;
  const Slot said = demand.add("Auth.Dkim"), verified = demand.add("Verified.Dkim");
  const KnownContents known;
  Intake intake(options, demand, known);
  Intaken in;
  std::size_t events = 0;
  while (intake.take(in)) {
    if (!in.block) continue;
    Batch batch;
    in.run->reader->decode(*in.block, batch);
    for (const Event& event : batch.events()) {
      ++events;
      EXPECT_NE(event.find(said), nullptr);
      EXPECT_EQ(event.find(verified), nullptr);
    }
  }
  EXPECT_EQ(events, 1u);
}

// Real files, where somebody has some: TOCSIN_OUTLOOK_FILES names a folder of .pst and .msg.
TEST_F(InsideTest, RealOutlookFilesGiveMail) {
  const char* const files = std::getenv("TOCSIN_OUTLOOK_FILES");
  if (!files) GTEST_SKIP() << "TOCSIN_OUTLOOK_FILES names no folder of .pst and .msg files";
  int ran = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(files)) {
    const std::string extension = entry.path().extension();
    if (extension != ".pst" && extension != ".msg") continue;
    ScanOptions options;
    options.paths = {entry.path()};
    const Demand demand;
    const KnownContents known;
    Intake intake(options, demand, known);
    Intaken in;
    std::size_t mails = 0;
    while (intake.take(in)) {
      for (const Anomaly& anomaly : in.anomalies) EXPECT_FALSE(anomaly.name.starts_with("pst-")) << anomaly.detail;
      mails += in.begins && in.run->spec && in.run->spec->name == "mail";
    }
    EXPECT_GT(mails, 0u) << entry.path();
    ++ran;
  }
  std::printf("%d real Outlook files\n", ran);
}

// What stands for readpst here writes a mailbox; the real one is Debian's.
TEST_F(InsideTest, OutlookFoldersAreReadByReadpst) {
  const std::string pst = "!BDN....SM" + std::string(600, '\0');
  const std::string before = std::getenv("PATH") ? std::getenv("PATH") : "";
  ::setenv("PATH", folder_.c_str(), 1);
  Read found = read("a.pst", pst);
  EXPECT_EQ(found.paths, Strings{"a.pst kept"});
  EXPECT_EQ(found.anomalies, Strings{"pst-not-opened"});
  const std::filesystem::path tool = folder_ / "readpst";
  std::ofstream(tool) << "#!/bin/sh\nwhile [ \"$1\" != -o ]; do shift; done\nread -r x < /dev/null\n"
                         "echo 'From a@b Mon Aug 24 08:00:00 2020' > \"$2/Inbox\"\n"
                         "echo 'From: a@example.org' >> \"$2/Inbox\"\necho 'Subject: x' >> \"$2/Inbox\"\n"
                         "echo '' >> \"$2/Inbox\"\necho hi >> \"$2/Inbox\"\n";
  std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
  found = read("a.pst", pst);
  EXPECT_EQ(found.paths, (Strings{"a.pst kept", "a.pst!/Inbox mail"}));
  EXPECT_EQ(found.anomalies, Strings{});
  found = read("t.zip", test::write_zip({{"a.pst", pst}}));  // through a copy on disk
  EXPECT_EQ(found.paths, (Strings{"t.zip!/a.pst kept", "t.zip!/a.pst!/Inbox mail"}));
  EXPECT_EQ(found.anomalies, Strings{});
  ::setenv("PATH", before.c_str(), 1);
}

}  // namespace
}  // namespace tocsin
