// How much a met indicator says. A judgement, with its parts stated:
//
// score = confidence x decay x part x list, 0 … 100
//   decay  halves with each half-life between the event and the time in which the indicator was seen. An address is
//          handed on within weeks (30 days; command and control servers are kept, and known as such, for long: 365),
//          prefixes 90, domains 180, URLs 60, mail addresses 365, agents 730; a hash never ages. Without a time: no
//          decay. Never below a tenth: old is not wrong.
//   part   0.6 where only a part of the pattern was met
//   list   0.2 where a warning list says that many use the value; 0.6 for ranges that are rented out
// An event after valid_until is informational, whatever the score.
// Levels: 75 high, 40 medium, 15 low, else informational. Half-lives and factors are ours, not fitted.
#pragma once
#include "event/finding.h"
#include "indicators/set.h"

namespace tocsin::indicators {

double half_life_days(const Indicator& indicator);  // 0: doesn't age

struct Judgement {
  double score = 0;
  Level level = Level::informational;
  bool expired = false;  // the event lies after valid_until
  double age_days = 0;   // of the event, outside the time in which the indicator was seen
};
Judgement judge(const Set::Described& described, Time event);

// What a case keeps of a met indicator, as one text, and back; nothing where the text isn't one of these.
std::string to_text(const Set::Described& described);
std::optional<Set::Described> from_text(std::string_view text);
// What two say of the same value, together.
void join(Set::Described& into, const Set::Described& other);

}  // namespace tocsin::indicators
