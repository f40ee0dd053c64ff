// The story's structs as JSON, one list of fields a struct that both directions walk.
#include <nlohmann/json.hpp>

#include "case/story.h"

namespace tocsin::casefile {
namespace {

using nlohmann::ordered_json;

template <class T>
struct Fields;  // Fields<T>::visit(thing, visitor) calls visitor(key, member) for each member
template <class T>
concept Described = requires { typename Fields<T>::Known; };

// ---- out ----

ordered_json out(const std::string& text) { return text; }
ordered_json out(bool value) { return value; }
ordered_json out(double value) { return value; }
ordered_json out(std::int64_t value) { return value; }
ordered_json out(std::uint64_t value) { return value; }
ordered_json out(Time time) { return time.known() ? ordered_json(time.iso()) : ordered_json(nullptr); }
ordered_json out(Level level) { return name(level); }
ordered_json out(EntityType type) { return kEntityTypeNames[static_cast<int>(type)]; }
ordered_json out(ActKind kind) { return name(kind); }
template <class T>
ordered_json out(const std::vector<T>& list);
template <Described T>
ordered_json out(const T& thing);

struct Writer {
  ordered_json json = ordered_json::object();
  template <class T>
  void operator()(const char* key, const T& member) {
    json[key] = out(member);
  }
};

// ---- in ----

void in(const ordered_json& from, std::string& to) {
  if (from.is_string()) to = from.get<std::string>();
}
void in(const ordered_json& from, bool& to) {
  if (from.is_boolean()) to = from.get<bool>();
}
void in(const ordered_json& from, double& to) {
  if (from.is_number()) to = from.get<double>();
}
void in(const ordered_json& from, std::int64_t& to) {
  if (from.is_number_integer()) to = from.get<std::int64_t>();
}
void in(const ordered_json& from, std::uint64_t& to) {
  if (from.is_number_unsigned()) to = from.get<std::uint64_t>();
}
void in(const ordered_json& from, Time& to) {
  if (!from.is_string()) return;
  if (const auto time = Time::parse_iso(from.get_ref<const std::string&>())) to = *time;
}
void in(const ordered_json& from, Level& to) {
  if (!from.is_string()) return;
  if (const auto level = parse_level(from.get_ref<const std::string&>())) to = *level;
}
template <class Enum, std::size_t N>
void in_named(const ordered_json& from, const std::string_view (&names)[N], Enum& to) {
  if (!from.is_string()) return;
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == from.get_ref<const std::string&>()) to = static_cast<Enum>(i);
}
void in(const ordered_json& from, EntityType& to) { in_named(from, kEntityTypeNames, to); }
void in(const ordered_json& from, ActKind& to) { in_named(from, kActKindNames, to); }
template <class T>
void in(const ordered_json& from, std::vector<T>& to);
template <Described T>
void in(const ordered_json& from, T& to);

struct Reader {
  const ordered_json& json;
  template <class T>
  void operator()(const char* key, T& member) {
    if (const auto found = json.find(key); found != json.end()) in(*found, member);
  }
};

// ---- the lists of fields ----

#define TOCSIN_FIELDS(Type)                       \
  template <>                                     \
  struct Fields<Type> {                           \
    using Known = void;                           \
    template <class Thing, class Visitor>         \
    static void visit(Thing& it, Visitor& field); \
  };                                              \
  template <class Thing, class Visitor>           \
  void Fields<Type>::visit([[maybe_unused]] Thing& it, [[maybe_unused]] Visitor& field)

TOCSIN_FIELDS(Tie) {
  field("type", it.type);
  field("value", it.value);
}
TOCSIN_FIELDS(Claim) {
  field("number", it.number);
  field("recorded", it.recorded);
  field("subject", it.subject);
  field("statement", it.statement);
  field("by", it.by);
  field("date", it.date);
  field("actor", it.actor);
  field("state", it.state);
  field("lineage", it.lineage);
  field("legal", it.legal);
  field("admiralty", it.admiralty);
  field("tlp", it.tlp);
  field("origin", it.origin);
  field("object", it.object);
  field("recorded_by", it.recorded_by);
  field("reason", it.reason);
  field("persona", it.persona);
  field("ties", it.ties);
  field("withdrawn", it.withdrawn);
}
TOCSIN_FIELDS(Act) {
  field("number", it.number);
  field("time", it.time);
  field("act", it.kind);
  field("subjects", it.subjects);
  field("anchors", it.anchors);
  field("text", it.text);
  field("author", it.author);
  field("reason", it.reason);
  field("undone", it.undone);
}
TOCSIN_FIELDS(StoryEntity) {
  field("type", it.type);
  field("value", it.value);
  field("role", it.role);
  field("common", it.common);
  field("note", it.note);
  field("findings", it.findings);
  field("first", it.first);
  field("last", it.last);
}
TOCSIN_FIELDS(TimelineEntry) {
  field("first", it.first);
  field("last", it.last);
  field("level", it.level);
  field("title", it.title);
  field("rule", it.rule);
  field("finding", it.finding);
  field("techniques", it.techniques);
  field("entities", it.entities);
  field("count", it.count);
}
TOCSIN_FIELDS(PathStep) {
  field("tactic", it.tactic);
  field("technique", it.technique);
  field("first", it.first);
  field("last", it.last);
  field("findings", it.findings);
}
TOCSIN_FIELDS(Incident) {
  field("id", it.id);
  field("origin", it.origin);
  field("defining", it.defining);
  field("aliases", it.aliases);
  field("title", it.title);
  field("deeds", it.deeds);
  field("head", it.head);
  field("kinds", it.kinds);
  field("entered", it.entered);
  field("hosts", it.hosts);
  field("host", it.host);
  field("severity", it.severity);
  field("first", it.first);
  field("last", it.last);
  field("victims", it.victims);
  field("victim_count", it.victim_count);
  field("path", it.path);
  field("entities", it.entities);
  field("entity_count", it.entity_count);
  field("timeline", it.timeline);
  field("timeline_count", it.timeline_count);
  field("findings", it.findings);
  field("finding_count", it.finding_count);
  field("ties", it.ties);
}
TOCSIN_FIELDS(Tying) {
  field("type", it.type);
  field("value", it.value);
  field("weight", it.weight);
  field("rarity", it.rarity);
  field("age_days", it.age_days);
  field("lineage", it.lineage);
  field("demoted", it.demoted);
  field("note", it.note);
}
TOCSIN_FIELDS(Link) {
  field("a", it.a);
  field("b", it.b);
  field("weight", it.weight);
  field("joins", it.joins);
  field("why", it.why);
  field("ties", it.ties);
}
TOCSIN_FIELDS(Campaign) {
  field("id", it.id);
  field("aliases", it.aliases);
  field("title", it.title);
  field("severity", it.severity);
  field("first", it.first);
  field("last", it.last);
  field("incidents", it.incidents);
}
#undef TOCSIN_FIELDS

template <class T>
ordered_json out(const std::vector<T>& list) {
  ordered_json made = ordered_json::array();
  for (const T& one : list) made.push_back(out(one));
  return made;
}
template <Described T>
ordered_json out(const T& thing) {
  Writer writer;
  Fields<T>::visit(thing, writer);
  return std::move(writer.json);
}

constexpr std::size_t kListMax = 100'000;  // the file may come from anywhere

template <class T>
void in(const ordered_json& from, std::vector<T>& to) {
  if (!from.is_array()) return;
  to.clear();
  for (const ordered_json& one : from) {
    if (to.size() >= kListMax) return;
    in(one, to.emplace_back());
  }
}
template <Described T>
void in(const ordered_json& from, T& to) {
  if (!from.is_object()) return;
  Reader reader{from};
  Fields<T>::visit(to, reader);
}

template <class T>
std::string text_of(const T& thing) {
  return out(thing).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}
template <class T>
T read(std::string_view json) {
  T thing;
  in(ordered_json::parse(json, nullptr, false), thing);
  return thing;
}

}  // namespace

std::string to_json(const Incident& incident) { return text_of(incident); }
std::string to_json(const Campaign& campaign) { return text_of(campaign); }
std::string to_json(const Link& link) { return text_of(link); }
std::string to_json(const Claim& claim) { return text_of(claim); }
std::string to_json(const Act& act) { return text_of(act); }
Incident incident_from(std::string_view json) { return read<Incident>(json); }
Campaign campaign_from(std::string_view json) { return read<Campaign>(json); }
Link link_from(std::string_view json) { return read<Link>(json); }
Claim claim_from(std::string_view json) { return read<Claim>(json); }
Act act_from(std::string_view json) { return read<Act>(json); }

}  // namespace tocsin::casefile
