// Lines written by hand, and what they must mean: tests/products/vectors/PRODUCT.yml. Adding a product is adding a
// file.
//
//   product: fortigate
//   lines:
//     - line: 'date=2024-05-01 …'        # read as a scan reads it: recognised by content; year 2024 where it names
//     none
//       message: ssl-vpn-login-failed    # the id of the message or record rule
//       ecs: {source.ip: 192.0.2.1, event.category: [authentication, network]}
//       absent: [user.name]              # fields that it must not have
//       grade: {source.ip: ambiguous}    # where it isn't what the field has by default
//       login: {user: karin, source: 192.0.2.1, outcome: failure, reason: bad_password, service: vpn}
//                                        # the activity; `activity: none` where there must be none
//     - line: '…'
//       product: none                    # nobody's, or another product's
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/yaml.h"
#include "products/catalog.h"
#include "readers/reader.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

namespace fs = std::filesystem;

struct Got {
  std::string product, message;
  std::map<std::string, std::vector<std::string>, std::less<>> ecs;
  std::map<std::string, std::string, std::less<>> grades;
  std::map<std::string, std::string, std::less<>> activity;  // kind and its members, as text
};

constexpr std::string_view kReasons[] = {"none",     "bad_password", "unknown_user", "locked",
                                         "disabled", "expired",      "mfa_required", "mfa_denied",
                                         "policy",   "unavailable",  "other"};

void put_activity(const Activity& activity, Got& out) {
  auto& to = out.activity;
  to["kind"] = name(activity.kind);
  const auto address = [](const std::optional<Ip>& ip) { return ip ? ip->text() : std::string(); };
  if (activity.kind == ActivityKind::login) {
    const Login& login = activity.login;
    to["user"] = login.user;
    to["source"] = address(login.source);
    to["port"] = std::to_string(login.source_port);
    to["service"] = login.service;
    to["host"] = login.host;
    to["method"] = login.method;
    to["session"] = login.session;
    to["agent"] = login.user_agent;
    to["outcome"] = kOutcomeNames[static_cast<int>(login.outcome)];
    to["reason"] = kReasons[static_cast<int>(login.reason)];
    to["count"] = std::to_string(login.count);
    to["source_grade"] = name(login.source_grade);
  } else if (activity.kind == ActivityKind::web_request) {
    to["source"] = address(activity.web.source);
    to["path"] = activity.web.path;
    to["method"] = activity.web.method;
    to["status"] = std::to_string(activity.web.status);
  } else if (activity.kind == ActivityKind::name_lookup) {
    to["client"] = address(activity.lookup.client);
    to["name"] = activity.lookup.name;
    to["type"] = activity.lookup.type;
  }
}

class Eye {
 public:
  Eye() {
    const std::vector<std::string> paths{"share/tocsin/products"};
    auto made = products::Catalog::load(paths);
    if (!made) std::fprintf(stderr, "%s\n", made.error().text().c_str()), std::abort();
    catalog_.emplace(*std::move(made));
    catalog_->demand(demand_);
  }

  Got look(std::string_view line) {
    Got out;
    const ReaderSpec* spec = recognise(line, true);
    if (!spec) return out;
    ReadOptions options;
    options.year = 2024;
    const auto reader = spec->open(demand_, options);
    MemoryStream stream(line);
    std::vector<Anomaly> anomalies;
    Batch batch;
    products::Scratch scratch;
    while (auto block = reader->cut(stream, anomalies)) {
      if (!*block) break;
      batch.clear();
      scratch.arena.clear();
      reader->decode(**block, batch);
      for (const Event& event : batch.events()) {
        Record record;
        batch.access()->describe(batch, event, record);
        products::Reading reading;
        catalog_->read(event, record, scratch, reading);
        out.product = reading.product;
        out.message = reading.message;
        for (const products::EcsValue& value : reading.ecs) {
          out.ecs[std::string(value.field)].emplace_back(value.value);
          out.grades[std::string(value.field)] = name(value.provenance);
        }
        Activity activity;
        if (catalog_->activity(event, scratch, activity)) put_activity(activity, out);
      }
    }
    return out;
  }

 private:
  std::optional<products::Catalog> catalog_;
  Demand demand_;
};

