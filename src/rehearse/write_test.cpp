#include "rehearse/write.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "rehearse/score.h"

namespace tocsin::rehearse {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  explicit Folder(std::string_view name)
      : path_(fs::temp_directory_path() / ("rehearse_test." + std::to_string(::getpid()) + "." + std::string(name))) {
    fs::remove_all(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::map<std::string, std::string> all_files(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) files[entry.path().filename()] = content(entry.path());
  return files;
}

Choice choice(std::string_view scenario) {
  Choice made;
  made.scenario = scenario;
  made.users = 30;
  made.days = 3;
  return made;
}

TEST(WriteRehearsal, SameChoiceSameBytes) {
  const Folder a("a"), b("b"), c("c");
  Choice chosen = choice("parliament");
  ASSERT_TRUE(write_rehearsal(chosen, {}, a.path()));
  ASSERT_TRUE(write_rehearsal(chosen, {}, b.path()));
  EXPECT_EQ(all_files(a.path()), all_files(b.path()));
  chosen.seed = 2;
  ASSERT_TRUE(write_rehearsal(chosen, {}, c.path()));
  EXPECT_NE(all_files(a.path()), all_files(c.path()));
  EXPECT_EQ(all_files(a.path()).size(), all_formats().size() + 2);
  EXPECT_FALSE(write_rehearsal(chosen, {}, c.path())) << "a rehearsal must not be written over another";
}

// Every scenario in every format by itself: each file says EXERCISE at its beginning, every try stands in it.
TEST(WriteRehearsal, EveryScenarioInEveryFormat) {
  for (const ScenarioSpec& scenario : all_scenarios())
    for (const FormatSpec* format : all_formats()) {
      // The other scenarios write no other kinds of record than these two.
      const bool both = scenario.name == "mail-theft" || scenario.name == "forged-lines";
      if (!both && format != &entra_format && format != &m365_format && format != &dovecot_format) continue;
      SCOPED_TRACE(std::string(scenario.name) + " as " + std::string(format->name));
      const Folder folder("one");
      std::vector<std::string> formats = {std::string(format->name)};
      if (format->companion) formats.emplace_back("roundcube");
      const auto written = write_rehearsal(choice(scenario.name), formats, folder.path());
      ASSERT_TRUE(written) << written.error().text();
      ASSERT_EQ(written->files.size(), formats.size());
      const std::string text = content(written->files[0].path);
      EXPECT_LT(text.find(kExercise), 600U);
      EXPECT_GE(static_cast<std::uint64_t>(std::ranges::count(text, '\n')), written->files[0].records);
      EXPECT_EQ(text.size(), written->files[0].bytes);
      // The attack's sources stand in the evidence.
      const std::vector<Ip>& sources = written->labels.truth.sources;
      for (std::size_t i = 0; i < sources.size(); i += 1 + sources.size() / 5)
        ASSERT_NE(format->companion ? 0 : text.find(sources[i].text()), std::string::npos) << sources[i].text();
      const auto labels = Labels::load(folder.path() + "/labels.json");
      ASSERT_TRUE(labels) << labels.error().text();
      EXPECT_EQ(labels->truth.tries, written->labels.truth.tries);
      EXPECT_EQ(labels->json(), written->labels.json());
      const bool attacked = scenario.name != "quiet" && scenario.name != "forged-lines";
      EXPECT_EQ(labels->truth.tries > 0, attacked);
      EXPECT_EQ(labels->truth.forged > 0, scenario.name == "forged-lines");
    }
}

TEST(WriteRehearsal, WrongChoicesAreErrors) {
  const Folder folder("wrong");
  EXPECT_FALSE(write_rehearsal(choice("invasion"), {}, folder.path()));
  EXPECT_FALSE(write_rehearsal(choice("spray"), {"clay-tablets"}, folder.path()));
  EXPECT_FALSE(write_rehearsal(choice("spray"), {"nginx"}, folder.path())) << "it tells of no login by itself";
  Choice chosen = choice("spray");
  chosen.worlds = {"flat"};
  EXPECT_FALSE(write_rehearsal(chosen, {}, folder.path()));
  chosen = choice("spray");
  chosen.users = 3;
  EXPECT_FALSE(write_rehearsal(chosen, {}, folder.path()));
  EXPECT_FALSE(fs::exists(folder.path()));
  EXPECT_FALSE(Labels::load(folder.path()));
}

Found all_of(const AttackTruth& truth) {
  Found found{"tocsin-password-spray-campaign", Level::high, truth.start.plus_seconds(600), truth.start, truth.end, {}};
  for (const Ip& source : truth.sources) found.entities.push_back({EntityType::address, source.text(), "source"});
  for (const std::string& user : truth.targets) found.entities.push_back({EntityType::account, user, "target"});
  for (const std::string& user : truth.entered) found.entities.push_back({EntityType::account, user, "entered"});
  return found;
}

TEST(Score, ThePerfectFindingAndItsFaults) {
  const Folder folder("score");
  const auto written = write_rehearsal(choice("parliament"), {"m365"}, folder.path());
  ASSERT_TRUE(written);
  const Labels& labels = written->labels;
  ASSERT_FALSE(labels.truth.taken.empty());

  std::vector<Found> found = {all_of(labels.truth)};
  auto judged = score(labels, found);
  ASSERT_TRUE(judged) << judged.error().text();
  EXPECT_EQ(judged->recall, 1.0);
  EXPECT_EQ(judged->precision, 1.0);
  EXPECT_NEAR(*judged->alarm_minutes, 10, 1e-9);
  EXPECT_EQ(judged->false_campaigns, 0);
  EXPECT_EQ(judged->innocent_sources, 0U);
  EXPECT_EQ(judged->entered_found, labels.truth.entered.size());
  EXPECT_EQ(judged->wrongly_entered, 0U);
  EXPECT_EQ(judged->mailboxes_found, 0U);

  // The second half missed, the office blamed, somebody wrongly called entered, a campaign that wasn't, mail too late.
  found[0].last = labels.truth.start.plus_seconds((labels.truth.end.seconds - labels.truth.start.seconds) / 2);
  found[0].entities.push_back({EntityType::address, "240.0.8.10", "source"});
  found[0].entities.push_back({EntityType::account, "info@parliament.example", "entered"});
  found.push_back({"tocsin-brute-force",
                   Level::medium,
                   labels.evidence_start,
                   labels.evidence_start,
                   labels.evidence_end,
                   {{EntityType::address, "240.0.8.11", "source"}}});
  found.push_back({"tocsin-mail-theft",
                   Level::high,
                   labels.evidence_end,
                   labels.evidence_start,
                   labels.evidence_end,
                   {{EntityType::mailbox, labels.truth.taken[0].mailbox, "mailbox"}}});
  judged = score(labels, found);
  ASSERT_TRUE(judged);
  EXPECT_NEAR(*judged->recall, 0.5, 0.1);
  EXPECT_LT(*judged->precision, 1.0);
  EXPECT_EQ(judged->innocent_sources, 1U);
  EXPECT_EQ(judged->wrongly_entered, 1U);
  EXPECT_EQ(judged->campaigns_false, 1U);
  EXPECT_NEAR(judged->false_campaigns, 1 * 30.0 / 3 * 1000 / 30, 1e-9);
  EXPECT_EQ(judged->mailboxes_found, 1U);
  EXPECT_EQ(judged->mailboxes_in_time, 0U);

  EXPECT_EQ(score(labels, {})->recall, 0.0);
  EXPECT_FALSE(score(labels, {})->precision);
  EXPECT_NE(score(labels, {})->json().find(R"("alarm_minutes":null)"), std::string::npos);
  Labels other = labels;
  ++other.truth.tries;
  EXPECT_FALSE(score(other, found)) << "labels that this program doesn't play must be refused";
}

}  // namespace
}  // namespace tocsin::rehearse
