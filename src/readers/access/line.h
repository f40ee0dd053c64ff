// One line of a web server's or proxy's access log.
#pragma once
#include <optional>
#include <string_view>

#include "readers/text/sink.h"
#include "readers/text/stamp.h"

namespace tocsin::access {

enum class Shape : std::uint8_t { none, server, haproxy, squid };

struct Line {
  Shape shape = Shape::none;
  std::string_view time;
  text::Stamp stamp;
  std::string_view host, client, port, user;  // "" where the line has `-` or nothing
  std::string_view request;                   // raw, with its escapes, without its quotes
  std::string_view status, bytes, referer, agent, elapsed;
  std::string_view forwarded;  // server: what X-Forwarded-For said, where the format adds it
  std::string_view extra[4];   // haproxy: frontend, backend/server; squid: action, hierarchy/peer, type
};

Line read_line(std::string_view line);

enum Name : std::size_t {
  kTimestamp,
  kHost,
  kClient,
  kPort,
  kUser,
  kMethod,
  kUri,
  kStem,
  kQuery,
  kVersion,
  kStatus,
  kBytes,
  kReferer,
  kAgent,
  kElapsed,
  kAction,
  kHierarchy,
  kType,
  kFrontend,
  kBackend,
  kProxyUri,
  kForwarded,
  kMessage,
  kNameCount
};
extern const std::string_view kNames[kNameCount];

std::string_view source_of(Shape shape);  // "webserver", "haproxy", "squid", "text"

// `base` is the index of kTimestamp in the sink's names.
void put(const Line& line, std::string_view whole, text::Sink& sink, std::size_t base = 0);

}  // namespace tocsin::access
