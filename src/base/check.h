// CHECK(condition) stops the process on our own bug, in release too. Never on input.
#pragma once
#include <cstdio>
#include <cstdlib>

#define CHECK(...)                                                                             \
  do {                                                                                         \
    if (!(__VA_ARGS__)) [[unlikely]] {                                                         \
      std::fprintf(stderr, "tocsin: bug at %s:%d: %s\n", __FILE__, __LINE__, #__VA_ARGS__);    \
      std::abort();                                                                            \
    }                                                                                          \
  } while (false)
