// The SPF suites beside the repository: results and explanations.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/yaml.h"
#include "mailauth/spf.h"
#include "mailauth/spf_term.h"
#include "tests/mailauth/zone.h"

namespace tocsin {
namespace {

using namespace mailauth;

// The suites' zones: records by name and type; TIMEOUT fails all types that were not given before it. Policies of the
// former type SPF stand for TXT where a name has no TXT of its own.
class SuiteZone : public Records {
 public:
  explicit SuiteZone(const Yaml& data) {
    for (std::size_t i = 0; i + 1 < data.items.size(); i += 2) {
      Name& name = names_[lower_ascii(data.items[i]->text)];
      for (const Yaml* item : data.items[i + 1]->items) {
        if (item->is_scalar()) {
          name.timeout = true;
          continue;
        }
        const std::string type(item->items[0]->text);
        const Yaml& value = *item->items[1];
        auto& list = name.records[type];
        if (value.is_scalar() && value.text == "NONE") continue;
        if (value.is_scalar() && value.text == "TIMEOUT") {
          name.timeouts.insert(type);
          continue;
        }
        if (type == "MX")
          list.emplace_back(value.items[1]->text);
        else if (value.is_list()) {
          std::string joined;
          for (const Yaml* part : value.items) joined += part->text;
          list.push_back(joined);
        } else {
          list.emplace_back(value.text);
        }
      }
      if (!name.records.contains("TXT") && name.records.contains("SPF")) name.records["TXT"] = name.records["SPF"];
      if (!name.records.contains("TXT") && name.timeouts.contains("SPF")) name.timeouts.insert("TXT");
    }
  }

  Texts txt(std::string_view name) const override { return get(name, "TXT"); }
  Texts mx(std::string_view name) const override { return get(name, "MX"); }
  Texts ptr(const Ip& address) const override {
    std::string name = dotted(address), reversed;
    std::vector<std::string_view> parts = split(name, '.');
    std::ranges::reverse(parts);
    for (const auto part : parts) reversed += std::string(part) + ".";
    return get(reversed + (address.is_v4() ? "in-addr.arpa" : "ip6.arpa"), "PTR");
  }
  Addresses addresses(std::string_view name, bool v6) const override {
    const Texts texts = get(name, v6 ? "AAAA" : "A");
    Addresses out{texts.found, {}};
    for (const std::string& text : texts.values)
      if (const auto ip = Ip::parse(text)) out.values.push_back(*ip);
    return out;
  }

 private:
  struct Name {
    std::map<std::string, std::vector<std::string>> records;
    std::set<std::string> timeouts;
    bool timeout = false;
  };
  Texts get(std::string_view name, const std::string& type, int depth = 0) const {
    if (name.ends_with('.')) name.remove_suffix(1);
    const auto found = names_.find(lower_ascii(name));
    if (found == names_.end()) return {Found::no, {}};
    if (found->second.timeouts.contains(type)) return {Found::timed_out, {}};
    const auto list = found->second.records.find(type);
    if (list != found->second.records.end() && !(list->second.empty() && found->second.timeout))
      return {Found::yes, list->second};
    if (const auto alias = found->second.records.find("CNAME"); alias != found->second.records.end() && depth < 8)
      return get(alias->second[0], type, depth + 1);
    return {found->second.timeout ? Found::timed_out : Found::yes, {}};
  }
  std::map<std::string, Name> names_;
};

void run_suite(const std::string& file) {
  const std::string path = "../shared/corpus/mail/spf/" + file;
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no corpus at " << path;
  const std::string text = tests::without_empty_blocks(tests::slurp(path));
  Arena arena;
  const auto yaml = read_yaml(text, arena);
  ASSERT_FALSE(yaml.error) << yaml.error->text();
  int ran = 0;
  for (const Yaml* document : yaml.documents) {
    const Yaml* data = document->find("zonedata");
    const Yaml* cases = document->find("tests");
    if (!data || !cases) continue;
    const SuiteZone zone(*data);
    for (std::size_t i = 0; i + 1 < cases->items.size(); i += 2) {
      const Yaml& test = *cases->items[i + 1];
      const auto field = [&](const char* key) {
        const Yaml* value = test.find(key);
        return value && value->is_scalar() ? std::string(value->text) : std::string();
      };
      const auto address = Ip::parse(field("host"));
      ASSERT_TRUE(address) << cases->items[i]->text;
      const SpfAnswer answer = check_spf({*address, field("mailfrom"), field("helo")}, zone);
      const Yaml* expected = test.find("result");
      std::vector<std::string_view> allowed;
      if (expected->is_scalar()) allowed.push_back(expected->text);
      for (const Yaml* item : expected->items) allowed.push_back(item->text);
      EXPECT_TRUE(std::ranges::find(allowed, name(answer.result)) != allowed.end())
          << cases->items[i]->text << ": " << name(answer.result) << " (" << answer.reason << "), expected "
          << allowed[0];
      if (const Yaml* explanation = test.find("explanation")) {
        const std::string wanted = explanation->text == "DEFAULT" ? "" : std::string(explanation->text);
        EXPECT_EQ(answer.explanation, wanted) << cases->items[i]->text;
      }
      ++ran;
    }
  }
  std::printf("%s: %d cases\n", file.c_str(), ran);
  EXPECT_GT(ran, 0);
}

TEST(SpfSuite, Rfc7208) { run_suite("rfc7208-tests.yml"); }
TEST(SpfSuite, Rfc7208Revised) { run_suite("rfc7208-tests.mailauth-2026.yml"); }

}  // namespace
}  // namespace tocsin
