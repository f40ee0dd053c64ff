#include "publish/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <regex>

#include "base/text.h"
#include "publish/publish_test_support.h"
#include "publish/report/markup.h"

namespace tocsin::publish {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

std::set<std::string> placeholders(const std::string& text) {
  std::set<std::string> out;
  for (std::size_t at = 0; (at = text.find('{', at)) != text.npos; ++at)
    out.insert(text.substr(at, text.find('}', at) - at));
  return out;
}

Document made(const Dossier& dossier, Audience audience, const char* lang = "en") {
  ReportOptions options;
  options.audience = audience;
  options.steps = *load_steps("share/tocsin/report/steps.yml");
  options.calendar = *parse_calendar(
      "start,end,kind,title\n2020-08-25,,election,A vote\n2020-09-01,2020-09-03,summit,\"A <b>, summit\"\n", "x");
  return compose(dossier, *Texts::load("share/tocsin/report", lang), options);
}

constexpr Audience kAll[] = {Audience::lead, Audience::analyst, Audience::everybody, Audience::legal};

TEST(Texts, BothLanguagesSayTheSameThings) {
  const Texts en = *Texts::load("share/tocsin/report", "en"), fr = *Texts::load("share/tocsin/report", "fr");
  ASSERT_GT(en.all().size(), 200u);
  for (const auto& [key, text] : en.all()) {
    ASSERT_TRUE(fr.all().contains(key)) << key;
    EXPECT_EQ(placeholders(text), placeholders(fr.all().at(key))) << key;
    EXPECT_FALSE(text.empty());
  }
  EXPECT_EQ(en.all().size(), fr.all().size());
}

TEST(Texts, NumbersAndTimesAreWrittenAsTheLanguageDoes) {
  const Texts en = *Texts::load("share/tocsin/report", "en"), fr = *Texts::load("share/tocsin/report", "fr");
  EXPECT_EQ(en.number(1234567), "1,234,567");
  EXPECT_EQ(fr.number(1234567), "1\u202f234\u202f567");
  EXPECT_EQ(en.time(*Time::parse_iso("2020-08-24T01:12:09Z")), "2020-08-24 01:12 UTC");
  EXPECT_EQ(en.time(*Time::parse_iso("2020-08-24T01:12:09Z"), true), "2020-08-24");
  EXPECT_EQ(en.count(34, true), "10 to 99");
}

TEST(Texts, FrenchSaysAgainWhatTheProgramSaidInEnglish) {
  const Texts fr = *Texts::load("share/tocsin/report", "fr");
  const auto said = [&](const char* text) { return fr.said(text); };
  EXPECT_EQ(said("Password spray campaign: 1,266 accounts tried from 1 address in 3 networks over 5.6 days, 2 entered").text,
            "Campagne de pulvérisation de mots de passe\u00a0: 1\u202f266 comptes visés depuis 1 adresse de 3 réseaux en "
            "5,6 jours, 2 compromis");
  EXPECT_EQ(said("3 steps are joined by the account KALMORIA\\adm.berg").text,
            "3 étapes sont reliées par le compte KALMORIA\\adm.berg");
  EXPECT_EQ(said("1 independent family of evidence; 0 independent sources graded B2 or better; nothing in it is costly to "
                 "fake").text,
            "1 famille de preuves indépendante\u202f; 0 sources indépendantes cotées B2 ou mieux\u202f; rien n’y est coûteux "
            "à contrefaire");
  EXPECT_EQ(said("3 incidents, tied by address, tool").text, "3 incidents, reliés par\u00a0: adresse, outil");
  EXPECT_EQ(said("A rule of somebody else, as it stands").lang, "en");
  EXPECT_EQ(said("A rule of somebody else, as it stands").text, "A rule of somebody else, as it stands");
  EXPECT_EQ(said("x accounts").lang, "en") << "no number";
  EXPECT_EQ(said(std::string(5000, '{').c_str()).lang, "en");
  EXPECT_EQ(Texts::load("share/tocsin/report", "en")->said("Mail taken").lang, "");
}

TEST(Texts, EveryOwnRuleHasAFrenchTitle) {
  const Texts fr = *Texts::load("share/tocsin/report", "fr");
  std::size_t seen = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator("share/tocsin/rules")) {
    if (file.path().extension() != ".yml") continue;
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("title: ")) continue;
      const std::string title = line.substr(7);
      EXPECT_EQ(fr.said(title).lang, "") << file.path() << ": share/tocsin/report/fr.said.yml wants '" << title << "'";
      ++seen;
    }
  }
  EXPECT_GT(seen, 100u);
}

