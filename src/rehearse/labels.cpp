#include "rehearse/labels.h"

#include <fmt/format.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tocsin::rehearse {
namespace {

using Json = nlohmann::ordered_json;

Time time_in(const Json& object, const char* key) {
  return object.contains(key) ? Time::parse_iso(object.at(key).get<std::string>()).value_or(Time::none())
                              : Time::none();
}

// Doubles among them would be cut, or worse.
template <class Number>
Number number_in(const Json& object, const char* key) {
  const Json& value = object.at(key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::numeric_limits<Number>::max())
    throw std::out_of_range(std::string(key) + " is no number of the right size");
  return value.get<Number>();
}

Labels read(const Json& object) {
  Labels labels;
  labels.choice.scenario = object.at("scenario").get<std::string>();
  labels.choice.seed = number_in<std::uint64_t>(object, "seed");
  if (object.contains("plan")) {
    const Json& plan = object["plan"];
    labels.choice.users = number_in<std::uint32_t>(plan, "users");
    labels.choice.days = number_in<std::uint16_t>(plan, "days");
    if (plan.contains("rate") && !plan["rate"].is_null()) labels.choice.rate = plan["rate"].get<double>();
    labels.choice.worlds = plan.value("worlds", std::vector<std::string>{});
    labels.formats = plan.value("formats", std::vector<std::string>{});
  }
  if (object.contains("evidence")) {
    labels.evidence_start = time_in(object["evidence"], "start");
    labels.evidence_end = time_in(object["evidence"], "end");
  }
  AttackTruth& truth = labels.truth;
  truth.start = time_in(object, "start");
  truth.end = time_in(object, "end");
  for (const Json& source : object.at("sources"))
    if (const auto ip = Ip::parse(source.get<std::string>())) truth.sources.push_back(*ip);
  std::ranges::sort(truth.sources);
  truth.targets = object.at("targets").get<std::vector<std::string>>();
  truth.entered = object.at("entered").get<std::vector<std::string>>();
  truth.tries = number_in<std::uint64_t>(object, "tries");
  truth.forged = object.contains("forged") ? number_in<std::uint64_t>(object, "forged") : 0;
  if (object.contains("taken"))
    for (const Json& one : object["taken"])
      truth.taken.push_back({one.at("mailbox").get<std::string>(), time_in(one, "entered"),
                             time_in(one, "first_message"), time_in(one, "fiftieth_message"),
                             number_in<std::uint64_t>(one, "messages")});
  return labels;
}

}  // namespace

std::string Labels::json() const {
  Json object;
  object["exercise"] = "synthetic evidence made by tocsin rehearse";
  object["scenario"] = choice.scenario;
  object["seed"] = choice.seed;
  object["start"] = truth.start.iso();
  object["end"] = truth.end.iso();
  object["tries"] = truth.tries;
  object["forged"] = truth.forged;
  object["entered"] = truth.entered;
  object["taken"] = Json::array();
  for (const AttackTruth::Taken& one : truth.taken)
    object["taken"].push_back({{"mailbox", one.mailbox},
                               {"entered", one.entered.iso()},
                               {"first_message", one.first_message.iso()},
                               {"fiftieth_message", one.fiftieth.iso()},
                               {"messages", one.messages}});
  object["plan"] = {{"users", choice.users},
                    {"days", choice.days},
                    {"rate", nullptr},
                    {"worlds", choice.worlds},
                    {"formats", formats}};
  if (choice.rate) object["plan"]["rate"] = *choice.rate;
  object["evidence"] = {{"start", evidence_start.iso()}, {"end", evidence_end.iso()}};
  object["targets"] = truth.targets;
  object["sources"] = Json::array();
  for (const Ip& source : truth.sources) object["sources"].push_back(source.text());
  return object.dump(1) + "\n";
}

Result<Labels> Labels::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("cannot open the labels", path);
  return parse(std::string{std::istreambuf_iterator<char>(file), {}}, path);
}

Result<Labels> Labels::parse(std::string_view text, const std::string& where) {
  try {
    return read(Json::parse(text));
  } catch (const std::exception& error) {
    return fail(std::string("these are no labels of a rehearsal: ") + error.what(), where);
  }
}

}  // namespace tocsin::rehearse
