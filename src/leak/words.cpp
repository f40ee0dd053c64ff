#include "leak/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/hash.h"
#include "base/text.h"

namespace tocsin::leak {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c < 0; }
// Marks of typography that are letters by their first byte: quotes, dashes and no-break spaces, U+00A0 and U+2000 to
// U+206F.
std::size_t mark_size(std::string_view text) {
  if (text.starts_with("\xc2\xa0")) return 2;
  if (text.size() >= 3 && text[0] == '\xe2' && (text[1] == '\x80' || text[1] == '\x81')) return 3;
  return 0;
}

std::uint64_t mix(std::uint64_t h) {
  h ^= h >> 31;
  h *= 0x9e3779b97f4a7c15;
  return h ^ (h >> 29);
}

struct Hunk {
  std::size_t before, before_end, after, after_end;  // words
};

// Myers' O(ND) greedy algorithm (Algorithmica 1, 1986) on word hashes; false when it takes more than `most` edits.
bool edits(const std::vector<Word>& a, const std::vector<Word>& b, std::size_t from, std::size_t a_end,
           std::size_t b_end, std::size_t most, std::vector<Hunk>& out) {
  const auto n = static_cast<std::ptrdiff_t>(a_end - from), m = static_cast<std::ptrdiff_t>(b_end - from);
  const auto at_most = static_cast<std::ptrdiff_t>(most);
  std::vector<std::int32_t> v(2 * most + 3, 0);
  std::vector<std::vector<std::int32_t>> trace;
  const auto index = [&](std::ptrdiff_t k) { return static_cast<std::size_t>(k + at_most + 1); };
  std::ptrdiff_t d = 0;
  for (;; ++d) {
    if (d > at_most) return false;
    trace.emplace_back(v.begin() + static_cast<std::ptrdiff_t>(index(-d - 1)),
                       v.begin() + static_cast<std::ptrdiff_t>(index(d + 1)) + 1);
    bool done = false;
    for (std::ptrdiff_t k = -d; k <= d && !done; k += 2) {
      std::ptrdiff_t x =
          k == -d || (k != d && v[index(k - 1)] < v[index(k + 1)]) ? v[index(k + 1)] : v[index(k - 1)] + 1;
      std::ptrdiff_t y = x - k;
      while (x < n && y < m && y >= 0 &&
             a[from + static_cast<std::size_t>(x)].hash == b[from + static_cast<std::size_t>(y)].hash)
        ++x, ++y;
      v[index(k)] = static_cast<std::int32_t>(x);
      done = x >= n && y >= m;
    }
    if (done) break;
  }
  std::ptrdiff_t x = n, y = m;
  std::vector<Hunk> reversed;
  for (; d > 0; --d) {
    const auto& before = trace[static_cast<std::size_t>(d)];  // v as it was ahead of step d, from k = -d-1
    const auto at = [&](std::ptrdiff_t k) {
      return static_cast<std::ptrdiff_t>(before[static_cast<std::size_t>(k + d + 1)]);
    };
    const std::ptrdiff_t k = x - y;
    const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
    const std::ptrdiff_t from_k = down ? k + 1 : k - 1, from_x = at(from_k), from_y = from_x - from_k;
    const std::size_t edit_x = from + static_cast<std::size_t>(from_x),
                      edit_y = from + static_cast<std::size_t>(from_y);
    reversed.push_back({edit_x, edit_x + (down ? 0 : 1), edit_y, edit_y + (down ? 1 : 0)});
    x = from_x;
    y = from_y;
  }
  // Edits that stand close together are one to a reader.
  for (auto hunk = reversed.rbegin(); hunk != reversed.rend(); ++hunk) {
    if (!out.empty() && hunk->before - out.back().before_end <= 2 && hunk->after - out.back().after_end <= 2) {
      out.back().before_end = hunk->before_end;
      out.back().after_end = hunk->after_end;
    } else {
      out.push_back(*hunk);
    }
  }
  return true;
}

std::string excerpt(std::string_view text, const std::vector<Word>& words, std::size_t from, std::size_t to) {
  const auto slice = [&](std::size_t a, std::size_t b) {
    std::string out;
    bool space = false;
    for (const char c : text.substr(words[a].from, words[b - 1].from + words[b - 1].size - words[a].from)) {
      const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
      if (!blank) {
        if (space && !out.empty()) out += ' ';
        out += c;
      }
      space = blank;
    }
    return out;
  };
  if (to - from <= 60) return slice(from, to);
  return slice(from, from + 40) + " […" + std::to_string(to - from - 55) + " words…] " + slice(to - 15, to);
}

