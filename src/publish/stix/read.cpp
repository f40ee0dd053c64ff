// An ally's bundle: who says what of whom, as claims. Nothing in it becomes a fact of the case.
//
// - `attributed-to` between anything and an intrusion set or threat actor: a claim that names the actor, by the one who
//   created the relation. The indicators that indicate the same source or actor, and the techniques that either uses,
//   are its ties.
// - a Note that carries our extension: a claim without an actor. Other notes, opinions and reports are somebody's prose
// and
//   are only counted.
// - indicators that belong to no such relation: one claim a creator, without an actor: "seen elsewhere".
// `confidence` becomes the digit of the Admiralty grade; how reliable the source is, nobody can say of himself, so the
// letter in the file is not taken over.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "assess/json.h"
#include "base/text.h"
#include "publish/stix/builder.h"
#include "publish/stix/stix.h"

namespace tocsin::publish {
namespace {

using assess::each_object;
using assess::each_text;
using assess::text_of;
using casefile::Claim;
using casefile::Tie;
namespace dom = simdjson::dom;

constexpr std::size_t kTextMax = 4000, kNameMax = 300, kBytesMax = std::size_t{512} << 20;

std::string bounded(std::string_view text, std::size_t max = kTextMax) {
  std::string out = to_utf8(text.substr(0, max));
  // A text cut inside a character.
  while (out.ends_with("\xef\xbf\xbd") && text.size() > max) out.erase(out.size() - 3);
  return out;
}

bool is_actor(std::string_view id) { return id.starts_with("intrusion-set--") || id.starts_with("threat-actor--"); }

std::string external_id(const dom::object& object) {
  std::string out;
  each_object(object, "external_references", [&](const dom::object& reference) {
    const std::string_view source = text_of(reference, "source_name");
    if (out.empty() && source.starts_with("mitre-attack")) out = bounded(text_of(reference, "external_id"), 40);
  });
  return out;
}

// Equality comparisons joined by OR; anything more is no plain indicator.
std::vector<Tie> ties_of(std::string_view pattern) {
  std::vector<Tie> out;
  for (const std::string_view word :
       {" AND ", " NOT ", " LIKE ", " MATCHES ", " FOLLOWEDBY ", " ISSUBSET ", " ISSUPERSET "})
    if (pattern.find(word) != pattern.npos) return out;
  for (std::size_t at = 0; (at = pattern.find('=', at)) != pattern.npos && out.size() < 1000; ++at) {
    std::size_t from = at, start = at + 1;
    while (from > 0 && (pattern[from - 1] == ' ')) --from;
    std::size_t begin = from;
    while (begin > 0 && std::string_view("[ (").find(pattern[begin - 1]) == std::string_view::npos) --begin;
    while (start < pattern.size() && pattern[start] == ' ') ++start;
    if (start >= pattern.size() || pattern[start] != '\'') continue;
    std::string value;
    std::size_t i = start + 1;
    for (; i < pattern.size() && pattern[i] != '\''; ++i) {
      if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
      value += pattern[i];
    }
    if (i >= pattern.size()) return out;
    const std::string_view path = pattern.substr(begin, from - begin);
    const std::string type(path.substr(0, path.find(':')));
    const std::string_view property = path.substr(std::min(path.size(), type.size() + 1));
    const bool hash = type == "file" && property.starts_with("hashes");
    if (!value.empty() && value.size() <= kTextMax && (hash || (property == "value" && type != "file")))
      out.push_back({bounded(type, 40), bounded(value)});
    at = i;
  }
  return out;
}

struct Thing {
  std::string name, technique;
};
struct Indicator {
  std::vector<Tie> ties;
  std::string by, tlp;
  std::vector<std::string> indicates;
};

class Reader {
 public:
  Reader(const dom::object& root, const std::string& name) : root_(root), origin_("stix " + name) {}

  Imported read() {
    each_object(root_, "objects", [&](const dom::object& object) { thing(object); });
    each_object(root_, "objects", [&](const dom::object& object) {
      if (text_of(object, "type") == "relationship") relation(object);
    });
    each_object(root_, "objects", [&](const dom::object& object) { statement(object); });
    loose();
    if (prose_ > 0)
      out_.remarks.push_back(fmt::format("{} notes, opinions and reports are prose and were not taken over", prose_));
    if (unread_ > 0)
      out_.remarks.push_back(fmt::format("{} indicators say more than equality and were not taken over", unread_));
    if (full_)
      out_.remarks.push_back(fmt::format("more than {} claims or {} ties: the rest was left out", Imported::kClaimsMax,
                                         Imported::kTiesMax));
    return std::move(out_);
  }

