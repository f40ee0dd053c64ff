// Samples of the text readers.
#pragma once
#include <string>

namespace tocsin::tests {
std::string sample_lines(std::size_t size);
}
