// Most JSON evidence has one object a line. There a line that begins with '{',
// ends with '}' and is followed by a line that begins with '{' is taken whole,
// at the speed of memchr: inside any longer JSON value that sequence would be
// an error, so nothing well-formed is ever cut in the wrong place, and damage stays in its line.
// All else goes through a scanner that follows quotes and brackets and holds no more
// than one element. Its depth is a counter: nesting costs it nothing.
//
// A record cut off in the middle must not swallow those after it. The scanner gives
// up on an element at the first thing that JSON cannot have: a line feed inside a string, a bracket
// closed by the other kind, an object beginning on a new line where no value can stand.
#include "readers/json/cutter.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/text.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tocsin::json {
namespace {

constexpr std::size_t kPeek = 64 * 1024;  // how far to look for a wrapper's list
constexpr std::size_t kContainersMax = 32;

bool space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\x1e'; }

// The next quote, backslash or line feed.
const char* string_stop(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), line = _mm_set1_epi8('\n');
  for (; end - p >= 16; p += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)),
                                     _mm_cmpeq_epi8(block, line));
    if (const int mask = _mm_movemask_epi8(hit); mask != 0) return p + std::countr_zero(static_cast<unsigned>(mask));
  }
#endif
  while (p < end && *p != '"' && *p != '\\' && *p != '\n') ++p;
  return p;
}

}  // namespace

// Elements are counted with 32 bits.
Cutter::Cutter(const ReadOptions& options)
    : record_max_(std::clamp<std::size_t>(options.record_max, 64, 1u << 30)), window_(record_max_) {}

Result<std::optional<Block>> Cutter::next(Stream& stream, std::vector<Anomaly>& anomalies) {
  anomalies_ = &anomalies;
  while (true) {
    if (!ended_) {
      if (mode_ == Mode::element && text_.size() - start_ >= record_max_) {
        give_up_on_long_element();
        scan();
        if (!elements_.empty()) return take_block();
      }
      const std::size_t keep = mode_ == Mode::element ? start_ : at_;
      window_.advance(stream, keep);
      text_ = window_.text();
      ended_ = window_.ended();
      at_ -= keep;
      start_ -= std::min(start_, keep);
      newline_ = 0;
    }
    scan();
    if (ended_ && at_ == text_.size() && !closed_) end_of_input();
    if (!elements_.empty()) return take_block();
    if (!ended_) continue;
    if (window_.error()) return std::unexpected(*window_.error());
    return std::nullopt;
  }
}

void Cutter::scan() {
  while (at_ < text_.size())
    if ((mode_ == Mode::between ? between() : inside()) == Step::more) return;
}

Cutter::Step Cutter::between() {
  while (at_ < text_.size()) {
    const char c = text_.data()[at_];
    if (space(c) || (c == ',' && !containers_.empty())) {
      ++at_;
    } else if (c == '{') {
      return begin_object();
    } else if (c == '[' && containers_.size() < kContainersMax) {
      flush_garbage();
      containers_.push_back({Kind::array, 0});
      ++at_;
    } else if (c == ']' && !containers_.empty()) {
      flush_garbage();
      ++at_;
      if (containers_.back().kind == Kind::array) {
        containers_.pop_back();
      } else {
        enter(Mode::tail, containers_.back().depth, ~std::uint64_t{0});
        return Step::done;
      }
    } else if (c == '\xef' && rest().starts_with("\xef\xbb\xbf")) {  // files put together keep their marks
      at_ += 3;
    } else if (c == '\xef' && rest().size() < 3 && !ended_) {
      return Step::more;
    } else {
      garbage();
    }
  }
  return Step::done;
}

