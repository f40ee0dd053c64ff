#include "decoys/spelling.h"

#include <unicode/uidna.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>

#include <array>
#include <cstring>
#include <unordered_map>

#include "base/check.h"
#include "base/text.h"

namespace tocsin::decoys {
namespace {

// Characters of names; 0: none. Capitals become small ones.
constexpr auto kNameChar = [] {
  std::array<char, 256> table{};
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = c;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = static_cast<char>(c + 32);
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = c;
  table['-'] = '-';
  table['_'] = '_';
  table['.'] = '.';
  return table;
}();

constexpr auto kFold = [] {
  std::array<char, 256> table{};
  for (unsigned c = 0; c < 256; ++c) table[c] = static_cast<char>(c);
  for (const auto& [from, to] : {std::pair{'0', 'o'},
                                 {'1', 'l'},
                                 {'i', 'l'},
                                 {'q', 'g'},
                                 {'9', 'g'},
                                 {'v', 'u'},
                                 {'3', 'e'},
                                 {'4', 'a'},
                                 {'5', 's'},
                                 {'8', 'b'},
                                 {'2', 'z'},
                                 {'7', 't'},
                                 {'_', '-'}})
    table[static_cast<unsigned char>(from)] = to;
  return table;
}();

// Small letters that readers take for Latin ones although Unicode's confusables, which look at whole fonts, don't say
// so.
struct Look {
  char32_t from;
  const char* to;
};
constexpr Look kLooks[] = {{U'к', "k"}, {U'т', "t"}, {U'в', "b"}, {U'н', "h"}, {U'м', "m"},  {U'г', "r"},  {U'п', "n"},
                           {U'и', "u"}, {U'й', "u"}, {U'л', "n"}, {U'д', "d"}, {U'б', "b"},  {U'з', "3"},  {U'ш', "w"},
                           {U'щ', "w"}, {U'ь', "b"}, {U'я', "r"}, {U'ч', "4"}, {U'ж', "x"},  {U'ф', "o"},  {U'ц', "u"},
                           {U'э', "e"}, {U'є', "e"}, {U'ё', "e"}, {U'ґ', "r"}, {U'η', "n"},  {U'κ', "k"},  {U'μ', "u"},
                           {U'τ', "t"}, {U'χ', "x"}, {U'ε', "e"}, {U'ω', "w"}, {U'β', "b"},  {U'π', "n"},  {U'ł', "l"},
                           {U'đ', "d"}, {U'ø', "o"}, {U'ħ', "h"}, {U'ŧ', "t"}, {U'æ', "ae"}, {U'œ', "oe"}, {U'ß', "b"},
                           {U'ı', "i"}, {U'ŋ', "n"}, {U'þ', "p"}, {U'ð', "d"}, {U'ƙ', "k"},  {U'ɡ', "g"},  {U'ɩ', "i"},
                           {U'ᴡ', "w"}, {U'ѡ', "w"}, {U'ԝ', "w"}, {U'ա', "w"}, {U'ո', "n"},  {U'օ', "o"},  {U'ӏ', "l"},
                           {U'հ', "h"}, {U'ց', "g"}, {U'ս', "u"}};

// What one character of another script is taken for; "_" where for nothing.
std::string look_of(char32_t c) {
  for (const Look& look : kLooks)
    if (look.from == c) return look.to;
  UErrorCode error = U_ZERO_ERROR;
  UChar source[2], target[32];
  std::int32_t size = 0;
  if (c > 0xffff) {
    source[size++] = U16_LEAD(c);
    source[size++] = U16_TRAIL(c);
  } else {
    source[size++] = static_cast<UChar>(c);
  }
  const auto first_ascii = [](const UChar* text, std::int32_t length) {
    return length > 0 && text[0] < 0x80 ? kNameChar[text[0]] : '\0';
  };
  static const UNormalizer2* const kApart = unorm2_getNFKDInstance(&error);
  if (U_SUCCESS(error)) {
    const std::int32_t length = unorm2_normalize(kApart, source, size, target, 32, &error);
    if (U_SUCCESS(error))
      if (const char base = first_ascii(target, length); base && base != '.') return {base};
  }
  error = U_ZERO_ERROR;
  static const USpoofChecker* const kChecker = [] {
    UErrorCode failed = U_ZERO_ERROR;
    USpoofChecker* checker = uspoof_open(&failed);
    CHECK(U_SUCCESS(failed));
    return checker;
  }();
  const std::int32_t length = uspoof_getSkeleton(kChecker, 0, source, size, target, 32, &error);
  if (U_SUCCESS(error)) {
    // A skeleton may still have a mark: 'ı́'. Its first letter is what is seen.
    if (length > 0 && target[0] == 'r' && length > 1 && target[1] == 'n') return "m";
    if (const char base = first_ascii(target, length); base && base != '.') return {base};
  }
  return "_";
}

const UIDNA* idna() {
  static const UIDNA* const kIdna = [] {
    UErrorCode failed = U_ZERO_ERROR;
    UIDNA* made = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE, &failed);
    CHECK(U_SUCCESS(failed));
    return made;
  }();
  return kIdna;
}

// One label, converted; what UTS 46 objects to is converted all the same, for names that exist needn't be allowed.
template <auto Convert>
std::string converted(std::string_view label) {
  char out[512];
  UErrorCode error = U_ZERO_ERROR;
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  const std::int32_t size =
      Convert(idna(), label.data(), static_cast<std::int32_t>(label.size()), out, sizeof out, &info, &error);
  if (U_FAILURE(error) || size <= 0 || size > static_cast<std::int32_t>(sizeof out)) return std::string(label);
  if (info.errors & (UIDNA_ERROR_PUNYCODE | UIDNA_ERROR_INVALID_ACE_LABEL)) return std::string(label);
  return {out, static_cast<std::size_t>(size)};
}

bool append(Spelling& out, char c, bool foreign) {
  if (out.size >= kNameMax) return false;
  out.foreign[out.size] = foreign;
  out.plain[out.size] = c;
  out.folded[out.size++] = kFold[static_cast<unsigned char>(c)];
  return true;
}

// A label that is of another script, in either form.
bool spell_foreign(std::string_view label, Spelling& out) {
  thread_local std::unordered_map<char32_t, std::string> known;
  const bool encoded = label.starts_with("xn--");
  std::string text = encoded ? converted<uidna_labelToUnicodeUTF8>(label) : std::string(label);
  const std::string ascii = encoded ? std::string(label) : converted<uidna_labelToASCII_UTF8>(label);
  if (ascii.empty() || ascii.size() > 63 || !is_ascii(ascii)) return false;
  for (const char c : ascii)
    if (!kNameChar[static_cast<unsigned char>(c)] || c == '.') return false;
  out.ascii += ascii;
  if (!encoded) text = converted<uidna_labelToUnicodeUTF8>(ascii);
  if (text != ascii) out.idn = true;
  for (std::string_view rest = text; !rest.empty();) {
    const CodePoint one = first_code_point(rest);
    rest.remove_prefix(one.length);
    if (one.value < 0x80) {
      const char c = kNameChar[one.value];
      if (!append(out, c && c != '.' ? c : '_', false)) return false;
      continue;
    }
    if (known.size() > 4096) known.clear();
    const auto [found, is_new] = known.try_emplace(one.value);
    if (is_new) found->second = look_of(one.value);
    for (const char c : found->second)
      if (!append(out, c, true)) return false;
  }
  return true;
}

bool spell_slowly(std::string_view text, Spelling& out) {
  out.size = 0;
  out.labels = 0;
  std::string lower;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x80 && !kNameChar[u]) return false;
    lower += u < 0x80 ? kNameChar[u] : c;
  }
  if (!is_utf8(lower)) return false;
  for (std::string_view rest = lower;;) {
    const std::size_t end = std::min(rest.find('.'), rest.size());
    const std::string_view label = rest.substr(0, end);
    if (label.empty() || out.labels == kLabelsMax) return false;
    out.begin[out.labels++] = out.size;
    if (label.starts_with("xn--") || !is_ascii(label)) {
      if (!spell_foreign(label, out)) return false;
    } else {
      if (label.size() > 63) return false;
      out.ascii += label;
      for (const char c : label)
        if (!append(out, c, false)) return false;
    }
    if (out.size == out.begin[out.labels - 1]) return false;
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
    out.ascii += '.';
    if (!append(out, '.', false)) return false;
  }
  return out.ascii.size() <= kNameMax;
}

}  // namespace

