#include "decoys/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "decoys/host.h"

namespace tocsin::decoys {

Level level_of(double score) {
  return score >= kHigh     ? Level::high
         : score >= kMedium ? Level::medium
         : score >= kLow    ? Level::low
                            : Level::informational;
}

void read_list(std::string_view text, const std::string& where, bool protect, Lists& out) {
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find('#'));
    std::vector<std::string> names;
    bool group = false;
    std::string_view bad;
    std::size_t words = 0;
    while (true) {
      const std::size_t begin = line.find_first_not_of(" \t\r,;");
      if (begin == std::string_view::npos) break;
      line.remove_prefix(begin);
      const std::size_t size = std::min(line.find_first_of(" \t\r,;"), line.size());
      std::string_view word = line.substr(0, size);
      line.remove_prefix(size);
      if (words++ == 0 && word.ends_with(':')) {
        group = true;
        word.remove_suffix(1);
      }
      if (word.ends_with(".*") && !protect) {
        names.emplace_back(word);
        continue;
      }
      const std::string_view host = host_of(word);
      host.empty() ? static_cast<void>(bad = bad.empty() ? word : bad) : static_cast<void>(names.emplace_back(host));
    }
    if (!bad.empty()) out.refused.push_back(fmt::format("{}:{}: '{}' is no name of a domain", where, number, bad));
    if (names.empty()) continue;
    if (group && !protect)
      out.owners.push_back(std::move(names));
    else
      for (std::string& name : names) (protect ? out.protect : out.allow).push_back(std::move(name));
  }
}

Result<Guard> Guard::build(const Lists& lists, const Lexicon& lexicon, const PublicSuffixes& suffixes) {
  static std::atomic<std::uint64_t> guards = 0;
  Guard guard;
  guard.number_ = ++guards;
  guard.lexicon_ = &lexicon;
  guard.suffixes_ = &suffixes;
  guard.brands_ = std::make_shared<std::vector<Brand>>();
  std::set<std::string> names;
  for (const std::string& name : lists.protect) {
    Brand brand;
    if (!make_brand(name, suffixes, lexicon, brand)) {
      guard.left_out_.push_back(name);
      continue;
    }
    if (!names.insert(brand.name).second) continue;
    guard.owned_[brand.owned] = true;
    guard.brands_->push_back(std::move(brand));
  }
  if (guard.brands_->empty())
    return fail("there is no name to protect", "", "write one name a line, with a label of two letters or more");
  if (guard.brands_->size() > kBrandsMax)
    return fail(fmt::format("more than {} names to protect", kBrandsMax), "", "protect fewer, or in several runs");
  Spelling spelling;
  const auto allow = [&](const std::string& name) {
    if (name.ends_with(".*")) {
      guard.owned_.try_emplace(name.substr(0, name.size() - 2) + ".*", false);
    } else if (spell(name, spelling)) {
      guard.owned_[std::string(spelling.name())] = true;
    }
  };
  for (const std::string& name : lists.allow) allow(name);
  for (const auto& group : lists.owners) {
    const bool ours = std::ranges::any_of(group, [&](const std::string& name) {
      return names.contains(name) ||
             std::ranges::any_of(*guard.brands_, [&](const Brand& b) { return b.owned == name; });
    });
    if (ours) std::ranges::for_each(group, allow);
  }
  guard.index_ = std::make_shared<const Index>(*guard.brands_);
  return guard;
}

