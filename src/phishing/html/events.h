#pragma once
#include <string_view>

namespace tocsin::phishing {

// The handlers that browsers have or had, by name or by how a family of them begins (HTML Standard 8.1.8.2, SVG, SMIL,
// UI Events, and those of old browsers). Not every word with "on" in front: once=, online= stand in honest addresses.
bool is_event(std::string_view name);

}  // namespace tocsin::phishing
