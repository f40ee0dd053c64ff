// What is said of one mail: one statement a rule, with every reason in words.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/finding.h"
#include "mime/message.h"
#include "phishing/knowledge.h"
#include "phishing/traits/trait.h"
#include "phishing/webmail/sinks.h"

namespace tocsin::phishing {

// The findings' rules.
struct Spec {
  std::string_view id, title;
  Level level;
  std::span<const std::string_view> techniques;
};
std::span<const Spec> all_specs();
// Changes whenever the same mail may be judged otherwise, so that cases know what to read again.
inline constexpr std::string_view kVersion = "mail 2";
inline constexpr std::size_t kMailSpec = 0, kExploitSpec = 1;

struct Statement {
  std::size_t spec = kMailSpec;
  Level level = Level::low;
  double score = 0;  // of kMailSpec: sum of weights
  std::string title, detail;
  std::vector<std::string> techniques;
  std::vector<Entity> entities;
  // Equal for mails of one template: subject, text and links with what varies taken out.
  std::string campaign;
};

// Weights at which a level begins, and how much weak reasons can bring together: less than medium asks. Medium is where
// the fit of the weights (share/tocsin/phishing/weights.yml) leaves fewer than four of 5,000 honest mails.
inline constexpr double kLow = 2.5, kMedium = 4.01, kHigh = 7.5, kWeakMax = 4.0, kStrongHigh = 4.0;

class Judge {
 public:
  // `knowledge` must outlive the judge.
  explicit Judge(const Knowledge& knowledge, LookAlike look_alike = {})
      : knowledge_(knowledge), look_alike_(std::move(look_alike)) {}
  // In order of specs, those that have something to say. Const: any thread.
  std::vector<Statement> judge(const mime::Message& message) const;
  // What its verdict rests on, weights as judged; for fitting them.
  std::vector<Reason> traits(const mime::Message& message) const;

 private:
  const Knowledge& knowledge_;
  LookAlike look_alike_;
};

}  // namespace tocsin::phishing