TEST(Report, NoTextIsMissingInAnyForm) {
  for (const char* lang : {"en", "fr"})
    for (const Audience audience : kAll)
      for (const bool general : {false, true}) {
        Dossier d = dossier();
        if (general) d = redact(d, {Tlp::clear, true, &known()});
        const std::string html = to_html(made(d, audience, lang), "");
        std::smatch found;
        EXPECT_FALSE(std::regex_search(html, found, std::regex("\\[[a-z]{2,}[.a-z-]*\\]")))
            << lang << " " << found.str();
      }
}

// Walks the page as a browser would: every tag is one of ours, all are closed, and no attribute can do anything.
TEST(Report, HostileTextStaysText) {
  const std::set<std::string> elements = {
      "html",   "head",    "meta",    "link",   "title",      "style",   "body",  "a",     "div",  "span", "strong",
      "header", "p",       "h1",      "h2",     "h3",         "dl",      "dt",    "dd",    "nav",  "ol",   "ul",
      "li",     "main",    "section", "footer", "table",      "caption", "thead", "tbody", "tr",   "th",   "td",
      "code",   "details", "summary", "figure", "figcaption", "svg",     "rect",  "path",  "line", "text", "circle"};
  Dossier d = dossier(kHostile);
  d.title = kHostile + std::string(100'000, 'A');
  for (const Audience audience : kAll) {
    const std::string html = to_html(made(d, audience), "p{}");
    EXPECT_TRUE(is_utf8(html));
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, Not(HasSubstr("<img")));
    EXPECT_THAT(html, Not(HasSubstr("\u202e")));
    EXPECT_THAT(html, Not(HasSubstr("\x1b")));
    EXPECT_LT(html.size(), 400'000u);
    std::vector<std::string> open;
    for (std::size_t at = html.find('<', 15); at != html.npos; at = html.find('<', at + 1)) {
      const std::size_t end = html.find('>', at);
      ASSERT_NE(end, html.npos);
      std::string tag = html.substr(at + 1, end - at - 1);
      const bool closing = tag.starts_with('/'), empty = tag.ends_with('/');
      const std::string name = tag.substr(closing, tag.find_first_of(" /", closing) - closing);
      ASSERT_TRUE(elements.contains(name)) << tag;
      ASSERT_EQ(tag.find(" on"), tag.npos) << tag;
      ASSERT_EQ(tag.find(" style="), tag.npos) << tag;
      ASSERT_EQ(tag.find("javascript:"), tag.npos) << tag;
      if (closing) {
        ASSERT_FALSE(open.empty());
        ASSERT_EQ(open.back(), name);
        open.pop_back();
      } else if (!empty) {
        open.push_back(name);
      }
    }
    EXPECT_TRUE(open.empty());
    for (const char* outside : {"src=\"http", "href=\"http", "url(", "@import"})
      EXPECT_THAT(html, Not(HasSubstr(outside)));
  }
}

TEST(Report, EscapedTextHoldsNoMarkup) {
  std::mt19937 random(3);
  static const std::string_view kPieces[] = {"<",  ">", "&", "\"", "'",    "\xff", "\u202e", "\x1b",
                                             "\n", "a", "é", "日", "&lt;", "]]>",  "-->"};
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (std::size_t i = random() % 12; i > 0; --i) text += kPieces[random() % std::size(kPieces)];
    const std::string shown = escaped(text);
    ASSERT_TRUE(is_utf8(shown));
    ASSERT_EQ(shown.find_first_of("<>\"'\x1b\n"), shown.npos) << shown;
  }
  EXPECT_LT(escaped(std::string(1 << 20, '<')).size(), 6000u);
}

TEST(Report, MarkdownStartsNothingThatEvidenceSays) {
  for (const Audience audience : kAll) {
    const std::string text = to_markdown(made(dossier(kHostile), audience));
    std::string outside;  // of code spans
    std::size_t i = 0;
    while (i < text.size()) {
      if (text[i] == '\\' && i + 1 < text.size()) {
        i += 2;
        continue;
      }
      if (text[i] != '`') {
        outside += text[i++];
        continue;
      }
      const std::size_t fence = text.find_first_not_of('`', i) - i;
      std::size_t end = i + fence;
      for (;;) {
        end = text.find('`', end);
        ASSERT_NE(end, text.npos);
        const std::size_t run = std::min(text.find_first_not_of('`', end), text.size()) - end;
        if (run == fence) break;
        end += run;
      }
      i = end + fence;
    }
    EXPECT_THAT(outside, Not(HasSubstr("<")));
    EXPECT_THAT(outside, Not(HasSubstr("](")));
    EXPECT_THAT(outside, Not(HasSubstr("://")));
  }
}

