// tocsin report: a case as one self-contained page.
#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "assess/yardstick.h"
#include "base/share.h"
#include "cli/evidence_options.h"
#include "cli/knowledge_options.h"
#include "cli/options.h"
#include "cli/output_file.h"
#include "cli/verb.h"
#include "publish/dossier/redact.h"
#include "publish/report/report.h"
#include "publish/terminal/text.h"

namespace tocsin::cli {
namespace {

constexpr std::string_view kVerb = "report";

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("the file cannot be read", path, "it comes with the program");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

struct Arguments {
  std::string path, audience = "analyst", tlp, lang = "en", calendar, yardstick, file;
  std::vector<std::string> knowledge;
  bool markdown = false;
};

Result<void> write_report(const Arguments& arguments) {
  TRY(const std::string share, share_folder());
  TRY(const assess::Knowledge knowledge, load_knowledge(arguments.knowledge));
  TRY(const assess::Tactics tactics, assess::Tactics::load(share + "/actors/tactics.json"));
  TRY(const publish::Texts texts, publish::Texts::load(share + "/report", arguments.lang));
  publish::ReportOptions options;
  TRY(options.steps, publish::load_steps(share + "/report/steps.yml"));
  const auto audience = std::ranges::find(publish::kAudienceNames, arguments.audience);
  options.audience = static_cast<publish::Audience>(audience - std::begin(publish::kAudienceNames));
  options.yardstick = arguments.yardstick;
  if (!arguments.calendar.empty()) {
    TRY(options.calendar, publish::load_calendar(arguments.calendar));
    for (const std::string& remark : options.calendar.remarks)
      fmt::print(stderr, "tocsin report: {}: {}\n", publish::printable(arguments.calendar), publish::printable(remark));
  }
  TRY(auto opened, casefile::Case::open(arguments.path, casefile::Mode::read));
  TRY(publish::Dossier dossier, publish::load_dossier(opened, {&knowledge, &tactics}));
  // The public gets what may go anywhere, unless somebody says otherwise; the house gets all.
  const bool everybody = options.audience == publish::Audience::everybody;
  if (!arguments.tlp.empty() || everybody) {
    const publish::Tlp limit = publish::parse_tlp(arguments.tlp).value_or(publish::Tlp::clear);
    dossier = publish::redact(std::move(dossier), {limit, everybody, &knowledge});
  }
  // In French the words of likelihood are French ones, unless somebody chose a yardstick.
  if (options.yardstick.empty() && arguments.lang == "fr" && dossier.yardstick == "icd203") options.yardstick = "fr";
  const publish::Document document = publish::compose(dossier, texts, options);
  std::string out;
  if (arguments.markdown) {
    out = publish::to_markdown(document);
  } else {
    TRY(const std::string css, read_text(share + "/report/report.css"));
    out = publish::to_html(document, css);
  }
  return write_output(arguments.file, out);
}

int run(std::span<const std::string> args) {
  CLI::App app(
      "Writes a case as one self-contained HTML page (or Markdown): situation, timeline, incidents, who may stand\n"
      "behind it and how sure that is, advised steps, evidence. It asks nothing of the network.\n\n"
      "--for chooses the form: lead (one page and decisions), analyst (all), public (no names; TLP:CLEAR unless --tlp\n"
      "says otherwise), legal (each statement with its evidence and grade). --tlp leaves out what is marked above "
      "LEVEL\n"
      "and what was inferred from it; our own telemetry is TLP:AMBER, so below that all names go.");
  Arguments arguments;
  std::vector<std::string> audiences(std::begin(publish::kAudienceNames), std::end(publish::kAudienceNames)),
      yardsticks;
  for (const assess::Yardstick& one : assess::all_yardsticks()) yardsticks.emplace_back(one.id);
  app.add_option("CASE", arguments.path, "the case file")->required();
  app.add_option("--for", arguments.audience, "lead, analyst, public or legal")->check(CLI::IsMember(audiences));
  app.add_option("--tlp", arguments.tlp, "clear, green, amber, amber+strict or red")
      ->check([](const std::string& text) {
        return publish::parse_tlp(text) ? std::string() : "clear, green, amber, amber+strict or red";
      });
  app.add_option("--lang", arguments.lang, "en or fr")->check(CLI::IsMember({"en", "fr"}));
  app.add_option(
      "--calendar", arguments.calendar,
      "what else happened: CSV with start,end,kind,title (kind: election, silence, summit, …) or an .ics file");
  app.add_option("--yardstick", arguments.yardstick, "whose words of likelihood; the case's own unless given")
      ->check(CLI::IsMember(yardsticks));
  app.add_option("--knowledge", arguments.knowledge, "as for assess: names of techniques, and who is known")
      ->allow_extra_args(false);
  app.add_flag("--markdown", arguments.markdown, "Markdown instead of HTML");
  app.add_option("-o,--output", arguments.file, "the file to write; without it, standard output");
  if (const auto code = parse(app, kVerb, args)) return *code;
  if (const auto written = write_report(arguments); !written) return failure(kVerb, written.error());
  return kDone;
}

}  // namespace

const VerbSpec report{"report", "a case as one page: for the lead, analysts, the public or lawyers", run};

}  // namespace tocsin::cli
