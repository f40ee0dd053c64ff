// Verdicts on leaked items: one JSON object an item, and a page of text that a press office can stand on.
#pragma once
#include <string>
#include <string_view>

#include "leak/run.h"
#include "publish/terminal/text.h"

namespace tocsin::publish {

std::string leak_json(const leak::ItemReport& report);  // without a line end
std::string leak_summary_json(const leak::LeakSummary& summary);
std::string leak_text(const leak::LeakSummary& summary, const Terminal& terminal);
// One or two lines an item, for people.
std::string leak_line(const leak::ItemReport& report, const Terminal& terminal);
// What a verdict means, in a sentence for people who don't know signatures.
std::string_view meaning(leak::Verdict verdict);
// "differs from", … before the original's name.
std::string_view relation_text(std::string_view relation);

}  // namespace tocsin::publish
