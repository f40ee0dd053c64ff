#include "publish/output.h"

#include <cerrno>
#include <cstring>

namespace tocsin::publish {

Result<void> Output::finish() {
  flush();
  good_ &= std::fflush(file_) == 0;
  if (!good_) return fail(std::string("not all output could be written: ") + std::strerror(errno));
  return {};
}

}  // namespace tocsin::publish
