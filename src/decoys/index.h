// Index: where in a name a protected label could stand. One pass over the name, whatever the number of labels; what it
// gives is for the judge to weigh.
//
//   whole labels of four letters and more, anywhere, in the folded name and once more after fold_pairs(); and with
//     dashes taken out of the name's labels and of the brand
//   one letter changed, added, left out or two swapped (five letters and more): at the beginning or end of a token;
//     all such variants are in a table behind a Bloom filter, looked up by the hash of each beginning and end, as long
//     as some variant begins or ends with the first four and the first six letters of it
//     of labels with a dash of their own, of a name's label without its dashes
//   two such changes (seven letters and more): of whole tokens with the same first or last two letters
//   labels of two and three letters: as tokens; of three, as a token's beginning or end
// A token is what stands between dots and dashes.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "decoys/brand.h"
#include "decoys/spelling.h"

namespace tocsin::decoys {

enum class How : std::uint8_t { folded, paired, undashed, one_edit, two_edits, brief };

struct Hit {
  std::uint32_t brand;
  std::uint16_t begin, end;  // in Spelling::plain
  How how;
};

class Index {
 public:
  explicit Index(std::span<const Brand> brands);
  // Tokens lately found to hold nothing, of one thread and one index: "www", "mail" and the like stand in most names.
  class Memo {
   public:
    Memo() : tokens_(4096) {}

   private:
    friend class Index;
    struct Token {
      char text[16] = {};  // its size last; "" where free
    };
    std::vector<Token> tokens_;
  };
  // At most kHitsMax; the last label is not looked at.
  void find(const Spelling& name, Memo& memo, std::vector<Hit>& out) const;
  std::size_t memory() const;

  static constexpr std::size_t kHitsMax = 64;

 private:
  struct Pattern {
    std::uint32_t key;  // its first four characters
    std::uint32_t brand;
    std::string text;
  };
  struct Variant {
    std::uint32_t tag = 0;    // of the hash
    std::uint32_t brand = 0;  // + 1; 0: free
  };
  struct Long {
    std::uint32_t brand;
    std::uint32_t letters;  // a bit each that the folded label has
    std::uint8_t size;
  };
  void add_pattern(std::string_view text, std::uint32_t brand);
  void add_variants(std::string_view text, std::uint32_t brand);
  void add_variant(std::string_view text, std::uint32_t brand);
  void insert_variants();
  void exact(std::string_view text, const std::uint16_t* map, How how, std::vector<Hit>& out) const;
  void tokens(std::string_view text, const std::uint16_t* map, Memo& memo, std::vector<Hit>& out) const;
  void token(std::string_view text, std::size_t at, const std::uint16_t* map, std::vector<Hit>& out) const;
  bool blooms(std::uint64_t finished) const;
  void variants(std::uint64_t hash, std::size_t begin, std::size_t end, std::vector<Hit>& out) const;

  std::span<const Brand> brands_;
  std::vector<Pattern> patterns_;                                // by key
  std::vector<std::uint64_t> keys_;                              // a bit for each key of four characters, 5 bits each
  std::vector<std::uint32_t> first_;                             // open addressing: key → first of patterns_ + 1
  std::vector<std::uint16_t> brief_;                             // by three characters: first of briefs_ + 1
  std::vector<std::pair<std::uint32_t, std::uint32_t>> briefs_;  // key, brand
  std::vector<std::pair<std::uint64_t, std::uint32_t>> pending_;
  std::vector<std::uint64_t> heads_, tails_;  // a bit for each four letters that a variant begins or ends with
  std::vector<std::uint64_t> bloom_;          // blocks of 512 bits
  std::vector<Variant> table_;
  std::vector<Long> longs_;
  std::vector<std::uint32_t> by_first_, by_last_;  // two characters → offsets into order_, there by size
  std::vector<Long> order_first_, order_last_;
  std::vector<std::string> undashed_;  // of each brand, as variants are made of it
  std::vector<std::string> folded_;    // of each brand
  bool dashed_ = false;                // a label has a dash
  std::uint32_t variant_sizes_ = 0;    // a bit for each that a variant has
  std::size_t variant_max_ = 0;        // letters of the longest variant
};

}  // namespace tocsin::decoys
