// --knowledge, as several verbs read it.
#pragma once
#include <span>
#include <string>

#include "assess/knowledge.h"

namespace tocsin::cli {

// The files named, or, when none is, the actor file that comes with the program; who is said to stand behind the
// actors (share/tocsin/actors/backing.json) is added to either.
Result<assess::Knowledge> load_knowledge(std::span<const std::string> files);

}  // namespace tocsin::cli
