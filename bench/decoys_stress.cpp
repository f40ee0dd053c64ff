// The words here were written down without a look at share/tocsin/decoys: half of what lures people is in no list.
#include "bench/decoys_stress.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <span>

namespace tocsin::bench {
namespace {

using Words = std::span<const char* const>;

constexpr const char* kLures[] = {
    "login",      "signin",       "account",    "accounts",   "mail",      "webmail",       "secure",     "security",
    "verify",     "verification", "support",    "helpdesk",   "portal",    "vpn",           "owa",        "password",
    "reset",      "update",       "cloud",      "drive",      "docs",      "share",         "files",      "auth",
    "sso",        "id",           "my",         "member",     "service",   "services",      "online",     "alert",
    "notice",     "confirm",      "recovery",   "unlock",     "invoice",   "payment",       "donate",     "careers",
    "hr",         "payroll",      "benefits",   "ballot",     "einloggen", "anmeldung",     "konto",      "postfach",
    "connexion",  "compte",       "messagerie", "mon-compte", "acceso",    "correo",        "cuenta",     "accesso",
    "posta",      "logowanie",    "poczta",     "vhod",       "pochta",    "kirjaudu",      "palvelu",    "innlogging",
    "epost",      "giris",        "eposta",     "prihlaseni", "belepes",   "autentificare", "tilislogin", "webaccess",
    "mailserver", "mfa-reset",    "sharing",    "attachment", "e-mail"};
constexpr const char* kBesides[] = {"news",   "press",      "media",   "info",          "group", "official",
                                    "events", "conference", "forum",   "international", "hq",    "team",
                                    "summit", "congress",   "invest",  "jobs",          "world", "live",
                                    "tv",     "report",     "archive", "foundation"};
constexpr const char* kOpen[] = {"com", "net",  "org",     "info", "eu", "co", "online", "site", "xyz",
                                 "top", "live", "support", "us",   "in", "me", "email",  "cc"};
constexpr const char* kRisky[] = {"tk",   "ml",     "ga",  "cf",    "xyz",  "top",
                                  "site", "online", "icu", "click", "live", "work"};
constexpr const char* kCountries[] = {"de", "fr", "it", "es", "pl", "fi", "se", "no", "ro", "cz",
                                      "lt", "lv", "ee", "bg", "gr", "pt", "md", "ge", "am", "rs",
                                      "si", "nl", "be", "at", "ch", "hu", "sk", "hr"};
constexpr const char* kHosting[] = {"000webhostapp.com", "weebly.com",  "github.io",   "web.app",
                                    "ddns.net",          "hopto.org",   "netlify.app", "herokuapp.com",
                                    "blogspot.com",      "duckdns.org", "workers.dev", "glitch.me"};
constexpr const char* kGiven[] = {"anton", "berta", "carla", "dmitri", "elif",  "franco", "greta", "henrik",
                                  "ines",  "jorge", "katja", "lena",   "milos", "nadia",  "otto",  "petra",
                                  "rosa",  "sven",  "tomas", "ulla",   "vera",  "yusuf"};
constexpr const char* kTrades[] = {
    "bakery",  "dental",    "garage", "travel",  "studio", "design", "bank",       "market",     "hotel",
    "pharma",  "logistics", "energy", "times",   "post",   "radio",  "academy",    "clinic",     "shop",
    "textile", "gourmet",   "invest", "capital", "press",  "verlag", "immobilien", "ferreteria", "maison",
    "casa",    "auto",      "garden", "data",    "media",  "solar",  "water",      "foto",       "sport",
    "wine",    "cafe",      "law",    "consult", "tools",  "music",  "games",      "report",     "fashion"};
constexpr const char* kTowns[] = {"riverton", "oakfield", "lindholm", "brunnau", "valmora", "castelnero", "ostrava",
                                  "tampere",  "lyon",     "porto",    "krakow",  "leeds",   "bergen",     "ghent",
                                  "varna",    "izmir",    "cluj",     "tartu",   "split",   "nantes"};

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : state_(seed * 2 + 1) {}

