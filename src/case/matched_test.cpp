#include "case/matched.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "base/json.h"
#include "base/text.h"
#include "case/lists.h"
#include "case/spill_sort.h"

namespace tocsin::casefile {
namespace {

using ::testing::ElementsAre;

std::string random_text(std::mt19937& random, std::size_t most) {
  static const std::string_view kPieces[] = {"\"",
                                             "\\",
                                             "\n",
                                             "\t",
                                             "\x01",
                                             "\x7f",
                                             "é",
                                             "\xff",
                                             "\xed\xa0\x80",
                                             "日本",
                                             "\xf0\x9f\x94\xa5",
                                             "plain text ",
                                             "C:\\Windows\\",
                                             std::string_view("\0", 1)};
  std::string text;
  const std::size_t pieces = random() % (most + 1);
  for (std::size_t i = 0; i < pieces; ++i) {
    if (random() % 3 == 0)
      text += static_cast<char>(random());
    else
      text += kPieces[random() % std::size(kPieces)];
  }
  return text;
}

TEST(Json, EveryByteSequenceBecomesAStringThatReadsBack) {
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_text(random, 20);
    std::string out;
    append_json_string(out, text);
    const auto parsed = nlohmann::json::parse(out, nullptr, false);
    ASSERT_TRUE(parsed.is_string()) << out;
    ASSERT_EQ(parsed.get<std::string>(), to_utf8(text));
  }
}

TEST(Json, NumbersAreThoseOfTheGrammar) {
  for (const char* good : {"0", "-0", "10", "1.5", "-1e9", "1E+2", "123456789012345678901234567890"})
    EXPECT_TRUE(is_json_number(good)) << good;
  for (const char* bad : {"", "-", "01", "1.", ".5", "0x10", "1e", "+1", "NaN", "1 ", "Infinity"})
    EXPECT_FALSE(is_json_number(bad)) << bad;
}

TEST(WriteJson, RandomRecordsReadBackWholeWhateverTheirNamesAndKinds) {
  std::mt19937 random(5);
  for (int round = 0; round < 3'000; ++round) {
    Record record;
    nlohmann::json expected = nlohmann::json::object();
    const std::size_t count = random() % (round % 100 == 0 ? 400 : 12);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = random() % 2 ? "f" + std::to_string(random() % 8) : random_text(random, 3);
      const std::string text = random_text(random, 6);
      const std::string number = std::to_string(random() % 1000);
      nlohmann::json value;
      switch (random() % 4) {
        case 0:
          record.fields.push_back({record.memory.copy(name), Value()});
          break;
        case 1:
          record.fields.push_back({record.memory.copy(name), Value(record.memory.copy(number), Kind::integer)});
          value = std::stoi(number);
          break;
        case 2:
          record.fields.push_back({record.memory.copy(name), Value("0x3e7", Kind::integer)});
          value = "0x3e7";
          break;
        default:
          record.fields.push_back({record.memory.copy(name), Value(record.memory.copy(text))});
          value = to_utf8(text);
      }
      // Names that differ only in broken bytes become one name; such records are not compared.
      nlohmann::json& slot = expected[to_utf8(name)];
      if (slot.is_null() && !slot.is_array()) slot = nlohmann::json::array();
      slot.push_back(value);
      if (!is_utf8(name)) expected["broken"] = true;
    }
    if (expected.contains("broken")) continue;
    std::string out;
    write_json(record, out);
    const auto parsed = nlohmann::json::parse(out, nullptr, false);
    ASSERT_TRUE(parsed.is_object()) << out;
    ASSERT_EQ(parsed.size(), expected.size()) << out;
    for (const auto& [name, list] : expected.items())
      ASSERT_EQ(parsed.at(name), list.size() == 1 ? list[0] : list) << name << " in " << out;
  }
}

