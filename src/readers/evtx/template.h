// A template, compiled: the fields that its XML gives, each with where its value comes from. Records only fill it.
//
// MS-EVEN6 2.2.12: a template definition is BinXML with numbered substitutions; a record names the definition by its
// offset in the chunk and brings the substitutions' values.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/demand.h"

namespace tocsin::evtx {

// Where chunk-relative offsets lead: offset `o` is bytes[base + o]. The bytes are a whole block's; the base of a carved
// record may lie outside.
struct View {
  std::string_view bytes;
  std::int64_t base = 0;

  // An offset as an index into bytes; their end when it leads outside.
  std::size_t at(std::uint32_t offset) const {
    const std::int64_t place = base + offset;
    const bool outside = offset >= 65536 || place < 0 || place > static_cast<std::int64_t>(bytes.size());
    return outside ? bytes.size() : static_cast<std::size_t>(place);
  }
};

struct Slice {
  std::uint32_t begin = 0, size = 0;
  std::string_view of(std::string_view text) const { return text.substr(begin, size); }
};

// Of a leaf's content, in order: a constant in Template::constants, or a substitution.
struct Part {
  Slice constant;
  std::int32_t value = -1;  // the substitution's number; -1 for a constant
};

// An attribute, or an element with text: what becomes a field.
struct Leaf {
  static constexpr std::uint16_t kAlways = 0xffff;
  static constexpr std::uint32_t kNoSlot = 0x10000;

  Slice name;                  // in Template::names
  std::uint32_t part = 0;      // the first in Template::parts
  std::uint16_t parts = 0;     // an element without content has none: null
  std::uint16_t dependency = kAlways;  // the element is absent when this substitution is null
  std::uint32_t slot = kNoSlot;
  std::uint32_t name_part = 0;         // a name that records bring along: its parts
  std::uint16_t name_parts = 0;
  bool attribute = false;
  bool nests = false;          // the template means a substitution here to be BinXML
};

struct Template {
  std::vector<Leaf> leaves;            // in the XML's order
  std::vector<std::uint32_t> demanded; // leaves that a Demand has, may have (by a name in the record), or that nest
  std::vector<Part> parts;
  std::string names, constants;
  std::int32_t time_leaf = -1, id_leaf = -1;  // System/TimeCreated/@SystemTime, System/EventRecordID
  std::uint32_t values = 0;            // substitutions that it asks for
  std::uint64_t nested = 0;            // bit n: a leaf that nests has substitution n
  std::string_view problem;            // why its end is missing; "" when all was read
  std::uint64_t keywords = 0;          // groups of Demand::keywords() that its constants may hold; all, when values join

  // For the cache: the definition with its offsets blanked out, what is blanked, and the names that offsets led to.
  struct NameRef {
    static constexpr std::uint32_t kInline = UINT32_MAX;
    std::uint32_t at;     // of the offset, from the body's start
    std::uint32_t first;  // an earlier reference to the same name, else this one; kInline: leads right behind itself
    Slice units;          // UTF-16, in name_units
  };
  std::string guid;
  std::vector<std::uint64_t> words, mask;
  std::uint32_t size = 0;
  std::vector<NameRef> refs;
  std::string name_units;

  std::size_t memory() const;
};

enum class Dependencies : std::uint8_t { given, left_out };  // element tokens carry a dependency id, or don't

// Reads one element with all that is in it from view.bytes[begin, limit), after any fragment header. `end` is set
// behind it. A damaged definition keeps the leaves before the damage and says so in `problem`.
void compile(View view, std::size_t begin, std::size_t limit, Dependencies dependencies, const Demand& demand,
             Template& out, std::size_t& end);

}  // namespace tocsin::evtx
