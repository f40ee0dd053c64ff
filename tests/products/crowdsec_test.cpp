// The crowdsec hub's tests (../shared/corpus/logs/crowdsec-hub, read at run time): a log, what its parsers must have
// read (parser.assert) and which alerts must arise (scenario.assert).
//
// Alerts: the folders of brute force and enumeration whose log a product of ours reads, and those that state zero
// alerts of a scenario. Each source that an alert names must stand in a finding of our detectors; where zero is stated,
// there must be none. Folders of products that we don't have are listed. Parsers: for each line that a parser of the
// hub read, in the folders whose lines we read: source and user the same.
//
// TOCSIN_CROWDSEC=openvpn (any part of a folder's name) prints what differs.
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "detect/detector.h"
#include "products/catalog.h"
#include "readers/reader.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

namespace fs = std::filesystem;
// What was measured last; raise them when more is found.
constexpr int kAlertsFound = 10, kSourcesSame = 243, kUsersSame = 50;
const fs::path kHub = "../shared/corpus/logs/crowdsec-hub";

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

struct Line {
  std::uint64_t offset = 0;
  std::string text, product, source, user;
  bool trusted = false;
};

struct Log {
  std::vector<Line> lines;
  std::vector<detect::Found> found;
  std::size_t logins = 0;
};

class Eye {
 public:
  Eye() {
    const std::vector<std::string> paths{"share/tocsin/products"};
    auto made = products::Catalog::load(paths);
    if (!made) std::fprintf(stderr, "%s\n", made.error().text().c_str()), std::abort();
    catalog_.emplace(*std::move(made));
    catalog_->demand(demand_);
  }

  // The whole evidence stays in memory until the detectors are done, so that views hold.
  Log look(const std::string& bytes) {
    Log out;
    const ReaderSpec* spec = recognise(std::string_view(bytes).substr(0, 65536), bytes.size() <= 65536);
    if (!spec) return out;
    ReadOptions options;
    options.year = 2023;
    const auto reader = spec->open(demand_, options);
    MemoryStream stream(bytes);
    std::vector<Anomaly> anomalies;
    std::vector<std::unique_ptr<Batch>> batches;
    std::vector<std::unique_ptr<products::Scratch>> scratches;
    std::vector<Activity> activities;
    while (auto block = reader->cut(stream, anomalies)) {
      if (!*block) break;
      Batch& batch = *batches.emplace_back(std::make_unique<Batch>());
      products::Scratch& scratch = *scratches.emplace_back(std::make_unique<products::Scratch>());
      reader->decode(**block, batch);
      for (const Event& event : batch.events()) {
        Record record;
        products::Reading reading;
        batch.access()->describe(batch, event, record);
        catalog_->read(event, record, scratch, reading);
        Line line{event.offset, std::string(event.raw), std::string(reading.product), {}, {}, false};
        for (const products::EcsValue& value : reading.ecs) {
          if (value.field == "source.ip" || (value.field == "client.ip" && line.source.empty()))
            line.source = value.value, line.trusted = value.provenance == Provenance::trusted;
          if (value.field == "user.name" && line.user.empty()) line.user = value.value;
        }
        out.lines.push_back(std::move(line));
        Activity activity;
        if (catalog_->activity(event, scratch, activity) && activity.time.known()) {
          out.logins += activity.kind == ActivityKind::login;
          activities.push_back(activity);
        }
      }
    }
    std::ranges::stable_sort(activities, {}, [](const Activity& a) { return a.time; });
    detect::Run run;
    for (std::size_t i = 0; i < activities.size(); ++i) run.feed(activities[i], i);
    out.found = run.finish();
    return out;
  }

 private:
  std::optional<products::Catalog> catalog_;
  Demand demand_;
};

const Log& look(const std::string& bytes) {
  static Eye eye;
  static std::map<std::string, Log> seen;
  const auto [at, is_new] = seen.try_emplace(bytes);
  if (is_new) at->second = eye.look(bytes);
  return at->second;
}

struct Folder {
  std::string name, log, parser, scenario, config;
};

std::vector<Folder> folders() {
  std::vector<Folder> out;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(kHub, absent)) {
    Folder folder{entry.path().filename().string(),
                  {},
                  slurp(entry.path() / "parser.assert"),
                  slurp(entry.path() / "scenario.assert"),
                  slurp(entry.path() / "config.yaml")};
    for (const auto& file : fs::directory_iterator(entry.path()))
      if (file.path().extension() == ".log") folder.log = slurp(file.path());
    if (!folder.log.empty()) out.push_back(std::move(folder));
  }
  std::ranges::sort(out, {}, &Folder::name);
  return out;
}

bool same_address(const std::string& a, const std::string& b) {
  const auto one = Ip::parse(a), other = Ip::parse(b);
  return a == b || (one && other && *one == *other);
}

bool shown(const std::string& name) {
  const char* only = std::getenv("TOCSIN_CROWDSEC");
  return only && name.find(only) != std::string::npos;
}

