// Classes: the router's place of an event, with everything that no rule of the class asks for left out, is the key of
// its compiled Plan. Places are looked up in a small table of the thread's own first, then under the lock.
#include "sigma/engine.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

#include "base/check.h"
#include "base/hash.h"
#include "sigma/keywords.h"
#include "sigma/pattern.h"
#include "sigma/plan.h"
#include "sigma/router.h"

namespace tocsin::sigma {
namespace {

constexpr std::string_view kKeyNames[] = {"EventID", "Channel", "Provider_Name"};
constexpr std::size_t kPlacesMax = 1 << 16;  // kept under the lock
constexpr std::size_t kMemoSize = 1024;      // kept by each thread; a power of two

struct EntrySet {
  std::vector<std::uint32_t> entries;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> rules;  // rule, entry; by rule
  std::vector<bool> asked;                                     // by key: some rule asks for it
  std::vector<std::set<std::uint32_t>> mentioned;              // by key: ids that a rule compares with
};

struct EventClass {
  std::uint32_t index;
  const EntrySet* set;
  Plan plan;
};

// The text for which an atom compares the whole value without case, if it does.
std::optional<std::string> whole_text(const Test& test) {
  const auto* pattern = std::get_if<Pattern>(&test);
  return pattern == nullptr || pattern->cased ? std::nullopt : plain_text(*pattern);
}

std::uint64_t hash_place(const Router::Place& place) {
  return hash64({reinterpret_cast<const char*>(place.ids.data()), sizeof place.ids}, place.lane);
}

}  // namespace

struct Engine::Impl {
  std::shared_ptr<const RuleSet> rules;
  Logsources logsources;
  EngineOptions options;
  Router router;
  std::vector<std::string> slot_names;                                     // of the demand when compiled
  std::unordered_map<std::string, std::vector<Slot>> identity;             // field → its own slot
  std::vector<std::unordered_map<std::string, std::vector<Slot>>> mapped;  // by entry: fields that it renames or lacks
  std::vector<std::vector<std::uint32_t>> rules_of;                        // by entry
  std::vector<Unmapped> unmapped;

  // Grown under the lock; what is in them never moves.
  mutable std::mutex mutex;
  mutable std::deque<Matcher> matchers;
  mutable std::unordered_map<std::string, const Matcher*> matcher_ids;
  mutable std::map<std::vector<std::uint32_t>, std::unique_ptr<EntrySet>> sets;
  mutable std::map<std::pair<const EntrySet*, std::vector<std::uint32_t>>, EventClass*>
      class_ids;  // by set, lane and ids
  mutable std::deque<EventClass> classes;
  mutable std::map<std::pair<std::uint32_t, Router::Ids>, const EventClass*> places;

  const std::vector<Slot>& slots_of(std::uint32_t entry, const std::string& field) const {
    static const std::vector<Slot> kNone;
    if (const auto found = mapped[entry].find(field); found != mapped[entry].end()) return found->second;
    const auto found = identity.find(field);
    return found == identity.end() ? kNone : found->second;
  }

  const Matcher* matcher_of(const Test& test) const {
    const auto [found, is_new] = matcher_ids.try_emplace(key_of(test), nullptr);
    if (is_new) found->second = &matchers.emplace_back(test);
    return found->second;
  }

