// Short forms for walking a simdjson tree in which anything may be missing or of another kind.
#pragma once
#include <simdjson.h>

#include <string_view>

namespace tocsin::assess {

namespace dom = simdjson::dom;

inline std::string_view text_of(const dom::object& object, std::string_view key) {
  std::string_view out;
  return object[key].get(out) == simdjson::SUCCESS ? out : std::string_view();
}
inline bool flag_of(const dom::object& object, std::string_view key) {
  bool out = false;
  return object[key].get(out) == simdjson::SUCCESS && out;
}
// Calls use(element) for each element of the array `key`; nothing when there is none.
template <class Use>
void each(const dom::object& object, std::string_view key, Use use) {
  dom::array array;
  if (object[key].get(array) != simdjson::SUCCESS) return;
  for (const dom::element element : array) use(element);
}
template <class Use>
void each_object(const dom::object& object, std::string_view key, Use use) {
  each(object, key, [&](const dom::element& element) {
    dom::object one;
    if (element.get(one) == simdjson::SUCCESS) use(one);
  });
}
template <class Use>
void each_text(const dom::object& object, std::string_view key, Use use) {
  each(object, key, [&](const dom::element& element) {
    std::string_view one;
    if (element.get(one) == simdjson::SUCCESS) use(one);
  });
}

}  // namespace tocsin::assess
