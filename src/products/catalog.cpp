// A record's way: its group (route.h), the text of a message field through the group's matcher, else the record rules
// of the group in order; then the mapping of what fitted.
#include "products/catalog.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <mutex>

#include "products/choice.h"
#include "products/mapping.h"
#include "products/route.h"

namespace tocsin::products {
namespace {

// A message or a record rule, compiled.
struct Rule {
  std::uint32_t definition;
  std::string id;
  CaptureNames captures;
  std::vector<Identity> identities;
  std::vector<std::pair<std::uint32_t, std::vector<Shape>>> shapes;
  FieldRef of;
  Conditions when;
  Mapping mapping;
};

// The templates over one field.
struct TextMatcher {
  FieldRef of;
  bool specific = false;
  Matcher matcher;
  std::vector<std::uint32_t> messages;  // what the matcher's numbers mean, in messages_
};

// Compiled when the first record asks: of some hundred groups a scan meets a few.
struct Group {
  std::once_flag once;
  std::vector<TextMatcher> texts;
};

Identity identity_of(std::string_view name, const Definition& definition, const Meaning& meaning) {
  const auto by_name = [](std::string_view ecs) {
    if (ecs == "source.ip" || ecs == "client.ip") return Identity::ip;
    if (ecs == "source.address" || ecs == "client.address" || ecs == "source" || ecs == "client")
      return Identity::address;
    if (ecs == "source.domain" || ecs == "client.domain") return Identity::name;
    if (ecs == "source.port" || ecs == "client.port") return Identity::port;
    return Identity::none;
  };
  if (const Identity own = by_name(name); own != Identity::none) return own;
  // A capture with keys in it (`said{ipAddress}`) tells the source as a whole.
  const auto is_of = [&](std::string_view field) {
    return field == name || (field.starts_with(name) && field.substr(name.size()).starts_with('{'));
  };
  std::vector<const Meaning*> left{&meaning, &definition.meaning};
  for (std::size_t i = 0; i < left.size(); ++i) {
    for (const Meaning& part : left[i]->with) left.push_back(&part);
    for (const MapRule& rule : left[i]->map)
      if (std::ranges::any_of(rule.fields, is_of))
        if (const Identity mapped = by_name(rule.ecs); mapped != Identity::none) return mapped;
  }
  return Identity::none;
}

// What syslog daemons wrap around a message, off: `message repeated 3 times: [ … ]` (rsyslog, sysklogd) and
// `[ID 800047 auth.info] …` (Solaris). Returns how often it was said.
std::uint32_t unwrap(std::string_view& text) {
  if (text[0] != '[' && text[0] != 'm') return 1;
  if (text.starts_with("[ID ")) {
    std::size_t at = 4;
    while (at < text.size() && at < 16 && text[at] >= '0' && text[at] <= '9') ++at;
    const std::size_t close = text.substr(0, at + 32).find("] ", at);
    if (at > 4 && close != std::string_view::npos && text[at] == ' ') text.remove_prefix(close + 2);
  }
  if (!text.starts_with("message repeated ")) return 1;
  std::string_view rest = text.substr(17);
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + std::min<std::size_t>(rest.size(), 9), count);
  if (error != std::errc() || count == 0) return 1;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (!rest.starts_with(" times: [") || !rest.ends_with("]")) return 1;
  rest = rest.substr(9, rest.size() - 10);
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  text = rest;
  return count;
}

// What every record has, and what the header of every syslog line says, whoever wrote the rest.
void add_header(const Event& event, const Record& record, Scratch& scratch, Reading& out) {
  const auto has = [&](std::string_view ecs) {
    return std::ranges::find(out.ecs, ecs, &EcsValue::field) != out.ecs.end();
  };
  if (event.time.known() && !out.product.empty() && !has("@timestamp")) {
    char buffer[40];
    const std::size_t size = event.time.write_iso(buffer);
    out.ecs.push_back({"@timestamp", scratch.arena.copy({buffer, size}), Provenance::trusted});
  }
  if (event.source != "syslog") return;
  static constexpr std::pair<std::string_view, std::string_view> kHeader[] = {
      {"program", "process.name"}, {"pid", "process.pid"}, {"hostname", "host.name"}};
  for (const auto& [field, ecs] : kHeader) {
    if (has(ecs)) continue;
    for (const Record::Entry& entry : record.fields)
      if (entry.name == field && entry.value.size > 0) {
        out.ecs.push_back({ecs, entry.value.text(), Provenance::trusted});
        break;
      }
  }
}

}  // namespace

struct Catalog::Impl {
  std::vector<Definition> definitions;
  FieldNames names;
  EcsNames ecs;
  Router router;
  std::vector<Rule> messages, records;
  std::vector<std::uint32_t> first_record;  // of each definition, in records
  std::vector<RecordChoice> choices;        // of each definition's records
  mutable std::deque<Group> groups;         // the router's