Cutter::Step Cutter::begin_object() {
  if (containers_.size() < kContainersMax) {
    const std::string_view text = rest().substr(0, kPeek);
    const Wrapper wrapper = find_wrapper(text);
    if (wrapper.answer == Wrapper::Answer::need_more && text.size() < kPeek && !ended_) return Step::more;
    if (wrapper.answer != Wrapper::Answer::no && wrapper.list > 0) {
      flush_garbage();
      containers_.push_back({Kind::wrapper, wrapper.depth});
      at_ += wrapper.list;
      return Step::done;
    }
  }
  flush_garbage();
  start_ = at_;
  if (std::size_t end; containers_.empty() && line_is_element(end)) {
    mode_ = Mode::element;
    finish(end, false);
    return Step::done;
  }
  ++at_;
  enter(Mode::element, 1, 1);
  return Step::done;
}

bool Cutter::line_is_element(std::size_t& end) {
  const char* const data = text_.data();
  if (newline_ <= at_) {
    const void* found = std::memchr(data + at_, '\n', text_.size() - at_);
    newline_ = found ? static_cast<std::size_t>(static_cast<const char*>(found) - data) : text_.size();
  }
  if (newline_ == text_.size()) return false;
  end = newline_;
  while (space(data[end - 1])) --end;
  if (data[end - 1] != '}') return false;
  for (const char *p = data + at_, *last = data + end - 1; p < last; ++p) {  // several objects on the line?
    p = static_cast<const char*>(std::memchr(p, '}', static_cast<std::size_t>(last - p)));
    if (!p) break;
    const char* after = p + 1;
    while (after < last && space(*after)) ++after;
    if (*after == '{') return false;
  }
  std::size_t next = newline_ + 1;
  const std::size_t far = std::min(text_.size(), next + 16);
  while (next < far && space(data[next])) ++next;
  if (next == text_.size()) return ended_;
  return data[next] == '{' || data[next] == '[';
}

void Cutter::enter(Mode mode, std::uint64_t depth, std::uint64_t shape) {
  mode_ = mode;
  depth_ = depth;
  shape_ = shape;
  known_ = static_cast<unsigned>(std::min<std::uint64_t>(depth, 64));
  in_string_ = false;
  last_ = mode == Mode::tail ? ']' : '{';
}

// Follows the open element (or a wrapper's tail) to its end.
Cutter::Step Cutter::inside() {
  const char* const data = text_.data();
  const char* const end = data + text_.size();
  const char* p = data + at_;
  const auto position = [&] { return static_cast<std::size_t>(p - data); };
  while (p < end) {
    if (in_string_) {
      p = string_stop(p, end);
      if (p == end) break;
      if (*p == '"') {
        in_string_ = false;
        last_ = '"';
        ++p;
      } else if (*p == '\\') {
        if (end - p < 2 && !ended_) break;
        p += end - p < 2 ? 1 : 2;
      } else {
        finish(position(), true);
        return Step::done;
      }
      continue;
    }
    const char c = *p;
    switch (c) {
      case '"':
        in_string_ = true;
        break;
      case '{':
        if (known_ > 0 && last_ != ':' && ((shape_ & 1) || (last_ != '[' && last_ != ','))) {
          const char* line = p;
          while (line > data && space(line[-1]) && line[-1] != '\n') --line;
          if (line > data && line[-1] == '\n') {
            finish(position(), true);
            return Step::done;
          }
        }
        [[fallthrough]];
      case '[':
        ++depth_;
        shape_ = shape_ << 1 | (c == '{');
        known_ += known_ < 64;
        last_ = c;
        break;
      case '}':
      case ']': {
        const bool wrong = known_ > 0 && (shape_ & 1) != (c == '}');
        --depth_;
        shape_ >>= 1;
        known_ -= known_ > 0;
        last_ = c;
        if (depth_ == 0 || wrong) {
          finish(position() + 1, wrong);
          return Step::done;
        }
        break;
      }
      default:
        if (!space(c)) last_ = c;
    }
    ++p;
  }
  if (mode_ == Mode::skip) skipped_.size += window_.source_size({data + at_, position() - at_});
  at_ = position();
  return Step::more;
}