  std::size_t draw(std::size_t below) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::size_t>((state_ >> 33) % below);
  }
  template <std::size_t N>
  std::string of(const char* const (&words)[N]) {
    return words[draw(N)];
  }
  std::string invented(std::size_t syllables) {
    constexpr const char* kHeads[] = {"b", "br", "d", "dr", "f",  "g", "gr", "h", "k",  "kl", "l", "m", "n",
                                      "p", "pr", "r", "s",  "st", "t", "tr", "v", "vl", "z",  "j", "sk"};
    constexpr const char* kCores[] = {"a", "e", "i", "o", "u", "a", "e", "o", "ai", "au"};
    constexpr const char* kTails[] = {"", "", "", "n", "r", "l", "s", "m", "nd", "rt", "k", "st", "v"};
    std::string out;
    for (std::size_t i = 0; i < syllables; ++i) out += of(kHeads) + of(kCores) + of(kTails);
    return out;
  }
  // An institution that doesn't exist: a ministry, a newsroom, an NGO, a party, a university, a bank …
  std::string institution() {
    const std::string country = of(kCountries), place = invented(1 + draw(2)), long_place = invented(2);
    switch (draw(14)) {
      case 0: {
        constexpr const char* kShort[] = {"mfa", "mod", "mvr", "mnr", "moe", "minfin",
                                          "mzv", "mae", "mre", "moh", "mup", "mai"};
        return of(kShort) + ".gov." + of(kForeign);
      }
      case 1: {
        constexpr const char* kMinistry[] = {"ministerio", "ministere", "ministerstvo",
                                             "ministero",  "vm",        "ministerul"};
        return of(kMinistry) + "-" + place + "." + country;
      }
      case 2: {
        constexpr const char* kPaper[] = {"post",  "times",  "zeitung", "presse", "dnevnik", "gazeta", "lehti",
                                          "avisa", "kurier", "journal", "news",   "pravda",  "diario"};
        return long_place + of(kPaper) + "." + (draw(2) ? "com" : country);
      }
      case 3:
        return letters(4 + draw(2)) + ".org";  // an NGO's initials
      case 4: {
        constexpr const char* kCause[] = {"watch", "rights", "relief", "vote", "aid", "forum", "monitor"};
        return long_place + of(kCause) + ".org";
      }
      case 5: {
        constexpr const char* kParty[] = {"partei", "parti",  "partido", "stranka",
                                          "puolue", "partia", "party",   "union"};
        return (draw(2) ? place + "-" + of(kParty) : of(kParty) + place) + "." + country;
      }
      case 6: {
        constexpr const char* kSchool[] = {"uni-", "univ-", "tu-", "u", "hs-"};
        return of(kSchool) + long_place + "." + country;
      }
      case 7:
        return long_place + "bank." + (draw(2) ? "com" : country);
      case 8: {
        constexpr const char* kBody[] = {"parlament", "parliament", "senat", "sejm", "kongres", "riksdag"};
        return of(kBody) + "." + of(kForeign);
      }
      case 9:
        return letters(3) + "." + of(kForeign);
      case 10: {
        constexpr const char* kFirst[] = {"open", "free", "new", "blue", "true", "clear", "north", "red"};
        constexpr const char* kSecond[] = {"harbor", "compass", "bridge", "lantern",
                                           "ledger", "orchard", "summit", "meadow"};
        return of(kFirst) + of(kSecond) + ".org";
      }
      case 11: {
        constexpr const char* kWord[] = {"lantern", "orchard", "sentinel", "compass",
                                         "horizon", "beacon",  "mosaic",   "tribune"};
        return of(kWord) + "." + (draw(2) ? "com" : country);
      }
      case 12:
        return "mail." + long_place + ".gov." + of(kForeign);
      default:
        return invented(2 + draw(2)) + "." + (draw(2) ? "com" : country);
    }
  }
  std::string letters(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += "abcdefghiklmnoprstuvwz"[draw(22)];
    return out;
  }
  // What nobody protects: firms, shops, people, papers of other towns, hosts of clouds.
  std::string honest() {
    const std::string a = word(), b = word();
    std::string label;
    switch (draw(7)) {
      case 0:
        label = a + b;
        break;
      case 1:
        label = a + "-" + b;
        break;
      case 2:
        label = invented(2) + of(kTrades);
        break;
      case 3:
        label = of(kGiven) + (draw(2) ? "-" : "") + of(kTrades);
        break;
      case 4:
        label = invented(2 + draw(2));
        break;
      case 5:
        label = a + b + of(kTrades);
        break;
      default:
        label = letters(3 + draw(4)) + (draw(2) ? "" : "-" + a);
    }
    std::string below;
    if (draw(4) == 0) below = std::string(draw(2) ? "www" : draw(2) ? of(kLures) : a) + ".";
    return below + label + "." + (draw(3) ? (draw(3) ? "com" : of(kOpen)) : of(kCountries));
  }

 private:
  static constexpr const char* kForeign[] = {"kz", "az", "uz", "lk", "np", "bd", "mn", "kg", "jo", "om",
                                             "et", "ke", "ug", "gh", "pe", "bo", "py", "ec", "vn", "kh"};
  std::string word() {
    switch (draw(5)) {
      case 0:
        return of(kTowns);
      case 1:
        return of(kBesides);
      case 2:
        return of(kLures);
      case 3:
        return of(kGiven);
      default:
        return of(kTrades);
    }
  }
  std::uint64_t state_;
};

