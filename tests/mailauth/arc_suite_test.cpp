// The ARC validation suite beside the repository.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/yaml.h"
#include "mailauth/arc.h"
#include "tests/mailauth/zone.h"

namespace tocsin {
namespace {

using namespace mailauth;

std::string crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

// The suite names some cases twice in one map, which YAML forbids: cases get their line as a suffix.
std::string unique_cases(std::string_view text) {
  std::string out;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    ++number;
    const bool named = line.size() > 3 && line.starts_with("  ") && line[2] != ' ' && line.ends_with(':');
    if (named) line.remove_suffix(1);
    out += line;
    if (named) out += "@" + std::to_string(number) + ":";
    out += '\n';
  }
  return out;
}

TEST(ArcSuite, ChainStates) {
  const std::string path = "../shared/corpus/mail/arc_test_suite/arc-draft-validation-tests.yml";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no corpus at " << path;
  const std::string text = unique_cases(tests::without_empty_blocks(tests::slurp(path)));
  Arena arena;
  const auto yaml = read_yaml(text, arena);
  ASSERT_FALSE(yaml.error) << yaml.error->text();
  int ran = 0;
  for (const auto* document : yaml.documents) {
    tests::Zone zone;
    const auto* records = document->find("txt-records");
    for (std::size_t i = 0; records && i + 1 < records->items.size(); i += 2)
      zone.add(records->items[i]->text, records->items[i + 1]->text);
    const auto* cases = document->find("tests");
    for (std::size_t i = 0; i + 1 < cases->items.size(); i += 2) {
      const std::string message = crlf(cases->items[i + 1]->find("message")->text);
      const auto* cv = cases->items[i + 1]->find("cv");
      std::string expected = cv ? lower_ascii(cv->text) : "";
      // Without an expectation the suite leaves open what a seal that itself says cv=fail makes of the chain: RFC 8617
      // 5.2 step 2 says fail.
      if (expected.empty()) expected = "fail";
      const Chain chain = verify_chain(Message::parse(message, LineEnds::crlf), zone);
      EXPECT_EQ(name(chain.state), expected) << cases->items[i]->text << ": " << chain.reason;
      ++ran;
    }
  }
  std::printf("%d chains\n", ran);
  EXPECT_GT(ran, 0);
}

}  // namespace
}  // namespace tocsin
