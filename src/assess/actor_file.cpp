// Our own actor files: {"format":"tocsin-actors/1","traits":[[id,name],…],"replaced":[[old,new],…],
// "actors":[{"id","name","aliases","reports":[[date,[trait number,…]],…],"backing":[{"level","value","by"}]}]}.
// Reports are numbered, not named: what counts is which traits stand together and how often. An actor without
// reports only adds names and backing to one of the same id.
#include <fmt/format.h>

#include "assess/draft.h"
#include "assess/json.h"

namespace tocsin::assess {
namespace {

void read_reports(const dom::object& from, const std::vector<std::string>& traits, Draft::DraftActor& actor) {
  std::size_t number = 0;
  each(from, "reports", [&](const dom::element& element) {
    dom::array pair, members;
    std::int64_t date = 0;
    if (element.get(pair) != simdjson::SUCCESS || pair.at(0).get(date) != simdjson::SUCCESS ||
        pair.at(1).get(members) != simdjson::SUCCESS)
      return;
    Draft::DraftReport& report = actor.reports[fmt::format("{:05}", number++)];
    report.date = date > 0 && date < 30000000 ? static_cast<int>(date) : 0;
    for (const dom::element member : members) {
      std::uint64_t index = 0;
      if (member.get(index) == simdjson::SUCCESS && index < traits.size()) report.traits.insert(traits[index]);
    }
  });
}

}  // namespace

Result<void> read_actor_file(const dom::object& root, const std::string&, Draft& out) {
  std::vector<std::string> traits;
  const auto pair_of = [](const dom::element& element, std::string_view& first, std::string_view& second) {
    dom::array pair;
    return element.get(pair) == simdjson::SUCCESS && pair.at(0).get(first) == simdjson::SUCCESS &&
           pair.at(1).get(second) == simdjson::SUCCESS;
  };
  each(root, "traits", [&](const dom::element& element) {
    std::string_view id, name;
    const bool good = pair_of(element, id, name) && !id.empty();
    traits.emplace_back(good ? id : "");
    if (good) out.traits.try_emplace(traits.back(), Trait{traits.back(), std::string(name), id[0] == 'S'});
  });
  each(root, "replaced", [&](const dom::element& element) {
    std::string_view old, now;
    if (pair_of(element, old, now)) out.replaced.emplace(old, now);
  });
  each_object(root, "actors", [&](const dom::object& object) {
    const std::string id(text_of(object, "id"));
    if (id.empty()) return;
    std::vector<Backing> backing;
    each_object(object, "backing", [&](const dom::object& claim) {
      backing.push_back({std::string(text_of(claim, "level")), std::string(text_of(claim, "value")),
                         std::string(text_of(claim, "by"))});
    });
    dom::array reports;
    if (object["reports"].get(reports) != simdjson::SUCCESS) {
      Draft::Remote remote;
      remote.ids.push_back(id);
      each_text(object, "aliases", [&](std::string_view alias) { remote.names.emplace_back(alias); });
      remote.backing = std::move(backing);
      out.remotes.push_back(std::move(remote));
      return;
    }
    Draft::DraftActor& actor = out.actors[id];
    if (actor.name.empty()) actor.name = text_of(object, "name");
    each_text(object, "aliases", [&](std::string_view alias) { actor.aliases.emplace(alias); });
    for (Backing& claim : backing) actor.backing.push_back(std::move(claim));
    read_reports(object, traits, actor);
  });
  return {};
}

}  // namespace tocsin::assess
