// URLs into url.* as Elastic's uri_parts does it, on text that need not be a valid URL: a log holds what was asked.
#pragma once
#include <array>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "products/ecs_sink.h"

namespace tocsin::products {

inline constexpr std::array<std::string_view, 10> kUrlParts{
    ".original", ".scheme", ".domain", ".port", ".path", ".query", ".fragment", ".extension", ".username", ".password"};
// The first two stand under http, the rest under the ECS field of the rule (url).
inline constexpr std::array<std::string_view, 12> kRequestParts{
    "http.request.method", "http.version", ".original", ".scheme",  ".domain", ".port", ".path", ".query",
    ".fragment",           ".extension",   ".username", ".password"};

// The text itself where nothing is encoded, or where what comes out would be no UTF-8.
std::string_view percent_decoded(std::string_view text, Arena& arena);

// RFC 3986 appendix B. The path is decoded, all else stands as it came. The extension is what follows the last dot of
// the path's last segment.
bool put_url(std::string_view text, std::span<const EcsId> out, EcsSink& sink, Arena& arena);
// The same for a URL that begins with its authority, "example.org:8080/path"; nothing is decoded.
bool put_bare_url(std::string_view text, std::span<const EcsId> out, EcsSink& sink);
// "METHOD target HTTP/version"; the version may be missing (HTTP/0.9), a target may hold blanks. What isn't of this
// form gives nothing but the target as url.original.
bool put_request(std::string_view text, std::span<const EcsId> out, EcsSink& sink, Arena& arena);

}  // namespace tocsin::products
