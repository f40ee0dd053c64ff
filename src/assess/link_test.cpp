#include "assess/link.h"

#include <gtest/gtest.h>

#include "assess/campaign.h"

namespace tocsin::assess {
namespace {

using casefile::Act;
using casefile::ActKind;
using casefile::Incident;

Time day(int number) { return Time{1'500'000'000 + std::int64_t{86400} * number, 0, 0}; }

TEST(Linker, AnAddressAndItsNetworkAreOneSide) {
  Linker linker(nullptr);
  for (int i = 0; i < 2; ++i) {
    linker.add_item();
    linker.see_indicator("198.51.100.7", day(i));
  }
  const auto links = linker.links(-100);
  ASSERT_EQ(links.size(), 1u);
  EXPECT_EQ(links[0].sides, 1u);
  EXPECT_FALSE(links[0].joins());
  EXPECT_EQ(links[0].shared[0].kind, TieKind::address);
}

TEST(Linker, AHostAndItsDomainAreOneSideAndAnAddressAnother) {
  Linker linker(nullptr);
  for (int i = 0; i < 2; ++i) {
    linker.add_item();
    linker.see_indicator("https://mail.bad-name.org/login.php", day(i), false);
    linker.see_indicator("bad-name.org", day(i), false);
    linker.see_indicator("198.51.100.7:4444", day(i), false);
  }
  const auto links = linker.links(-100);
  ASSERT_EQ(links.size(), 1u);
  EXPECT_EQ(links[0].sides, 2u);  // the name with its path, the address
  EXPECT_TRUE(links[0].joins());
}

TEST(Linker, WhatIsSharedByManyOrListedTiesNothing) {
  indicators::WarningLists lists;
  lists.add_names("resolvers", "192.0.2.53\npopular.org", indicators::ListKind::shared);
  lists.add_names("dyn", "dyn.org", indicators::ListKind::zone);
  lists.finish();
  Linker linker(&lists);
  for (int i = 0; i < 100; ++i) {
    linker.add_item();
    if (i < 2) linker.see_indicator("192.0.2.53");
    if (i < 2) linker.see_indicator("www.popular.org");
    linker.see_indicator(i % 2 == 0 ? "anna.dyn.org" : "bert.dyn.org");
    linker.see_indicator("203.0.113.9");
  }
  EXPECT_EQ(linker.demoted("192.0.2.53"), "resolvers");
  EXPECT_EQ(linker.demoted("www.popular.org"), "resolvers");
  EXPECT_EQ(linker.demoted("10.0.0.1"), "private address");
  std::size_t many = 0;
  for (const ItemLink& link : linker.links(-100)) {
    EXPECT_EQ(link.a % 2, link.b % 2);
    for (const SharedThing& one : link.shared)
      if (one.value == "203.0.113.9") many += one.demoted && one.weight == 0 && one.note == "held by 99 others";
  }
  EXPECT_GT(many, 0u);
  EXPECT_GT(linker.capped(), 0u);
}

TEST(Linker, AnAddressSeenYearsApartTellsLess) {
  const auto weight = [](int days) {
    Linker linker(nullptr);
    for (int i = 0; i < 2; ++i) {
      linker.add_item();
      linker.see_indicator("198.51.100.7", day(i * days), false);
    }
    return linker.links(-100)[0].weight;
  };
  EXPECT_GT(weight(1), weight(500) + 0.5);
  EXPECT_GT(weight(500), weight(2000));
}

TEST(Linker, WhatWeighsLittleSaysWhy) {
  indicators::WarningLists lists;
  lists.add_names("resolvers", "192.0.2.53", indicators::ListKind::shared);
  lists.finish();
  Linker linker(&lists);
  for (int i = 0; i < 2; ++i) {
    linker.add_item();
    linker.see_indicator("192.0.2.53", day(i), false);
    linker.see_indicator("198.51.100.7", day(i * 2000), false);
    linker.see_indicator("bad-name.org", day(i), false);
  }
  const auto links = linker.links(-100);
  ASSERT_EQ(links.size(), 1u);
  const auto of = [&](std::string_view value, TieKind kind) {
    for (const SharedThing& one : links[0].shared)
      if (one.value == value && one.kind == kind) return one;
    return SharedThing{};
  };
  const SharedThing listed = of("192.0.2.53", TieKind::address), old = of("198.51.100.7", TieKind::address);
  EXPECT_TRUE(listed.demoted);
  EXPECT_EQ(listed.weight, 0);
  EXPECT_EQ(listed.note, "on the warning list resolvers");
  EXPECT_FALSE(old.demoted);
  EXPECT_EQ(old.note, "2000 days between the sightings");
  EXPECT_LT(old.weight, 0.1 * spec(TieKind::address).first);
  EXPECT_EQ(of("bad-name.org", TieKind::host).note, "");
  EXPECT_EQ(links[0].sides, 2u);  // the listed address is none
}

// Each kind's half-life and degree cap, through the same pair of items.
TEST(Linker, EachKindAgesAndHasItsCap) {
  for (std::size_t number = 0; number < kKindCount; ++number) {
    const auto kind = static_cast<TieKind>(number);
    if (kind == TieKind::word || kind == TieKind::port) continue;  // make no pair by themselves
    const KindSpec& of = spec(kind);
    const auto weight = [&](int days) {
      Linker linker(nullptr);
      for (int i = 0; i < 2; ++i) {
        linker.add_item();
        linker.see(kind, "one-thing", day(i * days));
      }
      return linker.links(-100)[0].shared[0].weight;
    };
    if (of.half_life_days > 0) {
      EXPECT_NEAR(weight(static_cast<int>(of.half_life_days)), weight(0) / 2, 1e-3) << of.name;
    } else {
      EXPECT_EQ(weight(3000), weight(0)) << of.name;
    }
    const auto links = [&](std::uint32_t holders) {
      Linker linker(nullptr);
      for (std::uint32_t i = 0; i < holders; ++i) {
        linker.add_item();
        linker.see(kind, "one-thing");
      }
      return linker.links(-100).size();
    };
    if (of.degree_max > 100) continue;
    EXPECT_EQ(links(of.degree_max), std::size_t{of.degree_max} * (of.degree_max - 1) / 2) << of.name;
    EXPECT_EQ(links(of.degree_max + 1), 0u) << of.name;
  }
}

TEST(Linker, WhatStrangersShareTellsLittle) {
  const auto weight = [](bool friends) {
    Linker linker(nullptr);
    for (int i = 0; i < 6; ++i) {
      linker.add_item();
      linker.see_indicator("web" + std::to_string(i) + ".rented-name.org", Time::none(), false);
      if (i == 0) linker.see_indicator("rented-name.org", Time::none(), false);
      if (friends) linker.see_indicator("198.51.100.7", Time::none(), false);
    }
    double out = 0;
    for (const ItemLink& link : linker.links(-100))
      for (const SharedThing& one : link.shared)
        if (link.a == 0 && link.b == 1 && one.kind == TieKind::domain) out = link.weight;
    return out;
  };
  EXPECT_GT(weight(true), weight(false) + spec(TieKind::address).first);
}

TEST(Linker, ANameThatAProviderMakesTiesByItselfOnly) {
  Linker linker(nullptr);
  for (const char* name : {"vmi1234567.rents-machines.org", "vmi7654321.rents-machines.org"}) {
    linker.add_item();
    linker.see_indicator(name);
  }
  for (int i = 0; i < 2; ++i) {
    linker.add_item();
    linker.see_indicator("192-0-2-7.rents-machines.org");
  }
  const auto links = linker.links(-100);
  ASSERT_EQ(links.size(), 1u);
  EXPECT_EQ(links[0].a, 2u);
  EXPECT_EQ(links[0].shared[0].kind, TieKind::host);
}

TEST(Linker, OneUrlIsOneSide) {
  Linker linker(nullptr);
  for (int i = 0; i < 2; ++i) {
    linker.add_item();
    linker.see_indicator("http://198.51.100.7/unusual/gate.php", day(i), false);
  }
  EXPECT_EQ(linker.links(-100)[0].sides, 1u);
  Linker moved(nullptr);
  for (const char* url : {"http://198.51.100.7/unusual/gate.php", "http://203.0.113.9/unusual/gate.php"}) {
    moved.add_item();
    moved.see_indicator(url, day(0), false);
    moved.see_indicator("bad-name.org", day(0), false);
  }
  EXPECT_EQ(moved.links(-100)[0].sides, 2u);
}

Incident incident(const std::string& id, int when, std::vector<std::string> addresses,
                  std::vector<std::string> domains) {
  Incident one;
  one.id = "incident-" + id;
  one.defining = id;
  one.title = id;
  one.severity = Level::high;
  one.first = one.last = day(when);
  for (const std::string& value : addresses)
    one.entities.push_back({EntityType::address, value, "source", false, "", 1, day(when), day(when)});
  for (const std::string& value : domains)
    one.entities.push_back({EntityType::domain, value, "target", false, "", 1, day(when), day(when)});
  return one;
}

std::vector<Incident> chain() {
  // a and b share two things, b and c one.
  return {incident("a", 0, {"198.51.100.7"}, {"bad-name.org"}),
          incident("b", 20, {"198.51.100.7", "203.0.113.9"}, {"bad-name.org"}),
          incident("c", 40, {"203.0.113.9"}, {"other-name.org"})};
}

TEST(Campaigns, TwoSidesJoinAndOneDoesNot) {
  const CampaignSet made = make_campaigns(chain(), nullptr, {}, {});
  ASSERT_EQ(made.campaigns.size(), 1u);
  EXPECT_EQ(made.campaigns[0].incidents, (std::vector<std::string>{"incident-a", "incident-b"}));
  ASSERT_EQ(made.links.size(), 2u);
  EXPECT_TRUE(made.links[0].joins);
  EXPECT_FALSE(made.links[1].joins);
}

TEST(Campaigns, PeopleGoBeforeLinksInBothDirectionsAndIdsStay) {
  const auto incidents = chain();
  const CampaignSet before = make_campaigns(incidents, nullptr, {}, {});
  Act act;
  act.number = 1;
  act.author = "Ann";
  act.reason = "the same key";
  act.kind = ActKind::link;
  act.subjects = {"incident-b", "incident-c"};
  const CampaignSet linked = make_campaigns(incidents, nullptr, before.campaigns, std::span(&act, 1));
  ASSERT_EQ(linked.campaigns.size(), 1u);
  EXPECT_EQ(linked.campaigns[0].incidents.size(), 3u);
  EXPECT_EQ(linked.campaigns[0].id, before.campaigns[0].id);
  act.kind = ActKind::unlink;
  act.subjects = {"incident-a", "incident-b"};
  EXPECT_TRUE(make_campaigns(incidents, nullptr, before.campaigns, std::span(&act, 1)).campaigns.empty());
  act.undone = true;
  const CampaignSet again = make_campaigns(incidents, nullptr, before.campaigns, std::span(&act, 1));
  ASSERT_EQ(again.campaigns.size(), 1u);
  EXPECT_EQ(to_json(again.campaigns[0]), to_json(before.campaigns[0]));
}

TEST(Campaigns, OnePairDoesNotGlueTwoGroups) {
  std::vector<ItemLink> links;
  const auto join = [&](std::uint32_t a, std::uint32_t b) {
    ItemLink link;
    link.a = a;
    link.b = b;
    link.weight = 5;
    link.sides = 2;
    links.push_back(link);
  };
  for (const std::uint32_t base : {0u, 4u})
    for (std::uint32_t i = 0; i < 4; ++i)
      for (std::uint32_t j = i + 1; j < 4; ++j) join(base + i, base + j);
  join(3, 4);
  const auto groups = close_groups(8, links);
  EXPECT_EQ(groups[0], groups[3]);
  EXPECT_EQ(groups[4], groups[7]);
  EXPECT_NE(groups[0], groups[4]);
}

}  // namespace
}  // namespace tocsin::assess
