#include <algorithm>
#include <array>
#include <cstdint>

#include "base/utf8.h"
#include "phishing/html/tree.h"

namespace tocsin::phishing {
namespace {

struct Named {
  std::string_view name;
  std::string_view text;
};
// The names that can stand for a character of a scheme, a tag or a script; gumbo knows all of them.
constexpr std::array<Named, 40> kNamed = {
    {{"amp", "&"},    {"lt", "<"},     {"gt", ">"},       {"quot", "\""}, {"apos", "'"},   {"nbsp", " "},
     {"colon", ":"},  {"Tab", "\t"},   {"NewLine", "\n"}, {"lpar", "("},  {"rpar", ")"},   {"sol", "/"},
     {"num", "#"},    {"comma", ","},  {"period", "."},   {"semi", ";"},  {"equals", "="}, {"excl", "!"},
     {"quest", "?"},  {"dollar", "$"}, {"percnt", "%"},   {"ast", "*"},   {"plus", "+"},   {"lsqb", "["},
     {"lbrack", "["}, {"rsqb", "]"},   {"rbrack", "]"},   {"lcub", "{"},  {"lbrace", "{"}, {"rcub", "}"},
     {"rbrace", "}"}, {"bsol", "\\"},  {"lowbar", "_"},   {"grave", "`"}, {"commat", "@"}, {"verbar", "|"},
     {"AMP", "&"},    {"LT", "<"},     {"GT", ">"},       {"QUOT", "\""}}};

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

}  // namespace

std::string decode_references(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] != '&') {
      const std::size_t next = std::min(text.find('&', at), text.size());
      out.append(text, at, next - at);
      at = next;
      continue;
    }
    std::size_t p = at + 1;
    if (p < text.size() && text[p] == '#') {
      ++p;
      int base = 10;
      if (p < text.size() && (text[p] == 'x' || text[p] == 'X')) base = 16, ++p;
      const std::size_t begin = p;
      std::uint32_t point = 0;
      for (; p < text.size() && digit(text[p]) < base; ++p)
        point = std::min<std::uint32_t>(
            0x110000, point * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit(text[p])));
      if (p > begin) {
        append_utf8(out, point == 0 ? 0xfffd : point);
        if (p < text.size() && text[p] == ';') ++p;
        at = p;
        continue;
      }
    } else {
      const std::string_view rest = text.substr(p, 12);
      const auto named = std::ranges::find_if(kNamed, [&](const Named& one) {
        return rest.starts_with(one.name) && (rest.substr(one.name.size(), 1) == ";" || one.name.size() <= 4);
      });
      if (named != kNamed.end() && (rest.substr(named->name.size(), 1) == ";" || named->name == "lt" ||
                                    named->name == "gt" || named->name == "amp" || named->name == "quot")) {
        out += named->text;
        at = p + named->name.size();
        if (at < text.size() && text[at] == ';') ++at;
        continue;
      }
    }
    out += '&';
    ++at;
  }
  return out;
}

}  // namespace tocsin::phishing
