// The host in what people and programs write down for one.
#pragma once
#include <string_view>

namespace tocsin::decoys {

// Of "https://user@www.example.org:8443/path", "mailto:a@example.org", "a.b@example.org", "*.example.org.",
// "example.org:443", "hxxps://example[.]org" (without its brackets it is not a view: that one is refused): the host
// name, a view into `text`. "" where there is none, or an address.
std::string_view host_of(std::string_view text);

}  // namespace tocsin::decoys
