// The public attack recordings kept as NDJSON in archives: every record is read, without an anomaly, and simdjson
// reads the same values.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <filesystem>
#include <map>

#include "evidence/evidence.h"
#include "readers/json/json.h"
#include "readers/json/tape.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

// The texts of all string values, in order.
void strings(simdjson::dom::element element, std::vector<std::string_view>& out) {
  switch (element.type()) {
    case simdjson::dom::element_type::OBJECT:
      for (const auto field : simdjson::dom::object(element)) strings(field.value, out);
      break;
    case simdjson::dom::element_type::ARRAY:
      for (const auto one : simdjson::dom::array(element)) strings(one, out);
      break;
    case simdjson::dom::element_type::STRING:
      out.push_back(element);
      break;
    default:
      break;
  }
}

TEST(JsonCorpus, IsReadWholeAndAsSimdjsonReadsIt) {
  const std::string root = "../shared/corpus/sigma/otrf";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no corpus at " << root;
  evidence::Walker walker({root});
  std::size_t files = 0, records = 0, compared = 0;
  std::map<std::string, std::size_t> sources;
  simdjson::dom::parser parser;
  json::Tape tape;
  Arena arena;
  const Demand nothing;
  while (evidence::Item* item = walker.next()) {
    if (recognise(item->head(), item->whole()) != &json::spec) continue;
    SCOPED_TRACE(item->path());
    ++files;
    const auto reader = json::spec.open(nothing, {});
    std::vector<Anomaly> anomalies;
    Batch batch;
    while (true) {
      auto block = reader->cut(*item, anomalies);
      ASSERT_TRUE(block) << block.error().text();
      if (!*block) break;
      batch.clear();
      reader->decode(**block, batch);
      EXPECT_TRUE(batch.anomalies().empty()) << batch.anomalies()[0].name << batch.anomalies()[0].detail;
      for (const Event& event : batch.events()) {
        ++sources[std::string(event.source)];
        if (records++ % 16 != 0) continue;
        std::vector<std::string_view> theirs, ours;
        simdjson::dom::element element;
        ASSERT_EQ(parser.parse(event.raw.data(), event.raw.size()).get(element), simdjson::SUCCESS);
        strings(element, theirs);
        arena.clear();
        ASSERT_EQ(tape.parse(event.raw), json::Verdict::good);
        for (std::uint32_t i = 0; i < tape.size(); ++i)
          if (tape[i].type == json::Type::string) ours.push_back(json::value_of(tape[i], arena).text());
        ASSERT_EQ(ours, theirs);
        ++compared;
      }
    }
    EXPECT_TRUE(anomalies.empty()) << anomalies[0].name << anomalies[0].detail;
  }
  std::printf("%zu files, %zu records, %zu compared with simdjson\n", files, records, compared);
  for (const auto& [source, count] : sources) std::printf("  %-20s %zu\n", source.c_str(), count);
  EXPECT_GT(records, 0u);
}

}  // namespace
}  // namespace tocsin::tests
