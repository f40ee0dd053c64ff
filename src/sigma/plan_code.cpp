// Third pass: a rule's nodes → steps that stop at the first answer.
//
// The cheapest question that is likely to end the matter is asked first. Disjunctions of atoms become groups whose
// answer is kept for the event, because rules share them ("any of these shells"). Nodes with several parents share
// their steps; where that doesn't hold the number of steps down, the rule is verified node by node.
#include <algorithm>
#include <unordered_set>

#include "sigma/plan_draft.h"

namespace tocsin::sigma {
namespace {

constexpr std::size_t kStepsMax = 4096;  // of one rule
constexpr std::size_t kPackMin = 6;      // unindexed literals of a group that are worth a table

class Generator {
 public:
  explicit Generator(PlanDraft& draft) : draft_(draft), plan_(draft.plan) {}

  void run() {
    for (PlanDraft::Shape& shape : draft_.shapes) generate(shape);
  }

 private:
  struct Piece {
    std::uint32_t which;  // a node, or what a group's step asks
    bool is_group;
    double cost, odds;  // guesses: of asking, and of the answer being yes
  };
  struct Prepared {
    bool is_leaf = false;
    std::uint32_t what = 0;  // of a leaf
    std::uint32_t parents = 0;
    double cost = 0, odds = 0.5;
    std::vector<Piece> order;  // children that are still open, the one to ask first in front
  };

  std::uint32_t marked(std::uint32_t what) const {
    return what < plan_.atoms.size() && plan_.atoms[what].decided ? what | Plan::kDecided : what;
  }

  double cost_of(std::uint32_t what) const {
    if (what >= plan_.atoms.size()) {
      const Plan::Group& group = plan_.groups[what - plan_.atoms.size()];
      double cost = 2 + 60.0 * (group.pack_end - group.pack_begin);
      for (std::uint32_t i = group.begin; i < group.end; ++i) cost += cost_of(plan_.members[i] & ~Plan::kDecided);
      return cost;
    }
    const Plan::Atom& atom = plan_.atoms[what];
    if (atom.decided) return 1;
    using S = Matcher::Shape;
    double cost = 30;
    switch (atom.matcher->shape()) {
      case S::literal:
        cost = atom.matcher->anchor() == Anchor::none ? 30 : 6;
        break;
      case S::present:
      case S::exists:
      case S::null:
        cost = 4;
        break;
      case S::glob:
        cost = 80;
        break;
      case S::regex:
        cost = 400;
        break;
      case S::cidr:
        cost = 100;
        break;
      case S::compare:
      case S::field_ref:
        cost = 40;
        break;
      case S::time_part:
        cost = 60;
        break;
    }
    return atom.fields == draft_.everything_set ? cost * 40 + 2000 : cost;
  }

  // All atoms among the children of a disjunction become one group, shared by all rules that have the same.
  std::uint32_t group_of(std::vector<std::uint32_t> atoms) {
    std::ranges::sort(atoms);
    atoms.erase(std::ranges::unique(atoms).begin(), atoms.end());
    if (atoms.size() == 1) return atoms[0];
    const auto [found, is_new] = group_ids_.try_emplace(atoms, 0);
    if (!is_new) return found->second;
    std::map<std::uint32_t, std::vector<std::uint32_t>> packed;  // by field set
    for (const std::uint32_t atom : atoms) {
      const Plan::Atom& it = plan_.atoms[atom];
      if (!it.decided && it.matcher->indexable() && !it.matcher->literal().empty()) packed[it.fields].push_back(atom);
    }
    std::erase_if(packed, [](const auto& item) { return item.second.size() < kPackMin; });
    std::vector<std::uint32_t> singly;
    for (const std::uint32_t atom : atoms) {
      const auto pack = packed.find(plan_.atoms[atom].fields);
      if (pack == packed.end() || std::ranges::find(pack->second, atom) == pack->second.end()) singly.push_back(atom);
    }
    std::ranges::stable_sort(singly, {}, [&](std::uint32_t atom) { return cost_of(atom); });
    Plan::Group group{static_cast<std::uint32_t>(plan_.members.size()), 0,
                      static_cast<std::uint32_t>(plan_.packs.size()), 0};
    for (const std::uint32_t atom : singly) plan_.members.push_back(marked(atom));
    for (const auto& [fields, members] : packed) {
      Plan::Pack pack{fields, {}};
      for (const std::uint32_t atom : members)
        pack.literals.add(plan_.atoms[atom].matcher->literal(), plan_.atoms[atom].matcher->anchor(), atom);
      pack.literals.build();
      plan_.packs.push_back(std::move(pack));
    }
    group.end = static_cast<std::uint32_t>(plan_.members.size());
    group.pack_end = static_cast<std::uint32_t>(plan_.packs.size());
    plan_.groups.push_back(group);
    found->second = static_cast<std::uint32_t>(plan_.atoms.size() + plan_.groups.size() - 1);
    return found->second;
  }

