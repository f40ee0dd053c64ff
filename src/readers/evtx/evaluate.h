// Fills compiled templates with a record's values.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/time.h"
#include "event/event.h"
#include "event/record.h"
#include "readers/evtx/cache.h"
#include "readers/evtx/value.h"

namespace tocsin::evtx {

// What was wrong in a record's BinXML. What could be read of it was read.
enum class Problem : std::uint8_t { malformed, template_missing, template_damaged, values_missing, nesting, work };
inline constexpr std::size_t kProblems = 6;

struct Outcome {
  Time time = Time::none();     // System/TimeCreated
  std::uint64_t id = 0;         // System/EventRecordID; 0 when absent
  std::uint32_t problems = 0;   // bits by Problem
  std::uint64_t keywords = 0;   // Event::keywords_elsewhere
  std::string_view detail;      // of a template's damage
  bool has(Problem problem) const { return problems >> static_cast<int>(problem) & 1; }
  void add(Problem problem) { problems |= 1u << static_cast<int>(problem); }
};

// One thread's working memory. A chunk's templates are looked up once.
class Evaluator {
 public:
  Evaluator();
  // What the cache gave before is forgotten here.
  void begin_block(const Demand& demand, std::uint64_t serial) {
    demand_ = &demand;
    cache_.begin(demand, serial);
  }
  // `chunk.bytes` is the whole block: other chunks may hold a template that this one lost. Values go to `arena`.
  void begin_chunk(View chunk, Arena& arena);

  // The record's BinXML is chunk.bytes[begin, end).
  Outcome demanded(std::size_t begin, std::size_t end, std::vector<Field>& out);
  Outcome whole(std::size_t begin, std::size_t end, Record& out);  // out.memory is the arena

 private:
  struct Bound {                // a template in this chunk
    const Template* made;       // nullptr: there is none
    const char* constants = nullptr;  // the template's strings in the arena, once needed
    const char* names = nullptr;
  };
  struct Frame {                // a fragment being read, and the template instance in it being filled
    std::size_t at = 0, end = 0;
    bool outermost = false;
    Bound* bound = nullptr;
    std::uint32_t values = 0, count = 0;  // in values_
    std::uint32_t next = 0;     // leaf
    bool all = false;           // go through all leaves, not the demanded ones alone
  };
  // Places of definitions → index in bound_, for one chunk; emptied by starting another round.
  class Places {
   public:
    void clear();
    const std::uint32_t* find(std::uint64_t key) const;
    void insert(std::uint64_t key, std::uint32_t value);

   private:
    struct Slot {
      std::uint64_t key = 0;
      std::uint32_t value = 0, round = 0;
    };
    std::vector<Slot> slots_ = std::vector<Slot>(64);
    std::size_t used_ = 0;
    std::uint32_t round_ = 1;
  };
  struct ToFields;
  struct ToRecord;

  template <class Sink>
  Outcome run(std::size_t begin, std::size_t end, Sink sink);
  template <class Sink>
  void fill(Sink& sink, Outcome& outcome);
  template <class Sink>
  void put(Frame& frame, const Leaf& leaf, Sink& sink);
  void read_fragment(Outcome& outcome);
  bool read_instance(Frame& frame, Outcome& outcome);
  bool skip_values(Frame& frame) const;
  void note_system(const Frame& frame, Outcome& outcome);
  void nest(const Raw& value, Outcome& outcome);
  void push(std::size_t at, std::size_t end);
  Bound* bind(std::uint32_t offset, std::uint32_t id, std::size_t at);
  const Template* lost(std::uint32_t id);
  std::string_view constants(Bound& bound);
  const Raw& value(const Frame& frame, std::int32_t number) const;
  std::string_view concatenate(Frame& frame, std::uint32_t part, std::uint32_t parts, bool& all_null);

  TemplateCache cache_;
  const Demand* demand_ = nullptr;
  View chunk_, view_;           // the record's view: a carved record brings its own base
  Arena* arena_ = nullptr;
  std::int64_t budget_ = 0;     // bytes of definitions that this chunk may have compiled or compared
  std::int64_t work_ = 0;       // bytes of output, and steps, that this chunk may give
  Places places_;
  std::deque<Bound> bound_;
  std::vector<Raw> values_;     // a stack that is not cleared
  std::uint32_t values_used_ = 0;
  bool whole_ = false;          // all fields are asked for
  std::vector<Frame> frames_;   // reserved once: references to frames stay good
};

}  // namespace tocsin::evtx
