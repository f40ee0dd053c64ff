// Matcher: the templates of all messages that a record may be, tried together on one text.
//
// Templates are found by how they begin, in one walk over a tree. All that fit are read: a line has one meaning
// only if every reading agrees on where it came from. The first message in order, by its first choices, is the reading;
// a capture that another reading contradicts is ambiguous:
//   - readings of the same message by the same leading choices are compared on all captures,
//   - others on the source (address or name, and port) alone: that is what nobody may forge, whereas order and choices
//     decide between a general and a special wording.
// A reading that differs only in that its last free capture runs over an optional ending is none of its own.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "products/lead_tree.h"
#include "products/shape.h"

namespace tocsin::products {

// What a capture tells of the source.
enum class Identity : std::uint8_t { none, ip, address, name, port };

struct MatchScratch {
  ShapeScratch shape;
  LeadTree::Scratch lead;
  // The shapes whose lead fits, and where it ended; the spans of its captures from `spans` on.
  struct Found {
    std::uint32_t entry, at, spans, depth;
  };
  std::vector<Found> found;
  std::vector<LeadTree::Span> spans;
  struct Way {
    std::uint32_t entry = 0;
    std::vector<Taken> taken;
    bool is_clear = false;
  };
  Way best, other;
  // Which literals the text at hand holds: `round` where it does, `round` + 1 where it doesn't, less where nobody
  // looked.
  std::vector<std::uint64_t> literals;
  std::uint64_t round = 0;
};

// Which messages count for the record at hand, where that hangs on more than its text.
class MessageFilter {
 public:
  virtual ~MessageFilter() = default;
  virtual bool allows(std::uint32_t message) const = 0;
};

struct Match {
  std::uint32_t message = 0;     // as given to add()
  std::span<const Taken> taken;  // in the scratch
  bool ambiguous = false;        // a capture is
};

class Matcher {
 public:
  // `message`: messages are tried in ascending order. `text`: which of the message's templates this is.
  void add(std::uint32_t message, std::uint32_t text, std::span<const Shape> shapes,
           std::span<const Identity> captures);
  void build();  // after the last add()
  bool empty() const { return entries_.empty(); }

  // `filter` may be null: then all messages count.
  bool match(std::string_view text, const MessageFilter* filter, MatchScratch& scratch, Match& out) const;

 private:
  struct Entry {
    ShapeMatcher shape;
    std::uint32_t message;
    std::uint32_t rank;              // by leading choices; 0 comes first
    std::vector<std::uint8_t> path;  // with the text's number in front
    std::vector<Identity> captures;
    bool has_source = false;
    std::vector<std::uint16_t> literals;  // in needed_, that a text of this shape holds
  };
  void compare(std::string_view text, MatchScratch& scratch) const;
  bool has_literal(std::string_view text, std::uint32_t literal, MatchScratch& scratch) const;
  bool has_literals(std::string_view text, const Entry& entry, MatchScratch& scratch) const;

  std::vector<Entry> entries_;  // in order of trial
  LeadTree leads_;
  std::size_t literals_ = 0;  // numbers given to shapes' literals
  std::vector<std::string> needed_;
};

}  // namespace tocsin::products
