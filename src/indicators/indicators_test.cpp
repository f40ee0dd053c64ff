// Values and their normal forms, what readers take and refuse, what is found in text, and what it is worth.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "indicators/judge.h"
#include "indicators/read.h"
#include "indicators/search.h"

namespace tocsin::indicators {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string guessed(std::string_view text) {
  const auto found = guess(text);
  return found ? std::string(name(found->type)) + " " + found->value : "nothing";
}

TEST(Indicator, ABareValueIsWhatItCanOnlyBe) {
  EXPECT_EQ(guessed("192.0.2.1"), "address 192.0.2.1");
  EXPECT_EQ(guessed("192[.]0[.]2[.]1:8080"), "address 192.0.2.1");
  EXPECT_EQ(guessed("2001:DB8:0::1"), "address 2001:db8::1");
  EXPECT_EQ(guessed("[2001:db8::1]:443"), "address 2001:db8::1");
  EXPECT_EQ(guessed("192.0.2.77/24"), "prefix 192.0.2.0/24");
  EXPECT_EQ(guessed("192.0.2.77/32"), "address 192.0.2.77");
  EXPECT_EQ(guessed("2001:db8::/32"), "prefix 2001:db8::/32");
  EXPECT_EQ(guessed("Evil.Example."), "domain evil.example");
  EXPECT_EQ(guessed("*.evil[.]example"), "domain evil.example");
  EXPECT_EQ(guessed("hxxps://Evil.example:443/A/b?c=D#top"), "url evil.example/A/b?c=D");
  EXPECT_EQ(guessed("http://user@evil.example:8080"), "url evil.example:8080/");
  EXPECT_EQ(guessed("evil.example/gate.php"), "url evil.example/gate.php");
  EXPECT_EQ(guessed("Mallory@Evil.example"), "mail mallory@evil.example");
  EXPECT_EQ(guessed("D41D8CD98F00B204E9800998ECF8427E"), "hash d41d8cd98f00b204e9800998ecf8427e");
  for (const char* none : {"", "localhost", "0.0.0.0/0", "192.0.2.1/7", "1.2.3", "a b.example", "and/or",
                           "192.0.2.0/33", "com", "http://", "..", "x@y", "192.0.2.256", "10"})
    EXPECT_EQ(guessed(none), "nothing") << none;
}

struct Read {
  Set set;
  FileReport report;
};
void read(Read& into, std::string_view text, std::size_t chunk = 1 << 20, const std::string& source = "a.json") {
  into.set.begin_source(source);
  read_text(text, into.set, into.report, chunk);
}

std::vector<std::string> all(const Set& set) {
  std::vector<std::string> out;
  for (Number i = 0; i < set.size(); ++i) {
    const auto described = set.describe(i);
    const Indicator& one = described.indicator;
    out.push_back(std::string(name(one.type)) + " " + one.value + " " + std::to_string(one.confidence) + " " +
                  one.last.iso() + (one.until.known() ? " until " + one.until.iso() : "") +
                  (one.control ? " control" : "") + (one.part ? " part" : "") +
                  (one.name.empty() ? "" : " (" + one.name + ")"));
  }
  return out;
}

constexpr std::string_view kStix = R"({"type":"bundle","id":"bundle--1","objects":[
 {"type":"identity","name":"an \"objects\" [ trap"},
 {"type":"indicator","name":"Gate",
  "pattern":"[ipv4-addr:value = '192.0.2.1' OR domain-name:value = 'evil.example']","pattern_type":"stix",
  "valid_from":"2024-01-01T00:00:00Z","valid_until":"2024-06-01T00:00:00Z","confidence":80,
  "kill_chain_phases":[{"kill_chain_name":"x","phase_name":"command-and-control"}]},
 {"type":"indicator",
  "pattern":"[file:hashes.'SHA-256'='E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855' AND file:name='a.exe']"},
 {"type":"indicator",
  "pattern":"[url:value IN ('http://evil.example/a', 'http://evil.example/b')] FOLLOWEDBY [email-addr:value = 'm@evil.example']"},
 {"type":"indicator","pattern":"[ipv4-addr:value ISSUBSET '198.51.100.0/24']","revoked":false},
 {"type":"indicator","pattern":"[ipv4-addr:value = '203.0.113.1']","revoked":true},
 {"type":"indicator","pattern":"[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Bad Agent 1.0']"},
 {"type":"indicator","pattern":"[ipv4-addr:value != '203.0.113.2']"},
 {"type":"indicator","pattern":"[process:name LIKE 'x%']"},
 {"type":"indicator","pattern":"rule x { }","pattern_type":"yara"}]})";

