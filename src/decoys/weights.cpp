// The weights of features.h: fitted by `decoys_bench fit` (bench/decoys_fit.cpp) on decoys that one actor registered
// for 160 names and on honest names; scaled so that a score of 0.5 and of 0.8 are met by some 750 and 160 honest
// names in a million. Few and smooth, so that they say something of kinds of tricks and nothing of any name.
#include "decoys/features.h"

namespace tocsin::decoys {
namespace {

struct Weight {
  Feature feature;
  float value;
};
constexpr Weight kTable[] = {
    {Feature::bias, -0.272f},               // 1
    {Feature::gain, 0.894f},                // bits that the label saves its name, in tens, 4 at most
    {Feature::brief, -0.646f},              // the label has at most three letters
    {Feature::four, -0.532f},               // it has four
    {Feature::word, -0.431f},               // it is a word, or two
    {Feature::edit, -1.660f},               // cost of the changes that it suffered
    {Feature::stranger, -1.457f},           // one of them is between characters that don't look alike
    {Feature::edit_five, -1.157f},          // changed, and of five letters or fewer
    {Feature::edit_long, 0.823f},           // such a stranger, in a label of eight letters or more
    {Feature::edit_word, -1.546f},          // what is seen is a word or two, and changed
    {Feature::two_edits, -0.806f},          // two or more changes that don't look alike
    {Feature::idn, 1.470f},                 // characters of another script in it
    {Feature::whole, -0.219f},              // nothing else in its label, unchanged
    {Feature::whole_edit, 0.562f},          // nothing else in its label, changed
    {Feature::stub, -0.624f},               // one or two letters beside it that are no word
    {Feature::plural, 0.567f},              // an s behind it
    {Feature::dash, 0.605f},                // a dash beside it
    {Feature::glued_left, -0.774f},         // letters right before it
    {Feature::glued_right, -0.344f},        // letters right behind it
    {Feature::inside, -1.138f},             // letters on both sides
    {Feature::glued_word, -0.320f},         // a word that says something right beside it
    {Feature::clean, 0.424f},               // nothing but such words in the rest
    {Feature::lure, 0.992f},                // lure words in the rest of its label, 2 at most
    {Feature::lure_glued, -0.131f},         // no dash beside it, and a lure word
    {Feature::technical, 0.513f},           // a technical word in the rest, and no lure
    {Feature::institution, 0.446f},         // an institution's word in the rest, and no lure
    {Feature::ordinary, -1.016f},           // ordinary words in the rest, 3 at most
    {Feature::unknown, -0.225f},            // bits of the rest that are in no word, in tens, 3 at most
    {Feature::unknown_glued, -0.427f},      // of those, bits right beside it, in tens, 2 at most
    {Feature::closed, -2.967f},             // under a suffix where not anybody may register: gov, mil, edu, ac, int
    {Feature::country, 2.387f},             // the rest names the protected name's country
    {Feature::government, 0.847f},          // a government's label, and a government's word beside it
    {Feature::full_below, 3.323f},          // the same, below another registered label
    {Feature::full, 1.621f},                // the whole protected name stands there
    {Feature::partial, 1.098f},             // its first following label stands there, too, changed or in place
    {Feature::twin, 1.326f},                // the whole name looks like the protected one
    {Feature::same_rare, 0.875f},           // ends as the protected name does, and that is not .com, .net or .org
    {Feature::same_common, -0.147f},        // ends as it, with .com, .net or .org
    {Feature::same_country, 0.528f},        // another suffix of the same country
    {Feature::risky, 0.671f},               // a suffix that is free, cheap or seldom looked at
    {Feature::hosting, 0.526f},             // below a name where anybody takes one
    {Feature::below, -2.609f},              // not in the registered label, but below it
    {Feature::below_deep, -0.760f},         // two labels or more below it
    {Feature::below_whole, 0.407f},         // as a whole label below it
    {Feature::below_lure, 1.096f},          // below, and the registered label holds lure words
    {Feature::below_plain, -0.561f},        // below, and the registered label holds ordinary words only
    {Feature::carrier, -2.951f},            // below a network that carries others' names
    {Feature::host_lure, 0.454f},           // a label below the registered one is a lure word
    {Feature::masked, 1.830f},              // a word beside it is written with look-alikes
    {Feature::generic_elsewhere, -1.027f},  // a label that is itself a lure word, and not under its own suffix
    {Feature::whole_government, 0.776f},    // a government's label by itself under another suffix
    {Feature::abroad, -1.424f},             // by itself under a country, and protected under .com, .net or .org
    {Feature::whole_word, -1.032f},         // a word by itself under another suffix
    {Feature::distinct, 0.865f},            // unchanged, a label that nobody else would think of
    {Feature::word_glued, -0.035f},         // a word, and letters beside it
    {Feature::word_mixed, -0.262f},         // a word, and other words or letters in the rest
    {Feature::word_soft, -0.477f},          // a word, and words that say something in the rest, but none that lures
    {Feature::generic_glued, -0.632f},      // a label that is itself a lure word, and letters right beside it
    {Feature::word_plain, -1.040f},         // a word, and letters beside it that lure nobody
    {Feature::edit_lure, 0.464f},           // changed, and a lure word
    {Feature::edit_suffix, 0.271f},         // changed, and under the protected name's suffix
    {Feature::second, 0.756f},              // another protected label beside it
    {Feature::undashed, 0.388f},            // it was broken up with dashes
};

}  // namespace

const std::array<float, kFeatures> kWeights = [] {
  std::array<float, kFeatures> out{};
  for (const Weight& one : kTable) out[static_cast<std::size_t>(one.feature)] = one.value;
  return out;
}();

}  // namespace tocsin::decoys
