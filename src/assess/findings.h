// Findings of a case, small enough that a million of them fit in memory, for the work that ties them together.
//
// Findings of one rule on the same entities within an hour of each other are one Group; everything above works on
// groups. Entities are interned by what they mean: `EXAMPLE\alice`, `alice@example.org` and `alice` are one account, a
// mailbox is its account, a machine account (`WS01$`) its host, a host the first label of its name.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assess/tactics.h"
#include "case/case.h"

namespace tocsin::assess {

// The name of the list of shared services that a thing is on, "" when on none.
using SharedServices = std::function<std::string(EntityType type, std::string_view value)>;

// What entities have in common with others of their kind; evidence of one class fails together.
enum class Class : std::uint8_t { who, where, infrastructure, thing, program, service };
inline constexpr std::size_t kClasses = 6;

struct Thing {
  EntityType type = EntityType::host;
  Class kind = Class::where;
  bool system = false;                   // SYSTEM, loopback, … : names nobody
  bool derived = false;                  // no finding names it (sessions.h, "the web service"): ties, but is not shown
  std::string value;                     // as first seen
  std::string common;                    // why it ties nothing together; "" it does
  float factor = 1;                      // 0 where it is common
  std::uint32_t groups = 0, others = 0;  // that name it; accounts on a host, hosts of an account (up to a bound)
};

struct Mention {
  std::uint32_t thing = 0;
  std::uint8_t role = 0;  // into kRoles
  float strength = 0;     // how much it ties this group to others that name the thing: 0 … 1
};
// Most telling first.
inline constexpr std::array<std::string_view, 7> kRoles = {"entered", "mailbox", "target", "source",
                                                           "network", "other",   ""};

struct Group {
  std::uint32_t text = 0;  // into Findings::texts
  Time first = Time::none(), last = Time::none();
  std::uint64_t count = 0;                        // findings
  std::uint32_t finding = 0;                      // the first of them
  std::uint32_t mentions = 0, mention_count = 0;  // into the pool
};

// What the findings of a group say.
struct Text {
  const casefile::RuleInfo* rule = nullptr;
  std::uint32_t rule_number = 0;  // dense, in the order of first sight
  std::string title;
  Level level = Level::medium;
  std::vector<std::string> techniques;
  std::uint32_t low = 0, high = 0;  // phases of an intrusion that its techniques serve, 1 … 5; 0: not known
};

struct Findings {
  using Id = std::array<std::uint8_t, 16>;
  std::vector<Id> ids;                  // in order of time
  std::vector<std::uint32_t> group_of;  // of each
  std::vector<Group> groups;            // in order of the first finding
  std::vector<Mention> pool;
  std::vector<Thing> things;
  std::vector<Text> texts;
  std::uint32_t rules = 0;

  std::span<const Mention> mentions(const Group& group) const {
    return std::span(pool).subspan(group.mentions, group.mention_count);
  }
  const Text& text(const Group& group) const { return texts[group.text]; }
};

// Findings one by one, in the order of a case; then finish() once.
class FindingsReader {
 public:
  FindingsReader(const Tactics& tactics, const SharedServices& shared);
  ~FindingsReader();
  void take(const casefile::Finding& finding);
  Findings finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// What a thing is interned by: equal for entities that mean the same.
std::string entity_key(const Entity& entity);

// With what sessions.h adds.
Result<Findings> read_findings(casefile::Case& from, const Tactics& tactics, const SharedServices& shared);

std::string hex(const Findings::Id& id);
Findings::Id id_from(std::string_view hex);  // zeros where it is no id

}  // namespace tocsin::assess