TEST(Reading, StixBundles) {
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) {
    Read in;
    read(in, kStix, chunk);
    EXPECT_EQ(in.report.format, "STIX");
    EXPECT_THAT(
        all(in.set),
        ElementsAre("address 192.0.2.1 80 2024-01-01T00:00:00Z until 2024-06-01T00:00:00Z control (Gate)",
                    "domain evil.example 80 2024-01-01T00:00:00Z until 2024-06-01T00:00:00Z control (Gate)",
                    "hash e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 50  part",
                    "url evil.example/a 50  part", "url evil.example/b 50  part", "mail m@evil.example 50  part",
                    "prefix 198.51.100.0/24 50 ", "user-agent Bad Agent 1.0 50 "));
    EXPECT_EQ(in.report.refused, 4u);
    EXPECT_EQ(in.report.reasons.at("revoked"), 1u);
  }
}

TEST(Reading, MispEvents) {
  Read in;
  read(in, R"({"Event":{"info":"Campaign","Attribute":[
    {"type":"ip-dst|port","value":"192.0.2.1|443","to_ids":true,"timestamp":"1704067200","Tag":[{"name":"kill-chain:c2"}]},
    {"type":"domain|ip","value":"evil.example|192.0.2.2","to_ids":false},
    {"type":"filename|md5","value":"a.exe|d41d8cd98f00b204e9800998ecf8427e"},
    {"type":"email-src","value":"m@evil.example","deleted":true},
    {"type":"comment","value":"words"}],
    "Object":[{"name":"url","Attribute":[{"type":"url","value":"http://evil.example/x","last_seen":"2024-02-01T00:00:00+00:00"},
    {"type":"ip-src","value":"198.51.100.0/25"}]}]}})");
  EXPECT_EQ(in.report.format, "MISP");
  EXPECT_THAT(
      all(in.set),
      ElementsAre("address 192.0.2.1 50 2024-01-01T00:00:00Z control (Campaign)", "domain evil.example 25  (Campaign)",
                  "address 192.0.2.2 25  (Campaign)", "hash d41d8cd98f00b204e9800998ecf8427e 50  (Campaign)",
                  "url evil.example/x 50 2024-02-01T00:00:00Z (Campaign)", "prefix 198.51.100.0/25 50  (Campaign)"));
  EXPECT_EQ(in.report.refused, 2u);
}

TEST(Reading, CsvAndLists) {
  Read csv;
  read(csv,
       "# feed\n# \"first_seen_utc\",\"ioc_value\",\"ioc_type\",\"confidence_level\",\"tags\"\n"
       "\"2024-01-01 10:00:00\",\"192.0.2.1:443\",\"ip:port\",\"75\",\"c2, \"\"x\"\"\"\n2024-01-02 10:00:00,no "
       "such,domain,75,\n");
  EXPECT_EQ(csv.report.format, "CSV");
  EXPECT_THAT(all(csv.set), ElementsAre("address 192.0.2.1 75 2024-01-01T10:00:00Z control (c2, \"x\")"));
  EXPECT_EQ(csv.report.refused, 1u);
  Read bare;
  read(bare, "evil.example;2024-01-01\n192.0.2.9;2024-01-02\n");
  EXPECT_THAT(all(bare.set),
              ElementsAre("domain evil.example 50 2024-01-01T00:00:00Z", "address 192.0.2.9 50 2024-01-02T00:00:00Z"));
  Read list;
  read(list,
       "\xef\xbb\xbf# a list\n192.0.2.1 # somebody\r\n0.0.0.0 "
       "evil.example\n||bad.example^\nhxxp://x[.]example/\nwords\n");
  EXPECT_EQ(list.report.format, "list");
  EXPECT_THAT(all(list.set), ElementsAre("address 192.0.2.1 50 ", "domain evil.example 50 ", "domain bad.example 50 ",
                                         "url x.example/ 50 "));
  EXPECT_EQ(list.report.refused, 1u);
}

TEST(Reading, TheSameValueOfSeveralFilesIsOneIndicator) {
  Read in;
  read(in, "value,confidence,last_seen\n192.0.2.1,20,2024-01-01\n", 1 << 20, "one");
  read(in, "value,confidence,last_seen\n192.0.2.1,90,2023-01-01\n192.0.2.1,10,2023-01-01\n", 1 << 20, "two");
  ASSERT_EQ(in.set.size(), 1u);
  EXPECT_THAT(in.set.describe(0).sources, ElementsAre("one", "two"));
  EXPECT_THAT(all(in.set), ElementsAre("address 192.0.2.1 90 2024-01-01T00:00:00Z"));
}

