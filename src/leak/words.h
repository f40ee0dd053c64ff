// A text as its words: what is compared when layout, line ends and letter case don't matter.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::leak {

struct Word {
  std::uint64_t hash;        // of the word in lower case
  std::uint32_t from, size;  // where it stands in the text
  bool number;
};
inline constexpr std::size_t kWordsMax = 200'000;
// Letters and digits run on; a number keeps its marks: "1,250.00", "-5", "12%", "$3", "2017-03-02". No more than
// kWordsMax.
std::vector<Word> words_of(std::string_view text);

// Hashes of three words in a row (fewer in a shorter text), sorted, each once.
std::vector<std::uint64_t> shingles_of(const std::vector<Word>& words);

// What was removed, inserted and changed on the way from `before` to `after`: lines such as
//   changed: "twelve" → "15 million" (after "he asked for")
// At most about `max` bytes; "" when all words are the same. Time is bounded: texts that have little in common are
// compared by lines.
std::string difference(std::string_view before, std::string_view after, std::size_t max = 4000);

}  // namespace tocsin::leak
