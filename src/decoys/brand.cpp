#include "decoys/brand.h"

namespace tocsin::decoys {

bool make_brand(std::string_view name, const PublicSuffixes& suffixes, const Lexicon& lexicon, Brand& out) {
  Spelling spelling;
  if (!spell(name, spelling)) return false;
  out = {};
  out.name = spelling.name();
  out.suffix = suffixes.suffix(out.name);
  const std::string_view registrable = suffixes.registrable(out.name);
  out.owned = registrable.empty() ? out.name : registrable;
  std::size_t suffix_labels = 0;
  if (!registrable.empty()) {
    suffix_labels = 1;
    for (const char c : out.suffix) suffix_labels += c == '.';
  } else {
    // The name of a registry: what stands before its last label tells.
    suffix_labels = spelling.labels - 1u;
    out.suffix = out.name.substr(out.name.find('.') + 1);
  }
  if (suffix_labels >= spelling.labels) return false;
  const std::size_t last = spelling.labels - suffix_labels - 1;
  std::size_t chosen = last;
  for (std::size_t i = 0; i <= last; ++i)
    if (i == last || !(lexicon.classes(spelling.label(i)) & (kLure | kTechnical | kHost))) {
      chosen = i;
      break;
    }
  out.label = spelling.label(chosen);
  for (std::size_t i = chosen + 1; i < spelling.labels; ++i) out.rest_labels.emplace_back(spelling.label(i));
  for (const std::string& label : out.rest_labels) out.rest += (out.rest.empty() ? "" : ".") + label;
  const std::string& top = out.rest_labels.back();
  if (top.size() == 2) out.country = lexicon.country(top);
  const Cost cost = lexicon.cost(out.label);
  const std::uint16_t classes = lexicon.classes(out.label);
  // Whoever protects a product's or a body's name protects a name, whatever it means to others.
  out.named = classes && !(classes & ~(kProduct | kGovernment | kCountryCode));
  out.bits = out.named ? lexicon.spelt(out.label) : cost.bits;
  out.word = !out.named && cost.words == 1 && cost.unknown < 1;
  out.lure = (classes & (kLure | kHost)) && !(classes & (kProduct | kGovernment));
  out.generic = classes & (kLure | kTechnical | kInstitution | kHost | kCommon);
  out.government = lexicon.classes(out.label) & kGovernment;
  for (const std::string& label : out.rest_labels)
    if (label != top || top.size() > 2) out.government |= (lexicon.classes(label) & kGovernment) != 0;
  return out.label.size() >= 2;
}

}  // namespace tocsin::decoys
