#include "publish/navigator/navigator.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tocsin::publish {

std::string navigator_layer(const Dossier& dossier) {
  using Json = nlohmann::ordered_json;
  static constexpr const char* kColours[] = {"#d9dee3", "#a9c6da", "#f0d58c", "#eda36d", "#d9606b"};
  Json layer;
  layer["name"] = dossier.title.empty() ? "Attack on an institution" : dossier.title;
  layer["versions"] = {{"attack", "18"}, {"navigator", "5.1.0"}, {"layer", "4.5"}};
  layer["domain"] = "enterprise-attack";
  layer["description"] =
      std::string(dossier.exercise ? "EXERCISE. " : "") +
      fmt::format("Techniques seen, TLP:{}. Score: the gravest finding, 1 informational to 5 critical.",
                  name(dossier.marking));
  layer["sorting"] = 3;  // by descending score
  layer["layout"] = {{"layout", "side"},
                     {"aggregateFunction", "max"},
                     {"showID", true},
                     {"showName", true},
                     {"showAggregateScores", false},
                     {"countUnscored", false},
                     {"expandedSubtechniques", "annotated"}};
  layer["hideDisabled"] = false;
  layer["techniques"] = Json::array();
  for (const TechniqueRow& row : dossier.techniques) {
    const int score = static_cast<int>(row.gravest) + 1;
    Json technique;
    technique["techniqueID"] = row.id;
    technique["score"] = score;
    technique["color"] = "";
    technique["comment"] = dossier.general
                               ? fmt::format("{} to {}", row.first.iso().substr(0, 10), row.last.iso().substr(0, 10))
                               : fmt::format("{} findings, {} to {}", row.findings, row.first.iso(), row.last.iso());
    technique["enabled"] = true;
    technique["metadata"] = Json::array({{{"name", "level"}, {"value", tocsin::name(row.gravest)}}});
    technique["links"] = Json::array();
    // Valid under a technique with sub-techniques only.
    if (std::ranges::any_of(dossier.techniques, [&](const TechniqueRow& one) { return one.id.starts_with(row.id + "."); }))
      technique["showSubtechniques"] = true;
    layer["techniques"].push_back(std::move(technique));
  }
  layer["gradient"] = {
      {"colors", {kColours[0], kColours[1], kColours[2], kColours[3], kColours[4]}}, {"minValue", 1}, {"maxValue", 5}};
  layer["legendItems"] = Json::array();
  for (std::size_t level = 0; level < 5; ++level)
    layer["legendItems"].push_back({{"label", kLevelNames[level]}, {"color", kColours[level]}});
  layer["metadata"] = Json::array({{{"name", "marking"}, {"value", "TLP:" + std::string(name(dossier.marking))}}});
  layer["links"] = Json::array();
  layer["showTacticRowBackground"] = false;
  layer["tacticRowBackground"] = "#dddddd";
  layer["selectTechniquesAcrossTactics"] = true;
  layer["selectSubtechniquesWithParent"] = false;
  layer["selectVisibleTechniques"] = false;
  return layer.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tocsin::publish
