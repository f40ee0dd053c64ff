#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "detect/site.h"
#include "detect/stream.h"
#include "detect/table.h"

namespace tocsin::detect {
namespace {

constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86400;

bool has(const Found& found, EntityType type, std::string_view value, std::string_view role) {
  return std::ranges::any_of(found.statement.entities,
                             [&](const Entity& e) { return e.type == type && e.value == value && e.role == role; });
}

// People who log in from the office and from home each day; user7@example.org and so on.
void population(Stream& stream, int users, int days) {
  for (int day = 0; day < days; ++day)
    for (int user = 0; user < users; ++user) {
      const std::string name = fmt::format("user{}@example.org", user);
      stream.login(day * kDay + 8 * kHour + user * 7, name, "192.0.2.1");
      stream.login(day * kDay + 19 * kHour + user * 11, name, fmt::format("10.{}.{}.9", 1 + user / 200, user % 200));
    }
}
// One try an hour and account, each from another address and network.
void campaign(Stream& stream, int first_day, int days, int targets) {
  for (int day = first_day, n = 0; day < first_day + days; ++day)
    for (int hour = 0; hour < 24; hour += 6)
      for (int target = 0; target < targets; ++target, ++n)
        stream.failure(day * kDay + hour * kHour + target * 170, fmt::format("user{}@example.org", target),
                       fmt::format("{}.{}.7.{}", 100 + n % 37, n * 13 % 200, 1 + n % 5));
}

TEST(Table, ForgetsTheHalfLongestUntouched) {
  Table<int> table(1000);
  for (std::uint64_t i = 1; i <= 1000; ++i) table.touch(mix(i, 0), static_cast<std::int64_t>(i)) = static_cast<int>(i);
  EXPECT_EQ(table.size(), 1000U);
  table.touch(mix(1001, 0), 1001) = 1001;
  EXPECT_LE(table.size(), 760U);
  EXPECT_EQ(table.find(mix(1, 0)), nullptr);
  ASSERT_NE(table.find(mix(1000, 0)), nullptr);
  EXPECT_EQ(*table.find(mix(1000, 0)), 1000);
  for (std::uint64_t i = 600; i <= 700; ++i) EXPECT_TRUE(table.erase(mix(i, 0)));
  for (std::uint64_t i = 701; i <= 1001; ++i) EXPECT_NE(table.find(mix(i, 0)), nullptr) << i;
}

TEST(Site, WritesOfOneAccountAreOneAccount) {
  Site site(prefix_networks(), std::size_t{8} << 20);
  Stream stream;
  const auto key = [&](std::string_view user, bool success) {
    Activity& a = stream.login(0, user, "192.0.2.1", success);
    Sighting seen = site.look(a, 0, a.time.seconds);
    if (success) site.learn(seen);
    return seen.account;
  };
  const std::uint64_t anna = key("anna@example.org", true);
  EXPECT_EQ(key("ANNA@Example.ORG", false), anna);
  EXPECT_EQ(key("anna", false), anna);
  EXPECT_EQ(key("EXAMPLE\\Anna", true), anna);
  EXPECT_NE(key("anna@example.net", false), anna) << "another domain is another person";
  EXPECT_EQ(key("", false), 0U);
}

TEST(BruteForce, SixFailuresOfOneAddressStandWithoutAnyHistory) {
  Stream stream;
  for (int i = 0; i < 6; ++i) stream.failure(i * 5, "root", "203.0.113.9");
  const auto found = stream.run_for("tocsin-brute-force-source");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(has(found[0], EntityType::address, "203.0.113.9", "source"));
  EXPECT_TRUE(has(found[0], EntityType::account, "root", "target"));
  EXPECT_EQ(found[0].statement.alarm, 4U);
  EXPECT_EQ(found[0].statement.count, 6U);
}

TEST(BruteForce, FewOrSlowFailuresAreNone) {
  Stream stream;
  for (int i = 0; i < 4; ++i) stream.failure(i * 5, "root", "203.0.113.9");
  for (int i = 0; i < 40; ++i) stream.failure(i * 10 * kMinute, "anna", "203.0.113.10");
  EXPECT_TRUE(stream.run().empty());
}

TEST(BruteForce, OnOneAccountFromManyAddresses) {
  Stream stream;
  population(stream, 10, 3);
  for (int i = 0; i < 300; ++i)
    stream.failure(3 * kDay + i * 11, "user3@example.org", fmt::format("198.51.{}.4", i % 200));
  stream.login(3 * kDay + kHour, "user3@example.org", "198.51.7.4");
  const auto found = stream.run_for("tocsin-brute-force-account");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].statement.level, Level::critical);
  EXPECT_TRUE(has(found[0], EntityType::account, "user3@example.org", "entered"));
}