bool Guard::owned(std::string_view name) const {
  for (std::string_view rest = name;;) {
    if (const auto found = owned_.find(rest); found != owned_.end() && found->second) return true;
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return false;
}

// What the name is made of, once something was found in it.
void Guard::stage(Scratch& scratch) const {
  Scene& scene = scratch.scene;
  const Spelling& name = scratch.spelling;
  scene.name = &name;
  std::string_view ascii = name.name();
  std::string_view suffix = suffixes_->suffix(ascii);
  if (const std::string_view hosting = lexicon_->free_hosting(ascii);
      hosting.size() > suffix.size() && hosting.size() < ascii.size())
    suffix = hosting, scene.hosting = true;
  else
    scene.hosting = hosting.size() == suffix.size() && !hosting.empty();
  if (suffix.size() == ascii.size()) suffix = ascii.substr(ascii.find('.') + 1);  // a registry's own name
  const std::string_view carrier = lexicon_->carrier(ascii);
  scene.carrier = !carrier.empty() && carrier.size() < ascii.size();
  // Registries that ask who you are; a registrar's "gov.hu.com" is none of them.
  scene.closed = false;
  for (const std::string_view closed :
       {"gov", "mil", "edu", "int", "gob", "gouv", "gub", "govt", "go", "ac", "gv", "mod", "police", "nhs", "k12"}) {
    const bool first = suffix.starts_with(closed) && (suffix.size() == closed.size() || suffix[closed.size()] == '.');
    scene.closed |= first && (suffix.size() == closed.size() || suffix.size() == closed.size() + 3);
  }
  scene.risky = lexicon_->risky(suffix);
  std::size_t labels = 1;
  for (const char c : suffix) labels += c == '.';
  scene.registered = static_cast<std::uint16_t>(name.labels > labels ? name.labels - labels - 1 : 0);
  const std::size_t from = name.begin[scene.registered + 1];
  scene.suffix = name.text().substr(std::min<std::size_t>(from, name.size));
}

bool Guard::owned(Scratch& scratch) const {
  if (owned(scratch.spelling.name())) return true;
  stage(scratch);
  // "label.*" is the label itself, not what looks like it.
  if (scratch.scene.risky || scratch.scene.hosting) return false;
  std::string_view label = scratch.spelling.name();
  for (std::size_t i = 0; i < scratch.scene.registered; ++i) label.remove_prefix(label.find('.') + 1);
  return owned_.contains(scratch.copy.assign(label.substr(0, label.find('.'))).append(".*"));
}

Guard::Seen Guard::look(std::string_view name, Scratch& scratch, Sight& out, bool all) const {
  if (scratch.of != number_) {
    scratch.of = number_;
    scratch.memo = {};
    scratch.scene = {};
  }
  if (!spell(name, scratch.spelling)) return Seen::no_name;
  index_->find(scratch.spelling, scratch.memo, scratch.hits);
  if (all) scratch.all.clear();
  if (scratch.hits.empty()) return Seen::nothing;
  bool any = false, staged = false;
  double best = 0;
  const std::size_t last = scratch.spelling.labels - 2u;
  Sight sight;
  for (std::size_t h = 0; h < scratch.hits.size(); ++h) {
    const Hit& hit = scratch.hits[h];
    bool seen_before = false;
    for (std::size_t i = 0; i < h && !seen_before; ++i)
      seen_before =
          scratch.hits[i].brand == hit.brand && scratch.hits[i].begin == hit.begin && scratch.hits[i].end == hit.end;
    // What stands there unchanged needs no story of how it was changed.
    if (hit.how == How::one_edit || hit.how == How::two_edits)
      for (const Hit& other : scratch.hits)
        seen_before |= other.brand == hit.brand && other.how <= How::undashed && other.begin < hit.end &&
                       hit.begin < other.end && other.how == How::folded;
    if (seen_before) continue;
    sight.brand = hit.brand;
    sight.place = {};
    sight.place.brand = hit.brand;
    sight.place.begin = hit.begin;
    sight.place.end = hit.end;
    sight.place.how = hit.how;
    std::size_t label = 0;
    while (label < last && scratch.spelling.begin[label + 1] <= hit.begin) ++label;
    sight.place.label = static_cast<std::uint16_t>(label);
    const Brand& brand = (*brands_)[hit.brand];
    const std::string_view seen = scratch.spelling.text().substr(hit.begin, hit.end - hit.begin);
    sight.place.distance = scratch.scene.distance(brand, hit.brand, seen);
    if (!readable(brand, sight.place)) continue;
    // Whose name it is is asked where there is something in it, not before.
    if (!staged) {
      if (owned(scratch)) return Seen::owned;
      staged = true;
    }
    if (label > scratch.scene.registered) continue;  // inside the suffix
    if (!describe(scratch.scene, brand, *lexicon_, sight.place, sight.features)) continue;
    const std::size_t from = scratch.spelling.begin[label], to = scratch.spelling.begin[label + 1];
    for (const Hit& other : scratch.hits)
      if (other.how == How::folded && other.brand != hit.brand && other.begin >= from && other.end < to &&
          (other.end <= hit.begin || other.begin >= hit.end)) {
        const Brand& beside = (*brands_)[other.brand];
        if (beside.label != brand.label && !beside.generic) sight.features[Feature::second] = 1;
      }
    const double value = logit(sight.features);
    if (all) {
      const auto at = std::ranges::find(scratch.all, hit.brand, &Sight::brand);
      sight.score = value;
      if (at == scratch.all.end())
        scratch.all.push_back(sight);
      else if (at->score < value)
        *at = sight;
    }
    // Of two labels of which one stands within the other the longer is meant: "kalmoriaparliament", not "kalmoria".
    const auto within = [](const Place& a, const Place& b) {
      return a.begin >= b.begin && a.end <= b.end && a.end - a.begin < b.end - b.begin;
    };
    constexpr double kSure = 0;  // of medium
    const bool is_longer = any && value >= kSure && within(out.place, sight.place);
    const bool is_shorter = any && out.score >= kSure && within(sight.place, out.place);
    sight.score = value;
    if (!any || is_longer || (value > best && !is_shorter)) out = sight;
    best = any ? std::max(best, value) : value;
    any = true;
  }
  if (!any) return Seen::nothing;
  out.score = logistic(best);
  out.level = level_of(out.score);
  return Seen::sight;
}

Guard::Seen Guard::look(std::string_view name, Scratch& scratch, Sight& out) const {
  return look(name, scratch, out, false);
}
Guard::Seen Guard::everything(std::string_view name, Scratch& scratch, Sight& out) const {
  return look(name, scratch, out, true);
}

}  // namespace tocsin::decoys
