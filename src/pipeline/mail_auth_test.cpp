#include "pipeline/mail_auth.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

namespace tocsin {
namespace {

std::map<std::string, std::string> fields(const MailAuth& auth, const std::string& raw) {
  mail::Extra::Fields list;
  auth.add(raw, mime::parse(raw), list);
  std::map<std::string, std::string> out;
  for (auto& [name, value] : list) out[std::string(name)] += (out[std::string(name)].empty() ? "" : " ") + value;
  return out;
}

const std::string kWay =
    "Received: from mx.sender.example (mx.sender.example [192.0.2.7]) by mx1.example.com with ESMTP; Mon, 24 Aug 2020 "
    "08:00:00 +0000\n";
const std::string kRest = "Return-Path: <a@sender.example>\nFrom: a@sender.example\nSubject: x\n\nhi\n";
std::string results(const std::string& server, const std::string& spf) {
  return "Authentication-Results: " + server + "; spf=" + spf + " smtp.mailfrom=sender.example; dkim=pass; dkim=fail\n";
}

TEST(MailAuth, BelievesTheTopmostOfTheServerThatTookItIn) {
  const MailAuth& auth = MailAuth::without_keys();
  auto found = fields(auth, kWay + results("mx1.example.com", "pass") + results("mx1.example.com", "fail") + kRest);
  EXPECT_EQ(found["Auth.Trust"], "assumed");
  EXPECT_EQ(found["Auth.Spf"], "pass");
  EXPECT_EQ(found["Auth.Dkim"], "pass fail");
  EXPECT_TRUE(fields(auth, kWay + results("mx.sender.example", "pass") + kRest).empty());
  EXPECT_TRUE(fields(auth, results("mx1.example.com", "pass") + kRest).empty());  // nobody took it in
  EXPECT_EQ(auth.names().size(), 6u);
}

TEST(MailAuth, BelievesWhomTheUserNames) {
  const auto auth = MailAuth::load({}, {"Example.com"});
  ASSERT_TRUE(auth);
  auto found = fields(**auth, kWay + results("evil.example", "pass") + results("mx1.example.com", "fail") + kRest);
  EXPECT_EQ(found["Auth.Trust"], "named");
  EXPECT_EQ(found["Auth.Spf"], "fail");
  EXPECT_TRUE(fields(**auth, kWay + results("badexample.com", "pass") + kRest).empty());
}

TEST(MailAuth, ChecksWhatRecordsAreGivenFor) {
  std::string name = std::filesystem::temp_directory_path() / "tocsin-keys-XXXXXX";
  ::close(::mkstemp(name.data()));
  std::ofstream(name) << "name\trecord\tprovenance\nsender.example\tv=spf1 ip4:192.0.2.0/24 -all\ttest\n"
                         "_dmarc.sender.example\tv=DMARC1; p=reject\ttest\n";
  const auto auth = MailAuth::load({name}, {});
  std::filesystem::remove(name);
  ASSERT_TRUE(auth) << auth.error().text();
  auto found = fields(**auth, kWay + kRest);
  EXPECT_EQ(found["Verified.Spf"], "pass");
  EXPECT_EQ(found["Verified.Dmarc"], "pass");
  std::string forged = kWay;
  forged.replace(forged.find("192.0.2.7"), 9, "203.0.113");
  forged.replace(forged.find("203.0.113"), 9, "203.0.113.9");
  found = fields(**auth, forged + kRest);
  EXPECT_EQ(found["Verified.Spf"], "fail");
  EXPECT_EQ(found["Verified.Dmarc"], "fail");
  EXPECT_FALSE((*auth)->settings().empty());
}

}  // namespace
}  // namespace tocsin