  void feed();
  void demand_fields(Demand& demand);
  void watch_keywords(Demand& demand) const;
  void fill_dictionaries();
  std::optional<std::vector<std::string>> missing_fields(const Rule& rule, const LogsourceEntry& entry) const;
  const EntrySet& set_of(const std::vector<std::uint32_t>& entries) const;
  const EventClass* class_of(const Router::Place& place, const Event& event) const;
  const EventClass* compile_class(const EntrySet& set, const Router::Lane& lane, const Router::Place& place) const;
  const EventClass* find(const Event& event, Scratch::State& state) const;
};

struct Engine::Scratch::State {
  Router::Memo memo;
  struct Known {
    Router::Place place;
    const EventClass* event_class = nullptr;
  };
  std::vector<Known> known{kMemoSize};
  std::vector<std::uint64_t> events;  // by class
  PlanRun run;
};

// Which entry feeds which rule, and which rules are left hungry.
void Engine::Impl::feed() {
  std::map<Logsource, std::vector<std::uint32_t>> entries_of;  // rules share few logsources
  rules_of.resize(logsources.entries.size());
  for (std::uint32_t i = 0; i < rules->rules.size(); ++i) {
    const Rule& rule = rules->rules[i];
    Logsource key = rule.logsource;
    key.definition.clear();
    const auto [found, is_new] = entries_of.try_emplace(key);
    if (is_new)
      for (std::uint32_t entry = 0; entry < logsources.entries.size(); ++entry)
        if (logsources.entries[entry].feeds(key)) found->second.push_back(entry);
    std::set<std::string> missing;
    bool can_be_met = false;
    for (const std::uint32_t entry : found->second) {
      rules_of[entry].push_back(i);
      const auto fields = missing_fields(rule, logsources.entries[entry]);
      if (!fields) can_be_met = true;
      if (fields) missing.insert(fields->begin(), fields->end());
    }
    if (!can_be_met) unmapped.push_back({i, {missing.begin(), missing.end()}});
  }
}

// The fields that an entry's records lack, when the rule can't be met without them.
std::optional<std::vector<std::string>> Engine::Impl::missing_fields(const Rule& rule,
                                                                     const LogsourceEntry& entry) const {
  if (!entry.closed && entry.holds.empty()) return std::nullopt;
  enum class Truth : std::uint8_t { no, yes, open };
  std::vector<std::string> missing;
  std::vector<Truth> truth(rule.nodes.size(), Truth::open);
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    const Node& node = rule.nodes[i];
    if (node.kind == Node::Kind::atom) {
      const Atom& atom = rule.atoms[node.atom];
      if (atom.field.empty() || entry.may_have(atom.field)) continue;
      if (std::ranges::find(missing, atom.field) == missing.end()) missing.push_back(atom.field);
      const auto* exists = std::get_if<Exists>(&atom.test);
      const bool holds = exists != nullptr ? !exists->wanted : std::holds_alternative<Null>(atom.test);
      truth[i] = holds ? Truth::yes : Truth::no;
    } else if (node.kind == Node::Kind::none) {
      const Truth child = truth[node.children[0]];
      truth[i] = child == Truth::open ? child : child == Truth::no ? Truth::yes : Truth::no;
    } else {
      const bool all = node.kind == Node::Kind::all;
      const Truth breaks = all ? Truth::no : Truth::yes;
      truth[i] = all ? Truth::yes : Truth::no;
      for (const std::uint32_t child : node.children)
        if (truth[child] == Truth::open) truth[i] = Truth::open;
      for (const std::uint32_t child : node.children)
        if (truth[child] == breaks) truth[i] = breaks;
    }
  }
  if (truth.empty() || truth.back() != Truth::no) return std::nullopt;
  return missing;
}

void Engine::Impl::demand_fields(Demand& demand) {
  // Correlations read fields of the rules they stand on.
  std::unordered_map<std::uint32_t, std::vector<const std::string*>> beside;
  for (const Correlation& correlation : rules->correlations)
    for (const Correlation::Input& input : correlation.inputs) {
      if (input.correlation) continue;
      for (const std::string& field : input.group_by) beside[input.index].push_back(&field);
      for (const std::string& field : input.value_fields) beside[input.index].push_back(&field);
    }
  mapped.resize(logsources.entries.size());
  for (std::uint32_t i = 0; i < logsources.entries.size(); ++i) {
    const LogsourceEntry& entry = logsources.entries[i];
    const bool plain = !entry.closed;
    const auto want = [&](const std::string& field) {
      if (field.empty() || mapped[i].contains(field)) return;
      if (plain && !entry.fields.contains(field)) {
        auto& slots = identity[field];
        if (slots.empty()) slots.push_back(demand.add(field));
        return;
      }
      std::vector<Slot>& slots = mapped[i][field];
      for (const std::string& name : entry.record_fields(field)) slots.push_back(demand.add(name));
    };
    for (const std::uint32_t index : rules_of[i]) {
      const Rule& rule = rules->rules[index];
      const std::string* latest = nullptr;
      for (const Atom& atom : rule.atoms) {
        if (latest == nullptr || *latest != atom.field) want(atom.field);
        latest = &atom.field;
        if (const auto* reference = std::get_if<FieldRef>(&atom.test)) want(reference->field);
      }
      if (const auto found = beside.find(index); found != beside.end())
        for (const std::string* field : found->second) want(*field);
    }
  }
}

