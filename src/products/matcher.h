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
#include "products/segments.h"
#include "products/shape.h"

namespace tocsin::products {

// What a capture tells of the source.
enum class Identity : std::uint8_t { none, ip, address, name, port };

struct MatchScratch {
  ShapeScratch shape;
  Segments::Scratch segments;
  std::vector<std::size_t> firsts;
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
  };
  Way best, other;
  bool hard = false;  // the last text was too much work: what was read of it is ambiguous
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
  // `conditional`: the filter is to be asked about it.
  void add(std::uint32_t message, std::uint32_t text, std::span<const Shape> shapes, std::span<const Identity> captures,
           bool conditional = true);
  void build();  // after the last add()
  bool empty() const { return entries_.empty(); }

  // `filter` is asked about conditional messages; it may be null: then all count.
  bool match(std::string_view text, const MessageFilter* filter, MatchScratch& scratch, Match& out) const;
  // The same, each shape by itself and without a bound on the work: what match() must agree with.
  bool match_naively(std::string_view text, const MessageFilter* filter, MatchScratch& scratch, Match& out) const;

 private:
  struct Free {
    Type type;
    std::uint32_t step;
    Segments::Number segment;  // behind it
  };
  struct Entry {
    ShapeMatcher shape;
    std::uint32_t message;
    std::uint32_t rank;              // by leading choices; 0 comes first
    std::vector<std::uint8_t> path;  // with the text's number in front
    std::vector<Identity> captures;
    std::vector<std::uint32_t> sources;  // captures that tell the source, the best first
    std::int32_t port = -1;              // the first capture that is its port
    bool has_source = false;
    bool is_loose = true;     // its free captures may hold anything
    bool conditional = true;  // its message is
  };
  // The free captures of an entry, in frees_.
  struct Chain {
    std::uint32_t begin, end;
  };
  static bool counts(const Entry& entry, const MessageFilter* filter) {
    return !filter || !entry.conditional || filter->allows(entry.message);
  }
  static const Taken* source_of(const Entry& entry, std::span<const Taken> taken);
  static const Taken* port_of(const Entry& entry, std::span<const Taken> taken);
  void compare(std::string_view text, MatchScratch& scratch) const;
  bool may_fit(std::uint32_t entry, std::string_view text, std::uint32_t at, MatchScratch& scratch) const;
  Fits fit(std::uint32_t entry, std::string_view text, std::uint32_t at, MatchScratch& scratch,
           MatchScratch::Way& way) const;
  Fits fit_loose(std::uint32_t entry, std::string_view text, std::uint32_t at, MatchScratch& scratch,
                 MatchScratch::Way& way) const;
  Fits fit_strict(std::uint32_t entry, std::string_view text, std::uint32_t at, MatchScratch& scratch,
                  MatchScratch::Way& way) const;
  std::span<const Free> frees(std::uint32_t entry) const {
    return std::span(frees_).subspan(chains_[entry].begin, chains_[entry].end - chains_[entry].begin);
  }
  bool match_hard(std::string_view text, const MessageFilter* filter, MatchScratch& scratch, Match& out) const;
  bool tell(bool hard, MatchScratch& scratch, Match& out) const;

  std::vector<Entry> entries_;  // in order of trial
  std::vector<Chain> chains_;   // by entry
  std::vector<Free> frees_;
  LeadTree leads_;
  Segments segments_;
};

}  // namespace tocsin::products
