#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "decoys/guard.h"
#include "decoys/host.h"
#include "decoys/input.h"
#include "decoys/likely.h"
#include "decoys/share.h"

namespace tocsin::decoys {
namespace {

const Share& share() {
  static const Share loaded = [] {
    auto made = load_share();
    EXPECT_TRUE(made) << made.error().text();
    return std::move(*made);
  }();
  return loaded;
}

Guard guard_of(std::string_view protect, std::string_view allow = "") {
  Lists lists;
  read_list(protect, "protect", true, lists);
  read_list(allow, "allow", false, lists);
  EXPECT_TRUE(lists.refused.empty());
  return Guard::build(lists, share().lexicon, PublicSuffixes::system()).value();
}

struct Said {
  Guard::Seen seen;
  Level level = Level::informational;
  double score = 0;
  Explanation why;
  bool has(std::string_view trick) const { return std::ranges::find(why.tricks, trick) != why.tricks.end(); }
};

Said ask(const Guard& guard, std::string_view name) {
  Guard::Scratch scratch;
  Sight sight;
  Said out;
  out.seen = guard.look(name, scratch, sight);
  if (out.seen != Guard::Seen::sight) return out;
  out.level = sight.level;
  out.score = sight.score;
  out.why = guard.explain(sight, scratch);
  return out;
}

std::string text_of(const Spelling& s) { return std::string(s.text()); }

TEST(Spelling, NamesInAllForms) {
  Spelling s;
  ASSERT_TRUE(spell("WWW.Example.ORG.", s));
  EXPECT_EQ(s.name(), "www.example.org");
  EXPECT_EQ(s.labels, 3);
  EXPECT_EQ(s.label(1), "example");
  ASSERT_TRUE(spell("*.example.org", s));
  EXPECT_EQ(s.name(), "example.org");
  for (const char* none : {"", ".", "org", "a..b", "192.0.2.1", "a b.org", "-", "exa\x01mple.org", "*.", "a.b.7"})
    EXPECT_FALSE(spell(none, s)) << none;
  EXPECT_FALSE(spell(std::string(64, 'a') + ".org", s));
  std::string longest;
  for (int i = 0; i < 4; ++i) longest += std::string(62, 'a') + ".";
  EXPECT_TRUE(spell(longest + "a", s));
  EXPECT_FALSE(spell(longest + "ab", s));
}

TEST(Spelling, OtherScriptsInBothForms) {
  Spelling a, b;
  ASSERT_TRUE(spell("аpple.com", a));  // Cyrillic а
  ASSERT_TRUE(spell("xn--pple-43d.com", b));
  EXPECT_EQ(a.name(), "xn--pple-43d.com");
  EXPECT_EQ(a.name(), b.name());
  EXPECT_EQ(text_of(a), "apple.com");
  EXPECT_EQ(text_of(b), "apple.com");
  EXPECT_TRUE(a.idn);
  EXPECT_EQ(a.foreign[0], 1);
  EXPECT_EQ(a.foreign[1], 0);
  ASSERT_TRUE(spell("xn--80ak6aa92e.com", a));  // all Cyrillic
  EXPECT_EQ(text_of(a), "apple.com");
  ASSERT_TRUE(spell("göögle.com", a));
  EXPECT_EQ(text_of(a), "google.com");
  // What is no punycode stays what it is.
  ASSERT_TRUE(spell("xn--\x30.com", a));
  ASSERT_TRUE(spell("xn--zzzzzzzzzz99999.com", a));
}

TEST(Spelling, ChangesCostWhatTheyLookLike) {
  EXPECT_EQ(distance("example", "example").cost, 0);
  EXPECT_LT(distance("example", "exarnple").cost, .3f);
  EXPECT_TRUE(distance("example", "exarnple").alike);
  EXPECT_LT(distance("world", "vvorld").cost, .5f);
  EXPECT_LT(distance("google", "g00gle").cost, distance("google", "gaagle").cost);
  EXPECT_FALSE(distance("example", "exzmple").alike);
  EXPECT_LT(distance("example", "exmaple").cost, 1);
  std::string telling;
  distance("example", "exarnp1e", &telling);
  EXPECT_EQ(telling, "‘rn’ stands for ‘m’, ‘1’ stands for ‘l’");
}

TEST(Host, OfWhatPeopleWriteDown) {
  EXPECT_EQ(host_of("https://user:pw@www.example.org:8443/a?b#c"), "www.example.org");
  EXPECT_EQ(host_of("a.b@example.org"), "example.org");
  EXPECT_EQ(host_of("mailto:a@example.org"), "example.org");
  EXPECT_EQ(host_of("*.example.org."), "example.org");
  EXPECT_EQ(host_of("example.org:443"), "example.org");
  EXPECT_EQ(host_of("192.0.2.1"), "");
  EXPECT_EQ(host_of("[2001:db8::1]"), "");
  EXPECT_EQ(host_of("example"), "");
}

// One line a trick; the names are nobody's that we know of.
TEST(Guard, EachTrickIsFoundAndNamed) {
  const Guard guard = guard_of(
      "kalmoria-parliament.org\nkalmoria.gov\nnordvik.no\nmfa.gov.ua\nzilvera.com\nkalmor.net\nsvt7.se\nhexagonia."
      "com\n");
  struct Case {
    const char *name, *imitates, *trick;
    Level least = Level::medium;
  };
  const Case cases[] = {
      {"nordvik-login.no", "nordvik.no", "combo"},
      {"webmail-nordvik.com", "nordvik.no", "combo"},
      {"nordvikmail.no", "nordvik.no", "combo"},
      {"account.zilvera-support.com", "zilvera.com", "combo"},
      {"nordv1k.no", "nordvik.no", "homoglyph"},
      {"zi1vera.com", "zilvera.com", "homoglyph"},
      {"hexaqonia.com", "hexagonia.com", "homoglyph"},
      {"kalrnoria.gov.site", "kalmoria.gov", "homoglyph"},
      {"xn--nordvk-7va.no", "nordvik.no", "idn"},
      {"zilvéra.com", "zilvera.com", "idn"},
      {"hexagnia.com", "hexagonia.com", "typo"},
      {"zilevra.com", "zilvera.com", "swap"},
      {"hexa-gonia.com", "hexagonia.com", "dash"},
      {"kalmoriaparliament.org", "kalmoria-parliament.org", "dash"},
      {"zilvera.support", "zilvera.com", "suffix"},
      {"mfa-gov-ua.com", "mfa.gov.ua", "full-name"},
      {"login.zilvera.com.a81f.xyz", "zilvera.com", "full-name"},
      {"login.zilvera.com.a81f.xyz", "zilvera.com", "subdomain"},
      {"zilvera-login.000webhostapp.com", "zilvera.com", "free-hosting"},
      {"mail.mfa.g0v.ua", "mfa.gov.ua", "homoglyph"},
      {"mfaukraine.com", "mfa.gov.ua", "combo", Level::low},
      {"nordvik-zilvera.com", "zilvera.com", "second-brand"},
      {"zilvera-loqin.com", "zilvera.com", "combo"},
  };
  for (const Case& one : cases) {
    const Said said = ask(guard, one.name);
    ASSERT_EQ(said.seen, Guard::Seen::sight) << one.name;
    EXPECT_GE(said.level, one.least) << one.name << " " << said.score << " " << said.why.reason;
    if (std::string_view(one.trick) != "second-brand") {
      EXPECT_EQ(said.why.imitates, one.imitates) << one.name;
    }
    EXPECT_TRUE(said.has(one.trick)) << one.name << ": " << said.why.reason;
    EXPECT_FALSE(said.why.reason.empty());
  }
}

TEST(Guard, HonestNamesAreLeftAlone) {
  const Guard guard = guard_of("saic.com\napple.com\nvice.com\nintel.com\nut.ee\nmil.am\nlive.com\ngov.ua\n");
  for (const char* name : {"mosaic.com", "pineapple.com", "service-online.com", "intelligence.org", "utility.net",
                           "milk.am", "oliverstore.com", "deliver.net", "advice-centre.co.uk", "family.com",
                           "example.org", "applejuice.co.uk", "delivery.live"}) {
    const Said said = ask(guard, name);
    EXPECT_TRUE(said.seen != Guard::Seen::sight || said.level < Level::medium)
        << name << " " << said.score << " " << said.why.reason;
  }
}

TEST(Guard, OwnersAreAllowed) {
  const Guard guard =
      guard_of("mail.zilvera.com\nmfa.gov.ua\n",
               "zilvera-cdn.net # ours\nzilvera.com: zilvera.* zilverapay.com\nother.org: zilvera-login.com\n");
  for (const char* name : {"zilvera.com", "www.zilvera.com", "zilvera-cdn.net", "a.zilvera-cdn.net", "zilvera.de",
                           "x.zilvera.co.uk", "zilverapay.com", "www.mfa.gov.ua"})
    EXPECT_EQ(ask(guard, name).seen, Guard::Seen::owned) << name;
  // A wildcard is about registries that somebody asks; and about the label, not what looks like it.
  EXPECT_EQ(ask(guard, "zilvera.tk").seen, Guard::Seen::sight);
  EXPECT_EQ(ask(guard, "zilvéra.de").seen, Guard::Seen::sight);
  EXPECT_EQ(ask(guard, "zilvera-login.com").seen, Guard::Seen::sight);  // another owner's line
  EXPECT_EQ(ask(guard, "zilvera.com.evil.org").seen, Guard::Seen::sight);
}

TEST(Guard, TheSameAnswerWhateverWasAskedBefore) {
  const Guard guard = guard_of("zilvera.com\nnordvik.no\n");
  Guard::Scratch reused;
  Sight sight;
  for (const char* name :
       {"zilvéra.com", "nordvik-login.com", "xn--nordvk-7va.no", "a.b.c.d.e.zilvera.com.x.org", "plain.org"}) {
    const auto seen = guard.look(name, reused, sight);
    const Said fresh = ask(guard, name);
    EXPECT_EQ(seen, fresh.seen) << name;
    if (seen == Guard::Seen::sight) {
      EXPECT_EQ(sight.score, fresh.score) << name;
    }
  }
}

TEST(Guard, AnotherGuardBeginsAnew) {
  Guard::Scratch scratch;
  Sight sight;
  for (const char* label : {"zilvera", "zilvora", "nordvik", "zilvera"}) {
    const Guard guard = guard_of(std::string(label) + ".com\n");
    ASSERT_EQ(guard.look(std::string("login-") + label + ".net", scratch, sight), Guard::Seen::sight);
    EXPECT_EQ(sight.place.distance.cost, 0) << label;
  }
}

TEST(Guard, WhatCannotBeProtectedIsAnError) {
  Lists lists;
  EXPECT_FALSE(Guard::build(lists, share().lexicon, PublicSuffixes::system()));
  read_list("not a name\nexample.org\n", "list", true, lists);
  EXPECT_EQ(lists.refused.size(), 1u);
  EXPECT_EQ(lists.refused[0], "list:1: 'not' is no name of a domain");
}

std::vector<std::string> names_in(std::string_view text, std::size_t step, std::uint64_t* bad = nullptr) {
  std::vector<std::string> out;
  NameReader reader(PublicSuffixes::system(), [&](std::string_view name, std::uint64_t line) {
    out.push_back(std::string(name) + " " + std::to_string(line));
  });
  for (std::size_t i = 0; i < text.size(); i += step) reader.feed(text.substr(i, step));
  reader.finish();
  if (bad) *bad = reader.bad();
  return out;
}

using Names = std::vector<std::string>;

TEST(Input, EveryFormatHoweverItIsCut) {
  struct Case {
    const char* text;
    Names names;
    std::uint64_t bad = 0;
  };
  const Case cases[] = {
      {"# list\na.example.org\n\n*.b.example.org\nhttps://c.example.org/x\nu@d.example.org\n??\n",
       {"a.example.org 2", "b.example.org 4", "c.example.org 5", "d.example.org 6"},
       1},
      {"id,domain,when\n1,a.example.org,2026\n2,\"b.example.org\",x\n", {"a.example.org 2", "b.example.org 3"}},
      {"1,a.example.org\n2,b.example.org\n", {"a.example.org 1", "b.example.org 2"}},
      {"{\"data\":{\"leaf_cert\":{\"all_domains\":[\"*.a.org\",\"b.org\"]},\"seen\":1}}\n{\"data\":{\"leaf_cert\":{"
       "\"all_domains\":[\"c.org\"]}}}\n",
       {"a.org 1", "b.org 1", "c.org 2"}},
      {"[{\"issuer_name\":\"C=US, O=X\",\"name_value\":\"a.org\\nb.org\"},\n{\"name_value\":\"c.org\"}]",
       {"a.org 1", "b.org 1", "c.org 2"}},
      {"{\"dns\":{\"type\":\"query\",\"rrname\":\"a\\u002eorg\",\"rrtype\":\"A\"}}\n", {"a.org 1"}},
      {"#separator "
       "\\x09\n#fields\tts\tuid\tquery\tanswers\n1.0\tCx\ta.example.org\tb.example.net,192.0.2.1\n2.0\tCy\t-\t-\n",
       {"a.example.org 3", "b.example.net 3"}},
      {"10-Jan-2026 10:00:00.000 client @0x7f 192.0.2.7#5353 (a.example.org): query: a.example.org IN A +E(0)K "
       "(192.0.2.53)\n",
       {"a.example.org 1"}},
      {"Jan 10 10:00:00 ns dnsmasq[7]: query[A] a.example.org from 192.0.2.7\n", {"a.example.org 1"}},
      {"$ORIGIN org.\n$TTL 3600\nexample IN NS ns1.example\n        IN MX 10 mail.host.net.\n@ SOA ns1 admin (1 2\n 3 "
       "4 5)\nwww.example 300 CNAME example ; comment\n",
       {"example.org 3", "ns1.example.org 3", "mail.host.net. 4", "www.example.org 7", "example.org 7"}},
      {"example.com.\t86400\tin\tns\tns1.example.net.\nother.com.\t86400\tin\tns\tns1.example.net.\n",
       {"example.com 1", "ns1.example.net 1", "other.com 2", "ns1.example.net 2"}},
      {"{\"broken\": \"no end\n{\"domain\":\"a.org\"}\n", {"a.org 2"}, 1},
      {"{\"a\":]}\nb.example.org\n", {"b.example.org 2"}, 2},
      {"\xef\xbb\xbf"
       "a.example.org\r\nb.example.org\r\n",
       {"a.example.org 1", "b.example.org 2"}},
  };
  for (const Case& one : cases) {
    Names wanted = one.names;
    for (std::string& name : wanted)
      if (const std::size_t dot = name.find(". "); dot != std::string::npos) name.erase(dot, 1);
    std::uint64_t bad = 0;
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{7}, std::size_t{1} << 20}) {
      EXPECT_EQ(names_in(one.text, step, &bad), wanted) << one.text << " by " << step;
      EXPECT_EQ(bad, one.bad) << one.text << " by " << step;
    }
  }
}

