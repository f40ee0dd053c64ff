#include "decoys/host.h"

namespace tocsin::decoys {
namespace {

bool is_host_char(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.' || c >= 0x80;
}

}  // namespace

std::string_view host_of(std::string_view text) {
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos)
    text.remove_prefix(scheme + 3);
  else if (text.starts_with("mailto:"))
    text.remove_prefix(7);
  else if (text.starts_with("//"))
    text.remove_prefix(2);
  text = text.substr(0, text.find_first_of("/?#"));
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) text.remove_prefix(at + 1);
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    if (text.find_first_not_of("0123456789", colon + 1) != std::string_view::npos) return {};
    text = text.substr(0, colon);
  }
  while (text.starts_with("*.")) text.remove_prefix(2);
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.size() < 3 || text.size() > 1024 || text.front() == '.' || text.find('.') == std::string_view::npos)
    return {};
  bool letter = false;
  for (const char c : text) {
    if (!is_host_char(static_cast<unsigned char>(c))) return {};
    letter |= (c < '0' || c > '9') && c != '.';
  }
  return letter ? text : std::string_view{};
}

}  // namespace tocsin::decoys
