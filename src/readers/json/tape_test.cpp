#include "readers/json/tape.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <vector>

namespace tocsin::json {
namespace {

// Every scalar with its path, strings unescaped: what both parsers must agree on.
std::vector<std::string> leaves(const Tape& tape) {
  std::vector<std::string> out;
  Arena arena;
  for (std::uint32_t i = 0; i < tape.size(); ++i) {
    const Node& node = tape[i];
    std::string one = node.key_data ? std::string(unescaped(node.key(), node.key_escaped, arena)) + ":" : ":";
    one += node.type == Type::object ? "{" : node.type == Type::array ? "[" : std::string(value_of(node, arena).text());
    out.push_back(std::move(one));
  }
  return out;
}

void leaves(simdjson::dom::element element, std::string key, std::vector<std::string>& out) {
  using simdjson::dom::element_type;
  switch (element.type()) {
    case element_type::OBJECT:
      out.push_back(key + "{");
      for (const auto field : simdjson::dom::object(element)) leaves(field.value, std::string(field.key) + ":", out);
      break;
    case element_type::ARRAY:
      out.push_back(key + "[");
      for (const auto one : simdjson::dom::array(element)) leaves(one, ":", out);
      break;
    case element_type::STRING:
      out.push_back(key + std::string(std::string_view(element)));
      break;
    case element_type::NULL_VALUE:
      out.push_back(key);
      break;
    case element_type::BOOL:
      out.push_back(key + (bool(element) ? "true" : "false"));
      break;
    default:
      out.push_back(key + simdjson::minify(element));
      break;
  }
}

Verdict parse(std::string_view text) {
  Tape tape;
  const std::string own(text);  // no readable bytes behind it, so that a sanitizer sees an over-read
  return tape.parse(own);
}

TEST(Tape, ReadsWhatSimdjsonReadsTheSameWay) {
  const std::string deep = std::string(500, '[') + std::string(500, ']');
  for (const std::string& text :
       {std::string(R"({"a":1,"b":[true,false,null,{"c":"x\\y\"z\/\b\f\n\r\té🔔"}],"d":{},"e":[],"":""})"),
        std::string(R"( [ 1 , -2 , 30 , 0 ] )"), std::string(R"("only a string")"), std::string("17"),
        std::string("{\"k\\u0041\":{\"k\":{\"k\":\"v\"}}}"), std::string("{\"\xc3\xa9\":\"\xf0\x9f\x94\x94\"}"), deep,
        std::string("{\"long\":\"") + std::string(1000, 'x') + "\\n" + std::string(1000, 'y') + "\"}"}) {
    SCOPED_TRACE(text.substr(0, 80));
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    ASSERT_EQ(parser.parse(text).get(root), simdjson::SUCCESS);
    std::vector<std::string> expected;
    leaves(root, ":", expected);
    Tape tape;
    ASSERT_EQ(tape.parse(text), Verdict::good);
    EXPECT_EQ(tape.read(), text.size());
    EXPECT_EQ(leaves(tape), expected);
  }
}

TEST(Tape, KeepsNumbersAsTheyStand) {
  Tape tape;
  ASSERT_EQ(tape.parse(R"([2.50,1e5,123456789012345678901234567890,-0,1.0E-3])"), Verdict::good);
  std::vector<std::string> texts;
  for (const Node& node : tape.children(tape.root())) texts.emplace_back(node.text());
  EXPECT_EQ(texts, (std::vector<std::string>{"2.50", "1e5", "123456789012345678901234567890", "-0", "1.0E-3"}));
}

TEST(Tape, SaysWhatIsWrong) {
  for (const char* text :
       {"", "{", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "[1,", "\"abc", "\"abc\\", "tru"})
    EXPECT_EQ(parse(text), Verdict::truncated) << text;
  for (const char* text :
       {"{a:1}", "{\"a\" 1}", "{\"a\":1]", "[1 2]", "{,}", "nul }", "[1,,2]", "{\"a\":1,,}", "@", "-,", "[1.]"})
    EXPECT_EQ(parse(text), Verdict::damaged) << text;
  for (const char* text : {"[1,]", "{\"a\":1,}", "[NaN]", "[007]", "[True,None]", "\"tab\there\""})
    EXPECT_EQ(parse(text), Verdict::repaired) << text;
  EXPECT_EQ(parse(std::string(kDepthMax, '[') + std::string(kDepthMax, ']')), Verdict::good);
  EXPECT_EQ(parse(std::string(kDepthMax + 1, '[') + std::string(kDepthMax + 1, ']')), Verdict::too_deep);
  EXPECT_EQ(parse(std::string(1'000'000, '[')), Verdict::too_deep);
}

TEST(Tape, StopsBehindTheValue) {
  Tape tape;
  EXPECT_EQ(tape.parse("{\"a\":1} \n{\"b\":2}"), Verdict::good);
  EXPECT_EQ(tape.read(), 9u);
  EXPECT_EQ(tape.root().text(), "{\"a\":1}");
}

TEST(Tape, UnescapesBadEscapesAsTheyStand) {
  const auto undo = [](std::string_view text) {
    Arena arena;
    return std::string(unescaped(text, true, arena));
  };
  EXPECT_EQ(undo(R"(C:\Windows\x41)"), R"(C:\Windows\x41)");
  EXPECT_EQ(undo(R"(\ud83d\udd14)"), "\xf0\x9f\x94\x94");
  EXPECT_EQ(undo(R"(\ud83d!)"), "\xef\xbf\xbd!");
  EXPECT_EQ(undo(R"(\udd14\ud83d\u0041)"),
            "\xef\xbf\xbd\xef\xbf\xbd"
            "A");
  EXPECT_EQ(undo(R"(\u12)"), R"(\u12)");
  EXPECT_EQ(undo("\\"), "\\");
  EXPECT_EQ(undo(R"(\u0000)"), std::string(1, '\0'));
}

}  // namespace
}  // namespace tocsin::json
