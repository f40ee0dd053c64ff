// One finding for each decoy name that was met, over all that scans of this case met.
#include <fmt/format.h>

#include <map>

#include "decoys/spelling.h"
#include "pipeline/met.h"
#include "pipeline/ordered.h"

namespace tocsin {
namespace {

struct Found {
  std::string imitates, tricks, reason;
  double score = -1;
  Met met;
};

}  // namespace

Result<DecoyStats> run_decoys(const Program& program, std::span<const std::uint32_t> numbers, std::size_t memory,
                              casefile::Case& in) {
  std::map<std::string, Found, std::less<>> all;
  DecoyStats stats;
  TRY(stats.events, gather(in, casefile::RowKind::decoys, memory, [&](std::string_view text) -> Met* {
        const auto hit = decoy_hit(text);
        if (!hit) return nullptr;
        auto at = all.find(hit->name);
        if (at == all.end()) at = all.emplace(std::string(hit->name), Found{}).first;
        Found& found = at->second;
        // Lists of another scan may have judged it otherwise: the gravest holds.
        if (hit->score > found.score) {
          found.score = hit->score;
          found.imitates = hit->imitates;
          found.tricks = hit->tricks;
          found.reason = hit->reason;
        }
        return &found.met;
      }));
  const std::uint32_t rule = numbers[*program.decoys_at() + 1];
  TRY_VOID(in.begin_ordered(std::span(&rule, 1)));
  for (auto& [name, found] : all) {
    casefile::OrderedFinding out;
    out.rule = rule;
    out.key = "decoy " + name;
    found.met.entities.insert(Entity{EntityType::domain, name, "decoy"});
    put(found.met, out);
    const std::string as = decoys::shown(name);
    out.title = fmt::format("Decoy name {}{} imitates {}: met {}", name, as == name ? "" : " (" + as + ")",
                            found.imitates, out.count == 1 ? "once" : fmt::format("{} times", out.count));
    out.detail = fmt::format(
        "{}.\nTricks: {}; score {:.2f}. Whether it does harm is not said: look at who registered it, "
        "and allow it where it is your own.",
        found.reason, found.tricks, found.score);
    out.level = decoys::level_of(found.score);
    out.techniques = {"T1583.001"};
    TRY_VOID(in.add_ordered(out));
  }
  TRY_VOID(in.end_ordered());
  stats.names = all.size();
  return stats;
}

}  // namespace tocsin
