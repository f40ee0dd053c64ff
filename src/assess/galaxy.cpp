// MISP galaxies of threat actors (https://www.misp-project.org/galaxy.html): other names of actors, and the state
// that somebody suspects behind them. An entry that fits no actor is left out: a name alone can't be recognised.
#include "assess/draft.h"
#include "assess/json.h"

namespace tocsin::assess {
namespace {

bool is_attack_group(std::string_view text) {
  return text.size() == 5 && text[0] == 'G' && text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

void take_name(std::string_view name, Draft::Remote& out) {
  if (name.empty() || name.size() > 200) return;
  if (is_attack_group(name))
    out.ids.emplace_back(name);
  else
    out.names.emplace_back(name);
}

}  // namespace

Result<void> read_galaxy(const dom::object& root, const std::string& name, Draft& out) {
  const std::string source = "MISP galaxy, " + name.substr(name.find_last_of('/') + 1);
  each_object(root, "values", [&](const dom::object& value) {
    Draft::Remote remote;
    remote.file = name;
    take_name(text_of(value, "value"), remote);
    dom::object meta;
    if (value["meta"].get(meta) == simdjson::SUCCESS) {
      each_text(meta, "synonyms", [&](std::string_view text) { take_name(text, remote); });
      each_text(meta, "name-attribution", [&](std::string_view text) {
        if (is_attack_group(text.substr(0, text.find(':')))) remote.ids.emplace_back(text.substr(0, text.find(':')));
      });
      each_text(meta, "external_id", [&](std::string_view text) {
        if (is_attack_group(text)) remote.ids.emplace_back(text);
      });
      if (const std::string_view id = text_of(meta, "external_id"); is_attack_group(id)) remote.ids.emplace_back(id);
      if (const std::string_view country = text_of(meta, "country"); country.size() == 2)
        remote.backing.push_back({"state", std::string(country), source});
    }
    if (!remote.names.empty()) out.remotes.push_back(std::move(remote));
  });
  return {};
}

}  // namespace tocsin::assess