  // Steps are made from the end: a node's code is known by where it goes when it is true and when it is false.
  void generate(PlanDraft::Shape& shape) {
    const Rule& rule = *shape.rule;
    const auto root = static_cast<std::uint32_t>(rule.nodes.size() - 1);
    Plan::Code& code = plan_.codes[shape.code];
    if (shape.nodes[root] == Known::yes) {
      code.step = Plan::kMet;
      return;
    }
    prepare(shape);
    struct Frame {
      std::uint32_t node, on_true, on_false;
      std::size_t left;  // children not yet generated, taken from the last
      std::uint32_t entry;
    };
    std::vector<Frame> stack;
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> done;  // shared nodes
    std::uint32_t result = 0;
    bool returned = false;
    const std::size_t first_step = plan_.steps.size();
    stack.push_back({root, Plan::kMet, Plan::kUnmet, 0, 0});
    bool entering = true;
    while (!stack.empty() && plan_.steps.size() - first_step <= kStepsMax) {
      Frame& frame = stack.back();
      const Node& node = rule.nodes[frame.node];
      const Prepared& prepared = prepared_[frame.node];
      if (entering) {
        entering = false;
        returned = false;
        const auto memo = done.find({frame.node, frame.on_true, frame.on_false});
        if (prepared.is_leaf || memo != done.end()) {
          if (memo != done.end()) {
            result = memo->second;
          } else {
            result = static_cast<std::uint32_t>(plan_.steps.size());
            plan_.steps.push_back({marked(prepared.what), frame.on_true, frame.on_false});
            if (prepared.parents > 1) done[{frame.node, frame.on_true, frame.on_false}] = result;
          }
          stack.pop_back();
          returned = true;
          continue;
        }
        frame.left = prepared.order.size();
        frame.entry = node.kind == Node::Kind::any ? frame.on_false : frame.on_true;
      }
      if (returned) {
        frame.entry = result;
        returned = false;
      }
      if (frame.left == 0) {
        result = frame.entry;
        if (prepared.parents > 1) done[{frame.node, frame.on_true, frame.on_false}] = result;
        stack.pop_back();
        returned = true;
        continue;
      }
      const Piece piece = prepared.order[--frame.left];
      std::uint32_t on_true = frame.on_true, on_false = frame.on_false;
      if (node.kind == Node::Kind::none) {
        std::swap(on_true, on_false);
      } else {
        (node.kind == Node::Kind::all ? on_true : on_false) = frame.entry;
      }
      if (piece.is_group) {
        frame.entry = static_cast<std::uint32_t>(plan_.steps.size());
        plan_.steps.push_back({marked(piece.which), on_true, on_false});
        continue;
      }
      entering = true;
      stack.push_back({piece.which, on_true, on_false, 0, 0});
    }
    if (!stack.empty()) {  // shared nodes made too many steps
      plan_.steps.resize(first_step);
      code.step = Plan::kTable;
      code.nodes = &rule;
      code.atoms = shape.atoms;
      return;
    }
    code.step = result;
  }

  // Costs and orders, from the leaves up.
  void prepare(const PlanDraft::Shape& shape) {
    const Rule& rule = *shape.rule;
    prepared_.assign(rule.nodes.size(), {});
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const Node& node = rule.nodes[i];
      Prepared& self = prepared_[i];
      if (shape.nodes[i] != Known::open) continue;
      if (node.kind == Node::Kind::atom) {
        self.is_leaf = true;
        self.what = shape.atoms[node.atom];
        self.cost = cost_of(self.what);
        self.odds = std::min(0.9, draft_.rates[self.what]);
        continue;
      }
      std::vector<std::uint32_t> atoms;
      double atoms_odds = 0;
      for (const std::uint32_t child : node.children) {
        if (shape.nodes[child] != Known::open) continue;
        ++prepared_[child].parents;
        if (node.kind == Node::Kind::any && prepared_[child].is_leaf) {
          atoms.push_back(prepared_[child].what);
          atoms_odds = std::min(0.9, atoms_odds + prepared_[child].odds);
        } else {
          self.order.push_back({child, false, prepared_[child].cost, prepared_[child].odds});
        }
      }
      if (!atoms.empty()) {
        const std::uint32_t group = group_of(std::move(atoms));
        self.order.push_back({group, true, cost_of(group), atoms_odds});
      }
      const bool all = node.kind == Node::Kind::all;
      std::ranges::stable_sort(self.order, {}, [&](const Piece& piece) {
        return piece.cost / std::max(0.01, all ? 1 - piece.odds : piece.odds);
      });
      double reach = 1;
      for (const Piece& piece : self.order) {
        self.cost += reach * piece.cost;
        reach *= all ? piece.odds : 1 - piece.odds;
      }
      self.odds = node.kind == Node::Kind::none ? 1 - self.order[0].odds : all ? reach : 1 - reach;
    }
  }

  PlanDraft& draft_;
  Plan& plan_;
  std::vector<Prepared> prepared_;  // by node of the rule at work
  std::map<std::vector<std::uint32_t>, std::uint32_t> group_ids_;
};

}  // namespace

void generate_code(PlanDraft& draft) { Generator(draft).run(); }

}  // namespace tocsin::sigma
