// The EXERCISE mark: how rehearsed evidence is told from real evidence.
#pragma once
#include <string_view>

namespace tocsin::rehearse {

// Whether these first bytes of a file say, in the form in which `rehearse` writes it, that the file is an exercise.
// Only whole forms at the beginning count, and comments before it: an attacker who can write a user name into the
// middle of a log must not be able to declare the log an exercise.
bool says_exercise(std::string_view head);

}  // namespace tocsin::rehearse
