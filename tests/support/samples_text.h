// Samples of the text readers.
#pragma once
#include <string>

namespace tocsin::tests {
std::string sample_access(std::size_t size);
std::string sample_auditd(std::size_t size);
std::string sample_lines(std::size_t size);
std::string sample_mail(std::size_t size);
std::string sample_w3c(std::size_t size);
std::string sample_zeek(std::size_t size);
}  // namespace tocsin::tests
