// ATT&CK as STIX 2.0 or 2.1 (https://github.com/mitre/cti/blob/master/USAGE.md), and any other bundle with
// intrusion sets or threat actors.
//
// A `uses` relation carries the reports it rests on as external references. Reports are told apart by address, without
// scheme, "www." and fragment, because one address goes by several citation names. Objects may come in any order, so
// the bundle is walked twice: things, then relations.
#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

#include "assess/draft.h"
#include "assess/json.h"

namespace tocsin::assess {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::size_t kNameMax = 200;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// "Author. (2020, March 30). Title. Retrieved …": 20200330. The first bracket that opens with a year counts.
int date_of(std::string_view citation) {
  for (auto at = citation.find('('); at != std::string_view::npos; at = citation.find('(', at + 1)) {
    const std::string inside = lower(citation.substr(at + 1, 24));
    int year = 0, day = 0;
    const auto [end, error] = std::from_chars(inside.data(), inside.data() + inside.size(), year);
    if (error != std::errc() || end != inside.data() + 4 || year < 1980 || year > 2100) continue;
    for (std::size_t month = 0; month < kMonths.size(); ++month) {
      const auto found = inside.find(kMonths[month]);
      if (found == std::string::npos) continue;
      const auto digit = inside.find_first_of("0123456789", found);
      if (digit != std::string::npos) std::from_chars(inside.data() + digit, inside.data() + inside.size(), day);
      return year * 10000 + (static_cast<int>(month) + 1) * 100 + (day >= 1 && day <= 31 ? day : 0);
    }
    return year * 10000;
  }
  return 0;
}

std::string report_key(const dom::object& reference) {
  std::string key = lower(text_of(reference, "url"));
  for (const std::string_view prefix : {"https://", "http://", "www."})
    if (key.starts_with(prefix)) key.erase(0, prefix.size());
  key.erase(std::min(key.find('#'), key.size()));
  while (key.ends_with('/') || key.ends_with(' ')) key.pop_back();
  return key.empty() ? std::string(text_of(reference, "source_name")) : key;
}

std::string own_id(const dom::object& object) {
  std::string out;
  each_object(object, "external_references", [&](const dom::object& reference) {
    const std::string_view source = text_of(reference, "source_name"), id = text_of(reference, "external_id");
    if (out.empty() && source.starts_with("mitre-") && source.ends_with("attack") && !id.empty()) out = id;
  });
  return out.empty() ? std::string(text_of(object, "id")) : out;
}

bool live(const dom::object& object) { return !flag_of(object, "revoked") && !flag_of(object, "x_mitre_deprecated"); }

bool is_actor(std::string_view type) { return type == "intrusion-set" || type == "threat-actor"; }
bool is_software(std::string_view type) { return type == "malware" || type == "tool"; }

// The values of comparisons for equality in a STIX pattern: [domain-name:value = 'x' OR …]. What says more than that
// (AND, NOT, other operators) is no plain indicator and is left out.
void indicators_of(std::string_view pattern, std::string_view actor, std::string_view by, Draft& out) {
  for (const std::string_view word : {" AND ", " NOT ", " LIKE ", " MATCHES ", "FOLLOWEDBY"})
    if (pattern.find(word) != std::string_view::npos) return;
  std::size_t at = 0;
  while ((at = pattern.find(" = '", at)) != std::string_view::npos) {
    const std::size_t start = at + 4, end = pattern.find('\'', start);
    if (end == std::string_view::npos) return;
    std::size_t from = at;
    while (from > 0 && pattern[from - 1] != '[' && pattern[from - 1] != ' ') --from;
    const std::string_view path = pattern.substr(from, at - from);
    out.indicators.push_back({std::string(path.substr(0, path.find(':'))), lower(pattern.substr(start, end - start)),
                              std::string(actor), std::string(by)});
    at = end + 1;
  }
}

class Bundle {
 public:
  Bundle(const dom::object& root, const std::string& name, const Knowledge::Options& options, Draft& out)
      : root_(root), name_(name), options_(options), out_(out) {}