class Searching : public ::testing::Test {
 protected:
  Searching() {
    set_.begin_source("test");
    for (const char* value :
         {"192.0.2.1", "2001:db8::1", "198.51.100.0/24", "2001:db8:aaaa::/48", "evil.example",
          "http://web.example/gate.php?id=1", "http://web.example/whole", "http://203.0.113.9:8080/x",
          "mallory@mail.example", "d41d8cd98f00b204e9800998ecf8427e", "1.1.1.1"}) {
      const auto found = guess(value);
      Indicator one;
      one.type = found->type;
      one.value = found->value;
      set_.add(one);
    }
    Indicator agent;
    agent.type = Type::agent;
    agent.value = "Bad Agent 1.0";
    set_.add(agent);
    set_.finish();
  }
  std::string named(const std::vector<Number>& numbers) const {
    std::string out;
    for (const Number number : numbers) out += (out.empty() ? "" : " ") + set_.describe(number).indicator.value;
    return out;
  }
  std::string in(std::string_view text) {
    search_.begin();
    search_.text(text);
    return named(search_.finish());
  }
  Set set_;
  Search search_{set_};
};

TEST_F(Searching, AddressesStandAnywhereInALine) {
  for (const char* line :
       {"192.0.2.1", "from 192.0.2.1 port 22", "[192.0.2.1]:443", "rip=192.0.2.1,", "rhost=192.0.2.1\n", "(192.0.2.1).",
        "outside:192.0.2.1/443", "tcp outside/192.0.2.1(443) -> x", "http://192.0.2.1/x", "::ffff:192.0.2.1",
        "192.0.2.1-192.0.2.9", "a,192.0.2.1,b", "\"ip\":\"192.0.2.1\"", "192.0.2.1:22", "src_ip=192.0.2.1",
        "<192.0.2.1>", "GET /x/192.0.2.1 HTTP/1.1"})
    EXPECT_EQ(in(line), "192.0.2.1") << line;
  for (const char* line :
       {"[2001:db8::1]:443", "outside:2001:db8:0::1/443", "from 2001:DB8::1: x", "a 2001:db8:0:0:0:0:0:1,"})
    EXPECT_EQ(in(line), "2001:db8::1") << line;
  EXPECT_EQ(in("198.51.100.77 2001:db8:aaaa:1::9"), "198.51.100.0/24 2001:db8:aaaa::/48");
}

TEST_F(Searching, NumbersAndVersionsAreNoAddresses) {
  for (const char* line : {"1.192.0.2.1",
                           "192.0.2.1.5",
                           "192.0.2.10",
                           "3192.0.2.1",
                           "v192.0.2.1",
                           "192.0.2.1a",
                           "1.192.0.2.1.in-addr.arpa",
                           "192.0.2.1.host.example",
                           "OpenSSL/1.1.1.1",
                           "Mozilla/5.0 Chrome/1.1.1.1 Safari",
                           "version 1.1.1.1",
                           "\"version\":\"1.1.1.1\"",
                           "FileVersion=1.1.1.1",
                           "pkg-1.1.1.1",
                           "firmware: 1.1.1.1",
                           "1.1.1.1-beta",
                           "10:11:12",
                           "2001:db8::12",
                           "::",
                           "a::b",
                           "01.1.1.1",
                           "1.1.1",
                           "deadbeef2001:db8::1x"})
    EXPECT_EQ(in(line), "") << line;
  search_.begin();
  search_.field("FileVersion", "1.1.1.1");
  EXPECT_THAT(search_.finish(), IsEmpty());
  search_.begin();
  search_.field("IpAddress", "1.1.1.1");
  EXPECT_EQ(named(search_.finish()), "1.1.1.1");
}

TEST_F(Searching, DomainsWithTheirSubdomains) {
  for (const char* line : {"evil.example", "query: a.b.EVIL.example. IN A", "https://x.evil.example:8443/a",
                           "to=<a@evil.example>", "user@sub.evil.example", "host=evil.example,"})
    EXPECT_EQ(in(line), "evil.example") << line;
  for (const char* line : {"notevil.example", "evil.example.org", "evil-example", "evil_example", "example"})
    EXPECT_EQ(in(line), "") << line;
}

TEST_F(Searching, UrlsWholeWithoutTheirQueryAndInTwoParts) {
  EXPECT_EQ(in("GET http://web.example/gate.php?id=1 HTTP/1.1"), "web.example/gate.php?id=1");
  EXPECT_EQ(in("see https://WEB.example:443/whole?more=1."), "web.example/whole");
  EXPECT_EQ(in("(http://web.example/whole),"), "web.example/whole");
  EXPECT_EQ(in("web.example \"GET /whole HTTP/1.1\""), "web.example/whole");
  EXPECT_EQ(in("{\"host\":\"web.example\",\"uri\":\"/whole?x\"}"), "web.example/whole");
  EXPECT_EQ(in("http://203.0.113.9:8080/x"), "203.0.113.9:8080/x");
  EXPECT_EQ(in("http://web.example/Whole http://web.example/gate.php?id=2 web.example"), "");
}

