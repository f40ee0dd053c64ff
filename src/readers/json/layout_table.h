// The rows of the table that layouts.h draws, and what their sources depend on.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "readers/json/walk.h"

namespace tocsin::json {

enum class Form : std::uint8_t { dotted, windows_event, windows_flat, windows_table, winlog, hayabusa };

// Where a record carries a line of text, and what it says of who wrote that line. Paths as for `time`.
struct Carrier {
  std::string_view line;
  std::string_view program = {}, host = {}, pid = {};
  bool bare = false;
};

struct Layout {
  std::string_view source;
  Form form;
  std::vector<std::string_view> all;   // keys that must be there
  std::vector<std::string_view> any;   // and one of these, unless empty
  std::vector<std::string_view> time;  // where its time stands: the first that is there; dots step into objects
  bool utc = true;                     // a time without a zone is UTC
  // Names the source better, from the record's values. Empty: `source` stands.
  std::string_view (*source_of)(const Walk& walk, const Node& root) = nullptr;
  Carrier carrier = {};
};

// The first that fits is it; the last fits everything.
std::span<const Layout> layout_table();

bool equal_folded(std::string_view a, std::string_view b);

}  // namespace tocsin::json
