#include "products/route.h"

#include <algorithm>
#include <set>

#include "products/find.h"

namespace tocsin::products {
namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

// One way to recognise a definition: its source and program, and the rest.
struct Way {
  std::uint32_t definition;
  const std::vector<std::string>* programs = nullptr;  // null: any
  std::int64_t conditions = -1;                        // -1: none
  bool named = false;
};

// Sources that say how a record came and not what wrote it.
bool carries_anything(std::string_view source) {
  static constexpr std::string_view kCarriers[] = {"text", "syslog", "journald", "docker", "json", "csv"};
  return std::ranges::find(kCarriers, source) != std::end(kCarriers);
}

bool meets(const std::string& pattern, std::string_view program, bool is_head) {
  const std::string folded = lowered(pattern);
  if (!folded.ends_with('*')) return !is_head && folded == program;
  return program.starts_with(std::string_view(folded).substr(0, folded.size() - 1));
}

}  // namespace

Result<Router> Router::make(std::span<const Definition> definitions, FieldNames& names) {
  Router out;
  out.program_ = {FieldRef::Kind::reader, names.add("program")};
  std::map<std::string, std::vector<Way>> by_source;
  for (std::uint32_t i = 0; i < definitions.size(); ++i) {
    for (const When& when : definitions[i].recognise) {
      Way way{i, nullptr, -1};
      When rest;
      const Condition* source = nullptr;
      for (const Condition& condition : when) {
        const bool plain = !condition.negated && !condition.absent;
        const bool heads = std::ranges::all_of(condition.values, [](const std::string& value) {
          return value.find('*') == std::string::npos || value.find('*') == value.size() - 1;
        });
        if (condition.key == "source" && plain && !source) {
          source = &condition;
        } else if (condition.key == "program" && plain && heads && !way.programs) {
          way.programs = &condition.values;
        } else {
          rest.push_back(condition);
        }
      }
      if (source == nullptr) continue;  // parse_definition() saw one
      if (!rest.empty()) {
        TRY(Conditions made, Conditions::compile(rest, names));
        way.named = std::ranges::any_of(rest, [](const Condition& one) { return !one.negated && !one.absent; });
        way.conditions = static_cast<std::int64_t>(out.conditions_.size());
        out.conditions_.push_back(std::move(made));
      }
      for (const std::string& name : source->values) by_source[lowered(name)].push_back(way);
    }
  }

  out.groups_.emplace_back();
  const auto group_of = [&](std::string_view source, const std::vector<Way>& ways, std::string_view program,
                            bool is_head) {
    Members members;
    for (const Way& way : ways) {
      if (way.programs &&
          std::ranges::none_of(*way.programs, [&](const std::string& one) { return meets(one, program, is_head); }))
        continue;
      auto member = std::ranges::find(members, way.definition, &Member::definition);
      const bool is_new = member == members.end();
      if (is_new) member = members.insert(members.end(), Member{.definition = way.definition, .conditions = {}});
      member->specific |= way.programs != nullptr;
      member->named |= way.named || !carries_anything(source);
      if (way.conditions < 0) {
        member->conditions.assign(1, UINT32_MAX);  // always, whatever other ways ask for
      } else if (is_new || member->conditions[0] != UINT32_MAX) {
        member->conditions.push_back(static_cast<std::uint32_t>(way.conditions));
      }
    }
    for (Member& member : members)
      if (member.conditions[0] == UINT32_MAX) member.conditions.clear();
    std::ranges::sort(members, {}, &Member::definition);
    for (std::uint32_t i = 0; i < out.groups_.size(); ++i)
      if (std::ranges::equal(out.groups_[i], members, [](const Member& a, const Member& b) {
            return a.definition == b.definition && a.conditions == b.conditions && a.specific == b.specific &&
                   a.named == b.named;
          }))
        return i;
    out.groups_.push_back(std::move(members));
    return static_cast<std::uint32_t>(out.groups_.size() - 1);
  };
  for (const auto& [source, ways] : by_source) {
    Lane& lane = out.lanes_[source];
    if (source.ends_with('*')) out.source_heads_.push_back(source.substr(0, source.size() - 1));
    std::set<std::string> programs;
    for (const Way& way : ways)
      if (way.programs)
        for (const std::string& program : *way.programs) programs.insert(lowered(program));
    for (const std::string& program : programs) {
      if (program.ends_with('*')) {
        const std::string head = program.substr(0, program.size() - 1);
        lane.heads.emplace_back(head, group_of(source, ways, head, true));
      } else {
        lane.programs.emplace(program, group_of(source, ways, program, false));
      }
    }
    std::ranges::stable_sort(lane.heads, std::ranges::greater{}, [](const auto& head) { return head.first.size(); });
    lane.others = group_of(source, ways, "", true);
  }
  std::ranges::stable_sort(out.source_heads_, std::ranges::greater{}, &std::string::size);
  return out;
}

void Router::needs(std::vector<bool>& wanted) const {
  wanted[program_.index] = true;
  for (const Conditions& conditions : conditions_) conditions.needs(wanted);
}

std::uint32_t Router::find(std::string_view source, std::string_view program) const {
  auto found = lanes_.find(lowered(source));
  if (found == lanes_.end()) {
    const auto head =
        std::ranges::find_if(source_heads_, [&](const std::string& one) { return source.starts_with(one); });
    if (head == source_heads_.end()) return 0;
    found = lanes_.find(*head + "*");
  }
  const Lane& lane = found->second;
  if (program.empty() || program.size() > 256) return lane.others;
  const std::string folded = lowered(program);
  if (const auto exact = lane.programs.find(folded); exact != lane.programs.end()) return exact->second;
  for (const auto& [head, group] : lane.heads)
    if (folded.starts_with(head)) return group;
  return lane.others;
}

std::uint32_t Router::group(const Fields& fields, Scratch& scratch) const {
  auto& memo = scratch.route;
  const std::string_view source = fields.event().source, program = fields.first(program_);
  const auto same = [](std::string_view a, std::string_view b) { return a.size() == b.size() && stands_at(a, b, 0); };
  if (memo.group != UINT32_MAX && same(memo.program, program) && same(memo.source, source)) return memo.group;
  memo.group = find(source, program);
  memo.source = source;
  memo.program = program;
  return memo.group;
}

}  // namespace tocsin::products