  void read() {
    each_object(root_, "objects", [&](const dom::object& object) { thing(object); });
    each_object(root_, "objects", [&](const dom::object& object) {
      if (text_of(object, "type") == "relationship" && text_of(object, "relationship_type") == "attributed-to" &&
          live(object))
        campaigns_[std::string(text_of(object, "source_ref"))] = text_of(object, "target_ref");
    });
    each_object(root_, "objects", [&](const dom::object& object) {
      if (text_of(object, "type") == "relationship") relation(object);
    });
  }

 private:
  void thing(const dom::object& object) {
    const std::string_view type = text_of(object, "type"), id = text_of(object, "id");
    if (type == "indicator") patterns_[std::string(id)] = text_of(object, "pattern");
    if (!is_actor(type) && !is_software(type) && type != "attack-pattern") return;
    const std::string known = own_id(object);
    if (known.empty() || known.size() > kNameMax) return;
    ids_[std::string(id)] = known;
    if (!live(object)) return;
    live_.insert(std::string(id));
    const std::string name(text_of(object, "name").substr(0, kNameMax));
    if (!is_actor(type)) {
      out_.traits.try_emplace(known, Trait{known, name, is_software(type)});
      return;
    }
    Draft::DraftActor& actor = out_.actors[known];
    if (actor.name.empty()) actor.name = name;
    for (const std::string_view key : {"aliases", "x_mitre_aliases"})
      each_text(object, key, [&](std::string_view alias) { actor.aliases.emplace(alias.substr(0, kNameMax)); });
  }

  void relation(const dom::object& object) {
    const std::string_view kind = text_of(object, "relationship_type");
    std::string from(text_of(object, "source_ref"));
    const std::string to(text_of(object, "target_ref"));
    if (kind == "revoked-by" && ids_.contains(from) && ids_.contains(to)) {
      if (ids_[from] != ids_[to]) out_.replaced[ids_[from]] = ids_[to];
      return;
    }
    if (!live(object)) return;
    if (kind == "indicates" && patterns_.contains(from) && live_.contains(to) &&
        is_actor(to.substr(0, to.find("--")))) {
      indicators_of(patterns_[from], ids_[to], name_, out_);
      return;
    }
    if (kind != "uses" || !live_.contains(to)) return;
    if (from.starts_with("campaign--")) {
      const auto laid = campaigns_.find(from);
      if (!options_.campaigns || laid == campaigns_.end()) return;
      from = laid->second;
    }
    if (!live_.contains(from) || !out_.actors.contains(ids_[from]) || !out_.traits.contains(ids_[to])) return;
    Draft::DraftActor& actor = out_.actors[ids_[from]];
    bool cited = false;
    each_object(object, "external_references", [&](const dom::object& reference) {
      std::string key = report_key(reference);
      if (key.empty()) return;
      cited = true;
      note(actor.reports[std::move(key)], ids_[to], date_of(text_of(reference, "description")), object);
    });
    if (!cited) note(actor.reports["without a citation"], ids_[to], 0, object);
  }

  // A report without a date of its own is no younger than the oldest relation that cites it.
  void note(Draft::DraftReport& report, const std::string& trait, int date, const dom::object& relation) {
    report.traits.insert(trait);
    if (date == 0) {
      int year = 0, month = 0, day = 0;
      const std::string_view created = text_of(relation, "created");
      if (created.size() >= 10 && created[4] == '-') {
        std::from_chars(created.data(), created.data() + 4, year);
        std::from_chars(created.data() + 5, created.data() + 7, month);
        std::from_chars(created.data() + 8, created.data() + 10, day);
      }
      date = year * 10000 + month * 100 + day;
    }
    if (report.date == 0 || (date != 0 && date < report.date)) report.date = date;
  }

  const dom::object& root_;
  const std::string& name_;
  const Knowledge::Options& options_;
  Draft& out_;
  std::unordered_map<std::string, std::string> ids_, campaigns_, patterns_;
  std::set<std::string> live_;
};

}  // namespace

Result<void> read_stix(const dom::object& root, const std::string& name, const Knowledge::Options& options,
                       Draft& out) {
  Bundle(root, name, options, out).read();
  return {};
}

}  // namespace tocsin::assess
