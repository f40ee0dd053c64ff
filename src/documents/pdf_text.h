// Text of a PDF by pdftotext (Debian poppler-utils), where it is installed: fonts and encodings are a world of their
// own.
#pragma once
#include <string>
#include <string_view>

#include "documents/document.h"

namespace tocsin::documents {

// Runs the program in a process of its own, with bounds on time and memory; "" without it or when it fails.
std::string pdf_text(std::string_view bytes, const Limits& limits);

}  // namespace tocsin::documents
