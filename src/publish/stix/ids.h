// Ids that are the same on every machine: name-based UUIDs (RFC 4122, version 5).
#pragma once
#include <string>
#include <string_view>

namespace tocsin::publish {

// Of a STIX cyber-observable: over the canonical JSON of its contributing properties, in OASIS's namespace
// (STIX 2.1, 2.9).
std::string observable_id(std::string_view type, std::string_view contributing_json);
// Of anything else, in our own namespace: "incident--…" for ("incident", key). Made from the name in the way of version
// 5, but marked as version 4, which STIX 2.1 (2.9) and its validator ask of all that is no observable: to whoever
// doesn't know the name it is as good as random.
std::string object_id(std::string_view type, std::string_view key);
// Bare, in our own namespace, for formats other than STIX.
std::string uuid5(std::string_view name);

}  // namespace tocsin::publish
