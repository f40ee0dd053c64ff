// Which container is this? By its first bytes alone.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace tocsin::evidence {

enum class Shape : unsigned char { gz, zst, xz, bz2, lz4, tar, zip, seven };
inline bool is_compression(Shape shape) { return shape <= Shape::lz4; }

struct ContainerKind {
  std::string_view name;  // "gz"
  Shape shape;
  bool (*fits)(std::string_view head);
  std::span<const std::string_view> endings;  // of compressed files' names
};

// Null for what is no container.
const ContainerKind* recognise_container(std::string_view head);

// The name of what a compressed file holds: "a.log" for "x/a.log.gz", "data" for "-".
std::string inner_name(const ContainerKind& kind, std::string_view path);

}  // namespace tocsin::evidence
