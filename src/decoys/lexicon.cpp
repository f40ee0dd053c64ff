#include "decoys/lexicon.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/check.h"

namespace tocsin::decoys {
namespace {

constexpr std::size_t kWordMax = 24;
constexpr float kDigitBits = 2.5f;  // digits come in numbers that mean something, mostly

int letter(char c) {
  if (c >= 'a' && c <= 'z') return c - 'a';
  if (c >= '0' && c <= '9') return 26 + (c - '0');
  return -1;
}

// What writing a word costs. Lure words are few and expected; the rest by how many there are.
float bits_of(std::uint16_t classes) {
  if (classes & kLure) return 7;
  if (classes & (kTechnical | kInstitution | kProduct | kFiller)) return 8;
  if (classes & (kCountry | kGovernment | kHost)) return 9;
  if (classes & kCommon) return 9.5f;
  return 11.5f;
}

// Endings that a word takes without being listed with them.
constexpr std::string_view kEndings[] = {"s", "es", "ed", "er", "ers", "ing", "ings", "ly"};
constexpr float kEndingBits = 2;

struct Section {
  std::string_view name;
  std::uint16_t classes;
};
constexpr Section kSections[] = {{"lure", kLure},        {"technical", kTechnical},     {"fillers", kFiller},
                                 {"products", kProduct}, {"institution", kInstitution}, {"government", kGovernment},
                                 {"hosts", kHost},       {"common", kCommon},           {"ordinary", kOrdinary},
                                 {"foreign", kOrdinary}};

}  // namespace

Cost& Cost::operator+=(const Cost& other) {
  const auto sum = [](auto& a, auto b) { a = static_cast<std::remove_reference_t<decltype(a)>>(std::min(a + b, 255)); };
  bits += other.bits;
  unknown += other.unknown;
  sum(lure, other.lure);
  sum(technical, other.technical);
  sum(institution, other.institution);
  sum(ordinary, other.ordinary);
  sum(country, other.country);
  sum(government, other.government);
  sum(words, other.words);
  sum(digits, other.digits);
  return *this;
}

Lexicon::Lexicon() : growing_(1), trie_(1), by_class_(16) {
  for (auto& row : letter_bits_)
    for (float& bits : row) bits = 4.7f;
}

void Lexicon::insert(std::string_view word, std::uint16_t classes) {
  std::uint32_t at = 0;
  for (const char c : word) {
    const int i = letter(c);
    if (i < 0) return;
    if (growing_[at].next[i] == 0) {
      growing_[at].next[i] = static_cast<std::uint32_t>(growing_.size());
      growing_.emplace_back();
    }
    at = growing_[at].next[i];
  }
  if ((growing_[at].classes & classes) != classes)
    by_class_[static_cast<std::size_t>(std::countr_zero(classes))].emplace_back(word);
  growing_[at].classes |= classes;
}

Result<void> Lexicon::add(std::string_view text, const std::string& where) {
  std::string_view section;
  std::uint16_t classes = 0;
  std::size_t line_number = 0;
  while (!text.empty()) {
    ++line_number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find('#'));
    const auto trouble = [&](std::string what) {
      return fail(std::move(what), where + ":" + std::to_string(line_number), "the file's head says how it is written");
    };
    while (!line.empty()) {
      const std::size_t begin = line.find_first_not_of(" \t\r");
      if (begin == std::string_view::npos) break;
      line.remove_prefix(begin);
      const std::size_t size = std::min(line.find_first_of(" \t\r"), line.size());
      const std::string_view word = line.substr(0, size);
      line.remove_prefix(size);
      if (word.front() == '[') {
        if (word.back() != ']') return trouble("a section without its ]");
        section = word.substr(1, word.size() - 2);
        classes = 0;
        for (const Section& one : kSections)
          if (one.name == section) classes = one.classes;
        if (classes == 0 && section != "countries" && section != "risky-suffixes" && section != "free-hosting" &&
            section != "carriers")
          return trouble("there is no section '" + std::string(section) + "'");
        continue;
      }
      if (word.size() > 63) return trouble("a word of more than 63 letters");
      if (classes) {
        if (word.size() <= kWordMax) insert(word, classes);
      } else if (section == "countries") {
        const std::size_t colon = word.find(':');
        if (colon != 2) return trouble("a country that is not code:name,name");
        const std::string code(word.substr(0, 2));
        insert(code, kCountryCode);
        countries_[code] = code;
        for (std::string_view names = word.substr(3); !names.empty();) {
          const std::size_t comma = std::min(names.find(','), names.size());
          const std::string name(names.substr(0, comma));
          names.remove_prefix(std::min(comma + 1, names.size()));
          insert(name, name.size() > 3 ? kCountry : kCountryCode);
          countries_[name] = code;
        }
      } else if (section == "risky-suffixes") {
        risky_.emplace(word);
      } else if (section == "free-hosting") {
        free_hosting_.emplace(word);
      } else if (section == "carriers") {
        carriers_.emplace(word);
      } else {
        return trouble("a word before the first section");
      }
    }
  }
  return {};
}

