#include "leak/judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "leak/fields.h"
#include "leak/repair.h"
#include "mime/header.h"
#include "tests/support/mail/forger.h"

namespace tocsin::leak {
namespace {

using tests::Dice;
using tests::SignAs;
using tests::SigningKey;

const std::vector<std::string> kAllFields = {"from",    "sender",  "reply-to",   "to",           "cc",
                                             "subject", "date",    "message-id", "content-type", "mime-version",
                                             "from",    "subject", "to",         "date"};

Keys keys_of(const SigningKey& key, const KnownKey& as = {}) {
  Keys keys;
  KnownKey known = as;
  known.record = key.record();
  if (known.provenance.empty()) known.provenance = "archive";
  keys.add("s1._domainkey.example.org", known);
  return keys;
}

ItemReport judge(const std::string& raw, const Keys& keys) {
  ItemReport report;
  judge_message(raw, keys, {}, report);
  return report;
}

// Forgeries and re-encodings of `count` messages: nothing forged is authentic, what is harmless is repaired and named.
TEST(Leak, NothingForgedIsAuthentic) {
  Dice dice(11);
  std::vector<SigningKey> keys;
  for (const int bits : {512, 768, 1024, 2048})
    keys.push_back(SigningKey::make(bits, static_cast<std::uint64_t>(bits)));
  std::map<std::string, int> wrong, missed;
  int harmless = 0, repaired = 0;
  for (std::uint64_t i = 0; i < 600; ++i) {
    const SigningKey& key = keys[dice.below(keys.size())];
    SignAs as;
    as.header_form = dice.below(2) ? mailauth::Canonical::simple : mailauth::Canonical::relaxed;
    as.body_form = dice.below(2) ? mailauth::Canonical::simple : mailauth::Canonical::relaxed;
    as.headers = dice.below(2) ? kAllFields : std::vector<std::string>{"from", "to", "subject", "date", "message-id"};
    const std::string mail = tests::sign(tests::make_mail(dice, i), key, as);
    const Keys known = keys_of(key);
    const ItemReport genuine = judge(mail, known);
    const bool full = as.headers.size() > 5;
    if (key.bits() >= 1024 && full) {
      EXPECT_EQ(name(genuine.verdict), "authentic") << genuine.why;
    }
    const auto forged = tests::forge(mail, dice);
    const ItemReport report = judge(forged.message, known);
    if (report.verdict == Verdict::authentic || report.verdict == Verdict::authentic_repaired)
      ++wrong[forged.what + ": " + report.why];
    if (key.bits() < 1024 || !full) continue;
    const auto changed = tests::reencode(mail, dice);
    const ItemReport again = judge(changed.message, known);
    ++harmless;
    if (again.verdict == Verdict::authentic || again.verdict == Verdict::authentic_repaired)
      ++repaired;
    else
      ++missed[changed.what + ": " + again.why];
  }
  EXPECT_TRUE(wrong.empty()) << wrong.begin()->first;
  for (const auto& [what, count] : missed) std::printf("  not repaired %3d %s\n", count, what.c_str());
  std::printf("%d of %d harmless re-encodings repaired\n", repaired, harmless);
  EXPECT_GE(repaired, harmless * 95 / 100);
}

TEST(Leak, KeysDecideWhatAGoodSignatureIsWorth) {
  Dice dice(3);
  const SigningKey strong = SigningKey::make(1024, 1), weak = SigningKey::make(768, 2);
  SignAs as;
  as.headers = kAllFields;
  const std::string mail = tests::make_mail(dice, 1);
  const std::string good = tests::sign(mail, strong, as);
  EXPECT_EQ(name(judge(good, keys_of(strong)).verdict), "authentic");
  EXPECT_EQ(name(judge(good, Keys{}).verdict), "unverifiable");
  EXPECT_EQ(name(judge(good, keys_of(weak)).verdict), "altered");
  EXPECT_EQ(name(judge(tests::sign(mail, weak, as), keys_of(weak)).verdict), "forgeable");
  EXPECT_EQ(
      name(judge(good, keys_of(strong, {"", "DNS 2019; private key published 2021", {}, {}, false, true})).verdict),
      "forgeable");
  EXPECT_EQ(name(judge(good, keys_of(strong, {"", "", {}, {}, true, false})).verdict), "circular");
  EXPECT_EQ(name(judge(mail, keys_of(strong)).verdict), "unsigned");
  EXPECT_EQ(name(judge("no mail at all", keys_of(strong)).verdict), "broken");
  as.sha1 = true;
  EXPECT_EQ(name(judge(tests::sign(mail, strong, as), keys_of(strong)).verdict), "forgeable");
  as.sha1 = false;
  as.length = 20;
  EXPECT_EQ(name(judge(tests::sign(mail, strong, as), keys_of(strong)).verdict), "partly-covered");
}

TEST(Leak, AnotherDomainsSignatureProvesAnotherThing) {
  Dice dice(4);
  const SigningKey key = SigningKey::make(1024, 1);
  SignAs as;
  as.headers = kAllFields;
  as.domain = "example.com";
  Keys keys;
  keys.add("s1._domainkey.example.com", {key.record(), "archive", {}, {}, false, false});
  const ItemReport report = judge(tests::sign(tests::make_mail(dice, 1), key, as), keys);
  EXPECT_EQ(name(report.verdict), "partly-covered");
  EXPECT_FALSE(report.proof.at(0).aligned);
}

TEST(Leak, AKeyOutOfItsTimeIsTold) {
  Dice dice(7);
  const SigningKey key = SigningKey::make(1024, 1);
  SignAs as;
  as.headers = kAllFields;
  as.extra = " t=1598256000;";  // 2020-08-24
  const std::string mail = tests::sign(tests::make_mail(dice, 1), key, as);
  for (const int year : {2019, 2021}) {
    const ItemReport report = judge(mail, keys_of(key, {"", "", Time::from_civil(year, 1, 1), {}, false, false}));
    const bool told =
        std::ranges::any_of(report.oddities, [](const Oddity& o) { return o.name == "key-not-in-use-then"; });
    EXPECT_EQ(told, year == 2021);
    EXPECT_EQ(name(report.verdict), "authentic");
  }
}

TEST(Leak, AppendedTextIsShown) {
  Dice dice(5);
  const SigningKey key = SigningKey::make(1024, 1);
  SignAs as;
  as.headers = kAllFields;
  const ItemReport report = judge(tests::sign(tests::make_mail(dice, 1), key, as) + "And pay him.\r\n", keys_of(key));
  EXPECT_EQ(name(report.verdict), "altered");
  EXPECT_EQ(report.proof.at(0).appended, "And pay him.\r\n");
}

TEST(Leak, ALongMessageIsJudgedInPieces) {
  Dice dice(6);
  const SigningKey key = SigningKey::make(1024, 1);
  SignAs as;
  as.headers = kAllFields;
  const std::string mail = tests::sign(tests::make_mail(dice, 1, 50'000), key, as);
  for (const bool changed : {false, true}) {
    std::string raw = mail;
    if (changed) raw[raw.size() - 20] ^= 1;
    const Keys keys = keys_of(key);
    ItemReport report;
    LongMessage message(raw.substr(0, 3000), keys, {}, report);
    for (std::size_t at = 3000; at < raw.size(); at += 777) message.feed(std::string_view(raw).substr(at, 777));
    message.finish();
    EXPECT_EQ(name(report.verdict), changed ? "altered" : "authentic") << report.why;
  }
}

TEST(MailDate, ReadsWhatMailHas) {
  EXPECT_EQ(mime::parse_date("Mon, 24 Aug 2020 08:00:00 +0200")->iso(), "2020-08-24T06:00:00Z");
  EXPECT_EQ(mime::parse_date("24 Aug 20 08:00 EST (comment)")->iso(), "2020-08-24T13:00:00Z");
  for (const char* text : {"", "yesterday", "32 Aug 2020 08:00:00 +0000", "24 Aux 2020 08:00:00 +0000", "24 Aug 2020"})
    EXPECT_FALSE(mime::parse_date(text)) << text;
}

TEST(Fields, HopsAndDatesMustAgree) {
  const std::string raw =
      "Received: by b.example.net; Mon, 24 Aug 2020 08:00:00 +0000\r\nReceived: by a.example.org; Mon, 24 Aug 2020 "
      "09:00:00 +0000\r\n"
      "Date: Tue, 25 Aug 2020 09:00:00 +0000\r\nFrom: a@example.org\r\nMessage-ID: x\r\n\r\n";
  std::vector<Oddity> found;
  check_fields(mailauth::Message::parse(raw), {}, found);
  std::vector<std::string> names;
  for (const Oddity& oddity : found) names.push_back(oddity.name);
  EXPECT_EQ(names, (std::vector<std::string>{"hops-run-backwards", "date-after-first-hop", "message-id-malformed"}));
}

}  // namespace
}  // namespace tocsin::leak
