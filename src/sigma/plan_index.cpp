// Second pass: what announces a rule.
//
// From the leaves up, each node gets the rate of the cheapest set of announcements that covers every way in which it
// can be true, and another for being false: a conjunction takes its rarest child, a disjunction needs all of them, a
// negation swaps. The set is then read off from the root down. A rule whose set can't be had stands in Plan::always.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/check.h"
#include "sigma/plan_draft.h"
#include "sigma/rates.h"

namespace tocsin::sigma {
namespace {

constexpr double kNever = 0, kAlways = 1e9;
constexpr double kHitCost = 40, kCostMax = 5000;  // nanoseconds, roughly
constexpr std::size_t kLongValue = 200;           // bytes that few values have

struct Witness {
  enum class Kind : std::uint8_t { none, atom, texts, byte, size };
  Kind kind = Kind::none;
  double rate = kAlways;
  std::size_t which = 0;  // of Needs::texts or Needs::bytes
};

class Placer {
 public:
  explicit Placer(PlanDraft& draft) : draft_(draft), plan_(draft.plan) {}

  void run() {
    for (const Plan::Atom& atom : plan_.atoms) {
      witnesses_.push_back(find_witness(*atom.matcher, atom.fields == draft_.everything_set));
      draft_.rates.push_back(witnesses_.back().rate);
    }
    place();
    decide_anchored();
    finish();
  }

 private:
  static Witness find_witness(const Matcher& matcher, bool keyword) {
    using S = Matcher::Shape;
    Witness witness;
    if (matcher.indexable()) {
      witness = {Witness::Kind::atom, matcher.literal().empty() ? 0.01 : rate_of(matcher.literal(), matcher.anchor()),
                 0};
    } else if (matcher.shape() == S::null ||
               (matcher.shape() == S::exists && !std::get<Exists>(matcher.test()).wanted)) {
      return witness;
    } else {
      const Needs& needs = matcher.needs();
      witness = {Witness::Kind::size, needs.size_min >= kLongValue ? 0.01 : 1.0, 0};
      for (std::size_t i = 0; i < needs.texts.size(); ++i) {
        double rate = 0;
        for (const std::string& text : needs.texts[i]) rate += rate_of(text, Anchor::none);
        if (rate < witness.rate) witness = {Witness::Kind::texts, rate, i};
      }
      for (std::size_t i = 0; i < needs.bytes.size(); ++i) {
        const double rate = byte_rate(needs.bytes[i].first, needs.bytes[i].second);
        if (rate < witness.rate) witness = {Witness::Kind::byte, rate, i};
      }
    }
    // Reading all values of a record costs far more than any field's search.
    if (keyword) witness.rate = std::min(witness.rate * 20 + 2, kAlways / 2);
    return witness;
  }

  // By truth, then by node of the rule at work: the rate of the best set of announcements.
  using Rates = std::vector<double>[2];

  void place() {
    for (const PlanDraft::Shape& shape : draft_.shapes) {
      const Rule& rule = *shape.rule;
      const std::size_t count = rule.nodes.size();
      Rates rates{std::vector<double>(count), std::vector<double>(count)};
      costs_.assign(count, 0);
      for (std::size_t i = 0; i < count; ++i) {
        const Node& node = rule.nodes[i];
        if (shape.nodes[i] == Known::open) {
          if (node.kind == Node::Kind::atom) costs_[i] = question_cost(plan_.atoms[shape.atoms[node.atom]]);
          for (const std::uint32_t child : node.children) costs_[i] += costs_[child];
        }
        for (const bool truth : {false, true}) rates[truth][i] = rate_of_node(shape, node, i, truth, rates);
      }
      if (rates[true][count - 1] >= kAlways) {
        plan_.always.push_back(shape.code);
        continue;
      }
      read_off(shape, rates);
    }
  }

  double rate_of_node(const PlanDraft::Shape& shape, const Node& node, std::size_t index, bool truth,
                      const Rates& rates) {
    if (shape.nodes[index] != Known::open) return known(truth) == shape.nodes[index] ? kAlways : kNever;
    switch (node.kind) {
      case Node::Kind::atom: {
        const std::uint32_t atom = shape.atoms[node.atom];
        return truth ? witnesses_[atom].rate : false_rate(atom);
      }
      case Node::Kind::none:
        return rates[!truth][node.children[0]];
      case Node::Kind::all:
      case Node::Kind::any: {
        if ((node.kind == Node::Kind::any) != truth) return rates[truth][cheapest(node, truth, rates)];
        double rate = 0;  // every child needs a witness
        for (const std::uint32_t child : node.children) rate += rates[truth][child];
        return std::min(rate, kAlways);
      }
    }
    CHECK(false);
  }

