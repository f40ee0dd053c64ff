#include "documents/outlook_rtf.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/endian.h"
#include "base/utf8.h"
#include "documents/code_page.h"
#include "documents/markup.h"

namespace tocsin::documents {
namespace {

// What every compressed text may refer to from its first byte on (MS-OXRTFCP 2.1.3.1.5).
constexpr std::string_view kDictionary =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    "MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
static_assert(kDictionary.size() == 207);

constexpr std::size_t kGroupsMax = 200;

// Groups that hold no text of the body.
constexpr std::string_view kOther[] = {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "listtable"};

struct Named {
  std::string_view word, html, text;
};
constexpr Named kNamed[] = {{"par", "\r\n", "\r\n"},
                            {"line", "\r\n", "\r\n"},
                            {"tab", "\t", "\t"},
                            {"lquote", "&lsquo;", "\u2018"},
                            {"rquote", "&rsquo;", "\u2019"},
                            {"ldblquote", "&ldquo;", "\u201c"},
                            {"rdblquote", "&rdquo;", "\u201d"},
                            {"bullet", "&bull;", "\u2022"},
                            {"endash", "&ndash;", "\u2013"},
                            {"emdash", "&mdash;", "\u2014"}};

class Unwrapping {
 public:
  Unwrapping(std::string_view rtf, std::size_t max, std::string& out) : rest_(rtf), max_(max), out_(out) {}

  void run(InRtf what) {
    html_ = what == InRtf::html;
    groups_.push_back({});
    while (!rest_.empty() && out_.size() < max_) step();
    flush();
  }

 private:
  struct Group {
    bool tag = false;      // {\*\htmltag: markup, as it stands
    bool other = false;    // no text of the body
    bool for_rtf = false;  // between \htmlrtf and \htmlrtf0: what the HTML hasn't
    unsigned skip = 1;     // characters that stand for a \u
  };
  Group& top() { return groups_.back(); }
  bool shown() const { return groups_.back().tag || (!groups_.back().other && !groups_.back().for_rtf); }
  // Bytes wait, so that a character of two of them is decoded whole.
  void put(char byte) {
    if (skipping_ > 0) return void(--skipping_);
    if (shown()) bytes_ += byte;
  }
  void put_text(std::string_view text) {
    if (!shown()) return;
    flush();
    out_ += text;
  }
  void flush() {
    if (!bytes_.empty()) out_ += decode_page(bytes_, page_);
    bytes_.clear();
  }

  void step() {
    const char c = rest_[0];
    if (c == '{') {
      if (groups_.size() < kGroupsMax)
        groups_.push_back(top());
      else
        ++deeper_;
      fresh_ = true;
      skipping_ = 0;
    } else if (c == '}') {
      flush();
      if (deeper_ > 0)
        --deeper_;
      else if (groups_.size() > 1)
        groups_.pop_back();
      fresh_ = star_ = false;
      skipping_ = 0;
    } else if (c == '\\' && rest_.size() > 1) {
      return control();
    } else if (c != '\r' && c != '\n') {
      fresh_ = star_ = false;
      put(c);
    }
    rest_.remove_prefix(1);
  }

