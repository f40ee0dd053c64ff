// Names of Linux system calls, which audit records give as numbers.
#pragma once
#include <string_view>

namespace tocsin::auditd {

// `arch` and `number` as in the record ("c000003e", "59" → "execve"). "" for architectures and numbers that aren't
// known; x86_64 and aarch64 are.
std::string_view syscall_name(std::string_view arch, std::string_view number);

}  // namespace tocsin::auditd
