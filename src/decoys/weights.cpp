// The weights of features.h: fitted by `decoys_bench fit` (bench/decoys_fit.cpp) on decoys that one actor registered
// for some 190 names and on honest names; scaled so that a score of 0.5 and of 0.8 are met by some 850 and 196 honest
// names in a million. Few and smooth, so that they say something of kinds of tricks and nothing of any name.
#include "decoys/features.h"

namespace tocsin::decoys {
namespace {

struct Weight {
  Feature feature;
  float value;
};
constexpr Weight kTable[] = {
    {Feature::bias, -0.38f},               // 1
    {Feature::gain, 1.02f},                // bits that the label saves its name, in tens, 4 at most
    {Feature::brief, -0.66f},              // the label has at most three letters
    {Feature::four, -0.72f},               // it has four
    {Feature::word, 0.00f},                // it is a word, or two
    {Feature::edit, -1.54f},               // cost of the changes that it suffered
    {Feature::stranger, -1.34f},           // one of them is between characters that don't look alike
    {Feature::edit_five, -1.10f},          // changed, and of five letters or fewer
    {Feature::edit_word, -1.14f},          // what is seen is a word or two, and changed
    {Feature::two_edits, -0.64f},          // two or more changes that don't look alike
    {Feature::idn, 1.21f},                 // characters of another script in it
    {Feature::whole, -0.00f},              // nothing else in its label, unchanged
    {Feature::whole_edit, 0.42f},          // nothing else in its label, changed
    {Feature::stub, -0.43f},               // one or two letters beside it that are no word
    {Feature::dash, 0.68f},                // a dash beside it
    {Feature::glued_left, -0.68f},         // letters right before it
    {Feature::glued_right, -0.38f},        // letters right behind it
    {Feature::inside, -0.86f},             // letters on both sides
    {Feature::lure, 0.68f},                // lure words in the rest of its label, 2 at most
    {Feature::lure_glued, -0.15f},         // no dash beside it, and a lure word
    {Feature::technical, 0.25f},           // a technical word in the rest, and no lure
    {Feature::institution, 0.33f},         // an institution's word in the rest, and no lure
    {Feature::ordinary, -1.13f},           // ordinary words in the rest, 3 at most
    {Feature::unknown, -0.21f},            // bits of the rest that are in no word, in tens, 3 at most
    {Feature::unknown_glued, -0.47f},      // of those, bits right beside it, in tens, 2 at most
    {Feature::closed, -2.50f},             // under a suffix where not anybody may register: gov, mil, edu, ac, int
    {Feature::digits, -0.07f},             // digits in the rest
    {Feature::country, 2.15f},             // the rest names the protected name's country
    {Feature::government, 0.65f},          // a government's label, and a government's word beside it
    {Feature::full_below, 1.92f},          // the same, below another registered label
    {Feature::full, 1.50f},                // the whole protected name stands there
    {Feature::partial, 0.89f},             // its first following label stands there, too, changed or in place
    {Feature::twin, 1.07f},                // the whole name looks like the protected one
    {Feature::same_rare, 0.95f},           // ends as the protected name does, and that is not .com, .net or .org
    {Feature::same_common, -0.07f},        // ends as it, with .com, .net or .org
    {Feature::same_country, 0.46f},        // another suffix of the same country
    {Feature::risky, 0.67f},               // a suffix that is free, cheap or seldom looked at
    {Feature::hosting, 0.43f},             // below a name where anybody takes one
    {Feature::below, -2.26f},              // not in the registered label, but below it
    {Feature::below_deep, -0.70f},         // two labels or more below it
    {Feature::below_whole, 0.39f},         // as a whole label below it
    {Feature::below_lure, 0.87f},          // below, and the registered label holds lure words
    {Feature::below_plain, -0.61f},        // below, and the registered label holds ordinary words only
    {Feature::carrier, -2.46f},            // below a network that carries others' names
    {Feature::host_lure, 0.48f},           // a label below the registered one is a lure word
    {Feature::masked, 1.51f},              // a word beside it is written with look-alikes
    {Feature::generic_elsewhere, -1.06f},  // a label that is itself a lure word, and not under its own suffix
    {Feature::whole_government, 0.62f},    // a government's label by itself under another suffix
    {Feature::whole_word, -0.62f},         // a word by itself under another suffix
    {Feature::distinct, 0.51f},            // unchanged, a label that nobody else would think of
    {Feature::distinct_lure, 0.15f},       // such a one, and a lure word
    {Feature::word_lure, 0.12f},           // a word, and a lure word beside it
    {Feature::word_glued, 0.13f},          // a word, and letters beside it
    {Feature::word_plain, 0.01f},          // a word, and letters beside it that lure nobody
    {Feature::lure_clean, 0.24f},          // such a label, and lure words with nothing unknown beside them
    {Feature::edit_lure, 0.43f},           // changed, and a lure word
    {Feature::edit_suffix, 0.32f},         // changed, and under the protected name's suffix
    {Feature::second, 0.70f},              // another protected label beside it
    {Feature::undashed, 0.44f},            // it was broken up with dashes
};

}  // namespace

const std::array<float, kFeatures> kWeights = [] {
  std::array<float, kFeatures> out{};
  for (const Weight& one : kTable) out[static_cast<std::size_t>(one.feature)] = one.value;
  return out;
}();

}  // namespace tocsin::decoys