std::uint32_t Lexicon::next(std::uint32_t at, int letter) const {
  const Node node = trie_[at];
  const std::uint64_t bit = std::uint64_t{1} << letter;
  if (!(node.letters & bit)) return 0;
  return node.first + static_cast<std::uint32_t>(std::popcount(node.letters & (bit - 1)));
}

void Lexicon::finish() {
  std::vector<std::uint32_t> order{0};
  trie_.assign(1, {});
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Branch& branch = growing_[order[i]];
    trie_[i].classes = branch.classes;
    trie_[i].first = static_cast<std::uint32_t>(trie_.size());
    for (std::size_t letter = 0; letter < kLetters; ++letter) {
      if (!branch.next[letter]) continue;
      trie_[i].letters |= std::uint64_t{1} << letter;
      trie_.emplace_back();
      order.push_back(branch.next[letter]);
    }
  }
  growing_.clear();
  growing_.shrink_to_fit();

  // Letters by the one before, over all words once; nothing is certain, so each pair was seen half a time more.
  double counts[27][26];
  for (auto& row : counts) std::ranges::fill(row, 0.5);
  for (const auto& list : by_class_)
    for (const std::string& word : list) {
      int before = 26;
      for (const char c : word) {
        const int i = letter(c);
        if (i >= 26) break;
        ++counts[before][i];
        before = i;
      }
    }
  for (int a = 0; a < 27; ++a) {
    double sum = 0;
    for (const double n : counts[a]) sum += n;
    for (int b = 0; b < 26; ++b) letter_bits_[a][b] = static_cast<float>(0.6 - std::log2(counts[a][b] / sum));
  }
}

std::uint16_t Lexicon::classes(std::string_view word) const {
  std::uint32_t at = 0;
  for (const char c : word) {
    const int i = letter(c);
    if (i < 0 || (at = next(at, i)) == 0) return 0;
  }
  return trie_[at].classes;
}

std::string_view Lexicon::country(std::string_view word) const {
  const auto found = countries_.find(std::string(word));
  return found == countries_.end() ? std::string_view{} : std::string_view(found->second);
}

std::string_view Lexicon::ending(const Names& list, std::string_view name) {
  for (std::size_t dot = 0; dot != std::string_view::npos;) {
    const std::string_view rest = name.substr(dot);
    if (list.contains(rest)) return rest;
    const std::size_t next = rest.find('.');
    dot = next == std::string_view::npos ? next : dot + next + 1;
  }
  return {};
}

