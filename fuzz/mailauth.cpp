// Signatures, chains, policies and results on arbitrary bytes: the message, after its first line a key record.
#include <cstdint>
#include <string>
#include <string_view>

#include "mailauth/arc.h"
#include "mailauth/dmarc.h"
#include "mailauth/results.h"
#include "mailauth/spf.h"
#include "mailauth/spf_term.h"

namespace {

// Every name has the same text.
class Everywhere : public tocsin::mailauth::Records {
 public:
  explicit Everywhere(std::string_view text) : text_(text) {}
  tocsin::mailauth::Texts txt(std::string_view) const override { return {tocsin::mailauth::Found::yes, {text_}}; }
  tocsin::mailauth::Addresses addresses(std::string_view, bool v6) const override {
    return {tocsin::mailauth::Found::yes, {*tocsin::Ip::parse(v6 ? "2001:db8::1" : "192.0.2.1")}};
  }
  tocsin::mailauth::Texts mx(std::string_view name) const override {
    return {tocsin::mailauth::Found::yes, {std::string(name)}};
  }
  tocsin::mailauth::Texts ptr(const tocsin::Ip&) const override {
    return {tocsin::mailauth::Found::yes, {"a.example.org"}};
  }

 private:
  std::string text_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::mailauth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const Everywhere records(text.substr(0, line));
  const std::string_view raw = text.substr(std::min(line + 1, text.size()));
  for (const LineEnds ends : {LineEnds::crlf, LineEnds::any}) {
    const Message message = Message::parse(raw, ends);
    (void)verify_all(message, records);
    (void)verify_chain(message, records);
    (void)topmost_results(message, {});
    for (const HeaderField& field : message.fields()) (void)addresses_of(field.value);
  }
  (void)parse_key(text.substr(0, line));
  (void)check_spf({*tocsin::Ip::parse("192.0.2.7"), "user@example.org", "mail.example.org"}, records);
  (void)check_dmarc({"a.example.org", "example.org", {"b.example.org"}}, records);
  return 0;
}
