#include "leak/traits.h"

namespace tocsin::leak {
namespace {

constexpr std::int64_t kAnyZone = 14 * 3600;

// Later than `limit` whatever zone it was written in.
bool later(const documents::Stamp& stamp, const Time& limit) {
  return stamp.time.seconds > limit.seconds + (stamp.local ? kAnyZone : 0);
}

void against_theft(const documents::Metadata& metadata, const JudgeOptions& options, std::vector<Oddity>& out) {
  const auto check = [&](const std::optional<documents::Stamp>& stamp, const char* name, const char* what) {
    if (!stamp || !options.stolen_before || !later(*stamp, *options.stolen_before)) return false;
    out.push_back({name, std::string(what) + " " + stamp->iso() + ", after the theft was over (" +
                             options.stolen_before->iso() + "): it was not stolen in this form"});
    return true;
  };
  bool told = check(metadata.created, "created-after-theft", "created");
  told |= check(metadata.modified, "modified-after-theft", "last modified");
  if (!told) check(metadata.packed, "packed-after-theft", "its parts were written");
  if (!told && options.stolen_after && metadata.modified && later(*metadata.modified, *options.stolen_after))
    out.push_back({"modified-since-theft-began", "last modified " + metadata.modified->iso() +
                                                     ", when the thief may have been there (from " +
                                                     options.stolen_after->iso() + "): by its owner or by another"});
}

}  // namespace

void read_metadata(std::string_view bytes, const JudgeOptions& options, ItemReport& report) {
  documents::Metadata metadata = documents::describe(bytes);
  if (metadata.format.empty()) return;
  for (const Anomaly& anomaly : metadata.anomalies)
    report.oddities.push_back({std::string(anomaly.name), anomaly.detail});
  metadata.anomalies.clear();
  against_theft(metadata, options, report.oddities);
  // A document in one language, saved by a program that speaks another. English programs are everywhere.
  const std::string_view language = std::string_view(metadata.language).substr(0, 2);
  if (!language.empty() && !metadata.interface_language.empty() && metadata.interface_language != "en" &&
      metadata.interface_language != language)
    report.oddities.push_back({"program-of-another-language", "the text is said to be " + metadata.language +
                                                                  ", the program that saved it speaks " +
                                                                  metadata.interface_language});
  report.metadata = std::move(metadata);
}

}  // namespace tocsin::leak
