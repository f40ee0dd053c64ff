#include "publish/dossier/leaked.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "publish/dossier/redact.h"

namespace tocsin::publish {
namespace {

using nlohmann::json;

std::string text(const json& of, const char* key) {
  const auto found = of.find(key);
  return found != of.end() && found->is_string() ? found->get<std::string>() : std::string{};
}
std::uint64_t number(const json& of, const char* key) {
  const auto found = of.find(key);
  return found != of.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}
const json& member(const json& of, const char* key) {
  static const json none = json::object();
  const auto found = of.find(key);
  return found != of.end() ? *found : none;
}

LeakedCounts counts_of(const json& of) {
  const json& verdicts = member(of, "verdicts");
  LeakedCounts out;
  out.items = number(of, "items");
  out.proved = number(verdicts, "authentic") + number(verdicts, "authentic-repaired");
  out.partly = number(verdicts, "partly-covered");
  out.altered = number(verdicts, "altered");
  out.weak = number(verdicts, "forgeable") + number(verdicts, "circular");
  out.unknown = number(verdicts, "unsigned") + number(verdicts, "unverifiable");
  out.broken = number(verdicts, "broken");
  out.anomalies = number(of, "with_anomalies");
  return out;
}

LeakedRow row_of(const casefile::Case::LeakItem& item) {
  LeakedRow out;
  out.item = item.item;
  out.sha256 = item.sha256;
  out.verdict = item.verdict;
  const json said = json::parse(item.report, nullptr, false);
  if (!said.is_object()) return out;
  out.why = text(said, "why");
  out.kind = text(said, "kind");
  out.date = text(said, "date");
  out.from = text(said, "from");
  out.subject = text(said, "subject");
  const json& original = member(said, "original");
  out.original = text(original, "item");
  out.relation = text(original, "relation");
  out.difference = text(original, "difference");
  for (const json& one : member(said, "anomalies"))
    if (one.is_object()) out.anomalies.emplace_back(text(one, "name"), text(one, "detail"));
  return out;
}

// Anomalies that say that somebody may have been at the item; the others are damage and habits.
bool is_grave(std::string_view name) {
  static const std::set<std::string_view> kGrave = {"burst-of-edits",
                                                    "name-seen-nowhere-else",
                                                    "modified-after-theft",
                                                    "created-after-theft",
                                                    "packed-after-theft",
                                                    "changed-after-signing",
                                                    "program-of-another-language",
                                                    "language-of-program",
                                                    "original-differs",
                                                    "dated-after-the-theft",
                                                    "key-not-in-use-then",
                                                    "date-not-of-signing",
                                                    "hops-run-backwards",
                                                    "date-after-first-hop",
                                                    "created-after-modified",
                                                    "packed-after-modified",
                                                    "created-long-after-content",
                                                    "message-id-unusual",
                                                    "mailer-unusual",
                                                    "dates-of-info-and-xmp-differ"};
  return kGrave.contains(name);
}

}  // namespace

Result<Leaked> load_leaked(casefile::Case& from) {
  Leaked out;
  TRY(const std::optional<std::string> said, from.leak_summary());
  const json summary = json::parse(said.value_or("{}"), nullptr, false);
  if (!said || !summary.is_object()) return out;
  out.all = counts_of(summary);
  out.originals = number(summary, "originals");
  out.keys_missing = member(summary, "keys_missing").size();
  out.interrupted = summary.value("interrupted", false);
  for (const auto& [relation, count] : member(summary, "against_originals").items())
    if (count.is_number_unsigned()) out.relations.emplace_back(relation, count.get<std::uint64_t>());
  for (const auto& [name, count] : member(summary, "anomaly_counts").items())
    if (count.is_number_unsigned()) out.names.emplace_back(name, count.get<std::uint64_t>());
  std::ranges::stable_sort(out.names, [](const auto& a, const auto& b) { return a.second > b.second; });
  for (const json& one : member(summary, "anomalies"))
    if (one.is_object()) out.of_dump.emplace_back(text(one, "name"), text(one, "detail"));
  for (const json& one : member(summary, "keys_recovered"))
    if (one.is_object())
      out.keys.push_back({text(one, "name"), text(one, "from"), number(one, "bits"), one.value("circular", false)});
  for (const json& one : member(summary, "boxes"))
    if (one.is_object()) out.boxes.push_back({text(one, "box"), counts_of(one)});
  out.box_count = out.boxes.size();
  std::ranges::stable_sort(out.boxes, [](const Leaked::Box& a, const Leaked::Box& b) {
    return std::tuple(b.counts.altered, b.counts.items) < std::tuple(a.counts.altered, a.counts.items);
  });
  if (out.boxes.size() > Leaked::kBoxesShown) out.boxes.resize(Leaked::kBoxesShown);
  for (const char* verdict : {"altered", "authentic", "authentic-repaired"}) {
    auto& rows = std::string_view(verdict) == "altered" ? out.altered : out.proved;
    const std::size_t most = rows.size() + Leaked::kRowsShown / (&rows == &out.altered ? 1 : 2);
    TRY_VOID(from.each_leak_item(verdict, [&](const casefile::Case::LeakItem& item) {
      if (rows.size() >= most) return false;
      rows.push_back(row_of(item));
      return true;
    }));
  }
  TRY_VOID(from.each_leak_item("", [&](const casefile::Case::LeakItem& item) {
    const bool changed = out.changed.size() < Leaked::kRowsShown && item.verdict != "altered" &&
                         item.report.find("\"relation\":\"changed\"") != std::string::npos;
    const bool odd = out.odd.size() < Leaked::kRowsShown && item.report.find("\"anomalies\":[{") != std::string::npos;
    if (!changed && !odd) return out.changed.size() < Leaked::kRowsShown || out.odd.size() < Leaked::kRowsShown;
    LeakedRow row = row_of(item);
    std::erase_if(row.anomalies, [](const auto& one) { return !is_grave(one.first); });
    if (changed && row.relation == "changed") out.changed.push_back(row);
    if (odd && !row.anomalies.empty()) out.odd.push_back(std::move(row));
    return true;
  }));
  return out;
}

Leaked in_general(const Leaked& leaked) {
  Leaked out;
  const auto take = [](std::uint64_t count) { return magnitude(count); };
  out.all = {take(leaked.all.items), take(leaked.all.proved),  take(leaked.all.partly), take(leaked.all.altered),
             take(leaked.all.weak),  take(leaked.all.unknown), take(leaked.all.broken), take(leaked.all.anomalies)};
  return out;
}

}  // namespace tocsin::publish