TEST(Input, HostileInputIsBounded) {
  std::uint64_t bad = 0;
  EXPECT_TRUE(names_in(std::string(1 << 20, 'a'), 4096, &bad).empty());
  EXPECT_GE(bad, 1u);
  EXPECT_TRUE(names_in(std::string(1 << 20, '['), 4096, &bad).empty());
  EXPECT_TRUE(names_in("{\"domain\":\"" + std::string(1 << 20, 'a') + "\"}", 4096, &bad).empty());
  EXPECT_GE(bad, 1u);
  EXPECT_TRUE(names_in("$ORIGIN a.\n( " + std::string(1 << 18, '\n'), 4096, &bad).empty());
  Guard guard = guard_of("zilvera.com\n");
  std::string many;
  for (int i = 0; i < 60; ++i) many += "zilvera.";
  EXPECT_NE(ask(guard, many + "com").seen, Guard::Seen::nothing);
  std::string dashes(63, '-');
  ask(guard, dashes + "." + dashes + "." + dashes + ".com");
}

TEST(Likely, RanksAndBounds) {
  const auto found = likely("stortinget.no", share().lexicon, PublicSuffixes::system(), 40).value();
  ASSERT_EQ(found.size(), 40u);
  EXPECT_TRUE(std::ranges::is_sorted(found, std::greater{}, &Likely::score));
  std::set<std::string> tricks, names;
  for (const Likely& one : found) {
    EXPECT_TRUE(names.insert(one.what.name).second);
    EXPECT_EQ(one.what.imitates, "stortinget.no");
    tricks.insert(one.what.tricks.begin(), one.what.tricks.end());
  }
  for (const char* trick : {"combo", "homoglyph", "suffix", "dash"}) EXPECT_TRUE(tricks.contains(trick)) << trick;
  EXPECT_FALSE(likely("nonsense", share().lexicon, PublicSuffixes::system(), 10));
}

TEST(Lexicon, SaysWhatItCannotRead) {
  Lexicon lexicon;
  EXPECT_FALSE(lexicon.add("word\n", "f"));
  EXPECT_FALSE(lexicon.add("[no-such]\n", "f"));
  EXPECT_FALSE(lexicon.add("[lure\n", "f"));
  EXPECT_FALSE(lexicon.add("[countries]\nxyz\n", "f"));
  EXPECT_TRUE(lexicon.add("[lure]\nlogin # comment\n", "f"));
  lexicon.finish();
  EXPECT_EQ(lexicon.cost("login").lure, 1);
  EXPECT_GT(lexicon.cost("xqzjk").unknown, 10);
}

}  // namespace
}  // namespace tocsin::decoys
