// Evidence on disk is hashed again; evidence inside archives is hashed by reading the archive again. Evidence that is
// gone is said, not held against the case: people move files. Evidence that changed is.
#include "cli/verify.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/verb.h"
#include "evidence/evidence.h"
#include "pipeline/reread.h"
#include "publish/terminal/text.h"

namespace tocsin::cli {
namespace {

using casefile::Case;
using publish::printable;

struct Checked {
  std::uint64_t good = 0, unreadable_to_the_end = 0;
  std::vector<std::string> changed, missing, superseded;
};

// SHA-256 of what stands at these places of one file on disk; without those that are not there.
std::map<std::string, std::string> hashes_in(const std::string& top, bool whole_file_only) {
  std::map<std::string, std::string> found;
  struct stat status;
  if (::stat(top.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return found;
  if (const auto digest = evidence::hash_file(top)) found[top] = digest->hex();
  if (whole_file_only) return found;
  for (auto& [path, digest] : hash_all({top})) found[path] = digest;
  return found;
}

// The file on disk that holds this evidence. Containers inside containers are kept without it.
std::string top_of(const casefile::Evidence::Place& place) {
  if (!place.container.empty()) return place.container;
  struct stat status;
  const std::size_t step = place.path.find("!/");
  if (step == std::string::npos || ::stat(place.path.c_str(), &status) == 0) return place.path;
  return place.path.substr(0, step);
}

Result<Checked> check_evidence(Case& from) {
  TRY(const std::vector<casefile::Evidence> list, from.all_evidence());
  struct Known {
    std::string path;
    const casefile::Evidence* evidence;
  };
  std::map<std::string, std::vector<Known>> tops;  // by file on disk
  Checked checked;
  for (const casefile::Evidence& evidence : list) {
    if (evidence.sha256.empty()) {
      ++checked.unreadable_to_the_end;
      continue;
    }
    for (const auto& place : evidence.places) tops[top_of(place)].push_back({place.path, &evidence});
  }
  std::set<std::string> good;  // hashes seen somewhere
  std::vector<std::pair<std::string, const casefile::Evidence*>> bad, gone;
  for (const auto& [top, known] : tops) {
    const bool plain = std::all_of(known.begin(), known.end(), [&](const Known& one) { return one.path == top; });
    const auto found = hashes_in(top, plain);
    const bool any = std::any_of(known.begin(), known.end(), [&](const Known& one) {
      const auto at = found.find(one.path);
      return at != found.end() && at->second == one.evidence->sha256;
    });
    for (const Known& one : known) {
      const auto at = found.find(one.path);
      if (at != found.end() && at->second == one.evidence->sha256)
        good.insert(one.evidence->sha256);
      else if (at == found.end())
        gone.emplace_back(one.path, one.evidence);
      else if (plain && any)
        checked.superseded.push_back(one.path);  // a log that grew: what it holds now is in the case too
      else
        bad.emplace_back(one.path, one.evidence);
    }
  }
  checked.good = good.size();
  for (const auto& [path, evidence] : bad) checked.changed.push_back(path);
  for (const auto& [path, evidence] : gone)
    if (!good.contains(evidence->sha256)) checked.missing.push_back(path);
  return checked;
}

}  // namespace

Result<int> verify(Case& from, publish::Output& output, bool json, const std::string& head) {
  TRY(casefile::Verification said, from.verify());
  if (!head.empty() && head != said.head)
    said.problems.push_back(fmt::format("the journal's head is {}, not {}", said.head, printable(head)));
  TRY(const Checked checked, check_evidence(from));
  const int code = !said.problems.empty() || !checked.changed.empty() ? kFailed
                   : !checked.missing.empty()                         ? kUnreadable
                                                                      : kDone;
  if (json) {
    nlohmann::ordered_json out;
    out["verified"] = code == kDone;
    out["head"] = said.head;
    out["problems"] = said.problems;
    out["notes"] = said.notes;
    out["evidence"] = {{"good", checked.good},
                       {"changed", checked.changed},
                       {"missing", checked.missing},
                       {"superseded", checked.superseded},
                       {"partial", checked.unreadable_to_the_end}};
    output.write(out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    return code;
  }
  std::string& out = output.text();
  for (const std::string& problem : said.problems) out += "  WRONG      " + printable(problem) + "\n";
  for (const std::string& path : checked.changed) out += "  CHANGED    " + printable(path) + "\n";
  for (const std::string& path : checked.missing) out += "  missing    " + printable(path) + "\n";
  for (const std::string& path : checked.superseded)
    out += "  grown      " + printable(path) + ": the case holds what it was and what it is now\n";
  for (const std::string& note : said.notes) out += "  note       " + printable(note) + "\n";
  out += fmt::format("  case       {}\n",
                     said.problems.empty() ? "as the journal states it" : "NOT as the journal states it");
  out += fmt::format("  evidence   {} as hashed · {} changed · {} not where they were{}\n", checked.good,
                     checked.changed.size(), checked.missing.size(),
                     checked.unreadable_to_the_end > 0
                         ? fmt::format(" · {} never read to their end", checked.unreadable_to_the_end)
                         : "");
  out += fmt::format("  head       {}{}\n", said.head,
                     head.empty()        ? ""
                     : head == said.head ? " (as noted)"
                                         : " (NOT as noted)");
  return code;
}

}  // namespace tocsin::cli