TEST(WriteJson, AHundredThousandRepeatedNamesTakeLinearTime) {
  Record record;
  for (int i = 0; i < 100'000; ++i) {
    record.fields.push_back({record.memory.copy("name" + std::to_string(i % 50'000)), Value("v")});
    record.fields.push_back({"always", Value("w")});
  }
  std::string out;
  write_json(record, out);
  EXPECT_EQ(nlohmann::json::parse(out).size(), 50'001u);
}

Record record_of(std::vector<std::pair<std::string_view, std::string_view>> fields) {
  Record record;
  for (const auto& [name, value] : fields)
    record.fields.push_back({record.memory.copy(name), Value(record.memory.copy(value))});
  return record;
}

std::vector<Entity> entities_of(std::vector<std::pair<std::string_view, std::string_view>> fields) {
  std::string out;
  write_entities(record_of(std::move(fields)), out);
  EXPECT_TRUE(nlohmann::json::parse(out, nullptr, false).is_array()) << out;
  return entities_from(out);
}

TEST(Entities, AreReadFromTheFieldsThatNameThem) {
  using enum EntityType;
  EXPECT_THAT(entities_of({{"TargetUserName", "bob"}, {"TargetDomainName", "CORP"}, {"IpAddress", "::ffff:10.0.0.7"}}),
              ElementsAre(Entity{account, "CORP\\bob", "target"}, Entity{address, "10.0.0.7", "source"}));
  EXPECT_THAT(entities_of({{"SubjectUserName", "-"}, {"IpAddress", "-"}, {"Workstation", ""}}), ElementsAre());
  EXPECT_THAT(entities_of({{"ClientIP", "[2001:db8::1]:443"}, {"c-ip", "192.0.2.1:5060"}, {"addr", "?"}}),
              ElementsAre(Entity{address, "2001:db8::1", "source"}, Entity{address, "192.0.2.1", "source"}));
  EXPECT_THAT(entities_of({{"Computer", "WS1"}, {"Computer", "WS1"}, {"CommandLine", "x"}}),
              ElementsAre(Entity{host, "WS1", ""}));
  EXPECT_THAT(entities_of({{"Hashes",
                            "MD5=0123456789abcdef0123456789abcdef,IMPHASH=11111111111111111111111111111111,"
                            "SHA1=0123456789abcdef0123456789abcdef01234567"}}),
              ElementsAre(Entity{hash, "0123456789abcdef0123456789abcdef01234567", ""}));
  EXPECT_THAT(entities_of({{"User", "a\"b\\c\n"}}), ElementsAre(Entity{account, "a\"b\\c\n", ""}));
}

TEST(Entities, WhatIsNoListGivesNone) {
  for (const char* text : {"", "[", "[]", "{}", "[[\"account\"]]", "[[\"account\",\"x\"", "[[\"nothing\",\"x\"]]",
                           "[[1,2]]", "[[\"account\",\"\\ud800\"", "[[\"account\",\"\\"})
    EXPECT_THAT(entities_from(text), ElementsAre()) << text;
  std::mt19937 random(9);
  for (int i = 0; i < 20'000; ++i) entities_from("[[\"account\"," + random_text(random, 10) + "]]");
}

TEST(ContentHash, IsOfTheFieldsForWindowsAndOfTheBytesElse) {
  Event event;
  event.source = "windows";
  event.raw = "bytes";
  const Record record = record_of({{"EventID", "1"}, {"a", "bc"}});
  const ContentHash one = content_hash(event, record);
  event.raw = "other bytes";
  EXPECT_EQ(content_hash(event, record), one);
  EXPECT_NE(content_hash(event, record_of({{"EventID", "1"}, {"ab", "c"}})), one);
  event.source = "text";
  const ContentHash two = content_hash(event, record);
  EXPECT_EQ(content_hash(event, record_of({})), two);
  event.raw = "bytes";
  EXPECT_NE(content_hash(event, record), two);
}

TEST(MatchBatch, LongKeysAndRecordsAreBounded) {
  Event event;
  const std::string big(300 * 1024, 'x'), other = std::string(300 * 1024, 'x') + "y";
  event.source = "text";
  event.raw = big;
  MatchBatch batch;
  const std::uint32_t rules[] = {1};
  for (const std::string* value : {&big, &other}) {
    const std::pair<std::string_view, std::string_view> keys[] = {{"k", *value}};
    batch.add(event, Record(), rules, keys, true);
  }
  EXPECT_FALSE(batch.items()[0].whole);
  const auto keys = [&](int i) {
    const auto& item = batch.items()[static_cast<std::size_t>(i)];
    return batch.text().substr(item.begin + item.source + item.entities, item.keys);
  };
  EXPECT_LT(keys(0).size(), 200u);
  EXPECT_NE(keys(0), keys(1));
}

TEST(SpillSort, SortsPastItsMemory) {
  std::mt19937 random(11);
  for (const std::size_t count : {0u, 1u, 1024u, 1025u, 50'000u}) {
    SpillSort<std::uint64_t> sort(8 * 1024);
    std::vector<std::uint64_t> expected;
    for (std::size_t i = 0; i < count; ++i) {
      expected.push_back(random());
      sort.add(expected.back()).value();
    }
    std::sort(expected.begin(), expected.end());
    sort.sort().value();
    for (const std::uint64_t one : expected) ASSERT_EQ(sort.next().value().value(), one);
    EXPECT_FALSE(sort.next().value());
  }
}

TEST(Lists, ReadBackWhatTheyWrote) {
  std::mt19937 random(13);
  for (int i = 0; i < 2'000; ++i) {
    std::vector<std::string> list;
    for (std::size_t j = random() % 5; j > 0; --j) list.push_back(to_utf8(random_text(random, 8)));
    std::string out;
    write_list(list, out);
    ASSERT_EQ(read_list(out), list) << out;
  }
}

}  // namespace
}  // namespace tocsin::casefile