TEST(Crowdsec, AttacksAreFoundWhereAnAlertIsExpected) {
  if (!fs::exists(kHub)) GTEST_SKIP() << kHub << " is absent";
  static const RE2 is_ours("(-bf|_bf|bruteforce|user-enum|user_enum|gui-auth)");
  static const RE2 source(R"re(Overflow\.Sources\["([^"]+)"\]\.IP == )re");
  int expected_alerts = 0, met = 0, zero = 0, zero_kept = 0;
  std::string unknown, vacuous;
  for (const Folder& folder : folders()) {
    // Zero says something only where a scenario was loaded; two folders that test parsers alone state it too.
    const bool none = folder.scenario.find("len(results) == 0") != std::string::npos;
    if (none && !RE2::PartialMatch(folder.config, R"(scenarios:\s*\n\s*- *[^"\s])")) {
      vacuous += " " + folder.name;
      continue;
    }
    if (!none && !RE2::PartialMatch(folder.name, is_ours)) continue;
    const Log& log = look(folder.log);
    std::set<std::string> sources;
    re2::StringPiece rest(folder.scenario);
    for (std::string one; RE2::FindAndConsume(&rest, source, &one);) sources.insert(one);
    if (none) {
      if (log.logins == 0) {
        unknown += " " + folder.name;
        continue;
      }
      ++zero;
      zero_kept += log.found.empty();
      if (!log.found.empty())
        std::printf("%-34s zero expected, found: %s\n", folder.name.c_str(), log.found[0].statement.title.c_str());
      continue;
    }
    if (sources.empty()) continue;
    if (log.logins == 0) {
      unknown += " " + folder.name;
      continue;
    }
    for (const std::string& one : sources) {
      ++expected_alerts;
      bool found = false;
      for (const detect::Found& finding : log.found)
        for (const Entity& entity : finding.statement.entities) found |= same_address(std::string(entity.value), one);
      met += found;
      if (!found) std::printf("%-34s %s: not found among %zu logins\n", folder.name.c_str(), one.c_str(), log.logins);
    }
    if (shown(folder.name))
      for (const detect::Found& finding : log.found)
        std::printf("  %s %s\n", std::string(finding.spec->id).c_str(), finding.statement.title.c_str());
  }
  std::printf(
      "sources of alerts found: %d of %d; folders without an alert: %d of %d\nzero without a scenario:%s\nno product "
      "of ours:%s\n",
      met, expected_alerts, zero_kept, zero, vacuous.c_str(), unknown.c_str());
  EXPECT_GE(met, kAlertsFound);
  EXPECT_EQ(zero_kept, zero);
}

// results["s01-parse"]["crowdsecurity/x"][3].Evt.Meta["source_ip"] == "192.0.2.1"
struct Parsed {
  bool success = false;
  std::string message, source, user;
};

TEST(Crowdsec, SourcesAndUsersAreWhatTheHubsParsersRead) {
  if (!fs::exists(kHub)) GTEST_SKIP() << kHub << " is absent";
  static const RE2 fact(
      R"re(results\["s01-parse"\]\["([^"]+)"\]\[(\d+)\]\.(Success == true|Evt\.Parsed\["message"\] == "(.*)"|)re"
      R"re(Evt\.Meta\["(source_ip|user|username|target_user)"\] == "(.*)")\n)re");
  int sources = 0, sources_same = 0, users = 0, users_same = 0, unread = 0, files = 0;
  for (const Folder& folder : folders()) {
    std::map<std::pair<std::string, int>, Parsed> parsed;
    re2::StringPiece rest(folder.parser);
    std::string parser, what, message, name, value;
    for (int index = 0; RE2::FindAndConsume(&rest, fact, &parser, &index, &what, &message, &name, &value);) {
      Parsed& one = parsed[{parser, index}];
      const auto plain = [](std::string text) {
        RE2::GlobalReplace(&text, R"(\\(["\\]))", R"(\1)");
        return text;
      };
      if (what.starts_with("Success")) one.success = true;
      if (what.starts_with("Evt.Parsed")) one.message = plain(message);
      if (name == "source_ip") one.source = plain(value);
      if (!name.empty() && name != "source_ip") one.user = plain(value);
    }
    if (parsed.empty()) continue;
    const Log& log = look(folder.log);
    if (std::ranges::none_of(log.lines, [](const Line& line) { return !line.product.empty(); })) continue;
    ++files;
    std::map<std::string, std::size_t> next;  // the same message again means the next line
    for (const auto& [key, one] : parsed) {
      if (!one.success || one.message.empty() || one.source.empty()) continue;
      std::size_t& from = next[key.first + one.message];
      std::size_t at = from;
      while (at < log.lines.size() && log.lines[at].text.find(one.message) == std::string::npos) ++at;
      from = at + 1;
      if (at >= log.lines.size()) continue;
      const Line& line = log.lines[at];
      if (line.source.empty()) {
        ++unread;
        if (shown(folder.name))
          std::printf("unread  %s [%s] %s\n", folder.name.c_str(), line.product.c_str(), line.text.c_str());
        continue;
      }
      ++sources;
      sources_same += same_address(line.source, one.source);
      if (!same_address(line.source, one.source))
        std::printf("source  %s [%s] want %s got %s: %s\n", folder.name.c_str(), line.product.c_str(),
                    one.source.c_str(), line.source.c_str(), line.text.substr(0, 200).c_str());
      if (one.user.empty()) continue;
      ++users;
      users_same += line.user == one.user;
      if (line.user != one.user && shown(folder.name))
        std::printf("user    %s [%s] want %s got %s: %s\n", folder.name.c_str(), line.product.c_str(), one.user.c_str(),
                    line.user.c_str(), line.text.substr(0, 200).c_str());
    }
  }
  std::printf("%d folders: sources %d of %d the same, users %d of %d, %d lines of the hub that give us no source\n",
              files, sources_same, sources, users_same, users, unread);
  EXPECT_GE(sources_same, kSourcesSame);
  EXPECT_GE(users_same, kUsersSame);
}

}  // namespace
}  // namespace tocsin::tests