// All that any class may search for in all values.
void Engine::Impl::watch_keywords(Demand& demand) const {
  auto groups = std::make_shared<KeywordGroups>(demand.keywords());
  bool any = false;
  for (const Rule& rule : rules->rules)
    for (const Atom& atom : rule.atoms) {
      if (!atom.field.empty()) continue;
      any = true;
      const Matcher matcher(atom.test);
      if (matcher.indexable()) groups->add(matcher.literal());
      for (const auto& texts : matcher.needs().texts)
        for (const std::string& text : texts) groups->add(text);
    }
  if (!any) return;
  groups->build();
  demand.watch(std::move(groups));
}

// Key texts that rules compare with, so that the class of an event decides those comparisons.
void Engine::Impl::fill_dictionaries() {
  std::unordered_map<std::string, std::vector<std::uint32_t>> keys_of;  // rule field → keys
  for (std::uint32_t key = 0; key < router.keys().size(); ++key) {
    const std::string& name = router.keys()[key].name;
    keys_of[name].push_back(key);
    for (const LogsourceEntry& entry : logsources.entries)
      for (const auto& [field, record] : entry.fields)
        if (field != name && std::ranges::find(record, name) != record.end()) keys_of[field].push_back(key);
  }
  for (const Rule& rule : rules->rules)
    for (const Atom& atom : rule.atoms) {
      const auto found = keys_of.find(atom.field);
      if (found == keys_of.end()) continue;
      if (const auto text = whole_text(atom.test))
        for (const std::uint32_t key : found->second) router.keys()[key].add(*text);
    }
}

const EntrySet& Engine::Impl::set_of(const std::vector<std::uint32_t>& entries) const {
  std::unique_ptr<EntrySet>& slot = sets[entries];
  if (slot) return *slot;
  slot = std::make_unique<EntrySet>();
  slot->entries = entries;
  std::set<std::uint32_t> seen;
  for (const std::uint32_t entry : entries)
    for (const std::uint32_t rule : rules_of[entry])
      if (seen.insert(rule).second) slot->rules.emplace_back(rule, entry);
  std::ranges::sort(slot->rules);
  slot->asked.resize(router.keys().size());
  slot->mentioned.resize(router.keys().size());
  for (const auto& [rule, entry] : slot->rules)
    for (const Atom& atom : rules->rules[rule].atoms) {
      if (atom.field.empty()) continue;
      const std::vector<Slot>& atom_slots = slots_of(entry, atom.field);
      if (atom_slots.size() != 1) continue;
      for (std::size_t key = 0; key < router.keys().size(); ++key) {
        if (router.keys()[key].slot != atom_slots[0]) continue;
        slot->asked[key] = true;
        if (const auto text = whole_text(atom.test)) slot->mentioned[key].insert(router.keys()[key].find(*text));
      }
    }
  return *slot;
}