  Result<void> compile();
  Result<void> compile_message(std::uint32_t definition, const Message& message);
  const Group& group(std::uint32_t number) const;
  std::vector<TextMatcher> texts_of(const Router::Members& members) const;

  struct Found {
    const Rule* rule = nullptr;
    std::uint32_t repeated = 1;
    bool ambiguous = false;
  };
  bool find(const Fields& plain, Scratch& scratch, Found& out) const;
  bool counts(const Router::Members& members, std::uint32_t definition, const Fields& fields) const;
};

Result<void> Catalog::Impl::compile_message(std::uint32_t number, const Message& message) {
  const Definition& definition = definitions[number];
  Rule rule{number, message.id, {}, {}, {}, {}, {}, {}};
  for (std::size_t i = 0; i < message.texts.size(); ++i) {
    auto shapes = parse_template(message.texts[i], rule.captures);
    if (!shapes) {
      const Error& error = shapes.error();
      return fail(
          fmt::format("message '{}': {}", message.id, error.what),
          fmt::format("{}:{}{}", definition.path, message.lines[i], error.where.empty() ? "" : ", " + error.where),
          error.hint);
    }
    rule.shapes.emplace_back(static_cast<std::uint32_t>(i), *std::move(shapes));
  }
  for (const std::string& name : rule.captures)
    rule.identities.push_back(identity_of(name, definition, message.meaning));
  rule.of = {FieldRef::Kind::reader, names.add(message.of)};
  TRY(rule.when, Conditions::compile(message.when, names));
  TRY(rule.mapping, Mapping::compile(definition, message.meaning, rule.captures, names, ecs));
  messages.push_back(std::move(rule));
  return {};
}

Result<void> Catalog::Impl::compile() {
  for (std::uint32_t i = 0; i < definitions.size(); ++i) {
    for (const Message& message : definitions[i].messages) TRY_VOID(compile_message(i, message));
    first_record.push_back(static_cast<std::uint32_t>(records.size()));
    TRY(RecordChoice choice, RecordChoice::compile(definitions[i].records, names));
    choices.push_back(std::move(choice));
    for (const RecordRule& record : definitions[i].records) {
      Rule rule{i, record.id, {}, {}, {}, {}, {}, {}};
      TRY(rule.when, Conditions::compile(record.when, names));
      TRY(rule.mapping, Mapping::compile(definitions[i], record.meaning, {}, names, ecs));
      records.push_back(std::move(rule));
    }
  }
  TRY(router, Router::make(definitions, names));
  groups.resize(router.groups().size());
  return {};
}

const Group& Catalog::Impl::group(std::uint32_t number) const {
  Group& group = groups[number];
  std::call_once(group.once, [&] { group.texts = texts_of(router.groups()[number]); });
  return group;
}

std::vector<TextMatcher> Catalog::Impl::texts_of(const Router::Members& members) const {
  std::vector<TextMatcher> texts;
  for (std::uint32_t i = 0; i < messages.size(); ++i) {
    const Rule& rule = messages[i];
    const auto member = std::ranges::find(members, rule.definition, &Router::Member::definition);
    if (member == members.end()) continue;
    auto text = std::ranges::find_if(
        texts, [&](const TextMatcher& t) { return t.of.index == rule.of.index && t.specific == member->specific; });
    if (text == texts.end()) text = texts.insert(texts.end(), {rule.of, member->specific, {}, {}});
    const bool conditional = !member->conditions.empty() || !rule.when.empty();
    for (const auto& [number, shapes] : rule.shapes)
      text->matcher.add(static_cast<std::uint32_t>(text->messages.size()), number, shapes, rule.identities,
                        conditional);
    text->messages.push_back(i);
  }
  for (TextMatcher& text : texts) text.matcher.build();
  std::ranges::stable_partition(texts, &TextMatcher::specific);
  return texts;
}

bool Catalog::Impl::counts(const Router::Members& members, std::uint32_t definition, const Fields& fields) const {
  const auto member = std::ranges::find(members, definition, &Router::Member::definition);
  return member->conditions.empty() ||
         std::ranges::any_of(member->conditions, [&](std::uint32_t i) { return router.conditions(i).hold(fields); });
}

