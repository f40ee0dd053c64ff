// Bodies as Outlook keeps them: compressed RTF (MS-OXRTFCP 2.1), and the HTML or plain text that it was made of, which
// the RTF still holds (MS-OXRTFEX 2.1).
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::documents {

// At most `max` bytes. Nothing where it is no compressed RTF; damage ends it early.
std::optional<std::string> decompress_rtf(std::string_view bytes, std::size_t max);

enum class InRtf : unsigned char { nothing, html, text };
// What the RTF was made of, in UTF-8, at most `max` bytes; `nothing` where it was written as RTF.
InRtf unwrap_rtf(std::string_view rtf, std::size_t max, std::string& out);

}  // namespace tocsin::documents
