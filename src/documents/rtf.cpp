// RTF 1.9.1: the info group, and the text outside of groups that hold other things.
#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/utf8.h"
#include "documents/format.h"
#include "documents/markup.h"
#include "documents/office_words.h"

namespace tocsin::documents {
namespace {

struct Word {
  std::string_view name;
  std::optional<int> number;
};

// "\name-12 " at the front, which is taken.
Word take_word(std::string_view& rest) {
  Word out;
  std::size_t i = 1;
  while (i < rest.size() && ((rest[i] >= 'a' && rest[i] <= 'z') || (rest[i] >= 'A' && rest[i] <= 'Z'))) ++i;
  out.name = rest.substr(1, i - 1);
  std::size_t end = i;
  if (end < rest.size() && rest[end] == '-') ++end;
  while (end < rest.size() && rest[end] >= '0' && rest[end] <= '9') ++end;
  int value = 0;
  if (end > i && std::from_chars(rest.data() + i, rest.data() + end, value).ec == std::errc{}) out.number = value;
  if (end < rest.size() && rest[end] == ' ') ++end;
  rest.remove_prefix(std::max<std::size_t>(end, std::min<std::size_t>(2, rest.size())));
  return out;
}

std::string_view recognise_rtf(std::string_view head) { return head.starts_with("{\\rtf") ? "rtf" : ""; }

constexpr std::string_view kHidden[] = {"fonttbl",   "colortbl",  "stylesheet",        "info",         "pict",
                                        "object",    "listtable", "rsidtbl",           "themedata",    "generator",
                                        "datastore", "fldinst",   "listoverridetable", "latentstyles", "xmlnstbl",
                                        "header",    "footer"};

// Walks the file: `text` gets what a reader sees, `info` what stands in the group named first.
template <class Text, class Info>
void walk(std::string_view bytes, Text&& text, Info&& info) {
  struct Group {
    std::string_view name;
    bool hidden = false, in_info = false;
  };
  std::vector<Group> groups;
  bool star = false;
  while (!bytes.empty()) {
    const char c = bytes[0];
    if (c == '{') {
      if (groups.size() < 200)
        groups.push_back(groups.empty() ? Group{} : Group{"", groups.back().hidden, groups.back().in_info});
      star = false;
      bytes.remove_prefix(1);
    } else if (c == '}') {
      if (!groups.empty()) groups.pop_back();
      bytes.remove_prefix(1);
    } else if (c == '\\' && bytes.size() > 1) {
      if (bytes[1] == '*') {
        star = true;
        bytes.remove_prefix(2);
        continue;
      }
      if (bytes[1] == '\'' && bytes.size() > 3) {
        unsigned value = '?';
        std::from_chars(bytes.data() + 2, bytes.data() + 4, value, 16);
        const char letter = static_cast<char>(value);
        if (!groups.empty() && groups.back().in_info)
          info(groups.back().name, Word{"", std::nullopt}, std::string_view(&letter, 1));
        else if (groups.empty() || !groups.back().hidden)
          text(std::string_view(&letter, 1), true);
        bytes.remove_prefix(4);
        continue;
      }
      const Word word = take_word(bytes);
      if (!groups.empty() && groups.back().name.empty()) {
        groups.back().name = word.name;
        if (word.name == "info") groups.back().in_info = true;
        for (const std::string_view hidden : kHidden) groups.back().hidden |= word.name == hidden;
        groups.back().hidden |= star;
      }
      star = false;
      if (!groups.empty() && groups.back().in_info)
        info(groups.back().name, word, "");
      else if (word.name == "deflang" || word.name == "ansicpg")
        info("", word, "");
      else if (groups.empty() || !groups.back().hidden) {
        if (word.name == "par" || word.name == "line" || word.name == "row") text("\n", false);
        if (word.name == "tab" || word.name == "cell") text("\t", false);
        if (word.name == "u" && word.number) {
          std::string letter;
          append_utf8(letter, static_cast<char32_t>(*word.number & 0xffff));
          text(letter, false);
          if (bytes.starts_with("\\'") && bytes.size() >= 4)
            bytes.remove_prefix(4);
          else if (bytes.starts_with('?'))
            bytes.remove_prefix(1);
        }
      }
    } else {
      const std::size_t end = std::max<std::size_t>(std::min(bytes.find_first_of("{}\\\r\n"), bytes.size()), 1);
      const std::string_view run = bytes.substr(0, end);
      if (run != "\r" && run != "\n") {
        if (!groups.empty() && groups.back().in_info)
          info(groups.back().name, Word{"", std::nullopt}, run);
        else if (groups.empty() || !groups.back().hidden)
          text(run, false);
      }
      bytes.remove_prefix(end);
    }
  }
}

void describe_rtf(std::string_view bytes, const Limits& limits, Metadata& out) {
  struct Clock {
    int yr = 0, mo = 1, dy = 1, hr = 0, min = 0, sec = 0;
  };
  std::array<Clock, 3> clocks;
  std::array<std::string, 5> words;  // title, author, operator, company, generator
  walk(
      bytes, [](std::string_view, bool) {},
      [&](std::string_view group, const Word& word, std::string_view run) {
        if (word.name == "deflang" && word.number && out.language.empty())
          out.language = language_of_lcid(static_cast<unsigned>(*word.number));
        if (word.name == "ansicpg" && word.number) add_fact(out, limits, "codepage", std::to_string(*word.number));
        constexpr std::string_view kWords[] = {"title", "author", "operator", "company", "generator"};
        for (std::size_t i = 0; i < words.size(); ++i)
          if (group == kWords[i] && words[i].size() < limits.value) words[i] += run;
        constexpr std::string_view kClocks[] = {"creatim", "revtim", "printim"};
        for (std::size_t i = 0; i < clocks.size(); ++i) {
          if (group != kClocks[i] || !word.number) continue;
          Clock& clock = clocks[i];
          const int value = *word.number;
          if (word.name == "yr") clock.yr = value;
          if (word.name == "mo") clock.mo = value;
          if (word.name == "dy") clock.dy = value;
          if (word.name == "hr") clock.hr = value;
          if (word.name == "min") clock.min = value;
          if (word.name == "sec") clock.sec = value;
        }
        if (word.name == "edmins" && word.number)
          out.edit_minutes = static_cast<std::uint64_t>(std::max(0, *word.number));
        if (word.name == "nofpages" && word.number) out.pages = static_cast<std::uint64_t>(std::max(0, *word.number));
        if (word.name == "version" && word.number) out.revision = std::to_string(*word.number);
      });
  out.title = clean(words[0], limits);
  out.author = clean(words[1], limits);
  out.last_modified_by = clean(words[2], limits);
  out.company = clean(words[3], limits);
  if (const std::size_t at = bytes.substr(0, 1u << 20).find("{\\*\\generator "); at != std::string_view::npos)
    out.application = clean(bytes.substr(at + 14, std::min(bytes.find_first_of(";}", at), at + 200) - at - 14), limits);
  const auto stamp = [](const Clock& c) -> std::optional<Stamp> {
    if (c.yr < 1970 || c.yr > 2200 || c.mo < 1 || c.mo > 12 || c.dy < 1 || c.dy > 31 || c.hr < 0 || c.hr > 23 ||
        c.min < 0 || c.min > 59 || c.sec < 0 || c.sec > 60)
      return std::nullopt;
    return Stamp{
        Time::from_civil(c.yr, static_cast<unsigned>(c.mo), static_cast<unsigned>(c.dy), static_cast<unsigned>(c.hr),
                         static_cast<unsigned>(c.min), static_cast<unsigned>(c.sec)),
        true};
  };
  out.created = stamp(clocks[0]);
  out.modified = stamp(clocks[1]);
  out.printed = stamp(clocks[2]);
}

std::string rtf_text(std::string_view bytes, const Limits& limits) {
  std::string out;
  walk(
      bytes,
      [&](std::string_view run, bool narrow) {
        if (out.size() > limits.text) return;
        if (narrow)
          append_utf8(out, static_cast<unsigned char>(run[0]));
        else
          out += run;
      },
      [](std::string_view, const Word&, std::string_view) {});
  return out;
}

}  // namespace

const FormatSpec rtf_spec{recognise_rtf, describe_rtf, rtf_text};

}  // namespace tocsin::documents
