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
    {Feature::bias, -0.467f},               // 1
    {Feature::gain, 1.085f},                // bits that the label saves its name, in tens, 4 at most
    {Feature::brief, -0.662f},              // the label has at most three letters
    {Feature::four, -0.784f},               // it has four
    {Feature::word, 0.075f},                // it is a word, or two
    {Feature::edit, -1.629f},               // cost of the changes that it suffered
    {Feature::stranger, -1.427f},           // one of them is between characters that don't look alike
    {Feature::edit_five, -1.153f},          // changed, and of five letters or fewer
    {Feature::edit_word, -1.218f},          // what is seen is a word or two, and changed
    {Feature::two_edits, -0.686f},          // two or more changes that don't look alike
    {Feature::idn, 1.293f},                 // characters of another script in it
    {Feature::whole, -0.026f},              // nothing else in its label, unchanged
    {Feature::whole_edit, 0.417f},          // nothing else in its label, changed
    {Feature::stub, -0.429f},               // one or two letters beside it that are no word
    {Feature::dash, 0.729f},                // a dash beside it
    {Feature::glued_left, -0.715f},         // letters right before it
    {Feature::glued_right, -0.383f},        // letters right behind it
    {Feature::inside, -0.931f},             // letters on both sides
    {Feature::lure, 0.682f},                // lure words in the rest of its label, 2 at most
    {Feature::lure_glued, -0.248f},         // no dash beside it, and a lure word
    {Feature::technical, 0.143f},           // a technical word in the rest, and no lure
    {Feature::institution, 0.272f},         // an institution's word in the rest, and no lure
    {Feature::ordinary, -1.156f},           // ordinary words in the rest, 3 at most
    {Feature::unknown, -0.227f},            // bits of the rest that are in no word, in tens, 3 at most
    {Feature::unknown_glued, -0.445f},      // of those, bits right beside it, in tens, 2 at most
    {Feature::closed, -2.665f},             // under a suffix where not anybody may register: gov, mil, edu, ac, int
    {Feature::digits, -0.067f},             // digits in the rest
    {Feature::country, 2.393f},             // the rest names the protected name's country
    {Feature::government, 0.685f},          // a government's label, and a government's word beside it
    {Feature::full_below, 2.045f},          // the same, below another registered label
    {Feature::full, 1.584f},                // the whole protected name stands there
    {Feature::partial, 0.949f},             // its first following label stands there, too, changed or in place
    {Feature::twin, 1.136f},                // the whole name looks like the protected one
    {Feature::same_rare, 1.006f},           // ends as the protected name does, and that is not .com, .net or .org
    {Feature::same_common, -0.083f},        // ends as it, with .com, .net or .org
    {Feature::same_country, 0.491f},        // another suffix of the same country
    {Feature::risky, 0.722f},               // a suffix that is free, cheap or seldom looked at
    {Feature::hosting, 0.460f},             // below a name where anybody takes one
    {Feature::below, -2.417f},              // not in the registered label, but below it
    {Feature::below_deep, -0.750f},         // two labels or more below it
    {Feature::below_whole, 0.406f},         // as a whole label below it
    {Feature::below_lure, 0.920f},          // below, and the registered label holds lure words
    {Feature::below_plain, -0.652f},        // below, and the registered label holds ordinary words only
    {Feature::carrier, -2.619f},            // below a network that carries others' names
    {Feature::host_lure, 0.529f},           // a label below the registered one is a lure word
    {Feature::masked, 1.610f},              // a word beside it is written with look-alikes
    {Feature::generic_elsewhere, -1.101f},  // a label that is itself a lure word, and not under its own suffix
    {Feature::whole_government, 0.642f},    // a government's label by itself under another suffix
    {Feature::whole_word, -0.693f},         // a word by itself under another suffix
    {Feature::distinct, 0.524f},            // unchanged, a label that nobody else would think of
    {Feature::distinct_lure, 0.185f},       // such a one, and a lure word
    {Feature::word_lure, 0.051f},           // a word, and a lure word beside it
    {Feature::word_glued, 0.320f},          // a word, and letters beside it
    {Feature::word_plain, -0.802f},         // a word, and letters beside it that lure nobody
    {Feature::lure_clean, 0.277f},          // such a label, and lure words with nothing unknown beside them
    {Feature::edit_lure, 0.461f},           // changed, and a lure word
    {Feature::edit_suffix, 0.353f},         // changed, and under the protected name's suffix
    {Feature::second, 0.733f},              // another protected label beside it
    {Feature::undashed, 0.463f},            // it was broken up with dashes
};

}  // namespace

const std::array<float, kFeatures> kWeights = [] {
  std::array<float, kFeatures> out{};
  for (const Weight& one : kTable) out[static_cast<std::size_t>(one.feature)] = one.value;
  return out;
}();

}  // namespace tocsin::decoys
