#include "readers/access/access.h"

#include <gtest/gtest.h>

#include "tests/support/read_all.h"

namespace tocsin::access {
namespace {

using tests::OwnedEvent;
using tests::read_whole;

OwnedEvent one(std::string_view line) {
  const tests::ReadResult result = read_whole(spec, line);
  EXPECT_EQ(result.events.size(), 1u);
  return result.events.empty() ? OwnedEvent{} : result.events[0];
}

TEST(Access, ReadCombinedLines) {
  const OwnedEvent event = one(
      R"(192.0.2.1 - karin [04/Aug/2021:01:02:03 +0200] "GET /a/b.php?x=1&y=2 HTTP/1.1" 200 512 "https://e.org/" )"
      R"("Moz/5.0 (X) Z")");
  EXPECT_EQ(event.source, "webserver");
  EXPECT_EQ(event.time.iso(), "2021-08-03T23:02:03Z");
  EXPECT_EQ(event.get("c-ip"), "192.0.2.1");
  EXPECT_EQ(event.get("cs-username"), "karin");
  EXPECT_EQ(event.get("cs-method"), "GET");
  EXPECT_EQ(event.get("cs-uri"), "/a/b.php?x=1&y=2");
  EXPECT_EQ(event.get("cs-uri-stem"), "/a/b.php");
  EXPECT_EQ(event.get("cs-uri-query"), "x=1&y=2");
  EXPECT_EQ(event.get("cs-version"), "HTTP/1.1");
  EXPECT_EQ(event.get("sc-status"), "200");
  EXPECT_EQ(event.get("sc-bytes"), "512");
  EXPECT_EQ(event.get("cs-referer"), "https://e.org/");
  EXPECT_EQ(event.get("cs-user-agent"), "Moz/5.0 (X) Z");
}

TEST(Access, ReadCommonAndVhostLines) {
  const OwnedEvent common = one(R"(::1 - - [04/Aug/2021:01:02:03 +0000] "HEAD / HTTP/1.0" 304 -)");
  EXPECT_EQ(common.get("c-ip"), "::1");
  EXPECT_EQ(common.get("sc-bytes"), "(absent)");
  EXPECT_EQ(common.get("cs-user-agent"), "(absent)");
  EXPECT_EQ(common.get("cs-username"), "(absent)");
  EXPECT_EQ(common.get("cs-uri-query"), "(absent)");
  const OwnedEvent vhost = one(
      R"(www.e.org:443 2001:db8::1 - - [04/Aug/2021:01:02:03 +0000] "GET /x HTTP/2.0" 200 1 "-" "ua" 0.001 "more")");
  EXPECT_EQ(vhost.get("cs-host"), "www.e.org:443");
  EXPECT_EQ(vhost.get("c-ip"), "2001:db8::1");
  EXPECT_EQ(vhost.get("cs-user-agent"), "ua");
  EXPECT_EQ(vhost.get("cs-referer"), "(absent)");
}

TEST(Access, ResolveEscapes) {
  const OwnedEvent event = one(
      R"(192.0.2.1 - - [04/Aug/2021:01:02:03 +0000] "GET /\"q\"?\x27or\xc3\xa9\xff HTTP/1.1" 200 1 "-" "a \"b\" \\ c")");
  EXPECT_EQ(event.get("cs-uri"), "/\"q\"?'or\xc3\xa9\xef\xbf\xbd");
  EXPECT_EQ(event.get("cs-user-agent"), "a \"b\" \\ c");
}

TEST(Access, KeepMalformedRequestsAsTheyCame) {
  const OwnedEvent binary = one(R"(192.0.2.1 - - [04/Aug/2021:01:02:03 +0000] "\x16\x03\x01" 400 157 "-" "-")");
  EXPECT_EQ(binary.source, "webserver");
  EXPECT_EQ(binary.get("cs-method"), "(absent)");
  EXPECT_EQ(binary.get("cs-uri"), "\x16\x03\x01");
  const OwnedEvent blanks = one(R"(192.0.2.1 - - [04/Aug/2021:01:02:03 +0000] "GET /a b c HTTP/1.1" 400 1)");
  EXPECT_EQ(blanks.get("cs-uri"), "/a b c");
  const OwnedEvent bare = one(R"(192.0.2.1 - - [04/Aug/2021:01:02:03 +0000] "GET /old" 200 1)");
  EXPECT_EQ(bare.get("cs-uri"), "/old");
  EXPECT_EQ(bare.get("cs-version"), "(absent)");
  const OwnedEvent none = one(R"(192.0.2.1 - - [04/Aug/2021:01:02:03 +0000] "-" 408 0 "-" "-")");
  EXPECT_EQ(none.get("cs-uri"), "(absent)");
  EXPECT_EQ(none.get("sc-status"), "408");
  const OwnedEvent user = one(R"(192.0.2.1 - a [b] c [04/Aug/2021:01:02:03 +0000] "GET / HTTP/1.1" 401 1)");
  EXPECT_EQ(user.get("cs-username"), "a [b] c");
}

TEST(Access, ReadSquidAndHaproxy) {
  const OwnedEvent squid =
      one("1628038923.500    120 192.0.2.1 TCP_TUNNEL/200 3939 CONNECT mail.e.org:443 karin HIER_DIRECT/203.0.113.1 -");
  EXPECT_EQ(squid.source, "squid");
  EXPECT_EQ(squid.time.iso(), "2021-08-04T01:02:03.500Z");
  EXPECT_EQ(squid.get("cs-method"), "CONNECT");
  EXPECT_EQ(squid.get("c-uri"), "mail.e.org:443");
  EXPECT_EQ(squid.get("cs-host"), "mail.e.org");
  EXPECT_EQ(squid.get("cs-username"), "karin");
  EXPECT_EQ(squid.get("s-action"), "TCP_TUNNEL");
  const OwnedEvent url =
      one("1628038923.500 1 192.0.2.1 TCP_MISS/200 39 GET http://e.org/a?b - DIRECT/203.0.113.1 text/html");
  EXPECT_EQ(url.get("cs-host"), "e.org");
  EXPECT_EQ(url.get("cs-uri-stem"), "/a");
  EXPECT_EQ(url.get("rs-content-type"), "text/html");
  const OwnedEvent haproxy = one(
      R"(192.0.2.1:4000 [04/Aug/2021:01:02:03.250] fe be/s1 0/0/0/1/9 503 10 - - SC-- 1/1/0/0/0 0/0 {e.org} )"
      R"("GET /x?y HTTP/1.1")");
  EXPECT_EQ(haproxy.source, "haproxy");
  EXPECT_EQ(haproxy.get("c-ip"), "192.0.2.1");
  EXPECT_EQ(haproxy.get("s-backend"), "be/s1");
  EXPECT_EQ(haproxy.get("sc-status"), "503");
  EXPECT_EQ(haproxy.get("cs-uri-query"), "y");
}

TEST(Access, KeepOtherLines) {
  const tests::ReadResult result = read_whole(spec, "2021/08/04 01:02:03 [error] 1#1: open() failed\n");
  ASSERT_EQ(result.events.size(), 1u);
  EXPECT_EQ(result.events[0].source, "text");
  EXPECT_EQ(result.events[0].time.iso(), "2021-08-04T01:02:03Z");
  EXPECT_EQ(result.events[0].get("message"), "2021/08/04 01:02:03 [error] 1#1: open() failed");
}

}  // namespace
}  // namespace tocsin::access
