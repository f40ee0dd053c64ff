// leak_bench forgeries N SEED: forged and re-encoded copies of signed messages, judged; prints counts as JSON.
// leak_bench dump FILE BYTES SEED: writes an mbox of signed messages and its key file FILE.keys.tsv.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "leak/judge.h"
#include "tests/support/mail/forger.h"

namespace {

using namespace tocsin;
using tests::Dice;
using tests::SignAs;
using tests::SigningKey;

const std::vector<std::string> kAllFields = {"from",    "sender",  "reply-to",   "to",           "cc",
                                             "subject", "date",    "message-id", "content-type", "mime-version",
                                             "from",    "subject", "to",         "date"};

int forgeries(std::uint64_t count, std::uint64_t seed) {
  Dice dice(seed);
  std::vector<SigningKey> keys;
  for (const int bits : {512, 768, 1024, 1536, 2048})
    keys.push_back(SigningKey::make(bits, seed + static_cast<std::uint64_t>(bits)));
  std::uint64_t wrong = 0, harmless = 0, repaired = 0, genuine = 0, proved = 0;
  std::map<std::string, std::uint64_t> missed;
  for (std::uint64_t i = 0; i < count; ++i) {
    const SigningKey& key = keys[dice.below(keys.size())];
    SignAs as;
    as.header_form = dice.below(2) ? mailauth::Canonical::simple : mailauth::Canonical::relaxed;
    as.body_form = dice.below(2) ? mailauth::Canonical::simple : mailauth::Canonical::relaxed;
    if (dice.below(4)) as.headers = kAllFields;
    const bool full = as.headers.size() > 5;
    const std::string mail = tests::sign(tests::make_mail(dice, i), key, as);
    leak::Keys known;
    const bool circular = dice.below(16) == 0;
    known.add("s1._domainkey.example.org", {key.record(), "archive", {}, {}, circular, false});
    const auto judge = [&](const std::string& raw) {
      leak::ItemReport report;
      leak::judge_message(raw, known, {}, report);
      return report;
    };
    const auto good = [](const leak::ItemReport& report) {
      return report.verdict == leak::Verdict::authentic || report.verdict == leak::Verdict::authentic_repaired;
    };
    if (circular) {  // a consistent set under the forger's own key
      if (good(judge(mail))) ++wrong;
      continue;
    }
    const bool strong = key.bits() >= 1024 && full;
    if (strong) {
      ++genuine;
      proved += good(judge(mail));
    }
    const auto forged = tests::forge(mail, dice);
    if (const auto report = judge(forged.message); good(report)) {
      ++wrong;
      std::fprintf(stderr, "called %s: %s\n", std::string(leak::name(report.verdict)).c_str(), forged.what.c_str());
    }
    if (!strong) continue;
    const auto changed = tests::reencode(mail, dice);
    ++harmless;
    const auto again = judge(changed.message);
    repaired += good(again);
    if (!good(again)) ++missed[changed.what];
  }
  for (const auto& [what, times] : missed)
    std::fprintf(stderr, "not repaired %llu: %s\n", static_cast<unsigned long long>(times), what.c_str());
  std::printf(
      "{\"forged\":%llu,\"called_authentic\":%llu,\"harmless\":%llu,\"repaired\":%llu,\"genuine\":%llu,\"proved\":%llu}"
      "\n",
      static_cast<unsigned long long>(count), static_cast<unsigned long long>(wrong),
      static_cast<unsigned long long>(harmless), static_cast<unsigned long long>(repaired),
      static_cast<unsigned long long>(genuine), static_cast<unsigned long long>(proved));
  return 0;
}

// Messages are signed once, a thousand of them, and written again with other Received lines: signing 9 GB would take
// longer than judging it.
int dump(const char* path, std::uint64_t bytes, std::uint64_t seed) {
  Dice dice(seed);
  const SigningKey key = SigningKey::make(2048, seed);
  SignAs as;
  as.headers = kAllFields;
  std::vector<std::string> mails;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::size_t size = dice.below(10) == 0 ? 200'000 + dice.below(800'000) : 2'000 + dice.below(30'000);
    std::string mail = tests::make_mail(dice, i, size);
    if (dice.below(3)) mail = tests::sign(mail, key, as);
    if (dice.below(10) == 0) mail = tests::reencode(mail, dice).message;
    if (dice.below(10) == 0) mail = tests::forge(mail, dice).message;
    std::string lines;
    for (const char c : mail)
      if (c != '\r') lines += c;
    mails.push_back(lines);
  }
  std::ofstream out(path, std::ios::binary);
  std::uint64_t written = 0;
  for (std::uint64_t i = 0; written < bytes; ++i) {
    const std::string& mail = mails[dice.below(mails.size())];
    const std::string head =
        "From desk@example.org Mon Aug 24 08:00:00 2020\nReceived: from a.example.org by b.example.net with ESMTP id " +
        std::to_string(i) + "; Mon, 31 Aug 2020 10:00:00 +0000\n";
    out << head << mail << "\n";
    written += head.size() + mail.size() + 1;
  }
  std::ofstream(std::string(path) + ".keys.tsv")
      << "name\trecord\tprovenance\ns1._domainkey.example.org\t" << key.record() << "\tmade by this benchmark\n";
  return out.good() ? 0 : 1;
}

}  // namespace

int main(int count, char** values) {
  const std::string what = count > 1 ? values[1] : "";
  if (what == "forgeries" && count == 4)
    return forgeries(std::strtoull(values[2], nullptr, 10), std::strtoull(values[3], nullptr, 10));
  if (what == "dump" && count == 5)
    return dump(values[2], std::strtoull(values[3], nullptr, 10), std::strtoull(values[4], nullptr, 10));
  std::fprintf(stderr, "usage: leak_bench forgeries N SEED | dump FILE BYTES SEED\n");
  return 2;
}
