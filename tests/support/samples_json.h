#pragma once
#include <string>

namespace tocsin::tests {
std::string sample_json(std::size_t size);
}
