#include "publish/stix/builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ip.h"
#include "base/text.h"
#include "publish/stix/ids.h"

namespace tocsin::publish {
namespace {

// OASIS's own ids of the TLP 2.0 markings and of the extension that defines them.
constexpr std::string_view kTlpIds[] = {"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
                                        "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
                                        "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
                                        "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
                                        "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"};
constexpr std::string_view kTlpExtension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
constexpr std::size_t kTextMax = 4000;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

std::string bounded(std::string_view text) { return to_utf8(text.substr(0, kTextMax)); }

bool all_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdefABCDEF") == text.npos; }

// "SHA1=…,MD5=…" (Sysmon) or a bare digest.
Json hashes_of(std::string_view text) {
  Json out = Json::object();
  while (!text.empty()) {
    std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (const auto equals = part.find('='); equals != part.npos) part.remove_prefix(equals + 1);
    if (!all_hex(part)) continue;
    const char* name = part.size() == 32   ? "MD5"
                       : part.size() == 40 ? "SHA-1"
                       : part.size() == 64 ? "SHA-256"
                                           : nullptr;
    if (name && !out.contains(name)) out[name] = fold(part);
  }
  return out;
}

// RFC 1123 names and what people log in their place; what doesn't look like a name is left out.
bool is_domain(std::string_view text) {
  return text.size() <= 253 && text.find('.') != text.npos && !text.starts_with('.') && !text.ends_with('.') &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                  c == '_';
         });
}

bool is_mail_address(std::string_view text) {
  const auto at = text.find('@');
  return at != text.npos && at > 0 && is_domain(text.substr(at + 1)) && text.find_first_of(" <>\"()") == text.npos &&
         is_ascii(text);
}

bool is_url(std::string_view text) {
  const auto colon = text.find("://");
  return colon != text.npos && colon > 0 && colon + 3 < text.size() && is_ascii(text) &&
         text.find_first_of(" <>\"{}|\\^`\t\r\n") == text.npos;
}

}  // namespace

std::string stix_time(Time time, const std::string& otherwise) {
  const Civil parts = time.known() ? civil(time) : Civil{};
  if (!time.known() || parts.year < 1 || parts.year > 9999) return otherwise;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.year, parts.month, parts.day, parts.hour,
                     parts.minute, parts.second, time.nanoseconds / 1'000'000);
}

std::string tlp_marking_id(Tlp tlp) { return std::string(kTlpIds[static_cast<int>(tlp)]); }

Bundle::Bundle(const Dossier& dossier)
    : dossier_(dossier),
      now_(stix_time(dossier.made, "1970-01-01T00:00:00.000Z")),
      own_(dossier.general ? dossier.marking : kOwnTelemetry) {
  self_ = object_id("identity", "tocsin");
  Json self;
  self["name"] = "tocsin";
  self["description"] = "Analysis of evidence by tocsin, for the institution that holds the case.";
  self["identity_class"] = "system";
  add("identity", "tocsin", std::move(self), Tlp::clear);
}

void Bundle::mark(Json& object, Tlp tlp) {
  object["object_marking_refs"] = {tlp_marking_id(tlp)};
  used_.insert(tlp);
}

std::string Bundle::add(std::string_view type, std::string_view key, Json rest, Tlp tlp, const std::string& by) {
  const std::string id = object_id(type, key);
  if (!ids_.insert(id).second) return id;
  Json object;
  object["type"] = type;
  object["spec_version"] = "2.1";
  object["id"] = id;
  if (id != self_ || !by.empty()) object["created_by_ref"] = by.empty() ? self_ : by;
  object["created"] = now_;
  object["modified"] = now_;
  for (auto& [name, value] : rest.items()) {
    extended_ |= name == "extensions";
    object[name] = value.is_string() ? Json(bounded(value.get_ref<const std::string&>())) : std::move(value);
  }
  mark(object, tlp);
  objects_.push_back(std::move(object));
  return id;
}

std::string Bundle::relate(const std::string& from, std::string_view kind, const std::string& to, Tlp tlp, Json rest,
                           const std::string& by, std::string_view key) {
  Json relation;
  relation["relationship_type"] = kind;
  for (auto& [name, value] : rest.items()) relation[name] = std::move(value);
  relation["source_ref"] = from;
  relation["target_ref"] = to;
  return add("relationship", fmt::format("{}\n{}\n{}\n{}", from, kind, to, key), std::move(relation), tlp, by);
}

