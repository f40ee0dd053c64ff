#include "leak/originals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "leak/run.h"
#include "leak/traits.h"
#include "leak/words.h"
#include "tests/support/document_writer.h"
#include "tests/support/mail/forger.h"

namespace tocsin::leak {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using tests::Dice;

TEST(Difference, IsReadable) {
  const std::string before = "He asked for 12,000 euros to be paid on Monday, and nobody in the office objected to it.";
  EXPECT_EQ(
      difference(before, "he asked  for 12,000 euros\nto be paid on Monday, and nobody in the office objected to it"),
      "");
  EXPECT_EQ(
      difference(before, "He asked for 15,000 euros to be paid on Monday, and nobody in the office objected to it."),
      "number changed: \"12,000\" → \"15,000\" (after \"He asked for\")\n");
  EXPECT_EQ(difference(before, "He asked for 12,000 euros to be paid on Monday."),
            "removed: \"and nobody in the office objected to it\" (after \"be paid on Monday\")\n");
  EXPECT_EQ(
      difference(before,
                 "He asked for 12,000 euros to be paid on Monday, in cash, and nobody in the office objected to it."),
      "inserted: \"in cash\" (after \"be paid on Monday\")\n");
}

// Words and their order are what the difference must explain: applied to one text it gives the other.
TEST(Difference, FindsEveryEdit) {
  Dice dice(9);
  for (int round = 0; round < 300; ++round) {
    std::string before, after;
    int edits = 0;
    for (int i = 0; i < 120; ++i) {
      const std::string word = "w" + std::to_string(dice.below(50));
      before += word + " ";
      const bool edit = dice.below(25) == 0;
      edits += edit;
      after += (edit ? "x" + std::to_string(dice.below(9)) : word) + " ";
    }
    EXPECT_EQ(difference(before, after).empty(), edits == 0);
    EXPECT_LE(std::ranges::count(difference(before, after), '\n'), edits);
  }
}

TEST(Difference, OfTextsWithNothingInCommonIsBounded) {
  std::string before, after;
  for (int i = 0; i < 150'000; ++i) {
    before += "a" + std::to_string(i) + (i % 10 ? " " : "\n");
    after += "b" + std::to_string(i) + (i % 10 ? " " : "\n");
  }
  const std::string found = difference(before, after);
  EXPECT_LT(found.size(), 8000u);
  EXPECT_THAT(found, HasSubstr("more lines"));
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "leak_test_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string put(const std::string& name, std::string_view bytes) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
    return file.string();
  }
  std::string at(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::map<std::string, ItemReport> examined(const LeakOptions& options, LeakSummary* summary = nullptr) {
  std::map<std::string, ItemReport> out;
  auto done = examine(
      options, [&](const ItemReport& report) { out[report.item.substr(report.item.find("dump/") + 5)] = report; });
  if (summary) *summary = *done;
  return out;
}

std::string prose(Dice& dice, int words) {
  std::string out;
  for (int i = 0; i < words; ++i) out += "word" + std::to_string(dice.below(3000)) + (i % 12 == 11 ? ".\n" : " ");
  return out;
}

TEST(Originals, DocumentsAreHeldAgainstThem) {
  Folder folder;
  Dice dice(1);
  std::vector<std::string> bodies;
  for (int i = 0; i < 30; ++i) {
    bodies.push_back(prose(dice, 200));
    test::OfficeFile file;
    file.body = "<w:r><w:t>" + bodies.back() + "</w:t></w:r>";
    folder.put("originals/" + std::to_string(i) + ".docx", file.docx());
    if (i == 0) folder.put("dump/same.docx", file.docx());
    if (i == 1) {
      file.by = "Another";
      folder.put("dump/saved-again.docx", file.docx());
    }
    if (i == 2) {
      file.body.insert(file.body.find(".\n") + 2, "He paid 15 million.\n");
      folder.put("dump/inserted.docx", file.docx());
    }
  }
  test::OfficeFile other;
  other.body = "<w:r><w:t>" + prose(dice, 200) + "</w:t></w:r>";
  folder.put("dump/other.docx", other.docx());
  LeakOptions options;
  options.paths = {folder.at("dump")};
  options.originals = {folder.at("originals")};
  options.threads = 2;
  LeakSummary summary;
  auto found = examined(options, &summary);
  EXPECT_EQ(name(found["same.docx"].verdict), "authentic");
  EXPECT_EQ(found["same.docx"].original->relation, "identical");
  EXPECT_EQ(found["same.docx"].proof.at(0).kind, "original");
  EXPECT_EQ(name(found["saved-again.docx"].verdict), "unsigned");
  EXPECT_EQ(found["saved-again.docx"].original->relation, "same-text");
  EXPECT_THAT(found["saved-again.docx"].original->difference,
              HasSubstr("last modified by: \"Somebody\" → \"Another\""));
  EXPECT_EQ(found["inserted.docx"].original->relation, "changed");
  EXPECT_THAT(found["inserted.docx"].original->difference, HasSubstr("inserted: \"He paid 15 million\""));
  EXPECT_FALSE(found["other.docx"].original);
  EXPECT_EQ(summary.originals, 30u);
}

TEST(Originals, UnsignedMailIsProvedOrAlteredByThem) {
  Folder folder;
  const std::string head =
      "From: A <a@example.org>\r\nTo: b@example.org\r\nSubject: Budget\r\nDate: Mon, 24 Aug 2020 08:00:00 +0200\r\n"
      "Message-ID: <1@example.org>\r\n\r\n";
  const std::string body = "We will pay 100 euros for the hall, as we did last year and the year before.\r\n";
  folder.put("originals/1.eml", "Received: by x; Mon, 24 Aug 2020 06:00:00 +0000\r\n" + head + body);
  std::string lines = head + body;
  std::erase(lines, '\r');
  folder.put("dump/other-lines.eml", lines);
  std::string changed = lines;
  changed.replace(changed.find("100"), 3, "100,000");
  folder.put("dump/changed.eml", changed);
  LeakOptions options;
  options.paths = {folder.at("dump")};
  options.originals = {folder.at("originals")};
  auto found = examined(options);
  EXPECT_EQ(name(found["other-lines.eml"].verdict), "authentic-repaired");
  EXPECT_EQ(found["other-lines.eml"].original->relation, "same-content");
  EXPECT_EQ(name(found["changed.eml"].verdict), "altered");
  EXPECT_THAT(found["changed.eml"].original->difference, HasSubstr("number changed: \"100\" → \"100,000\""));
}

TEST(Originals, SameContentIsTheSameToAReader) {
  const std::string mail =
      "From: a@example.org\r\nSubject: s\r\nMessage-ID: <1@x>\r\nContent-Type: multipart/mixed; "
      "boundary=b\r\n\r\n--b\r\n"
      "Content-Type: text/plain\r\n\r\nOne.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: "
      "c@example.org\r\n\r\nTwo.\r\n--b--\r\n";
  const auto content = [](const std::string& raw) { return likeness_of_message(raw).content; };
  std::string lines = mail;
  std::erase(lines, '\r');
  EXPECT_EQ(content(mail), content("Received: by x; today\r\n" + lines));
  for (const auto& [was, is] : {std::pair{"multipart/mixed", "multipart/alternative"},
                                {"From: c", "From: d"},
                                {"One.", "None."},
                                {"Two.", "Ten."}}) {
    std::string other = mail;
    other.replace(other.find(was), std::string_view(was).size(), is);
    EXPECT_NE(content(mail), content(other)) << was;
  }
}

TEST(Carried, AttachmentsInheritAndLooseCopiesToo) {
  Folder folder;
  Dice dice(5);
  const tests::SigningKey key = tests::SigningKey::make(1024, 1);
  test::OfficeFile file;
  const std::string bytes = file.xlsx();
  const std::string mail =
      "From: a@example.org\r\nTo: b@example.org\r\nSubject: s\r\nDate: Mon, 24 Aug 2020 08:00:00 +0200\r\n"
      "Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
      "--b\r\nContent-Type: text/plain\r\n\r\nSee the sheet.\r\n--b\r\nContent-Type: application/octet-stream\r\n"
      "Content-Disposition: attachment; filename=\"sheet.xlsx\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
      tests::base64_lines(bytes) +
      "--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=late.csv\r\n\r\n" +
      "x;1\r\n--b--\r\n";
  tests::SignAs as;
  as.headers = {"from", "sender",     "reply-to",     "to",   "cc",      "subject",
                "date", "message-id", "content-type", "from", "subject", "date"};
  folder.put("dump/whole.eml", tests::sign(mail, key, as));
  as.length = static_cast<std::int64_t>(mail.find("--b\r\nContent-Type: text/csv") - mail.find("\r\n\r\n") - 4);
  folder.put("dump/part.eml", tests::sign(mail, key, as));
  folder.put("dump/loose.xlsx", bytes);
  LeakOptions options;
  options.paths = {folder.at("dump")};
  options.keys.add("s1._domainkey.example.org", {key.record(), "archive", {}, {}, false, false});
  auto found = examined(options);
  EXPECT_EQ(name(found["whole.eml"].verdict), "authentic") << found["whole.eml"].why;
  EXPECT_EQ(name(found["whole.eml!/sheet.xlsx"].verdict), "authentic");
  EXPECT_EQ(found["whole.eml!/sheet.xlsx"].sha256, found["loose.xlsx"].sha256);
  EXPECT_EQ(found["whole.eml!/sheet.xlsx"].metadata->author, "A. Dahl");
  EXPECT_EQ(name(found["whole.eml!/late.csv"].verdict), "authentic");
  EXPECT_EQ(name(found["part.eml"].verdict), "partly-covered");
  EXPECT_EQ(name(found["part.eml!/sheet.xlsx"].verdict), "partly-covered") << found["part.eml!/sheet.xlsx"].why;
  EXPECT_EQ(name(found["part.eml!/late.csv"].verdict), "unsigned") << found["part.eml!/late.csv"].why;
  EXPECT_NE(name(found["loose.xlsx"].verdict), "unsigned") << found["loose.xlsx"].why;
}

TEST(Habits, ABurstOfEditsByANameSeenNowhereElse) {
  Folder folder;
  for (int i = 0; i < 12; ++i) {
    test::OfficeFile file;
    const bool odd = i < 6;
    file.by = odd ? "Q" : "A. Dahl";
    file.words = odd ? "Листы" : "Feuilles de calcul";
    file.modified =
        odd ? "2017-03-27T14:50:0" + std::to_string(i) + "Z" : "2016-06-" + std::to_string(i + 10) + "T10:00:00Z";
    folder.put((odd ? "dump/sheets/" : "dump/notes/") + std::to_string(i) + ".xlsx", file.xlsx());
  }
  LeakOptions options;
  options.paths = {folder.at("dump")};
  options.judge.stolen_before = Time::from_civil(2017, 3, 1);
  LeakSummary summary;
  auto found = examined(options, &summary);
  const auto names = [&](const std::string& item) {
    std::vector<std::string> out;
    for (const Oddity& oddity : found[item].oddities) out.push_back(oddity.name);
    return out;
  };
  for (const char* odd : {"burst-of-edits", "name-seen-nowhere-else", "modified-after-theft"})
    EXPECT_THAT(names("sheets/3.xlsx"), Contains(odd));
  EXPECT_TRUE(names("notes/8.xlsx").empty());
  EXPECT_EQ(summary.oddities.at(0).name, "burst-of-edits");
}

TEST(Traits, AFileMadeYearsAfterItsContent) {
  test::OfficeFile file;
  file.created = file.modified = "2017-03-27T14:50:00Z";
  file.body = "<w:r><w:t>On 3 May 2009, 04/05/2009 and 2009-05-06, of 2000 people in room 2017, 12 came.</w:t></w:r>";
  ItemReport report;
  read_metadata(file.docx(), {}, report);
  ASSERT_EQ(report.oddities.size(), 1u);
  EXPECT_EQ(report.oddities[0].name, "created-long-after-content");
  file.body += "<w:r><w:t> See 1.2.2017.</w:t></w:r>";
  ItemReport newer;
  read_metadata(file.docx(), {}, newer);
  EXPECT_TRUE(newer.oddities.empty());
}

}  // namespace
}  // namespace tocsin::leak
