// tocsin export: a case for other programs.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/share.h"
#include "case/case.h"
#include "cli/evidence_options.h"
#include "cli/knowledge_options.h"
#include "cli/options.h"
#include "cli/output_file.h"
#include "cli/verb.h"
#include "publish/csv/csv.h"
#include "publish/dossier/redact.h"
#include "publish/misp/misp.h"
#include "publish/navigator/navigator.h"
#include "publish/ndjson/ndjson.h"
#include "publish/ocsf/ocsf.h"
#include "publish/stix/stix.h"

namespace tocsin::cli {
namespace {

using casefile::Case;
using publish::Dossier;

std::string navigator(const Dossier& dossier, const std::vector<publish::Step>&) {
  return publish::navigator_layer(dossier);
}
std::string misp(const Dossier& dossier, const std::vector<publish::Step>&) { return publish::misp_event(dossier); }

// A format writes all findings one by one, or what a dossier holds.
struct Format {
  const char* name;
  const char* summary;
  Result<void> (*write)(Case& from, const casefile::FindingFilter& filter, std::FILE* to);
  std::string (*publish)(const Dossier& dossier, const std::vector<publish::Step>& steps);
};
constexpr Format kFormats[] = {
    {"stix", "a STIX 2.1 bundle: incidents, campaigns, who may stand behind them, evidence, advice", nullptr,
     publish::stix_bundle},
    {"misp", "a MISP event, unpublished", nullptr, misp},
    {"navigator", "the techniques seen as an ATT&CK Navigator layer (format 4.5)", nullptr, navigator},
    {"csv", "findings as a table for spreadsheets; no cell is a formula", publish::write_csv, nullptr},
    {"ndjson", "findings, one JSON object a line", publish::write_ndjson, nullptr},
    {"ocsf", "findings as OCSF 1.3.0 detection findings, one JSON object a line", publish::write_ocsf, nullptr},
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Result<void> write_findings(const Format& format, Case& from, const casefile::FindingFilter& filter,
                            const std::string& file) {
  if (file.empty() || file == "-") return format.write(from, filter, stdout);
  const std::unique_ptr<std::FILE, CloseFile> opened(std::fopen(file.c_str(), "wbe"));
  if (!opened) return fail(std::string("it cannot be written: ") + std::strerror(errno), file);
  return format.write(from, filter, opened.get());
}

Result<void> write_dossier(const Format& format, Case& from, const std::string& tlp, const std::string& file) {
  TRY(const std::string share, share_folder());
  TRY(const assess::Knowledge knowledge, load_knowledge({}));
  TRY(const assess::Tactics tactics, assess::Tactics::load(share + "/actors/tactics.json"));
  TRY(const auto rules, publish::load_steps(share + "/report/steps.yml"));
  TRY(Dossier dossier, publish::load_dossier(from, {&knowledge, &tactics}));
  if (const auto limit = publish::parse_tlp(tlp))
    dossier = publish::redact(std::move(dossier), {*limit, false, &knowledge});
  return write_output(file, format.publish(dossier, publish::advised(dossier, rules)));
}

int run(std::span<const std::string> args) {
  CLI::App app("Writes a case for other programs.");
  app.require_subcommand(1);
  std::string path, file, level, tlp;
  std::vector<std::pair<CLI::App*, const Format*>> formats;
  for (const Format& format : kFormats) {
    CLI::App* sub = app.add_subcommand(format.name, format.summary);
    sub->add_option("CASE", path, "the case file")->required();
    sub->add_option("-o,--output", file, "the file to write; without it, standard output");
    if (format.write)
      sub->add_option("--level", level, "this level and graver");
    else
      sub->add_option("--tlp", tlp,
                      "leave out what is marked above this level, and what was inferred from it; below amber, no names")
          ->check([](const std::string& text) {
            return publish::parse_tlp(text) ? std::string() : "clear, green, amber, amber+strict or red";
          });
    formats.emplace_back(sub, &format);
  }
  if (const auto code = parse(app, "export", args)) return *code;
  casefile::FindingFilter filter;
  if (!level.empty()) {
    const auto parsed = parse_level_option(level);
    if (!parsed) return usage_error("export", parsed.error());
    filter.level = *parsed;
  }
  auto opened = Case::open(path, casefile::Mode::read);
  if (!opened) return failure("export", opened.error());
  note_exercise("export", *opened);
  for (const auto& [sub, format] : formats) {
    if (!*sub) continue;
    const auto written =
        format->write ? write_findings(*format, *opened, filter, file) : write_dossier(*format, *opened, tlp, file);
    if (!written) return failure("export", written.error());
  }
  return kDone;
}

}  // namespace

const VerbSpec export_verb{"export", "a case for other programs: stix, misp, navigator, csv, ndjson, ocsf", run};

}  // namespace tocsin::cli
