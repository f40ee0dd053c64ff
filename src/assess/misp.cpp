// MISP events (https://www.misp-standard.org/rfc/misp-standard-core.html): indicators that an event, or a tag on the
// attribute itself, ties to an actor of a galaxy. An event without such a tag says nothing about anybody.
#include <array>

#include "assess/draft.h"
#include "assess/json.h"
#include "base/text.h"

namespace tocsin::assess {
namespace {

constexpr std::array<std::string_view, 3> kGalaxies = {
    "misp-galaxy:threat-actor=\"", "misp-galaxy:mitre-intrusion-set=\"", "misp-galaxy:microsoft-activity-group=\""};
constexpr std::size_t kValueMax = 2000, kActorsMax = 8;

// The actors that the tags of an event or attribute name. "APT28 - G0007" is G0007.
std::vector<std::string> tagged(const dom::object& of) {
  std::vector<std::string> out;
  each_object(of, "Tag", [&](const dom::object& tag) {
    std::string_view name = text_of(tag, "name");
    for (const std::string_view prefix : kGalaxies) {
      if (!name.starts_with(prefix) || !name.ends_with('"') || name.size() <= prefix.size()) continue;
      std::string_view actor = name.substr(prefix.size(), name.size() - prefix.size() - 1);
      if (const auto dash = actor.rfind(" - G"); dash != std::string_view::npos) actor.remove_prefix(dash + 3);
      if (!actor.empty() && actor.size() <= 200 && out.size() < kActorsMax) out.emplace_back(actor);
    }
  });
  return out;
}

void read_attributes(const dom::object& of, const std::vector<std::string>& actors, const std::string& by, Draft& out) {
  each_object(of, "Attribute", [&](const dom::object& attribute) {
    const std::string_view type = text_of(attribute, "type"), value = text_of(attribute, "value");
    if (value.empty() || value.size() > kValueMax) return;
    const auto own = tagged(attribute);
    for (const std::string& actor : own.empty() ? actors : own)
      out.indicators.push_back({std::string(type), fold(value), actor, by});
  });
}

void read_event(const dom::object& event, const std::string& name, Draft& out) {
  const std::vector<std::string> actors = tagged(event);
  std::string by(text_of(event, "info").substr(0, 200));
  if (by.empty()) by = name;
  read_attributes(event, actors, by, out);
  each_object(event, "Object", [&](const dom::object& object) { read_attributes(object, actors, by, out); });
}

}  // namespace

bool is_misp_event(const dom::object& root) {
  dom::object event;
  dom::array response;
  return root["Event"].get(event) == simdjson::SUCCESS || root["response"].get(response) == simdjson::SUCCESS;
}

Result<void> read_misp(const dom::object& root, const std::string& name, Draft& out) {
  dom::object event;
  if (root["Event"].get(event) == simdjson::SUCCESS) read_event(event, name, out);
  each_object(root, "response", [&](const dom::object& one) {
    dom::object inner;
    if (one["Event"].get(inner) == simdjson::SUCCESS) read_event(inner, name, out);
  });
  return {};
}

}  // namespace tocsin::assess