std::string Bundle::observable(std::string_view type, Json properties, const Json& contributing, Tlp tlp) {
  const std::string id = observable_id(type, contributing.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (!ids_.insert(id).second) return id;
  Json object;
  object["type"] = type;
  object["spec_version"] = "2.1";
  object["id"] = id;
  for (auto& [name, value] : properties.items()) object[name] = std::move(value);
  mark(object, tlp);
  objects_.push_back(std::move(object));
  return id;
}

std::string Bundle::observable(const Entity& entity, Tlp tlp) {
  const std::string value = bounded(entity.value);
  const auto simple = [&](std::string_view type) {
    const Json properties{{"value", value}};
    return observable(type, properties, properties, tlp);
  };
  switch (entity.type) {
    case EntityType::address:
    case EntityType::network: {
      const auto slash = value.find('/');
      const auto ip = Ip::parse(value.substr(0, slash));
      if (!ip || (slash != value.npos &&
                  (slash + 1 == value.size() || value.find_first_not_of("0123456789", slash + 1) != value.npos)))
        return {};
      return simple(ip->is_v4() ? "ipv4-addr" : "ipv6-addr");
    }
    case EntityType::domain:
      return is_domain(value) ? simple("domain-name") : std::string();
    case EntityType::url:
      return is_url(value) ? simple("url") : std::string();
    case EntityType::mailbox:
      if (is_mail_address(value)) return simple("email-addr");
      [[fallthrough]];
    case EntityType::account: {
      if (value.empty()) return {};
      const Json properties{{"account_login", value}};
      return observable("user-account", properties, properties, tlp);
    }
    case EntityType::file: {
      if (value.empty()) return {};
      const Json properties{{"name", value}};
      return observable("file", properties, properties, tlp);
    }
    case EntityType::hash: {
      const Json hashes = hashes_of(value);
      if (hashes.empty()) return {};
      const Json properties{{"hashes", hashes}};
      // The first of these in the spec's order makes the id.
      Json contributing;
      for (const char* name : {"MD5", "SHA-1", "SHA-256"})
        if (hashes.contains(name)) {
          contributing["hashes"][name] = hashes[name];
          break;
        }
      return observable("file", properties, contributing, tlp);
    }
    case EntityType::host:
    case EntityType::service:
    case EntityType::process:
      return {};
  }
  return {};
}

std::string Bundle::identity(const std::string& name, std::string_view identity_class, Tlp tlp) {
  Json rest;
  rest["name"] = name.empty() ? "unnamed" : name;
  rest["identity_class"] = identity_class;
  return add("identity", std::string(identity_class) + "\n" + name, std::move(rest), tlp);
}

std::string Bundle::finish(const std::string& title) {
  Json report;
  report["name"] = title;
  report["description"] = dossier_.exercise ? "EXERCISE. Made from rehearsed evidence."
                                            : "A case of tocsin, as of its journal's last entry.";
  report["report_types"] = {"threat-report"};
  report["published"] = now_;
  Json refs = Json::array();
  for (const Json& object : objects_) refs.push_back(object["id"]);
  report["object_refs"] = std::move(refs);
  if (dossier_.exercise) report["labels"] = {"exercise"};
  add("report", title + "\n" + dossier_.head, std::move(report), dossier_.marking);

  std::vector<Json> all;
  for (const Tlp tlp : used_) {
    Json marking;
    marking["type"] = "marking-definition";
    marking["spec_version"] = "2.1";
    marking["id"] = tlp_marking_id(tlp);
    marking["created"] = "2022-10-01T00:00:00.000Z";
    marking["name"] = "TLP:" + upper(tocsin::publish::name(tlp));
    marking["extensions"][std::string(kTlpExtension)] = {{"extension_type", "property-extension"},
                                                         {"tlp_2_0", tocsin::publish::name(tlp)}};
    all.push_back(std::move(marking));
  }
  if (extended_) {
    Json extension;
    extension["type"] = "extension-definition";
    extension["spec_version"] = "2.1";
    extension["id"] = kEvidenceExtension;
    extension["created_by_ref"] = self_;
    extension["created"] = "2026-01-01T00:00:00.000Z";
    extension["modified"] = "2026-01-01T00:00:00.000Z";
    extension["name"] = "tocsin evidence";
    extension["description"] =
        "Where a statement's evidence stands (file, SHA-256, offset, record), how it is graded, and how sure a "
        "judgement is apart from how likely.";
    extension["schema"] = "docs/JSON.md of tocsin, `export stix`";
    extension["version"] = "1.0.0";
    extension["extension_types"] = {"property-extension"};
    all.push_back(std::move(extension));
  }
  for (Json& object : objects_) all.push_back(std::move(object));
  std::string content;
  for (const Json& object : all) content += object["id"].get<std::string>() + "\n";
  // One object a line: a bundle is read by people too, and differences show.
  std::string out = "{\"type\":\"bundle\",\"id\":\"" + object_id("bundle", content + now_) + "\",\"objects\":[\n";
  for (std::size_t i = 0; i < all.size(); ++i)
    out += all[i].dump(-1, ' ', false, Json::error_handler_t::replace) + (i + 1 < all.size() ? ",\n" : "\n");
  return out + "]}\n";
}

}  // namespace tocsin::publish