// What a protected name is made of, by the convention of docs/DECOYS.md: written down when it is made.
struct Name {
  std::string whole, label, rest;
};
Name parts_of(const std::string& whole) {
  std::string_view rest = whole;
  if (rest.starts_with("mail.")) rest.remove_prefix(5);
  const std::size_t dot = rest.find('.');
  return {whole, std::string(rest.substr(0, dot)), std::string(rest.substr(dot + 1))};
}

std::string with(std::string text, std::size_t at, std::size_t size, std::string_view by) {
  return text.replace(at, size, by);
}

// One change between characters that look alike; "" where the label has none.
std::string masked(Maker& m, const std::string& label) {
  constexpr std::array<std::pair<const char*, const char*>, 14> kLooks{{{"m", "rn"},
                                                                        {"w", "vv"},
                                                                        {"d", "cl"},
                                                                        {"o", "0"},
                                                                        {"l", "1"},
                                                                        {"i", "l"},
                                                                        {"i", "1"},
                                                                        {"g", "q"},
                                                                        {"l", "i"},
                                                                        {"e", "3"},
                                                                        {"s", "5"},
                                                                        {"u", "v"},
                                                                        {"q", "g"},
                                                                        {"rn", "m"}}};
  for (std::size_t tries = 0; tries < 40; ++tries) {
    const auto& [from, to] = kLooks[m.draw(kLooks.size())];
    const std::size_t at = label.find(from);
    if (at != std::string::npos) return with(label, at, std::string_view(from).size(), to);
  }
  return "";
}

std::string mistyped(Maker& m, const std::string& label) {
  if (label.size() < 5) return "";
  const std::size_t at = 1 + m.draw(label.size() - 1);
  switch (m.draw(4)) {
    case 0:
      return with(label, at, 1, "");
    case 1:
      return with(label, at, 0, label.substr(at, 1));
    case 2:
      return with(label, at, 1, std::string(1, static_cast<char>('a' + m.draw(26))));
    default:
      return with(label, at, 0, std::string(1, static_cast<char>('a' + m.draw(26))));
  }
}

std::string foreign(Maker& m, const std::string& label) {
  constexpr std::array<std::pair<char, const char*>, 10> kLooks{{{'a', "а"},
                                                                 {'e', "е"},
                                                                 {'o', "о"},
                                                                 {'p', "р"},
                                                                 {'c', "с"},
                                                                 {'i', "і"},
                                                                 {'a', "á"},
                                                                 {'e', "é"},
                                                                 {'o', "ö"},
                                                                 {'u', "ü"}}};
  for (std::size_t tries = 0; tries < 30; ++tries) {
    const auto& [from, to] = kLooks[m.draw(kLooks.size())];
    if (const std::size_t at = label.find(from); at != std::string::npos) return with(label, at, 1, to);
  }
  return "";
}

std::string flat(const Name& n) {
  std::string out = n.label + "-" + n.rest;
  std::ranges::replace(out, '.', '-');
  return out;
}

using Make = std::function<std::string(Maker&, const Name&)>;
struct Recipe {
  const char* name;
  Make make;
};

