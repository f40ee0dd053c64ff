#include "tests/support/samples_text.h"

#include <cstdio>
#include <ctime>
#include <functional>

namespace tocsin::tests {
namespace {

// Repeats what `round` writes, each round with its number, until the size is reached.
std::string grow(std::size_t size, std::string text, const std::function<void(std::string&, int)>& round) {
  int i = 0;
  do round(text, i++);
  while (text.size() < size || i < 3);
  return text;
}

template <class... T>
std::string print(const char* format, T... values) {
  char buffer[2048];
  const int size = std::snprintf(buffer, sizeof buffer, format, values...);
  return {buffer, static_cast<std::size_t>(size)};
}

}  // namespace

std::string sample_lines(std::size_t size) {
  return grow(size, "", [](std::string& out, int i) {
    const int m = i / 60 % 60, s = i % 60;
    out += print(
        "2023-12-30T08:%02d:%02d.5+01:00 gate sshd[%d]: Accepted publickey for karin from 192.0.2.7 "
        "port %d ssh2\n",
        m, s, 100 + i, 40000 + i % 20000);
    out +=
        print("Dec 31 23:%02d:%02d mailhost postfix/smtpd[77]: connect from unknown[198.51.100.%d]\r\n", m, s, i % 250);
    out += print(
        "<86>Dec 31 23:%02d:%02d gate sudo:   karin : TTY=pts/1 ; PWD=/home/karin ; USER=root ; "
        "COMMAND=/bin/cat /etc/hosts\n",
        m, s);
    out += print(
        "<165>1 2024-01-01T00:%02d:%02d.003Z edge app 4711 ID47 "
        "[origin@32473 ip=\"192.0.2.1\" note=\"a \\\"b\\\" c\"] started %d\n",
        m, s, i);
    out += print(
        "<189>date=2024-01-01 time=00:%02d:%02d devname=\"fw1\" devid=\"X1\" "
        "logid=\"0100032001\" type=\"event\" "
        "subtype=\"system\" level=\"notice\" vd=\"root\" action=\"login\" msg=\"Administrator karin logged in\"\n",
        m, s);
    out +=
        print("Jan 01 2024 00:%02d:%02d: %%ASA-6-605005: Login permitted from 192.0.2.9/%d to inside:192.0.2.1/ssh\n",
              m, s, 1000 + i % 60000);
    out += print("CEF:0|Acme|Guard|1.2|100|Door \\| opened|5|src=192.0.2.4 msg=by hand, a\\=b rt=17040672%02d000\n", s);
    out += "a line of no known shape, with an accent: \xc3\xa9\n";
  });
}

std::string sample_access(std::size_t size) {
  return grow(size, "", [](std::string& out, int i) {
    const int m = i / 60 % 60, s = i % 60;
    out += print(
        "192.0.2.%d - - [04/Aug/2023:09:%02d:%02d +0200] \"GET /shop/?item=%d HTTP/1.1\" 200 %d \"-\" "
        "\"Mozilla/5.0 (X11; Linux x86_64)\"\n",
        i % 250, m, s, i, 100 + i);
    out += print(
        "www.example.org 2001:db8::%x - karin [04/Aug/2023:09:%02d:%02d +0200] \"POST /login HTTP/2.0\" 302 0 "
        "\"https://www.example.org/\" \"say \\\"hi\\\"\" 0.12 extra\n",
        i % 65536, m, s);
    out += print("192.0.2.9 - - [04/Aug/2023:09:%02d:%02d +0200] \"\\x16\\x03\\x01\\x02\" 400 150\n", m, s);
    out += print(
        "198.51.100.7:4%03d [04/Aug/2023:09:%02d:%02d.250] web~ app/srv1 0/0/1/2/3 200 512 - - ---- "
        "1/1/0/0/0 0/0 \"GET /a?b=c HTTP/1.1\"\n",
        i % 1000, m, s);
    out += print(
        "1691%06d.123    %d 192.0.2.4 TCP_MISS/200 1500 GET http://example.net/x?y=1 - HIER_DIRECT/203.0.113.5 "
        "text/html\n",
        i % 1000000, i);
    out += print("192.0.2.8 - - [04/Aug/2023:09:%02d:%02d +0200] \"-\" 408 - \"-\" \"-\"\n", m, s);
  });
}

std::string sample_auditd(std::size_t size) {
  return grow(size, "", [](std::string& out, int i) {
    const long long t = 1691130000LL + i / 10;
    out += print(
        "type=SYSCALL msg=audit(%lld.%03d:%d): arch=c000003e syscall=59 success=yes exit=0 a0=55d0 a1=55d8 a2=55e0 "
        "a3=8 items=2 ppid=900 pid=%d auid=1000 uid=1000 gid=1000 euid=0 tty=pts0 ses=3 comm=\"id\" "
        "exe=\"/usr/bin/id\" key=\"exec\"\x1d"
        "ARCH=x86_64 SYSCALL=execve AUID=\"karin\" UID=\"karin\"\n",
        t, i % 1000, 2 * i + 1, 1000 + i);
    out += print(
        "type=EXECVE msg=audit(%lld.%03d:%d): argc=3 a0=\"id\" a1=2D2D6F6E6520776F7264 a2_len=4 a2[0]=\"ab\" "
        "a2[1]=\"cd\"\n",
        t, i % 1000, 2 * i + 1);
    out += print("type=CWD msg=audit(%lld.%03d:%d): cwd=\"/home/karin\"\n", t, i % 1000, 2 * i + 1);
    out += print("type=PATH msg=audit(%lld.%03d:%d): item=0 name=\"/usr/bin/id\" inode=7 nametype=NORMAL\n", t,
                 i % 1000, 2 * i + 1);
    out += print("type=PROCTITLE msg=audit(%lld.%03d:%d): proctitle=6964002D2D6F6E65\n", t, i % 1000, 2 * i + 1);
    out += print(
        "node=gate type=USER_LOGIN msg=audit(%lld.%03d:%d): pid=77 uid=0 auid=1000 ses=4 msg='op=login "
        "acct=\"karin\" exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.7 terminal=ssh res=success'\n",
        t, i % 1000, 2 * i + 2);
  });
}

std::string sample_w3c(std::size_t size) {
  return grow(
      size,
      "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2023-08-04 07:00:00\r\n"
      "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "
      "sc-status time-taken\r\n",
      [](std::string& out, int i) {
        const int m = i / 60 % 60, s = i % 60;
        out += print("2023-08-04 07:%02d:%02d 10.0.0.1 GET /owa/ id=%d 443 - 192.0.2.%d Mozilla/5.0+(X11) 200 %d\r\n",
                     m, s, i, i % 250, i % 900);
        out += print("2023-08-04 07:%02d:%02d 10.0.0.1 POST /auth.owa - 443 karin 192.0.2.9 - 302 15\r\n", m, s);
        if (i % 1000 == 3)
          out +=
              "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
              "#Date: 2023-08-05 00:00:00\r\n#Fields: time c-ip cs-method cs-uri-stem sc-status\r\n"
              "00:00:01 192.0.2.1 GET /short 404\r\n"
              "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
              "cs(User-Agent) sc-status time-taken\r\n";
      });
}

std::string sample_zeek(std::size_t size) {
  return grow(size,
              "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
              "#open\t2023-08-04-07-00-00\n"
              "#fields\tts\tuid\tid.orig_h\tid.orig_p\tquery\tAA\tanswers\tTTLs\n"
              "#types\ttime\tstring\taddr\tport\tstring\tbool\tvector[string]\tvector[interval]\n",
              [](std::string& out, int i) {
                out +=
                    print("16911300%02d.%06d\tC%d\t192.0.2.%d\t53\twww%d.example.org\tF\t192.0.2.1,a\\x2cb\t60.0,5.5\n",
                          i % 100, i % 1000000, i, i % 250, i);
                out += print("16911300%02d.%06d\tD%d\t2001:db8::1\t4%04d\t-\tT\t(empty)\t-\n", i % 100, i % 1000000, i,
                             i % 10000);
              });
}

// An mbox: a plain message, one of several parts with an attachment, and one in quoted-printable.
std::string sample_mail(std::size_t size) {
  return grow(size, "", [](std::string& out, int i) {
    const int m = i / 60 % 60, s = i % 60;
    out += print(
        "From alice@example.org Mon Aug 24 08:%02d:%02d 2020\nReturn-Path: <alice@example.org>\n"
        "Received: from mx.example.net (mx.example.net [192.0.2.7])\n\tby mail.example.com with ESMTPS id q%d\n"
        "\tfor <bob@example.com>; Mon, 24 Aug 2020 10:%02d:%02d +0200\nDate: Mon, 24 Aug 2020 07:59:00 +0000\n"
        "From: \"Alice, of the office\" <alice@example.org>\nTo: Bob <bob@example.com>, carol@example.com\n"
        "Subject: =?utf-8?q?Caf=C3=A9?= %d\nMessage-ID: <%d@example.org>\n\nHello, see http://www.example.org/a?b=%d.\n"
        ">From here on.\n\n",
        m, s, i, m, s, i, i, i);
    out += print(
        "From dave@example.org Tue Aug 25 09:%02d:%02d 2020\nDate: Tue, 25 Aug 2020 09:%02d:%02d +0000\nFrom: dave@example.org\n"
        "Reply-To: other@example.net\nTo: bob@example.com\nSubject: report\nMIME-Version: 1.0\nX-Mailer: Writer 1\n"
        "X-Originating-IP: [198.51.100.4]\nContent-Type: multipart/mixed; boundary=\"b%d\"\n\n--b%d\n"
        "Content-Type: text/html; charset=utf-8\n\n<p>See <a href=\"https://login.example.net/x?a=1&amp;b=2\">here</a></p>\n"
        "--b%d\nContent-Type: application/zip; name=report.zip\nContent-Disposition: attachment\n"
        "Content-Transfer-Encoding: base64\n\nUEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==\n--b%d--\n\n",
        m, s, m, s, i, i, i, i);
    out += print(
        "From erin@example.org Wed Aug 26 10:%02d:%02d 2020\r\nDate: Wed, 26 Aug 2020 10:%02d:%02d GMT\r\n"
        "From: erin@example.org (Erin)\r\nTo: undisclosed-recipients:;\r\nSubject: note %d\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n"
        "Gr=FC=\r\n=DFe\r\n\r\n",
        m, s, m, s, i);
  });
}

}  // namespace tocsin::tests
