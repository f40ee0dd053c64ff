#include "products/definition.h"

#include <gtest/gtest.h>

namespace tocsin::products {
namespace {

constexpr std::string_view kSmall = R"(product: example
title: Example
logsource: {product: linux, service: example}
recognise:
  - {source: syslog, program: [exampled, example]}
tables:
  codes: {'0': success}
set: {event.category: [authentication, session]}
grade: {user.name: attacker}
activity: login
messages:
  - id: failed
    text: ['Failed for <user.name:rest> from <source.ip:ip>', 'x']
    set: {event.outcome: failure}
records:
  - id: all
    when: {Id: [1, 2], Kind: {not: [null, quiet]}}
    map:
      user.name: [User, Name]
      event.outcome: {field: Code, table: codes, else: failure}
      source.ip: [{field: Ip, as: ip}, {field: Addr, as: ip}]
)";

TEST(Definition, IsReadAsWritten) {
  const auto got = parse_definition(kSmall, "x.yml");
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->product, "example");
  EXPECT_EQ(got->logsource.service, "example");
  ASSERT_EQ(got->recognise.size(), 1u);
  EXPECT_EQ(got->recognise[0][1].values, (std::vector<std::string>{"exampled", "example"}));
  EXPECT_EQ(got->meaning.set[0].values.size(), 2u);
  ASSERT_EQ(got->messages.size(), 1u);
  EXPECT_EQ(got->messages[0].texts.size(), 2u);
  EXPECT_EQ(got->messages[0].lines, (std::vector<std::uint32_t>{13, 13}));
  EXPECT_EQ(got->messages[0].meaning.activity, ActivityKind::login);
  ASSERT_EQ(got->records.size(), 1u);
  const RecordRule& record = got->records[0];
  EXPECT_TRUE(record.when[1].negated);
  EXPECT_TRUE(record.when[1].absent);
  EXPECT_EQ(record.when[1].values, std::vector<std::string>{"quiet"});
  ASSERT_EQ(record.meaning.map.size(), 4u);
  EXPECT_EQ(record.meaning.map[0].fields.size(), 2u);
  EXPECT_EQ(record.meaning.map[1].table[0].second, "success");
  EXPECT_EQ(record.meaning.map[1].otherwise, "failure");
  EXPECT_EQ(record.meaning.map[3].fields[0], "Addr");
}

TEST(Definition, ErrorsSayWhereAndWhatToDo) {
  const std::pair<const char*, const char*> cases[] = {
      {"[1]", "x.yml:1: a product definition is a map"},
      {"product: Big", "x.yml:1: the product's name 'Big' (small letters, digits and -._)"},
      {"product: a\nrecogniser: []", "x.yml:2: unknown key 'recogniser'"},
      {"product: a\nrecognise:\n  - {program: x}", "x.yml:3: `recognise` without `source`"},
      {"product: a\nrecognise: [{source: text}]", "x.yml:1: neither `messages` nor `records`"},
      {"product: a\nrecognise: [{source: text}]\nmessages:\n  - {text: a}", "x.yml:4: a message without an id"},
      {"product: a\nrecognise: [{source: text}]\nmessages:\n  - {id: a}", "x.yml:4: message 'a' has no text"},
      {"product: a\nrecognise: [{source: text}]\nmessages:\n  - {id: a, text: a}\n  - {id: a, text: b}",
       "x.yml:5: the id 'a' stands twice (first in line 4)"},
      {"product: a\nactivity: logon", "x.yml:2: unknown activity 'logon'"},
      {"product: a\ngrade: {user.name: evil}", "x.yml:2: unknown grade 'evil'"},
      {"product: a\nmap: {user.name: {feld: x}}", "x.yml:2: unknown key 'feld'"},
      {"product: a\nmap: {user.name: {field: x, table: t}}", "x.yml:2: no table 't'"},
      {"product: [a", "x.yml:"},
  };
  for (const auto& [text, error] : cases) {
    const auto got = parse_definition(text, "x.yml");
    ASSERT_FALSE(got) << text;
    EXPECT_TRUE(got.error().text().starts_with(error)) << got.error().text() << "\nfor " << error;
  }
}

}  // namespace
}  // namespace tocsin::products
