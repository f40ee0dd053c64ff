// Canonical forms of headers and bodies (RFC 6376 3.4; RFC 4870 3.4.2 for DomainKeys), streamed to a hash: a body of
// any size costs no memory.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "mailauth/message.h"

namespace tocsin::mailauth {

enum class Canonical : std::uint8_t { simple, relaxed, nofws };

// A field with its CRLF. `emptied`: the value of its b= tag is left out (RFC 6376 3.7), the rest stands as it is.
void append_field(std::string& out, const HeaderField& field, Canonical form, bool emptied = false);

// The canonical body, in pieces. Returns its whole length; no more than `limit` octets are given.
std::uint64_t canonical_body(std::string_view body, LineEnds line_ends, Canonical form,
                             const std::function<void(std::string_view)>& sink, std::uint64_t limit = UINT64_MAX);

}  // namespace tocsin::mailauth
