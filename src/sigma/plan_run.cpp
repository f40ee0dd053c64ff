// The hot loop. Per event: the fields that the class's rules use are placed by their local number, each indexed field
// is searched once, and the rules that something announced are verified. All truths of atoms are kept for the
// event, so rules share them.
#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "sigma/engine.h"
#include "sigma/plan.h"

namespace tocsin::sigma {

std::string_view PlanRun::folded(Cell& cell) {
  if (!cell.is_folded) {
    const std::size_t reserved = 2 * std::size_t{cell.value.size} + 16;
    char* const out = memory_.allocate(reserved);
    const std::size_t size = fold_into(cell.value.text(), out);
    memory_.shrink(out, reserved, size + LiteralIndex::kOverread);
    cell.folded = {out, size};
    cell.is_folded = true;
  }
  return cell.folded;
}

void PlanRun::add_cell(std::uint16_t local, const Value& value) {
  const auto cell = static_cast<std::uint32_t>(cells_.size());
  cells_.push_back({value, {}, false, heads_[local]});
  heads_[local] = cell;
}

void PlanRun::place(const Event& event) {
  heads_.assign(plan_->locals, Plan::kNone);
  cells_.clear();
  const auto& local_of_slot = plan_->local_of_slot;
  for (const Field& field : event.fields) {
    if (field.slot >= local_of_slot.size()) continue;
    const std::uint16_t local = local_of_slot[field.slot];
    if (local != Plan::kNoLocal) add_cell(local, field.value);
  }
}

void PlanRun::place_everything(const Batch& batch, const Event& event) {
  has_everything_ = true;
  if (batch.access() != nullptr) {
    batch.access()->describe(batch, event, record_);
    for (const Record::Entry& entry : record_.fields) add_cell(plan_->everything, entry.value);
  }
  if (is_text_record(event)) add_cell(plan_->everything, Value(event.raw));
}

template <class Ask>
bool PlanRun::any_value(std::uint32_t fields, Ask&& ask) {
  for (const std::uint16_t local : plan_->field_sets[fields]) {
    if (local == plan_->everything && !has_everything_) place_everything(*batch_, *event_);
    for (std::uint32_t cell = heads_[local]; cell != Plan::kNone; cell = cells_[cell].next)
      if (ask(cells_[cell])) return true;
  }
  return false;
}

void PlanRun::announce(std::uint32_t begin, std::uint32_t end) {
  for (std::uint32_t i = begin; i < end; ++i) {
    const std::uint32_t code = plan_->candidates[i];
    if (announced_[code] == now_) continue;
    announced_[code] = now_;
    waiting_.push_back(code);
  }
}

void PlanRun::search(const Plan::Index& index) {
  for (std::uint32_t at = heads_[index.local]; at != Plan::kNone; at = cells_[at].next) {
    Cell& cell = cells_[at];
    for (const Plan::Threshold& threshold : index.thresholds) {
      if (threshold.size_min > cell.value.size) break;
      if (threshold.byte >= 0) {
        const std::string_view text = folded(cell);
        const char* from = text.data();
        const char* const end = from + text.size();
        std::uint32_t left = threshold.count;
        while (left > 0) {
          from = static_cast<const char*>(std::memchr(from, threshold.byte, static_cast<std::size_t>(end - from)));
          if (from == nullptr) break;
          ++from, --left;
        }
        if (left > 0) continue;
      }
      announce(threshold.begin, threshold.end);
    }
    if (cell.value.is_null() || index.literals.empty()) continue;
    index.literals.find(folded(cell), [&](std::uint32_t id) {
      const Plan::Hit& hit = plan_->hits[id];
      if (hit.atom != Plan::kNone) {
        const std::uint32_t mark = 2 * now_ + 1;
        if (truths_[hit.atom] == mark) return true;  // seen before, so its rules are announced
        truths_[hit.atom] = mark;
      }
      announce(hit.begin, hit.end);
      return true;
    });
  }
}

bool PlanRun::reference_truth(const Plan::Atom& atom) {
  return any_value(atom.fields, [&](Cell& left) {
    if (left.value.is_null()) return false;
    return any_value(atom.other_fields, [&](Cell& right) {
      if (right.value.is_null()) return false;
      return atom.matcher->cased() ? atom.matcher->refers(left.value.text(), right.value.text())
                                   : atom.matcher->refers(folded(left), folded(right));
    });
  });
}

bool PlanRun::atom_truth(const Plan::Atom& atom) {
  const Matcher& matcher = *atom.matcher;
  switch (matcher.shape()) {
    case Matcher::Shape::exists:
      return any_value(atom.fields, [](Cell&) { return true; }) == std::get<Exists>(matcher.test()).wanted;
    case Matcher::Shape::null:
      return !any_value(atom.fields, [](Cell& cell) { return !cell.value.is_null(); });
    case Matcher::Shape::field_ref:
      return reference_truth(atom);
    default:
      return any_value(atom.fields, [&](Cell& cell) {
        if (cell.value.is_null()) return false;
        return matcher.test(cell.value.text(), folded(cell));
      });
  }
}

bool PlanRun::group_truth(const Plan::Group& group) {
  for (std::uint32_t i = group.begin; i < group.end; ++i)
    if (truth(plan_->members[i])) return true;
  for (std::uint32_t i = group.pack_begin; i < group.pack_end; ++i) {
    const Plan::Pack& pack = plan_->packs[i];
    bool seen = false;
    const auto ask = [&](Cell& cell) {
      if (!cell.value.is_null()) pack.literals.find(folded(cell), [&](std::uint32_t) { return seen = true, false; });
      return seen;
    };
    if (any_value(pack.fields, ask)) return true;
  }
  return false;
}

bool PlanRun::truth(std::uint32_t what) {
  if (what & Plan::kDecided) {
    what &= ~Plan::kDecided;
    if (!brute_) return truths_[what] == 2 * now_ + 1;
  }
  std::uint32_t& known = truths_[what];
  if (known >> 1 == now_) return known & 1;
  const bool is_atom = what < plan_->atoms.size();
  bool result;
  if (is_atom) {
    const Plan::Atom& atom = plan_->atoms[what];
    result = (!atom.decided || brute_) && atom_truth(atom);
  } else {
    result = group_truth(plan_->groups[what - plan_->atoms.size()]);
  }
  known = 2 * now_ + result;
  return result;
}

bool PlanRun::verify(const Plan::Code& code) {
  if (code.step == Plan::kTable) {
    const Rule& rule = *code.nodes;
    nodes_.assign(rule.nodes.size(), false);
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const Node& node = rule.nodes[i];
      const auto holds_at = [&](std::uint32_t child) { return nodes_[child]; };
      switch (node.kind) {
        case Node::Kind::atom:
          nodes_[i] = truth(code.atoms[node.atom]);
          break;
        case Node::Kind::all:
          nodes_[i] = std::ranges::all_of(node.children, holds_at);
          break;
        case Node::Kind::any:
          nodes_[i] = std::ranges::any_of(node.children, holds_at);
          break;
        case Node::Kind::none:
          nodes_[i] = !nodes_[node.children[0]];
          break;
      }
    }
    return nodes_.back();
  }
  std::uint32_t step = code.step;
  while (step < Plan::kTable) {
    const Plan::Step& current = plan_->steps[step];
    step = truth(current.what) ? current.on_true : current.on_false;
  }
  return step == Plan::kMet;
}

