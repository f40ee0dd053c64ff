#include "decoys/likely.h"

#include <algorithm>
#include <map>
#include <set>

namespace tocsin::decoys {
namespace {

struct Swap {
  std::string_view of, as;
};
constexpr Swap kLooks[] = {{"m", "rn"}, {"w", "vv"}, {"d", "cl"}, {"o", "0"}, {"l", "1"},  {"i", "1"},
                           {"i", "l"},  {"l", "i"},  {"g", "q"},  {"q", "g"}, {"u", "v"},  {"v", "u"},
                           {"e", "3"},  {"s", "5"},  {"e", "c"},  {"n", "m"}, {"m", "n"},  {"s", "z"},
                           {"c", "k"},  {"t", "f"},  {"h", "n"},  {"b", "6"}, {"rn", "m"}, {"vv", "w"}};
// Words that lure, and institutions' words, by how often campaigns that became known used them beside a name.
constexpr const char* kLures[] = {
    "mail",     "webmail", "login", "account", "accounts", "secure", "security", "support", "service", "portal",
    "update",   "vpn",     "owa",   "signin",  "auth",     "sso",    "help",     "my",      "online",  "drive",
    "onedrive", "cloud",   "docs",  "share",   "password", "verify", "id",       "admin",   "office",  "settings"};
constexpr const char* kInstitutions[] = {"news", "press",  "info",       "int",   "group", "official",
                                         "hq",   "events", "conference", "forum", "gov",   "org"};
constexpr const char* kSuffixes[] = {"com", "net",   "org",     "info", "co",  "eu", "online", "site",
                                     "xyz", "email", "support", "live", "top", "us", "cloud",  "in"};

// What rounds take from: kinds in this order.
enum Kind : std::size_t { kCombo, kLook, kSuffix, kTypo, kDash, kFull, kBeside, kKinds };

}  // namespace

Result<std::vector<Likely>> likely(const std::string& name, const Lexicon& lexicon, const PublicSuffixes& suffixes,
                                   std::size_t most) {
  Lists lists;
  lists.protect = {name};
  TRY(const Guard guard, Guard::build(lists, lexicon, suffixes));
  const Brand& brand = guard.brands()[0];
  const std::string label = brand.label, dot_suffix = "." + brand.suffix;
  std::array<std::set<std::string>, kKinds> made;
  // Under its own suffix where anybody may register there, else under the commonest.
  const bool closed = brand.government || suffixes.registrable(brand.name).empty();
  const std::string under = closed ? ".org" : dot_suffix;

  for (const Swap& swap : kLooks)
    for (std::size_t at = label.find(swap.of); at != std::string::npos; at = label.find(swap.of, at + 1)) {
      std::string out = label;
      out.replace(at, swap.of.size(), swap.as);
      made[kLook].insert(out + under);
    }
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (label.size() > 4) made[kTypo].insert(label.substr(0, i) + label.substr(i + 1) + under);
    made[kTypo].insert(label.substr(0, i) + label[i] + label.substr(i) + under);
    if (i + 1 < label.size() && label.size() > 4) {
      std::string out = label;
      std::swap(out[i], out[i + 1]);
      made[kTypo].insert(out + under);
    }
    if (i > 1 && i + 2 < label.size() && label[i] != '-' && label[i - 1] != '-')
      made[kDash].insert(label.substr(0, i) + "-" + label.substr(i) + under);
    if (label[i] == '-') made[kDash].insert(label.substr(0, i) + label.substr(i + 1) + under);
  }
  for (const char* word : kLures)
    for (const std::string& ending : {under, std::string(".com")}) {
      made[kCombo].insert(std::string(word) + "-" + label + ending);
      made[kCombo].insert(label + "-" + word + ending);
      made[kCombo].insert(label + word + ending);
      made[kCombo].insert(word + label + ending);
    }
  for (const char* word : kInstitutions)
    for (const std::string& ending : {under, std::string(".com")}) made[kBeside].insert(label + "-" + word + ending);
  for (const char* suffix : kSuffixes)
    if (brand.suffix != suffix) made[kSuffix].insert(label + "." + suffix);
  std::string flat = label + "." + brand.rest;
  std::replace(flat.begin(), flat.end(), '.', '-');
  for (const char* suffix : {"com", "org", "net", "info", "eu"}) made[kFull].insert(flat + "." + suffix);
  for (const char* word : kLures) made[kFull].insert(std::string(word) + "-" + flat + ".com");

  std::array<std::vector<Likely>, kKinds> ranked;
  std::set<std::string> known;
  Guard::Scratch scratch;
  Sight sight;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    for (const std::string& one : made[kind])
      if (known.insert(one).second && guard.look(one, scratch, sight) == Guard::Seen::sight)
        ranked[kind].push_back({guard.explain(sight, scratch), sight.score});
    std::ranges::stable_sort(ranked[kind], [](const Likely& a, const Likely& b) {
      return std::tuple(-a.score, a.what.name.size(), std::string_view(a.what.name)) <
             std::tuple(-b.score, b.what.name.size(), std::string_view(b.what.name));
    });
  }
  // In turns, combinations twice: they are most of what campaigns register.
  std::vector<Likely> out;
  std::array<std::size_t, kKinds> next{};
  for (bool any = true; any && out.size() < most;) {
    any = false;
    for (const std::size_t kind : {kCombo, kLook, kCombo, kSuffix, kTypo, kFull, kDash, kBeside}) {
      if (next[kind] == ranked[kind].size() || out.size() == most) continue;
      out.push_back(std::move(ranked[kind][next[kind]++]));
      any = true;
    }
  }
  std::ranges::stable_sort(out, std::greater{}, &Likely::score);
  return out;
}

}  // namespace tocsin::decoys
