// Lexicon: the words of which names are made, by what they do there, and what a spelling costs in bits.
//
// The costs are those of a coder that writes a label as words it knows and letters it doesn't: a lure word 7 bits, a
// common word 9, and so on, letters by how often one follows the other in the lexicon itself. What a protected brand
// saves that coder says whether it stands in a label by chance ("mosaic") or on purpose ("webmail-saic").
//
// No files here: add() takes the text of share/tocsin/decoys/*.txt, which says how it is written.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"

namespace tocsin::decoys {

// What a word does; a word may do several things.
enum WordClass : std::uint16_t {
  kLure = 1,          // asks for an account, a password, an action
  kTechnical = 2,     // what a vendor's or a network's host might be called
  kInstitution = 4,   // what an institution puts beside its name
  kGovernment = 8,    // a ministry's short name and the like
  kCountry = 16,      // a country's name
  kCountryCode = 32,  // its two letters: only between dashes and dots
  kHost = 64,         // a name of infrastructure
  kCommon = 128,      // ordinary words
  kOrdinary = 256,
  kFiller = 1024,  // ties words together
  kProduct = 512,  // names of products and bodies: they lure beside others, and are names themselves
};

// A label or a part of one, written as cheaply as it can be.
struct Cost {
  float bits = 0;
  float unknown = 0;  // bits of those that letters took which are in no word
  std::uint8_t lure = 0, technical = 0, institution = 0, ordinary = 0, country = 0, government = 0, words = 0;
  std::uint16_t digits = 0;
  std::uint16_t first = 0, last = 0;  // classes of the word that it begins and ends with; 0: none that is known
  Cost& operator+=(const Cost& other);
};

class Lexicon {
 public:
  Lexicon();
  // May be called several times. The error names the line.
  Result<void> add(std::string_view text, const std::string& where);
  // Counts the letters; after the last add().
  void finish();

  std::uint16_t classes(std::string_view word) const;  // 0: unknown
  // The two letters of the country that this word names ("afghanistan" → "af"), or nothing.
  std::string_view country(std::string_view word) const;
  bool risky(std::string_view suffix) const { return risky_.contains(suffix); }
  // The longest ending of `name` in the list, on whole labels; "" for none. Views into `name`.
  std::string_view free_hosting(std::string_view name) const { return ending(free_hosting_, name); }
  std::string_view carrier(std::string_view name) const { return ending(carriers_, name); }

  // Letters, digits and dashes, at most 63 of them; dashes part words and cost nothing.
  // `part`: of a label, with more letters beside it: then no two letters are a word.
  Cost cost(std::string_view label, bool part = false) const;
  // What its letters alone cost.
  float spelt(std::string_view label) const;
  // The words of the cheapest way, as they stand.
  std::vector<std::string_view> words(std::string_view label) const;

  const std::vector<std::string>& of_class(WordClass wanted) const;  // in the order in which they were added

 private:
  static constexpr std::size_t kLetters = 36;
  struct Branch {  // while words are added
    std::uint32_t next[kLetters] = {};
    std::uint16_t classes = 0;
  };
  // A node's children stand side by side, in the order of their letters: the whole of it stays in the processor's
  // cache.
  struct Node {
    std::uint64_t letters : 36 = 0;  // a bit for each that goes on
    std::uint64_t classes : 16 = 0;
    std::uint32_t first = 0;
  };
  // 0: no word goes on so.
  std::uint32_t next(std::uint32_t at, int letter) const;
  struct Step {
    float bits;
    std::uint8_t back;      // characters
    std::uint16_t classes;  // of the word; 0 for a letter or digits
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Names = std::unordered_set<std::string, Hash, std::equal_to<>>;
  static std::string_view ending(const Names& list, std::string_view name);
  void insert(std::string_view word, std::uint16_t classes);
  void walk(std::string_view token, Step* steps, bool part = false) const;

  std::vector<Branch> growing_;
  std::vector<Node> trie_;
  std::unordered_map<std::string, std::string> countries_;
  Names risky_, free_hosting_, carriers_;
  std::vector<std::vector<std::string>> by_class_;
  float letter_bits_[27][26];
};

}  // namespace tocsin::decoys
