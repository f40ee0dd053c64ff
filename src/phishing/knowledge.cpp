#include "phishing/knowledge.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/arena.h"
#include "base/suffix.h"
#include "base/yaml.h"
#include "phishing/letters.h"

namespace tocsin::phishing {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80; }

Result<std::string> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return fail("cannot be read", path, "it is part of tocsin: share/tocsin/phishing");
  return text;
}

Error at_line(const std::string& path, const Yaml& node, std::string what) {
  return Error{std::move(what), fmt::format("{}:{}", path, node.line), "docs/PHISHING.md says how the file is written"};
}

// A list of scalars.
Result<std::vector<std::string>> list_of(const Yaml& node, const std::string& path) {
  std::vector<std::string> out;
  if (!node.is_list()) return std::unexpected(at_line(path, node, "a list is expected"));
  for (const Yaml* item : node.items) {
    if (!item->is_scalar() || item->text.empty()) return std::unexpected(at_line(path, *item, "a word is expected"));
    out.emplace_back(item->text);
  }
  return out;
}

Result<const Yaml*> one_document(std::string_view text, const std::string& path, Arena& arena) {
  const YamlDocuments read = read_yaml(text, arena);
  if (read.error) return fail(read.error->what, path + ":" + read.error->where);
  if (read.documents.size() != 1) return fail("one YAML document is expected", path);
  return read.documents.front();
}

std::string_view first_label(std::string_view name) { return name.substr(0, name.find('.')); }

}  // namespace

void Knowledge::add_phrase(Phrases& to, std::string_view text, std::uint32_t owner) {
  std::size_t end = 0;
  while (end < text.size() && is_word(text[end])) ++end;
  to.by_word[std::string(text.substr(0, end))].push_back({std::string(text), owner});
  to.begins.set(mark(text.substr(0, end)));
}

std::size_t Knowledge::mark(std::string_view word) {
  std::uint32_t out = static_cast<std::uint32_t>(word.size());
  for (const char c : word.substr(0, 4)) out = out * 131 + static_cast<unsigned char>(c);
  return (out ^ out >> 16) & 0xFFFF;
}

template <class F>
void Knowledge::each_phrase(const Phrases& phrases, std::string_view plain, F&& f) {
  std::string word;
  for (std::size_t at = 0; at < plain.size();) {
    if (!is_word(plain[at])) {
      // A phrase may begin with a sign ("$", "&").
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < plain.size() && is_word(plain[end])) ++end;
    if (!phrases.begins.test(mark(plain.substr(at, end - at)))) {
      at = end;
      continue;
    }
    word.assign(plain.substr(at, end - at));
    if (const auto found = phrases.by_word.find(word); found != phrases.by_word.end())
      for (const Phrase& phrase : found->second) {
        const std::string_view rest = plain.substr(at);
        if (rest.starts_with(phrase.text) &&
            (rest.size() == phrase.text.size() || !is_word(rest[phrase.text.size()]) || !is_word(phrase.text.back())))
          f(phrase, at);
      }
    at = end;
  }
}

Result<Knowledge> Knowledge::load(const std::string& folder) {
  Knowledge out;
  const std::string paths[] = {folder + "/brands.yml", folder + "/hosts.yml", folder + "/words.yml",
                               folder + "/weights.yml"};
  TRY(const std::string brands, read(paths[0]));
  TRY(const std::string hosts, read(paths[1]));
  TRY(const std::string words, read(paths[2]));
  TRY(const std::string weights, read(paths[3]));
  TRY_VOID(out.load_brands(brands, paths[0]));
  TRY_VOID(out.load_hosts(hosts, paths[1]));
  TRY_VOID(out.load_words(words, paths[2]));
  TRY_VOID(out.load_weights(weights, paths[3]));
  Sha256 hash;
  for (const std::string* text : {&brands, &hosts, &words, &weights})
    hash.update(std::to_string(text->size()) + ":" + *text);
  out.digest_ = hash.finish();
  return out;
}

