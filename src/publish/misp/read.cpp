// An ally's MISP event as claims: one for each actor that the event, or an attribute, is tagged with; attributes of
// type `comment` are statements of their own; other attributes are ties of the claim that their tags point to. Without
// an actor anywhere they are one claim: "seen elsewhere". The reliability of the source is the reader's to judge, so of
// the Admiralty tags only the credibility is taken over.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <map>

#include "assess/json.h"
#include "base/ip.h"
#include "base/text.h"
#include "publish/misp/misp.h"

namespace tocsin::publish {
namespace {

using assess::each_object;
using assess::text_of;
using casefile::Claim;
using casefile::Tie;
namespace dom = simdjson::dom;

constexpr std::size_t kTextMax = 4000, kNameMax = 300, kBytesMax = std::size_t{512} << 20;
constexpr std::string_view kGalaxies[] = {"misp-galaxy:threat-actor=\"", "misp-galaxy:mitre-intrusion-set=\"",
                                          "misp-galaxy:microsoft-activity-group=\""};
constexpr std::string_view kTechniques = "misp-galaxy:mitre-attack-pattern=\"",
                           kCredibility = "admiralty-scale:information-credibility=\"";

std::string bounded(std::string_view text, std::size_t max) { return to_utf8(text.substr(0, max)); }

struct Tags {
  std::vector<std::string> actors;
  std::vector<Tie> techniques;
  std::string tlp;
  char credibility = '6';
};

Tags tags_of(const dom::object& of) {
  Tags out;
  std::optional<Tlp> highest;
  each_object(of, "Tag", [&](const dom::object& tag) {
    const std::string_view name = text_of(tag, "name");
    if (const auto tlp = name.starts_with("tlp:") ? parse_tlp(name) : std::nullopt)
      highest = std::max(highest.value_or(*tlp), *tlp);
    if (name.starts_with(kCredibility) && name.size() > kCredibility.size() && name[kCredibility.size()] >= '1' &&
        name[kCredibility.size()] <= '6')
      out.credibility = name[kCredibility.size()];
    const auto inside = [&](std::string_view prefix) {
      return name.starts_with(prefix) && name.ends_with('"') && name.size() > prefix.size()
                 ? name.substr(prefix.size(), name.size() - prefix.size() - 1)
                 : std::string_view();
    };
    for (const std::string_view galaxy : kGalaxies)
      if (std::string_view actor = inside(galaxy); !actor.empty() && out.actors.size() < 8) {
        if (const auto dash = actor.rfind(" - G"); dash != actor.npos) actor = actor.substr(dash + 3);
        out.actors.push_back(bounded(actor, kNameMax));
      }
    if (const std::string_view technique = inside(kTechniques); !technique.empty())
      if (const auto dash = technique.rfind(" - T"); dash != technique.npos && out.techniques.size() < 500)
        out.techniques.push_back({"technique", bounded(technique.substr(dash + 3), 40)});
  });
  if (highest) out.tlp = name(*highest);
  return out;
}

// MISP's type as STIX names it; "" for what is none of an indicator.
std::string stix_type(std::string_view type, std::string_view value) {
  if (type == "ip-src" || type == "ip-dst") {
    const auto ip = Ip::parse(value.substr(0, value.find('/')));
    return !ip ? "" : ip->is_v4() ? "ipv4-addr" : "ipv6-addr";
  }
  if (type == "domain" || type == "hostname") return "domain-name";
  if (type == "url" || type == "uri") return "url";
  if (type == "email-src" || type == "email-dst" || type == "email") return "email-addr";
  if (type == "md5" || type == "sha1" || type == "sha256") return "file";
  return "";
}

class Reader {
 public:
  explicit Reader(const std::string& name) : origin_("misp " + name) {}

  void event(const dom::object& event) {
    dom::object creator;
    by_ = origin_;
    if (event["Orgc"].get(creator) == simdjson::SUCCESS && !text_of(creator, "name").empty())
      by_ = bounded(text_of(creator, "name"), kNameMax);
    date_ = bounded(text_of(event, "date"), 40);
    uuid_ = bounded(text_of(event, "uuid"), 60);
    tags_ = tags_of(event);
    const std::string info = bounded(text_of(event, "info"), kTextMax);
    std::map<std::string, Claim> by_actor;
    for (const std::string& actor : tags_.actors) by_actor.emplace(actor, start(actor, info, tags_));
    each_object(event, "Attribute", [&](const dom::object& one) { attribute(one, info, by_actor); });
    each_object(event, "Object", [&](const dom::object& object) {
      each_object(object, "Attribute", [&](const dom::object& one) { attribute(one, info, by_actor); });
    });
    for (auto& [actor, claim] : by_actor) {
      if (!actor.empty() && std::ranges::find(tags_.actors, actor) != tags_.actors.end())
        claim.ties.insert(claim.ties.end(), tags_.techniques.begin(), tags_.techniques.end());
      std::ranges::sort(claim.ties);
      claim.ties.erase(std::ranges::unique(claim.ties).begin(), claim.ties.end());
      push(std::move(claim));
    }
  }