 private:
  void thing(const dom::object& object) {
    const std::string_view type = text_of(object, "type");
    const std::string id = bounded(text_of(object, "id"), kNameMax);
    if (type == "marking-definition") {
      const auto tlp = marking(object);
      if (tlp) markings_[id] = *tlp;
    } else if (type == "identity" || type == "intrusion-set" || type == "threat-actor") {
      things_[id].name = bounded(text_of(object, "name"), kNameMax);
    } else if (type == "attack-pattern") {
      things_[id].technique = external_id(object);
    } else if (type == "indicator") {
      Indicator& one = indicators_[id];
      one.ties = ties_of(text_of(object, "pattern"));
      one.by = bounded(text_of(object, "created_by_ref"), kNameMax);
      unread_ += one.ties.empty();
    }
  }

  static std::optional<Tlp> marking(const dom::object& object) {
    if (const auto named = parse_tlp(text_of(object, "name"))) return named;
    dom::object definition;
    if (object["definition"].get(definition) == simdjson::SUCCESS) return parse_tlp(text_of(definition, "tlp"));
    return std::nullopt;
  }

  std::string tlp_of(const dom::object& object) const {
    std::optional<Tlp> highest;
    each_text(object, "object_marking_refs", [&](std::string_view ref) {
      std::optional<Tlp> one;
      for (int i = 0; i < 5; ++i)
        if (ref == tlp_marking_id(static_cast<Tlp>(i))) one = static_cast<Tlp>(i);
      if (const auto found = markings_.find(std::string(ref)); !one && found != markings_.end()) one = found->second;
      if (one) highest = std::max(highest.value_or(*one), *one);
    });
    return highest ? std::string(name(*highest)) : std::string();
  }

  std::string name_of(const std::string& id, const std::string& otherwise) const {
    const auto found = things_.find(id);
    return found == things_.end() || found->second.name.empty() ? otherwise : found->second.name;
  }

  void relation(const dom::object& object) {
    const std::string_view kind = text_of(object, "relationship_type");
    const std::string from = bounded(text_of(object, "source_ref"), kNameMax),
                      to = bounded(text_of(object, "target_ref"), kNameMax);
    if (kind == "indicates") {
      if (const auto found = indicators_.find(from); found != indicators_.end()) {
        found->second.indicates.push_back(to);
        if (found->second.tlp.empty()) found->second.tlp = tlp_of(object);
        by_target_[to].push_back(from);
      }
    } else if (kind == "uses") {
      const auto found = things_.find(to);
      if (found != things_.end() && !found->second.technique.empty()) uses_[from].push_back(found->second.technique);
    }
  }

  Claim start(const dom::object& object) const {
    Claim claim;
    claim.by = name_of(bounded(text_of(object, "created_by_ref"), kNameMax), origin_);
    claim.tlp = tlp_of(object);
    claim.origin = origin_;
    claim.object = bounded(text_of(object, "id"), kNameMax);
    claim.date = bounded(text_of(object, "created"), 10);
    std::int64_t confidence = -1;
    if (object["confidence"].get(confidence) != simdjson::SUCCESS) confidence = -1;
    claim.admiralty =
        std::string("F") + credibility_of_confidence(static_cast<int>(std::clamp<std::int64_t>(confidence, -1, 101)));
    dom::object extensions, ours;
    if (object["extensions"].get(extensions) == simdjson::SUCCESS &&
        extensions[kEvidenceExtension].get(ours) == simdjson::SUCCESS) {
      claim.statement = bounded(text_of(ours, "statement"));
      claim.state = bounded(text_of(ours, "state"), kNameMax);
      claim.lineage = bounded(text_of(ours, "lineage"), kNameMax);
      if (const std::string_view legal = text_of(ours, "legal"); legal == "charged" || legal == "no-charges")
        claim.legal = legal;
      if (!text_of(ours, "date").empty()) claim.date = bounded(text_of(ours, "date"), 40);
      claim.persona = assess::flag_of(ours, "persona");
      each_object(ours, "ties", [&](const dom::object& tie) {
        if (claim.ties.size() < 1000)
          claim.ties.push_back({bounded(text_of(tie, "type"), 40), bounded(text_of(tie, "value"))});
      });
    }
    return claim;
  }

