// The two tables: the gravest rules of a case, and findings one by one.
#include "publish/terminal/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace tocsin::publish {
namespace {

using namespace casefile;

// Columns for what has a fixed width; title and names share the rest.
struct Layout {
  std::size_t time, level = 8, count = 6, techniques, title, who, id;

  Layout(const Terminal& terminal, bool with_id) {
    time = terminal.width >= 110 ? 20 : 16;
    techniques = terminal.width >= 120 ? 20 : 12;
    id = with_id ? 12 : 0;
    const std::size_t fixed = 2 + time + 2 + level + 1 + count + 2 + 2 + 2 + techniques + (with_id ? id + 2 : 0);
    const std::size_t rest = terminal.width - std::min(terminal.width, fixed);
    who = rest * 2 / 5;
    title = rest - who;
  }
};

std::string time_cell(Time time, std::size_t width) {
  if (!time.known()) return fitted("no time", width);
  std::string text = time.iso();
  if (width < 20) {
    text = text.substr(0, 16);
    std::replace(text.begin(), text.end(), 'T', ' ');
    return fitted(text, width);
  }
  return fitted(text.size() > 20 ? text.substr(0, 19) + "Z" : text, width);
}

// The first one, and how many more.
std::string techniques_cell(const std::vector<std::string>& techniques, std::size_t width) {
  std::string out;
  for (std::size_t i = 0; i < techniques.size(); ++i) {
    const std::string one = (i > 0 ? " " : "") + printable(techniques[i]);
    const std::size_t left = techniques.size() - i - 1;
    if (i > 0 && display_width(out + one) + (left > 0 ? 3 : 0) > width) {
      out += fmt::format(" +{}", left + 1);
      break;
    }
    out += one;
  }
  return fitted(out, width);
}

struct What {
  Level level;
  std::string_view title;
  const std::vector<std::string>& techniques;
};

std::string row(const Terminal& terminal, const Layout& layout, Time time, const What& what, std::string_view count,
                std::string_view who, std::string_view id) {
  std::string out = "  " + time_cell(time, layout.time) + "  " +
                    coloured(terminal, what.level, fitted(short_name(what.level), layout.level)) + " " +
                    fitted_right(count, layout.count) + "  " + fitted(printable(what.title), layout.title) + "  " +
                    fitted(who, layout.who) + "  " + techniques_cell(what.techniques, layout.techniques);
  if (!id.empty()) out += "  " + dimmed(terminal, id);
  while (out.ends_with(' ')) out.pop_back();
  return out + "\n";
}

std::string heading(const Terminal& terminal, const Layout& layout, bool with_id) {
  std::string out = "  " + fitted("time", layout.time) + "  " + fitted("level", layout.level) + " " +
                    fitted_right("count", layout.count) + "  " + fitted("rule", layout.title) + "  " +
                    fitted("where, who", layout.who) + "  " + fitted("ATT&CK", layout.techniques);
  if (with_id) out += "  id";
  while (out.ends_with(' ')) out.pop_back();
  return dimmed(terminal, out) + "\n";
}

// The most frequent name; equal ones by the alphabet.
std::string most_frequent(const std::map<std::string, std::uint64_t>& names) {
  const auto best =
      std::max_element(names.begin(), names.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return best == names.end() ? std::string() : best->first;
}

// The host's own name; its domain rarely tells more, and space is short.
std::string host_cell(const std::string& host) {
  const std::size_t dot = host.find('.');
  const bool address = host.find_first_not_of("0123456789.") == std::string::npos;
  return printable(address || dot == 0 ? host : host.substr(0, dot));
}

}  // namespace

std::string group_table(const Terminal& terminal, const std::vector<RuleGroup>& groups, std::size_t rows) {
  if (groups.empty()) return {};
  const Layout layout(terminal, false);
  std::string out = heading(terminal, layout, false);
  for (std::size_t i = 0; i < std::min(rows, groups.size()); ++i) {
    const RuleGroup& group = groups[i];
    std::string who;
    std::size_t names = 0;
    for (const auto* list : {&group.hosts, &group.accounts, &group.addresses}) {
      names += list->size();
      if (list->empty() || (list == &group.addresses && !who.empty())) continue;
      if (!who.empty()) who += " · ";
      who += list == &group.hosts ? host_cell(most_frequent(*list)) : printable(most_frequent(*list));
    }
    const std::size_t shown = (group.hosts.empty() ? 0u : 1u) + (group.accounts.empty() ? 0u : 1u) +
                              (group.hosts.empty() && group.accounts.empty() && !group.addresses.empty() ? 1u : 0u);
    if (names > shown) who = fmt::format("{} +{}{}", who, names - shown, group.more_names ? "…" : "");
    out += row(terminal, layout, group.first, {group.level, group.title, group.rule->techniques},
               grouped(group.findings), who, "");
  }
  if (groups.size() > rows) out += dimmed(terminal, fmt::format("  … and {} more rules", groups.size() - rows)) + "\n";
  return out;
}

std::string finding_heading(const Terminal& terminal) { return heading(terminal, Layout(terminal, true), true); }

std::string finding_row(const Terminal& terminal, const Finding& finding) {
  std::string who;
  for (const EntityType type : {EntityType::host, EntityType::account, EntityType::address, EntityType::mailbox}) {
    const auto first = std::find_if(finding.entities.begin(), finding.entities.end(),
                                    [&](const Entity& entity) { return entity.type == type; });
    const bool last_resort = type == EntityType::address || type == EntityType::mailbox;
    if (first == finding.entities.end() || (last_resort && !who.empty())) continue;
    if (!who.empty()) who += " · ";
    who += type == EntityType::host ? host_cell(first->value) : printable(first->value);
  }
  return row(terminal, Layout(terminal, true), finding.time, {finding.level, finding.title, finding.techniques},
             grouped(finding.count), who, finding.id.substr(0, 12));
}

}  // namespace tocsin::publish