TEST(Report, LikelihoodAndConfidenceNeverShareASentence) {
  for (const auto& [likely, confidence] :
       {std::pair("assessed as", "Confidence in"), std::pair("assessed as", "confidence")}) {
    const std::string html = to_html(made(dossier(), Audience::analyst), "");
    for (std::size_t at = 0; (at = html.find("<p>", at)) != html.npos; ++at) {
      const std::string sentence = html.substr(at, html.find("</p>", at) - at);
      EXPECT_FALSE(sentence.find(likely) != sentence.npos && sentence.find(confidence) != sentence.npos) << sentence;
    }
  }
}

TEST(Report, NamesThatMayBePasswordsAreMaskedInSummaries) {
  EXPECT_EQ(masked("Summer2023"), "S…3");
  EXPECT_EQ(masked("root"), "…");
  const std::string lead = to_html(made(dossier(), Audience::lead), "");
  EXPECT_THAT(lead, Not(HasSubstr("Summer2023")));
  EXPECT_THAT(lead, HasSubstr("victim@parliament.example.org"));
  EXPECT_THAT(to_html(made(dossier(), Audience::analyst), ""), HasSubstr("Summer2023"));
}

TEST(Report, AnExerciseSaysSoOnEveryPage) {
  Dossier d = dossier();
  EXPECT_THAT(to_html(made(d, Audience::lead), ""), Not(HasSubstr("EXERCISE")));
  d.exercise = true;
  for (const Audience audience : kAll) {
    EXPECT_THAT(to_html(made(d, audience), ""), HasSubstr("EXERCISE"));
    EXPECT_THAT(to_markdown(made(redact(d, {Tlp::clear, true, &known()}), audience)), HasSubstr("EXERCISE"));
  }
}

TEST(Steps, OnlyWellGroundedSourcesAreToBeBlocked) {
  const std::vector<Step> steps = advised(dossier(), *load_steps("share/tocsin/report/steps.yml"));
  const auto block = std::ranges::find(steps, "block-sources", &Step::id);
  ASSERT_NE(block, steps.end());
  EXPECT_THAT(block->targets, ::testing::ElementsAre("198.51.100.7", "2001:db8::7"));
  EntityRow row = dossier().entities[4];
  ASSERT_TRUE(worth_blocking(row));
  for (const auto& weaken : std::vector<std::function<void(EntityRow&)>>{
           [](EntityRow& r) { r.ordered = false; }, [](EntityRow& r) { r.gravest = Level::medium; },
           [](EntityRow& r) { r.common = true; }, [](EntityRow& r) { r.roles.insert("ambiguous"); },
           [](EntityRow& r) { r.value = "192.168.1.1"; }, [](EntityRow& r) { r.roles = {"target"}; }}) {
    EntityRow weak = row;
    weaken(weak);
    EXPECT_FALSE(worth_blocking(weak));
  }
}

TEST(Calendar, ReadsCsvAndICalendar) {
  const Calendar csv = *parse_calendar(
      "title,start,end,kind\r\n\"Vote, second "
      "round\",2017-05-07,,Election\r\nSilence,2017-05-05T22:00:00Z,2017-05-07T18:00:00Z,silence\r\nbad,2017-13-99,,"
      "x\r\n",
      "x");
  ASSERT_EQ(csv.marks.size(), 2u);
  EXPECT_EQ(csv.marks[1].title, "Vote, second round");
  EXPECT_EQ(csv.marks[1].kind, "election");
  EXPECT_EQ(csv.marks[1].end.iso(), "2017-05-08T00:00:00Z");
  EXPECT_EQ(csv.remarks.size(), 1u);
  const Calendar ics = *parse_calendar(
      "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20170507\r\nSUMMARY:Vote\\, sec\r\n "
      "ond\r\nCATEGORIES:ELECTION,x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
      "x");
  ASSERT_EQ(ics.marks.size(), 1u);
  EXPECT_EQ(ics.marks[0].title, "Vote, second");
  EXPECT_EQ(ics.marks[0].end.iso(), "2017-05-08T00:00:00Z");
  EXPECT_FALSE(parse_calendar("", "x"));
  EXPECT_FALSE(parse_calendar("start\n2020-01-01\n", "x"));
}

}  // namespace
}  // namespace tocsin::publish
