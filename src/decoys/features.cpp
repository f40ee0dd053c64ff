#include "decoys/features.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tocsin::decoys {
namespace {

bool same_look(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::ranges::equal(a, b, {}, fold, fold);
}

// How much of `brand.rest_labels` follows at `at`, each behind a dot, a dash or nothing: the number of labels, and the
// end of the last.
std::size_t following(const Spelling& name, const Brand& brand, std::size_t at, std::size_t& end) {
  const std::string_view text = name.text();
  std::size_t count = 0;
  for (const std::string& label : brand.rest_labels) {
    std::size_t from = at;
    if (from < text.size() && (text[from] == '.' || text[from] == '-')) ++from;
    if (text.size() - from < label.size() || !same_look(text.substr(from, label.size()), label)) break;
    at = from + label.size();
    ++count;
  }
  end = at;
  return count;
}

bool is_common(std::string_view suffix) { return suffix == "com" || suffix == "net" || suffix == "org"; }

// Words beside the label may be masked, too ("loqin", "nevvs"): the rest as it reads, where that takes fewer letters.
bool unmask(const Lexicon& lexicon, std::string_view left, std::string_view right, Cost& rest) {
  char folded[64], paired[64];
  std::uint16_t map[65];
  Cost read;
  bool changed = false;
  for (const std::string_view side : {left, right}) {
    const std::size_t size = std::min<std::size_t>(side.size(), 63);
    for (std::size_t i = 0; i < size; ++i) {
      const char c = side[i];
      // Only what words are masked by; "i" and "v" are what they are.
      folded[i] = c == 'q' ? 'g' : c == '0' ? 'o' : c == '1' ? 'l' : c == '3' ? 'e' : c;
      if (c == 'v' && i + 1 < size && side[i + 1] == 'v') folded[i] = folded[i + 1] = 'u', ++i;
      changed |= folded[i] != c;
    }
    const std::size_t n = fold_pairs({folded, size}, paired, map);
    changed |= n != size;
    read += lexicon.cost({paired, n});
  }
  if (!changed || read.unknown + 4 > rest.unknown || read.lure + read.technical + read.institution == 0) return false;
  read.digits = rest.digits;
  rest = read;
  return true;
}

// Words that say something of why a name stands beside them.
constexpr std::uint16_t kTelling = kLure | kTechnical | kInstitution | kGovernment | kCountry | kCountryCode | kProduct;

// Greatest cost of changes for a label of this size.
float cost_max(std::size_t size) {
  return size <= 3 ? .7f : size == 4 ? .9f : size == 5 ? 1.3f : size <= 7 ? 1.6f : 2.5f;
}

}  // namespace

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

double logit(const Features& features) {
  double sum = 0;
  for (std::size_t i = 0; i < kFeatures; ++i) sum += static_cast<double>(kWeights[i]) * features.values()[i];
  return sum;
}

Cost Scene::cost(const Lexicon& lexicon, std::string_view piece, bool part) {
  constexpr std::size_t kKnown = 1024;
  if (piece.empty()) return {};
  if (piece.size() > sizeof Known::text) return lexicon.cost(piece, part);
  if (known_.empty()) known_.resize(kKnown);
  std::uint64_t hash = part;
  for (const char c : piece) hash = (hash ^ static_cast<unsigned char>(c)) * 0x9e3779b97f4a7c15;
  Known& known = known_[hash >> 54];
  if (known.size != piece.size() || known.part != part || std::memcmp(known.text, piece.data(), piece.size()) != 0) {
    known.cost = lexicon.cost(piece, part);
    known.size = static_cast<std::uint8_t>(piece.size());
    known.part = part;
    std::memcpy(known.text, piece.data(), piece.size());
  }
  return known.cost;
}

Distance Scene::distance(const Brand& brand, std::uint32_t number, std::string_view seen) {
  constexpr std::size_t kMeasured = 1024;
  if (seen == brand.label) return {};
  if (seen.size() > sizeof Measured::text) return decoys::distance(brand.label, seen);
  if (measured_.empty()) measured_.resize(kMeasured);
  std::uint64_t hash = number;
  for (const char c : seen) hash = (hash ^ static_cast<unsigned char>(c)) * 0x9e3779b97f4a7c15;
  Measured& known = measured_[hash >> 54];
  if (known.brand != number || known.size != seen.size() || std::memcmp(known.text, seen.data(), seen.size()) != 0) {
    known.distance = decoys::distance(brand.label, seen);
    known.brand = number;
    known.size = static_cast<std::uint8_t>(seen.size());
    std::memcpy(known.text, seen.data(), seen.size());
  }
  return known.distance;
}

bool readable(const Brand& brand, const Place& place) {
  if (place.distance.cost > cost_max(brand.label.size())) return false;
  return place.how != How::one_edit || place.distance.cost > 0;  // else the exact hit is here, too
}

