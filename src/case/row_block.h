// RowBlock: what a scan keeps of very many records, in a few tens of bytes each: activities, hits of indicators.
//
// Rows are filled on any thread, a block per task, and appended by the writer as one blob. A row has a key (time,
// content, place) and a payload: numbers, and texts that stand once a block in its dictionary. Payloads are written and
// read by the same list of fields (activity_rows.h), so that the two can't disagree.
//
// Layout, integers as LEB128 (zigzag where they may be negative): version, flags, number of texts, their sizes, their
// bytes, number of rows, per row its key: flags, seconds since the row before, [nanoseconds * 10 + digits], eight bytes
// of content hash, offset and record since the row before, [evidence], size of the payload; then all payloads.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tocsin::casefile {

// `hits`: of indicators; `decoys`: of names that imitate protected ones; `statements`: what is said of mails.
enum class RowKind : std::uint8_t { activities, hits, statements, decoys };

// What orders rows and tells copies. `content`: the first eight bytes of a ContentHash, little-endian.
struct RowKey {
  Time time = Time::none();
  std::uint64_t content = 0;
  std::uint64_t offset = 0, record = 0;
  bool numbered = false;      // the record says itself which one it is: an equal one anywhere is a copy
  std::int64_t evidence = 0;  // kept in a block only where it was made with Evidence::kept
};

class RowBlock {
 public:
  enum class Evidence : std::uint8_t { of_run, kept };
  explicit RowBlock(Evidence evidence = Evidence::of_run) : evidence_(evidence) {}

  // A row: begin, then any of number(), text() and bytes(), then end.
  void begin(const RowKey& key);
  void number(std::uint64_t value) { put(payload_, value); }
  // `field` is a small number that is the same for values that tend to repeat.
  void text(std::size_t field, std::string_view value);
  void bytes(const void* data, std::size_t size) { payload_.append(static_cast<const char*>(data), size); }
  // For what is known only after the rest of a payload: where it stands, and what to put there.
  std::size_t reserve(std::size_t size) {
    payload_.append(size, '\0');
    return payload_.size() - size;
  }
  void fill(std::size_t at, std::uint8_t byte) { payload_[at] = static_cast<char>(byte); }
  void end();

  std::size_t rows() const { return rows_; }
  Time first() const { return first_; }  // the smallest and the largest time; none() sorts first
  Time last() const { return last_; }
  std::string encode() const;
  void clear();

 private:
  static void put(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
  }
  std::uint32_t number_of(std::string_view value);
  void grow();

  struct Latest {
    std::uint32_t number = UINT32_MAX;
  };
  struct Text {
    std::uint32_t at, size;
    std::uint64_t hash;
  };
  Evidence evidence_;
  std::size_t rows_ = 0;
  Time first_ = Time::none(), last_ = Time::none();
  RowKey before_;
  std::int64_t seconds_before_ = 0;
  std::string keys_, payload_, dictionary_;
  std::size_t payload_begin_ = 0;
  std::vector<Text> texts_;
  std::vector<std::uint32_t> table_;  // open addressing; index into texts_ + 1
  Latest latest_[24];
};

// A block read back: rows in the order in which they were added. Views into the blob, which must outlive it.
class RowBlockView {
 public:
  struct Row {
    RowKey key;
    std::uint32_t payload = 0, size = 0;
  };

  // An error where the blob is damaged.
  static Result<RowBlockView> parse(std::string_view blob);
  std::span<const Row> rows() const { return rows_; }
  std::vector<Row>& mutable_rows() { return rows_; }

  // Reads one row's payload front to back; false where it says what can't be.
  class Reader {
   public:
    Reader(const RowBlockView& view, const Row& row)
        : view_(view), at_(view.payloads_.data() + row.payload), end_(at_ + row.size) {}
    bool number(std::uint64_t& value);
    bool text(std::string_view& value);
    bool bytes(void* data, std::size_t size);
    bool at_end() const { return at_ == end_; }

   private:
    const RowBlockView& view_;
    const char *at_, *end_;
  };

 private:
  std::vector<std::string_view> texts_;
  std::vector<Row> rows_;
  std::string_view payloads_;
};

}  // namespace tocsin::casefile
