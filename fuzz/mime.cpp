// The structure of arbitrary bytes, and all that is made of it.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "mime/header.h"
#include "mime/message.h"
#include "mime/transfer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  using namespace tocsin::mime;
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const Message message = parse(raw);
  CHECK(!message.parts.empty());
  std::uint64_t texts = 0;
  for (std::uint32_t i = 0; i < message.parts.size(); ++i) {
    const Part& part = message.parts[i];
    CHECK(i == 0 ? part.parent == Part::kNone : part.parent < i);
    CHECK(i == 0 || part.depth == message.parts[part.parent].depth + 1);
    CHECK(part.offset <= raw.size());
    CHECK(part.body.empty() ||
          (part.body.data() >= raw.data() && part.body.data() + part.body.size() <= raw.data() + size));
    CHECK(is_utf8(part.file_name));
    if (part.is_multipart() || (texts += part.body.size()) > 1u << 20) continue;
    CHECK(is_utf8(text(part, 4096)));
    CHECK(decoded(part, 100).size() <= 100);
    std::string whole, split;
    Decoder one(part.encoding), two(part.encoding);
    one.feed(part.body, whole);
    one.finish(whole);
    for (std::string_view rest = part.body; !rest.empty(); rest.remove_prefix(1)) two.feed(rest.substr(0, 1), split);
    two.finish(split);
    CHECK(whole == split);
    for (const Header& field : part.headers) {
      CHECK(is_utf8(decode_header(field.raw)));
      for (const Address& address : addresses(field.raw)) CHECK(is_utf8(address.name) && is_utf8(address.address));
      for (const auto& [name, value] : parameters(field.raw).list) CHECK(is_utf8(name) && is_utf8(value));
      (void)parse_date(field.raw);
    }
  }
  return 0;
}
