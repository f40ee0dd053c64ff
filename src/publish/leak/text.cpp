#include <fmt/format.h>

#include <algorithm>

#include "publish/leak/leak.h"

namespace tocsin::publish {
namespace {

constexpr std::size_t kBoxesShown = 20, kListShown = 10;

// A document in a line: format, dates, names, program.
std::string describe(const leak::ItemReport& report) {
  if (!report.metadata) return {};
  const documents::Metadata& metadata = *report.metadata;
  std::string out = metadata.format;
  const auto add = [&](std::string_view what, const std::string& value) {
    if (!value.empty()) out += fmt::format(" · {}{}", what, value);
  };
  if (metadata.created) add("created ", metadata.created->iso());
  if (metadata.modified) add("modified ", metadata.modified->iso());
  add("by ", metadata.last_modified_by.empty() ? metadata.author : metadata.last_modified_by);
  add("with ", metadata.application);
  add("program's language ", metadata.interface_language);
  return out;
}

}  // namespace

std::string_view relation_text(std::string_view relation) {
  if (relation == "identical") return "the same bytes as";
  if (relation == "same-content") return "the same content as";
  if (relation == "same-text") return "the same text as";
  return "differs from";
}

std::string_view meaning(leak::Verdict verdict) {
  constexpr std::string_view kMeanings[] = {
      "signed by the sender's domain with all that a reader sees, or the same as an original; unchanged",
      "the same, once a harmless change on the way is undone; the item names it",
      "what was signed is unchanged, but something that a reader sees is not covered",
      "the signature verifies, but others may have the means to make it",
      "not what the domain signed: changed, or never signed by it",
      "carries no signature: neither proved nor disproved",
      "signed, but the key is not at hand: neither proved nor disproved",
      "verifies only with a key computed from this dump: a forger could have made all of it",
      "no readable message or signature",
  };
  return kMeanings[static_cast<std::size_t>(verdict)];
}

std::string leak_line(const leak::ItemReport& report, const Terminal& terminal) {
  std::string out = fmt::format("{}  {}\n", fitted(leak::name(report.verdict), 18), printable(report.item));
  const std::string what =
      report.kind == "message" ? report.date + "  " + report.from + "  " + report.subject : describe(report);
  if (!what.empty())
    out += dimmed(terminal, fmt::format("{:20}{}", "", fitted(printable(what), terminal.width - 22))) + "\n";
  out += fmt::format("{:20}{}\n", "", printable(report.why));
  if (report.original) {
    out += fmt::format("{:20}{} {}\n", "", relation_text(report.original->relation), printable(report.original->item));
    for (std::string_view rest = report.original->difference; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      out += fmt::format("{:20}  {}\n", "", printable(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  for (const leak::Oddity& oddity : report.oddities)
    out += fmt::format("{:20}! {}{}\n", "", oddity.name, oddity.detail.empty() ? "" : ": " + printable(oddity.detail));
  return out;
}

std::string leak_text(const leak::LeakSummary& summary, const Terminal& terminal) {
  std::string out = fmt::format("{} items, {}\n\n", grouped(summary.items), size_text(summary.bytes));
  for (std::size_t i = 0; i < leak::kVerdicts; ++i) {
    if (summary.by_verdict[i] == 0) continue;
    out += fmt::format("{}  {}  {}\n", fitted_right(grouped(summary.by_verdict[i]), 12),
                       fitted(leak::kVerdictNames[i], 18), dimmed(terminal, meaning(static_cast<leak::Verdict>(i))));
  }
  if (summary.with_oddities > 0)
    out += fmt::format(
        "{}  {}  {}\n", fitted_right(grouped(summary.with_oddities), 12), fitted("with anomalies", 18),
        dimmed(terminal, "whatever the verdict: dates, names or programs that don't fit; no proof of anything"));
  if (summary.originals > 0) {
    out += fmt::format("\nagainst {} originals\n", grouped(summary.originals));
    for (const auto& [relation, count] : summary.by_relation)
      out += fmt::format("{}  {} an original\n", fitted_right(grouped(count), 12),
                         count == 1 || relation != "changed" ? relation_text(relation) : "differ from");
  }
  if (summary.boxes.size() > 1) {
    out += "\nby mailbox or folder (proved = authentic, also repaired)\n";
    std::size_t shown = 0;
    for (const auto& [name, box] : summary.boxes) {
      if (++shown > kBoxesShown) break;
      const auto of = [&](leak::Verdict verdict) { return box.by_verdict[static_cast<std::size_t>(verdict)]; };
      out +=
          fmt::format("  {}  {} items, {} proved, {} altered, {} unsigned\n", fitted(printable(name), 40),
                      grouped(box.items), grouped(of(leak::Verdict::authentic) + of(leak::Verdict::authentic_repaired)),
                      grouped(of(leak::Verdict::altered)), grouped(of(leak::Verdict::unsigned_)));
    }
    if (summary.boxes.size() > kBoxesShown)
      out += fmt::format("  … and {} more (--json has all)\n", summary.boxes.size() - kBoxesShown);
  }
  if (!summary.recovered.empty()) {
    out += "\nkeys computed from pairs of messages\n";
    for (const auto& note : summary.recovered)
      out += fmt::format("  {} ({} bits){}\n    from {}\n", printable(note.name), note.bits,
                         note.circular ? ": from this dump alone, so it proves nothing" : "", printable(note.from));
  }
  if (!summary.keys_missing.empty()) {
    out += fmt::format(
        "\n{} keys are not at hand; a key file (--keys) or originals (--originals) may settle those items:\n",
        summary.keys_missing.size());
    for (std::size_t i = 0; i < std::min(summary.keys_missing.size(), kListShown); ++i)
      out += "  " + printable(summary.keys_missing[i]) + "\n";
    if (summary.keys_missing.size() > kListShown)
      out += fmt::format("  … and {} more\n", summary.keys_missing.size() - kListShown);
  }
  if (!summary.oddities.empty()) {
    out += "\nin the dump as a whole\n";
    for (const leak::Oddity& oddity : summary.oddities)
      out += fmt::format("  ! {}: {}\n", oddity.name, printable(oddity.detail));
  }
  if (summary.items > 0)
    out +=
        "\nnext: --list shows every item with its reason, --verdict altered those of one verdict, --case FILE keeps "
        "all for a report\n";
  out +=
      "\nA signature shows that a domain's key was used over these bytes. That a message came from an account on a "
      "date rests on\n"
      "that domain's practice; that a person wrote it is not shown. Metadata may itself be planted.\n";
  return out;
}

}  // namespace tocsin::publish