// Lines that only one of the two has, for texts that have too little in common.
std::string by_lines(std::string_view before, std::string_view after, std::size_t max) {
  const auto lines = [](std::string_view text) {
    std::vector<std::pair<std::uint64_t, std::string_view>> out;
    while (!text.empty() && out.size() < 50'000) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      std::uint64_t hash = 0;
      for (const Word& word : words_of(line.substr(0, 10'000))) hash = mix(hash + word.hash);
      if (hash != 0) out.emplace_back(hash, line.substr(0, 300));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
  };
  const auto a = lines(before), b = lines(after);
  const auto only = [&](const auto& here, const auto& there, std::string_view what, std::string& out) {
    std::vector<std::uint64_t> known;
    for (const auto& [hash, line] : there) known.push_back(hash);
    std::ranges::sort(known);
    std::size_t left = 0;
    for (const auto& [hash, line] : here) {
      if (std::ranges::binary_search(known, hash)) continue;
      if (out.size() + line.size() < max)
        out += fmt::format("{}: \"{}\"\n", what, to_utf8(line));
      else
        ++left;
    }
    if (left > 0) out += fmt::format("… and {} more lines {}\n", left, what);
  };
  std::string out = "much is different; by lines:\n";
  max = out.size() + max / 2;
  only(a, b, "removed", out);
  max += max;
  only(b, a, "inserted", out);
  return out;
}

}  // namespace

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> out;
  std::string lower;
  for (std::size_t i = 0; i < text.size() && out.size() < kWordsMax;) {
    if (const std::size_t mark = mark_size(text.substr(i)); mark > 0) {
      i += mark;
      continue;
    }
    const bool sign = (text[i] == '$' || text[i] == '-' || text[i] == '+') && i + 1 < text.size() &&
                      digit(text[i + 1]) && (i == 0 || !(letter(text[i - 1]) || digit(text[i - 1])));
    if (!sign && !digit(text[i]) && !letter(text[i])) {
      ++i;
      continue;
    }
    const std::size_t from = i;
    bool number = sign || digit(text[i]);
    ++i;
    while (i < text.size()) {
      if (digit(text[i]) || (letter(text[i]) && mark_size(text.substr(i)) == 0)) {
        ++i;
        continue;
      }
      const bool inside = digit(text[i - 1]) && i + 1 < text.size() && digit(text[i + 1]) &&
                          std::string_view(".,:/-'").find(text[i]) != std::string_view::npos;
      if (!inside) break;
      ++i;
    }
    if (i < text.size() && text[i] == '%' && digit(text[i - 1])) ++i;
    const std::string_view word = text.substr(from, i - from);
    number = number && word.find_first_of("0123456789") != std::string_view::npos;
    std::uint64_t hash;
    if (is_ascii(word)) {
      lower.assign(word);
      for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
      hash = hash64(lower);
    } else {
      hash = hash64(fold(word));
    }
    out.push_back({hash, static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(i - from), number});
  }
  return out;
}

std::vector<std::uint64_t> shingles_of(const std::vector<Word>& words) {
  std::vector<std::uint64_t> out;
  const std::size_t width = std::min<std::size_t>(3, words.size());
  if (width == 0) return out;
  for (std::size_t i = 0; i + width <= words.size(); ++i) {
    std::uint64_t hash = 0;
    for (std::size_t k = 0; k < width; ++k) hash = mix(hash * 3 + words[i + k].hash);
    out.push_back(hash);
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string difference(std::string_view before, std::string_view after, std::size_t max) {
  const std::vector<Word> a = words_of(before), b = words_of(after);
  std::size_t from = 0, a_end = a.size(), b_end = b.size();
  while (from < a_end && from < b_end && a[from].hash == b[from].hash) ++from;
  while (a_end > from && b_end > from && a[a_end - 1].hash == b[b_end - 1].hash) --a_end, --b_end;
  if (from == a_end && from == b_end) return {};
  std::vector<Hunk> hunks;
  const std::size_t size = a_end - from + b_end - from;
  if (from == a_end || from == b_end) {
    hunks.push_back({from, a_end, from, b_end});
  } else if (!edits(a, b, from, a_end, b_end, std::clamp<std::size_t>(40'000'000 / size, 100, 1500), hunks)) {
    return by_lines(before, after, max);
  }
  std::string out;
  for (std::size_t i = 0; i < hunks.size(); ++i) {
    const Hunk& hunk = hunks[i];
    if (out.size() > max) {
      out += fmt::format("… and {} more places\n", hunks.size() - i);
      break;
    }
    const bool was = hunk.before < hunk.before_end, is = hunk.after < hunk.after_end;
    const auto numbers = [](const std::vector<Word>& words, std::size_t x, std::size_t y) {
      return std::any_of(words.begin() + static_cast<std::ptrdiff_t>(x), words.begin() + static_cast<std::ptrdiff_t>(y),
                         [](const Word& word) { return word.number; });
    };
    if (was && is)
      out += fmt::format(
          "{}: \"{}\" → \"{}\"",
          numbers(a, hunk.before, hunk.before_end) && numbers(b, hunk.after, hunk.after_end) ? "number changed"
                                                                                             : "changed",
          excerpt(before, a, hunk.before, hunk.before_end), excerpt(after, b, hunk.after, hunk.after_end));
    else if (was)
      out += fmt::format("removed: \"{}\"", excerpt(before, a, hunk.before, hunk.before_end));
    else
      out += fmt::format("inserted: \"{}\"", excerpt(after, b, hunk.after, hunk.after_end));
    if (hunk.before > 0)
      out += fmt::format(" (after \"{}\")",
                         excerpt(before, a, hunk.before - std::min<std::size_t>(4, hunk.before), hunk.before));
    out += '\n';
  }
  return out;
}

}  // namespace tocsin::leak
