// Errors as values. An Error says what failed, where, and what the user can do.
//
// Three kinds of failure exist here and only one of them is an Error: damaged
// input is an Anomaly (event/anomaly.h), work that cannot finish is an Error,
// and our own bug is a CHECK (base/check.h).
#pragma once
#include <expected>
#include <string>
#include <utility>

namespace tocsin {

struct Error {
  std::string what;   // what could not be done, and why
  std::string where;  // file, file:line, or file+offset; may be empty
  std::string hint;   // what the user can do; may be empty

  // "where: what (hint)", leaving out what is empty.
  std::string text() const {
    std::string out = where.empty() ? what : where + ": " + what;
    return hint.empty() ? out : out + " (" + hint + ")";
  }
};

// [[nodiscard]] so that a dropped error is a warning, and warnings are errors.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

inline std::unexpected<Error> fail(std::string what, std::string where = {}, std::string hint = {}) {
  return std::unexpected(Error{std::move(what), std::move(where), std::move(hint)});
}

}  // namespace tocsin

// TRY(auto x, call()): unwrap into x, or return the error to the caller.
// TRY_VOID(call()) for Result<void>.
#define TOCSIN_JOIN_(a, b) a##b
#define TOCSIN_JOIN(a, b) TOCSIN_JOIN_(a, b)
#define TRY(declaration, ...)                                                                  \
  auto TOCSIN_JOIN(try_, __LINE__) = (__VA_ARGS__);                                            \
  if (!TOCSIN_JOIN(try_, __LINE__))                                                            \
    return std::unexpected(std::move(TOCSIN_JOIN(try_, __LINE__)).error());                    \
  declaration = *std::move(TOCSIN_JOIN(try_, __LINE__))
#define TRY_VOID(...)                                                                          \
  if (auto TOCSIN_JOIN(try_, __LINE__) = (__VA_ARGS__); !TOCSIN_JOIN(try_, __LINE__))          \
  return std::unexpected(std::move(TOCSIN_JOIN(try_, __LINE__)).error())
