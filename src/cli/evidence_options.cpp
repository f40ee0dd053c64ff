#include "cli/evidence_options.h"

#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "cli/options.h"
#include "cli/verb.h"
#include "pipeline/mail_auth.h"
#include "pipeline/maxmind.h"

namespace tocsin::cli {
namespace {

std::atomic<bool> g_stop = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int) {
  if (g_stop.exchange(true)) _exit(kInterrupted);
}

}  // namespace

const std::atomic<bool>* stop_on_signals() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return &g_stop;
}

void EvidenceOptions::add_to(CLI::App& app) {
  app.add_option("PATH", paths, "files, folders, archives; - is standard input")->required();
  app.add_option("--since", since, "leave out events before this time (ISO 8601)");
  app.add_option("--until", until, "leave out events at or after this time");
  app.add_option("--timezone", zone, "zone of times that name none: +02:00, UTC (UTC)");
  app.add_option("--year", year, "year of times that lack one (else taken from dated evidence around)")
      ->check(CLI::Range(1970, 9999));
  app.add_option("--threads", threads, "threads (all cores)")->check(CLI::Range(1u, 1024u));
  app.add_option("--memory", memory, "memory to stay within (512M)");
  app.add_option("--asn", asn,
                 "address database in MaxMind's format: networks (AS) and countries; else prefixes stand in");
  app.add_option(
         "--mail-keys", mail_keys,
         "TSV of mail keys and records as they stood in DNS (name, record, provenance …), as for leak --keys: DKIM, "
         "ARC, SPF and DMARC of mail are then checked; several times")
      ->allow_extra_args(false);
  app.add_option(
         "--authserv-id", mail_servers,
         "your receiving servers, or their domain, as Authentication-Results names them: only theirs are believed "
         "(the topmost one of the server that took the mail in); several times")
      ->allow_extra_args(false);
  app.add_flag("--carve", carve, "look for EVTX records outside intact chunks too");
  app.add_flag("--quiet,-q", quiet, "no progress, no summary");
}

Result<void> EvidenceOptions::apply(ScanOptions& to) const {
  to.paths = paths;
  to.threads = threads ? threads : std::max(1u, std::thread::hardware_concurrency());
  TRY(to.memory, parse_size(memory));
  if (!since.empty()) {
    TRY(to.since, parse_time(since));
  }
  if (!until.empty()) {
    TRY(to.until, parse_time(until));
  }
  if (!zone.empty()) {
    TRY(to.read.utc_offset_minutes, parse_zone(zone));
  }
  if (year) to.read.year = year;
  to.read.carve = carve;
  if (!mail_keys.empty() || !mail_servers.empty()) {
    TRY(to.mail_auth, MailAuth::load(mail_keys, mail_servers));
    to.read.mail_extra = to.mail_auth.get();
  }
  if (!asn.empty()) {
    TRY(to.networks, open_maxmind(asn));
  }
  return {};
}

std::optional<int> parse(CLI::App& app, std::string_view verb, std::span<const std::string> args) {
  app.name(fmt::format("tocsin {}", verb));
  app.get_formatter()->column_width(34);
  try {
    // CLI11 wants them in reverse.
    std::vector<std::string> reversed(args.rbegin(), args.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return kDone;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "tocsin {}: {}\ntocsin {} --help says more.\n", verb, error.what(), verb);
    return kUsage;
  }
  return std::nullopt;
}

void note_exercise(std::string_view verb, casefile::Case& from) {
  if (const auto exercise = from.meta(casefile::kExerciseKey); exercise && exercise->has_value())
    fmt::print(stderr, "tocsin {}: EXERCISE: this case holds evidence made by tocsin rehearse; it did not happen\n",
               verb);
}

}  // namespace tocsin::cli
