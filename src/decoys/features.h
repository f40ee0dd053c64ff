// Features: what is seen of a protected label at one place of a name, as numbers for the logistic of weights.cpp.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "decoys/brand.h"
#include "decoys/index.h"
#include "decoys/lexicon.h"
#include "decoys/spelling.h"

namespace tocsin::decoys {

#define TOCSIN_DECOY_FEATURES(X)                                                           \
  X(bias, "1")                                                                             \
  X(gain, "bits that the label saves its name, in tens, 4 at most")                        \
  X(brief, "the label has at most three letters")                                          \
  X(four, "it has four")                                                                   \
  X(word, "it is a word, or two")                                                          \
  X(edit, "cost of the changes that it suffered")                                          \
  X(stranger, "one of them is between characters that don't look alike")                   \
  X(edit_five, "changed, and of five letters or fewer")                                    \
  X(edit_long, "such a stranger, in a label of eight letters or more")                     \
  X(edit_word, "what is seen is a word or two, and changed")                               \
  X(two_edits, "two or more changes that don't look alike")                                \
  X(idn, "characters of another script in it")                                             \
  X(whole, "nothing else in its label, unchanged")                                         \
  X(whole_edit, "nothing else in its label, changed")                                      \
  X(stub, "one or two letters beside it that are no word")                                 \
  X(plural, "an s behind it")                                                              \
  X(dash, "a dash beside it")                                                              \
  X(glued_left, "letters right before it")                                                 \
  X(glued_right, "letters right behind it")                                                \
  X(inside, "letters on both sides")                                                       \
  X(glued_word, "a word that says something right beside it")                              \
  X(clean, "nothing but such words in the rest")                                           \
  X(lure, "lure words in the rest of its label, 2 at most")                                \
  X(lure_glued, "no dash beside it, and a lure word")                                      \
  X(technical, "a technical word in the rest, and no lure")                                \
  X(institution, "an institution's word in the rest, and no lure")                         \
  X(ordinary, "ordinary words in the rest, 3 at most")                                     \
  X(unknown, "bits of the rest that are in no word, in tens, 3 at most")                   \
  X(unknown_glued, "of those, bits right beside it, in tens, 2 at most")                   \
  X(closed, "under a suffix where not anybody may register: gov, mil, edu, ac, int")       \
  X(country, "the rest names the protected name's country")                                \
  X(government, "a government's label, and a government's word beside it")                 \
  X(full_below, "the same, below another registered label")                                \
  X(full, "the whole protected name stands there")                                         \
  X(partial, "its first following label stands there, too, changed or in place")           \
  X(twin, "the whole name looks like the protected one")                                   \
  X(same_rare, "ends as the protected name does, and that is not .com, .net or .org")      \
  X(same_common, "ends as it, with .com, .net or .org")                                    \
  X(same_country, "another suffix of the same country")                                    \
  X(risky, "a suffix that is free, cheap or seldom looked at")                             \
  X(hosting, "below a name where anybody takes one")                                       \
  X(below, "not in the registered label, but below it")                                    \
  X(below_deep, "two labels or more below it")                                             \
  X(below_whole, "as a whole label below it")                                              \
  X(below_lure, "below, and the registered label holds lure words")                        \
  X(below_plain, "below, and the registered label holds ordinary words only")              \
  X(carrier, "below a network that carries others' names")                                 \
  X(host_lure, "a label below the registered one is a lure word")                          \
  X(masked, "a word beside it is written with look-alikes")                                \
  X(generic_elsewhere, "a label that is itself a lure word, and not under its own suffix") \
  X(whole_government, "a government's label by itself under another suffix")               \
  X(abroad, "by itself under a country, and protected under .com, .net or .org")           \
  X(whole_word, "a word by itself under another suffix")                                   \
  X(distinct, "unchanged, a label that nobody else would think of")                        \
  X(word_glued, "a word, and letters beside it")                                           \
  X(word_mixed, "a word, and other words or letters in the rest")                          \
  X(word_soft, "a word, and words that say something in the rest, but none that lures")    \
  X(generic_glued, "a label that is itself a lure word, and letters right beside it")      \
  X(word_plain, "a word, and letters beside it that lure nobody")                          \
  X(edit_lure, "changed, and a lure word")                                                 \
  X(edit_suffix, "changed, and under the protected name's suffix")                         \
  X(second, "another protected label beside it")                                           \
  X(undashed, "it was broken up with dashes")

enum class Feature : std::uint8_t {
#define X(name, meaning) name,
  TOCSIN_DECOY_FEATURES(X)
#undef X
};
inline constexpr std::string_view kFeatureNames[] = {
#define X(name, meaning) #name,
    TOCSIN_DECOY_FEATURES(X)
#undef X
};
inline constexpr std::string_view kFeatureMeanings[] = {
#define X(name, meaning) meaning,
    TOCSIN_DECOY_FEATURES(X)
#undef X
};
inline constexpr std::size_t kFeatures = std::size(kFeatureNames);

class Features {
 public:
  float& operator[](Feature which) { return values_[static_cast<std::size_t>(which)]; }
  float operator[](Feature which) const { return values_[static_cast<std::size_t>(which)]; }
  const std::array<float, kFeatures>& values() const { return values_; }
  void clear() { values_.fill(0); }

 private:
  std::array<float, kFeatures> values_{};
};

// Fitted: see weights.cpp.
extern const std::array<float, kFeatures> kWeights;
double logit(const Features& features);
double logistic(double x);

// A protected label at one place of a name.
struct Place {
  std::uint32_t brand = 0;
  std::uint16_t label = 0, begin = 0, end = 0;  // which label; places in Spelling::plain
  std::uint16_t full_end = 0;                   // where the whole protected name ends that begins here; 0: it doesn't
  Distance distance;
  How how = How::folded;
};

// The name that is looked at, with what is the same for all places in it.
struct Scene {
  const Spelling* name = nullptr;
  std::string_view suffix;       // public, in plain
  std::uint16_t registered = 0;  // the label that somebody chose and registered
  bool hosting = false, carrier = false, risky = false, closed = false;
  // What pieces of names cost, of this name and of those before: the same few words stand in most of them.
  Cost cost(const Lexicon& lexicon, std::string_view piece, bool part = false);
  // The distance between a protected label and what is seen of it; likewise.
  Distance distance(const Brand& brand, std::uint32_t number, std::string_view seen);

 private:
  struct Known {
    std::uint8_t size = 0;
    bool part = false;
    char text[22] = {};
    Cost cost;
  };
  struct Measured {
    std::uint32_t brand = 0;
    std::uint8_t size = 0;
    char text[27] = {};
    Distance distance;
  };
  std::vector<Known> known_;
  std::vector<Measured> measured_;
};

// Whether `place.distance` is little enough for a label of this size to be read there.
bool readable(const Brand& brand, const Place& place);

// False: not worth a look (a change too great for its length, three letters inside a word).
bool describe(Scene& scene, const Brand& brand, const Lexicon& lexicon, Place& place, Features& out);

}  // namespace tocsin::decoys
