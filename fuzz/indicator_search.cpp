// Any text is searched without harm, and what is found stands in it: the first line is the list, the rest the text.
#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "indicators/read.h"
#include "indicators/search.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::indicators;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(bytes.find('\n'), bytes.size());
  std::string list(bytes.substr(0, line));
  std::ranges::replace(list, ' ', '\n');
  list +=
      "\n192.0.2.1\n2001:db8::/32\nevil.example\nhttp://evil.example/"
      "a\nm@evil.example\nd41d8cd98f00b204e9800998ecf8427e\n";
  Set set;
  FileReport report;
  set.begin_source("fuzzed");
  read_text(list, set, report);
  set.finish();
  const std::string_view text = bytes.substr(line);
  std::string low(text);
  for (char& c : low)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  Search search(set);
  search.begin();
  search.text(text);
  for (const Number number : search.finish()) {
    const Indicator one = set.describe(number).indicator;
    if (one.type == Type::domain || one.type == Type::hash || one.type == Type::mail)
      CHECK(low.find(one.value) != std::string::npos);
    if (one.type == Type::address && one.value.find(':') == std::string::npos)
      CHECK(low.find(one.value) != std::string::npos ||
            low.find(':') != std::string::npos);  // or within ::ffff:c000:201
  }
  search.begin();
  search.field("x", text);
  search.finish();
  return 0;
}
