// `scan --protect --allow-names`: from records of every kind that names names to findings.
#include "pipeline/decoys.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "pipeline/scan.h"

namespace tocsin {
namespace {

class DecoysInEvidence : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "tocsin-decoys-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    std::filesystem::create_directory(folder_ / "evidence");
    options_.paths = {folder_ / "evidence"};
    options_.rules.none = true;
    protect("protect", "zilvera.com\nnordvik.no # theirs\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  void evidence(const std::string& name, const std::string& text) { write("evidence/" + name, text); }
  void protect(const std::string& name, const std::string& text) { options_.rules.protect = {write(name, text)}; }

  struct Said {
    std::string title;
    Level level = Level::informational;
    std::uint64_t count = 0;
    std::size_t events = 0;
    bool operator==(const Said&) const = default;
  };
  // By the entity that is the decoy; other findings by their rule's id.
  std::map<std::string, Said> scanned(casefile::Case& into) {
    const auto program = Program::load(options_.rules).value();
    summary_ = scan(options_, *program, into).value();
    std::map<std::string, Said> out;
    into.each_finding(
            {},
            [&](const casefile::Finding& finding) {
              std::string key = finding.rule->id;
              for (const Entity& entity : finding.entities)
                if (entity.role == "decoy") key = entity.value;
              EXPECT_TRUE(
                  out.try_emplace(key, Said{finding.title, finding.level, finding.count, finding.events.size()}).second)
                  << key;
              return true;
            })
        .value();
    return out;
  }

  std::filesystem::path folder_;
  ScanOptions options_;
  ScanSummary summary_;
};

std::string zeek(const std::string& path, const std::string& fields, const std::string& types,
                 const std::string& rows) {
  return "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t" + path + "\n#fields\t" +
         fields + "\n#types\t" + types + "\n" + rows;
}

const std::string kDns = zeek("dns", "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tquery",
                              "time\tstring\taddr\tport\taddr\tport\tenum\tstring",
                              "1700000000.0\tC1\t192.0.2.1\t5000\t192.0.2.53\t53\tudp\tlogin-zilvera.com\n"
                              "1700000001.0\tC2\t192.0.2.2\t5001\t192.0.2.53\t53\tudp\tlogin-zilvera.com\n"
                              "1700000002.0\tC3\t192.0.2.2\t5002\t192.0.2.53\t53\tudp\tzilvera-login-cdn.net\n"
                              "1700000003.0\tC4\t192.0.2.2\t5003\t192.0.2.53\t53\tudp\twww.zilvera.com\n"
                              "1700000004.0\tC5\t192.0.2.2\t5004\t192.0.2.53\t53\tudp\twww.example.org\n");
const std::string kCertificates = zeek(
    "x509", "ts\tid\tcertificate.subject\tcertificate.issuer\tsan.dns", "time\tstring\tstring\tstring\tvector[string]",
    "1700000100.0\tF1\tCN=mail.zi1vera.com\tCN=Some Authority\tmail.zi1vera.com,autodiscover.zi1vera.com\n");
const std::string kEve =
    "{\"timestamp\":\"2023-11-14T23:00:00.000000+0000\",\"event_type\":\"tls\",\"src_ip\":\"192.0.2.3\",\"dest_ip\":"
    "\"198.51.100.4\","
    "\"tls\":{\"sni\":\"zilvera-support.net\",\"subject\":\"CN=zilvera-support.net\"}}\n"
    "{\"timestamp\":\"2023-11-14T23:00:01.000000+0000\",\"event_type\":\"dns\",\"src_ip\":\"192.0.2.3\",\"dest_ip\":"
    "\"192.0.2.53\","
    "\"dns\":{\"type\":\"query\",\"rrname\":\"owa.nordvik.no.session-check.xyz\",\"rrtype\":\"A\"}}\n";
const std::string kProxy =
    "1700000200.100    200 192.0.2.4 TCP_MISS/200 500 GET http://webmail-nordvik.com/owa/auth - "
    "HIER_DIRECT/198.51.100.5 text/html\n"
    "1700000201.100    200 192.0.2.4 TCP_MISS/200 500 GET http://example.org/files/login-nordvik.com.html - "
    "HIER_DIRECT/198.51.100.6 text/html\n"
    "1700000202.100    200 192.0.2.4 TCP_TUNNEL/200 500 CONNECT example.net:443 - HIER_DIRECT/198.51.100.6 -\n";
const std::string kMail =
    "Received: from mx.example.net (mx.example.net [198.51.100.7]) by mx.nordvik.no; Tue, 14 Nov 2023 23:10:00 +0000\n"
    "From: Support <it@nordv1k.no>\nTo: a@nordvik.no\nSubject: Your mailbox\nDate: Tue, 14 Nov 2023 23:10:00 +0000\n"
    "Message-ID: <1@nordv1k.no>\nContent-Type: text/plain\n\nPlease read this.\n";

TEST_F(DecoysInEvidence, AreFoundInLookupsCertificatesProxiesAndMail) {
  evidence("dns.log", kDns);
  evidence("x509.log", kCertificates);
  evidence("eve.json", kEve);
  evidence("access.log", kProxy);
  evidence("one.eml", kMail);
  options_.rules.allow_names = {write("allow", "zilvera-login-cdn.net\n")};
  auto c = casefile::Case::temporary().value();
  auto found = scanned(c);
  std::vector<std::string> names;
  for (const auto& [name, said] : found)
    if (name.find('.') != std::string::npos) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"autodiscover.zi1vera.com", "login-zilvera.com", "mail.zi1vera.com",
                                             "nordv1k.no", "owa.nordvik.no.session-check.xyz", "webmail-nordvik.com",
                                             "zilvera-support.net"}));
  for (const std::string& name : names) EXPECT_GE(found[name].level, Level::medium) << name;
  EXPECT_EQ(found["login-zilvera.com"].count, 2u);
  EXPECT_EQ(found["login-zilvera.com"].events, 2u);
  EXPECT_EQ(found["login-zilvera.com"].title, "Decoy name login-zilvera.com imitates zilvera.com: met 2 times");
  EXPECT_EQ(summary_.protected_names, 2u);
  EXPECT_EQ(summary_.decoys_met, names.size());
  EXPECT_TRUE(c.verify().value().problems.empty());
  // The same once more adds nothing.
  EXPECT_EQ(scanned(c), found);
}

