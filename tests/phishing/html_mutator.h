// Writes a piece of HTML in other letters that a browser reads alike: case, quotes, references, base64, blanks,
// nesting.
#pragma once
#include <string>
#include <string_view>

#include "tests/phishing/draw.h"

namespace tocsin::test {

std::string mutate_html(std::string_view html, Draw& draw);

}  // namespace tocsin::test