std::vector<std::string> values_of(const Yaml& node) {
  std::vector<std::string> out;
  if (node.is_scalar()) return {std::string(node.text)};
  for (const Yaml* item : node.items) out.emplace_back(item->text);
  return out;
}

void check(const std::string& path, const std::string& product, const Yaml& item, Eye& eye, int& lines) {
  const Yaml* line = item.find("line");
  ASSERT_NE(line, nullptr) << path << ":" << item.line;
  const Got got = eye.look(line->text);
  const std::string where = path + ":" + std::to_string(item.line) + " " + std::string(line->text).substr(0, 160);
  ++lines;
  std::string expected_product = product;
  bool activity_said = false;
  for (std::size_t i = 0; i < item.items.size(); i += 2) {
    const std::string_view key = item.items[i]->text;
    const Yaml& value = *item.items[i + 1];
    if (key == "line") continue;
    if (key == "product") {
      expected_product = value.text;
    } else if (key == "message") {
      EXPECT_EQ(got.message, value.text) << where;
    } else if (key == "ecs" || key == "grade") {
      for (std::size_t k = 0; k < value.items.size(); k += 2) {
        const std::string field(value.items[k]->text);
        if (key == "grade") {
          const auto found = got.grades.find(field);
          EXPECT_EQ(found == got.grades.end() ? "" : found->second, value.items[k + 1]->text) << field << ' ' << where;
          continue;
        }
        std::vector<std::string> want = values_of(*value.items[k + 1]);
        const auto found = got.ecs.find(field);
        std::vector<std::string> have = found == got.ecs.end() ? std::vector<std::string>{} : found->second;
        std::ranges::sort(want), std::ranges::sort(have);
        EXPECT_EQ(have, want) << field << ' ' << where;
      }
    } else if (key == "absent") {
      for (const std::string& field : values_of(value)) EXPECT_FALSE(got.ecs.contains(field)) << field << ' ' << where;
    } else if (key == "activity") {
      activity_said = true;
      const auto kind = got.activity.find("kind");
      EXPECT_EQ(kind == got.activity.end() ? "none" : kind->second, value.text) << where;
    } else if (key == "login" || key == "web-request" || key == "name-lookup") {
      activity_said = true;
      const auto kind = got.activity.find("kind");
      EXPECT_EQ(kind == got.activity.end() ? "none" : kind->second, key) << where;
      if (!value.find("source_grade") && value.find("source") && key == "login") {
        EXPECT_EQ(got.activity.find("source_grade")->second, "trusted") << where;
      }
      for (std::size_t k = 0; k < value.items.size(); k += 2) {
        const auto found = got.activity.find(value.items[k]->text);
        EXPECT_EQ(found == got.activity.end() ? "(absent)" : found->second, value.items[k + 1]->text)
            << value.items[k]->text << ' ' << where;
      }
    } else {
      ADD_FAILURE() << "unknown key '" << key << "' in " << where;
    }
  }
  if (expected_product == "none") {
    EXPECT_NE(got.product, product) << where;
  } else {
    EXPECT_EQ(got.product, expected_product) << where;
  }
  if (!activity_said) {
    EXPECT_TRUE(got.activity.empty()) << "an activity that the file doesn't tell of: " << where;
  }
}

TEST(Products, HandWrittenLinesMeanWhatTheyMust) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator("tests/products/vectors")) files.push_back(entry.path());
  std::ranges::sort(files);
  Eye eye;
  int lines = 0;
  for (const fs::path& file : files) {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    const std::string whole = std::move(text).str();
    Arena arena;
    const YamlDocuments yaml = read_yaml(whole, arena);
    ASSERT_FALSE(yaml.error) << file << ": " << yaml.error->text();
    ASSERT_EQ(yaml.documents.size(), 1u) << file;
    const Yaml& root = *yaml.documents[0];
    const Yaml *product = root.find("product"), *list = root.find("lines");
    ASSERT_TRUE(product && list && list->is_list()) << file;
    for (const Yaml* item : list->items) check(file.string(), std::string(product->text), *item, eye, lines);
  }
  std::printf("%d lines of %zu products\n", lines, files.size());
  EXPECT_GT(lines, 0);
}

}  // namespace
}  // namespace tocsin::tests