void PlanRun::match(const Plan& plan, const Batch& batch, const Event& event, std::vector<std::uint32_t>& met,
                    bool brute) {
  if (plan.empty()) return;
  plan_ = &plan;
  batch_ = &batch;
  event_ = &event;
  brute_ = brute;
  has_everything_ = false;
  if (++now_ == std::uint32_t{1} << 31) {
    now_ = 1;
    std::ranges::fill(truths_, 0);
    std::ranges::fill(announced_, 0);
  }
  if (truths_.size() < plan.atoms.size() + plan.groups.size()) truths_.resize(plan.atoms.size() + plan.groups.size());
  if (announced_.size() < plan.codes.size()) announced_.resize(plan.codes.size());
  waiting_.clear();
  memory_.clear();
  place(event);

  const std::size_t first = met.size();
  if (brute) {
    for (const Plan::Code& code : plan.codes)
      if (verify(code)) met.push_back(code.rule);
    return;
  }
  if (plan.everything_indexed && plan.gate.may_hold(event)) place_everything(batch, event);
  for (const Plan::Index& index : plan.indexes)
    if (heads_[index.local] != Plan::kNone) search(index);
  for (const std::uint32_t code : plan.always)
    if (verify(plan.codes[code])) met.push_back(plan.codes[code].rule);
  for (const std::uint32_t code : waiting_)
    if (verify(plan.codes[code])) met.push_back(plan.codes[code].rule);
  std::sort(met.begin() + static_cast<std::ptrdiff_t>(first), met.end());
}

}  // namespace tocsin::sigma