  static bool has_ours(const dom::object& object) {
    dom::object extensions, ours;
    return object["extensions"].get(extensions) == simdjson::SUCCESS &&
           extensions[kEvidenceExtension].get(ours) == simdjson::SUCCESS && !text_of(ours, "admiralty").empty();
  }

  void statement(const dom::object& object) {
    const std::string_view type = text_of(object, "type");
    if (type == "relationship" && text_of(object, "relationship_type") == "attributed-to") {
      const std::string to = bounded(text_of(object, "target_ref"), kNameMax),
                        from = bounded(text_of(object, "source_ref"), kNameMax);
      if (!is_actor(to) || !things_.contains(to)) return;
      Claim claim = start(object);
      claim.actor = name_of(to, "");
      if (claim.actor.empty()) return;
      if (claim.statement.empty()) claim.statement = bounded(text_of(object, "description"));
      if (claim.statement.empty()) claim.statement = claim.by + " names " + claim.actor;
      if (!has_ours(object))
        for (const std::string& of : {from, to}) add_ties(claim, of);
      push(std::move(claim));
    } else if (type == "note" && has_ours(object)) {
      Claim claim = start(object);
      if (claim.statement.empty()) claim.statement = bounded(text_of(object, "content"));
      push(std::move(claim));
    } else if (type == "note" || type == "opinion" || type == "report") {
      ++prose_;
    }
  }

  void add_ties(Claim& claim, const std::string& of) {
    const auto add = [&](Tie tie) {
      if (ties_ < Imported::kTiesMax && std::ranges::find(claim.ties, tie) == claim.ties.end()) {
        claim.ties.push_back(std::move(tie));
        ++ties_;
      } else if (ties_ >= Imported::kTiesMax) {
        full_ = true;
      }
    };
    if (const auto found = uses_.find(of); found != uses_.end())
      for (const std::string& technique : found->second) add({"technique", technique});
    if (const auto found = by_target_.find(of); found != by_target_.end())
      for (const std::string& indicator : found->second) {
        taken_.insert(indicator);
        for (const Tie& tie : indicators_[indicator].ties) add(tie);
      }
    std::ranges::sort(claim.ties);
  }

  void push(Claim claim) {
    if (out_.claims.size() >= Imported::kClaimsMax) {
      full_ = true;
      return;
    }
    for (const Tie& tie : claim.ties) named_.insert(tie);
    out_.claims.push_back(std::move(claim));
  }

  // By creator, so that lineage counts each once.
  void loose() {
    std::map<std::string, Claim> by_creator;
    for (const auto& [id, one] : indicators_) {
      if (one.ties.empty() || taken_.contains(id)) continue;
      const std::string by = name_of(one.by, origin_);
      Claim& claim = by_creator[by];
      claim.by = by;
      claim.origin = origin_;
      claim.tlp = one.tlp;
      claim.statement = "indicators seen elsewhere";
      for (const Tie& tie : one.ties)
        if (!named_.contains(tie) && std::ranges::find(claim.ties, tie) == claim.ties.end()) {
          if (ties_++ < Imported::kTiesMax)
            claim.ties.push_back(tie);
          else
            full_ = true;
        }
    }
    for (auto& [by, claim] : by_creator) {
      std::ranges::sort(claim.ties);
      if (!claim.ties.empty()) push(std::move(claim));
    }
  }

  const dom::object& root_;
  std::string origin_;
  Imported out_;
  std::unordered_map<std::string, Thing> things_;
  std::map<std::string, Indicator> indicators_;
  std::unordered_map<std::string, Tlp> markings_;
  std::unordered_map<std::string, std::vector<std::string>> by_target_, uses_;
  std::set<std::string> taken_;
  std::set<Tie> named_;
  std::size_t ties_ = 0, prose_ = 0, unread_ = 0;
  bool full_ = false;
};

}  // namespace

Result<Imported> read_stix_claims(std::string_view json, const std::string& name) {
  if (json.size() > kBytesMax) return fail("the bundle is larger than 512 MiB", name, "split it");
  dom::parser parser;
  dom::object root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS || text_of(root, "type") != "bundle")
    return fail("this is no STIX bundle", name, "a JSON object of type bundle, STIX 2.0 or 2.1");
  const std::string base = name.substr(name.find_last_of('/') + 1);
  return Reader(root, base).read();
}

}  // namespace tocsin::publish
