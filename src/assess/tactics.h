// ATT&CK's tactics, in the order of its matrix, and which techniques serve which: share/tocsin/actors/tactics.json.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tocsin::assess {

struct Tactic {
  std::string id, short_name, name;  // TA0006, credential-access, Credential Access
};

class Tactics {
 public:
  static Result<Tactics> load(const std::string& path);
  static Result<Tactics> parse(std::string_view json, const std::string& name);

  const std::vector<Tactic>& all() const { return all_; }
  const std::string& version() const { return version_; }  // of ATT&CK; may be empty
  // Indices into all(), ascending. A sub-technique that the file doesn't know serves its parent's tactics; what is not
  // known at all serves none.
  std::vector<std::uint32_t> of(std::string_view technique) const;

 private:
  std::vector<Tactic> all_;
  std::string version_;
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> techniques_;
};

}  // namespace tocsin::assess
