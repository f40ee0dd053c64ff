// Writes a rehearsal: evidence files, labels.json and a file EXERCISE into a folder. Files only.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "rehearse/formats.h"
#include "rehearse/labels.h"

namespace tocsin::rehearse {

struct WrittenFile {
  std::string path;
  const FormatSpec* format = nullptr;
  std::uint64_t records = 0, bytes = 0;
};

struct Written {
  Labels labels;
  std::vector<WrittenFile> files;  // of formats that had something to say
  std::uint64_t untold = 0;        // mail access and mailbox changes that none of the formats can tell of
};

// `formats`: names, empty for all. Logins that none of them speaks of by its nature are written in the first one. The
// folder is made; one that holds a rehearsal already is an error.
Result<Written> write_rehearsal(const Choice& choice, const std::vector<std::string>& formats,
                                const std::string& folder);

}  // namespace tocsin::rehearse
