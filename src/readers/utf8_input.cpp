#include "readers/utf8_input.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "readers/text_window.h"

namespace tocsin {
namespace {

constexpr std::size_t kRead = 64 * 1024;

bool is_text(unsigned char c) { return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t'; }

enum class Order { none, le, be };

Order order_of(std::string_view head) {
  if (head.size() < 2) return Order::none;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(head[i]); };
  if (at(0) == 0xff && at(1) == 0xfe) return Order::le;
  if (at(0) == 0xfe && at(1) == 0xff) return Order::be;
  if (head.size() < 4) return Order::none;
  if (is_text(at(0)) && at(1) == 0 && is_text(at(2)) && at(3) == 0) return Order::le;
  if (at(0) == 0 && is_text(at(1)) && at(2) == 0 && is_text(at(3))) return Order::be;
  return Order::none;
}

void swap_pairs(char* bytes, std::size_t size) {
  for (std::size_t i = 0; i + 1 < size; i += 2) std::swap(bytes[i], bytes[i + 1]);
}

}  // namespace

std::uint64_t Utf8Input::utf16_size(std::string_view text) {
  std::uint64_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xc0) != 0x80;
    units += byte >= 0xf0;
  }
  return 2 * units;
}

// Appends to raw_.
Result<std::size_t> Utf8Input::read_some(Stream& stream) {
  const std::size_t held = raw_.size();
  raw_.resize(held + kRead);
  auto count = stream.read(raw_.data() + held, kRead);
  raw_.resize(held + (count ? *count : 0));
  if (count && *count == 0) end_ = true;
  return count;
}

Result<std::size_t> Utf8Input::read(Stream& stream, char* into, std::size_t size) {
  if (form_ == Form::unknown) {
    while (raw_.size() < 4 && !end_) {
      TRY([[maybe_unused]] const std::size_t count, read_some(stream));
    }
    const Order order = order_of({raw_.data(), raw_.size()});
    form_ = order == Order::le ? Form::le : order == Order::be ? Form::be : Form::bytes;
    if (form_ == Form::be) swap_pairs(raw_.data(), raw_.size() & ~std::size_t{1});
  }
  if (form_ == Form::bytes) {
    if (next_ == raw_.size()) {
      if (end_) return 0;
      return stream.read(into, size);
    }
    const std::size_t count = std::min(size, raw_.size() - next_);
    std::memcpy(into, raw_.data() + next_, count);
    next_ += count;
    if (next_ == raw_.size()) std::vector<char>().swap(raw_), next_ = 0;
    return count;
  }
  // A surrogate pair must not be parted: a high surrogate in last place waits for more.
  while (true) {
    const std::size_t units = (raw_.size() - next_) / 2;
    // One unit at a time where the room gets short, so that the last one to fit is always the same.
    std::size_t take = std::min(units, size < 64 ? 1 : (size - 32) / 3);
    const auto high = [&](std::size_t i) { return (raw_[next_ + 2 * i + 1] & 0xfc) == 0xd8; };
    if (take > 0 && high(take - 1) && !(end_ && take == units)) take = take == 1 && units > 1 ? 2 : take - 1;
    if (take > 0) {
      // utf16le_to_utf8 may write 16 bytes more than the text needs.
      std::string out(3 * take + 16, '\0');
      const std::size_t count = utf16le_to_utf8(raw_.data() + next_, take, out.data());
      std::memcpy(into, out.data(), count);
      next_ += 2 * take;
      return count;
    }
    if (end_) {
      if (next_ == raw_.size()) return 0;
      next_ = raw_.size();  // half a unit at the end
      std::memcpy(into, "\xef\xbf\xbd", 3);
      return 3;
    }
    raw_.erase(raw_.begin(), raw_.begin() + static_cast<std::ptrdiff_t>(next_));
    next_ = 0;
    const std::size_t even = raw_.size() & ~std::size_t{1};
    TRY([[maybe_unused]] const std::size_t count, read_some(stream));
    if (form_ == Form::be) {
      // What was odd before has its partner now.
      swap_pairs(raw_.data() + even, (raw_.size() - even) & ~std::size_t{1});
    }
  }
}

std::size_t Utf8Input::fill(Stream& stream, char* into, std::size_t size) {
  std::size_t filled = 0;
  while (!ended_ && size - filled >= (utf16() ? kLeast : 1)) {
    auto count = read(stream, into + filled, size - filled);
    if (!count) error_ = count.error();
    if (!count || *count == 0) ended_ = true;
    if (count) filled += *count;
  }
  return filled;
}

std::string head_as_utf8(std::string_view head) {
  const Order order = order_of(head);
  std::string text;
  if (order == Order::none) {
    text = head;
  } else {
    std::string units(head.substr(0, head.size() & ~std::size_t{1}));
    if (order == Order::be) swap_pairs(units.data(), units.size());
    text.resize(3 * units.size() / 2 + 16);
    text.resize(utf16le_to_utf8(units.data(), units.size() / 2, text.data()));
  }
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  return text;
}

std::string printable_head(std::string_view text) {
  std::string out = to_utf8(text.substr(0, 200));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '.';
  return out;
}

}  // namespace tocsin
