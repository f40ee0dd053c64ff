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
  std::int64_t budget = 0;                 // places and bytes that may still be looked at, of one text by all shapes

  // Shapes of one text ask the same things, so what was found is kept until the next text: begin() forgets it all.
  struct Found {
    std::uint64_t round = 0;
    std::uint32_t from = 0, place = 0;
  };
  struct Munched {
    std::uint64_t round = 0;
    std::uint32_t at = 0, what = 0, end = 0;
  };
  std::uint64_t round = 0;
  std::vector<Found> found;  // two for each literal: the first query, and the one for the next place
  Munched munched[32];
  // A line that isn't made to be hard has few places, and most shapes look at the same ones.
  void begin(std::size_t literals, std::size_t text_size) {
    ++round;
    budget = 4 * static_cast<std::int64_t>(text_size) + 6144;
    if (found.size() < 2 * literals) found.resize(2 * literals);
  }
};

class ShapeMatcher {
 public:
  explicit ShapeMatcher(const Shape& shape);

  const std::string& prefix() const { return prefix_; }
  const std::vector<Shape::Step>& steps() const { return steps_; }
  std::vector<Shape::Step>& steps() { return steps_; }  // for numbering literals

  // `taken` has room for all captures of the message, and holds what was read when the answer is yes. The caller has
  // seen that the text begins with prefix().
  Fits match(std::string_view text, ShapeScratch& scratch, std::span<Taken> taken) const;
  // The same, where the captures before the first free one were read already, and ended at `at`.
  Fits match_behind(std::string_view text, std::uint32_t at, ShapeScratch& scratch, std::span<Taken> taken) const;
  // Whether the text ends as this shape does, at a glance.
  bool may_end(std::string_view text) const {
    return text.size() >= least_ && (steps_.empty() || text.ends_with(steps_.back().literal));
  }

  // One free capture at most: then match_behind() writes nothing unless it fits.
  bool is_simple() const { return frees_.size() <= 1; }

  static constexpr std::uint32_t kNone = UINT32_MAX;
  // Where a capture that isn't free ends; kNone if it isn't one. `delimiter`: of `until`.
  static std::uint32_t munch(Type type, char delimiter, std::string_view text, std::uint32_t at, ShapeScratch& scratch);

 private:
  using Step = Shape::Step;

  static std::uint32_t munch_now(Type type, char delimiter, std::string_view text, std::uint32_t at);
  static std::size_t find(const Step& step, std::string_view text, std::size_t from, bool next, ShapeScratch& scratch);
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
  std::size_t tail_ = 0;              // the most bytes behind the last free capture
  std::size_t least_ = 0;             // bytes that any text of this shape has
};

}  // namespace tocsin::products
