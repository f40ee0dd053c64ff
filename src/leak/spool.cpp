#include "leak/spool.h"

#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <type_traits>

#include "base/check.h"

namespace tocsin::leak {
namespace {

constexpr std::size_t kBlock = 1u << 20;

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  void operator()(const std::string& text) {
    number(text.size());
    out_ += text;
  }
  template <class T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void operator()(const T& value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) visit(*this, *value);
  }
  template <class T>
  void operator()(const std::vector<T>& values) {
    number(values.size());
    for (const T& value : values) visit(*this, value);
  }
  void number(std::uint64_t value) { (*this)(value); }

 private:
  std::string& out_;
};

class Reader {
 public:
  Reader(const std::string& in, std::size_t& at) : in_(in), at_(at) {}
  void operator()(std::string& text) {
    text.resize(number());
    take(text.data(), text.size());
  }
  template <class T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void operator()(T& value) {
    take(&value, sizeof value);
  }
  template <class T>
  void operator()(std::optional<T>& value) {
    bool there = false;
    (*this)(there);
    value.reset();
    if (there) visit(*this, value.emplace());
  }
  template <class T>
  void operator()(std::vector<T>& values) {
    values.assign(number(), T{});
    for (T& value : values) visit(*this, value);
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    (*this)(value);
    return value;
  }

 private:
  void take(void* into, std::size_t size) {
    CHECK(size <= in_.size() - at_);
    if (size > 0) std::memcpy(into, in_.data() + at_, size);
    at_ += size;
  }
  const std::string& in_;
  std::size_t& at_;
};

template <class A, class T>
void visit(A& a, T& value) {
  using Plain = std::remove_const_t<T>;
  if constexpr (std::is_same_v<Plain, Time>) {
    a(value.seconds), a(value.nanoseconds), a(value.digits);
  } else if constexpr (std::is_same_v<Plain, documents::Stamp>) {
    visit(a, value.time), a(value.local);
  } else if constexpr (std::is_same_v<Plain, documents::Fact>) {
    a(value.name), a(value.value);
  } else if constexpr (std::is_same_v<Plain, documents::Metadata>) {
    a(value.format), a(value.title), a(value.author), a(value.last_modified_by), a(value.company), a(value.application);
    a(value.template_name), a(value.language), a(value.interface_language), a(value.revision), a(value.created);
    a(value.modified), a(value.printed), a(value.packed), a(value.edit_minutes), a(value.pages), a(value.people);
    a(value.facts);
  } else if constexpr (std::is_same_v<Plain, Proof>) {
    a(value.kind), a(value.result), a(value.domain), a(value.selector), a(value.algorithm), a(value.reason);
    a(value.repair), a(value.appended), a(value.key_provenance), a(value.circular), a(value.key_out_of_time);
    a(value.key_bits), a(value.aligned), a(value.header_good), a(value.body_good), a(value.expired);
    a(value.signed_fields), a(value.uncovered), a(value.body_size), a(value.body_covered), a(value.signed_at);
    a(value.signer), a(value.part_from), a(value.part_to);
  } else if constexpr (std::is_same_v<Plain, Oddity>) {
    a(value.name), a(value.detail);
  } else if constexpr (std::is_same_v<Plain, Attachment>) {
    a(value.name), a(value.type), a(value.sha256), a(value.size);
  } else if constexpr (std::is_same_v<Plain, Original>) {
    a(value.item), a(value.relation), a(value.difference);
  } else if constexpr (std::is_same_v<Plain, ItemReport>) {
    a(value.item), a(value.container), a(value.sha256), a(value.size), a(value.kind), a(value.verdict), a(value.why);
    a(value.from), a(value.to), a(value.subject), a(value.date), a(value.message_id), a(value.mailer), a(value.zone);
    a(value.proof), a(value.oddities), a(value.attachments), a(value.metadata), a(value.original);
  } else {
    a(value);
  }
}

std::string reason() { return std::strerror(errno); }

}  // namespace

Spool::Spool() : file_(std::tmpfile()) {}
Spool::~Spool() {
  if (file_) std::fclose(file_);
}

Result<void> Spool::put(const ItemReport& report) {
  CHECK(!reading_);
  if (!file_) return fail("no temporary file: " + reason(), "", "make room, or set TMPDIR to a folder that has some");
  Writer writer(block_);
  visit(writer, report);
  return block_.size() >= kBlock ? flush() : Result<void>{};
}

Result<void> Spool::flush() {
  if (block_.empty()) return {};
  packed_.resize(ZSTD_compressBound(block_.size()));
  const std::size_t size = ZSTD_compress(packed_.data(), packed_.size(), block_.data(), block_.size(), 1);
  CHECK(!ZSTD_isError(size));
  const std::uint64_t sizes[2] = {block_.size(), size};
  block_.clear();
  if (std::fwrite(sizes, sizeof sizes, 1, file_) != 1 || std::fwrite(packed_.data(), 1, size, file_) != size)
    return fail("a temporary file cannot be written: " + reason(), "", "make room on the disk of temporary files");
  return {};
}

Result<bool> Spool::get(ItemReport& out) {
  if (!file_) return false;
  if (!reading_) {
    TRY_VOID(flush());
    if (std::fflush(file_) != 0) return fail("a temporary file cannot be written: " + reason());
    std::rewind(file_);
    reading_ = true;
  }
  if (at_ == block_.size()) {
    std::uint64_t sizes[2];
    if (std::fread(sizes, sizeof sizes, 1, file_) != 1) return false;
    block_.resize(sizes[0]);
    packed_.resize(sizes[1]);
    if (std::fread(packed_.data(), 1, packed_.size(), file_) != packed_.size())
      return fail("a temporary file cannot be read: " + reason());
    CHECK(ZSTD_decompress(block_.data(), block_.size(), packed_.data(), packed_.size()) == block_.size());
    at_ = 0;
  }
  Reader reader(block_, at_);
  visit(reader, out);
  return true;
}

}  // namespace tocsin::leak
