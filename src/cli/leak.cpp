// tocsin leak: which leaked items are what they were, with the proof.
#include <fmt/format.h>

#include <optional>
#include <thread>

#include "case/case.h"
#include "cli/evidence_options.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "leak/run.h"
#include "publish/leak/leak.h"
#include "publish/output.h"

namespace tocsin::cli {
namespace {

using casefile::Case;

int run(std::span<const std::string> args) {
  CLI::App app(
      "Says of every message and document of a dump whether it is what its domain signed, and shows the proof.\n"
      "Reads mbox, eml, maildir and whatever archives hold them. Nothing is asked of a network: keys that left DNS "
      "come\n"
      "from --keys, or are computed from pairs of messages when --originals has one from outside the dump.");
  std::vector<std::string> dump, originals, key_files, certificate_files, pgp_files;
  std::string after, before, case_file, verdict;
  unsigned threads = 0;
  bool json = false, quiet = false, no_recovery = false, list = false;
  app.add_option("DUMP", dump, "files and folders")->required();
  app.add_option("--originals", originals, "a reference archive that no outsider could change; several times")
      ->allow_extra_args(false);
  app.add_option("--keys", key_files,
                 "TSV of keys as they stood in DNS: name, record, provenance[, valid_from, valid_to]")
      ->allow_extra_args(false);
  app.add_option("--certificates", certificate_files,
                 "certificates that you trust, PEM or DER: of authorities or signers, for S/MIME and PDF")
      ->allow_extra_args(false);
  app.add_option("--pgp-keys", pgp_files, "public PGP keys that you trust")->allow_extra_args(false);
  app.add_option("--stolen-after", after, "the theft was not before this time: what was edited since is told");
  app.add_option("--stolen-before", before, "the theft was over at this time: what is dated later was not stolen so");
  app.add_option("--case", case_file, "case file that keeps the verdicts");
  app.add_option("--verdict", verdict, "list only items of this verdict");
  app.add_option("--threads", threads, "threads (all cores)");
  app.add_flag("--no-recovery", no_recovery, "compute no keys (half a minute of one core for a key of 2048 bits)");
  app.add_flag("--list", list, "every item, not only the counts");
  app.add_flag("--json", json, "one JSON object an item");
  app.add_flag("--quiet", quiet, "no progress");
  if (const auto code = parse(app, "leak", args)) return *code;
  if (!verdict.empty() && std::ranges::find(leak::kVerdictNames, verdict) == std::end(leak::kVerdictNames))
    return usage_error("leak", Error{"there is no verdict '" + verdict + "'", "", ""});

  leak::LeakOptions options;
  options.paths = dump;
  options.originals = originals;
  options.recover = !no_recovery;
  options.threads = threads > 0 ? threads : std::max(1u, std::thread::hardware_concurrency());
  options.stop = stop_on_signals();
  mailauth::KeyStore store;
  for (const std::string& file : key_files)
    if (const auto loaded = store.load(file); !loaded) return usage_error("leak", loaded.error());
  options.keys.add(store);
  if (!certificate_files.empty()) {
    auto certificates = std::make_shared<leak::Certificates>();
    for (const std::string& file : certificate_files)
      if (const auto loaded = certificates->load(file); !loaded) return usage_error("leak", loaded.error());
    options.certificates = std::move(certificates);
  }
  if (!pgp_files.empty()) {
    auto keys = std::make_shared<leak::PgpKeys>();
    for (const std::string& file : pgp_files)
      if (const auto loaded = keys->load(file); !loaded) return usage_error("leak", loaded.error());
    options.pgp_keys = std::move(keys);
  }
  for (const auto& [text, into] :
       {std::pair{&after, &options.judge.stolen_after}, std::pair{&before, &options.judge.stolen_before}}) {
    if (text->empty()) continue;
    const auto time = parse_time(*text);
    if (!time) return usage_error("leak", time.error());
    *into = *time;
  }
  std::optional<Case> into;
  if (!case_file.empty()) {
    auto opened = Case::open(case_file, casefile::Mode::write);
    if (!opened) return failure("leak", opened.error());
    into.emplace(std::move(*opened));
    options.own_file = case_file;
    if (const auto begun = into->put_leak_begin(); !begun) return failure("leak", begun.error());
  }
  ProgressLine progress(quiet || json);
  options.progress = [&](const leak::LeakProgress& now) {
    ScanProgress line;
    line.bytes_done = now.bytes;
    line.events = now.items;
    progress.show(line);
  };
  const publish::Terminal terminal = publish::Terminal::of(stdout);
  publish::Output out(stdout);
  std::optional<Error> error;
  const auto summary = leak::examine(options, [&](const leak::ItemReport& report) {
    const bool wanted = verdict.empty() || verdict == leak::name(report.verdict);
    if (into && !error) {
      const auto put = into->put_leak_item(
          {report.item, report.sha256, std::string(leak::name(report.verdict)), publish::leak_json(report)});
      if (!put) error = put.error();
    }
    if (json && wanted)
      out.write(publish::leak_json(report) + "\n");
    else if ((list || !verdict.empty()) && wanted)
      out.write(publish::leak_line(report, terminal));
  });
  progress.clear();
  if (!summary) return failure("leak", summary.error());
  if (error) return failure("leak", *error);
  if (into) {
    if (const auto ended = into->put_leak_end(publish::leak_summary_json(*summary)); !ended)
      return failure("leak", ended.error());
  }
  if (!json) out.write((list || !verdict.empty() ? "\n" : "") + publish::leak_text(*summary, terminal));
  if (const auto written = out.finish(); !written) return failure("leak", written.error());
  for (const std::string& problem : summary->problems)
    fmt::print(stderr, "tocsin leak: {}\n", publish::printable(problem));
  if (summary->interrupted) return kInterrupted;
  return summary->problems.empty() ? kDone : kUnreadable;
}

}  // namespace

const VerbSpec leak_verb{"leak", "which leaked mail and files are what they were, with the proof", run};

}  // namespace tocsin::cli