char fold(char c) { return kFold[static_cast<unsigned char>(c)]; }

bool spell(std::string_view text, Spelling& out) {
  while (text.starts_with("*.")) text.remove_prefix(2);
  if (text.ends_with('.')) text.remove_suffix(1);
  if (out.idn) std::memset(out.foreign, 0, sizeof out.foreign);
  out.idn = false;
  if (!out.ascii.empty()) out.ascii.clear();
  out.labels = 0;
  if (text.empty() || text.size() > 1024) return false;
  std::size_t size = 0, label = 0;
  bool other = text.size() > kNameMax;
  for (; size < text.size() && !other; ++size) {
    const auto u = static_cast<unsigned char>(text[size]);
    const char c = kNameChar[u];
    if (!c) {
      if (u < 0x80) return false;
      other = true;
      break;
    }
    out.plain[size] = c;
    out.folded[size] = kFold[static_cast<unsigned char>(c)];
    if (c == '.') {
      if (size == label || size - label > 63 || out.labels + 1 == kLabelsMax) return false;
      out.begin[out.labels++] = static_cast<std::uint16_t>(label);
      label = size + 1;
    } else if (c == 'x' && size == label && text.size() - size > 4 && text[size + 2] == '-' && text[size + 3] == '-' &&
               (text[size + 1] | 32) == 'n') {
      other = true;
    }
  }
  if (other) {
    if (!spell_slowly(text, out)) {
      out.idn = true;  // so that its marks are wiped next time
      return false;
    }
  } else {
    if (size == label || size - label > 63) return false;
    out.begin[out.labels++] = static_cast<std::uint16_t>(label);
    out.size = static_cast<std::uint16_t>(size);
  }
  out.begin[out.labels] = static_cast<std::uint16_t>(out.size + 1);
  if (out.labels < 2) return false;
  // No top-level domain is a number: that would be an address.
  const std::string_view last = out.label(out.labels - 1u);
  return last.find_first_not_of("0123456789") != std::string_view::npos;
}

std::size_t fold_pairs(std::string_view text, char* out, std::uint16_t* map) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i], next = i + 1 < text.size() ? text[i + 1] : '\0';
    // Of three equal letters two are read: "gooogle".
    if (size >= 2 && out[size - 1] == c && out[size - 2] == c && c != '.' && c != '-') continue;
    char made = c;
    if (c == 'r' && next == 'n') made = 'm';
    if (c == 'u' && next == 'u') made = 'w';
    if (c == 'c' && next == 'l') made = 'd';
    map[size] = static_cast<std::uint16_t>(i);
    out[size++] = made;
    if (made != c) ++i;
  }
  map[size] = static_cast<std::uint16_t>(text.size());
  return size;
}

std::string shown(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('.'), name.size());
    const std::string_view label = name.substr(0, end);
    out += label.starts_with("xn--") ? converted<uidna_labelToUnicodeUTF8>(label) : std::string(label);
    if (end == name.size()) break;
    out += '.';
    name.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace tocsin::decoys
