#include <gtest/gtest.h>

#include "mailauth/arc.h"
#include "mailauth/canonical.h"
#include "mailauth/dkim.h"
#include "mailauth/dmarc.h"
#include "mailauth/key_store.h"
#include "mailauth/recover.h"
#include "mailauth/results.h"
#include "mailauth/tags.h"
#include "tests/support/mail/signer.h"

namespace tocsin::mailauth {
namespace {

using tests::SignAs;
using tests::SigningKey;

constexpr std::string_view kMail =
    "From: Office <office@example.org>\r\nTo: desk@example.net\r\nSubject: Minutes\r\n of the meeting\r\n"
    "Date: Mon, 24 Aug 2020 08:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nDear all,\r\n\r\nas agreed.\r\n";

KeyStore store(const SigningKey& key, std::string_view name = "s1._domainkey.example.org") {
  KeyStore out;
  out.add(name, {key.record(), "test", {}, {}});
  return out;
}

TEST(Dkim, WhatWasSignedVerifiesInEveryForm) {
  const SigningKey key = SigningKey::make(1024, 1);
  for (const Canonical header : {Canonical::simple, Canonical::relaxed})
    for (const Canonical body : {Canonical::simple, Canonical::relaxed})
      for (const bool sha1 : {false, true}) {
        SignAs as;
        as.header_form = header;
        as.body_form = body;
        as.sha1 = sha1;
        const std::string mail = tests::sign(kMail, key, as);
        const auto outcomes = verify_all(Message::parse(mail), store(key));
        ASSERT_EQ(outcomes.size(), 1u);
        EXPECT_EQ(outcomes[0].verdict, Verdict::pass) << outcomes[0].reason;
        EXPECT_EQ(outcomes[0].key_bits, 1024);
        EXPECT_TRUE(outcomes[0].whole_body());
      }
}

TEST(Dkim, KeepsHeaderAndBodyApart) {
  const SigningKey key = SigningKey::make(1024, 1);
  const std::string mail = tests::sign(kMail, key, {});
  std::string body = mail, header = mail;
  body.replace(body.find("agreed"), 6, "denied");
  header.replace(header.find("Minutes"), 7, "Amounts");
  const Outcome changed_body = verify_all(Message::parse(body), store(key)).at(0);
  EXPECT_EQ(changed_body.verdict, Verdict::fail);
  EXPECT_TRUE(changed_body.header_good);
  EXPECT_FALSE(changed_body.body_good);
  const Outcome changed_header = verify_all(Message::parse(header), store(key)).at(0);
  EXPECT_EQ(changed_header.verdict, Verdict::fail);
  EXPECT_FALSE(changed_header.header_good);
  EXPECT_TRUE(changed_header.body_good);
}

TEST(Dkim, SaysWhatALengthCovers) {
  const SigningKey key = SigningKey::make(1024, 1);
  SignAs as;
  as.length = 12;
  const std::string mail = tests::sign(kMail, key, as) + "And send the money.\r\n";
  const Outcome outcome = verify_all(Message::parse(mail), store(key)).at(0);
  EXPECT_EQ(outcome.verdict, Verdict::pass);
  EXPECT_EQ(outcome.body_covered, 12u);
  EXPECT_FALSE(outcome.whole_body());
}

TEST(Dkim, ExpiryIsReportedAndFailsOnlyWhenAsked) {
  const SigningKey key = SigningKey::make(1024, 1);
  SignAs as;
  as.extra = " t=1598256000; x=1598860800;";
  const std::string mail = tests::sign(kMail, key, as);
  VerifyOptions options;
  options.now = Time::from_civil(2026, 1, 1);
  const Outcome reported = verify_all(Message::parse(mail), store(key), options).at(0);
  EXPECT_EQ(reported.verdict, Verdict::pass);
  EXPECT_TRUE(reported.expired);
  options.expired_is_invalid = true;
  EXPECT_EQ(verify_all(Message::parse(mail), store(key), options).at(0).verdict, Verdict::invalid);
}

TEST(Dkim, AllKeysOfANameAreTriedAndAMissingOneIsUnknown) {
  const SigningKey right = SigningKey::make(1024, 1), wrong = SigningKey::make(1024, 2);
  const std::string mail = tests::sign(kMail, right, {});
  KeyStore both = store(wrong);
  both.add("S1._domainkey.EXAMPLE.org", {right.record(), "archive", {}, {}});
  const Outcome outcome = verify_all(Message::parse(mail), both).at(0);
  EXPECT_EQ(outcome.verdict, Verdict::pass);
  EXPECT_EQ(outcome.key_index, 1u);
  EXPECT_EQ(verify_all(Message::parse(mail), store(wrong)).at(0).verdict, Verdict::fail);
  EXPECT_EQ(verify_all(Message::parse(mail), KeyStore{}).at(0).verdict, Verdict::unknown);
}

TEST(Dkim, LineEndsOfAFileStandForThoseOfTheWire) {
  const SigningKey key = SigningKey::make(1024, 1);
  std::string mail = tests::sign(kMail, key, {});
  std::erase(mail, '\r');
  EXPECT_EQ(verify_all(Message::parse(mail), store(key)).at(0).verdict, Verdict::pass);
}

TEST(Canonical, PiecesGiveWhatTheWholeGives) {
  const std::string_view body = "a  b \r\n\n\r\nFrom x\t\r\r\n c\n\r\n  \r\nend\r";
  for (const LineEnds ends : {LineEnds::crlf, LineEnds::any})
    for (const Canonical form : {Canonical::simple, Canonical::relaxed, Canonical::nofws}) {
      std::string whole;
      canonical_body(body, ends, form, [&](std::string_view piece) { whole += piece; });
      for (std::size_t size = 1; size < 6; ++size) {
        std::string pieces;
        BodyCanonical canonical(ends, form, [&](std::string_view piece) { pieces += piece; });
        for (std::size_t at = 0; at < body.size(); at += size) canonical.feed(body.substr(at, size));
        EXPECT_EQ(canonical.finish(), whole.size());
        EXPECT_EQ(pieces, whole);
      }
    }
}

TEST(Recover, TwoSignaturesGiveTheKeyAndNothingElseDoes) {
  const SigningKey key = SigningKey::make(512, 7, 17), other = SigningKey::make(512, 8, 17);
  constexpr unsigned kSmall[] = {3, 17};  // 65537 takes seconds
  const auto digest = [](const std::string& mail) {
    const Message message = Message::parse(mail);
    return signed_digest(message, signatures(message).at(0));
  };
  std::string second(kMail);
  second.replace(second.find("<1@"), 3, "<2@");
  const std::string a = tests::sign(kMail, key, {}), b = tests::sign(second, key, {}),
                    c = tests::sign(second, other, {});
  const auto found = recover_key(digest(a), digest(b), nullptr, kSmall);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->record(), key.record());
  EXPECT_FALSE(recover_key(digest(a), digest(a), nullptr, kSmall));
  EXPECT_FALSE(recover_key(digest(a), digest(c), nullptr, kSmall));
}

TEST(Tags, RefuseWhatIsNoTagList) {
  EXPECT_TRUE(Tags::parse("a=1; b = 2 ;\r\n c=x;"));
  EXPECT_EQ(Tags::parse("a=1; b = 2 ;\r\n c= x y ;")->get("c"), "x y");
  for (const char* text : {"", ";", "a", "a=1;;b=2", "a=1; a=2", "1a=x", "a=1; =2"})
    EXPECT_FALSE(Tags::parse(text)) << text;
}

TEST(Tags, Base64TakesFoldsAndRefusesTheRest) {
  EXPECT_EQ(decode_base64("aGVs\r\n bG8="), "hello");
  EXPECT_EQ(decode_base64(encode_base64(std::string("\0\xff\x10", 3))), std::string("\0\xff\x10", 3));
  for (const char* text : {"a", "a===", "aGVs*G8=", "aG=Vs"}) EXPECT_FALSE(decode_base64(text)) << text;
}

TEST(Message, AddressesAreThoseInAngles) {
  EXPECT_EQ(address_of("\"a@b\" (c@d) <e@example.org>"), "e@example.org");
  EXPECT_EQ(address_of("undisclosed-recipients:;"), "");
  EXPECT_EQ(addresses_of("A <a@x.org>, b@x.org (B), \"C, D\" <c@x.org>").size(), 3u);
  EXPECT_EQ(domain_of("\"x@y\"@example.org"), "example.org");
}

TEST(Results, TopmostOfOnesOwnServersCounts) {
  const std::string raw =
      "Authentication-Results: forged.example.com; dkim=pass header.d=example.org\r\n"
      "Authentication-Results: mx.example.net 1;\r\n\tspf=fail (no) smtp.mailfrom=\"a b\"@example.org;\r\n"
      "\tdkim=none; dmarc=fail header.from=example.org\r\n\r\n";
  const auto results = topmost_results(Message::parse(raw), {"example.net"});
  ASSERT_TRUE(results);
  EXPECT_EQ(results->server, "mx.example.net");
  ASSERT_TRUE(results->find("dmarc"));
  EXPECT_EQ(results->find("dmarc")->result, "fail");
  EXPECT_EQ(results->find("spf")->result, "fail");
  EXPECT_FALSE(topmost_results(Message::parse(raw), {"example.edu"}));
}

TEST(KeyFile, NamesTheLineThatIsWrong) {
  KeyStore keys;
  ASSERT_TRUE(keys.read(
      "name\trecord\tprovenance\tvalid_from\nA._domainkey.example.org\tk=rsa; p=\tarchive\t2015-03-01\n", "k"));
  EXPECT_EQ(keys.size(), 1u);
  const auto bad = keys.read("name\trecord\nx\n", "k");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().where, "k:2");
  EXPECT_FALSE(keys.read("x\ty\n", "k"));
}

