#include "publish/dossier/tlp.h"

#include <string>

namespace tocsin::publish {

std::optional<Tlp> parse_tlp(std::string_view text) {
  std::string plain;
  for (const char c : text) plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '-' ? '+' : c;
  if (plain.starts_with("tlp:")) plain.erase(0, 4);
  if (plain == "white") return Tlp::clear;
  for (int i = 0; i < 5; ++i)
    if (plain == kTlpNames[i]) return static_cast<Tlp>(i);
  return std::nullopt;
}

}  // namespace tocsin::publish
