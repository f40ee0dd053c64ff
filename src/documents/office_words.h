// The language of an office suite's interface, given away by words that it writes into files by itself: how it calls
// worksheets, its default style and theme.
#pragma once
#include <string_view>

#include "documents/document.h"

namespace tocsin::documents {

// Sets interface_language where `word` is such a word. English is the weakest: any other language outweighs it.
void note_interface_word(std::string_view word, Metadata& out);
// "ru" from a Windows language identifier's primary part (MS-LCID); "" when not listed.
std::string_view language_of_lcid(unsigned lcid);

}  // namespace tocsin::documents
