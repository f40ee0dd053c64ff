#include "leak/traits.h"

#include <algorithm>
#include <vector>

namespace tocsin::leak {
namespace {

int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}
bool digit(std::string_view text, std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; }

// Years of dates in a text: 2016-05-01, 1.5.2016, 01/05/2016, "May 2016", "mai 2016". Numbers alone are none.
std::vector<int> years_of(std::string_view text) {
  std::vector<int> out;
  for (std::size_t i = 0; i + 4 <= text.size(); ++i) {
    if ((i > 0 && digit(text, i - 1)) || digit(text, i + 4)) continue;
    const int year = digits(text, i, 4);
    if (year < 1980 || year > 2100) continue;
    const bool iso = i + 10 <= text.size() && text[i + 4] == '-' && text[i + 7] == '-' && digits(text, i + 5, 2) >= 1 &&
                     digits(text, i + 5, 2) <= 12 && digits(text, i + 8, 2) >= 1 && digits(text, i + 8, 2) <= 31;
    bool behind = false;  // day and month stand before it
    if (i >= 4 && (text[i - 1] == '.' || text[i - 1] == '/') && digit(text, i - 2)) {
      const std::size_t month = digit(text, i - 3) ? i - 3 : i - 2;
      behind = month >= 2 && text[month - 1] == text[i - 1] && digit(text, month - 2);
    }
    bool named = false;  // a word of letters, as months are, with a day before it: "3 May 2016", "3 mai 2016"
    if (!iso && !behind && i >= 6 && text[i - 1] == ' ') {
      std::size_t word = i - 1;
      while (word > 0 && text[word - 1] != ' ' && text[word - 1] != '\n' && !digit(text, word - 1) && i - word < 24)
        --word;
      named = i - 1 - word >= 3 && word >= 2 && text[word - 1] == ' ' && digit(text, word - 2);
    }
    if (iso || behind || named) out.push_back(year);
    if (out.size() >= 10'000) break;
  }
  return out;
}

// A text whose dates all lie years before the file says that it was made: taken over from elsewhere, or made up later.
void against_content(std::string_view bytes, const documents::Metadata& metadata, std::vector<Oddity>& out) {
  constexpr std::string_view kFormats[] = {"docx", "xlsx", "pptx", "odt", "ods", "odp", "doc", "rtf"};
  if (!metadata.created || std::ranges::find(kFormats, metadata.format) == std::end(kFormats)) return;
  documents::Limits limits;
  limits.text = 256u << 10;
  const std::vector<int> years = years_of(documents::text_of(bytes, limits));
  if (years.size() < 3) return;
  const int newest = *std::ranges::max_element(years);
  if (civil(metadata.created->time).year - newest >= 2)
    out.push_back({"created-long-after-content", "the newest of " + std::to_string(years.size()) +
                                                     " dates in the text is of " + std::to_string(newest) +
                                                     ", the file says that it was created " + metadata.created->iso()});
}

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
  against_content(bytes, metadata, report.oddities);
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
