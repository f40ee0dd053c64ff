// JSON as it comes: no document is ever held, only the string that is being read and what its key said.
#include "base/utf8.h"
#include "decoys/host.h"
#include "decoys/input.h"
#include "decoys/input_words.h"

namespace tocsin::decoys {

void NameReader::json_reset() {
  in_json_ = in_string_ = escaped_ = false;
  depth_ = 0;
  string_.clear();
}

void NameReader::json_string() {
  Level& level = levels_[depth_];
  if (string_cut_) trouble("a string of more than " + std::to_string(kLineMax) + " bytes: its beginning was read");
  string_cut_ = false;
  if (level.object && !level.value) {
    level.wanted =
        names_names(string_) || (depth_ > 1 && levels_[depth_ - 1].wanted && string_ != "type" && string_ != "rrtype");
  } else if (level.wanted) {
    given_ += pieces(string_);
  } else {
    const std::string_view host = host_of(string_);
    if (!host.empty() && (string_.find("://") != std::string::npos || known_top(host))) given_ += give(string_);
  }
  string_.clear();
}

std::size_t NameReader::json(std::string_view piece) {
  const auto append = [&](std::uint32_t c) {
    if (string_.size() + 4 > kLineMax) {
      string_cut_ = true;
      return;
    }
    append_utf8(string_, c);
  };
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char c = piece[i];
    at_ = line_ + 1;
    if (c == '\n') {
      if (in_string_) {
        // No string holds a bare newline: the object is broken, the next line begins anew.
        trouble("a string that does not end");
        json_reset();
        return i;
      }
      ++line_;
      continue;
    }
    if (in_string_) {
      if (unicode_left_ > 0) {
        const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : 0;
        unicode_ = unicode_ << 4 | static_cast<unsigned>(digit);
        if (--unicode_left_ == 0) {
          if (unicode_ >= 0xd800 && unicode_ < 0xdc00)
            high_ = unicode_;
          else if (unicode_ >= 0xdc00 && unicode_ < 0xe000)
            append(high_ ? 0x10000 + ((high_ - 0xd800) << 10) + (unicode_ - 0xdc00) : 0xfffd), high_ = 0;
          else
            append(unicode_);
        }
      } else if (escaped_) {
        escaped_ = false;
        if (c == 'u')
          unicode_ = 0, unicode_left_ = 4;
        else
          append(c == 'n'               ? '\n'
                 : c == 't'             ? '\t'
                 : c == 'r'             ? '\r'
                 : c == 'b' || c == 'f' ? ' '
                                        : static_cast<unsigned char>(c));
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
        json_string();
      } else if (string_.size() < kLineMax) {
        string_ += c;
      } else {
        string_cut_ = true;
      }
      continue;
    }
    switch (c) {
      case '"':
        in_string_ = true;
        escaped_ = false;
        unicode_left_ = 0;
        high_ = 0;
        break;
      case '{':
      case '[':
        if (depth_ == kDepthMax) {
          trouble("nested more than " + std::to_string(kDepthMax) + " deep");
          json_reset();
          return i + 1;
        }
        ++depth_;
        levels_[depth_] = {c == '{', false, depth_ > 1 && levels_[depth_ - 1].wanted};
        break;
      case '}':
      case ']':
        if (depth_ == 0 || levels_[depth_].object != (c == '}')) {
          trouble("brackets that don't fit");
          json_reset();
          return i + 1;
        }
        if (--depth_ == 0) {
          json_reset();
          return i + 1;
        }
        break;
      case ':':
        levels_[depth_].value = true;
        break;
      case ',':
        if (levels_[depth_].object) levels_[depth_].value = levels_[depth_].wanted = false;
        break;
      default:
        break;
    }
  }
  return piece.size();
}

}  // namespace tocsin::decoys
