// One shape against one text: all ways in which it fits, told as the last of them and whether there were others.
//
// The text is read from both ends. What stands before the first free capture and behind the last has one place only;
// between them every occurrence of the literals is looked at (a forward pass over what can be reached, a backward pass
// over what can still end), so that "it fits in one way" is exact, and the work is linear in the text for each capture.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "products/template.h"

namespace tocsin::products {

enum class Fits : std::uint8_t {
  no,
  yes,
  hard,  // too many places to look at, as only a forger makes them: whatever is read from such a text is ambiguous
};

// The bytes that a capture took. Ambiguous: it has other places too.
struct Taken {
  std::uint32_t begin = 0, end = 0;
  bool present = false;
  bool ambiguous = false;
};

// Working memory, one per thread.
struct ShapeScratch {
  struct Place {
    std::uint32_t begin, end;  // of a literal and the captures and literals that follow it without choice
    bool usable;
  };
  std::vector<std::vector<Place>> places;  // by free capture
  std::int64_t budget = 0;                 // places and bytes that may still be looked at, set by match()
};

class ShapeMatcher {
 public:
  explicit ShapeMatcher(const Shape& shape);

  const std::string& prefix() const { return prefix_; }
  const std::vector<Shape::Step>& steps() const { return steps_; }
  // `taken` has room for all captures of the message, and is written only when the answer is yes. The caller has seen
  // that the text begins with prefix().
  Fits match(std::string_view text, ShapeScratch& scratch, std::span<Taken> taken) const;

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  using Step = Shape::Step;

  std::uint32_t munch(const Step& step, std::string_view text, std::uint32_t at) const;
  bool allows(const Step& step, std::string_view text, std::uint32_t begin, std::uint32_t end,
              ShapeScratch& scratch) const;
  std::uint32_t run(std::string_view text, std::size_t step, std::uint32_t at, Taken* taken,
                    ShapeScratch& scratch) const;
  Fits match_one(std::string_view text, std::uint32_t at, ShapeScratch& scratch, std::span<Taken> taken) const;
  Fits match_many(std::string_view text, std::uint32_t at, ShapeScratch& scratch, std::span<Taken> taken) const;
  void keep(const Step& step, std::uint32_t begin, std::uint32_t end, Taken* taken) const;

  std::string prefix_;
  std::vector<Step> steps_;
  std::vector<std::uint32_t> frees_;  // the steps whose capture is free
  std::size_t least_ = 0;             // bytes that any text of this shape has
};

}  // namespace tocsin::products
