// One message → its verdict, from the keys at hand.
#pragma once
#include <cstdint>
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

// `remade`: from what a mailbox program keeps of a message, which isn't its bytes. What was signed over those can't be
// checked then, and nothing is said to be altered.
enum class Bytes : std::uint8_t { raw, remade };

// `report`'s item, container, size and sha256 are the caller's; the rest is filled.
void judge_message(std::string_view raw, const Keys& keys, const JudgeOptions& options, ItemReport& report,
                   Bytes bytes = Bytes::raw);

// A message that is too long to be held: the header whole, the body in pieces.
class LongMessage {
 public:
  LongMessage(std::string_view head, const Keys& keys, const JudgeOptions& options, ItemReport& report,
              Bytes bytes = Bytes::raw);
  ~LongMessage();
  void feed(std::string_view body);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::leak
