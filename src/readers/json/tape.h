// Tape: one JSON text as a flat array of nodes, values as they stand in the source.
//
// Evidence asks for other things than a document model gives: numbers with
// their own digits, the exact bytes of every object, records with a raw control
// character or a bad escape read all the same. So nothing is converted here:
// a node points at its text, and only demanded strings are ever unescaped.
// One pass, no recursion, linear in the text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "event/value.h"

namespace tocsin::json {

inline constexpr std::uint32_t kDepthMax = 1000;
inline constexpr std::uint32_t kNodesMax = 1'000'000;

enum class Type : std::uint8_t { object, array, string, integer, real, boolean, null };

struct Node {
  const char* key_data = nullptr;  // between the quotes, still escaped; nullptr when it has none
  const char* data = nullptr;      // strings between the quotes, still escaped; all others from first to last character
  std::uint32_t key_size = 0, size = 0;
  std::uint32_t next = 0;  // the node after this one and all below it
  Type type = Type::null;
  bool key_escaped = false, escaped = false;

  std::string_view key() const { return {key_data, key_size}; }
  std::string_view text() const { return {data, size}; }
  bool is_container() const { return type <= Type::array; }
};

enum class Verdict : std::uint8_t {
  good,
  repaired,   // read, though it breaks the grammar: raw control characters, NaN, a comma too many
  truncated,  // ended too early
  damaged,
  too_deep,
  too_many,  // values
};

class Tape {
 public:
  // Reads the one value at the front of `text` (at most 4 GB); `text` must outlive the nodes' use.
  Verdict parse(std::string_view text);
  // Or one object of strings, put together: a row of a table. Keys and texts must outlive the nodes' use.
  void begin_row();
  void add_to_row(std::string_view key, std::string_view text, bool null);
  // After parse(): how much was read, white space after the value included; or where it broke.
  std::size_t read() const { return read_; }
  const Node& root() const { return nodes_[0]; }
  const Node& operator[](std::uint32_t index) const { return nodes_[index]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(nodes_.size()); }
  std::uint32_t index_of(const Node& node) const { return static_cast<std::uint32_t>(&node - nodes_.data()); }

  // for (const Node& child : tape.children(node))
  struct Children {
    struct Iterator {
      const Node* nodes;
      std::uint32_t at;
      const Node& operator*() const { return nodes[at]; }
      Iterator& operator++() { return at = nodes[at].next, *this; }
      bool operator!=(const Iterator& other) const { return at != other.at; }
    };
    Iterator first, last;
    Iterator begin() const { return first; }
    Iterator end() const { return last; }
  };
  Children children(const Node& parent) const {
    const std::uint32_t index = index_of(parent);
    return {{nodes_.data(), parent.is_container() ? index + 1 : parent.next}, {nodes_.data(), parent.next}};
  }
  // The first child of that name (compared as written in the source), or nullptr.
  const Node* child(const Node& parent, std::string_view key) const;

 private:
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> open_;
  std::size_t read_ = 0;
};

// Unescapes (RFC 8259, section 7) into `out`, which must hold text.size() bytes; returns the length. A lone surrogate
// becomes U+FFFD; an escape that doesn't exist stays as written.
std::size_t unescape(std::string_view text, char* out);
std::string_view unescaped(std::string_view text, bool escaped, Arena& arena);

// A scalar as a Value: strings unescaped, numbers with their own digits. Containers give their JSON text.
Value value_of(const Node& node, Arena& arena);

}  // namespace tocsin::json
