// Wrappers: one object around the list of records, with a few header fields.
//
// A record may itself have a list under "items" or "events", so a key alone is not believed: nothing but the wrapper's
// header fields may stand before and after the list. Then its name is of no account: "value" (Microsoft Graph),
// "items" (Kubernetes), "events" (CloudWatch), "entries" (Google Cloud), "results" or any other.
#include <algorithm>
#include <array>
#include <string_view>

#include "readers/json/cutter.h"

namespace tocsin::json {
namespace {

using Answer = Wrapper::Answer;

// Lists that are a wrapper's whatever stands beside them: AWS CloudTrail, Azure diagnostic settings.
constexpr std::array kCertain = std::to_array<std::string_view>({"Records", "records"});
constexpr std::array kHeaders = std::to_array<std::string_view>({
    "@odata.context",
    "@odata.count",
    "@odata.nextLink",
    "@odata.deltaLink",
    "kind",
    "apiVersion",
    "metadata",
    "etag",
    "nextPageToken",
    "nextToken",
    "NextToken",
    "nextLink",
    "took",
    "timed_out",
    "_shards",
    "_scroll_id",
    "total",
    "max_score",
    "count",
    "pagination",
    "searchedLogStreams",
    "stat",
    "status",
    "preview",
    "init_offset",
});

struct Cursor {
  const char* p;
  const char* end;

  bool done() const { return p >= end; }
  void space() {
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) ++p;
  }
  // From the opening quote past the closing one; false when the text ends first.
  bool string(std::string_view& content) {
    const char* const start = ++p;
    while (p < end && *p != '"') p += *p == '\\' ? 2 : 1;
    if (p >= end) return false;
    content = {start, static_cast<std::size_t>(p - start)};
    ++p;
    return true;
  }
  // Over one value of any kind; false when the text ends first.
  bool value() {
    std::size_t depth = 0;
    std::string_view content;
    while (p < end) {
      const char c = *p;
      if (c == '"') {
        if (!string(content)) return false;
        if (depth == 0) return true;
        continue;
      }
      if (c == '{' || c == '[') {
        ++depth;
      } else if (c == '}' || c == ']') {
        if (depth == 0) return true;  // after a bare word
        if (--depth == 0) return ++p, true;
      } else if (c == ',' && depth == 0) {
        return true;
      }
      ++p;
    }
    return false;
  }
};

// Behind a list that may be a wrapper's: nothing but header fields up to the end of the object?
Answer only_headers_follow(Cursor cursor) {
  if (!cursor.value()) return Answer::need_more;
  while (true) {
    cursor.space();
    if (cursor.done()) return Answer::need_more;
    if (*cursor.p == '}') return Answer::yes;
    if (*cursor.p != ',') return Answer::no;
    ++cursor.p;
    cursor.space();
    if (cursor.done()) return Answer::need_more;
    std::string_view key;
    if (*cursor.p != '"') return Answer::no;
    if (!cursor.string(key)) return Answer::need_more;
    if (std::ranges::find(kHeaders, key) == kHeaders.end()) return Answer::no;
    cursor.space();
    if (cursor.done()) return Answer::need_more;
    if (*cursor.p != ':') return Answer::no;
    ++cursor.p;
    cursor.space();
    if (!cursor.value()) return Answer::need_more;
  }
}

}  // namespace

Wrapper find_wrapper(std::string_view text) {
  Cursor cursor{text.data() + 1, text.data() + text.size()};
  const Wrapper need_more{Answer::need_more};
  std::uint32_t depth = 1;
  bool odata = false;
  while (true) {
    std::string_view key;
    cursor.space();
    if (cursor.done()) return need_more;
    if (*cursor.p != '"') return {};
    if (!cursor.string(key)) return need_more;
    cursor.space();
    if (cursor.done()) return need_more;
    if (*cursor.p != ':') return {};
    ++cursor.p;
    cursor.space();
    if (cursor.done()) return need_more;

    if (*cursor.p == '[') {
      const bool certain = (key == "hits" && depth == 2) || (key == "value" && odata) ||
                           std::ranges::find(kCertain, key) != kCertain.end();
      Cursor inside = cursor;
      ++inside.p;
      inside.space();
      if (inside.done()) return need_more;
      if (*inside.p != '{' && *inside.p != ']') return {};
      const Wrapper found{Answer::yes, static_cast<std::size_t>(inside.p - text.data()), depth};
      if (certain) return found;
      if (*inside.p == ']') return {};
      const Answer answer = only_headers_follow(cursor);
      if (answer == Answer::no) return {};
      return {answer, found.list, found.depth};
    }
    if (key == "hits" && *cursor.p == '{') {
      ++cursor.p;
      ++depth;
      continue;
    }
    odata |= key.starts_with("@odata.");
    if (std::ranges::find(kHeaders, key) == kHeaders.end()) return {};
    if (!cursor.value()) return need_more;
    cursor.space();
    if (cursor.done()) return need_more;
    if (*cursor.p != ',') return {};
    ++cursor.p;
  }
}

Wrapper find_any_list(std::string_view text) {
  Cursor cursor{text.data(), text.data() + text.size()};
  std::uint32_t depth = 0;
  std::string_view content;
  while (!cursor.done()) {
    const char c = *cursor.p;
    if (c == '"') {
      if (!cursor.string(content)) return {};
      continue;
    }
    if (c == '{') ++depth;
    if (c == '}') --depth;
    if (depth == 0 || depth > 8) return {};
    if (c != '[') {
      ++cursor.p;
      continue;
    }
    Cursor inside = cursor;
    ++inside.p;
    inside.space();
    if (!inside.done() && *inside.p == '{')
      return {Answer::yes, static_cast<std::size_t>(inside.p - text.data()), depth};
    if (!cursor.value()) return {};
  }
  return {};
}

}  // namespace tocsin::json
