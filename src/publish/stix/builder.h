// Puts STIX objects together: what all have in common, each id once.
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "publish/dossier/dossier.h"

namespace tocsin::publish {

using Json = nlohmann::ordered_json;

inline constexpr std::string_view kEvidenceExtension = "extension-definition--5e2ca1a5-0a5c-4b4e-9d0f-7a1c3c6f0b11";

// "2020-08-24T01:12:09.000Z": STIX wants milliseconds; an unknown time is `otherwise`.
std::string stix_time(Time time, const std::string& otherwise);
std::string tlp_marking_id(Tlp tlp);

class Bundle {
 public:
  Bundle(const Dossier& dossier);

  // A domain object or relation: type, spec_version, id, created_by_ref, created, modified, then `rest`, then the
  // marking. The second of the same id is dropped. Returns the id.
  std::string add(std::string_view type, std::string_view key, Json rest, Tlp tlp, const std::string& by = {});
  std::string relate(const std::string& from, std::string_view kind, const std::string& to, Tlp tlp,
                     Json rest = Json::object(), const std::string& by = {}, std::string_view key = {});
  // A cyber-observable with these properties, of which `contributing` make its id. "" when the entity is none.
  std::string observable(const Entity& entity, Tlp tlp);
  std::string identity(const std::string& name, std::string_view identity_class, Tlp tlp);
  bool has(const std::string& id) const { return ids_.contains(id); }

  const std::string& self() const { return self_; }
  const std::string& now() const { return now_; }
  Tlp own() const { return own_; }
  // Adds the report over all that stands, and the markings used.
  std::string finish(const std::string& title);

 private:
  void mark(Json& object, Tlp tlp);
  std::string observable(std::string_view type, Json properties, const Json& contributing, Tlp tlp);

  const Dossier& dossier_;
  std::string now_, self_;
  Tlp own_;
  std::vector<Json> objects_;
  std::set<std::string> ids_;
  std::set<Tlp> used_;
  bool extended_ = false;
};

}  // namespace tocsin::publish
