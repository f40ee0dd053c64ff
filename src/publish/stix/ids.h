// Ids that are the same on every machine: name-based UUIDs (RFC 4122, 4.3).
#pragma once
#include <string>
#include <string_view>

namespace tocsin::publish {

// Of a STIX cyber-observable: over the canonical JSON of its contributing properties, in OASIS's namespace
// (STIX 2.1, 2.9).
std::string observable_id(std::string_view type, std::string_view contributing_json);
// Of anything else, in our own namespace: "incident--…" for ("incident", key). STIX 2.1 (2.9) says SHOULD of version 4 for
// all that is no observable; it allows version 5 outside OASIS's namespace, but the strict validator refuses it. So the
// bits are those of version 5 and the mark says 4, which asks for pseudo-random bits: to whoever doesn't know the
// namespace and the name they are.
std::string object_id(std::string_view type, std::string_view key);
// Bare, in our own namespace, for formats other than STIX.
std::string uuid5(std::string_view name);

}  // namespace tocsin::publish
