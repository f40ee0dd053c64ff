// One message → its verdict, from the keys at hand.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "leak/keys.h"
#include "leak/verdict.h"

namespace tocsin::leak {

struct JudgeOptions {
  std::optional<Time> stolen_after, stolen_before;  // when the thief was there
  int forgeable_below_bits = 1024;
};

// `report`'s item, container, size and sha256 are the caller's; the rest is filled.
void judge_message(std::string_view raw, const Keys& keys, const JudgeOptions& options, ItemReport& report);

// A message that is too long to be held: the header whole, the body in pieces.
class LongMessage {
 public:
  LongMessage(std::string_view head, const Keys& keys, const JudgeOptions& options, ItemReport& report);
  ~LongMessage();
  void feed(std::string_view body);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::leak
