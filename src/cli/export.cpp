// tocsin export: a case for other programs.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "case/case.h"
#include "cli/evidence_options.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "publish/csv/csv.h"
#include "publish/ndjson/ndjson.h"

namespace tocsin::cli {
namespace {

using casefile::Case;

struct Format {
  const char* name;
  const char* summary;
  Result<void> (*write)(Case& from, const casefile::FindingFilter& filter, std::FILE* to);
};
constexpr Format kFormats[] = {
    {"ndjson", "findings, one JSON object a line", publish::write_ndjson},
    {"csv", "findings as a table for spreadsheets; no cell is a formula", publish::write_csv},
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Result<void> write_to(const Format& format, Case& from, const casefile::FindingFilter& filter,
                      const std::string& file) {
  if (file.empty() || file == "-") return format.write(from, filter, stdout);
  const std::unique_ptr<std::FILE, CloseFile> opened(std::fopen(file.c_str(), "wbe"));
  if (!opened) return fail(std::string("it cannot be written: ") + std::strerror(errno), file);
  return format.write(from, filter, opened.get());
}

int run(std::span<const std::string> args) {
  CLI::App app("Writes a case's findings for other programs.");
  app.require_subcommand(1);
  std::string path, file, level;
  std::vector<std::pair<CLI::App*, const Format*>> formats;
  for (const Format& format : kFormats) {
    CLI::App* sub = app.add_subcommand(format.name, format.summary);
    sub->add_option("CASE", path, "the case file")->required();
    sub->add_option("-o,--output", file, "the file to write; without it, standard output");
    sub->add_option("--level", level, "this level and graver");
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
    const auto written = write_to(*format, *opened, filter, file);
    if (!written) return failure("export", written.error());
  }
  return kDone;
}

}  // namespace

const VerbSpec export_verb{"export", "a case for other programs: ndjson, csv", run};

}  // namespace tocsin::cli
