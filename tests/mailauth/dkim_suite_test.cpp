// The DKIM suites beside the repository, verdict by verdict.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "mailauth/dkim.h"
#include "mailauth/recover.h"
#include "tests/mailauth/zone.h"

namespace tocsin {
namespace {

namespace fs = std::filesystem;
using namespace mailauth;

const fs::path kMail = "../shared/corpus/mail";

// The best of a message's signatures, as a verifier would report it.
Verdict best(const std::vector<Outcome>& outcomes) {
  Verdict verdict = Verdict::invalid;
  for (const Outcome& outcome : outcomes) {
    if (outcome.verdict == Verdict::pass) return Verdict::pass;
    if (outcome.verdict == Verdict::fail) verdict = Verdict::fail;
  }
  return verdict;
}

TEST(DkimSuite, VerdictsOfTheVerifierSuite) {
  if (!fs::exists(kMail / "mail-dkim")) GTEST_SKIP() << "no corpus at " << kMail;
  tests::Zone zone;
  std::istringstream dns(tests::slurp(kMail / "mail-dkim/FAKE_DNS.dat"));
  for (std::string line; std::getline(dns, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t blank = line.find(' ');
    const std::string name = line.substr(0, blank);
    std::string record(trimmed(std::string_view(line).substr(blank)));
    if (record == "NXDOMAIN") continue;
    if (record.starts_with("~~")) {
      zone.set(name, Found::timed_out);
    } else {
      if (record == "\"\"") record.clear();
      zone.add(name, record);
    }
  }
  std::istringstream rows(tests::slurp(kMail / "mail-dkim/expected.tsv"));
  std::string line;
  std::getline(rows, line);
  int ran = 0;
  while (std::getline(rows, line)) {
    const std::size_t tab = line.find('\t');
    const std::string file = line.substr(0, tab);
    const std::string expected = line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1);
    const std::string raw = tests::slurp(kMail / "mail-dkim/corpus" / file);
    const Message message = Message::parse(raw);
    VerifyOptions options;
    options.now = Time::from_civil(2026, 1, 1);
    options.expired_is_invalid = true;
    const auto outcomes = verify_all(message, zone, options);
    std::string why;
    for (const Outcome& outcome : outcomes) why += std::string(name(outcome.verdict)) + ": " + outcome.reason + "; ";
    EXPECT_EQ(name(best(outcomes)), expected) << file << " " << why;
    ++ran;
  }
  std::printf("%d verdicts\n", ran);
  EXPECT_GT(ran, 0);
}

TEST(DkimSuite, SignedExamplesOfTheStandards) {
  if (!fs::exists(kMail / "dkimpy")) GTEST_SKIP() << "no corpus at " << kMail;
  // RFC 8463 A: one message, an Ed25519 and an RSA signature, keys printed in the RFC.
  tests::Zone zone;
  zone.add("brisbane._domainkey.football.example.com",
           "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  zone.add("test._domainkey.football.example.com",
           "v=DKIM1; k=rsa; "
           "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/"
           "byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/"
           "K4w3QIDAQAB");
  for (const char* file : {"dkimpy/rfc6376.signed.msg", "mailauth/dkim_ec/signed.eml"}) {
    const std::string raw = tests::slurp(kMail / file);
    const auto outcomes = verify_all(Message::parse(raw), zone);
    EXPECT_EQ(outcomes.size(), 2u) << file;
    for (const Outcome& outcome : outcomes) EXPECT_EQ(name(outcome.verdict), "pass") << file << " " << outcome.reason;
    std::string tampered = raw;
    tampered.replace(tampered.find("hungry"), 6, "HUNGRY");
    EXPECT_NE(best(verify_all(Message::parse(tampered), zone)), Verdict::pass) << file;
  }
}

TEST(DkimSuite, HistoricalKeyVerifiesTheMailOfItsTime) {
  if (!fs::exists(kMail / "keys.tsv")) GTEST_SKIP() << "no corpus at " << kMail;
  tests::Zone zone;
  std::istringstream rows(tests::slurp(kMail / "keys.tsv"));
  std::string line;
  std::getline(rows, line);
  while (std::getline(rows, line)) {
    const std::size_t tab = line.find('\t');
    zone.add(line.substr(0, tab - 0).substr(0, tab), line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1));
  }
  for (const char* file : {"mimekit_gmail_2015.eml", "dkimpy/test2.message"}) {
    const std::string raw = tests::slurp(kMail / file);
    const auto outcomes = verify_all(Message::parse(raw), zone);
    ASSERT_FALSE(outcomes.empty()) << file;
    EXPECT_EQ(name(best(outcomes)), "pass") << file << " " << outcomes[0].reason;
  }
}

// The whole of it for one published key takes half a minute: `./dev bench mailauth` runs and times it.
TEST(DkimSuite, RecoveredKeyEqualsTheKnownOne) {
  if (!fs::exists(kMail / "keys.tsv")) GTEST_SKIP() << "no corpus at " << kMail;
  if (!std::getenv("TOCSIN_SLOW"))
    GTEST_SKIP() << "half a minute: runs with TOCSIN_SLOW=1, and in ./dev bench mailauth";
  const std::string one = tests::slurp(kMail / "mimekit_gmail_2015.eml"),
                    two = tests::slurp(kMail / "dkimpy/test2.message");
  const Message first = Message::parse(one), second = Message::parse(two);
  const auto key =
      recover_key(signed_digest(first, signatures(first).at(0)), signed_digest(second, signatures(second).at(0)));
  ASSERT_TRUE(key);
  const std::string keys = tests::slurp(kMail / "keys.tsv");
  EXPECT_NE(keys.find(key->record().substr(key->record().find("p="))), std::string::npos) << key->record();
}

}  // namespace
}  // namespace tocsin
