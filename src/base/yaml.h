// YAML 1.2 documents with line numbers, bounded against hostile files.
//
// Nodes live in the caller's Arena and point into it; aliases share their node, and a document that would be
// larger than kYamlWeightMax nodes once its aliases are written out is refused (so is nesting deeper than
// kYamlDepthMax, a key that stands twice in one map, and a merge key, which YAML 1.2 no longer has).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"

namespace tocsin {

inline constexpr std::size_t kYamlNodesMax = 5'000'000;  // in one file
inline constexpr std::size_t kYamlWeightMax = 200'000;   // in one document
inline constexpr std::size_t kYamlDepthMax = 50;

struct Yaml {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  Kind kind = Kind::null;
  bool plain = false;  // a scalar without quotes, so that it may be a number or a boolean
  std::uint32_t line = 1;
  std::uint32_t weight = 1;            // nodes below and including this one, aliases written out
  std::string_view text;               // of a scalar, and of a null as it was written
  std::span<const Yaml* const> items;  // of a list; of a map: key, value, key, value …

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_list() const { return kind == Kind::list; }
  bool is_map() const { return kind == Kind::map; }
  const Yaml* find(std::string_view key) const;  // of a map; nullptr when it has no such key
  std::optional<bool> boolean() const;           // a plain true or false
  std::optional<double> number() const;          // a plain decimal, 0x or 0o integer or a float (core schema)
};

struct YamlDocuments {
  std::vector<const Yaml*> documents;  // empty ones left out
  std::optional<Error> error;          // why reading stopped, `where` being the line alone; the documents before stand
};

YamlDocuments read_yaml(std::string_view text, Arena& arena);

// The tree in a canonical form: equal for equal content, whatever the layout and the comments.
std::string canonical(const Yaml& node);

}  // namespace tocsin