class Policies : public Records {
 public:
  using Rows = std::vector<std::pair<std::string, std::string>>;
  explicit Policies(Rows all) : all_(std::move(all)) {}
  Texts txt(std::string_view name) const override {
    Texts out{Found::no, {}};
    for (const auto& [where, text] : all_)
      if (same_name(where, name)) {
        out.found = Found::yes;
        out.values.push_back(text);
      }
    return out;
  }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

TEST(Dmarc, AlignmentFollowsTheOrganisation) {
  const Policies zone(Policies::Rows{{"_dmarc.example.org", "v=DMARC1; p=reject; sp=quarantine; adkim=s"}});
  for (const DmarcRules rules : {DmarcRules::rfc9989, DmarcRules::rfc7489}) {
    DmarcAnswer answer = check_dmarc({"news.example.org", "bounce.example.org", {}}, zone, rules);
    EXPECT_EQ(answer.result, DmarcResult::pass) << answer.reason;
    EXPECT_EQ(answer.policy, "quarantine");
    EXPECT_EQ(answer.policy_domain, "example.org");
    answer = check_dmarc({"news.example.org", "", {"example.org"}}, zone, rules);
    EXPECT_EQ(answer.result, DmarcResult::fail) << "strict";
    answer = check_dmarc({"example.org", "", {"example.org"}}, zone, rules);
    EXPECT_EQ(answer.result, DmarcResult::pass);
    answer = check_dmarc({"example.org", "example.net", {"evil.example.com"}}, zone, rules);
    EXPECT_EQ(answer.result, DmarcResult::fail);
    EXPECT_EQ(check_dmarc({"example.com", "example.com", {}}, zone, rules).result, DmarcResult::none);
  }
}

TEST(Dmarc, TheTreeWalkStopsWhereItIsTold) {
  const Policies zone(Policies::Rows{{"_dmarc.example.org", "v=DMARC1; p=none"},
                                     {"_dmarc.unit.example.org", "v=DMARC1; p=reject; psd=n"},
                                     {"_dmarc.bank.example", "v=DMARC1; p=reject; psd=y"}});
  EXPECT_EQ(check_dmarc({"a.unit.example.org", "b.unit.example.org", {}}, zone).result, DmarcResult::pass);
  EXPECT_EQ(check_dmarc({"a.unit.example.org", "b.example.org", {}}, zone).result, DmarcResult::fail)
      << "two organisations";
  EXPECT_EQ(check_dmarc({"one.bank.example", "two.bank.example", {}}, zone).result, DmarcResult::fail);
  EXPECT_EQ(check_dmarc({"x.one.bank.example", "y.one.bank.example", {}}, zone).result, DmarcResult::pass);
}

}  // namespace
}  // namespace tocsin::mailauth
