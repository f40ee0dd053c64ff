// Decoy names in events: which names records hold that imitate a protected one. `scan --protect`.
//
// Text is searched as it stands, like indicators: names in DNS, proxy, certificate and mail logs, hosts of URLs and
// addresses of mail, wherever a line has them. Records whose bytes aren't their text, by the fields that hold names.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/suffix.h"
#include "case/case.h"
#include "decoys/guard.h"
#include "event/demand.h"
#include "event/event.h"
#include "pipeline/options.h"

namespace tocsin {

class DecoyWatch {
 public:
  // The names to protect and to allow, from RuleOptions; share/tocsin/decoys.
  static Result<std::unique_ptr<const DecoyWatch>> load(const RuleOptions& options, Demand& demand);

  const decoys::Guard& guard() const { return *guard_; }
  const Digest& digest() const { return digest_; }  // of all that its answers hang on
  const std::vector<std::string>& refused() const { return refused_; }
  std::span<const Slot> slots() const { return slots_; }
  const PublicSuffixes& suffixes() const { return PublicSuffixes::system(); }

 private:
  DecoyWatch() = default;
  std::unique_ptr<decoys::Lexicon> lexicon_;
  std::optional<decoys::Guard> guard_;
  Digest digest_;
  std::vector<std::string> refused_;
  std::vector<Slot> slots_;
};

// One thread's.
class DecoySearch {
 public:
  explicit DecoySearch(const DecoyWatch& watch) : watch_(&watch), plain_(1 << 14) {}
  // Decoys that the record names, each once, as texts of the case (decoy_text()); valid until the next call.
  const std::vector<std::string_view>& search(const Event& event);

 private:
  void text(std::string_view text);
  void name(std::string_view host);
  bool known_top(std::string_view top);

  const DecoyWatch* watch_;
  decoys::Guard::Scratch scratch_;
  std::vector<std::size_t> plain_;  // hashes of names lately found to be none
  std::unordered_map<std::string, std::string> told_;
  std::unordered_map<std::string, bool> tops_;
  std::vector<std::string_view> found_;
};

// How a decoy stands in a row of the case.
struct DecoyHit {
  std::string_view name, imitates, tricks, reason;
  double score = 0;
};
std::optional<DecoyHit> decoy_hit(std::string_view text);

}  // namespace tocsin