TEST_F(DecoysInEvidence, OtherNamesToProtectAreLookedForInWhatTheCaseKnows) {
  evidence("dns.log", kDns);
  evidence("access.log", kProxy);
  auto c = casefile::Case::temporary().value();
  protect("first", "zilvera.com\n");
  auto found = scanned(c);
  EXPECT_EQ(found.size(), 2u);
  EXPECT_TRUE(found.contains("zilvera-login-cdn.net"));  // nobody allows it here
  protect("second", "nordvik.no\nzilvera.com\n");
  found = scanned(c);
  EXPECT_EQ(found.size(), 3u);
  EXPECT_TRUE(found.contains("webmail-nordvik.com"));
  EXPECT_EQ(found["login-zilvera.com"].count, 2u);  // met by both searches, counted once
}

TEST_F(DecoysInEvidence, AndIndicatorsInTheSameRecordStayApart) {
  evidence("dns.log", kDns);
  options_.rules.indicators = {write("feed.txt", "login-zilvera.com\nwww.example.org\n")};
  auto c = casefile::Case::temporary().value();
  const auto program = Program::load(options_.rules).value();
  summary_ = scan(options_, *program, c).value();
  EXPECT_EQ(summary_.indicators_met, 2u);
  EXPECT_EQ(summary_.decoys_met, 2u);
  std::map<std::string, std::size_t> by_rule;
  c.each_finding({}, [&](const casefile::Finding& finding) {
     ++by_rule[finding.rule->id];
     return true;
   }).value();
  EXPECT_EQ(by_rule, (std::map<std::string, std::size_t>{{"tocsin-decoy", 2}, {"tocsin-indicator", 2}}));
}

}  // namespace
}  // namespace tocsin