  void control() {
    const char next = rest_[1];
    if (next == '\'' && rest_.size() >= 4) {
      unsigned value = 0;
      std::from_chars(rest_.data() + 2, rest_.data() + 4, value, 16);
      rest_.remove_prefix(4);
      return put(static_cast<char>(value));
    }
    const bool is_word = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
    if (!is_word) {
      rest_.remove_prefix(2);
      if (next == '*') return void(star_ = true);
      if (next == '~') return put_text(html_ ? "&nbsp;" : "\u00a0");
      if (next == '_') return put_text(html_ ? "&shy;" : "\u00ad");
      if (next == '\r' || next == '\n') return put_text("\r\n");
      return put(next);
    }
    std::size_t end = 2;
    while (end < rest_.size() && end < 40 &&
           ((rest_[end] >= 'a' && rest_[end] <= 'z') || (rest_[end] >= 'A' && rest_[end] <= 'Z')))
      ++end;
    const std::string_view word = rest_.substr(1, end - 1);
    const std::size_t digits = end;
    if (end < rest_.size() && rest_[end] == '-') ++end;
    while (end < rest_.size() && end < digits + 11 && rest_[end] >= '0' && rest_[end] <= '9') ++end;
    int number = 0;
    const bool numbered =
        end > digits && std::from_chars(rest_.data() + digits, rest_.data() + end, number).ec == std::errc{};
    if (end < rest_.size() && rest_[end] == ' ') ++end;
    rest_.remove_prefix(end);
    if (fresh_) {
      if (word == "htmltag" && star_)
        top().tag = true, top().other = false;
      else if (star_ || std::ranges::find(kOther, word) != std::end(kOther))
        top().tag = false, top().other = true;
    }
    fresh_ = star_ = false;
    if (word == "htmlrtf") return void(top().for_rtf = !numbered || number != 0);
    if (word == "ansicpg" && numbered && number > 0) return flush(), void(page_ = static_cast<unsigned>(number));
    if (word == "uc" && numbered) return void(top().skip = static_cast<unsigned>(std::clamp(number, 0, 10)));
    if (word == "bin" && numbered && number > 0)
      return rest_.remove_prefix(std::min<std::size_t>(number, rest_.size()));
    if (word == "u" && numbered) {
      const auto unit = static_cast<char32_t>(number & 0xffff);
      skipping_ = 0;
      if (unit >= 0xd800 && unit < 0xdc00) {
        high_ = unit;
      } else {
        const bool pair = unit >= 0xdc00 && unit < 0xe000 && high_ != 0;
        std::string letter;
        append_utf8(letter, pair ? 0x10000 + ((high_ - 0xd800) << 10) + (unit - 0xdc00) : unit);
        high_ = 0;
        put_text(letter);
      }
      skipping_ = top().skip;
      return;
    }
    for (const Named& one : kNamed)
      if (word == one.word) return put_text(html_ && !top().tag ? one.html : one.text);
  }

  std::string_view rest_;
  const std::size_t max_;
  std::string& out_;
  std::string bytes_;
  std::vector<Group> groups_;
  std::size_t deeper_ = 0;
  unsigned page_ = 1252, skipping_ = 0;
  char32_t high_ = 0;
  bool html_ = false, fresh_ = false, star_ = false;
};

}  // namespace

std::optional<std::string> decompress_rtf(std::string_view bytes, std::size_t max) {
  if (bytes.size() < 16) return std::nullopt;
  const auto u32 = [&](std::size_t at) { return std::uint32_t{*reinterpret_cast<const ul32*>(bytes.data() + at)}; };
  const std::uint32_t size = u32(4), type = u32(8);
  max = std::min<std::size_t>(max, size);
  std::string_view rest = bytes.substr(16);
  if (type == 0x414c454d) return std::string(rest.substr(0, max));  // "MELA": as it stands
  if (type != 0x75465a4c) return std::nullopt;                      // "LZFu"
  std::string ring(4096, ' ');
  kDictionary.copy(ring.data(), kDictionary.size());
  std::size_t at = kDictionary.size();
  std::string out;
  const auto put = [&](char c) {
    out += c;
    ring[at] = c;
    at = (at + 1) % ring.size();
  };
  while (!rest.empty() && out.size() < max) {
    const unsigned control = static_cast<unsigned char>(rest[0]);
    rest.remove_prefix(1);
    for (unsigned bit = 0; bit < 8 && !rest.empty() && out.size() < max; ++bit) {
      if ((control >> bit & 1) == 0) {
        put(rest[0]);
        rest.remove_prefix(1);
        continue;
      }
      if (rest.size() < 2) return out;
      const unsigned reference = static_cast<unsigned char>(rest[0]) << 8 | static_cast<unsigned char>(rest[1]);
      rest.remove_prefix(2);
      std::size_t from = reference >> 4;
      if (from == at) return out;  // the end
      for (unsigned left = (reference & 15) + 2; left > 0 && out.size() < max; --left) {
        put(ring[from]);
        from = (from + 1) % ring.size();
      }
    }
  }
  return out;
}

InRtf unwrap_rtf(std::string_view rtf, std::size_t max, std::string& out) {
  const std::string_view head = rtf.substr(0, 2048);
  const InRtf what = head.find("\\fromhtml1") != std::string_view::npos  ? InRtf::html
                     : head.find("\\fromtext") != std::string_view::npos ? InRtf::text
                                                                         : InRtf::nothing;
  if (what != InRtf::nothing) Unwrapping(rtf, max, out).run(what);
  return what;
}

}  // namespace tocsin::documents
