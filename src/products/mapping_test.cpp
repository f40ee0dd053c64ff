#include "products/mapping.h"

#include <gtest/gtest.h>

#include "products/choice.h"

namespace tocsin::products {
namespace {

struct Made {
  FieldNames names;
  EcsNames ecs;
  Definition definition;
  std::vector<Mapping> records;
  std::vector<Conditions> whens;
};

// A definition with these lines behind its head.
std::unique_ptr<Made> made_of(const std::string& body) {
  auto out = std::make_unique<Made>();
  auto parsed = parse_definition("product: test\nrecognise: [{source: json}]\n" + body, "test.yml");
  EXPECT_TRUE(parsed) << parsed.error().text();
  if (!parsed) return out;
  out->definition = *std::move(parsed);
  for (const RecordRule& record : out->definition.records) {
    auto mapping = Mapping::compile(out->definition, record.meaning, {}, out->names, out->ecs);
    EXPECT_TRUE(mapping) << mapping.error().text();
    if (!mapping) return out;
    out->records.push_back(*std::move(mapping));
    out->whens.push_back(*Conditions::compile(record.when, out->names));
  }
  return out;
}

using Entries = std::vector<std::pair<std::string, std::string>>;

Record record_of(const Entries& entries) {
  Record out;
  for (const auto& [name, value] : entries)
    out.fields.push_back({out.memory.copy(name), Value(out.memory.copy(value))});
  return out;
}

// "field=value" of every ECS value, in order.
std::vector<std::string> read(const Made& made, const Entries& entries, std::size_t which = 0) {
  const Event event;
  const Record record = record_of(entries);
  Scratch scratch;
  Reading reading;
  made.records.at(which).read(Fields(made.names, event, record), scratch, reading);
  std::vector<std::string> out;
  for (const EcsValue& each : reading.ecs) out.push_back(std::string(each.field) + "=" + std::string(each.value));
  return out;
}

bool holds(const Made& made, const Entries& entries) {
  const Event event;
  const Record record = record_of(entries);
  return made.whens.at(0).hold(Fields(made.names, event, record));
}

using Lines = std::vector<std::string>;

TEST(Mapping, TheFirstToSayAFieldHasTheWord) {
  const auto made = made_of(R"(
set: {event.category: [authentication, session], user.name: nobody}
map: {user.name: Other, host.name: Computer}
records:
  - id: one
    map: {user.name: [Missing, Target]}
    set: {event.outcome: failure}
)");
  EXPECT_EQ(read(*made, {{"Target", "alice"}, {"Other", "bob"}, {"Computer", "pc1"}}),
            (Lines{"user.name=alice", "event.outcome=failure", "host.name=pc1", "event.category=authentication",
                   "event.category=session"}));
  EXPECT_EQ(read(*made, {{"Target", "-"}}), (Lines{"event.outcome=failure", "event.category=authentication",
                                                   "event.category=session", "user.name=nobody"}));
}

TEST(Mapping, TablesGiveTextForValues) {
  const auto made = made_of(R"(
records:
  - id: one
    map:
      event.outcome: {field: Status, table: {'0x0': success, '0': success}, else: failure}
      tocsin.login.reason: {field: Status, table: {'0xC000006a': bad_password, '0xC00002*': locked}}
      event.action: {field: Action, table: {Logon: logged-in}, else: '='}
)");
  EXPECT_EQ(read(*made, {{"Status", "0x0"}, {"Action", "logon"}}),
            (Lines{"event.outcome=success", "event.action=logged-in"}));
  EXPECT_EQ(read(*made, {{"Status", "0xc000006A"}, {"Action", "Other"}}),
            (Lines{"event.outcome=failure", "tocsin.login.reason=bad_password", "event.action=Other"}));
  EXPECT_EQ(read(*made, {{"Status", "0xC0000234"}}), (Lines{"event.outcome=failure", "tocsin.login.reason=locked"}));
}

TEST(Mapping, NameAndValueListsGiveTheValueOfAName) {
  const auto made = made_of(R"(
records:
  - id: one
    map:
      tocsin.change.detail: 'Parameters[ForwardTo]'
      user.name: 'targets[type=User].upn'
)");
  EXPECT_EQ(read(*made, {{"Parameters.Name", "Identity"},
                         {"Parameters.Value", "x"},
                         {"Parameters.Name", "forwardto"},
                         {"Parameters.Value", "eve@example.org"},
                         {"targets.type", "App"},
                         {"targets.upn", "no"},
                         {"targets.type", "User"},
                         {"targets.upn", "alice"}}),
            (Lines{"tocsin.change.detail=eve@example.org", "user.name=alice"}));
  // Keys sorted: the value stands before its name.
  EXPECT_EQ(read(*made, {{"Parameters.boolValue", "true"},
                         {"Parameters.name", "Enabled"},
                         {"Parameters.boolValue", "false"},
                         {"Parameters.name", "ForwardTo"}}),
            (Lines{"tocsin.change.detail=false"}));
}

TEST(Mapping, TransformsWithPartsFillSeveralFields) {
  const auto made = made_of(R"(
records:
  - id: one
    map:
      source: {first: [Forwarded, Client], as: address}
      user: {field: User, as: user}
      url: {field: Url, as: url}
      process: {field: Hashes, as: hashes}
)");
  EXPECT_EQ(read(*made, {{"Forwarded", "unknown"}, {"Client", "[2001:db8::1]:443"}, {"User", "EXAMPLE\\alice"}}),
            (Lines{"source.port=443", "source.ip=2001:db8::1", "user.domain=EXAMPLE", "user.name=alice"}));
  EXPECT_EQ(
      read(*made, {{"Client", "::ffff:192.0.2.7"}, {"User", "alice@example.org"}}),
      (Lines{"source.ip=192.0.2.7", "user.domain=example.org", "user.email=alice@example.org", "user.name=alice"}));
  EXPECT_EQ(read(*made, {{"Url", "https://u:p@example.org:8443/a/b.html?q=1#top"}}),
            (Lines{"url.original=https://u:p@example.org:8443/a/b.html?q=1#top", "url.scheme=https", "url.username=u",
                   "url.password=p", "url.port=8443", "url.domain=example.org", "url.fragment=top", "url.query=q=1",
                   "url.path=/a/b.html", "url.extension=html"}));
  EXPECT_EQ(read(*made, {{"Hashes", "MD5=AB,IMPHASH=CD"}}), (Lines{"process.hash.md5=ab", "process.pe.imphash=cd"}));
}

TEST(Mapping, PartsAreUsedByName) {
  const auto made = made_of(R"(
parts:
  subject: {map: {user.name: SubjectUserName}, grade: {user.name: trusted}}
records:
  - {id: one, with: subject, set: {event.outcome: success}}
)");
  EXPECT_EQ(read(*made, {{"SubjectUserName", "alice"}}), (Lines{"event.outcome=success", "user.name=alice"}));
}

TEST(Mapping, GradesAreTheRulesThenTheDefinitionsThenTheFieldsOwn) {
  const auto made = made_of(R"(
grade: {url: peer, user.name: peer}
records:
  - id: one
    grade: {user.name: trusted}
    map: {user.name: U, url.path: P, source.ip: I, user_agent.original: A}
    set: {user.domain: fixed}
)");
  const Event event;
  const Record record = record_of({{"U", "alice"}, {"P", "/x"}, {"I", "192.0.2.1"}, {"A", "curl"}});
  Scratch scratch;
  Reading reading;
  made->records[0].read(Fields(made->names, event, record), scratch, reading);
  ASSERT_EQ(reading.ecs.size(), 5u);
  EXPECT_EQ(reading.ecs[0].provenance, Provenance::trusted);
  EXPECT_EQ(reading.ecs[1].provenance, Provenance::peer);
  EXPECT_EQ(reading.ecs[2].provenance, Provenance::trusted);
  EXPECT_EQ(reading.ecs[3].provenance, Provenance::attacker);
  EXPECT_EQ(reading.ecs[4].provenance, Provenance::trusted);
}

TEST(Mapping, AnActivityNeedsOnlyItsOwnFields) {
  const auto made = made_of(R"(
records:
  - id: one
    activity: login
    map: {source.ip: {field: Ip, as: ip}, user.name: User, process.name: Process}
    set: {event.outcome: failure, tocsin.login.reason: mfa-denied, tocsin.login.legacy: 'true'}
)");
  std::vector<bool> wanted;
  made->records[0].needs(wanted);
  Demand demand;
  made->names.demand(demand, wanted);
  EXPECT_TRUE(demand.find("Ip") && demand.find("User"));
  EXPECT_FALSE(demand.find("Process"));
  const std::vector<Field> fields{{Value("192.0.2.9"), *demand.find("Ip")}, {Value("alice"), *demand.find("User")}};
  Event event;
  event.fields = fields;
  Scratch scratch;
  Activity activity;
  ASSERT_TRUE(made->records[0].activity(Fields(made->names, event), scratch, activity));
  EXPECT_EQ(activity.login.user, "alice");
  EXPECT_EQ(activity.login.source, Ip::parse("192.0.2.9"));
  EXPECT_EQ(activity.login.outcome, Outcome::failure);
  EXPECT_EQ(activity.login.reason, LoginReason::mfa_denied);
  EXPECT_TRUE(activity.login.legacy);
  EXPECT_EQ(activity.product, "test");
}

TEST(Conditions, HoldAsTheyAreWritten) {
  const auto made = made_of(R"(
records:
  - id: one
    when: {EventID: [4624, 4625], Channel: 'sec*', User: {not: ['*$', '']}, Gone: null}
)");
  const Entries base{{"EventID", "4625"}, {"Channel", "Security"}, {"User", "alice"}};
  const auto with = [&](std::string name, std::string value) {
    Entries out = base;
    for (auto& entry : out)
      if (entry.first == name) entry.second = value, name.clear();
    if (!name.empty()) out.emplace_back(name, value);
    return out;
  };
  EXPECT_TRUE(holds(*made, base));
  EXPECT_FALSE(holds(*made, with("EventID", "4634")));
  EXPECT_FALSE(holds(*made, with("Channel", "System")));
  EXPECT_FALSE(holds(*made, with("User", "PC1$")));
  EXPECT_FALSE(holds(*made, with("Gone", "x")));
  EXPECT_TRUE(holds(*made, with("Gone", "")));
}

TEST(RecordChoice, GivesTheRulesThatMayHoldInTheirOrder) {
  const auto parsed = parse_definition(R"(
product: test
recognise: [{source: json}]
records:
  - {id: a, when: {Id: [1, 2]}}
  - {id: b, when: {Other: x}}
  - {id: c, when: {Id: 2}}
  - {id: d, when: {Id: 'Name'}}
  - {id: e, when: {Id: {not: 7}}}
)",
                                       "test.yml");
  ASSERT_TRUE(parsed) << parsed.error().text();
  FieldNames names;
  const auto choice = RecordChoice::compile(parsed->records, names);
  ASSERT_TRUE(choice);
  const auto of = [&](const Entries& entries) {
    const Event event;
    const Record record = record_of(entries);
    const auto found = choice->candidates(Fields(names, event, record));
    return std::vector<std::uint32_t>(found.begin(), found.end());
  };
  using Indices = std::vector<std::uint32_t>;
  EXPECT_EQ(of({{"Id", "1"}}), (Indices{0, 1, 4}));
  EXPECT_EQ(of({{"Id", "2"}}), (Indices{0, 1, 2, 4}));
  EXPECT_EQ(of({{"Id", "NAME"}}), (Indices{1, 3, 4}));
  EXPECT_EQ(of({{"Id", "9"}}), (Indices{1, 4}));
  EXPECT_EQ(of({}), (Indices{1, 4}));
  EXPECT_EQ(of({{"Id", "1"}, {"Id", "2"}}), (Indices{0, 1, 2, 3, 4}));
}

TEST(Mapping, ErrorsNameFileAndLine) {
  auto parsed = parse_definition(
      "product: test\nrecognise: [{source: json}]\nrecords:\n  - id: one\n    map:\n      a.b: {field: X, as: "
      "nonsense}\n",
      "test.yml");
  ASSERT_TRUE(parsed) << parsed.error().text();
  FieldNames names;
  EcsNames ecs;
  const auto mapping = Mapping::compile(*parsed, parsed->records[0].meaning, {}, names, ecs);
  ASSERT_FALSE(mapping);
  EXPECT_EQ(mapping.error().where, "test.yml:6");
}

}  // namespace
}  // namespace tocsin::products
