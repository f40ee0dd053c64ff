#include "phishing/letters.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace tocsin::phishing {
namespace {

struct Alike {
  char32_t letter;
  char latin;
};
// Cyrillic, Greek, Armenian and other letters that common fonts draw like a Latin one (after Unicode's confusables in
// kind, chosen by eye; lower case).
constexpr std::array<Alike, 77> kAlike = {{
    {0x430, 'a'},  {0x435, 'e'},  {0x43E, 'o'},  {0x440, 'p'},  {0x441, 'c'},  {0x443, 'y'},  {0x445, 'x'},
    {0x455, 's'},  {0x456, 'i'},  {0x458, 'j'},  {0x501, 'd'},  {0x51B, 'q'},  {0x51D, 'w'},  {0x4BB, 'h'},
    {0x43A, 'k'},  {0x43C, 'm'},  {0x442, 't'},  {0x432, 'b'},  {0x43D, 'h'},  {0x433, 'r'},  {0x4CF, 'l'},
    {0x4C0, 'l'},  {0x475, 'v'},  {0x461, 'w'},  {0x44C, 'b'},  {0x3B1, 'a'},  {0x3B2, 'b'},  {0x3B5, 'e'},
    {0x3B7, 'n'},  {0x3B9, 'i'},  {0x3BA, 'k'},  {0x3BD, 'v'},  {0x3BF, 'o'},  {0x3C1, 'p'},  {0x3C3, 'o'},
    {0x3C4, 't'},  {0x3C5, 'u'},  {0x3C7, 'x'},  {0x3C9, 'w'},  {0x3B3, 'y'},  {0x3BC, 'u'},  {0x561, 'w'},
    {0x563, 'q'},  {0x566, 'q'},  {0x570, 'h'},  {0x578, 'n'},  {0x57D, 'u'},  {0x581, 'g'},  {0x584, 'f'},
    {0x585, 'o'},  {0x251, 'a'},  {0x261, 'g'},  {0x269, 'i'},  {0x26A, 'i'},  {0x28F, 'y'},  {0x1D00, 'a'},
    {0x299, 'b'},  {0x1D04, 'c'}, {0x1D05, 'd'}, {0x1D07, 'e'}, {0x262, 'g'},  {0x29C, 'h'},  {0x1D0A, 'j'},
    {0x1D0B, 'k'}, {0x29F, 'l'},  {0x1D0D, 'm'}, {0x274, 'n'},  {0x1D0F, 'o'}, {0x1D18, 'p'}, {0x280, 'r'},
    {0x1D1B, 't'}, {0x1D1C, 'u'}, {0x1D20, 'v'}, {0x1D21, 'w'}, {0x1D22, 'z'}, {0x2170, 'i'}, {0x217C, 'l'},
}};

char alike(char32_t c) {
  const auto found = std::ranges::find(kAlike, c, &Alike::letter);
  return found == kAlike.end() ? '\0' : found->latin;
}

bool is_invisible(char32_t c) {
  return c == 0xAD || (c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF || c == 0x180E || c == 0x34F ||
         (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF) || c == 0x2061 || c == 0x2062 || c == 0x2063 ||
         c == 0x2064;
}
bool is_reordering(char32_t c) { return c == 0x202D || c == 0x202E; }
bool is_styled(char32_t c) {
  return (c >= 0x1D400 && c <= 0x1D7FF) || (c >= 0xFF21 && c <= 0xFF5A) || (c >= 0x24B6 && c <= 0x24E9) ||
         (c >= 0x1F110 && c <= 0x1F189) ||
         // Small capitals, of phonetic writing.
         (c >= 0x1D00 && c <= 0x1D22) || c == 0x262 || c == 0x26A || c == 0x274 || c == 0x280 || c == 0x28F ||
         c == 0x299 || c == 0x29C || c == 0x29F;
}

}  // namespace

Looks look_at(std::string_view text) {
  Looks out;
  text = text.substr(0, 1u << 20);
  if (is_ascii(text)) {
    out.plain = fold(text);
    return out;
  }
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const normal = icu::Normalizer2::getNFKCInstance(error);
  bool latin = false, foreign = false, own = false, letter_before = false, joins = false;
  std::uint32_t pending = 0, letters = 0, wide = 0;
  const auto word_ends = [&] {
    // Whole words in another script are that language; a Latin letter among look-alikes is a disguise. Units and
    // formulas (µg, kΩ) are short.
    if (latin && foreign && !own && letters >= 4) ++out.words_mixed;
    latin = foreign = own = false;
    letters = 0;
  };
  icu::UnicodeString unit;
  bool eastern = false;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = first_code_point(text.substr(at));
    at += point.length;
    const char32_t c = point.value;
    if (is_invisible(c)) {
      // Browsers break long words at soft hyphens; Arabic and Indic scripts join and part letters so.
      if (letter_before && !joins) ++(c == 0xAD ? out.soft : pending);
      continue;
    }
    if (is_reordering(c)) {
      ++out.reordering;
      continue;
    }
    if (c < 0x80) {
      const bool is_letter = std::isalpha(static_cast<unsigned char>(c));
      if (is_letter) {
        out.invisible += pending;
        latin = true;
        ++letters;
      } else if (c != '\'' && c != '.') {
        word_ends();
      }
      pending = 0;
      joins = false;
      letter_before = is_letter;
      out.plain += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      continue;
    }
    if (c == 0x2122 || c == 0xAE || c == 0xA9 || c == 0x2120) {  // trade marks are no letters
      word_ends();
      out.plain += ' ';
      continue;
    }
    if (is_styled(c)) ++out.styled;
    if (c >= 0xFF21 && c <= 0xFF5A) ++wide;
    if (c == 0x131) {  // of Turkish
      latin = true;
      letter_before = true;
      ++letters;
      pending = 0;
      joins = false;
      out.plain += 'i';
      continue;
    }
    eastern |= c >= 0x3040 && c < 0xD7B0;
    const auto folded =
        static_cast<char32_t>(u_foldCase(static_cast<UChar32>(c < 0x110000 ? c : 0xFFFD), U_FOLD_CASE_DEFAULT));
    const bool is_letter = u_isalpha(static_cast<UChar32>(c < 0x110000 ? c : 0xFFFD));
    if (!is_letter) word_ends();
    if (is_letter && letter_before) out.invisible += pending;
    pending = 0;
    joins = c >= 0x590 && c < 0x1100;
    letter_before = is_letter;
    letters += is_letter;
    if (const char ascii = alike(folded)) {
      foreign = true;
      out.plain += ascii;
      continue;
    }
    if (is_letter && c >= 0x370 && c < 0x590) own = true;  // a letter that only Greek or Cyrillic has
    if (is_letter && c >= 0xC0 && c < 0x250) latin = true;
    unit.setTo(static_cast<UChar32>(folded < 0x110000 && !(folded >= 0xD800 && folded < 0xE000) ? folded : 0xFFFD));
    icu::UnicodeString normalized;
    if (U_SUCCESS(error)) normal->normalize(unit, normalized, error);
    std::string bytes;
    (U_SUCCESS(error) ? normalized : unit).toUTF8String(bytes);
    // Accents go: reclama​ção and reclamacao are one word to a rule.
    if (c >= 0xC0 && c < 0x250) {
      icu::UnicodeString apart;
      UErrorCode second = U_ZERO_ERROR;
      if (const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(second); U_SUCCESS(second))
        nfd->normalize(unit, apart, second);
      if (U_SUCCESS(second) && apart.length() > 0 && apart[0] < 0x80) bytes.assign(1, static_cast<char>(apart[0]));
    }
    if (bytes.size() == 1 && bytes[0] >= 'A' && bytes[0] <= 'Z') bytes[0] = static_cast<char>(bytes[0] + 32);
    out.plain += bytes;
  }
  word_ends();
  if (eastern) out.styled -= wide;  // Japanese sets Latin letters wide
  return out;
}

unsigned edits(std::string_view a, std::string_view b, unsigned most) {
  if (a.size() > 64 || b.size() > 64) return most + 1;
  const std::size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap > most) return most + 1;
  std::array<std::array<unsigned, 66>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<unsigned>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto &last = rows[(i + 2) % 3], &before = rows[(i + 1) % 3];
    row[0] = static_cast<unsigned>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return std::min(rows[a.size() % 3][b.size()], most + 1);
}

}  // namespace tocsin::phishing
