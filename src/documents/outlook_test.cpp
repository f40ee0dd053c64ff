#include "documents/outlook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "documents/outlook_rtf.h"
#include "tests/support/outlook_writer.h"

namespace tocsin::documents {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> names(const OutlookMail& mail) {
  std::vector<std::string> out;
  for (const Anomaly& anomaly : mail.anomalies) out.emplace_back(anomaly.name);
  return out;
}

// LZFu without references but for the first, which is the dictionary's beginning, and the end's.
std::string compressed(std::string_view rtf) {
  EXPECT_TRUE(rtf.starts_with("{\\rtf1"));
  std::string out;
  const auto number = [&](std::uint64_t value) { test::CompoundWriter::put(out, value, 4); };
  std::string body;
  std::size_t at = 6, bits = 1;
  std::string run("\0\4", 2);
  unsigned control = 1;
  for (; at <= rtf.size(); ++at) {
    if (bits == 8) body += static_cast<char>(control), body += run, run.clear(), control = 0, bits = 0;
    if (at == rtf.size()) {
      const std::size_t place = (207 + rtf.size()) % 4096;
      control |= 1u << bits;
      run += {static_cast<char>(place >> 4), static_cast<char>(place << 4)};
    } else {
      run += rtf[at];
    }
    ++bits;
  }
  body += static_cast<char>(control);
  body += run;
  number(body.size() + 12);
  number(rtf.size());
  number(0x75465a4c);
  number(0);
  return out + body;
}

TEST(OutlookRtf, IsDecompressedAndGivesBackItsHtml) {
  const std::string rtf =
      "{\\rtf1\\ansi\\ansicpg1251\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}}{\\colortbl\\red0;}\r\n"
      "{\\*\\htmltag64 <a href=\"https://evil.example/\">}\\htmlrtf {\\b\\htmlrtf0 \\'cf\\'f0 \\u8364?x\\{\\htmlrtf "
      "}\\htmlrtf0 "
      "{\\*\\htmltag72 </a>}{\\*\\mhtmltag64 not this}\\par {\\*\\htmltag8 <p>}\\lquote q\\rquote}";
  const auto again = decompress_rtf(compressed(rtf), 1u << 20);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, rtf);
  std::string html;
  EXPECT_EQ(unwrap_rtf(*again, 1u << 20, html), InRtf::html);
  EXPECT_EQ(html, "<a href=\"https://evil.example/\">\u041f\u0440 \u20acx{</a>\r\n<p>&lsquo;q&rsquo;");
  EXPECT_EQ(decompress_rtf(compressed(rtf), 40)->size(), 40u);
  for (std::size_t cut = 0; cut < 100; ++cut)
    (void)decompress_rtf(std::string_view(compressed(rtf)).substr(0, cut), 1000);
  std::string text;
  EXPECT_EQ(unwrap_rtf("{\\rtf1 plain}", 100, text), InRtf::nothing);
}

TEST(Outlook, AnItemBecomesMail) {
  test::OutlookFile file;
  file.subject = "Haushalt";
  const std::string bytes = file.bytes();
  EXPECT_EQ(recognise_outlook_item(bytes), OutlookItem::yes);
  EXPECT_EQ(recognise_outlook_item(std::string_view(bytes).substr(0, 600)), OutlookItem::perhaps);
  EXPECT_EQ(recognise_outlook_item("PK\3\4"), OutlookItem::no);
  const auto mail = outlook_mail(bytes);
  ASSERT_TRUE(mail);
  EXPECT_THAT(names(*mail), testing::IsEmpty());
  EXPECT_TRUE(mail->text.starts_with("X-Tocsin-Made-Of: an item of Outlook, IPM.Note\r\n"));
  EXPECT_THAT(mail->text,
              AllOf(HasSubstr("\r\nFrom: \"A. Dahl\" <a.dahl@parliament.example>\r\n"),
                    HasSubstr("\r\nTo: \"M. Holt\" <m.holt@parliament.example>\r\n"),
                    HasSubstr("\r\nCc: \"Press\" <IMCEAEX-_o=Kalmoria_cn=press@exchange.invalid>\r\n"),
                    HasSubstr("\r\nSubject: Haushalt\r\n"), HasSubstr("\r\nDate: Sun, 01 May 2016 09:00:00 +0000\r\n"),
                    HasSubstr("U2VlIHRoZSB0YWJsZS4NCg=="), HasSubstr("filename=\"table.csv\"")));
}

TEST(Outlook, WhatTheServersWroteStandsAsItIs) {
  test::OutlookFile file;
  file.header =
      "Received: from x by y; Sun, 1 May 2016 08:59:00 +0000\r\nDKIM-Signature: v=1; d=parliament.example;\r\n "
      "b=abc\r\n"
      "From: other@parliament.example\r\nContent-Type: text/html;\r\n\tcharset=x\r\nX-Tocsin-Made-Of: nothing\r\n"
      "no field\r\n folded after no field\r\n--a-boundary: x\r\nSubject: as sent\r\n\r\n";
  const auto mail = outlook_mail(file.bytes());
  ASSERT_TRUE(mail);
  EXPECT_THAT(mail->text,
              AllOf(HasSubstr("DKIM-Signature: v=1; d=parliament.example;\r\n b=abc\r\n"),
                    HasSubstr("\r\nFrom: other@parliament.example\r\n"), HasSubstr("\r\nSubject: as sent\r\n"),
                    Not(HasSubstr("charset=x")), Not(HasSubstr("nothing")), Not(HasSubstr("folded after")),
                    Not(HasSubstr("a-boundary")), Not(HasSubstr("Budget"))));
}