bool Catalog::Impl::find(const Fields& plain, Scratch& scratch, Found& out) const {
  const std::uint32_t number = router.group(plain, scratch);
  const Router::Members& members = router.groups()[number];

  class Filter final : public MessageFilter {
   public:
    Filter(const Impl& impl, const Router::Members& members, const TextMatcher& text, const Fields& fields)
        : impl_(impl), members_(members), text_(text), fields_(fields) {}
    bool allows(std::uint32_t message) const override {
      const Rule& rule = impl_.messages[text_.messages[message]];
      return impl_.counts(members_, rule.definition, fields_) && rule.when.hold(fields_);
    }

   private:
    const Impl& impl_;
    const Router::Members& members_;
    const TextMatcher& text_;
    const Fields& fields_;
  };

  for (const TextMatcher& one : group(number).texts) {
    std::string_view text = plain.first(one.of);
    if (text.empty()) continue;
    if (text.size() > kTextMax) {
      ++scratch.too_long;
      continue;
    }
    out.repeated = unwrap(text);
    const Filter filter(*this, members, one, plain);
    Match match;
    if (!(scratch.naively ? one.matcher.match_naively(text, &filter, scratch.match, match)
                          : one.matcher.match(text, &filter, scratch.match, match))) {
      if (scratch.match.hard && !scratch.naively) return false;  // the next ones can't know better
      continue;
    }
    out.rule = &messages[one.messages[match.message]];
    out.ambiguous = match.ambiguous;
    scratch.captures.resize(match.taken.size());
    for (std::size_t i = 0; i < match.taken.size(); ++i) {
      const Taken& taken = match.taken[i];
      scratch.captures[i] = {text.substr(taken.begin, taken.end - taken.begin), taken.begin, taken.end, taken.present,
                             taken.ambiguous};
    }
    return true;
  }
  out.repeated = 1;
  for (const Router::Member& member : members) {
    const RecordChoice& choice = choices[member.definition];
    const auto candidates = choice.candidates(plain);
    if (candidates.empty() || !counts(members, member.definition, plain)) continue;
    for (const std::uint32_t i : candidates) {
      const Rule& rule = records[first_record[member.definition] + i];
      if (!rule.when.hold(plain)) continue;
      out.rule = &rule;
      scratch.captures.clear();
      return true;
    }
  }
  return false;
}

Catalog::Catalog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Catalog::Catalog(Catalog&&) noexcept = default;
Catalog& Catalog::operator=(Catalog&&) noexcept = default;
Catalog::~Catalog() = default;

Result<Catalog> Catalog::load(std::span<const std::string> paths) {
  TRY(auto definitions, load_definitions(paths));
  return make(std::move(definitions));
}

Result<Catalog> Catalog::make(std::vector<Definition> definitions) {
  auto impl = std::make_unique<Impl>();
  impl->definitions = std::move(definitions);
  TRY_VOID(impl->compile());
  return Catalog(std::move(impl));
}

std::span<const Definition> Catalog::definitions() const { return impl_->definitions; }

void Catalog::demand(Demand& demand) {
  std::vector<bool> wanted(impl_->names.names().size());
  impl_->router.needs(wanted);
  for (const Rule& rule : impl_->messages) {
    if (rule.mapping.kind() == ActivityKind::none) continue;
    wanted[rule.of.index] = true;
    rule.when.needs(wanted);
    rule.mapping.needs(wanted);
  }
  for (const Rule& rule : impl_->records) {
    rule.when.needs(wanted);
    rule.mapping.needs(wanted);
  }
  impl_->names.demand(demand, wanted);
}

bool Catalog::activity(const Event& event, Scratch& scratch, Activity& out) const {
  Impl::Found found;
  scratch.places.fill(event);
  const Fields plain(impl_->names, event, scratch.places);
  if (!impl_->find(plain, scratch, found)) return false;
  if (found.rule->mapping.kind() == ActivityKind::none) return false;
  if (!found.rule->mapping.activity(plain.with(scratch.captures), scratch, out)) return false;
  if (found.repeated > 1 && out.kind == ActivityKind::login) out.login.count *= found.repeated;
  return true;
}

void Catalog::read(const Event& event, const Record& record, Scratch& scratch, Reading& out) const {
  out.product = out.message = {};
  out.activity = ActivityKind::none;
  out.ecs.clear();
  out.captures.clear();
  out.repeated = 1;
  out.ambiguous = false;
  Impl::Found found;
  const Fields plain(impl_->names, event, record);
  if (!impl_->find(plain, scratch, found)) {
    const std::uint32_t number = impl_->router.group(plain, scratch);
    for (const Router::Member& member : impl_->router.groups()[number])
      if (member.named)
        if (impl_->counts(impl_->router.groups()[number], member.definition, plain)) {
          out.product = impl_->definitions[member.definition].product;
          break;
        }
    add_header(event, record, scratch, out);
    return;
  }
  out.product = impl_->definitions[found.rule->definition].product;
  out.message = found.rule->id;
  out.repeated = found.repeated;
  out.ambiguous = found.ambiguous;
  for (std::size_t i = 0; i < scratch.captures.size(); ++i)
    if (scratch.captures[i].present)
      out.captures.push_back({found.rule->captures[i], scratch.captures[i].value, scratch.captures[i].ambiguous});
  found.rule->mapping.read(Fields(impl_->names, event, record, scratch.captures), scratch, out);
  add_header(event, record, scratch, out);
}

}  // namespace tocsin::products