TEST_F(Searching, HashesMailAddressesAndAgents) {
  EXPECT_EQ(in("Hashes=MD5=D41D8CD98F00B204E9800998ECF8427E,SHA1=x"), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(in("md5:d41d8cd98f00b204e9800998ecf8427e"), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(in("0d41d8cd98f00b204e9800998ecf8427e"), "");
  EXPECT_EQ(in("from=<Mallory@Mail.Example>"), "mallory@mail.example");
  EXPECT_EQ(in("xmallory@mail.example"), "");
  EXPECT_EQ(in("1.2.3.4 - - \"GET / HTTP/1.1\" 200 5 \"-\" \"Bad Agent 1.0\""), "Bad Agent 1.0");
  EXPECT_EQ(in("x\tBad Agent 1.0\ty"), "Bad Agent 1.0");
  EXPECT_EQ(in("200 Bad+Agent+1.0 0"), "Bad Agent 1.0");
  EXPECT_EQ(in("\"Bad Agent 1.0 more\""), "");
}

TEST(Set, HoldsAMillionWithinAHundredBytesEach) {
  Set set;
  set.begin_source("test");
  constexpr std::uint32_t kCount = 200'000;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    Indicator one;
    one.type = i % 2 ? Type::address : Type::domain;
    one.value = i % 2 ? Ip::v4(0x0a000000 + i).text() : "host" + std::to_string(i) + ".some-name.example";
    ASSERT_TRUE(set.add(one));
  }
  set.finish();
  EXPECT_EQ(set.size(), kCount);
  EXPECT_LT(set.memory() / kCount, 100u);
  std::vector<Number> found;
  for (std::uint32_t i = 1; i < kCount; i += 1001 * 2) set.find(Ip::v4(0x0a000000 + i), found);
  EXPECT_EQ(found.size(), (kCount - 1) / 2002 + 1);
  set.find(Type::domain, "host1.some-name.example", found);
  EXPECT_EQ(found.size(), (kCount - 1) / 2002 + 1);
}

TEST(Judging, AgeListsPartsAndValidityLowerTheLevel) {
  Set::Described one;
  one.indicator.value = "192.0.2.1";
  one.indicator.confidence = 90;
  one.indicator.first = one.indicator.last = Time::from_civil(2024, 1, 1);
  const auto level = [&](const Time& time) { return judge(one, time).level; };
  EXPECT_EQ(level(Time::from_civil(2024, 1, 2)), Level::high);
  EXPECT_EQ(level(Time::from_civil(2024, 1, 31)), Level::medium);
  EXPECT_EQ(level(Time::from_civil(2024, 3, 1)), Level::low);
  EXPECT_EQ(level(Time::from_civil(2025, 1, 1)), Level::informational);
  EXPECT_EQ(level(Time::from_civil(2023, 12, 2)), Level::medium);
  one.indicator.control = true;
  EXPECT_EQ(level(Time::from_civil(2024, 3, 1)), Level::high);
  one.indicator.until = Time::from_civil(2024, 2, 1);
  EXPECT_EQ(level(Time::from_civil(2024, 3, 1)), Level::informational);
  EXPECT_EQ(level(Time::from_civil(2024, 1, 1)), Level::high);
  one.kind = ListKind::shared;
  one.list = "resolvers";
  EXPECT_EQ(level(Time::from_civil(2024, 1, 1)), Level::low);
  one.sources = {"a", "b"};
  one.indicator.name = "with\x1fseparator";
  const auto back = from_text(to_text(one));
  ASSERT_TRUE(back);
  EXPECT_EQ(to_text(*back), to_text(one));
  EXPECT_EQ(back->indicator.name, "with separator");
  EXPECT_FALSE(from_text("anything"));
  Set::Described hash;
  hash.indicator.type = Type::hash;
  hash.indicator.confidence = 90;
  hash.indicator.last = Time::from_civil(2014, 1, 1);
  EXPECT_EQ(judge(hash, Time::from_civil(2024, 1, 1)).level, Level::high);
}

TEST(WarningListsOnIndicators, Demote) {
  WarningLists lists;
  ASSERT_TRUE(lists.add_json("resolvers", R"({"name":"r","type":"cidr","list":["192.0.2.0/24"]})"));
  ASSERT_TRUE(lists.add_json("popular", R"({"name":"p","type":"hostname","list":["popular.example"]})"));
  lists.finish();
  Read in;
  read(in, "192.0.2.1\n198.51.100.1\nwww.popular.example\nevil.example\nhttp://popular.example/evil\n");
  in.set.warn(lists);
  EXPECT_EQ(in.set.warned(), 2u);
  EXPECT_EQ(in.set.describe(0).list, "resolvers");
  EXPECT_EQ(in.set.describe(1).kind, ListKind::none);
}

}  // namespace
}  // namespace tocsin::indicators