TEST(NoAttack, PeopleAndTheirDevices) {
  Stream stream;
  population(stream, 120, 12);
  // A phone with an old password, all night long, at home and at the office.
  for (int i = 0; i < 200; ++i) stream.failure(6 * kDay + 20 * kHour + i * 150, "user4@example.org", "10.1.4.9");
  for (int i = 0; i < 100; ++i) stream.failure(7 * kDay + 9 * kHour + i * 120, "user4@example.org", "192.0.2.1");
  // A service account that has failed every minute for ever, and worked once.
  stream.login(0, "svc-backup", "10.200.0.5");
  for (int i = 0; i < 12 * 24 * 6; ++i) stream.failure(kHour + i * 10 * kMinute, "svc-backup", "10.200.0.5");
  // Monday morning behind the office's one address: everybody mistypes.
  for (int user = 0; user < 120; ++user)
    stream.failure(7 * kDay + 8 * kHour - 200 + user, fmt::format("user{}@example.org", user), "192.0.2.1");
  // A person who forgets the password and then remembers.
  for (int i = 0; i < 7; ++i) stream.failure(8 * kDay + 15 * kHour + i * 20, "user9@example.org", "203.0.113.77");
  stream.login(8 * kDay + 15 * kHour + 300, "user9@example.org", "203.0.113.77");
  // The directory is down: everybody fails where they always are.
  for (int user = 0; user < 120; ++user)
    for (int i = 0; i < 4; ++i)
      stream.failure(9 * kDay + 10 * kHour + user * 5 + i * 700, fmt::format("user{}@example.org", user),
                     fmt::format("10.{}.{}.9", 1 + user / 200, user % 200), LoginReason::unavailable);
  // The office's way out moves: all come from another network, some mistype first.
  for (int user = 0; user < 120; ++user) {
    if (user % 6 == 0)
      stream.failure(10 * kDay + 8 * kHour + user * 20 - 9, fmt::format("user{}@example.org", user), "198.51.100.1");
    stream.login(10 * kDay + 8 * kHour + user * 20, fmt::format("user{}@example.org", user), "198.51.100.1");
  }
  for (const Found& found : stream.run()) ADD_FAILURE() << found.spec->id << ": " << found.statement.title;
}

