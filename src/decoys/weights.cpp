// The weights of features.h: fitted by `decoys_bench fit` (bench/decoys_fit.cpp) on decoys that one actor registered for
// some 190 names and on honest names; scaled so that a score of 0.5 and of 0.8 are met by some 700 and 140 honest names
// in a million. Few and smooth, so that they say something of kinds of tricks and nothing of any name.
#include "decoys/features.h"

namespace tocsin::decoys {
namespace {

struct Weight {
  Feature feature;
  float value;
};
constexpr Weight kTable[] = {
    {Feature::bias, -0.97f},                         // 1
    {Feature::gain, 1.10f},                          // bits that the label saves its name, in tens, 4 at most
    {Feature::brief, -0.65f},                        // the label has at most three letters
    {Feature::four, -0.79f},                         // it has four
    {Feature::word, 0.13f},                          // it is a word, or two
    {Feature::edit, -1.60f},                         // cost of the changes that it suffered
    {Feature::stranger, -1.30f},                     // one of them is between characters that don't look alike
    {Feature::edit_five, -1.16f},                    // changed, and of five letters or fewer
    {Feature::edit_word, -1.00f},                    // what is seen is a word or two, and changed
    {Feature::two_edits, -0.63f},                    // two or more changes that don't look alike
    {Feature::idn, 1.12f},                           // characters of another script in it
    {Feature::whole, -0.08f},                        // nothing else in its label, unchanged
    {Feature::whole_edit, 0.32f},                    // nothing else in its label, changed
    {Feature::stub, -0.39f},                         // one or two letters beside it that are no word
    {Feature::dash, 0.69f},                          // a dash beside it
    {Feature::glued_left, -0.58f},                   // letters right before it
    {Feature::glued_right, -0.36f},                  // letters right behind it
    {Feature::inside, -0.79f},                       // letters on both sides
    {Feature::lure, 0.66f},                          // lure words in the rest of its label, 2 at most
    {Feature::lure_glued, -0.07f},                   // no dash beside it, and a lure word
    {Feature::technical, 0.29f},                     // a technical word in the rest, and no lure
    {Feature::institution, 0.25f},                   // an institution's word in the rest, and no lure
    {Feature::ordinary, -1.13f},                     // ordinary words in the rest, 3 at most
    {Feature::unknown, -0.17f},                      // bits of the rest that are in no word, in tens, 3 at most
    {Feature::unknown_glued, -0.46f},                // of those, bits right beside it, in tens, 2 at most
    {Feature::closed, -2.36f},                       // under a suffix where not anybody may register: gov, mil, edu, ac, int
    {Feature::digits, -0.00f},                       // digits in the rest
    {Feature::country, 2.19f},                       // the rest names the protected name's country
    {Feature::government, 0.58f},                    // a government's label, and a government's word beside it
    {Feature::full_below, 1.00f},                    // the same, below another registered label
    {Feature::full, 1.56f},                          // the whole protected name stands there
    {Feature::partial, 0.76f},                       // its first following label stands there, too, changed or in place
    {Feature::twin, 1.08f},                          // the whole name looks like the protected one
    {Feature::same_rare, 0.99f},                     // ends as the protected name does, and that is not .com, .net or .org
    {Feature::same_common, -0.10f},                  // ends as it, with .com, .net or .org
    {Feature::same_country, 0.64f},                  // another suffix of the same country
    {Feature::risky, 0.60f},                         // a suffix that is free, cheap or seldom looked at
    {Feature::hosting, 0.40f},                       // below a name where anybody takes one
    {Feature::below, -1.53f},                        // not in the registered label, but below it
    {Feature::below_deep, -0.80f},                   // two labels or more below it
    {Feature::below_whole, 0.53f},                   // as a whole label below it
    {Feature::below_lure, 0.40f},                    // below, and the registered label holds lure words
    {Feature::below_plain, -0.79f},                  // below, and the registered label holds ordinary words only
    {Feature::carrier, -2.35f},                      // below a network that carries others' names
    {Feature::host_lure, 0.50f},                     // a label below the registered one is a lure word
    {Feature::masked, 1.39f},                        // a word beside it is written with look-alikes
    {Feature::generic_elsewhere, -1.11f},            // a label that is itself a lure word, and not under its own suffix
    {Feature::whole_government, 0.56f},              // a government's label by itself under another suffix
    {Feature::whole_word, -0.40f},                   // a word by itself under another suffix
    {Feature::distinct, 0.55f},                      // unchanged, a label that nobody else would think of
    {Feature::distinct_lure, 0.22f},                 // such a one, and a lure word
    {Feature::word_lure, 0.12f},                     // a word, and a lure word beside it
    {Feature::word_glued, 0.22f},                    // a word, and letters beside it that lure nobody
    {Feature::edit_lure, 0.42f},                     // changed, and a lure word
    {Feature::edit_suffix, 0.30f},                   // changed, and under the protected name's suffix
    {Feature::second, 0.73f},                        // another protected label beside it
    {Feature::undashed, 0.49f},                      // it was broken up with dashes
};

}  // namespace

const std::array<float, kFeatures> kWeights = [] {
  std::array<float, kFeatures> out{};
  for (const Weight& one : kTable) out[static_cast<std::size_t>(one.feature)] = one.value;
  return out;
}();

}  // namespace tocsin::decoys
