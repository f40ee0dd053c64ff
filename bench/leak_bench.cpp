// leak_bench forgeries N SEED: forged and re-encoded copies of signed messages, judged; prints counts as JSON.
// leak_bench originals N SEED: N originals against N items, a third the same, a third changed, a third strangers.
// leak_bench dump FILE BYTES SEED: writes an mbox of signed messages and its key file FILE.keys.tsv.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "leak/carried.h"
#include "leak/judge.h"
#include "leak/originals.h"
#include "leak/signed_parts.h"
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
    struct Judged {
      leak::ItemReport report;
      std::vector<leak::ItemReport> attachments;
    };
    const auto judge = [&](const std::string& raw) {
      Judged out;
      leak::judge_message(raw, known, {}, out.report);
      const mime::Message parts = mime::parse(raw);
      leak::judge_signed_parts(raw, parts, nullptr, nullptr, out.report);
      out.attachments = leak::judge_attachments(raw, parts, {}, out.report);
      return out;
    };
    const auto proved_one = [](const leak::ItemReport& report) {
      return report.verdict == leak::Verdict::authentic || report.verdict == leak::Verdict::authentic_repaired;
    };
    const auto any_good = [&](const Judged& one) {
      return proved_one(one.report) || std::ranges::any_of(one.attachments, proved_one);
    };
    const auto good = [&](const Judged& one) {
      return proved_one(one.report) && std::ranges::all_of(one.attachments, proved_one);
    };
    if (circular) {  // a consistent set under the forger's own key
      if (any_good(judge(mail))) ++wrong;
      continue;
    }
    const bool strong = key.bits() >= 1024 && full;
    if (strong) {
      ++genuine;
      proved += good(judge(mail));
    }
    const auto forged = tests::forge(mail, dice);
    if (const auto report = judge(forged.message); any_good(report)) {
      ++wrong;
      std::fprintf(stderr, "called %s: %s\n", std::string(leak::name(report.report.verdict)).c_str(),
                   forged.what.c_str());
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

// Texts of a language that has common and rare words, with the letterhead and disclaimer that all of them share.
std::string text_of(Dice& dice) {
  static const std::string letterhead = [] {
    Dice fixed(7);
    std::string out = "";
    for (int i = 0; i < 60; ++i) out += "law" + std::to_string(fixed.below(500)) + " ";
    return out;
  }();
  std::string out = "Office of the Member\n";
  for (std::size_t i = 0, words = 60 + dice.below(400); i < words; ++i) {
    const std::size_t rank = 1 + dice.below(20'000) * dice.below(20'000) / 20'000;  // small numbers are commoner
    out += "w" + std::to_string(rank) + (dice.below(12) ? " " : ".\n");
  }
  return out + "\n" + letterhead;
}

int originals(std::size_t count, std::uint64_t seed) {
  leak::Originals all;
  const auto likeness = [](const std::string& text) { return leak::likeness_of_document(text, std::nullopt); };
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    Dice dice(seed + i);
    leak::Likeness one = likeness(text_of(dice));
    one.item = std::to_string(i);
    one.sha256 = "o" + one.item;
    if (!all.add(std::move(one))) return 1;
  }
  all.seal();
  std::uint64_t same = 0, same_found = 0, changed = 0, changed_found = 0, strangers = 0, strangers_taken = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Dice dice(seed + i), forger(~seed + i);
    std::string text = text_of(dice);
    const std::size_t kind = i % 3;
    if (kind == 1) {
      const std::size_t at = text.find(' ', forger.below(text.size() / 2)) + 1;
      switch (forger.below(4)) {
        case 0:
          text.insert(at, "he took 15 million in cash and told nobody of it ");
          break;
        case 1:
          text.erase(at, text.size() / 4);
          break;
        case 2:
          text.replace(at, text.find(' ', at) - at, "never");
          break;
        default:
          text.replace(at, text.find(' ', at) - at, std::to_string(forger.below(100'000)));
      }
    } else if (kind == 2) {
      Dice stranger(seed + count + i);
      text = text_of(stranger);
    }
    leak::Likeness one = likeness(text);
    one.sha256 = "d";
    leak::ItemReport report;
    report.verdict = leak::Verdict::unsigned_;
    report.size = text.size();
    all.compare(one, report);
    const bool right = report.original && report.original->item == std::to_string(i);
    if (kind == 0) ++same, same_found += right && report.original->relation == "same-text";
    if (kind == 1) ++changed, changed_found += right && report.original->relation == "changed";
    if (kind == 2) ++strangers, strangers_taken += report.original.has_value();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf(
      "{\"seconds\":%.2f,\"same\":%llu,\"same_found\":%llu,\"changed\":%llu,\"changed_found\":%llu,"
      "\"strangers\":%llu,\"strangers_taken\":%llu}\n",
      seconds, static_cast<unsigned long long>(same), static_cast<unsigned long long>(same_found),
      static_cast<unsigned long long>(changed), static_cast<unsigned long long>(changed_found),
      static_cast<unsigned long long>(strangers), static_cast<unsigned long long>(strangers_taken));
  return 0;
}

}  // namespace

int main(int count, char** values) {
  const std::string what = count > 1 ? values[1] : "";
  if (what == "forgeries" && count == 4)
    return forgeries(std::strtoull(values[2], nullptr, 10), std::strtoull(values[3], nullptr, 10));
  if (what == "originals" && count == 4)
    return originals(std::strtoull(values[2], nullptr, 10), std::strtoull(values[3], nullptr, 10));
  if (what == "dump" && count == 5)
    return dump(values[2], std::strtoull(values[3], nullptr, 10), std::strtoull(values[4], nullptr, 10));
  std::fprintf(stderr, "usage: leak_bench forgeries N SEED | originals N SEED | dump FILE BYTES SEED\n");
  return 2;
}