TEST(Campaign, IsOneFindingWithAllMembersAndItsTakeovers) {
  Stream stream;
  population(stream, 120, 14);
  campaign(stream, 8, 4, 40);
  stream.failure(10 * kDay + 3 * kHour, "user5@example.org", "203.0.113.200");
  stream.failure(10 * kDay + 4 * kHour, "user6@example.org", "203.0.113.200");
  stream.login(10 * kDay + 5 * kHour, "user7@example.org", "203.0.113.200");
  const auto found = stream.run();
  const auto is = [&](std::string_view id) {
    return std::ranges::count(found, id, [](const Found& f) { return f.spec->id; });
  };
  ASSERT_EQ(is("tocsin-password-spray-campaign"), 1);
  ASSERT_EQ(is("tocsin-account-takeover"), 1);
  const Found& all =
      *std::ranges::find(found, "tocsin-password-spray-campaign", [](const Found& f) { return f.spec->id; });
  EXPECT_EQ(all.statement.level, Level::critical);
  EXPECT_TRUE(has(all, EntityType::account, "user7@example.org", "entered"));
  std::set<std::string> targets, sources;
  for (const Entity& entity : all.statement.entities) {
    if (entity.role == "target") targets.insert(entity.value);
    if (entity.role == "source") sources.insert(entity.value);
  }
  EXPECT_EQ(targets.size(), 40U);
  EXPECT_GE(sources.size(), 400U);
  EXPECT_FALSE(sources.contains("192.0.2.1"));
  EXPECT_LE(all.statement.time.seconds - (Stream::kStart + 8 * kDay), 2 * kHour);
  EXPECT_EQ(all.statement.first.seconds, Stream::kStart + 8 * kDay);
  const Found& entry = *std::ranges::find(found, "tocsin-account-takeover", [](const Found& f) { return f.spec->id; });
  EXPECT_EQ(entry.statement.time.seconds, Stream::kStart + 10 * kDay + 5 * kHour) << "flagged at the event";
}

TEST(Campaign, FloodingTheTablesDoesNotHideIt) {
  Stream stream;
  population(stream, 120, 12);
  campaign(stream, 8, 3, 40);
  for (int i = 0; i < 60000; ++i)
    stream.failure(5 * kDay + i * 8, fmt::format("junk{}", i),
                   fmt::format("{}.{}.{}.9", 20 + i % 60, i / 250 % 250, i % 250), LoginReason::unknown_user);
  const auto found = stream.run(std::size_t{8} << 20);
  EXPECT_EQ(std::ranges::count(found, "tocsin-password-spray-campaign", [](const Found& f) { return f.spec->id; }), 1);
}

TEST(Spray, FromOneSourceAndEnumeration) {
  Stream stream;
  for (int i = 0; i < 12; ++i)
    stream.failure(i * 30, fmt::format("name{}", i), "203.0.113.9", LoginReason::unknown_user);
  EXPECT_EQ(stream.run_for("tocsin-password-spray-source").size(), 1U);
  const auto found = stream.run_for("tocsin-user-enumeration");
  ASSERT_EQ(found.size(), 1U);
  for (const Entity& entity : found[0].statement.entities)
    EXPECT_NE(entity.type, EntityType::account) << "a name that nobody has may be a mistyped password";
}

TEST(Stuffing, EachNameOnceAndMostUnknown) {
  Stream stream;
  population(stream, 30, 3);
  for (int i = 0; i < 60; ++i)
    stream.failure(2 * kDay + kHour + i * 20,
                   i % 4 ? fmt::format("stranger{}@example.net", i) : fmt::format("user{}@example.org", i / 4),
                   "203.0.113.9");
  EXPECT_EQ(stream.run_for("tocsin-credential-stuffing").size(), 1U);
}

TEST(Mfa, RequestsUntilOneIsGranted) {
  Stream stream;
  for (int i = 0; i < 8; ++i) stream.failure(i * 40, "anna@example.org", "203.0.113.9", LoginReason::mfa_denied);
  stream.login(500, "anna@example.org", "203.0.113.9");
  const auto found = stream.run_for("tocsin-mfa-fatigue");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].statement.level, Level::critical);
}

TEST(Mail, TakenByANewClientFromANewNetworkBeforeTheFiftiethMessage) {
  Stream stream;
  population(stream, 30, 12);
  for (int day = 0; day < 12; ++day)
    for (int i = 0; i < 20; ++i)
      stream.mail(day * kDay + 9 * kHour + i * 600, "user3@example.org", "192.0.2.1", "Desk Client 5", 4);
  stream.login(9 * kDay + 2 * kHour, "user3@example.org", "203.0.113.9");
  const std::int64_t start = 9 * kDay + 2 * kHour + 60;
  for (int i = 0; i < 100; ++i) stream.mail(start + i * 30, "user3@example.org", "203.0.113.9", "Strange/1", 2);
  const auto found = stream.run_for("tocsin-mail-theft");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(has(found[0], EntityType::mailbox, "user3@example.org", "mailbox"));
  EXPECT_LT(found[0].statement.time.seconds, Stream::kStart + start + 25 * 30);
}