TEST(Outlook, PagesNamesAndLinesAreMadeSafe) {
  test::CompoundWriter file;
  {
    test::OutlookStorage item(file, "", 32);
    item.number(0x3ffd, 1251).narrow(0x0037, "\xcf\xf0\xe8\xe2\xe5\xf2\r\nBcc: x@y.example");
    item.narrow(0x1000, "\xcf\xf0");
    item.text(0x0c1a, "A \"B\" \\ C").text(0x0c1e, "SMTP").text(0x0c1f, "a@b.example");
  }
  const auto mail = outlook_mail(file.finish());
  ASSERT_TRUE(mail);
  EXPECT_THAT(mail->text, AllOf(HasSubstr("Subject: =?utf-8?B?"), Not(HasSubstr("\nBcc")), HasSubstr("0J/RgA=="),
                                HasSubstr("From: \"A \\\"B\\\" \\\\ C\" <a@b.example>\r\n")));
}

TEST(Outlook, MessagesInMessagesLinksAndReminders) {
  test::CompoundWriter file;
  test::OutlookFile outer, inner;
  outer.file_name.clear();
  outer.write(file, "", 32);
  inner.subject = "the one inside";
  inner.write(file, "__attach_version1.0_#00000000/__substg1.0_3701000D/", 24);
  test::OutlookStorage(file, "__attach_version1.0_#00000000/", 8).number(0x3705, 5).text(0x3001, "inside");
  test::OutlookStorage(file, "__attach_version1.0_#00000001/", 8)
      .number(0x3705, 2)
      .text(0x370d, "\\\\evil.example\\share\\a.docx");
  // PidLidReminderFileParameter of the common set is property 8003 here.
  std::string entry;
  test::CompoundWriter::put(entry, 0x851f, 4);
  test::CompoundWriter::put(entry, 3 << 1, 2);
  test::CompoundWriter::put(entry, 3, 2);
  file.stream("__nameid_version1.0/__substg1.0_00020102",
              std::string("\x08\x20\x06\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 16));
  file.stream("__nameid_version1.0/__substg1.0_00030102", entry);
  file.stream("__substg1.0_8003001F", test::utf16le("\\\\203.0.113.9\\x\\ring.wav"));
  const auto mail = outlook_mail(file.finish());
  ASSERT_TRUE(mail);
  EXPECT_THAT(mail->text, AllOf(HasSubstr("Content-Type: message/rfc822\r\n\r\nX-Tocsin-Made-Of"),
                                HasSubstr("Subject: the one inside\r\n"), HasSubstr("Content-Type: text/calendar")));
  EXPECT_THAT(names(*mail), testing::ElementsAre("outlook-link-attachment"));
}

TEST(Outlook, AClearSignedEntityIsKeptWhole) {
  test::OutlookFile file;
  file.message_class = "IPM.Note.SMIME.MultipartSigned";
  file.file_name = "smime.p7m";
  file.file = "Content-Type: multipart/signed; boundary=\"b\"\r\n\r\n--b\r\n\r\nhello\r\n--b--\r\n";
  const auto mail = outlook_mail(file.bytes());
  ASSERT_TRUE(mail);
  EXPECT_TRUE(mail->text.ends_with("\r\nMIME-Version: 1.0\r\n" + file.file));
}

TEST(Outlook, NoDamageIsTooMuch) {
  test::OutlookFile file;
  file.file = std::string(9000, 'x');
  const std::string good = file.bytes();
  for (std::size_t cut = 0; cut < good.size(); cut += 37) (void)outlook_mail(std::string_view(good).substr(0, cut));
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string bad = good;
    for (unsigned k = random() % 8; k-- > 0;) bad[random() % bad.size()] = static_cast<char>(random());
    const auto mail = outlook_mail(bad);
    if (mail) {
      EXPECT_LT(mail->text.size(), 4 * bad.size() + (2u << 20));
    }
  }
}

// Circles in the allocation table and in the directory, and every stream on the same sectors.
TEST(Outlook, CirclesEnd) {
  test::OutlookFile file;
  file.file = std::string(9000, 'x');
  const std::string good = file.bytes();
  const std::size_t directory =
      (static_cast<unsigned char>(good[48]) + 1 + (static_cast<unsigned char>(good[49]) << 8)) * 512u;
  for (const std::size_t field : {68, 72, 76})  // left, right, child
    for (std::size_t target = 0; target < 12; ++target) {
      std::string bad = good;
      for (std::size_t at = directory; at + 128 <= directory + 20 * 128; at += 128) {
        bad[at + field] = static_cast<char>(target);
        bad[at + field + 1] = bad[at + field + 2] = bad[at + field + 3] = 0;
      }
      (void)outlook_mail(bad);
    }
  std::string bad = good;
  const std::size_t table = good.size() - 512;
  for (std::size_t at = table; at < good.size(); at += 4) bad[at] = bad[at + 1] = bad[at + 2] = bad[at + 3] = 0;
  (void)outlook_mail(bad);
  for (std::size_t at = table, i = 0; at < good.size(); at += 4, ++i) bad[at] = static_cast<char>(i);
  (void)outlook_mail(bad);
}

}  // namespace
}  // namespace tocsin::documents
