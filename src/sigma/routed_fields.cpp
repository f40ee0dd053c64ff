// How the naive evaluator and `rules test` see an event.
#include "sigma/engine.h"

namespace tocsin::sigma {

bool is_text_record(const Event& event) {
  return !event.raw.empty() && !event.raw.starts_with(std::string_view("**\0\0", 4));
}

RoutedFields::RoutedFields(const LogsourceEntry& entry, const Batch& batch, const Event& event)
    : entry_(entry), event_(event) {
  if (batch.access() != nullptr) batch.access()->describe(batch, event, record_);
}

void RoutedFields::values(std::string_view field, std::vector<Value>& out) const {
  for (const std::string& name : entry_.record_fields(field))
    for (const Record::Entry& entry : record_.fields)
      if (entry.name == name) out.push_back(entry.value);
}

void RoutedFields::everything(std::vector<Value>& out) const {
  for (const Record::Entry& entry : record_.fields) out.push_back(entry.value);
  if (is_text_record(event_)) out.push_back(Value(event_.raw));
}

}  // namespace tocsin::sigma
