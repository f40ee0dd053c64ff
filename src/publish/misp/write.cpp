#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/ip.h"
#include "publish/misp/misp.h"
#include "publish/steps/steps.h"
#include "publish/stix/ids.h"

namespace tocsin::publish {
namespace {

using namespace casefile;
using Json = nlohmann::ordered_json;

constexpr std::size_t kAttributesMax = 5000;

std::string quoteless(std::string_view text) {
  std::string out(text.substr(0, 300));
  std::erase_if(out, [](char c) { return c == '"' || static_cast<unsigned char>(c) < 0x20; });
  return out;
}

Json tag(std::string name) { return {{"name", std::move(name)}}; }

std::string tlp_tag(Tlp tlp) { return "tlp:" + std::string(name(tlp)); }

// MISP's type and category for an entity; nothing for what MISP has no word for.
struct Kind {
  const char* type;
  const char* category;
};
std::optional<Kind> kind_of(const EntityRow& row) {
  const bool source = row.roles.contains("source");
  switch (row.type) {
    case EntityType::address:
    case EntityType::network:
      if (!Ip::parse(std::string_view(row.value).substr(0, row.value.find('/')))) return std::nullopt;
      return Kind{source ? "ip-src" : "ip-dst", "Network activity"};
    case EntityType::domain:
      return Kind{"domain", "Network activity"};
    case EntityType::url:
      return Kind{"url", "Network activity"};
    case EntityType::mailbox:
      return Kind{"target-email", "Targeting data"};
    case EntityType::account:
      return Kind{"target-user", "Targeting data"};
    case EntityType::host:
      return Kind{"target-machine", "Targeting data"};
    case EntityType::file:
      return Kind{"filename", "Payload delivery"};
    case EntityType::hash: {
      const bool hex = row.value.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
      const std::size_t size = hex ? row.value.size() : 0;
      if (size == 32) return Kind{"md5", "Payload delivery"};
      if (size == 40) return Kind{"sha1", "Payload delivery"};
      if (size == 64) return Kind{"sha256", "Payload delivery"};
      return std::nullopt;
    }
    case EntityType::service:
    case EntityType::process:
      return std::nullopt;
  }
  return std::nullopt;
}

const char* misp_type(const std::string& stix) {
  return stix == "ipv4-addr" || stix == "ipv6-addr" ? "ip-dst"
         : stix == "domain-name"                    ? "domain"
         : stix == "url"                            ? "url"
         : stix == "email-addr"                     ? "email-src"
                                                    : nullptr;
}

class Event {
 public:
  explicit Event(const Dossier& d) : d_(d) {}

