#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "documents/compound.h"
#include "documents/document.h"
#include "documents/markup.h"
#include "tests/support/document_writer.h"

namespace tocsin::documents {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

auto Named(std::string_view name) { return Field(&Anomaly::name, name); }

TEST(Office, SaysWhoSavedItWhenAndInWhatLanguage) {
  test::OfficeFile file;
  file.words = "Листы";
  file.modified = "2017-03-27T14:50:00Z";
  const std::string bytes = file.xlsx();
  EXPECT_TRUE(is_packed_document(bytes));
  const Metadata found = describe(bytes);
  EXPECT_EQ(found.format, "xlsx");
  EXPECT_EQ(found.author, "A. Dahl");
  EXPECT_EQ(found.last_modified_by, "Somebody");
  EXPECT_EQ(found.application, "Microsoft Excel 15.0300");
  EXPECT_EQ(found.interface_language, "ru");
  EXPECT_EQ(found.created->iso(), "2016-05-01T09:00:00Z");
  EXPECT_EQ(found.modified->iso(), "2017-03-27T14:50:00Z");
  EXPECT_THAT(found.anomalies, IsEmpty());
  EXPECT_EQ(text_of(bytes), "one & two\t5\t\n");
}

TEST(Office, NamesOfCommentsAndChangesAreKept) {
  test::OfficeFile file;
  file.body = "<w:ins w:author=\"Q\" w:date=\"2017-01-01T00:00:00Z\"><w:r><w:t>new</w:t></w:r></w:ins>";
  const Metadata found = describe(file.docx());
  EXPECT_THAT(found.people, Contains("Q"));
  EXPECT_THAT(text_of(file.docx()), HasSubstr("new"));
}

TEST(Office, DatesThatContradictEachOtherAreTold) {
  test::OfficeFile file;
  file.created = "2018-01-01T00:00:00Z";
  EXPECT_THAT(describe(file.xlsx()).anomalies, Contains(Named("created-after-modified")));
  file.created = file.modified;
  file.minutes = 5000;
  EXPECT_THAT(describe(file.xlsx()).anomalies, Contains(Named("edited-longer-than-it-exists")));
  file.minutes = 0;
  file.modified = "soon";
  EXPECT_THAT(describe(file.xlsx()).anomalies, Contains(Named("date-unreadable")));
}

TEST(Office, ABombIsAnAnomaly) {
  test::OfficeFile file;
  file.body = std::string(40u << 20, ' ');
  const std::string bytes = file.docx();
  EXPECT_LT(bytes.size(), 200'000u);
  const Metadata found = describe(bytes);
  EXPECT_THAT(found.anomalies, Contains(Named("part-too-large")));
  EXPECT_EQ(found.author, "A. Dahl");
}

TEST(Office, AnArchiveOfDocumentsIsNone) {
  const std::string inner = test::OfficeFile{}.xlsx();
  test::ArchiveWriter stored(ARCHIVE_FORMAT_ZIP, "zip:compression=store"), folder(ARCHIVE_FORMAT_ZIP);
  stored.add("a/1.xlsx", inner);
  stored.add("a/2.xlsx", inner);
  folder.add("word/letter.txt", "Dear");
  EXPECT_FALSE(is_packed_document(stored.finish()));
  EXPECT_FALSE(is_packed_document(folder.finish()));
  EXPECT_TRUE(is_packed_document(inner));
}

TEST(OpenDocument, HasItsOwnMetadata) {
  const std::string bytes = test::odt("<text:p>Hello <text:span>there</text:span></text:p>");
  const Metadata found = describe(bytes);
  EXPECT_EQ(found.format, "odt");
  EXPECT_EQ(found.last_modified_by, "Somebody");
  EXPECT_EQ(found.application, "LibreOffice/7.4.7.2$Linux_X86_64");
  EXPECT_EQ(found.edit_minutes, 62u);
  EXPECT_EQ(found.modified->iso(), "2017-03-27T14:50:00.123456789");
  EXPECT_EQ(text_of(bytes), "Hello there\n");
}

TEST(Ole, PropertySetsInsideACompoundFileAreRead) {
  const std::string bytes = test::ole();
  const Metadata found = describe(bytes);
  EXPECT_EQ(found.author, "Анна");  // in code page 1251
  EXPECT_EQ(found.last_modified_by, "Somebody");
  EXPECT_EQ(found.created->iso(), "2016-05-01T09:00:00.0000000Z");
  EXPECT_THAT(found.facts, Contains(Field(&Fact::value, "Cyrillic")));
}

TEST(Pdf, InfoItsHistoryAndSignatures) {
  const Metadata found = describe(test::pdf());
  EXPECT_EQ(found.format, "pdf");
  EXPECT_EQ(found.author, "A. Dahl");
  EXPECT_EQ(found.title, "Größe");
  EXPECT_EQ(found.pages, 3u);
  EXPECT_EQ(found.created->iso(), "2016-05-01T07:00:00Z");
  EXPECT_EQ(found.modified->iso(), "2017-03-27T14:50:00Z");
  EXPECT_THAT(found.facts, Contains(Field(&Fact::value, "2016-05-01T07:00:00Z")));  // what it said before
  EXPECT_THAT(found.facts, Contains(Field(&Fact::name, "pdf revisions")));
  EXPECT_THAT(found.anomalies, Contains(Named("changed-after-signing")));
  EXPECT_THAT(found.anomalies, Contains(Named("dates-of-info-and-xmp-differ")));
}

TEST(Rtf, InfoAndText) {
  const std::string bytes =
      "{\\rtf1\\ansi\\ansicpg1251\\deflang1049{\\fonttbl{\\f0 Arial;}}{\\info{\\author A. Dahl}{\\operator Somebody}"
      "{\\creatim\\yr2016\\mo5\\dy1\\hr9\\min0}{\\revtim\\yr2017\\mo3\\dy27\\hr14\\min50}}Hello\\par \\u1044? there}";
  const Metadata found = describe(bytes);
  EXPECT_EQ(found.last_modified_by, "Somebody");
  EXPECT_EQ(found.language, "ru");
  EXPECT_EQ(found.modified->iso(), "2017-03-27T14:50:00");
  EXPECT_EQ(text_of(bytes), "Hello\nД there");
}

TEST(Html, TitleGeneratorAndText) {
  const std::string bytes =
      "<html lang=fr><head><title>A &amp; B</title><meta name=generator content=\"Word 15\"></head>"
      "<body><p>Un</p><script>unseen<p></script>deux</body></html>";
  const Metadata found = describe(bytes);
  EXPECT_EQ(found.title, "A & B");
  EXPECT_EQ(found.application, "Word 15");
  EXPECT_THAT(text_of(bytes), HasSubstr("Un"));
  EXPECT_THAT(text_of(bytes), ::testing::Not(HasSubstr("unseen")));
}

TEST(Documents, AnyDamageIsSurvived) {
  test::OfficeFile file;
  for (const std::string& whole :
       {file.xlsx(), file.docx(), test::odt("<text:p>x</text:p>"), test::ole(), test::pdf()}) {
    for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 300) {
      describe(std::string_view(whole).substr(0, size));
      text_of(std::string_view(whole).substr(0, size < 5 ? size : 4));
      std::string changed = whole;
      changed[size] = static_cast<char>(changed[size] ^ 0x55);
      describe(changed);
      if (!changed.starts_with("%PDF")) text_of(changed);
    }
  }
}

// The first bytes of every format, and nothing behind them.
TEST(Documents, BeginningsAloneAreSurvived) {
  using namespace std::string_view_literals;
  for (const std::string_view magic :
       {"RIFF....WEBP"sv, "%PDF-1.7"sv, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "{\\rtf1"sv, "PK\3\4\24\0"sv,
        "\x89PNG\r\n\x1a\n"sv, "\xff\xd8\xff\xe1"sv, "II*\0"sv, "<!DOCTYPE html>"sv})
    for (std::size_t size = 0; size <= magic.size(); ++size) {
      recognise(magic.substr(0, size));
      describe(magic.substr(0, size));
      text_of(magic.substr(0, size));
    }
}

}  // namespace
}  // namespace tocsin::documents