  Imported finish() {
    if (full_)
      out_.remarks.push_back(fmt::format("more than {} claims or {} ties: the rest was left out", Imported::kClaimsMax,
                                         Imported::kTiesMax));
    return std::move(out_);
  }

 private:
  Claim start(const std::string& actor, const std::string& statement, const Tags& tags) const {
    Claim claim;
    claim.by = by_;
    claim.date = date_;
    claim.actor = actor;
    claim.statement = statement.empty() ? actor.empty() ? "seen elsewhere" : by_ + " names " + actor : statement;
    claim.tlp = tags.tlp.empty() ? tags_.tlp : tags.tlp;
    claim.admiralty = std::string("F") + tags.credibility;
    claim.origin = origin_;
    claim.object = uuid_;
    return claim;
  }

  void attribute(const dom::object& one, const std::string& info, std::map<std::string, Claim>& by_actor) {
    const std::string_view type = text_of(one, "type"), value = text_of(one, "value");
    if (value.empty()) return;
    const Tags own = tags_of(one);
    if (type == "comment" && text_of(one, "category") == "External analysis") {
      // Our own form of a claim: "by, date" is the comment.
      Claim claim = start(own.actors.empty() ? "" : own.actors[0], bounded(value, kTextMax), own);
      const std::string comment = bounded(text_of(one, "comment"), kNameMax);
      const auto comma = comment.rfind(", ");
      if (!comment.empty()) claim.by = comment.substr(0, comma);
      if (comma != std::string::npos) claim.date = comment.substr(comma + 2);
      claim.object = bounded(text_of(one, "uuid"), 60);
      push(std::move(claim));
      return;
    }
    const std::string kind = stix_type(type, value);
    if (kind.empty() || value.size() > kTextMax) return;
    for (const std::string& actor :
         own.actors.empty() ? tags_.actors.empty() ? std::vector<std::string>{""} : tags_.actors : own.actors) {
      auto found = by_actor.find(actor);
      if (found == by_actor.end()) found = by_actor.emplace(actor, start(actor, info, own)).first;
      if (ties_ >= Imported::kTiesMax) {
        full_ = true;
        return;
      }
      ++ties_;
      found->second.ties.push_back({kind, bounded(value, kTextMax)});
      // The tightest marking of what is in it.
      const auto mine = parse_tlp(own.tlp), had = parse_tlp(found->second.tlp);
      if (mine && (!had || *mine > *had)) found->second.tlp = own.tlp;
    }
  }

  void push(Claim claim) {
    if (out_.claims.size() < Imported::kClaimsMax)
      out_.claims.push_back(std::move(claim));
    else
      full_ = true;
  }

  std::string origin_, by_, date_, uuid_;
  Tags tags_;
  Imported out_;
  std::size_t ties_ = 0;
  bool full_ = false;
};

}  // namespace

Result<Imported> read_misp_claims(std::string_view json, const std::string& name) {
  if (json.size() > kBytesMax) return fail("the file is larger than 512 MiB", name, "split it");
  dom::parser parser;
  dom::element top;
  Reader reader(name.substr(name.find_last_of('/') + 1));
  std::size_t events = 0;
  const auto use = [&](const dom::object& root) {
    dom::object event;
    if (root["Event"].get(event) != simdjson::SUCCESS) return;
    ++events;
    reader.event(event);
  };
  if (parser.parse(json.data(), json.size()).get(top) == simdjson::SUCCESS) {
    dom::object root;
    dom::array list;
    if (top.get(root) == simdjson::SUCCESS) {
      use(root);
      each_object(root, "response", use);
    } else if (top.get(list) == simdjson::SUCCESS) {
      for (const dom::element one : list)
        if (one.get(root) == simdjson::SUCCESS) use(root);
    }
  }
  if (events == 0) return fail("this holds no MISP event", name, "a JSON object with Event, or a response of several");
  return reader.finish();
}

}  // namespace tocsin::publish
