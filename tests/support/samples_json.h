#pragma once
#include <string>

namespace tocsin::tests {
std::string sample_json(std::size_t size);
std::string sample_xml(std::size_t size);
std::string sample_csv(std::size_t size);
}