const EventClass* Engine::Impl::compile_class(const EntrySet& set, const Router::Lane& lane,
                                              const Router::Place& place) const {
  // The class's name: of each key, what the rules can tell apart.
  std::vector<std::uint32_t> name{place.lane};
  for (std::size_t i = 0; i < lane.keys.size(); ++i) {
    const std::uint32_t key = lane.keys[i], id = place.ids[i];
    const bool told_apart = id < Router::kFirst || set.mentioned[key].contains(id);
    name.push_back(!set.asked[key] ? Router::kUnclear : told_apart ? id : Router::kOther);
  }
  if (class_ids.size() >= options.classes_max && !class_ids.contains({&set, name}))
    std::fill(name.begin() + 1, name.end(), Router::kUnclear);
  EventClass*& slot = class_ids[{&set, name}];
  if (slot != nullptr) return slot;

  std::vector<Fact> facts;
  for (std::size_t i = 0; i < lane.keys.size(); ++i) {
    const Router::Key& key = router.keys()[lane.keys[i]];
    const std::uint32_t id = name[i + 1];
    if (id == Router::kUnclear) continue;
    facts.push_back({key.slot,
                     id == Router::kAbsent  ? Fact::Kind::absent
                     : id == Router::kNull  ? Fact::Kind::null
                     : id == Router::kOther ? Fact::Kind::other
                                            : Fact::Kind::text,
                     id < Router::kFirst ? "" : key.texts[id - Router::kFirst]});
  }
  std::vector<BoundRule> bound;
  for (const auto& [rule, entry] : set.rules)
    bound.push_back(
        {rule, &rules->rules[rule],
         [this, at = entry](const std::string& field) -> const std::vector<Slot>& { return slots_of(at, field); }});
  const auto interned = [this](const Test& test) { return matcher_of(test); };
  slot = &classes.emplace_back(EventClass{static_cast<std::uint32_t>(classes.size()), &set,
                                          build_plan(bound, facts, interned, slot_names.size())});
  return slot;
}

const EventClass* Engine::Impl::class_of(const Router::Place& place, const Event& event) const {
  const std::lock_guard lock(mutex);
  const std::pair<std::uint32_t, Router::Ids> key{place.lane, place.ids};
  if (place.clear)
    if (const auto found = places.find(key); found != places.end()) return found->second;
  std::vector<std::uint32_t> entries;
  router.entries(place, event, entries);
  const EventClass* found = compile_class(set_of(entries), router.lanes()[place.lane], place);
  if (place.clear && places.size() < kPlacesMax) places.emplace(key, found);
  return found;
}

const EventClass* Engine::Impl::find(const Event& event, Scratch::State& state) const {
  const Router::Place place = router.place(event, state.memo);
  Scratch::State::Known& known = state.known[hash_place(place) & (kMemoSize - 1)];
  if (known.event_class != nullptr && place.clear && known.place.lane == place.lane && known.place.ids == place.ids)
    return known.event_class;
  const EventClass* found = class_of(place, event);
  if (place.clear) known = {place, found};
  return found;
}

Engine::Scratch::Scratch(const Engine&) : state_(std::make_unique<State>()) {}
Engine::Scratch::Scratch(Scratch&&) noexcept = default;
Engine::Scratch::~Scratch() = default;

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

Result<std::shared_ptr<const Engine>> Engine::compile(std::shared_ptr<const RuleSet> rules, Logsources logsources,
                                                      Demand& demand, const EngineOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->rules = std::move(rules);
  impl->logsources = std::move(logsources);
  impl->options = options;
  TRY(impl->router, Router::make(impl->logsources, kKeyNames, demand));
  impl->feed();
  impl->demand_fields(demand);
  impl->watch_keywords(demand);
  impl->fill_dictionaries();
  impl->slot_names.assign(demand.names().begin(), demand.names().end());
  return std::shared_ptr<const Engine>(new Engine(std::move(impl)));
}

void Engine::match(const Batch& batch, const Event& event, Scratch& scratch, std::vector<std::uint32_t>& met) const {
  met.clear();
  Scratch::State& state = *scratch.state_;
  const EventClass* found = impl_->find(event, state);
  if (state.events.size() <= found->index) state.events.resize(found->index + 1);
  ++state.events[found->index];
  state.run.match(found->plan, batch, event, met);
}

