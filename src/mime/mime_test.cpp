#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "mime/charset.h"
#include "mime/header.h"
#include "mime/message.h"
#include "mime/transfer.h"

namespace tocsin::mime {
namespace {

std::vector<std::string> names(const Message& message) {
  std::vector<std::string> out;
  for (const Anomaly& anomaly : message.anomalies) out.emplace_back(anomaly.name);
  return out;
}

std::string shape(const Message& message) {
  std::string out;
  for (const Part& part : message.parts) out += std::string(part.depth, ' ') + part.type + "\n";
  return out;
}

using Names = std::vector<std::string>;

TEST(Mime, SplitsAMessageIntoViews) {
  const std::string raw =
      "From: a@example.org\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/mixed; boundary=\"out er\"\r\n\r\npreamble\r\n--out er\r\n"
      "Content-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\nContent-Type: text/plain; charset=UTF-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=\r\n=C3=9Fe\r\n--in\r\nContent-Type: "
      "text/html\r\n\r\n"
      "<b>x</b>\r\n--in--\r\n\r\n--out er\r\nContent-Type: application/pdf; name=\"r.pdf\"\r\n"
      "Content-Disposition: attachment; filename*=utf-8''r%C3%A9sum%C3%A9.pdf\r\nContent-Transfer-Encoding: "
      "base64\r\n\r\nSGVsbG8=\r\n--out er--\r\nepilogue\r\n";
  const Message message = parse(raw);
  EXPECT_EQ(names(message), Names{});
  EXPECT_EQ(shape(message), "multipart/mixed\n multipart/alternative\n  text/plain\n  text/html\n application/pdf\n");
  ASSERT_EQ(message.parts.size(), 5u);
  EXPECT_EQ(decode_header(message.parts[0].find("SUBJECT")->raw), "Café");
  EXPECT_EQ(text(message.parts[2], 100), "Grüße");
  EXPECT_EQ(message.parts[3].body, "<b>x</b>");
  const Part& file = message.parts[4];
  EXPECT_TRUE(file.attachment);
  EXPECT_EQ(file.file_name, "résumé.pdf");
  EXPECT_EQ(decoded(file, 100), "Hello");
  EXPECT_EQ(raw.substr(file.offset, 12), "Content-Type");
  EXPECT_EQ(file.parent, 0u);
  // LF instead of CRLF changes nothing but the bytes.
  std::string unix_raw;
  for (const char c : raw)
    if (c != '\r') unix_raw += c;
  EXPECT_EQ(shape(parse(unix_raw)), shape(message));
  EXPECT_EQ(text(parse(unix_raw).parts[2], 100), "Grüße");
}

TEST(Mime, MessagesInsideMessagesAreParts) {
  const Message message = parse(
      "Subject: fwd\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: in\n"
      "Content-Type: multipart/mixed; boundary=c\n\n--c\n\ntext\n--c--\n--b\nContent-Type: message/rfc822\n"
      "Content-Transfer-Encoding: base64\n\nU3ViamVjdDogaW4KCng=\n--b--\n");
  EXPECT_EQ(shape(message), "multipart/mixed\n message/rfc822\n  multipart/mixed\n   text/plain\n message/rfc822\n");
  EXPECT_EQ(message.parts[2].find("subject")->raw, " in");
  EXPECT_EQ(decoded(message.parts[4], 100), "Subject: in\n\nx");
}

TEST(Mime, DamageIsNamedAndNothingIsHidden) {
  const auto of = [](std::string_view raw) { return names(parse(raw)); };
  EXPECT_EQ(of("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n"), Names{"mime-end-boundary-missing"});
  EXPECT_EQ(of("Content-Type: multipart/mixed; boundary=b\n\nno part\n"), Names{"mime-boundary-not-found"});
  EXPECT_EQ(of("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n--b\n\nlate\n--b--\n"),
            Names{"mime-part-after-end"});
  EXPECT_EQ(of("Subject: a\nSubject: b\n\nx"), Names{"mime-header-duplicate"});
  EXPECT_EQ(of("just text\nand more\n"), Names{"mime-header-missing"});
  EXPECT_EQ(parse("just text\nand more\n").parts[0].body, "just text\nand more\n");
  EXPECT_EQ(of("Subject: a\nnot a field\nFrom: b\n\nx"), Names{"mime-header-malformed"});
  EXPECT_EQ(of("Subject: a\nHello Alice,\nhow are you\n"), Names{"mime-header-unterminated"});
  EXPECT_EQ(parse("Subject: a\nHello Alice,\nhow are you\n").parts[0].body, "Hello Alice,\nhow are you\n");
  EXPECT_EQ(of("Content-Transfer-Encoding: rot13\n\nx"), Names{"mime-encoding-unknown"});
  EXPECT_EQ(of("Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b\n\nx\n--b--\n"),
            Names{"mime-encoding-on-multipart"});
  EXPECT_EQ(of(""), Names{"mime-header-missing"});
  const Message guessed = parse("Content-Type: multipart/mixed\n\n--zz\nContent-Type: text/html\n\nx\n--zz--\n");
  EXPECT_EQ(names(guessed), Names{"mime-boundary-missing"});
  EXPECT_EQ(shape(guessed), "multipart/mixed\n text/html\n");
  const Message reused = parse(
      "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ninner\n"
      "--b--\n--b\nContent-Type: text/html\n\nouter\n--b--\n");
  EXPECT_EQ(names(reused), Names{"mime-boundary-reused"});
  EXPECT_EQ(shape(reused), "multipart/mixed\n multipart/mixed\n  text/plain\n text/html\n");
  // Of two types the one that shows parts.
  EXPECT_EQ(
      parse("Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--").parts.size(), 2u);
}

TEST(Mime, FilesInsidePlainTextAreParts) {
  const Message message = parse("Subject: x\n\nSee below.\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye\nbegin the day\n");
  ASSERT_EQ(message.parts.size(), 2u);
  EXPECT_EQ(message.parts[1].file_name, "cat.txt");
  EXPECT_EQ(message.parts[1].parent, 0u);
  EXPECT_TRUE(message.parts[1].attachment);
  EXPECT_EQ(decoded(message.parts[1], 100), "Cat");
}

TEST(Mime, BombsAreBounded) {
  std::string nested;
  for (int i = 0; i < 10'000; ++i) {
    const std::string b = "b" + std::to_string(i);
    nested += "Content-Type: multipart/mixed; boundary=" + b + "\n\n--" + b + "\n";
  }
  Message message = parse(nested);
  EXPECT_EQ(message.parts.size(), 1'001u);
  EXPECT_EQ(std::ranges::count(names(message), "mime-too-deep"), 1);
  Limits deep;
  deep.depth = 20'000;
  deep.parts = 20'000;
  EXPECT_EQ(parse(nested, deep).parts.size(), 10'001u);
  nested.clear();
  for (int i = 0; i < 10'000; ++i) nested += "Content-Type: message/rfc822\n\n";
  EXPECT_EQ(parse(nested).parts.size(), 1'001u);
  std::string many = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 50'000; ++i) many += "--b\n\nx\n";
  message = parse(many);
  EXPECT_EQ(message.parts.size(), 10'000u);
  EXPECT_EQ(std::ranges::count(names(message), "mime-too-many-parts"), 1);
  std::string fields;
  for (int i = 0; i < 150'000; ++i) fields += "A: b\n";
  EXPECT_EQ(parse(fields).parts[0].headers.size(), 100'000u);
}

TEST(Transfer, OutputDoesNotDependOnSplits) {
  std::mt19937 random(7);
  const std::string_view alphabet = "=AB09ab \t\r\n\r\n\n+/_`M~z===";
  for (int round = 0; round < 3'000; ++round) {
    std::string body = round % 2 ? "begin 644 a\n" : "";
    for (std::size_t i = random() % 60; i > 0; --i) body += alphabet[random() % alphabet.size()];
    for (const Encoding encoding :
         {Encoding::base64, Encoding::quoted_printable, Encoding::uuencode, Encoding::identity}) {
      std::string whole, split;
      Decoder one(encoding), two(encoding);
      one.feed(body, whole);
      one.finish(whole);
      for (std::string_view rest = body; !rest.empty();) {
        const std::size_t size = std::min<std::size_t>(rest.size(), 1 + random() % 3);
        two.feed(rest.substr(0, size), split);
        rest.remove_prefix(size);
      }
      two.finish(split);
      ASSERT_EQ(whole, split) << body;
      ASSERT_EQ(one.damaged(), two.damaged()) << body;
    }
  }
}

TEST(Transfer, DamageIsSkippedAndCounted) {
  const Decoded base64 = decode(Encoding::base64, "SGVs*bG8=SGVsbG8=", 100);
  EXPECT_EQ(base64.bytes, "HelloHello");
  EXPECT_EQ(base64.damaged, 1u);
  EXPECT_EQ(base64.first_damage, 4u);
  EXPECT_EQ(decode(Encoding::base64, "SGVsbG8", 100).bytes, "Hello");
  EXPECT_EQ(decode(Encoding::quoted_printable, "a=3Db=\r\nc =20  \r\nd=ZZ=4", 100).bytes, "a=bc  \r\nd=ZZ=4");
  EXPECT_EQ(decode(Encoding::quoted_printable, "a=ZZ", 100).damaged, 1u);
  const Decoded cut = decode(Encoding::base64, "SGVsbG8=", 3);
  EXPECT_EQ(cut.bytes, "Hel");
  EXPECT_TRUE(cut.cut);
}

TEST(Charset, AnyNameAndNone) {
  EXPECT_EQ(convert("\xe9", "ISO-8859-1").text, "é");
  EXPECT_EQ(convert("\x93x\x94", "us-ascii").text, "“x”");
  EXPECT_EQ(convert("\xc7\xc8", "windows-1251").text, "ЗИ");
  EXPECT_EQ(convert("\x1b$B$3\x1b(B", "iso-2022-jp").text, "こ");
  EXPECT_EQ(convert("+AGE-", "utf-7").text, "a");
  EXPECT_EQ(convert("\xc3\xa9", "").text, "é");
  EXPECT_FALSE(convert("\xc3\xa9", "no-such").known);
  EXPECT_TRUE(convert("\xc3", "utf-8").damaged);
  std::string wide;
  for (int i = 0; i < 5000; ++i) wide += std::string("\x3d\xd8\x00\xde", 4);  // U+1F600 over every buffer's end
  EXPECT_EQ(convert("a" + std::string(1, '\0') + wide, "utf-16le").text.size(), 20'001u);
}

TEST(Headers, EncodedWords) {
  EXPECT_EQ(decode_header(" =?ISO-8859-1?Q?Andr=E9?= Pirard"), "André Pirard");
  EXPECT_EQ(decode_header("=?utf-8?B?w6k=?=\r\n =?utf-8?B?w6k=?="), "éé");
  EXPECT_EQ(decode_header("=?utf-8?B?ww==?= =?utf-8?B?qQ==?="), "é");
  EXPECT_EQ(decode_header("=?utf-8?q?a_b?= c"), "a b c");
  EXPECT_EQ(decode_header("=?utf-8?q?=0D=0ABcc:_x?="), "  Bcc: x");
  EXPECT_EQ(decode_header("a\r\n b"), "a b");
  EXPECT_EQ(decode_header("=?x?q?"), "=?x?q?");
  EXPECT_EQ(decode_header("caf\xe9"), "café");
}

TEST(Headers, Parameters) {
  const Parameters split = parameters(
      " attachment; filename*0*=utf-8'en'%e2%82; filename*1*=%ac; filename*2=\" rates.zip\"; filename=fallback.zip");
  EXPECT_EQ(split.value, "attachment");
  EXPECT_EQ(*split.find("filename"), "€ rates.zip");
  EXPECT_EQ(*parameters("text/plain (c); name=\"=?utf-8?q?=C3=A9?=.txt\"").find("name"), "é.txt");
  EXPECT_EQ(*parameters("x/y; name=my (1).pdf; a=\"q\\\"u;o\"").find("name"), "my (1).pdf");
  EXPECT_EQ(*parameters("x/y; name=my (1).pdf; a=\"q\\\"u;o\"").find("a"), "q\"u;o");
}

TEST(Headers, Addresses) {
  const auto of = [](std::string_view raw) {
    std::string out;
    for (const Address& address : addresses(raw)) out += address.name + "<" + address.address + ">";
    return out;
  };
  EXPECT_EQ(of("\"Doe, J. \\\"x\\\"\" <j@example.org>, b@example.org (Bob)"),
            "Doe, J. \"x\"<j@example.org>Bob<b@example.org>");
  EXPECT_EQ(of("=?utf-8?q?=C3=89milie=2C_X?= <e@example.org>"), "Émilie, X<e@example.org>");
  EXPECT_EQ(of("Team: a@x.org, B <b@x.org>; c@x.org"), "<a@x.org>B<b@x.org><c@x.org>");
  EXPECT_EQ(of("undisclosed-recipients:;"), "");
  EXPECT_EQ(of("<@r1,@r2:user@example.org>"), "<user@example.org>");
  EXPECT_EQ(of("support@bank.example <x@evil.example>"), "support@bank.example<x@evil.example>");
  EXPECT_EQ(of("=?utf-8?q?Bank_=3Ca=40b.example=3E?="), "Bank<a@b.example>");
  EXPECT_EQ(of("MAILER-DAEMON"), "MAILER-DAEMON<>");
  EXPECT_EQ(of("u@[IPv6:2001:db8::1]"), "<u@[IPv6:2001:db8::1]>");
  EXPECT_EQ(domain_of("a@b@c.example"), "c.example");
}

TEST(Headers, Dates) {
  EXPECT_EQ(parse_date("Mon, 24 Aug 2020 08:00:00 +0200 (CEST)")->iso(), "2020-08-24T06:00:00Z");
  EXPECT_EQ(parse_date("24 Aug 20 08:00 EST")->iso(), "2020-08-24T13:00:00Z");
  EXPECT_FALSE(parse_date("yesterday"));
}

}  // namespace
}  // namespace tocsin::mime