  // Of children that must all hold, the one to wait for: how often it is seen, times what its brothers cost to ask
  // then.
  std::uint32_t cheapest(const Node& node, bool truth, const Rates& rates) const {
    double sum = 0;
    for (const std::uint32_t child : node.children) sum += costs_[child];
    const auto price = [&](std::uint32_t child) {
      const double rate = rates[truth][child];
      return rate >= kAlways ? kAlways * 1e6 : rate * (kHitCost + std::min(sum - costs_[child], kCostMax));
    };
    return *std::ranges::min_element(node.children, {}, price);
  }

  static double question_cost(const Plan::Atom& atom) {
    using S = Matcher::Shape;
    switch (atom.matcher->shape()) {
      case S::literal:
        return atom.matcher->anchor() == Anchor::none ? 20 : 3;
      case S::glob:
        return 40;
      case S::regex:
        return 200;
      case S::present:
      case S::exists:
      case S::null:
        return 3;
      default:
        return 40;
    }
  }

  // `not null` and `not (exists: false)` ask for the field.
  double false_rate(std::uint32_t atom) const {
    const Matcher& matcher = *plan_.atoms[atom].matcher;
    const bool asks = matcher.shape() == Matcher::Shape::null ||
                      (matcher.shape() == Matcher::Shape::exists && !std::get<Exists>(matcher.test()).wanted);
    return asks ? 1.0 : kAlways;
  }

  void read_off(const PlanDraft::Shape& shape, const Rates& rates) {
    const Rule& rule = *shape.rule;
    std::vector<std::pair<std::uint32_t, bool>> left{{static_cast<std::uint32_t>(rule.nodes.size() - 1), true}};
    std::unordered_set<std::uint64_t> seen;
    while (!left.empty()) {
      const auto [index, truth] = left.back();
      left.pop_back();
      if (!seen.insert(std::uint64_t{index} << 1 | truth).second || shape.nodes[index] != Known::open) continue;
      const Node& node = rule.nodes[index];
      if (node.kind == Node::Kind::atom) {
        announce(shape.atoms[node.atom], truth, shape.code);
      } else if (node.kind == Node::Kind::none) {
        left.push_back({node.children[0], !truth});
      } else if ((node.kind == Node::Kind::any) == truth) {
        for (const std::uint32_t child : node.children) left.push_back({child, truth});
      } else {
        left.push_back({cheapest(node, truth, rates), truth});
      }
    }
  }

  void announce(std::uint32_t atom, bool truth, std::uint32_t code) {
    const Witness present{Witness::Kind::size, 1, 0};
    const Witness& witness = truth ? witnesses_[atom] : present;
    const Matcher& matcher = *plan_.atoms[atom].matcher;
    const std::uint32_t fields = plan_.atoms[atom].fields;
    switch (witness.kind) {
      case Witness::Kind::atom:
        add_code(hit_of_atom(atom), code);
        break;
      case Witness::Kind::texts:
        for (const std::string& text : matcher.needs().texts[witness.which]) add_code(hit_of_text(fields, text), code);
        break;
      case Witness::Kind::byte: {
        const auto [byte, count] = matcher.needs().bytes[witness.which];
        threshold(fields, 0, byte, count, code);
        break;
      }
      case Witness::Kind::size: {
        const std::size_t size = truth ? matcher.needs().size_min : 0;
        threshold(fields, static_cast<std::uint32_t>(std::min<std::size_t>(size, UINT32_MAX)), -1, 0, code);
        break;
      }
      case Witness::Kind::none:
        CHECK(false);
    }
  }

  void add_code(std::uint32_t hit, std::uint32_t code) {
    auto& codes = hit_codes_[hit];
    if (codes.empty() || codes.back() != code) codes.push_back(code);
  }

