// The weights of features.h: fitted by `decoys_bench fit` (bench/decoys_fit.cpp) on decoys that one actor registered
// for some 190 names and on honest names; scaled so that a score of 0.5 and of 0.8 are met by some 700 and 140 honest
// names in a million. Few and smooth, so that they say something of kinds of tricks and nothing of any name.
#include "decoys/features.h"

namespace tocsin::decoys {
namespace {

struct Weight {
  Feature feature;
  float value;
};
constexpr Weight kTable[] = {
    {Feature::bias, -0.61f},               // 1
    {Feature::gain, 0.77f},                // bits that the label saves its name, in tens, 4 at most
    {Feature::brief, -0.35f},              // the label has at most three letters
    {Feature::four, -0.74f},               // it has four
    {Feature::word, 0.57f},                // it is a word, or two
    {Feature::edit, -1.22f},               // cost of the changes that it suffered
    {Feature::stranger, -0.85f},           // one of them is between characters that don't look alike
    {Feature::edit_five, -0.90f},          // changed, and of five letters or fewer
    {Feature::edit_word, -0.28f},          // what is seen is a word or two, and changed
    {Feature::two_edits, -0.06f},          // two or more changes that don't look alike
    {Feature::idn, -0.42f},                // characters of another script in it
    {Feature::whole, -0.56f},              // nothing else in its label, unchanged
    {Feature::whole_edit, 0.15f},          // nothing else in its label, changed
    {Feature::stub, -0.17f},               // one or two letters beside it that are no word
    {Feature::dash, 0.41f},                // a dash beside it
    {Feature::glued_left, -0.75f},         // letters right before it
    {Feature::glued_right, -0.52f},        // letters right behind it
    {Feature::inside, -0.24f},             // letters on both sides
    {Feature::lure, 0.33f},                // lure words in the rest of its label, 2 at most
    {Feature::lure_glued, -0.06f},         // no dash beside it, and a lure word
    {Feature::technical, 0.13f},           // a technical word in the rest, and no lure
    {Feature::institution, 0.22f},         // an institution's word in the rest, and no lure
    {Feature::ordinary, -0.87f},           // ordinary words in the rest, 3 at most
    {Feature::unknown, -0.46f},            // bits of the rest that are in no word, in tens, 3 at most
    {Feature::digits, 0.04f},              // digits in the rest
    {Feature::country, 0.96f},             // the rest names the protected name's country, or its government
    {Feature::full, 1.16f},                // the whole protected name stands there
    {Feature::partial, 0.17f},             // its first following label stands there, too, changed or in place
    {Feature::twin, 0.59f},                // the whole name looks like the protected one
    {Feature::same_rare, 0.55f},           // ends as the protected name does, and that is not .com, .net or .org
    {Feature::same_common, -0.00f},        // ends as it, with .com, .net or .org
    {Feature::same_country, 0.40f},        // another suffix of the same country
    {Feature::risky, 0.20f},               // a suffix that is free, cheap or seldom looked at
    {Feature::hosting, 0.15f},             // below a name where anybody takes one
    {Feature::below, -1.24f},              // not in the registered label, but below it
    {Feature::below_deep, -0.47f},         // two labels or more below it
    {Feature::below_whole, 0.56f},         // as a whole label below it
    {Feature::below_lure, -0.10f},         // below, and the registered label holds lure words
    {Feature::below_plain, -0.65f},        // below, and the registered label holds ordinary words only
    {Feature::carrier, -0.74f},            // below a network that carries others' names
    {Feature::host_lure, 0.30f},           // a label below the registered one is a lure word
    {Feature::masked, 0.00f},              // a word beside it is written with look-alikes
    {Feature::generic_elsewhere, -0.80f},  // a label that is itself a lure word, and not under its own suffix
    {Feature::whole_government, -0.23f},   // a government's label by itself under another suffix
    {Feature::whole_word, -0.27f},         // a word by itself under another suffix
    {Feature::second, 1.04f},              // another protected label beside it
    {Feature::undashed, 0.47f},            // it was broken up with dashes
};

}  // namespace

const std::array<float, kFeatures> kWeights = [] {
  std::array<float, kFeatures> out{};
  for (const Weight& one : kTable) out[static_cast<std::size_t>(one.feature)] = one.value;
  return out;
}();

}  // namespace tocsin::decoys
