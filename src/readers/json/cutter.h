// Cutter: a stream of JSON text → blocks of whole elements, in bounded memory.
//
// An element is what becomes an event: a line of NDJSON, an object among
// concatenated ones, a member of a top-level array of any length, a member of
// the list inside a wrapper such as {"Records":[…]}. Elements are found by
// brackets and quotes alone; what is inside is checked when a block is decoded.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "readers/reader.h"
#include "readers/text_window.h"

namespace tocsin::json {

struct Element {
  std::uint32_t offset, size;  // in the block's data
  bool open = false;           // never closed, or closed by the wrong bracket
};

// Block::context.
struct Elements {
  std::vector<Element> list;
  bool utf16 = false;  // the data was converted: offsets count UTF-16 units of two bytes
};

class Cutter {
 public:
  explicit Cutter(const ReadOptions& options);
  Result<std::optional<Block>> next(Stream& stream, std::vector<Anomaly>& anomalies);

 private:
  enum class Mode : std::uint8_t { between, element, skip, tail };
  enum class Kind : std::uint8_t { array, wrapper };
  struct Container {
    Kind kind;
    std::uint32_t depth;  // of a wrapper: how many objects end after its list
  };
  enum class Step : std::uint8_t { more, done };  // needs more bytes, or got further

  void scan();
  Step between();
  Step begin_object();
  Step inside();
  void garbage();
  bool line_is_element(std::size_t& end);
  void enter(Mode mode, std::uint64_t depth, std::uint64_t shape);
  void finish(std::size_t end, bool open);
  void give_up_on_long_element();
  void end_of_input();
  void flush_garbage();
  void report(std::string_view name, std::uint64_t offset, std::uint64_t size, std::string detail);
  Block take_block();
  std::string_view rest() const { return text_.substr(at_); }

  std::size_t record_max_;
  TextWindow window_;
  std::string_view text_;  // the window's
  bool ended_ = false, closed_ = false;
  std::uint64_t record_ = 1;

  // The scanner; positions are in text_.
  Mode mode_ = Mode::between;
  std::size_t at_ = 0;
  std::size_t newline_ = 0;  // no line feed in [at_, newline_), while newline_ > at_
  std::vector<Container> containers_;
  std::vector<Element> elements_;
  std::size_t start_ = 0;  // of the open element
  bool in_string_ = false;
  char last_ = 0;            // last significant character outside strings
  std::uint64_t depth_ = 0;  // open brackets
  std::uint64_t shape_ = 0;  // the innermost of them, one bit each: 1 is an object
  unsigned known_ = 0;       // how many bits of shape_ mean something

  struct {
    std::uint64_t offset = 0, size = 0;
    std::string head;
  } skipped_, garbage_;  // a stretch of evidence that gives no event, not yet reported
  std::vector<Anomaly>* anomalies_ = nullptr;
};

// Where the list of a wrapper object begins. `text` starts at the object's brace.
struct Wrapper {
  enum class Answer : std::uint8_t { no, yes, need_more } answer = Answer::no;
  std::size_t list = 0;     // just after its '['; with need_more: where it would be, or 0
  std::uint32_t depth = 1;  // objects around it
};
Wrapper find_wrapper(std::string_view text);
// The first list of objects at all, in a text too large to be one record.
Wrapper find_any_list(std::string_view text);

}  // namespace tocsin::json
