// Archives and compressed data, written in memory through libarchive, for tests.
#pragma once
#include <archive.h>
#include <archive_entry.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"

namespace tocsin::test {

struct ArchiveFile {
  std::string name, bytes;
};

class ArchiveWriter {
 public:
  // format: ARCHIVE_FORMAT_…; options as archive_write_set_options(3) takes them.
  explicit ArchiveWriter(int format, const std::string& options = {}, const std::string& passphrase = {})
      : archive_(archive_write_new()) {
    CHECK(archive_write_set_format(archive_, format) == ARCHIVE_OK);
    open(options, passphrase);
  }
  // Compressed data without an archive; filter: ARCHIVE_FILTER_…
  static ArchiveWriter compressed(int filter) {
    ArchiveWriter writer(archive_write_new());
    CHECK(archive_write_add_filter(writer.archive_, filter) == ARCHIVE_OK);
    CHECK(archive_write_set_format_raw(writer.archive_) == ARCHIVE_OK);
    writer.open({}, {});
    writer.begin("data", -1);
    return writer;
  }
  ArchiveWriter(ArchiveWriter&& other) noexcept
      : archive_(std::exchange(other.archive_, nullptr)), out_(std::move(other.out_)) {}
  ~ArchiveWriter() {
    if (archive_ != nullptr) archive_write_free(archive_);
  }

  void add(const std::string& name, std::string_view bytes) {
    begin(name, static_cast<std::int64_t>(bytes.size()));
    more(bytes);
  }
  // The next file; its bytes follow with more(). `type` is AE_IFREG, AE_IFDIR, …
  void begin(const std::string& name, std::int64_t size, unsigned type = AE_IFREG, const std::string& link = {}) {
    archive_entry* entry = archive_entry_new();
    archive_entry_copy_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0600);
    if (type == AE_IFLNK) archive_entry_set_symlink(entry, link.c_str());
    if (size >= 0) archive_entry_set_size(entry, size);
    CHECK(archive_write_header(archive_, entry) >= ARCHIVE_WARN);
    archive_entry_free(entry);
  }
  void more(std::string_view bytes) {
    while (!bytes.empty()) {
      const la_ssize_t written = archive_write_data(archive_, bytes.data(), bytes.size());
      CHECK(written > 0);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  std::string finish() {
    CHECK(archive_write_close(archive_) == ARCHIVE_OK);
    return std::move(*out_);
  }

 private:
  explicit ArchiveWriter(archive* raw) : archive_(raw) {}
  void open(const std::string& options, const std::string& passphrase) {
    if (!options.empty()) CHECK(archive_write_set_options(archive_, options.c_str()) == ARCHIVE_OK);
    if (!passphrase.empty()) CHECK(archive_write_set_passphrase(archive_, passphrase.c_str()) == ARCHIVE_OK);
    archive_write_set_bytes_per_block(archive_, 0);
    archive_write_set_bytes_in_last_block(archive_, 1);
    const auto keep = [](archive*, void* out, const void* bytes, std::size_t size) {
      static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
      return static_cast<la_ssize_t>(size);
    };
    CHECK(archive_write_open(archive_, out_.get(), nullptr, keep, nullptr) == ARCHIVE_OK);
  }

  archive* archive_;
  std::unique_ptr<std::string> out_ = std::make_unique<std::string>();
};

inline std::string write_archive(int format, const std::vector<ArchiveFile>& files, const std::string& options = {}) {
  ArchiveWriter writer(format, options);
  for (const ArchiveFile& file : files) writer.add(file.name, file.bytes);
  return writer.finish();
}
inline std::string write_tar(const std::vector<ArchiveFile>& files) {
  return write_archive(ARCHIVE_FORMAT_TAR_USTAR, files);
}
inline std::string write_zip(const std::vector<ArchiveFile>& files) { return write_archive(ARCHIVE_FORMAT_ZIP, files); }
inline std::string write_7z(const std::vector<ArchiveFile>& files) { return write_archive(ARCHIVE_FORMAT_7ZIP, files); }
inline std::string compress(int filter, std::string_view bytes) {
  ArchiveWriter writer = ArchiveWriter::compressed(filter);
  writer.more(bytes);
  return writer.finish();
}

}  // namespace tocsin::test
