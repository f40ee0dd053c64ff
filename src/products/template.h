// Templates: how a program writes a line, as flat shapes that the matcher reads.
//
//   'Failed <tocsin.login.method:word> for {invalid user }<user.name:rest> from <source.ip:ip> port <source.port:port>'
//
//   <name:type>   a capture; without a name it is matched and not kept
//   {…}           may be left out; {a|b} one of them, or neither
//   (a|b)         one of them
//   \             takes the special meaning of < > { } ( ) | \ away
//
// A template is anchored at both ends. Each way to take its choices becomes a Shape: literals with captures between
// them. A capture ends where its type can't go on, which is why two captures need literal text between them. A capture
// is *free* when its end isn't decided by its own characters (`rest`, or a word that could hold the literal behind it):
// then all places are tried, and where more than one fits, the line is ambiguous.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "products/fields.h"

namespace tocsin::products {

enum class Type : std::uint8_t {
  rest,     // anything, also nothing: what an attacker may have chosen
  text,     // anything, at least one byte
  word,     // no blank
  until,    // anything that doesn't hold the first character of what follows
  quoted,   // "…" with \" and \\ inside; the value is what stands between the quotes
  ip,       // IPv4 or IPv6, valid, without brackets or port
  host,     // an address or a name: letters, digits, and . - _ : %
  port,     // 0 … 65535
  integer,  // digits, perhaps a minus
  number,   // digits and a point
  hex,      // hexadecimal digits
  id,       // letters, digits, - and _
  email,    // no blank, no < > , ; and an @ in it
};
inline constexpr std::string_view kTypeNames[] = {"rest", "text", "word",   "until", "quoted", "ip",   "host",
                                                  "port", "int",  "number", "hex",   "id",     "email"};

// The longest that a value of this type can be; longer ones are none. What has no end is SIZE_MAX.
std::size_t longest(Type type);

// The characters that a value of this type may hold. All for rest, text, until and quoted.
bool may_hold(Type type, unsigned char c);

struct Shape {
  struct Step {                 // a capture and the literal behind it
    std::string literal;        // empty only behind the last capture: then the text ends there
    std::int16_t capture = -1;  // in CaptureNames; -1: not kept
    Type type = Type::rest;
    bool free = false;
  };
  std::string prefix;  // the literal at the front; may be empty
  std::vector<Step> steps;
  // Which choices were taken before the first free capture: where several shapes of a template fit, the one that took
  // the earlier choice is meant (`{invalid user }<user.name:rest>`).
  std::vector<std::uint8_t> path;
  std::string print() const;  // "Failed <0:word> for <1:rest*> from …", free ones with a star
};

inline constexpr std::size_t kShapesMax = 512;   // of one template
inline constexpr std::size_t kCapturesMax = 30;  // of one message

// Names are added to `names`, so that the templates of a message share theirs. An error's `where` is the column.
Result<std::vector<Shape>> parse_template(std::string_view text, CaptureNames& names);

}  // namespace tocsin::products
