#include "products/matcher.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tocsin::products {
namespace {

// The templates are messages 0, 1, …, each with one template.
class Lab {
 public:
  explicit Lab(std::vector<std::string> templates) {
    for (std::uint32_t i = 0; i < templates.size(); ++i) {
      CaptureNames& names = names_.emplace_back();
      const auto shapes = parse_template(templates[i], names);
      EXPECT_TRUE(shapes) << (shapes ? "" : shapes.error().text());
      std::vector<Identity> identities;
      for (const std::string& name : names)
        identities.push_back(name == "ip"     ? Identity::ip
                             : name == "name" ? Identity::name
                             : name == "port" ? Identity::port
                                              : Identity::none);
      matcher_.add(i, 0, *shapes, identities);
    }
    matcher_.build();
  }
  // "0 user=root ip=1.2.3.4 port?=22": ambiguous ones with a question mark; "" if nothing fits.
  std::string read(std::string_view text) {
    Match match;
    if (!matcher_.match(text, nullptr, scratch_, match)) return "";
    std::string out = std::to_string(match.message);
    for (std::size_t i = 0; i < match.taken.size(); ++i) {
      const Taken& taken = match.taken[i];
      if (!taken.present) continue;
      out += " " + names_[match.message][i] + (taken.ambiguous ? "?=" : "=");
      out += text.substr(taken.begin, taken.end - taken.begin);
    }
    return out;
  }

