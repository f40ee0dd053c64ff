#include "publish/dossier/judged.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tocsin::publish {
namespace {

using nlohmann::json;

std::string text(const json& of, const char* key) {
  const auto found = of.find(key);
  return found != of.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double number(const json& of, const char* key) {
  const auto found = of.find(key);
  return found != of.end() && found->is_number() ? found->get<double>() : 0;
}

bool flag(const json& of, const char* key, bool otherwise = false) {
  const auto found = of.find(key);
  return found != of.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

std::vector<std::string> texts(const json& of, const char* key) {
  std::vector<std::string> out;
  if (const auto found = of.find(key); found != of.end() && found->is_array())
    for (const json& one : *found)
      if (one.is_string()) out.push_back(one.get<std::string>());
  return out;
}

template <class Use>
void each_object(const json& of, const char* key, Use use) {
  if (const auto found = of.find(key); found != of.end() && found->is_array())
    for (const json& one : *found)
      if (one.is_object()) use(one);
}

std::vector<Judged::Gate> gates_of(const json& of) {
  std::vector<Judged::Gate> out;
  each_object(of, "gates",
              [&](const json& one) { out.push_back({text(one, "name"), text(one, "why"), flag(one, "met")}); });
  return out;
}

Judged::Judgement judgement(const json& from, const char* key) {
  Judged::Judgement out;
  out.value = text(from, key);
  out.name = text(from, "name");
  if (const std::string level = text(from, "level"); !level.empty()) out.level = level;
  if (const std::string confidence = text(from, "confidence"); !confidence.empty()) out.confidence = confidence;
  out.confidence_why = text(from, "confidence_why");
  out.likelihood = std::clamp(number(from, "likelihood"), 0.0, 1.0);
  out.scope = text(from, "scope");
  out.why = text(from, "why");
  out.contested = texts(from, "contested");
  out.gates = gates_of(from);
  return out;
}

}  // namespace

Judged judged_from(std::string_view source, std::string_view subject, std::string_view yardstick) {
  Judged out;
  out.subject = subject;
  out.yardstick = yardstick;
  const json root = json::parse(source, nullptr, false);
  if (!root.is_object()) return out;
  each_object(root, "hypotheses", [&](const json& one) {
    out.hypotheses.push_back(
        {text(one, "id"), text(one, "name"), text(one, "kind"), std::clamp(number(one, "likelihood"), 0.0, 1.0)});
  });
  if (const auto actor = root.find("assessment"); actor != root.end() && actor->is_object()) {
    out.actor = judgement(*actor, "actor");
    if (out.yardstick.empty()) out.yardstick = text(*actor, "yardstick");
  }
  out.actor.scope = "actor";
  out.actor.gates = gates_of(root);
  each_object(root, "judgements", [&](const json& one) { out.wider.push_back(judgement(one, "value")); });
  each_object(root, "evidence", [&](const json& one) {
    Judged::Item item;
    item.family = text(one, "family");
    item.text = text(one, "item");
    item.source = text(one, "source");
    item.grade = text(one, "grade");
    item.lineage = text(one, "lineage");
    item.note = text(one, "note");
    item.spoof_cost = static_cast<int>(std::clamp(number(one, "spoof_cost"), 0.0, 4.0));
    item.weighs = flag(one, "weighs", true);
    item.speaks_for = texts(one, "for");
    item.speaks_against = texts(one, "against");
    out.items.push_back(std::move(item));
  });
  if (const auto matrix = root.find("matrix"); matrix != root.end() && matrix->is_object()) {
    for (const std::string& id : texts(*matrix, "columns")) {
      const auto found = std::ranges::find(out.hypotheses, id, &Judged::Hypothesis::id);
      if (found != out.hypotheses.end())
        out.columns.push_back(static_cast<std::size_t>(found - out.hypotheses.begin()));
    }
    each_object(*matrix, "rows", [&](const json& one) {
      Judged::Row row;
      const double item = number(one, "evidence");
      if (item < 0 || item >= static_cast<double>(out.items.size())) return;
      row.item = static_cast<std::size_t>(item);
      if (const auto cells = one.find("cells"); cells != one.end() && cells->is_array())
        for (const json& cell : *cells)
          row.cells.push_back(cell.is_number() ? static_cast<int>(std::clamp(cell.get<double>(), -2.0, 2.0)) : 0);
      row.cells.resize(out.columns.size());
      out.rows.push_back(std::move(row));
    });
  }
  out.linchpin = text(root, "linchpin");
  out.deception = flag(root, "deception");
  out.deception_why = text(root, "deception_why");
  out.would_change = texts(root, "would_change");
  out.remarks = texts(root, "remarks");
  if (const auto thresholds = root.find("thresholds"); thresholds != root.end() && thresholds->is_object()) {
    if (const auto one = thresholds->find("intelligence"); one != thresholds->end() && one->is_object())
      out.intelligence_met = flag(*one, "met"), out.intelligence_why = text(*one, "why");
    if (const auto one = thresholds->find("legal"); one != thresholds->end() && one->is_object())
      out.legal_met = flag(*one, "met"), out.legal_why = text(*one, "why");
  }
  return out;
}

}  // namespace tocsin::publish
