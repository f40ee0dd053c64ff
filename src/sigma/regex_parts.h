// What is known of one part of an expression, and how that knowledge joins when parts stand one after the other, beside
// each other, or repeat. For needs.cpp.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::sigma {

using Texts = std::vector<std::string>;
std::size_t shortest(const Texts& texts);  // 0 when there is none

struct RegexPart {
  using Counts = std::array<std::uint16_t, 128>;

  std::optional<Texts> exact;  // it matches these folded texts and nothing else
  std::vector<Texts> options;  // of a part that isn't exact: each of its matches holds one text of each
  Counts counts{};             // and has these bytes at least so often
  std::size_t size_min = 0;

  static RegexPart empty();  // matches the empty text
  static RegexPart anything(std::size_t size_min);
  static RegexPart one_of(Texts texts);
};

RegexPart alternatives(std::vector<RegexPart> parts);
RegexPart repeated(RegexPart part, std::uint32_t least, std::uint32_t most);

// A run of parts one after the other.
class RegexSequence {
 public:
  void add(RegexPart part);
  RegexPart take();  // starts anew

 private:
  void flush();

  bool exact_ = true;
  Texts run_{""};  // the texts that the latest exact parts make together
  std::vector<Texts> options_;
  RegexPart::Counts counts_{};
  std::size_t size_min_ = 0;
};

}  // namespace tocsin::sigma