  std::string write() {
    const std::string made = d_.made.known() ? std::to_string(d_.made.seconds) : "0";
    const std::string title = d_.title.empty() ? "Attack on an institution" : d_.title;
    int gravest = 0;
    for (int level = 0; level < 5; ++level)
      if (d_.counts[static_cast<std::size_t>(level)] > 0) gravest = level;
    Json event;
    event["uuid"] = uuid5("misp event\n" + title + "\n" + d_.head);
    event["info"] = (d_.exercise ? "EXERCISE: " : "") + title;
    event["date"] = d_.made.known() ? d_.made.iso().substr(0, 10) : "1970-01-01";
    event["timestamp"] = made;
    event["threat_level_id"] = gravest >= 3 ? "1" : gravest == 2 ? "2" : gravest == 1 ? "3" : "4";
    event["analysis"] = d_.judged.empty() ? "1" : "2";
    event["distribution"] = "0";
    event["published"] = false;
    event["Orgc"] = {{"name", "tocsin"}, {"uuid", uuid5("misp organisation")}};
    Json tags = Json::array({tag(tlp_tag(d_.marking))});
    if (d_.exercise) tags.push_back(tag("exercise:generic=\"comcheck\""));
    for (const TechniqueRow& row : d_.techniques)
      if (!row.name.empty())
        tags.push_back(tag("misp-galaxy:mitre-attack-pattern=\"" + quoteless(row.name) + " - " + row.id + "\""));
    // Likelihood and confidence are two tags of MISP's own taxonomy; nobody is named below the gates.
    if (const Judged* main = d_.main_judgement(); main && main->names_somebody()) {
      tags.push_back(tag("misp-galaxy:threat-actor=\"" + quoteless(main->actor.name) + "\""));
      tags.push_back(tag("estimative-language:likelihood-probability=\"" + likelihood(main->actor.likelihood) + "\""));
      tags.push_back(tag("estimative-language:confidence-in-analytic-judgment=\"" + main->actor.confidence + "\""));
    }
    event["Tag"] = std::move(tags);
    entities();
    incidents();
    claims();
    event["Attribute"] = std::move(attributes_);
    return Json{{"Event", std::move(event)}}.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  static std::string likelihood(double share) {
    const double percent = share * 100;
    return percent < 5    ? "almost-no-chance"
           : percent < 20 ? "very-unlikely"
           : percent < 45 ? "unlikely"
           : percent < 55 ? "roughly-even-chance"
           : percent < 80 ? "likely"
           : percent < 95 ? "very-likely"
                          : "almost-certain";
  }

  Json& add(const char* type, const char* category, std::string value, std::string comment, bool to_ids, Tlp tlp) {
    Json attribute;
    attribute["uuid"] = uuid5(fmt::format("misp attribute\n{}\n{}\n{}", type, value, comment));
    attribute["type"] = type;
    attribute["category"] = category;
    attribute["value"] = std::move(value);
    attribute["comment"] = std::move(comment);
    attribute["to_ids"] = to_ids;
    attribute["distribution"] = "0";
    attribute["timestamp"] = d_.made.known() ? std::to_string(d_.made.seconds) : "0";
    attribute["Tag"] = Json::array({tag(tlp_tag(tlp))});
    attributes_.push_back(std::move(attribute));
    return attributes_.back();
  }

  void entities() {
    for (const EntityRow& row : d_.entities) {
      const auto kind = kind_of(row);
      if (!kind || row.value.empty() || attributes_.size() >= kAttributesMax) continue;
      // A failed name may be a password: it doesn't leave the house in a list of targets.
      if (row.type == EntityType::account && !row.known) continue;
      std::string roles;
      for (const std::string& role : row.roles) roles += (roles.empty() ? "" : ", ") + role;
      Json& attribute = add(kind->type, kind->category, row.value,
                            fmt::format("{}{}{} findings, gravest {}", roles, roles.empty() ? "" : "; ", row.findings,
                                        tocsin::name(row.gravest)),
                            worth_blocking(row), kOwnTelemetry);
      if (row.first.known()) attribute["first_seen"] = row.first.iso();
      if (row.last.known()) attribute["last_seen"] = row.last.iso();
    }
  }

  void incidents() {
    for (const Incident& one : d_.story.incidents)
      add("comment", "Internal reference", one.title.empty() ? one.id : one.title,
          fmt::format("{}; severity {}; {} to {}; {} findings", one.id, tocsin::name(one.severity), one.first.iso(),
                      one.last.iso(), one.finding_count),
          false, d_.general ? d_.marking : kOwnTelemetry);
  }

  void claims() {
    for (const Claim& claim : d_.claims) {
      const Tlp tlp = parse_tlp(claim.tlp).value_or(kNotSaid);
      const auto graded = [&](Json& attribute) {
        if (claim.admiralty.size() == 2) {
          attribute["Tag"].push_back(tag(
              fmt::format("admiralty-scale:source-reliability=\"{}\"", static_cast<char>(claim.admiralty[0] | 0x20))));
          attribute["Tag"].push_back(
              tag(fmt::format("admiralty-scale:information-credibility=\"{}\"", claim.admiralty[1])));
        }
        if (!claim.actor.empty())
          attribute["Tag"].push_back(tag("misp-galaxy:threat-actor=\"" + quoteless(claim.actor) + "\""));
      };
      graded(add("comment", "External analysis", claim.statement.empty() ? claim.by : claim.statement,
                 claim.date.empty() ? claim.by : claim.by + ", " + claim.date, false, tlp));
      for (const Tie& tie : claim.ties) {
        if (attributes_.size() >= kAttributesMax) break;
        const char* type = misp_type(tie.type);
        if (tie.type == "file")
          type = tie.value.size() == 32   ? "md5"
                 : tie.value.size() == 40 ? "sha1"
                 : tie.value.size() == 64 ? "sha256"
                                          : nullptr;
        if (!type) continue;
        graded(add(type, tie.type == "file" ? "Payload delivery" : "Network activity", tie.value,
                   claim.date.empty() ? claim.by : claim.by + ", " + claim.date, false, tlp));
      }
    }
  }

  const Dossier& d_;
  Json attributes_ = Json::array();
};

}  // namespace

std::string misp_event(const Dossier& dossier) { return Event(dossier).write(); }

}  // namespace tocsin::publish