// The same provider, a protocol that names no client: the pace alone tells.
TEST(Mail, TakenOverAProviderOfItsOwnIsToldByItsPace) {
  Stream stream;
  population(stream, 30, 12);
  for (const char* user : {"user3@example.org", "user8@example.org"})
    for (int day = 0; day < 9; ++day)
      for (int i = 0; i < 20; ++i)
        stream.mail(day * kDay + 9 * kHour + i * 900, user, "203.0.113.5", "imap", 1 + i % 5, "fetch");
  const std::int64_t start = 9 * kDay + 2 * kHour;
  for (int i = 0; i < 40; ++i) stream.mail(start + i * 40, "user3@example.org", "203.0.7.9", "imap", 5, "fetch");
  for (int i = 0; i < 40; ++i)
    stream.mail(start + i * 900, "user8@example.org", "203.0.8.9", "imap", 1 + i % 5, "fetch");
  const auto found = stream.run_for("tocsin-mail-theft");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(has(found[0], EntityType::mailbox, "user3@example.org", "mailbox"));
  EXPECT_EQ(found[0].statement.level, Level::medium);
  EXPECT_LT(found[0].statement.time.seconds, Stream::kStart + start + 10 * 40);
}

TEST(Mail, ForwardingFromANewNetworkIsSaidAtOnceAndATravellersMailIsNot) {
  Stream stream;
  population(stream, 30, 12);
  stream.login(9 * kDay, "user3@example.org", "203.0.113.9");
  stream.change(9 * kDay + 60, "user3@example.org", "203.0.113.9", "forwarding");
  for (int day = 0; day < 9; ++day)
    for (int i = 0; i < 20; ++i)
      stream.mail(day * kDay + 9 * kHour + i * 600, "user8@example.org", "192.0.2.1", "Desk Client 5", 4);
  stream.login(9 * kDay + kHour, "user8@example.org", "198.51.100.9");
  for (int i = 0; i < 20; ++i)
    stream.mail(9 * kDay + 2 * kHour + i * 300, "user8@example.org", "198.51.100.9", "Desk Client 5", 4);
  const auto found = stream.run_for("tocsin-mail-theft");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(has(found[0], EntityType::account, "user3@example.org", "target"));
  // Nothing of the mail was seen read, so nothing says that it was taken.
  EXPECT_EQ(found[0].statement.techniques, std::vector<std::string>{"T1114.003"});
  EXPECT_NE(found[0].statement.detail.find("No reading of its mail is in the evidence"), std::string::npos);
}

TEST(Forgery, NamesThatPretendAndLinesWithTwoReadings) {
  Stream stream;
  stream.failure(0, "root from 198.51.100.1 port 22 ssh2", "203.0.113.9");
  stream.failure(10, "anna rip=198.51.100.2", "203.0.113.9").login.source_grade = Provenance::ambiguous;
  stream.failure(20, "Anna Maria Berg", "192.0.2.7");
  const auto found = stream.run_for("tocsin-log-forgery");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].statement.count, 2U);
  EXPECT_TRUE(has(found[0], EntityType::address, "203.0.113.9", "source"));
  EXPECT_FALSE(has(found[0], EntityType::address, "198.51.100.1", "source"));
}

TEST(Detectors, SaySomethingOfThemselves) {
  std::set<std::string_view> ids;
  for (const DetectorSpec* spec : all_detectors()) {
    EXPECT_TRUE(ids.insert(spec->id).second) << spec->id;
    EXPECT_FALSE(spec->title.empty() || spec->memory.empty() || spec->techniques.empty() || spec->wants.empty());
    for (const Parameter& parameter : spec->parameters) EXPECT_FALSE(parameter.unit.empty()) << parameter.name;
  }
}

}  // namespace
}  // namespace tocsin::detect
