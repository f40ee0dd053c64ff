#include "publish/terminal/terminal.h"

#include "publish/output.h"
#include "publish/terminal/overview.h"
#include "publish/terminal/table.h"

namespace tocsin::publish {

Result<void> write_terminal(casefile::Case& from, const casefile::FindingFilter& filter, std::FILE* to) {
  const Terminal terminal = Terminal::of(to);
  TRY(const Overview view, overview(from, filter));
  Output output(to);
  if (!view.groups.empty())
    output.write(view.timeline.text(terminal) + "\n" + group_table(terminal, view.groups, SummaryWords().rows) + "\n");
  return output.finish();
}

}  // namespace tocsin::publish
