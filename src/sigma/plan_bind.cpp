// First pass: a rule's atoms become the class's atoms, each distinct one once, and what the class's facts decide is
// decided here, so that conditions on channel and event id cost nothing per event.
#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "sigma/plan_draft.h"

namespace tocsin::sigma {
namespace {

class Binder {
 public:
  Binder(PlanDraft& draft, const std::vector<Fact>& facts, const MatcherOf& matcher_of)
      : draft_(draft), plan_(draft.plan), facts_(facts), matcher_of_(matcher_of) {}

  void add(const BoundRule& bound) {
    const Rule& rule = *bound.rule;
    if (rule.nodes.empty()) return;
    PlanDraft::Shape shape{&rule, 0, {}, {}};
    shape.atoms.reserve(rule.atoms.size());
    for (const Atom& atom : rule.atoms) shape.atoms.push_back(intern(bound, atom));
    shape.nodes.resize(rule.nodes.size());
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const Node& node = rule.nodes[i];
      Known& state = shape.nodes[i];
      if (node.kind == Node::Kind::atom) {
        state = knowns_[shape.atoms[node.atom]];
      } else if (node.kind == Node::Kind::none) {
        const Known child = shape.nodes[node.children[0]];
        state = child == Known::open ? Known::open : known(child == Known::no);
      } else {
        const Known breaks = node.kind == Node::Kind::all ? Known::no : Known::yes;
        state = known(node.kind == Node::Kind::all);
        for (const std::uint32_t child : node.children) {
          if (shape.nodes[child] == breaks) state = breaks;
          if (shape.nodes[child] == Known::open && state != breaks) state = Known::open;
        }
      }
    }
    if (shape.nodes.back() == Known::no) return;
    shape.code = static_cast<std::uint32_t>(plan_.codes.size());
    plan_.codes.push_back({bound.index, Plan::kUnmet, nullptr, {}});
    draft_.shapes.push_back(std::move(shape));
  }

 private:
  std::uint16_t local_of(Slot slot) {
    CHECK(slot < plan_.local_of_slot.size());
    std::uint16_t& local = plan_.local_of_slot[slot];
    if (local == Plan::kNoLocal) local = plan_.locals++;
    return local;
  }

  std::uint32_t field_set(const std::vector<Slot>& slots) {
    const auto found = field_set_ids_.find(slots);
    if (found != field_set_ids_.end()) return found->second;
    std::vector<std::uint16_t> locals;
    for (const Slot slot : slots) {
      const std::uint16_t local = local_of(slot);
      if (std::ranges::find(locals, local) == locals.end()) locals.push_back(local);
    }
    const auto id = static_cast<std::uint32_t>(plan_.field_sets.size());
    plan_.field_sets.push_back(std::move(locals));
    field_set_ids_.emplace(slots, id);
    return id;
  }

  std::uint32_t everything() {
    if (plan_.everything == Plan::kNoLocal) {
      plan_.everything = plan_.locals++;
      draft_.everything_set = static_cast<std::uint32_t>(plan_.field_sets.size());
      plan_.field_sets.push_back({plan_.everything});
    }
    return draft_.everything_set;
  }

  std::uint32_t intern(const BoundRule& rule, const Atom& atom) {
    const Matcher* matcher = matcher_of_(atom.test);
    const std::uint32_t fields = atom.field.empty() ? everything() : field_set(rule.slots(atom.field));
    std::uint32_t other = Plan::kNone;
    if (const auto* reference = std::get_if<FieldRef>(&atom.test)) other = field_set(rule.slots(reference->field));
    const auto [found, is_new] =
        atom_ids_.try_emplace({matcher, fields, other}, static_cast<std::uint32_t>(plan_.atoms.size()));
    if (is_new) {
      plan_.atoms.push_back({matcher, fields, other, false});
      knowns_.push_back(decide(*matcher, atom.field.empty() ? nullptr : &rule.slots(atom.field)));
    }
    return found->second;
  }

  Known decide(const Matcher& matcher, const std::vector<Slot>* slots) const {
    using S = Matcher::Shape;
    if (slots == nullptr) return Known::open;
    const Fact* fact = nullptr;
    for (const Fact& candidate : facts_)
      if (slots->size() == 1 && candidate.slot == (*slots)[0]) fact = &candidate;
    if (slots->empty() || (fact != nullptr && fact->kind == Fact::Kind::absent)) {
      if (matcher.shape() == S::null) return Known::yes;
      if (matcher.shape() == S::exists) return known(!std::get<Exists>(matcher.test()).wanted);
      return Known::no;
    }
    if (fact == nullptr) return Known::open;
    if (fact->kind == Fact::Kind::null) {
      if (matcher.shape() == S::exists) return known(std::get<Exists>(matcher.test()).wanted);
      return known(matcher.shape() == S::null);
    }
    if (matcher.shape() == S::null) return Known::no;
    if (matcher.shape() == S::exists) return known(std::get<Exists>(matcher.test()).wanted);
    if (matcher.shape() == S::present) return Known::yes;
    if (fact->kind == Fact::Kind::other)
      return matcher.indexable() && matcher.anchor() == Anchor::whole ? Known::no : Known::open;
    if (matcher.cased() || matcher.shape() == S::field_ref) return Known::open;
    return known(matcher.test(fact->text, fact->text));
  }

  struct AtomKey {
    const Matcher* matcher;
    std::uint32_t fields, other;
    bool operator==(const AtomKey&) const = default;
  };
  struct AtomKeyHash {
    std::size_t operator()(const AtomKey& key) const {
      return (std::hash<const void*>{}(key.matcher) ^ key.fields * 0x9e3779b97f4a7c15) + key.other;
    }
  };

  PlanDraft& draft_;
  Plan& plan_;
  const std::vector<Fact>& facts_;
  const MatcherOf& matcher_of_;
  std::vector<Known> knowns_;  // by atom
  std::map<std::vector<Slot>, std::uint32_t> field_set_ids_;
  std::unordered_map<AtomKey, std::uint32_t, AtomKeyHash> atom_ids_;
};

}  // namespace

void bind_rules(PlanDraft& draft, const std::vector<BoundRule>& rules, const std::vector<Fact>& facts,
                const MatcherOf& matcher_of) {
  Binder binder(draft, facts, matcher_of);
  for (const BoundRule& rule : rules) binder.add(rule);
}

Plan build_plan(const std::vector<BoundRule>& rules, const std::vector<Fact>& facts, const MatcherOf& matcher_of,
                std::size_t slots) {
  PlanDraft draft;
  draft.plan.local_of_slot.assign(slots, Plan::kNoLocal);
  bind_rules(draft, rules, facts, matcher_of);
  place_witnesses(draft);
  generate_code(draft);
  return std::move(draft.plan);
}

}  // namespace tocsin::sigma
