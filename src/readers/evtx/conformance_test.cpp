// EVTX files against dumps of the same records as JSON, made by another program. What differs by convention is
// normalised below and listed in docs/CONFORMANCE.md, section EVTX.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "readers/evtx/evtx.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

const fs::path kCases = "../shared/corpus/sigma/regression";

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Objects one after the other, or an array of them.
std::vector<Json> parse_all(const std::string& text) {
  std::vector<Json> out;
  std::string_view rest = text;
  while (rest.find_first_not_of(" \r\n\t") != std::string_view::npos) {
    // nlohmann reads one document a call: find where it ends.
    int depth = 0;
    bool quoted = false;
    std::size_t end = 0;
    for (; end < rest.size(); ++end) {
      const char c = rest[end];
      if (quoted) {
        if (c == '\\') ++end;
        else if (c == '"') quoted = false;
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        ++end;
        break;
      }
    }
    Json document = Json::parse(rest.substr(0, end), nullptr, false);
    if (document.is_discarded()) break;
    rest.remove_prefix(end);
    if (document.is_array()) out.insert(out.end(), document.begin(), document.end());
    else out.push_back(std::move(document));
  }
  return out;
}

std::string scalar(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// The dump's nesting in our names; nulls are left out.
void flatten(const std::string& name, const Json& value, std::vector<OwnedField>& out) {
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) {
      if (key == "#attributes") {
        for (const auto& [attribute, text] : child.items())
          if (!attribute.starts_with("xmlns")) flatten(name + "_" + attribute, text, out);
      } else if (key == "#text") {
        flatten(name, child, out);
      } else {
        flatten(key, child, out);
      }
    }
  } else if (value.is_array()) {
    for (const Json& item : value) flatten(name, item, out);
  } else if (!value.is_null()) {
    out.push_back({name, scalar(value), value.is_number_integer() ? Kind::integer : Kind::string});
  }
}

bool is_time(std::string_view text) {
  return text.size() >= 20 && text[4] == '-' && text[10] == 'T' && text.back() == 'Z' && Time::parse_iso(text);
}

// What the other program writes differently: GUIDs without braces, six digits of a second, no blanks at a value's end.
OwnedField normal(OwnedField field) {
  std::string& text = field.value;
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
  if (is_time(text)) {
    Time time = *Time::parse_iso(text);
    time.nanoseconds = time.nanoseconds / 1000 * 1000;
    time.digits = 6;
    text = time.iso();
  }
  if (field.kind != Kind::integer) field.kind = Kind::string;
  return field;
}

std::vector<OwnedField> normal(const std::vector<OwnedField>& fields) {
  std::vector<OwnedField> out;
  for (const OwnedField& field : fields)
    if (field.kind != Kind::null) out.push_back(normal(field));
  return out;
}

// The first field that differs; "" when none does.
std::string difference(const std::vector<OwnedField>& ours, const std::vector<OwnedField>& theirs) {
  const auto [our, their] = std::ranges::mismatch(ours, theirs);
  if (our == ours.end() && their == theirs.end()) return "";
  return "ours " + (our == ours.end() ? "nothing" : testing::PrintToString(*our)) + ", theirs " +
         (their == theirs.end() ? "nothing" : testing::PrintToString(*their));
}

std::vector<OwnedField> folded(std::vector<OwnedField> fields) {
  for (OwnedField& field : fields) field.value = fold(field.value);
  return fields;
}

TEST(EvtxConformance, RecordsEqualTheirJsonDumps) {
  if (!fs::exists(kCases)) GTEST_SKIP() << "no corpus at " << kCases;
  std::size_t cases = 0, records = 0, edited = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kCases)) {
    if (entry.path().extension() != ".evtx") continue;
    const fs::path dump = fs::path(entry.path()).replace_extension(".json");
    ASSERT_TRUE(fs::exists(dump)) << dump;
    ++cases;
    const std::vector<Json> expected = parse_all(slurp(dump));
    const ReadResult read = read_whole(evtx::spec, slurp(entry.path()));
    EXPECT_FALSE(read.error);
    EXPECT_TRUE(read.anomalies.empty()) << entry.path() << testing::PrintToString(read.anomalies);
    ASSERT_EQ(read.events.size(), expected.size()) << entry.path();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      std::vector<OwnedField> fields;
      flatten("", expected[i], fields);
      const auto ours = normal(read.events[i].fields), theirs = normal(fields);
      ++records;
      if (difference(folded(ours), folded(theirs)).empty() && ours != theirs) {
        ++edited;
        std::cout << "letter case alone: " << difference(ours, theirs) << '\n';
        continue;
      }
      EXPECT_EQ(difference(ours, theirs), "") << entry.path() << " record " << i;
    }
    const ReadResult demanded = read_all(evtx::spec, slurp(entry.path()), demand_for(read));
    EXPECT_EQ(demanded.events, read.events) << entry.path();
  }
  std::cout << cases << " files, " << records << " records\n";
  EXPECT_GT(cases, 0u);
  EXPECT_LE(edited * 100, records) << "dumps edited by hand should be rare";
}

}  // namespace
}  // namespace tocsin::tests
