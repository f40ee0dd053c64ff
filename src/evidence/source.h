// Where bytes come from: a file, a pipe, any Stream.
#pragma once
#include <memory>
#include <string>

#include "evidence/tap.h"

namespace tocsin::evidence {

enum class Named : bool { found, by_user };

// Opens a file to be read once from its start. What the user named may be a pipe or a link; what was found in a folder
// may not. A failure's text is for an anomaly; `special` tells that it is a device, socket, pipe or link.
struct Opened {
  std::unique_ptr<Source> source;  // null on failure
  bool special = false;
  std::string failure;
};
Opened open_file(const std::string& path, Named named, const Limits& limits);
std::unique_ptr<Source> standard_input();
std::unique_ptr<Source> from_stream(std::unique_ptr<Stream> stream);

}  // namespace tocsin::evidence
