// Plans in words, for `rules explain` and for tests.
#include <fmt/core.h>

#include "sigma/pattern.h"
#include "sigma/plan.h"

namespace tocsin::sigma {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text)
    out += static_cast<unsigned char>(c) < 0x20 ? fmt::format("\\x{:02x}", static_cast<unsigned char>(c))
                                                : std::string(1, c);
  return out + "'";
}

constexpr std::string_view kAnchorWords[] = {"is", "begins with", "ends with", "holds"};

std::string matcher_text(const Matcher& matcher) {
  using S = Matcher::Shape;
  switch (matcher.shape()) {
    case S::literal:
      return fmt::format("{} {}{}", kAnchorWords[static_cast<int>(matcher.anchor())], quoted(matcher.literal()),
                         matcher.cased() ? " with its case" : "");
    case S::present:
      return "has a value";
    case S::glob:
      return "fits " + quoted(to_text(std::get<Pattern>(matcher.test())));
    case S::regex:
      return "matches " + quoted(std::get<Regex>(matcher.test()).expression);
    case S::cidr:
      return fmt::format("lies in a network of {} bits", std::get<Cidr>(matcher.test()).bits);
    case S::compare:
      return fmt::format("compares as a number with {}", std::get<Compare>(matcher.test()).number);
    case S::time_part:
      return fmt::format("has a part of its time compared with {}", std::get<TimePart>(matcher.test()).number);
    case S::exists:
      return std::get<Exists>(matcher.test()).wanted ? "exists" : "doesn't exist";
    case S::null:
      return "is absent or null";
    case S::field_ref:
      return "is compared with " + std::get<FieldRef>(matcher.test()).field;
  }
  return "";
}

}  // namespace

std::string Plan::describe(std::uint32_t code, const LocalName& name) const {
  std::string out;
  const auto fields_text = [&](const std::vector<std::uint16_t>& set) {
    std::string text;
    for (const std::uint16_t local : set)
      text += (text.empty() ? "" : " or ") + (local == everything ? "any value" : name(local));
    return text.empty() ? "(no such field)" : text;
  };
  const auto has = [&](std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t i = begin; i < end; ++i)
      if (candidates[i] == code) return true;
    return false;
  };
  for (const std::uint32_t always_code : always)
    if (always_code == code) out += "  looked at for every event of the class\n";
  for (const Index& index : indexes) {
    index.literals.each([&](std::string_view text, Anchor anchor, std::uint32_t id) {
      if (has(hits[id].begin, hits[id].end))
        out += fmt::format("  announced by {} {} {}\n", fields_text({index.local}),
                           kAnchorWords[static_cast<int>(anchor)], quoted(text));
    });
    for (const Threshold& threshold : index.thresholds) {
      if (!has(threshold.begin, threshold.end)) continue;
      out +=
          threshold.byte >= 0
              ? fmt::format("  announced by {} with {} times {}\n", fields_text({index.local}), threshold.count,
                            quoted(std::string(1, static_cast<char>(threshold.byte))))
              : fmt::format("  announced by {} of at least {} bytes\n", fields_text({index.local}), threshold.size_min);
    }
  }
  const Code& rule = codes[code];
  if (rule.step == kMet) return out + "  met at once: its class decides it\n";
  if (rule.step == kTable) return out + "  verified node by node\n";
  // The rule's steps in the order in which they can be reached.
  std::vector<std::uint32_t> order{rule.step};
  const auto number_of = [&](std::uint32_t step) {
    if (step == kMet) return std::string("met");
    if (step == kUnmet) return std::string("not met");
    for (std::size_t i = 0; i < order.size(); ++i)
      if (order[i] == step) return fmt::format("step {}", i + 1);
    order.push_back(step);
    return fmt::format("step {}", order.size());
  };
  const auto what_text = [&](std::uint32_t what) {
    return fields_text(field_sets[atoms[what].fields]) + " " + matcher_text(*atoms[what].matcher) +
           (atoms[what].decided ? " (the index knows)" : "");
  };
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Step step{steps[order[i]].what & ~kDecided, steps[order[i]].on_true, steps[order[i]].on_false};
    std::string what;
    if (step.what < atoms.size()) {
      what = what_text(step.what);
    } else {
      const Group& group = groups[step.what - atoms.size()];
      for (std::uint32_t j = group.begin; j < group.end; ++j)
        what += (what.empty() ? "any of: " : "; ") + what_text(members[j] & ~kDecided);
      for (std::uint32_t j = group.pack_begin; j < group.pack_end; ++j)
        packs[j].literals.each([&](std::string_view text, Anchor anchor, std::uint32_t) {
          what += fmt::format("{}{} {} {}", what.empty() ? "any of: " : "; ", fields_text(field_sets[packs[j].fields]),
                              kAnchorWords[static_cast<int>(anchor)], quoted(text));
        });
    }
    const std::string yes = number_of(step.on_true), no = number_of(step.on_false);
    out += fmt::format("  step {}: {} → {}, else {}\n", i + 1, what, yes, no);
  }
  return out;
}

std::size_t Plan::memory() const {
  std::size_t sum = sizeof(Plan) + codes.size() * sizeof(Code) + steps.size() * sizeof(Step) +
                    atoms.size() * sizeof(Atom) + groups.size() * sizeof(Group) + members.size() * 4 +
                    packs.size() * sizeof(Pack) + hits.size() * sizeof(Hit) + indexes.size() * sizeof(Index) +
                    candidates.size() * 4 + local_of_slot.size() * 2;
  for (const Pack& pack : packs) sum += pack.literals.memory();
  for (const Index& index : indexes) sum += index.literals.memory() + index.thresholds.size() * sizeof(Threshold);
  return sum;
}

}  // namespace tocsin::sigma
