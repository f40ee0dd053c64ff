// tocsin import: what an ally says, into a case as claims.
#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "case/case.h"
#include "cli/evidence_options.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "publish/misp/misp.h"
#include "publish/stix/stix.h"
#include "publish/terminal/text.h"

namespace tocsin::cli {
namespace {

using casefile::Claim;

constexpr std::string_view kVerb = "import";

struct Format {
  const char* name;
  const char* summary;
  Result<publish::Imported> (*read)(std::string_view json, const std::string& name);
};
constexpr Format kFormats[] = {
    {"stix", "a STIX 2.x bundle: attributions, notes of ours, indicators", publish::read_stix_claims},
    {"misp", "a MISP event, or several: actors, statements, indicators", publish::read_misp_claims},
};

struct Arguments {
  std::string file, path, by, tlp, reliability = "F", subject, reason, author;
};

bool same(const Claim& a, const Claim& b) {
  return a.by == b.by && a.statement == b.statement && a.actor == b.actor && a.state == b.state && a.date == b.date &&
         a.tlp == b.tlp && a.subject == b.subject && a.ties == b.ties && a.object == b.object;
}

Result<void> take_over(const Format& format, const Arguments& arguments) {
  std::ifstream file(arguments.file, std::ios::binary);
  if (!file) return fail("the file cannot be read", arguments.file);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  TRY(publish::Imported read, format.read(text, arguments.file));
  TRY(auto opened, casefile::Case::open(arguments.path, casefile::Mode::write));
  std::string subject;
  if (!arguments.subject.empty()) {
    TRY(const casefile::Story story, opened.story());
    TRY(subject, story.resolve(arguments.subject));
  }
  // The same file a second time adds nothing.
  TRY(const std::vector<Claim> known, opened.claims());
  std::size_t added = 0, ties = 0;
  for (Claim& claim : read.claims) {
    if (!arguments.by.empty()) claim.by = arguments.by;
    if (!arguments.tlp.empty()) claim.tlp = name(*publish::parse_tlp(arguments.tlp));
    claim.admiralty = arguments.reliability + claim.admiralty.substr(1);
    claim.subject = subject;
    claim.recorded_by = arguments.author;
    claim.reason = arguments.reason;
    if (std::ranges::any_of(known, [&](const Claim& one) { return !one.withdrawn && same(one, claim); })) continue;
    TRY_VOID(opened.add_claim(claim));
    ++added;
    ties += claim.ties.size();
  }
  for (const std::string& remark : read.remarks) fmt::print(stderr, "tocsin import: {}\n", publish::printable(remark));
  fmt::print(stderr,
             "tocsin import: {} claims with {} techniques and indicators taken over, {} stood in the case; `tocsin "
             "assess` weighs them\n",
             publish::grouped(added), publish::grouped(ties), publish::grouped(read.claims.size() - added));
  return {};
}

int run(std::span<const std::string> args) {
  CLI::App app(
      "Takes over what an ally says as claims: never as facts. The case's journal keeps who did it and why. The "
      "grade's\n"
      "letter (how reliable the source is) is yours to give; its digit comes from the confidence in the file.");
  app.require_subcommand(1);
  Arguments arguments;
  std::vector<std::pair<CLI::App*, const Format*>> formats;
  for (const Format& format : kFormats) {
    CLI::App* sub = app.add_subcommand(format.name, format.summary);
    sub->add_option("FILE", arguments.file, "the file to read")->required();
    sub->add_option("--case", arguments.path, "the case that receives the claims")->required();
    sub->add_option("--by", arguments.by, "who says it, instead of what the file says");
    sub->add_option("--reliability", arguments.reliability,
                    "of the source, Admiralty A to F; F, cannot be judged, unless given")
        ->check(CLI::IsMember({"A", "B", "C", "D", "E", "F"}));
    sub->add_option("--tlp", arguments.tlp, "marking of all, instead of the file's own")
        ->check([](const std::string& text) {
          return publish::parse_tlp(text) ? std::string() : "clear, green, amber, amber+strict or red";
        });
    sub->add_option("--subject", arguments.subject,
                    "the incident or campaign that it is about; the whole case unless given");
    sub->add_option("--author", arguments.author, "who takes it over")->default_val("tocsin import");
    sub->add_option("--reason", arguments.reason, "why")->default_val("taken over from an ally's file");
    formats.emplace_back(sub, &format);
  }
  if (const auto code = parse(app, kVerb, args)) return *code;
  for (const auto& [sub, format] : formats)
    if (*sub)
      if (const auto done = take_over(*format, arguments); !done) return failure(kVerb, done.error());
  return kDone;
}

}  // namespace

const VerbSpec import_verb{"import", "what an ally says, into a case as claims: stix, misp", run};

}  // namespace tocsin::cli