const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> kRecipes = {
      {"word, dash",
       [](Maker& m, const Name& n) {
         return (m.draw(2) ? m.of(kLures) + "-" + n.label : n.label + "-" + m.of(kLures)) + "." + m.of(kOpen);
       }},
      {"word, glued",
       [](Maker& m, const Name& n) {
         return (m.draw(2) ? m.of(kLures) + n.label : n.label + m.of(kLures)) + "." + m.of(kOpen);
       }},
      {"two words",
       [](Maker& m, const Name& n) {
         return m.of(kLures) + "-" + (m.draw(2) ? n.label + "-" + m.of(kLures) : m.of(kLures) + "-" + n.label) + "." +
                m.of(kOpen);
       }},
      {"word below",
       [](Maker& m, const Name& n) { return m.of(kLures) + "." + n.label + "-" + m.of(kBesides) + "." + m.of(kOpen); }},
      {"institution's word",
       [](Maker& m, const Name& n) { return n.label + (m.draw(2) ? "-" : "") + m.of(kBesides) + "." + m.of(kOpen); }},
      {"own suffix, word",
       [](Maker& m, const Name& n) {
         return m.of(kLures) + (m.draw(2) ? "-" : "") + n.label + "." + (n.rest.starts_with("gov") ? "org" : n.rest);
       }},
      {"other suffix", [](Maker& m, const Name& n) { return n.label + "." + m.of(kOpen); }},
      {"risky suffix, word",
       [](Maker& m, const Name& n) { return n.label + (m.draw(2) ? "-" : "") + m.of(kLures) + "." + m.of(kRisky); }},
      {"look-alike",
       [](Maker& m, const Name& n) {
         const std::string l = masked(m, n.label);
         return l.empty() ? l : l + "." + (n.rest.starts_with("gov") || m.draw(2) ? m.of(kOpen) : n.rest);
       }},
      {"look-alike, word",
       [](Maker& m, const Name& n) {
         const std::string l = masked(m, n.label);
         return l.empty() ? l : m.of(kLures) + "-" + l + "." + m.of(kOpen);
       }},
      {"one edit",
       [](Maker& m, const Name& n) {
         const std::string l = mistyped(m, n.label);
         return l.empty() ? l : l + "." + (n.rest.starts_with("gov") || m.draw(2) ? m.of(kOpen) : n.rest);
       }},
      {"one edit, word",
       [](Maker& m, const Name& n) {
         const std::string l = mistyped(m, n.label);
         return l.empty() ? l : l + "-" + m.of(kLures) + "." + m.of(kOpen);
       }},
      {"two edits",
       [](Maker& m, const Name& n) {
         std::string l = mistyped(m, n.label);
         if (n.label.size() < 8 || l.empty()) return std::string();
         l = mistyped(m, l);
         return l.empty() ? l : l + "." + m.of(kOpen);
       }},
      {"letters swapped",
       [](Maker& m, const Name& n) {
         if (n.label.size() < 5) return std::string();
         std::string l = n.label;
         const std::size_t at = 1 + m.draw(l.size() - 2);
         std::swap(l[at], l[at + 1]);
         return l + "." + (n.rest.starts_with("gov") || m.draw(2) ? m.of(kOpen) : n.rest);
       }},
      {"dash",
       [](Maker& m, const Name& n) {
         if (n.label.size() < 6) return std::string();
         std::string l = n.label;
         if (const std::size_t dash = l.find('-'); dash != std::string::npos)
           l.erase(dash, 1);
         else
           l.insert(2 + m.draw(l.size() - 3), "-");
         return l + "." + (m.draw(2) ? "com" : n.rest.starts_with("gov") ? "org" : n.rest);
       }},
      {"other script",
       [](Maker& m, const Name& n) {
         const std::string l = foreign(m, n.label);
         return l.empty() ? l : l + "." + (n.rest.starts_with("gov") || m.draw(2) ? m.of(kOpen) : n.rest);
       }},
      {"whole name, flat",
       [](Maker& m, const Name& n) { return (m.draw(2) ? m.of(kLures) + "-" : "") + flat(n) + "." + m.of(kOpen); }},
      {"whole name below",
       [](Maker& m, const Name& n) {
         return (m.draw(2) ? m.of(kLures) + "." : "") + n.label + "." + n.rest + "." +
                (m.draw(2) ? m.letters(5 + m.draw(6)) : m.of(kLures) + "-" + m.of(kLures)) + "." + m.of(kOpen);
       }},
      {"label below",
       [](Maker& m, const Name& n) {
         return n.label + (m.draw(2) ? "-" + m.of(kLures) : "") + "." + m.of(kLures) + (m.draw(2) ? "-" : "") +
                m.of(kLures) + "." + m.of(kOpen);
       }},
      {"free hosting",
       [](Maker& m, const Name& n) {
         return (m.draw(2) ? m.of(kLures) + "-" + n.label : n.label + m.of(kLures)) + "." + m.of(kHosting);
       }},
  };
  return kRecipes;
}

}  // namespace

Stress make_stress(std::uint64_t seed, std::size_t honest) {
  Maker maker(seed);
  Stress out;
  std::vector<Name> names;
  std::set<std::string> labels, seen;
  while (names.size() < 150) {
    Name name = parts_of(maker.institution());
    if (!labels.insert(name.label).second) continue;
    out.protect.push_back(name.whole);
    names.push_back(std::move(name));
  }
  for (const Recipe& recipe : recipes()) {
    Stress::Trick trick{recipe.name, {}};
    for (std::size_t round = 0; round < 4; ++round)
      for (std::size_t i = 0; i < names.size(); ++i) {
        std::string made = recipe.make(maker, names[i]);
        if (made.empty()) continue;
        if (made == names[i].label + "." + names[i].rest || !seen.insert(made).second) continue;
        trick.decoys.emplace_back(std::move(made), i);
      }
    out.tricks.push_back(std::move(trick));
  }
  while (out.honest.size() < honest) {
    std::string made = maker.honest();
    const bool is_one = std::ranges::any_of(
        names, [&](const Name& n) { return n.label.size() >= 3 && made.find(n.label) != std::string::npos; });
    if (!is_one) out.honest.push_back(std::move(made));
  }
  return out;
}

}  // namespace tocsin::bench
