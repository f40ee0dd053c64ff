// Guard: which of many names imitate which protected one, by what tricks, how surely and why.
//
//   TRY(const Guard guard, Guard::build({.protect = {"example.org"}}, lexicon, suffixes));
//   Guard::Scratch scratch;
//   if (guard.look("login-exarnple.org", scratch, sight)) … guard.explain(sight, scratch) …
//
// Neither files nor network. Const and shared by threads, a Scratch each. What it says of a name hangs on the name and
// what was given to build(), not on names seen before.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/suffix.h"
#include "decoys/features.h"
#include "event/finding.h"

namespace tocsin::decoys {

// Lists as users write them: a name a line (addresses of mail and URLs are taken for their host), "#" begins a comment.
// Of names that one owner holds, a line "example.org: example.net example.com" says that all are his where one of them
// is protected; "example.*" there stands for the label under every suffix that is not risky (Lexicon::risky).
struct Lists {
  std::vector<std::string> protect;              // names
  std::vector<std::string> allow;                // names, always
  std::vector<std::vector<std::string>> owners;  // groups
  std::vector<std::string> refused;              // lines that are neither, with their number, for the user
};
void read_list(std::string_view text, const std::string& where, bool protect, Lists& out);

struct Sight {
  std::uint32_t brand = 0;
  double score = 0;  // 0–1
  Level level = Level::informational;
  Place place;
  Features features;
};

// What stands in `--json` and in findings.
struct Explanation {
  std::string name, imitates;
  std::vector<std::string> tricks;  // sorted by weight: homoglyph, idn, typo, swap, dash, combo, subdomain, full-name …
  std::string reason;
};

// Scores at which levels begin; informational is all above kScoreMin.
inline constexpr double kScoreMin = 0.02, kLow = 0.15, kMedium = 0.5, kHigh = 0.8;
Level level_of(double score);

class Guard {
 public:
  static constexpr std::size_t kBrandsMax = 50'000;
  static Result<Guard> build(const Lists& lists, const Lexicon& lexicon, const PublicSuffixes& suffixes);

  // What is remembered in it spares work and changes no answer. One guard's: another begins anew.
  struct Scratch {
    std::uint64_t of = 0;
    Spelling spelling;
    Index::Memo memo;
    std::vector<Hit> hits;
    Scene scene;
    std::string copy;
    std::vector<Sight> all;  // the best of each brand; only with everything()
  };
  enum class Seen : std::uint8_t { no_name, nothing, owned, sight };
  // `out` is set for `sight` alone, whatever its score.
  Seen look(std::string_view name, Scratch& scratch, Sight& out) const;
  // The same, and scratch.all holds the best place of each brand, owned names too: for measuring.
  Seen everything(std::string_view name, Scratch& scratch, Sight& out) const;
  // Right after look() gave this sight.
  Explanation explain(const Sight& sight, const Scratch& scratch) const;

  // Names to protect that have no label which could be imitated, as they stood; the others are protected.
  const std::vector<std::string>& left_out() const { return left_out_; }
  // The protected names' own, what lies below, and what is allowed.
  bool owned(std::string_view name) const;
  const std::vector<Brand>& brands() const { return *brands_; }
  std::size_t memory() const { return index_->memory(); }

 private:
  Guard() = default;
  Seen look(std::string_view name, Scratch& scratch, Sight& out, bool all) const;
  void stage(Scratch& scratch) const;
  bool owned(Scratch& scratch) const;  // stages it, where it isn't

  std::uint64_t number_ = 0;  // no other guard of this process has it
  const Lexicon* lexicon_ = nullptr;
  const PublicSuffixes* suffixes_ = nullptr;
  std::vector<std::string> left_out_;
  std::shared_ptr<std::vector<Brand>> brands_;
  std::shared_ptr<const Index> index_;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, bool, Hash, std::equal_to<>> owned_;  // name → true; label of "label.*" → false
};

}  // namespace tocsin::decoys