// The cheapest way to each place of a token without dashes.
void Lexicon::walk(std::string_view token, Step* steps, bool part) const {
  const std::size_t n = token.size();
  steps[0] = {0, 0, 0};
  for (std::size_t i = 1; i <= n; ++i) steps[i] = {1e9f, 1, 0};
  const auto offer = [&](std::size_t to, float bits, std::size_t back, std::uint16_t classes) {
    if (bits < steps[to].bits) steps[to] = {bits, static_cast<std::uint8_t>(back), classes};
  };
  for (std::size_t i = 0; i < n; ++i) {
    const float here = steps[i].bits;
    const int c = letter(token[i]);
    if (c >= 26) {
      offer(i + 1, here + kDigitBits, 1, 0);
    } else if (c >= 0) {
      const int before = i == 0 ? 26 : letter(token[i - 1]);
      offer(i + 1, here + letter_bits_[before < 0 || before > 26 ? 26 : before][c], 1, 0);
    } else {
      offer(i + 1, here + 6, 1, 0);
    }
    std::uint32_t at = 0;
    for (std::size_t j = i; j < n && j < i + kWordMax; ++j) {
      const int l = letter(token[j]);
      if (l < 0 || (at = next(at, l)) == 0) break;
      const std::uint16_t classes = trie_[at].classes;
      if (classes == 0) continue;
      const std::size_t size = j + 1 - i;
      // Two letters are a word only by themselves.
      const bool whole = size == n;
      if (size < 3 && (!whole || part)) continue;
      if (classes == kCountryCode && !whole) continue;
      // Three letters inside others are rather letters.
      // Of two letters that stand alone between dashes the word is likelier than its letters.
      const float bits = size == 2 ? 5.0f : bits_of(classes) + (size == 3 && !whole ? 1.0f : 0.0f);
      offer(j + 1, here + bits, size, classes);
      if (size < 4 || j + 1 == n) continue;
      if (const char after = token[j + 1]; after != 's' && after != 'e' && after != 'i' && after != 'l') continue;
      for (const std::string_view ending : kEndings)
        if (token.substr(j + 1).starts_with(ending))
          offer(j + 1 + ending.size(), here + bits + kEndingBits, size + ending.size(), classes);
    }
  }
}

float Lexicon::spelt(std::string_view label) const {
  float bits = 0;
  int before = 26;
  for (const char c : label) {
    const int i = letter(c);
    bits += i < 0 ? 0 : i >= 26 ? kDigitBits : letter_bits_[before < 0 || before > 26 ? 26 : before][i];
    before = i >= 26 ? 26 : i;
  }
  return bits;
}

Cost Lexicon::cost(std::string_view label, bool part) const {
  Cost out;
  Step steps[64];
  label = label.substr(0, 63);
  for (std::size_t begin = 0; begin < label.size();) {
    const std::size_t end = std::min(label.find('-', begin), label.size());
    const std::string_view token = label.substr(begin, end - begin);
    begin = end + 1;
    if (token.empty()) continue;
    walk(token, steps, part);
    out.bits += steps[token.size()].bits;
    if (end == label.size()) out.last = steps[token.size()].classes;
    bool letters = false;
    for (std::size_t at = token.size(); at > 0; at -= steps[at].back)
      letters |= steps[at].classes == 0 && (token[at - 1] < '0' || token[at - 1] > '9');
    for (std::size_t at = token.size(); at > 0; at -= steps[at].back) {
      const Step& step = steps[at];
      if (begin == token.size() + 1 && at == step.back) out.first = step.classes;
      if (step.classes == 0) {
        if (token[at - 1] >= '0' && token[at - 1] <= '9')
          ++out.digits;
        else
          out.unknown += step.bits - steps[at - step.back].bits;
        continue;
      }
      // Three letters beside others that are no word are chance: "c-api-tole".
      if (letters && step.back <= 3) {
        out.unknown += step.bits - steps[at - step.back].bits;
        continue;
      }
      ++out.words;
      if (step.classes & (kLure | kProduct))
        ++out.lure;
      else if (step.classes & kTechnical)
        ++out.technical;
      else if (step.classes & kInstitution)
        ++out.institution;
      else if (step.classes & kFiller)
        continue;
      else if (step.classes & (kCommon | kOrdinary))
        ++out.ordinary;
      if (step.classes & (kCountry | kCountryCode)) ++out.country;
      if (step.classes & kGovernment) ++out.government;
    }
  }
  return out;
}

std::vector<std::string_view> Lexicon::words(std::string_view label) const {
  std::vector<std::string_view> out;
  Step steps[64];
  label = label.substr(0, 63);
  for (std::size_t begin = 0; begin < label.size();) {
    const std::size_t end = std::min(label.find('-', begin), label.size());
    const std::string_view token = label.substr(begin, end - begin);
    begin = end + 1;
    walk(token, steps);
    const std::size_t first = out.size();
    for (std::size_t at = token.size(); at > 0; at -= steps[at].back)
      if (steps[at].classes) out.push_back(token.substr(at - steps[at].back, steps[at].back));
    std::reverse(out.begin() + static_cast<std::ptrdiff_t>(first), out.end());
  }
  return out;
}

const std::vector<std::string>& Lexicon::of_class(WordClass wanted) const {
  return by_class_[static_cast<std::size_t>(std::countr_zero(static_cast<std::uint16_t>(wanted)))];
}

}  // namespace tocsin::decoys