Result<void> Knowledge::load_brands(std::string_view text, const std::string& path) {
  Arena arena;
  TRY(const Yaml* root, one_document(text, path, arena));
  if (!root->is_list()) return std::unexpected(at_line(path, *root, "a list of brands is expected"));
  for (const Yaml* item : root->items) {
    Brand brand;
    const Yaml *name = item->find("name"), *words = item->find("words"), *domains = item->find("domains"),
               *common = item->find("common");
    if (!name || !name->is_scalar() || !domains)
      return std::unexpected(at_line(path, *item, "a brand has a name and domains"));
    brand.name = name->text;
    brand.common = common && common->boolean().value_or(false);
    TRY(brand.domains, list_of(*domains, path));
    if (words) {
      TRY(brand.words, list_of(*words, path));
    } else {
      brand.words.push_back(look_at(brand.name).plain);
    }
    for (const std::string& domain : brand.domains) {
      brand_domains_.insert(domain);
      brands_of_label_[std::string(first_label(domain))].push_back(static_cast<std::uint32_t>(brands_.size()));
      const std::string_view label = first_label(domain);
      // service.gov.uk is GOV.UK's, but "service" is not its name.
      if (label.size() >= 5 && PublicSuffixes::system().registrable(domain) == domain &&
          std::ranges::find(brand.labels, label) == brand.labels.end())
        brand.labels.emplace_back(label);
    }
    const auto number = static_cast<std::uint32_t>(brands_.size());
    for (const std::string& word : brand.words) add_phrase(brand_words_, word, number);
    brands_.push_back(std::move(brand));
  }
  return {};
}

Result<void> Knowledge::load_weights(std::string_view text, const std::string& path) {
  Arena arena;
  TRY(const Yaml* root, one_document(text, path, arena));
  if (!root->is_map()) return std::unexpected(at_line(path, *root, "factors by trait are expected"));
  for (std::size_t i = 0; i + 1 < root->items.size(); i += 2) {
    const std::string_view key = root->items[i]->text;
    const auto factor = root->items[i + 1]->number();
    if (!factor || !(*factor >= 0 && *factor <= 100))
      return std::unexpected(at_line(path, *root->items[i + 1], "a factor from 0 to 100 is expected"));
    const bool weak = key.ends_with('~');
    factors_[weak].emplace(key.substr(0, key.size() - weak), *factor);
  }
  return {};
}

double Knowledge::factor(std::string_view trait, bool weak) const {
  const auto found = factors_[weak].find(trait);
  return found == factors_[weak].end() ? 1 : found->second;
}

Result<void> Knowledge::load_hosts(std::string_view text, const std::string& path) {
  static constexpr std::string_view kNames[] = {"shorteners", "everyday", "free",  "forms",   "freemail",
                                                "clicks",     "wrappers", "cheap", "pictures"};
  Arena arena;
  TRY(const Yaml* root, one_document(text, path, arena));
  if (!root->is_map()) return std::unexpected(at_line(path, *root, "lists by name are expected"));
  for (std::size_t use = 0; use < std::size(kNames); ++use) {
    const Yaml* list = root->find(kNames[use]);
    if (!list) return std::unexpected(at_line(path, *root, fmt::format("the list \"{}\" is missing", kNames[use])));
    TRY(const auto hosts, list_of(*list, path));
    uses_[use].insert(hosts.begin(), hosts.end());
  }
  const Yaml* redirectors = root->find("redirectors");
  if (!redirectors) return std::unexpected(at_line(path, *root, "the list \"redirectors\" is missing"));
  TRY(redirectors_, list_of(*redirectors, path));
  return {};
}

Result<void> Knowledge::load_words(std::string_view text, const std::string& path) {
  Arena arena;
  TRY(const Yaml* root, one_document(text, path, arena));
  if (!root->is_list()) return std::unexpected(at_line(path, *root, "a list of topics is expected"));
  for (const Yaml* item : root->items) {
    const Yaml *name = item->find("topic"), *says = item->find("says"), *phrases = item->find("phrases"),
               *weak = item->find("weak");
    if (!name || !says || !phrases)
      return std::unexpected(at_line(path, *item, "a topic has a name, what it says and phrases"));
    const auto number = static_cast<std::uint32_t>(topics_.size());
    topics_.push_back({std::string(name->text), std::string(says->text), weak && weak->boolean().value_or(false)});
    TRY(const auto list, list_of(*phrases, path));
    for (const std::string& phrase : list) add_phrase(topic_words_, phrase, number);
  }
  return {};
}

