#include "readers/mail/mail.h"

#include <gtest/gtest.h>

#include "readers/mail/links.h"
#include "tests/support/read_all.h"
#include "tests/support/samples_text.h"

namespace tocsin::mail {
namespace {

using tests::read_whole;
using Values = std::vector<std::string>;

TEST(MailReader, TellsWhoWroteWhatWhen) {
  const auto read = read_whole(spec, tests::sample_mail(0));
  ASSERT_GE(read.events.size(), 3u);
  const auto& first = read.events[0];
  EXPECT_EQ(first.source, "mail");
  EXPECT_EQ(first.time.iso(), "2020-08-24T08:00:00Z");  // the server's, not the sender's
  EXPECT_EQ(first.get("Sent"), "2020-08-24T07:59:00Z");
  EXPECT_EQ(first.get("Subject"), "Café 0");
  EXPECT_EQ(first.get("From.Name"), "Alice, of the office");
  EXPECT_EQ(first.get("From.Domain"), "example.org");
  EXPECT_EQ(first.all("To.Address"), (Values{"bob@example.com", "carol@example.com"}));
  EXPECT_EQ(first.get("Source.Ip"), "192.0.2.7");
  EXPECT_EQ(first.all("Url"), Values{"http://www.example.org/a?b=0"});
  const auto& second = read.events[1];
  EXPECT_EQ(second.get("X-Mailer"), "Writer 1");
  EXPECT_EQ(second.get("Reply-To.Address"), "other@example.net");
  EXPECT_EQ(second.all("Url"), Values{"https://login.example.net/x?a=1&b=2"});
  EXPECT_EQ(second.get("Attachment.Name"), "report.zip");
  EXPECT_EQ(second.get("Attachment.Size"), "22");
  EXPECT_EQ(second.get("Attachment.Sha256"), "8739c76e681f900923b900c9df0ef75cf421d39cabb54650c4b9ad19b6a76d85");
  EXPECT_EQ(second.get("Text"), "See here\n");
  EXPECT_EQ(read.events[2].get("Text"), "Grüße\r\n\r\n");
}

TEST(MailReader, NoHeaderSpeaksForTheReader) {
  const auto read =
      read_whole(spec, "From: a@example.org\nAttachment.Count: 7\nattachment.name: x.exe\nSubject: x\n\nhi\n");
  ASSERT_EQ(read.events.size(), 1u);
  EXPECT_EQ(read.events[0].all("Attachment.Count"), Values{"0"});
  EXPECT_EQ(read.events[0].get("Attachment.Name"), "(absent)");
}

TEST(MailReader, OneMessageAFileInAnyWrapping) {
  const std::string mail = "Subject: x\r\nFrom: a@example.org\r\nDate: Mon, 24 Aug 2020 08:00:00 +0000\r\n\r\nhi\r\n";
  for (const std::string& bytes :
       {mail, std::to_string(mail.size()) + "\n" + mail + "<?xml version=\"1.0\"?><plist/>\n"}) {
    const ReaderSpec* reader = recognise(bytes, true);
    ASSERT_NE(reader, nullptr);
    EXPECT_EQ(reader->name, "mail");
    const auto read = read_whole(*reader, bytes);
    ASSERT_EQ(read.events.size(), 1u);
    EXPECT_EQ(read.events[0].raw, mail);
    EXPECT_EQ(bytes.substr(read.events[0].offset, mail.size()), mail);
    EXPECT_EQ(read.events[0].get("Text"), "hi\r\n");
  }
}

TEST(MailReader, LogsThatTalkOfMailAreNone) {
  for (const char* text :
       {"Aug 24 08:00:00 mx postfix/qmgr[1]: From: a@example.org To: b\n", "From: a\nnothing else\n",
        "HTTP/1.1 200 OK\nDate: Mon, 24 Aug 2020 08:00:00 GMT\nContent-Type: text/html\n\n",
        "Date: Mon, 24 Aug 2020 08:00:00 GMT\nContent-Type: text/html\n\n", "Subject,From,To\na,b,c\n"}) {
    const ReaderSpec* reader = recognise(text, true);
    EXPECT_TRUE(!reader || reader->name != "mail") << text;
  }
}

TEST(MailReader, DamageAndLiesAreNamed) {
  const auto names = [](std::string_view bytes) {
    Values out;
    for (const auto& anomaly : read_whole(spec, bytes).anomalies) out.push_back(anomaly.name);
    return out;
  };
  const std::string head = "From: a@example.org\nSubject: x\n";
  EXPECT_EQ(names(head + "Content-Transfer-Encoding: base64\n\nSGVs!bG8=\n"), Values{"mime-encoding-damaged"});
  EXPECT_EQ(names(head + "Content-Transfer-Encoding: quoted-printable\n\na=ZZ\n"), Values{"mime-encoding-damaged"});
  EXPECT_EQ(names(head + "Content-Type: text/plain; charset=utf-8\n\n\xff\n"), Values{"mime-charset-damaged"});
  EXPECT_EQ(names(head + "Content-Type: text/plain; charset=klingon\n\n\xe9\n"), Values{"mime-charset-unknown"});
  EXPECT_EQ(names("Received: from a by b; Mon, 24 Aug 2020 08:00:00 +0000\nDate: Mon, 31 Aug 2020 08:00:00 +0000\n" +
                  head + "\nx\n"),
            Values{"mail-date-differs"});
}

TEST(MailReader, LongMessagesKeepTheirHead) {
  ReadOptions options;
  options.record_max = 4096;
  const std::string mail = "From a@example.org Mon Aug 24 08:00:00 2020\nFrom: a@example.org\nSubject: long\n\n" +
                           std::string(100'000, 'x') + "\n\n" + tests::sample_mail(0);
  const auto read = read_whole(spec, mail, options);
  EXPECT_EQ(read.events.size(), 1 + read_whole(spec, tests::sample_mail(0)).events.size());
  EXPECT_EQ(read.events[0].get("Subject"), "long");
  EXPECT_LE(read.events[0].raw.size(), 2 * options.record_max);
  EXPECT_TRUE(read.has_anomaly("mail-too-long"));
  EXPECT_EQ(read.events[1].get("Subject"), "Café 0");
}

TEST(MailReader, SourceIsWhoHandedItInFromOutside) {
  const auto read = read_whole(
      spec,
      "Received: from b.mail.example.com (2001:db8::2) by c.mail.example.com with HTTPS; Mon, 24 Aug 2020 08:00:02 "
      "+0000\n"
      "Received: from evil.example.net (203.0.113.9) by b.mail.example.com; Mon, 24 Aug 2020 08:00:01 +0000\n"
      "Received: from [10.0.0.1] by evil.example.net; Mon, 24 Aug 2020 08:00:00 +0000\nFrom: a\nSubject: b\n\nx\n");
  ASSERT_EQ(read.events.size(), 1u);
  EXPECT_EQ(read.events[0].all("Received.Ip"), (Values{"2001:db8::2", "203.0.113.9", "10.0.0.1"}));
  EXPECT_EQ(read.events[0].get("Source.Ip"), "203.0.113.9");
}

TEST(Links, ComeOutOfHtmlAndText) {
  Links links;
  std::string visible;
  read_html(
      "<style>a{}</style><!-- http://hidden.example/ --><p>Go&nbsp;to <a HREF = "
      "'https&#58;//a.example/x'>www.b.example</a>"
      "<form action=\"//c.example/post\"><img src=\"cid:1\"><a href=\"java\tscript:alert(1)\">"
      "<meta http-equiv=refresh content=\"0; "
      "url='http://user@d.example:8080/'\"><script>location='http://e.example/'</script>",
      links, visible, 1000);
  EXPECT_EQ(visible, "Go to www.b.example");
  EXPECT_EQ(links.domains,
            (Values{"hidden.example", "a.example", "c.example", "d.example", "e.example", "www.b.example"}));
  EXPECT_EQ(links.urls[3], "javascript:alert(1)");
  Links plain;
  find_urls("see (http://x.example/a_(b)), HTTPS://Y.example. and mail://no www.z.example/q! awww.no", plain);
  EXPECT_EQ(plain.urls, (Values{"http://x.example/a_(b)", "HTTPS://Y.example", "www.z.example/q"}));
  EXPECT_EQ(host_of("https://evil.example\\@good.example/"), "evil.example");
}

}  // namespace
}  // namespace tocsin::mail