bool describe(Scene& scene, const Brand& brand, const Lexicon& lexicon, Place& place, Features& out) {
  using F = Feature;
  const Spelling& name = *scene.name;
  const std::string_view text = name.text();
  const std::string_view label = name.label(place.label);
  const std::size_t label_begin = name.begin[place.label], label_end = label_begin + label.size();
  if (place.end > label_end) return false;
  const std::string_view seen = text.substr(place.begin, place.end - place.begin);
  const std::string_view left = label.substr(0, place.begin - label_begin),
                         right = text.substr(place.end, label_end - place.end);
  const std::size_t size = brand.label.size();

  bool foreign = false;
  for (std::size_t i = place.begin; i < place.end; ++i) foreign |= name.foreign[i] != 0;

  out.clear();
  out[F::bias] = 1;
  const bool left_glued = !left.empty() && left.back() != '-' && left.back() != '_';
  const bool right_glued = !right.empty() && right.front() != '-' && right.front() != '_';
  const auto is_letter = [](char c) { return c < '0' || c > '9'; };
  const bool left_letter = left_glued && is_letter(left.back()), right_letter = right_glued && is_letter(right.front());

  if (place.distance.cost > 0 && size <= 4 && !place.distance.alike) return false;
  const Cost whole = scene.cost(lexicon, label);
  Cost rest = scene.cost(lexicon, left, left_letter);
  const Cost after = scene.cost(lexicon, right, right_letter);
  const bool left_known = rest.last & kTelling, right_known = after.first & kTelling;
  rest += after;
  const bool masked = rest.unknown > 0 && unmask(lexicon, left, right, rest);
  std::size_t letters_beside = 0;
  for (const std::string_view side : {left, right})
    for (const char c : side) letters_beside += c != '-' && is_letter(c);

  std::size_t end = 0;
  const std::size_t follows = following(name, brand, place.end, end);
  const bool is_full = follows == brand.rest_labels.size();
  const bool boundary = end == text.size() || text[end] == '.' || text[end] == '-';
  const bool changed = place.distance.cost > 0 || foreign;
  bool look_alike_rest = false;
  if (is_full && end == text.size()) look_alike_rest = !text.ends_with(brand.rest);
  const bool twin = is_full && end == text.size() && !left_glued && (changed || look_alike_rest);
  const bool full = is_full && end != text.size() && boundary && !left_glued;
  place.full_end = static_cast<std::uint16_t>(twin || full ? end : 0);

  if (size <= 3 && !full && !twin) {
    // Three letters are found everywhere: only as a token, or with nothing but words that lure beside them.
    if (left_letter && right_letter) return false;
    if ((left_letter || right_letter) && (rest.unknown > 0 || rest.words == 0 || place.distance.cost > 0)) return false;
    if (place.distance.cost > .5f) return false;
    // "imfdb", "hpux": two letters more make another word, unless they name a country.
    if ((left_letter || right_letter) && letters_beside < 3 && rest.country == 0) return false;
    if (size == 2 && (left_letter || right_letter)) return false;
    out[F::brief] = 1;
  }
  out[F::gain] = std::clamp(whole.bits - rest.bits, -10.0f, 40.0f) / 10;
  // The lexicon counts the name itself as known; whole tokens and what stands beside known words save all of it.
  if (brand.named && place.distance.cost == 0 && rest.unknown < 1)
    out[F::gain] = std::max(out[F::gain], std::min(brand.bits, 40.0f) / 10);
  out[F::four] = size == 4;
  out[F::edit] = place.distance.cost;
  out[F::stranger] = !place.distance.alike;
  out[F::edit_five] = place.distance.cost > 0 && size <= 5;
  if (place.distance.cost > 0) {
    const Cost as_seen = scene.cost(lexicon, seen);
    out[F::edit_word] = as_seen.words > 0 && as_seen.unknown < 1 && place.how != How::undashed;
    out[F::edit_long] = !place.distance.alike && size >= 8;
  }
  // What is seen and is no word itself is not explained by the label's being one: "wind0ws".
  const bool word = brand.word && (place.distance.cost == 0 || out[F::edit_word] > 0) && !foreign;
  out[F::word] = word;
  out[F::two_edits] = place.distance.changes >= 2 && !place.distance.alike;
  out[F::idn] = foreign;
  const bool alone = left.empty() && right.empty();
  // A label whose following ones reach into the registered one has that one for a part of the imitation.
  const bool below = place.label < scene.registered && !((twin || full) && end > name.begin[scene.registered]);
  out[F::whole] = alone && !changed && !below;
  out[F::whole_edit] = alone && changed && !below;
  const bool plural = right.starts_with('s') && (right.size() == 1 || right[1] == '-') && !changed;
  out[F::plural] = plural;
  out[F::stub] = letters_beside > 0 && letters_beside <= 2 && rest.words == 0 && !plural;
  out[F::dash] = (!left.empty() && !left_glued) || (!right.empty() && !right_glued);
  out[F::glued_left] = left_letter && !left_known;
  out[F::glued_right] = right_letter && !right_known && !plural;
  out[F::inside] = left_letter && right_letter && !(left_known && right_known);
  out[F::glued_word] = (left_letter && left_known) || (right_letter && right_known);
  out[F::clean] = (rest.lure | rest.technical | rest.institution | rest.country | rest.government) != 0 &&
                  rest.unknown < 1 && rest.ordinary == 0;
  out[F::lure] = static_cast<float>(std::min<int>(rest.lure, 2));
  out[F::lure_glued] = rest.lure > 0 && (left_glued || right_glued);
  out[F::technical] = rest.technical > 0 && rest.lure == 0;
  out[F::institution] = rest.institution > 0 && rest.lure == 0;
  out[F::ordinary] = static_cast<float>(std::min<int>(rest.ordinary, 3));
  out[F::unknown] = std::min(rest.unknown, 30.0f) / 10;
  if (left_letter || right_letter) {
    const Cost before = scene.cost(lexicon, left.substr(left.find_last_of("-_") + 1), true),
               behind = scene.cost(lexicon, right.substr(0, right.find_first_of("-_")), true);
    out[F::unknown_glued] = masked ? 0 : std::min(before.unknown + behind.unknown, 20.0f) / 10;
  }
  out[F::closed] = scene.closed && !twin && !full;
  out[F::government] = brand.government && rest.government > 0;
  if (!brand.country.empty() && rest.country > 0)
    for (const std::string_view side : {left, right})
      for (const std::string_view one : lexicon.words(side))
        if (lexicon.country(one) == brand.country) out[F::country] = 1;
  out[F::full] = full;
  out[F::partial] = !full && !twin && follows > 0 && brand.rest_labels.size() > 1;
  out[F::twin] = twin;

  const bool same = scene.suffix == brand.suffix;
  const bool same_end = same || (brand.rest.size() < text.size() && text.ends_with(brand.rest) &&
                                 text[text.size() - brand.rest.size() - 1] == '.');
  // "secure-mail.info" is anybody's mail, not mail.ru's.
  if (brand.lure && !same_end && !full && !twin && !changed) return false;
  out[F::same_rare] = same_end && !is_common(scene.suffix);
  out[F::same_common] = same_end && is_common(scene.suffix);
  out[F::same_country] = !same_end && !brand.country.empty() && text.ends_with("." + brand.country);
  out[F::risky] = scene.risky && !same_end;
  out[F::hosting] = scene.hosting;
  out[F::below] = below;
  out[F::full_below] = full && below;
  out[F::below_deep] = below && place.label + 1 < scene.registered;
  out[F::below_whole] = below && alone;
  if (below) {
    const Cost registered = scene.cost(lexicon, name.label(scene.registered));
    out[F::below_lure] = static_cast<float>(std::min<int>(registered.lure, 2));
    out[F::below_plain] = registered.lure == 0 && registered.unknown < 1;
  }
  out[F::carrier] = scene.carrier;
  if (!below)
    for (std::size_t i = 0; i < place.label; ++i)
      if (lexicon.classes(name.label(i)) & kLure) out[F::host_lure] = 1;
  out[F::masked] = masked;
  out[F::generic_elsewhere] = brand.generic && !same_end && !full && !twin;
  out[F::whole_government] = out[F::whole] > 0 && brand.government;
  const std::size_t top = text.rfind('.') + 1;
  out[F::abroad] = out[F::whole] > 0 && is_common(brand.suffix) && text.size() - top == 2 && !scene.risky;
  out[F::whole_word] = out[F::whole] > 0 && word;
  const bool distinct = size > 3 && !word && !brand.generic && !changed && !below && out[F::gain] >= 1.6f;
  out[F::distinct] = distinct;
  out[F::word_glued] = word && (left_letter || right_letter);
  out[F::word_mixed] = word && !alone && out[F::clean] == 0;
  out[F::word_soft] = word && out[F::clean] > 0 && rest.lure == 0;
  out[F::generic_glued] = brand.generic && !changed && (left_letter || right_letter);
  out[F::word_plain] = (left_letter || right_letter) && word && rest.lure + rest.technical + rest.institution == 0;
  out[F::edit_lure] = changed && rest.lure + out[F::host_lure] > 0;
  out[F::edit_suffix] = changed && same_end && !below;
  out[F::undashed] = place.how == How::undashed;
  return true;
}

}  // namespace tocsin::decoys