bool Knowledge::is(Use use, std::string_view host) const {
  const Set& set = uses_[static_cast<int>(use)];
  for (std::size_t at = 0; at < host.size();) {
    if (set.contains(std::string(host.substr(at)))) return true;
    const std::size_t dot = host.find('.', at);
    if (dot == std::string_view::npos) break;
    at = dot + 1;
  }
  // s3-website.eu-west-1.amazonaws.com and s3.region.amazonaws.com: the region stands between.
  return use == Use::free_page && host.ends_with(".amazonaws.com") &&
         (host.find("s3-website") != std::string_view::npos || host.find("s3.") != std::string_view::npos ||
          host.find(".s3") != std::string_view::npos);
}

bool Knowledge::redirects(std::string_view host, std::string_view path) const {
  for (const std::string& one : redirectors_) {
    const std::string_view site = std::string_view(one).substr(0, one.find('/'));
    const std::string_view way = std::string_view(one).substr(site.size());
    if (!(host == site ||
          (host.size() > site.size() && host.ends_with(site) && host[host.size() - site.size() - 1] == '.')))
      continue;
    if (way.empty() || path.starts_with(way)) return true;
  }
  return false;
}

bool Knowledge::owns(const Brand& brand, std::string_view host, std::string_view registrable) {
  for (const std::string& domain : brand.domains) {
    if (host == domain || registrable == domain ||
        (host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.'))
      return true;
    const std::string_view label = first_label(domain);
    // amazon.nl, dhl.pl: the same label right under a registry's suffix, and not one of the cheap ones.
    if (first_label(registrable) == label && label.size() >= 3) {
      const std::string_view suffix = registrable.substr(std::min(registrable.size(), label.size() + 1));
      if (suffix.size() == 2 || suffix == "com" || suffix == "org" || suffix == "net" || suffix == "eu" ||
          (suffix.size() <= 6 && suffix.find('.') != std::string_view::npos &&
           suffix.substr(suffix.find('.') + 1).size() == 2 && !PublicSuffixes::system().is_private(suffix)))
        return true;
    }
  }
  return false;
}

bool Knowledge::owned(std::string_view host, std::string_view registrable) const {
  if (is_brand_domain(registrable)) return true;
  for (std::size_t at = 0;;) {
    if (is_brand_domain(host.substr(at))) return true;
    const std::size_t dot = host.find('.', at);
    if (dot == std::string_view::npos) break;
    at = dot + 1;
  }
  const auto same = brands_of_label_.find(std::string(first_label(registrable)));
  return same != brands_of_label_.end() && std::ranges::any_of(same->second, [&](std::uint32_t brand) {
           return owns(brands_[brand], host, registrable);
         });
}

const Brand* Knowledge::imitated(std::string_view host, std::string_view registrable, std::string& how) const {
  if (registrable.empty()) return nullptr;
  const std::string label(look_at(first_label(registrable)).plain);
  std::string unleeted = label;
  for (char& c : unleeted) c = c == '0' ? 'o' : c == '1' ? 'l' : c == '3' ? 'e' : c == '5' ? 's' : c == '4' ? 'a' : c;
  for (const auto& [from, to] : {std::pair("rn", "m"), std::pair("vv", "w")})
    for (std::size_t at; (at = unleeted.find(from)) != std::string::npos && unleeted.size() > 5;)
      unleeted.replace(at, 2, to);
  if (owned(host, registrable)) return nullptr;
  for (const Brand& brand : brands_)
    for (const std::string& own : brand.labels) {
      if (label == own && !brand.common) {
        how = fmt::format("is {}'s name under another suffix", brand.name);
        return &brand;
      }
      if (label != own && unleeted == own) {
        how = fmt::format("looks like {}'s name in other letters", brand.name);
        return &brand;
      }
      if (own.size() >= 6 && !brand.common) {
        // Beside a dash, or together with a word that has to do with logging in.
        for (const std::string_view form : {std::string_view(label), std::string_view(unleeted)}) {
          if (form.size() <= own.size()) continue;
          const std::size_t at = form.find(own);
          if (at == std::string_view::npos) continue;
          const bool left = at == 0 || form[at - 1] == '-',
                     right = at + own.size() == form.size() || form[at + own.size()] == '-';
          static constexpr std::string_view kLures[] = {"login", "secure", "account", "verify", "support", "service",
                                                        "mail",  "online", "update",  "auth",   "billing", "pay",
                                                        "alert", "info",   "help",    "sign",   "portal",  "confirm",
                                                        "track", "post",   "paket",   "colis"};
          const bool lure = std::ranges::any_of(kLures, [&](std::string_view word) {
            return form.find(word) != std::string_view::npos && own.find(word) == std::string_view::npos;
          });
          // Names that are words too stand in honest names.
          static constexpr std::string_view kWords[] = {
              "office",   "windows",   "target",   "orange",    "signal",    "stripe",  "spectrum", "proton", "outlook",
              "blogger",  "priceless", "acrobat",  "express",   "service",   "finance", "kraken",   "ledger", "hermes",
              "medicare", "monobank",  "postbank", "volksbank", "telekom",   "allianz", "delta",    "square", "tesla",
              "anthem",   "phantom",   "exodus",   "discord",   "paramount", "allegro", "tinder",   "twitch", "humana",
              "starlink", "ripple",    "solana",   "marriott",  "sephora"};
          const bool word = std::ranges::find(kWords, own) != std::end(kWords);
          if ((left && right && !word) || (lure && left + right > 0)) {
            how = fmt::format("carries {}'s name beside other words", brand.name);
            return &brand;
          }
        }
        if (own.size() >= 7 && label.size() >= 6 && label != own && label.front() == own.front() && own != "telekom" &&
            edits(label, own, 1) == 1 && brand.domains.front().starts_with(own)) {
          how = fmt::format("is one letter from {}'s name", brand.name);
          return &brand;
        }
      }
    }
  // A whole domain of a brand in front of another one: paypal.com.example.net, paypal-com.example.net.
  if (host.size() > registrable.size() + 4) {
    const std::string_view sub = host.substr(0, host.size() - registrable.size() - 1);
    for (const Brand& brand : brands_) {
      const std::string& main = brand.domains.front();
      if (main.size() < 6) continue;
      std::string dashed = main;
      std::ranges::replace(dashed, '.', '-');
      for (const std::string& form : {main, dashed}) {
        const std::size_t at = sub.find(form);
        if (at == std::string_view::npos || (at > 0 && is_word(sub[at - 1]))) continue;
        const std::size_t after = at + form.size();
        if (after < sub.size() && is_word(sub[after])) continue;
        how = fmt::format("puts {} in front of another domain", main);
        return &brand;
      }
    }
  }
  return nullptr;
}

std::vector<const Brand*> Knowledge::claimed(std::string_view plain) const {
  std::vector<const Brand*> out;
  each_phrase(brand_words_, plain, [&](const Phrase& phrase, std::size_t) {
    const Brand* brand = &brands_[phrase.owner];
    if (std::ranges::find(out, brand) == out.end()) out.push_back(brand);
  });
  return out;
}

std::vector<const Brand*> Knowledge::begins(std::string_view plain) const {
  std::vector<const Brand*> out;
  for (std::size_t at = 0; at < plain.size();) {
    std::size_t end = at;
    while (end < plain.size() && is_word(plain[end])) ++end;
    const std::string_view word = plain.substr(at, end - at);
    if (word.size() > 7)
      for (const Brand& brand : brands_)
        for (const std::string& own : brand.words)
          if (own.size() >= 7 && !brand.common && word.starts_with(own) && std::ranges::find(out, &brand) == out.end())
            out.push_back(&brand);
    at = end + 1;
  }
  return out;
}

std::vector<Knowledge::Met> Knowledge::topics_in(std::string_view plain, std::size_t shown_max) const {
  std::vector<std::vector<std::string_view>> found(topics_.size());
  each_phrase(topic_words_, plain, [&](const Phrase& phrase, std::size_t) {
    auto& list = found[phrase.owner];
    if (list.size() < 64 && std::ranges::find(list, phrase.text) == list.end()) list.push_back(phrase.text);
  });
  std::vector<Met> out;
  for (std::uint32_t topic = 0; topic < found.size(); ++topic) {
    if (found[topic].empty()) continue;
    // "gluckwunsch" within "herzlichen gluckwunsch" says nothing new.
    std::vector<std::string_view> list;
    for (const std::string_view one : found[topic])
      if (std::ranges::none_of(found[topic], [&](std::string_view other) {
            return other.size() > one.size() && other.find(one) != std::string_view::npos;
          }))
        list.push_back(one);
    Met met{topic, static_cast<std::uint32_t>(list.size()), std::move(list)};
    if (met.shown.size() > shown_max) met.shown.resize(shown_max);
    out.push_back(std::move(met));
  }
  return out;
}

}  // namespace tocsin::phishing