void Engine::match_brute(const Batch& batch, const Event& event, Scratch& scratch,
                         std::vector<std::uint32_t>& met) const {
  met.clear();
  Scratch::State& state = *scratch.state_;
  state.run.match(impl_->find(event, state)->plan, batch, event, met, true);
}

std::span<const std::uint32_t> Engine::entries_of(const Event& event, Scratch& scratch) const {
  return impl_->find(event, *scratch.state_)->set->entries;
}

std::optional<std::uint32_t> Engine::entry_of(std::uint32_t rule, const Event& event, Scratch& scratch) const {
  const auto& set_rules = impl_->find(event, *scratch.state_)->set->rules;
  const auto found = std::ranges::lower_bound(set_rules, std::pair{rule, std::uint32_t{0}});
  if (found == set_rules.end() || found->first != rule) return std::nullopt;
  return found->second;
}

std::span<const Slot> Engine::slots(std::uint32_t entry, std::string_view field) const {
  return impl_->slots_of(entry, std::string(field));
}
std::span<const std::uint32_t> Engine::rules_of(std::uint32_t entry) const { return impl_->rules_of[entry]; }
std::span<const LogsourceEntry> Engine::entries() const { return impl_->logsources.entries; }
const RuleSet& Engine::rules() const { return *impl_->rules; }
const std::vector<Unmapped>& Engine::unmapped() const { return impl_->unmapped; }

void Engine::count_events(const Scratch& scratch, std::vector<std::uint64_t>& counts) const {
  counts.resize(entries().size());
  const auto& events = scratch.state_->events;
  const std::lock_guard lock(impl_->mutex);
  for (std::size_t i = 0; i < events.size(); ++i)
    for (const std::uint32_t entry : impl_->classes[i].set->entries) counts[entry] += events[i];
}

std::vector<std::uint32_t> Engine::idle_rules(std::span<const std::uint64_t> counts) const {
  std::vector<bool> fed(rules().rules.size()), busy(rules().rules.size());
  for (std::uint32_t entry = 0; entry < entries().size(); ++entry)
    for (const std::uint32_t rule : rules_of(entry)) {
      fed[rule] = true;
      if (counts[entry] > 0) busy[rule] = true;
    }
  std::vector<std::uint32_t> idle;
  for (std::uint32_t rule = 0; rule < fed.size(); ++rule)
    if (fed[rule] && !busy[rule]) idle.push_back(rule);
  return idle;
}

std::size_t Engine::classes() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->classes.size();
}

std::size_t Engine::memory() const {
  const std::lock_guard lock(impl_->mutex);
  std::size_t sum = impl_->matchers.size() * sizeof(Matcher);
  for (const EventClass& event_class : impl_->classes) sum += event_class.plan.memory();
  return sum;
}

std::string Engine::explain(std::uint32_t rule) const {
  std::string out;
  for (std::uint32_t i = 0; i < entries().size(); ++i) {
    if (std::ranges::find(rules_of(i), rule) == rules_of(i).end()) continue;
    out += fmt::format("for records of {}:\n", entries()[i].name);
    const std::vector<BoundRule> bound{
        {rule, &rules().rules[rule],
         [this, i](const std::string& field) -> const std::vector<Slot>& { return impl_->slots_of(i, field); }}};
    const std::lock_guard lock(impl_->mutex);
    const Plan plan =
        build_plan(bound, {}, [this](const Test& test) { return impl_->matcher_of(test); }, impl_->slot_names.size());
    if (plan.empty()) {
      out += "  can't be met: these records lack its fields\n";
      continue;
    }
    out += plan.describe(0, [&](std::uint16_t local) {
      const auto slot = std::ranges::find(plan.local_of_slot, local) - plan.local_of_slot.begin();
      return impl_->slot_names[static_cast<std::size_t>(slot)];
    });
  }
  return out;
}

}  // namespace tocsin::sigma
