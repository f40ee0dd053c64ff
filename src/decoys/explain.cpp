// The reason in words, from what the judge saw: first what was done to the protected label, then what stands beside it,
// then where it stands.
#include <fmt/format.h>

#include <algorithm>

#include "decoys/guard.h"

namespace tocsin::decoys {
namespace {

std::string quoted(std::string_view text) { return fmt::format("‘{}’", text); }

std::string listed(const std::vector<std::string>& words, std::size_t most) {
  std::string out;
  const std::size_t shown_words = std::min(words.size(), most);
  for (std::size_t i = 0; i < shown_words; ++i)
    out += (i == 0 ? "" : i + 1 == shown_words ? " and " : ", ") + quoted(words[i]);
  return out;
}

struct Beside {
  std::vector<std::string> lure, technical, institution, country, other;
};

Beside words_of(const Lexicon& lexicon, std::string_view text) {
  Beside out;
  for (const std::string_view word : lexicon.words(text)) {
    const std::uint16_t classes = lexicon.classes(word);
    auto& list = classes & kLure                          ? out.lure
                 : classes & kTechnical                   ? out.technical
                 : classes & (kCountry | kCountryCode)    ? out.country
                 : classes & (kInstitution | kGovernment) ? out.institution
                                                          : out.other;
    list.emplace_back(word);
  }
  return out;
}

void add_all(Beside& to, const Beside& from) {
  const auto join = [](auto& a, const auto& b) { a.insert(a.end(), b.begin(), b.end()); };
  join(to.lure, from.lure);
  join(to.technical, from.technical);
  join(to.institution, from.institution);
  join(to.country, from.country);
  join(to.other, from.other);
}

}  // namespace

Explanation Guard::explain(const Sight& sight, const Scratch& scratch) const {
  using F = Feature;
  const Spelling& name = scratch.spelling;
  const Scene& scene = scratch.scene;
  const Brand& brand = (*brands_)[sight.brand];
  const Features& f = sight.features;
  const std::string_view text = name.text(), label = name.label(sight.place.label);
  const std::size_t label_begin = name.begin[sight.place.label];
  const std::string_view seen = text.substr(sight.place.begin, sight.place.end - sight.place.begin);
  const std::string_view left = label.substr(0, sight.place.begin - label_begin);
  const std::string_view right = text.substr(sight.place.end, label_begin + label.size() - sight.place.end);
  Explanation out;
  out.name = name.name();
  out.imitates = brand.name;
  const auto trick = [&](const char* which) {
    if (std::ranges::find(out.tricks, which) == out.tricks.end()) out.tricks.emplace_back(which);
  };
  std::string reason;
  const auto say = [&](const std::string& more) { reason += (reason.empty() ? "" : "; ") + more; };

  // What was done to the label.
  bool foreign = false;
  for (std::size_t i = sight.place.begin; i < sight.place.end; ++i) foreign |= name.foreign[i] != 0;
  if (foreign) {
    trick("idn");
    say(fmt::format("{} is written with characters of another script or with marks and reads as {}",
                    quoted(shown(name.name())), quoted(seen)));
  }
  if (sight.place.distance.cost > 0) {
    std::string telling;
    distance(brand.label, seen, &telling);
    const bool dashed = seen.find('-') != std::string_view::npos && brand.label.find('-') == std::string::npos;
    const bool swapped = telling.find("is turned into") != std::string::npos;
    if (dashed || (brand.label.find('-') != std::string::npos && seen.find('-') == std::string_view::npos))
      trick("dash");
    if (swapped) trick("swap");
    if (sight.place.distance.alike && telling.find("stands for") != std::string::npos)
      trick("homoglyph");
    else if (!swapped && !dashed)
      trick("typo");
    say(fmt::format("{} in {} for {}", telling, quoted(seen), quoted(brand.label)));
  }
  const std::string_view meant = sight.place.distance.cost > 0 || foreign ? seen : std::string_view(brand.label);

  // The whole name.
  if (f[F::full] > 0) {
    trick("full-name");
    const std::string_view whole = text.substr(sight.place.begin, sight.place.full_end - sight.place.begin);
    say(whole == brand.name.substr(0, whole.size())
            ? fmt::format("the whole of {} stands in it", quoted(brand.name))
            : fmt::format("{} reads as the whole of {}", quoted(whole), quoted(brand.name)));
  } else if (f[F::twin] > 0) {
    trick("homoglyph");
    const std::string_view whole = text.substr(sight.place.begin);
    say(fmt::format("{} as a whole reads as {}", quoted(whole), quoted(brand.name)));
  }

  // What stands beside it.
  Beside beside = words_of(*lexicon_, left);
  add_all(beside, words_of(*lexicon_, right));
  const bool glued = f[F::glued_left] > 0 || f[F::glued_right] > 0;
  const char* how = glued ? "glued to" : "beside";
  const bool something = !left.empty() || !right.empty();
  const auto add_words = [&](const std::vector<std::string>& words, const char* kind) {
    if (words.empty()) return;
    trick("combo");
    say(fmt::format("{} {} the {} {}", reason.empty() ? quoted(meant) + " stands" : "it stands", how,
                    words.size() > 1 ? fmt::format("{}s", kind) : std::string(kind), listed(words, 3)));
  };
  if (f[F::full] == 0 || beside.lure.size() > 0) {
    add_words(beside.lure, "lure word");
    if (beside.lure.empty()) add_words(beside.technical, "technical word");
    if (beside.lure.empty() && beside.technical.empty()) add_words(beside.institution, "institution’s word");
    if (f[F::country] > 0 && !beside.country.empty()) {
      trick("combo");
      say(fmt::format("{} names the country of {}", quoted(beside.country[0]), quoted(brand.name)));
    }
    if (something && beside.lure.empty() && beside.technical.empty() && beside.institution.empty()) {
      if (f[F::stub] > 0) {
        trick("typo");
        say(fmt::format("{} is {} with a letter or two more", quoted(label), quoted(meant)));
      } else if (f[F::full] == 0) {
        trick("combo");
        say(fmt::format("{} stands {} {}", quoted(meant), how,
                        quoted(left.empty()    ? right
                               : right.empty() ? left
                                               : label)));
      }
    }
  }
  if (f[F::second] > 0) trick("second-brand");

  // Where it stands.
  const std::size_t from = name.begin[scene.registered];
  const std::string_view registered = text.substr(from);
  if (f[F::below] > 0) {
    trick("subdomain");
    say(fmt::format("{} below {}, which somebody else registered",
                    reason.empty() ? quoted(meant) + " stands" : "it stands", quoted(registered)));
  } else if (scene.suffix != brand.rest && f[F::same_rare] == 0 && f[F::same_common] == 0) {
    trick("suffix");
    if (!something && sight.place.distance.cost == 0)
      say(fmt::format("the same label under ‘.{}’ instead of ‘.{}’", scene.suffix, brand.rest));
    else
      say(fmt::format("under ‘.{}’, not ‘.{}’", scene.suffix, brand.rest));
  }
  if (f[F::hosting] > 0) {
    trick("free-hosting");
    say(fmt::format("below ‘{}’ anybody takes a name", scene.suffix));
  }
  if (f[F::host_lure] > 0) say(fmt::format("with ‘{}’ in front", name.label(0)));
  out.reason = reason;
  return out;
}

}  // namespace tocsin::decoys
