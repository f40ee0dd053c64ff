// One shape against one text: all ways in which it fits, told as the last of them and whether there were others.
//
// The text is read from both ends. What stands before the first free capture and behind the last has one place only;
// between them every occurrence of the literals is looked at (a forward pass over what can be reached, a backward pass
// over what can still end), so that "it fits in one way" is exact, and the work is linear in the text for each capture.
//
// This is the plain form, a shape at a time: what the matcher, which looks for what shapes share once (segments.h), is
// measured against, and what it falls back to on a text that is made to be hard.
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

inline constexpr std::int64_t kPlaceCost = 16;  // looking at a place costs about as much as reading sixteen bytes

// Working memory, one per thread.
struct ShapeScratch {
  struct Place {
    std::uint32_t begin, end;  // of a literal and the captures and literals that follow it without choice
    bool usable;
  };
  std::vector<std::vector<Place>> places;  // by free capture
  std::int64_t budget = 0;                 // places and bytes that may still be looked at, of one text by all shapes

  // Shapes of one text ask the same things, so what was found is kept until the next text: begin() forgets it all.
  struct Munched {
    std::uint64_t round = 0, key = 0;
    std::uint32_t end = 0;
  };
  static std::uint64_t key_of(Type type, char delimiter, std::uint32_t at) {
    return std::uint64_t{at} << 16 | static_cast<unsigned>(type) << 8 | static_cast<unsigned char>(delimiter);
  }
  Munched& munched_at(Type type, char delimiter, std::uint32_t at) {
    return munched[(at ^ static_cast<std::uint32_t>(type) * 7 ^ static_cast<unsigned char>(delimiter)) & 31];
  }
  struct Run {  // what has no longest value ends in one place, wherever within it one begins
    std::uint64_t round = 0;
    std::uint32_t begin = 0, end = 0, what = 0;
  };
  std::uint64_t round = 0;
  Munched munched[32];
  Run runs[16];
  void begin(std::int64_t work) {
    ++round;
    budget = work;
  }
  // A line that isn't made to be hard has few places, and most shapes look at the same ones: of the lines in
  // ../shared/corpus none needs more than 4 a byte and 160.
  static std::int64_t enough(std::size_t text_size) { return 7 * static_cast<std::int64_t>(text_size) + 512; }
};

inline constexpr std::uint32_t kNowhere = UINT32_MAX;
std::uint32_t munch_anew(Type type, char delimiter, std::string_view text, std::uint32_t at, ShapeScratch& scratch);
// Where a capture that isn't free ends; kNowhere if it isn't one. `delimiter`: of `until`.
std::uint32_t munch_digits(std::string_view text, std::uint32_t at, ShapeScratch& scratch);  // a port
inline std::uint32_t munch(Type type, char delimiter, std::string_view text, std::uint32_t at, ShapeScratch& scratch) {
  if (type == Type::port) return munch_digits(text, at, scratch);  // as fast as looking it up
  const ShapeScratch::Munched& known = scratch.munched_at(type, delimiter, at);
  if (known.round == scratch.round && known.key == ShapeScratch::key_of(type, delimiter, at)) return known.end;
  return munch_anew(type, delimiter, text, at, scratch);
}
// Whether a free capture may be these bytes. False as well when the budget ends.
bool allows(Type type, std::string_view text, std::uint32_t begin, std::uint32_t end, ShapeScratch& scratch);
// Whether a value of this type may end in this byte.
bool may_end_in(Type type, char c);

class ShapeMatcher {
 public:
  explicit ShapeMatcher(const Shape& shape);

  const std::string& prefix() const { return prefix_; }
  const std::vector<Shape::Step>& steps() const { return steps_; }
  const std::vector<std::uint32_t>& frees() const { return frees_; }  // the steps whose capture is free

  // `taken` has room for all captures of the message, and holds what was read when the answer is yes.
  Fits match(std::string_view text, ShapeScratch& scratch, std::span<Taken> taken) const;
  // The captures behind the literal of `step`, which stands at `at`, up to the next free one.
  void keep_run(std::string_view text, std::size_t step, std::uint32_t at, ShapeScratch& scratch,
                std::span<Taken> taken) const {
    run(text, step, at, taken, scratch);
  }
  static void keep(const Shape::Step& step, std::uint32_t begin, std::uint32_t end, std::span<Taken> taken) {
    if (step.capture < 0) return;
    const std::uint32_t quotes = step.type == Type::quoted;
    taken[static_cast<std::size_t>(step.capture)] = {begin + quotes, end - quotes, true, false};
  }

 private:
  using Step = Shape::Step;

  // Whether the text ends as this shape does, at a glance.
  bool may_end(std::string_view text) const {
    return text.size() >= least_ && (steps_.empty() || text.ends_with(steps_.back().literal));
  }
  std::uint32_t run(std::string_view text, std::size_t step, std::uint32_t at, std::span<Taken> taken,
                    ShapeScratch& scratch) const;
  Fits match_behind(std::string_view text, std::uint32_t at, ShapeScratch& scratch, std::span<Taken> taken) const;
  Fits match_one(std::string_view text, std::uint32_t at, ShapeScratch& scratch, std::span<Taken> taken) const;
  Fits match_many(std::string_view text, std::uint32_t at, ShapeScratch& scratch, std::span<Taken> taken) const;

  std::string prefix_;
  std::vector<Step> steps_;
  std::vector<std::uint32_t> frees_;
  std::size_t tail_ = 0;   // the most bytes behind the last free capture
  std::size_t least_ = 0;  // bytes that any text of this shape has
};

}  // namespace tocsin::products
