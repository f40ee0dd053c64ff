// What a rehearsal writes is read back as what happened: for each format, every activity of the simulation stands in
// the file with its time, account, source and outcome, and nothing else does.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "products/catalog.h"
#include "readers/reader.h"
#include "rehearse/write.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

using namespace rehearse;
namespace fs = std::filesystem;

// How an activity is compared: in whole seconds, since some formats have no more.
std::string line_of(const Activity& a, std::string_view user) {
  const auto ip = [](const std::optional<Ip>& source) { return source ? source->text() : std::string("-"); };
  switch (a.kind) {
    case ActivityKind::login:
      return fmt::format("{} login {} from {} {}", a.time.seconds, user, ip(a.login.source),
                         kOutcomeNames[static_cast<int>(a.login.outcome)]);
    case ActivityKind::mail_access:
      return fmt::format("{} mail {} {} of {}, {} items", a.time.seconds, a.mail.access == "sync" ? "sync" : "read",
                         user, a.mail.mailbox, a.mail.access == "sync" ? 0 : a.mail.items);
    case ActivityKind::mailbox_change:
      return fmt::format("{} change {} of {}: {} from {}", a.time.seconds,
                         a.change.change == "delegate" ? "permission" : a.change.change, a.change.mailbox,
                         a.change.detail, ip(a.change.source));
    default:
      return "";
  }
}

std::string_view user_of(const Activity& a) {
  return a.kind == ActivityKind::login         ? a.login.user
         : a.kind == ActivityKind::mail_access ? a.mail.user
                                               : a.change.user;
}

// `certain`: an ambiguous reading is one that detectors leave aside, and so counts as lost.
std::vector<std::string> read_back(const std::string& path, bool certain) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::string> lines;
  const ReaderSpec* spec = recognise(std::string_view(text).substr(0, 65536), text.size() <= 65536);
  if (spec == nullptr) return {"nobody recognises " + path};
  static products::Catalog catalog = [] {
    const std::vector<std::string> paths{"share/tocsin/products"};
    auto made = products::Catalog::load(paths);
    if (!made) std::fprintf(stderr, "%s\n", made.error().text().c_str()), std::abort();
    return *std::move(made);
  }();
  static const Demand demand = [] {
    Demand all;
    catalog.demand(all);
    return all;
  }();
  const auto reader = spec->open(demand, {});
  MemoryStream stream(text);
  std::vector<Anomaly> anomalies;
  Batch batch;
  products::Scratch scratch;
  for (;;) {
    const auto block = reader->cut(stream, anomalies);
    if (!block || !*block) break;
    batch.clear();
    scratch.arena.clear();
    reader->decode(**block, batch);
    for (const Anomaly& anomaly : batch.anomalies()) anomalies.push_back(anomaly);
    for (const Event& event : batch.events()) {
      Activity activity;
      if (!catalog.activity(event, scratch, activity)) continue;
      lines.push_back(line_of(activity, without_domain(user_of(activity))));
      const Login& login = activity.login;
      if (certain && activity.kind == ActivityKind::login &&
          (login.user_grade == Provenance::ambiguous || login.source_grade == Provenance::ambiguous))
        lines.back() += " (ambiguous)";
    }
  }
  EXPECT_TRUE(anomalies.empty()) << path << ": " << (anomalies.empty() ? "" : anomalies[0].name);
  std::erase(lines, "");
  return lines;
}

class RoundTrip : public ::testing::TestWithParam<std::string_view> {};

TEST_P(RoundTrip, EverythingComesBack) {
  const FormatSpec& format = *find_format(GetParam());
  for (const std::string_view scenario : {"mail-theft", "forged-lines"}) {
    SCOPED_TRACE(scenario);
    Choice choice;
    choice.scenario = scenario;
    choice.users = 30;
    choice.days = 4;
    const fs::path folder = fs::temp_directory_path() / fmt::format("round_trip.{}.{}", ::getpid(), format.name);
    fs::remove_all(folder);
    const auto written = write_rehearsal(choice, {std::string(format.name)}, folder);
    ASSERT_TRUE(written) << written.error().text();
    const std::vector<std::string> found = read_back(written->files[0].path, scenario != "forged-lines");
    fs::remove_all(folder);

    std::vector<std::string> expected;
    Simulation simulation(*plan_of(choice));
    Labelled one;
    while (simulation.next(one)) {
      if (one.activity.kind == ActivityKind::mail_access && !format.mail) continue;
      if (one.activity.kind == ActivityKind::mailbox_change && !format.change) continue;
      if (format.name == "dovecot" && one.activity.kind == ActivityKind::mail_access)
        one.activity.mail.access = "fetch";
      if (one.activity.kind == ActivityKind::mailbox_change && one.activity.change.change == "app-password")
        one.activity.change.detail = "";
      if (one.activity.kind == ActivityKind::mailbox_change && one.activity.change.detail == "Newsletters") continue;
      std::string user = without_domain(user_of(one.activity));
      if (format.name == "iis") std::ranges::replace(user, ' ', '+');  // what W3C files have for a space
      expected.push_back(line_of(one.activity, user));
    }
    std::vector<std::string> compared;
    for (const std::string& line : found)
      if (line.find(": Newsletters from") == std::string::npos) compared.push_back(line);
    ASSERT_GT(expected.size(), 1000U);
    std::size_t different = 0;
    for (std::size_t i = 0; i < std::max(expected.size(), compared.size()) && different < 5; ++i) {
      const std::string a = i < expected.size() ? expected[i] : "(nothing)",
                        b = i < compared.size() ? compared[i] : "(nothing)";
      if (a == b) continue;
      ++different;
      ADD_FAILURE() << "happened: " << a << "\nread:     " << b;
    }
    EXPECT_EQ(expected.size(), compared.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, RoundTrip,
                         ::testing::Values("openssh", "dovecot", "postfix", "roundcube", "entra", "m365", "windows",
                                           "iis", "fortigate"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace tocsin::tests
