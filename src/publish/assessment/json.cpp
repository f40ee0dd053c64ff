#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "publish/assessment/assessment.h"

namespace tocsin::publish {
namespace {

using namespace assess;
using nlohmann::ordered_json;

// Four digits: more would claim a precision that nothing here has.
double rounded(double value) { return std::round(value * 10000) / 10000; }

ordered_json names(const Knowledge& knowledge, const std::vector<std::uint32_t>& actors) {
  ordered_json out = ordered_json::array();
  for (const std::uint32_t actor : actors) out.push_back(knowledge.actors()[actor].id);
  return out;
}

ordered_json judgement_json(const Judgement& judgement, const Yardstick& yardstick, const char* key) {
  ordered_json out;
  out[key] = judgement.value.empty() ? ordered_json(nullptr) : ordered_json(judgement.value);
  out["name"] = judgement.name.empty() ? ordered_json(nullptr) : ordered_json(judgement.name);
  out["level"] = level_name(judgement.level);
  out["likelihood"] = rounded(judgement.likelihood);
  out["confidence"] = confidence_name(judgement.confidence);
  out["confidence_why"] = judgement.confidence_why;
  out["yardstick"] = yardstick.id;
  out["word"] = yardstick.word(judgement.likelihood);
  return out;
}

ordered_json gates_json(const std::vector<Gate>& gates) {
  ordered_json out = ordered_json::array();
  for (const Gate& gate : gates) out.push_back({{"name", gate.name}, {"met", gate.met}, {"why", gate.why}});
  return out;
}

ordered_json threshold_json(const Threshold& threshold) { return {{"met", threshold.met}, {"why", threshold.why}}; }

}  // namespace

std::string assessment_json(const Knowledge& knowledge, const Assessment& assessment, const Yardstick& yardstick) {
  ordered_json out;
  auto& hypotheses = out["hypotheses"] = ordered_json::array();
  for (const Hypothesis& one : assessment.hypotheses)
    hypotheses.push_back({{"id", one.id},
                          {"name", one.name},
                          {"kind", kind_name(one.kind)},
                          {"score", rounded(one.score)},
                          {"likelihood", rounded(one.likelihood)}});
  out["assessment"] = judgement_json(assessment.actor, yardstick, "actor");
  auto& wider = out["judgements"] = ordered_json::array();
  for (const Judgement& one : assessment.wider) {
    ordered_json made = judgement_json(one, yardstick, "value");
    made["scope"] = one.scope;
    made["contested"] = one.contested;
    made["why"] = one.why;
    made["gates"] = gates_json(one.gates);
    wider.push_back(std::move(made));
  }
  auto& evidence = out["evidence"] = ordered_json::array();
  for (const Item& item : assessment.items) {
    ordered_json made = {{"family", family_name(item.family)},
                         {"item", item.text},
                         {"source", item.source},
                         {"grade", item.grade.text()},
                         {"spoof_cost", item.spoof_cost},
                         {"rarity", rounded(item.rarity)},
                         {"lineage", item.lineage},
                         {"weighs", item.weighs},
                         {"weight", rounded(item.weighs ? item.weight : 0)}};
    made["for"] = names(knowledge, item.speaks_for);
    made["states"] = item.states;
    made["against"] = names(knowledge, item.speaks_against);
    if (!item.unresolved.empty()) made["names"] = item.unresolved;
    if (!item.note.empty()) made["note"] = item.note;
    evidence.push_back(std::move(made));
  }
  auto& matrix = out["matrix"];
  for (const std::size_t column : assessment.matrix.columns)
    matrix["columns"].push_back(assessment.hypotheses[column].id);
  matrix["rows"] = ordered_json::array();
  for (const Matrix::Row& row : assessment.matrix.rows)
    matrix["rows"].push_back({{"evidence", row.item},
                              {"cells", row.cells},
                              {"inconsistencies", row.inconsistencies()},
                              {"diagnosticity", row.spread()}});
  out["gates"] = gates_json(assessment.actor.gates);
  out["linchpin"] = assessment.linchpin.empty() ? ordered_json(nullptr) : ordered_json(assessment.linchpin);
  out["deception"] = assessment.deception;
  out["deception_why"] = assessment.deception_why;
  out["would_change"] = assessment.would_change;
  out["thresholds"] = {{"intelligence", threshold_json(assessment.intelligence)},
                       {"legal", threshold_json(assessment.legal)}};
  out["remarks"] = assessment.remarks;
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace tocsin::publish