 private:
  std::vector<CaptureNames> names_;
  Matcher matcher_;
  MatchScratch scratch_;
};

std::string shapes_of(std::string_view text) {
  CaptureNames names;
  const auto shapes = parse_template(text, names);
  if (!shapes) return shapes.error().text();
  std::string out;
  for (const Shape& shape : *shapes) out += (out.empty() ? "" : "\n") + shape.print();
  return out;
}

TEST(Template, BecomesShapes) {
  EXPECT_EQ(shapes_of("a <user.name:rest> b"), "a <0:rest*> b");
  EXPECT_EQ(shapes_of("a{ b}(c|d<x:int>)"), "a bc\na bd<0:int>\nac\nad<0:int>");
  EXPECT_EQ(shapes_of("<ip:ip>:<port:port> <:word>"), "<0:ip*>:<1:port> <-1:word>");
  EXPECT_EQ(shapes_of("\\<a\\> \\{\\(\\|\\)\\}\\\\"), "<a> {(|)}\\");
}

TEST(Template, ErrorsSayWhatIsWrong) {
  EXPECT_EQ(
      shapes_of("a <b:rest><c:word>"),
      "two captures with nothing between them: a <rest><word> (one ends where the literal text behind it begins)");
  EXPECT_EQ(
      shapes_of("<x:wrod>"),
      "column 1: unknown type 'wrod' (rest, text, word, until, quoted, ip, host, port, int, number, hex, id, email)");
  EXPECT_EQ(shapes_of("<x>"), "column 1: <x> has no type (<name:type>)");
  EXPECT_EQ(shapes_of("a {b"), "column 3: '{' isn't closed (write \\{ or \\( for the character)");
  EXPECT_EQ(shapes_of("a }b"), "column 3: '}' closes nothing (write it with a backslash)");
  EXPECT_EQ(shapes_of("<a:int> <a:int>"), "one name captured twice: <int> <int>");
  EXPECT_TRUE(shapes_of("{a}{b}{c}{d}{e}{f}{g}{h}{i}{j}").find("more than 512 ways") != std::string::npos);
}

TEST(Matcher, TheTrustedEndDecides) {
  Lab lab({"Failed <method:word> for {invalid user }<user:rest> from <ip:ip> port <port:port> ssh2"});
  EXPECT_EQ(lab.read("Failed password for root from 192.0.2.1 port 22 ssh2"),
            "0 method=password user=root ip=192.0.2.1 port=22");
  EXPECT_EQ(lab.read("Failed password for invalid user  from 2001:db8::1 port 22 ssh2"),
            "0 method=password user= ip=2001:db8::1 port=22");
  EXPECT_EQ(lab.read("Failed none for root from 198.51.100.7 port 1 ssh2 from 192.0.2.1 port 22 ssh2"),
            "0 method=none user=root from 198.51.100.7 port 1 ssh2 ip=192.0.2.1 port=22");
  EXPECT_EQ(lab.read("Failed password for root from 192.0.2.1 port 22 ssh2 "), "");
  EXPECT_EQ(lab.read("Failed password for root from 192.0.2.1 port 70000 ssh2"), "");
  EXPECT_EQ(lab.read("failed password for root from 192.0.2.1 port 22 ssh2"), "");
}

TEST(Matcher, TwoReadingsAreAmbiguous) {
  Lab lab({"Failed <method:word> for <user:rest> from <ip:ip> port <port:port> ssh2{: <:rest>}"});
  EXPECT_EQ(lab.read("Failed password for root from 192.0.2.1 port 22 ssh2: RSA SHA256:abc"),
            "0 method=password user=root ip=192.0.2.1 port=22");
  EXPECT_EQ(lab.read("Failed password for a from 198.51.100.7 port 1 ssh2: from 192.0.2.1 port 22 ssh2"),
            "0 method=password user?=a ip?=198.51.100.7 port?=1");
}

TEST(Matcher, ValuesBetweenAttackersTexts) {
  Lab lab({"login: user=<user:rest>, rip=<ip:ip>, agent=<agent:rest>, id=<id:int>"});
  EXPECT_EQ(lab.read("login: user=a, rip=192.0.2.1, agent=b, id=7"), "0 user=a ip=192.0.2.1 agent=b id=7");
  EXPECT_EQ(lab.read("login: user=a, rip=198.51.100.7, agent=x, rip=192.0.2.1, agent=b, id=7"),
            "0 user?=a, rip=198.51.100.7, agent=x ip?=192.0.2.1 agent?=b id=7");
  // Three places, of which the outer two agree.
  EXPECT_EQ(
      lab.read("login: user=a, rip=198.51.100.7, agent=x, rip=192.0.2.1, agent=b, rip=198.51.100.7, agent=, id=7"),
      "0 user?=a, rip=198.51.100.7, agent=x, rip=192.0.2.1, agent=b ip?=198.51.100.7 agent?= id=7");
  EXPECT_EQ(lab.read("login: user=, id=7, rip=192.0.2.1, agent=, id=7"), "0 user=, id=7 ip=192.0.2.1 agent= id=7");
}

TEST(Matcher, OtherMessagesAreComparedOnTheSource) {
  Lab lab({"bad <user:rest> from <ip:ip>", "bad <what:rest> from <ip:ip> in <where:rest>", "bad <all:rest>!"});
  EXPECT_EQ(lab.read("bad a from 192.0.2.1"), "0 user=a ip=192.0.2.1");
  EXPECT_EQ(lab.read("bad a from 192.0.2.1 in b"), "1 what=a ip=192.0.2.1 where=b");
  EXPECT_EQ(lab.read("bad a from 198.51.100.7 in b from 192.0.2.1"), "0 user=a from 198.51.100.7 in b ip?=192.0.2.1");
  EXPECT_EQ(lab.read("bad a from 192.0.2.1 in b!"), "1 what=a ip?=192.0.2.1 where=b!");
}

TEST(Matcher, AWordThatCouldHoldWhatFollowsIsFree) {
  Lab lab({"from <ip:ip>:<port:port> as <user:word>@<realm:word>{ again}", "x <a:rest> y <b:word>, from <ip:ip>"});
  EXPECT_EQ(lab.read("from 192.0.2.1:22 as a@b"), "0 ip=192.0.2.1 port=22 user=a realm=b");
  EXPECT_EQ(lab.read("from 2001:db8::1:443 as a@b again"), "0 ip=2001:db8::1 port=443 user=a realm=b");
  EXPECT_EQ(lab.read("from 192.0.2.1:22 as a@b@c"), "0 ip=192.0.2.1 port=22 user?=a@b realm?=c");
  EXPECT_EQ(lab.read("x 1 y 2 y 3, from 192.0.2.1"), "1 a=1 y 2 b=3 ip=192.0.2.1");
  EXPECT_EQ(lab.read("x 1 y 2,3, from 192.0.2.1"), "1 a=1 b=2,3 ip=192.0.2.1");
}

TEST(Matcher, AnOptionalEndingIsTaken) {
  Lab lab({"closed by <ip:ip>: <why:rest>{ [preauth]}", "user <user:quoted> did <what:until>;<:rest>"});
  EXPECT_EQ(lab.read("closed by 192.0.2.1: bye [preauth]"), "0 ip=192.0.2.1 why=bye");
  EXPECT_EQ(lab.read("closed by 192.0.2.1: bye"), "0 ip=192.0.2.1 why=bye");
  EXPECT_EQ(lab.read(R"(user "a \" did x;" did y; z)"), R"(1 user=a \" did x; what=y)");
}

// The naive meaning: all ways to place the captures.
void all_ways(const Shape& shape, std::string_view text, std::size_t step, std::size_t at,
              std::vector<std::string>& now, std::vector<std::vector<std::string>>& out) {
  if (step == shape.steps.size()) {
    if (at == text.size()) out.push_back(now);
    return;
  }
  const Shape::Step& one = shape.steps[step];
  for (std::size_t end = at; end <= text.size(); ++end) {
    if (end > at && !may_hold(one.type, static_cast<unsigned char>(text[end - 1]))) break;
    if (one.type == Type::word && end == at) continue;
    if (!text.substr(end).starts_with(one.literal)) continue;
    now.emplace_back(text.substr(at, end - at));
    all_ways(shape, text, step + 1, end + one.literal.size(), now, out);
    now.pop_back();
  }
}

TEST(Matcher, AgreesWithTryingEverything) {
  std::uint32_t state = 7;
  const auto roll = [&](std::uint32_t n) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % n;
  };
  const char* const pieces[] = {"a", "b", " ", "ab", ":", "a:", "b "};
  std::size_t fitted = 0, several = 0;
  for (int round = 0; round < 30000; ++round) {
    std::string text_template;
    const std::uint32_t captures = 1 + roll(4);
    for (std::uint32_t i = 0; i <= captures; ++i) {
      if (i > 0) text_template += "<c" + std::to_string(i) + (roll(3) ? ":rest>" : ":word>");
      for (std::uint32_t k = i == 0 || i == captures ? roll(2) : 1 + roll(2); k > 0; --k)
        text_template += pieces[roll(7)];
    }
    CaptureNames names;
    const auto shapes = parse_template(text_template, names);
    ASSERT_TRUE(shapes) << text_template;
    const Shape& shape = (*shapes)[0];
    std::string text = shape.prefix;
    for (const Shape::Step& step : shape.steps) {
      for (std::uint32_t k = roll(4); k > 0; --k) text += pieces[roll(7)];
      text += step.literal;
    }
    std::vector<std::vector<std::string>> ways;
    std::vector<std::string> now;
    all_ways(shape, text, 0, shape.prefix.size(), now, ways);
    ShapeScratch scratch;
    scratch.begin(INT64_MAX / 2);
    std::vector<Taken> taken(names.size());
    const Fits fits = ShapeMatcher(shape).match(text, scratch, taken);
    ASSERT_EQ(fits == Fits::yes, !ways.empty()) << text_template << "\n" << text;
    if (ways.empty()) continue;
    ++fitted;
    several += ways.size() > 1;
    std::vector<std::string> got;
    for (const Taken& one : taken) got.push_back(text.substr(one.begin, one.end - one.begin));
    EXPECT_TRUE(std::ranges::find(ways, got) != ways.end()) << text_template << "\n" << text;
    for (std::size_t i = 0; i < got.size(); ++i) {
      const bool differs = std::ranges::any_of(ways, [&](const auto& way) { return way[i] != got[i]; });
      EXPECT_TRUE(!differs || taken[i].ambiguous) << text_template << "\n" << text << "\ncapture " << i;
      EXPECT_FALSE(ways.size() == 1 && taken[i].ambiguous) << text_template << "\n" << text;
    }
  }
  EXPECT_GT(fitted, 15000u);
  EXPECT_GT(several, 3000u);
}

TEST(Matcher, WhatIsMadeToBeHardIsAmbiguous) {
  Lab lab({"a <user:rest>:<b:word> from <ip:ip> x <:rest>"});
  std::string text = "a ";
  for (int i = 0; i < 4000; ++i) text += ":y";
  EXPECT_EQ(lab.read(text + " from 192.0.2.1 x z").find("ip=192.0.2.1"), std::string::npos);
}

}  // namespace
}  // namespace tocsin::products