  std::uint32_t new_hit(std::uint32_t atom) {
    plan_.hits.push_back({atom, 0, 0});
    hit_codes_.emplace_back();
    return static_cast<std::uint32_t>(plan_.hits.size() - 1);
  }

  // From here on the index decides the atom.
  std::uint32_t hit_of_atom(std::uint32_t atom) {
    const auto [found, is_new] = atom_hits_.try_emplace(atom, 0);
    if (is_new) {
      found->second = new_hit(atom);
      Plan::Atom& target = plan_.atoms[atom];
      target.decided = true;
      for (const std::uint16_t local : plan_.field_sets[target.fields])
        index_of(local).literals.add(target.matcher->literal(), target.matcher->anchor(), found->second);
    }
    return found->second;
  }

  std::uint32_t hit_of_text(std::uint32_t fields, const std::string& text) {
    const auto [found, is_new] = text_hits_.try_emplace({fields, text}, 0);
    if (is_new) {
      found->second = new_hit(Plan::kNone);
      for (const std::uint16_t local : plan_.field_sets[fields])
        index_of(local).literals.add(text, Anchor::none, found->second);
    }
    return found->second;
  }

  void threshold(std::uint32_t fields, std::uint32_t size_min, int byte, std::uint32_t count, std::uint32_t code) {
    for (const std::uint16_t local : plan_.field_sets[fields]) {
      index_of(local);
      auto& codes = thresholds_[{local, size_min, byte, count}];
      if (codes.empty() || codes.back() != code) codes.push_back(code);
    }
  }

  Plan::Index& index_of(std::uint16_t local) {
    const auto [found, is_new] = index_ids_.try_emplace(local, plan_.indexes.size());
    if (is_new) plan_.indexes.push_back({local, {}, {}});
    return plan_.indexes[found->second];
  }

  // Anchored literals cost the same however many there are, so those of indexed fields are all answered there.
  void decide_anchored() {
    for (std::uint32_t atom = 0; atom < plan_.atoms.size(); ++atom) {
      const Plan::Atom& it = plan_.atoms[atom];
      if (it.decided || !it.matcher->indexable() || it.matcher->anchor() == Anchor::none) continue;
      const auto& locals = plan_.field_sets[it.fields];
      if (std::ranges::all_of(locals, [&](std::uint16_t local) { return index_ids_.contains(local); }))
        hit_of_atom(atom);
    }
  }

  void finish() {
    for (std::size_t i = 0; i < hit_codes_.size(); ++i) {
      plan_.hits[i].begin = static_cast<std::uint32_t>(plan_.candidates.size());
      plan_.candidates.insert(plan_.candidates.end(), hit_codes_[i].begin(), hit_codes_[i].end());
      plan_.hits[i].end = static_cast<std::uint32_t>(plan_.candidates.size());
    }
    for (const auto& [key, codes] : thresholds_) {
      const auto& [local, size_min, byte, count] = key;
      const auto begin = static_cast<std::uint32_t>(plan_.candidates.size());
      plan_.candidates.insert(plan_.candidates.end(), codes.begin(), codes.end());
      index_of(local).thresholds.push_back(
          {size_min, byte, count, begin, static_cast<std::uint32_t>(plan_.candidates.size())});
    }
    for (Plan::Index& index : plan_.indexes) {
      index.literals.build();
      if (index.local != plan_.everything) continue;
      plan_.everything_indexed = true;
      index.literals.each([&](std::string_view text, Anchor, std::uint32_t) { plan_.gate.add(text); });
      if (!index.thresholds.empty()) plan_.gate.open();
      plan_.gate.build();
    }
  }

  PlanDraft& draft_;
  Plan& plan_;
  std::vector<Witness> witnesses_;  // by atom
  std::vector<double> costs_;       // by node of the rule at work: of asking all below it
  std::unordered_map<std::uint32_t, std::uint32_t> atom_hits_;
  std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> text_hits_;
  std::vector<std::vector<std::uint32_t>> hit_codes_;  // by hit
  std::map<std::tuple<std::uint16_t, std::uint32_t, int, std::uint32_t>, std::vector<std::uint32_t>> thresholds_;
  std::map<std::uint16_t, std::size_t> index_ids_;
};

}  // namespace

void place_witnesses(PlanDraft& draft) { Placer(draft).run(); }

}  // namespace tocsin::sigma
