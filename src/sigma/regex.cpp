// The specification's flavour (appendix "Regular Expression") is a subset of what RE2 runs in linear time; look-around,
// back-references and possessive quantifiers are outside of both.
#include "sigma/regex.h"

#include <fmt/format.h>

namespace tocsin::sigma {

std::string to_re2(const Regex& regex) {
  std::string flags;
  if (regex.ignore_case) flags += 'i';
  if (regex.multi_line) flags += 'm';
  if (regex.dot_all) flags += 's';
  return flags.empty() ? regex.expression : "(?" + flags + ")" + regex.expression;
}

Result<std::unique_ptr<re2::RE2>> compile(const Regex& regex) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemoryMax);
  options.set_never_capture(true);
  auto compiled = std::make_unique<re2::RE2>(to_re2(regex), options);
  if (compiled->ok() && compiled->ProgramSize() > kRegexStepsMax)
    return fail(fmt::format("the expression '{}' can't be run: it compiles to {} steps, {} are allowed",
                            regex.expression, compiled->ProgramSize(), kRegexStepsMax),
                "", "counts multiply; write it shorter, or without the upper ones");
  if (compiled->ok()) return compiled;
  std::string hint = "the flavour is RE2's";
  switch (compiled->error_code()) {
    case re2::RE2::ErrorBadPerlOp:
    case re2::RE2::ErrorBadEscape:
    case re2::RE2::ErrorRepeatOp:
      hint =
          "expressions run in linear time: no look-around, back-references or possessive quantifiers; "
          "a negated selection often says the same";
      break;
    case re2::RE2::ErrorRepeatSize:
      hint = "counts go up to 1000";
      break;
    case re2::RE2::ErrorPatternTooLarge:
      hint = "nested counts multiply; write it shorter";
      break;
    default:
      break;
  }
  return fail("the expression '" + regex.expression + "' can't be run: " + compiled->error(), "", hint);
}

}  // namespace tocsin::sigma