void Cutter::finish(std::size_t end, bool open) {
  switch (mode_) {
    case Mode::between:
      break;
    case Mode::element: {
      const std::size_t size = end - start_;
      if (size <= record_max_) {
        elements_.push_back({static_cast<std::uint32_t>(start_), static_cast<std::uint32_t>(size), open});
      } else {
        const std::string_view text = text_.substr(start_, size);
        report("json-record-too-long", window_.source_at(start_), window_.source_size(text), printable_head(text));
        ++record_;
      }
      break;
    }
    case Mode::skip:
      skipped_.size += window_.source_size(text_.substr(at_, end - at_));
      report("json-record-too-long", skipped_.offset, skipped_.size, std::move(skipped_.head));
      ++record_;
      break;
    case Mode::tail:
      containers_.pop_back();
      break;
  }
  at_ = end;
  mode_ = Mode::between;
}

// The element has filled all the memory that one may have. If it is really a list of records inside a wrapper that
// nobody told us of, read that; else pass over it.
void Cutter::give_up_on_long_element() {
  const std::string_view text = text_.substr(start_);
  const Wrapper wrapper = containers_.empty() ? find_any_list(text) : Wrapper{};
  if (wrapper.answer == Wrapper::Answer::yes) {
    containers_.push_back({Kind::wrapper, wrapper.depth});
    at_ = start_ + wrapper.list;
    mode_ = Mode::between;
    return;
  }
  skipped_ = {window_.source_at(start_), window_.source_size(text_.substr(start_, at_ - start_)), printable_head(text)};
  mode_ = Mode::skip;
}

void Cutter::end_of_input() {
  if (mode_ == Mode::element || mode_ == Mode::skip) finish(text_.size(), true);
  flush_garbage();
  if (mode_ == Mode::tail || !containers_.empty())
    report("json-truncated", window_.source_at(text_.size()), 0, "the list of records has no end");
  closed_ = true;
}

// Something between elements that is neither a bracket nor a comma: to the end of its line, or to where an
// element may begin. Stretches with nothing but white space between them are reported as one.
void Cutter::garbage() {
  const char* const data = text_.data();
  const std::size_t from = at_;
  if (data[at_] == '"') {
    const char* const end = data + text_.size();
    const char* close = string_stop(data + at_ + 1, end);
    while (close < end && *close == '\\') close = string_stop(std::min(close + 2, end), end);
    if (close < end && *close == '"') at_ = static_cast<std::size_t>(close - data);
  }
  ++at_;
  const bool listed = !containers_.empty();
  while (at_ < text_.size()) {
    const char c = data[at_];
    if (c == '\n' || c == '{' || (listed && (c == ',' || c == ']' || c == '['))) break;
    ++at_;
  }
  if (garbage_.size == 0) {
    garbage_.offset = window_.source_at(from);
    garbage_.head = printable_head({data + from, at_ - from});
  }
  garbage_.size = window_.source_at(at_) - garbage_.offset;
}

void Cutter::flush_garbage() {
  if (garbage_.size == 0) return;
  report("json-garbage", garbage_.offset, garbage_.size, std::move(garbage_.head));
  garbage_ = {};
}

void Cutter::report(std::string_view name, std::uint64_t offset, std::uint64_t size, std::string detail) {
  anomalies_->push_back({name, offset, size, std::move(detail)});
}

Block Cutter::take_block() {
  const std::size_t first = elements_.front().offset;
  const std::size_t end = elements_.back().offset + elements_.back().size;
  auto context = std::make_shared<Elements>();
  context->utf16 = window_.utf16();
  for (Element& element : elements_) element.offset -= static_cast<std::uint32_t>(first);
  context->list = std::move(elements_);
  elements_.clear();
  Block block{window_.slice(first, end), window_.source_at(first), record_, context};
  record_ += context->list.size();
  return block;
}

}  // namespace tocsin::json
