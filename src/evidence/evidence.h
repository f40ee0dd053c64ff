// Evidence: files, folders, archives, compressed data and standard input, as items to be read once, front to back.
//
//   Walker walker({"/evidence/dc01"});
//   while (Item* item = walker.next()) {
//     const ReaderSpec* reader = recognise(item->head(), item->whole());
//     … item->read(…) …                 the head comes again as the first bytes of the stream
//     Custody custody = item->finish();  reads what is left, so that the hash is that of all bytes
//   }
//   walker.take_closed()                 containers that ended, and what could not be opened
//
// Whatever the content says is an archive or compressed is a container, and its members are the items, to any
// mixture and a bounded depth; all else is an item. Names decide nothing. Folders are read in the order of their
// names' bytes. Nothing is extracted to disk, but for a 7z inside something else (it needs seeking): see Limits.
//
// Damage never is an error here: the item's bytes end, its Custody is not complete, and the anomaly stands with
// the container that is damaged (with the file itself, when the disk is). One thread at a time uses a Walker and
// its item; any number of Walkers run beside each other.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/anomaly.h"
#include "base/hash.h"
#include "base/result.h"
#include "evidence/stream.h"

namespace tocsin::evidence {

inline constexpr std::size_t kHead = 64 * 1024;

// What evidence may cost. "Top" is the file that was named or found on disk, with everything inside it.
struct Limits {
  unsigned depth = 8;                            // containers inside each other; compression counts as one
  std::uint64_t members = 1'000'000;             // under one top
  std::uint64_t total = std::uint64_t{1} << 40;  // bytes out of one top, each level counted
  // A container is a bomb when it has given more than `floor` bytes and more than `ratio` for each of its own.
  // Deflate cannot pass 1,032; logs reach 20 to 50, very repetitive NDJSON in zstd 200.
  std::uint64_t ratio = 1'000;
  std::uint64_t floor = std::uint64_t{256} << 20;
  unsigned bombs = 8;                                       // in one top; then the rest of it is left unread
  std::uint64_t holes = std::uint64_t{16} << 30;            // bytes of holes in one sparse file that are read as zeros
  std::uint64_t decoder_memory = std::uint64_t{192} << 20;  // dictionaries of all open levels together
  std::uint64_t spool_memory = std::uint64_t{8} << 20;      // a nested 7z waits here,
  std::uint64_t spool_disk = std::uint64_t{4} << 30;        // or in an unlinked file of at most this size
  std::string spool_folder;                                 // "" is $TMPDIR, else /var/tmp
  // A file that is being written, such as the case: with what stands beside it under its name and a dash (a journal, a
  // lock) it is passed over where a folder holds it. Named itself, it is read.
  std::string own_file;
  // What is a container by its first bytes, but an item to this caller: documents that are zip files.
  bool (*keep_whole)(std::string_view head) = nullptr;
};

enum class Nature : std::uint8_t {
  item,       // was given to the reader
  container,  // its members were
  skipped,    // could not be opened, or is no file: see the anomalies
};

// What is known of a piece of evidence once it was read to its end.
struct Custody {
  std::string path;  // as Item::path
  Nature nature = Nature::item;
  std::string format;            // of a container: "zip", "gz", "tar.gz" …
  std::uint64_t size = 0;        // bytes read, of the piece itself
  std::optional<Digest> sha256;  // of those bytes; nothing for what was never opened
  std::uint64_t members = 0;     // of a container: items and containers right inside it
  bool complete = true;          // nothing is missing: of a container's members, too
  std::vector<Anomaly> anomalies;
};

class Tap;

class Item final : public Stream {
 public:
  explicit Item(std::unique_ptr<Tap> tap);
  ~Item() override;

  // "dir/a.zip!/logs/b.evtx": "!/" steps into a container. Bytes as the system or archive gave them, maybe no UTF-8.
  const std::string& path() const;
  // The file on disk that holds it: "dir/a.zip". The path itself when it lies in no container.
  const std::string& top() const;
  bool in_container() const { return path().size() != top().size(); }
  // Bytes, where the file system or the archive says; an archive may lie.
  std::optional<std::uint64_t> expected_size() const;

  // The first bytes, at most kHead, until read() has passed them; whole() if they are all.
  std::string_view head() const;
  bool whole() const;
  // Up to 1 MiB a call, hashed as they pass. Never an error: see above.
  Result<std::size_t> read(char* into, std::size_t size) override;
  // Reads the rest for the hash. Once; afterwards the item is at its end.
  Custody finish();

 private:
  friend class Walker;
  std::unique_ptr<Tap> tap_;
};

// Something that a caller took out of a piece of evidence, to be walked in its turn.
struct Piece {
  std::string path;
  std::unique_ptr<Stream> stream;
  bool closed = false;  // an item, even if it looks like a container
};

class Walker {
 public:
  // "-" is standard input. A path named here may be a symbolic link or a pipe; those found in folders are skipped, with
  // an anomaly.
  explicit Walker(std::vector<std::string> paths, Limits limits = {});
  // One stream under a name, for tests, fuzzers and data that comes from elsewhere.
  static Walker over(std::unique_ptr<Stream> stream, std::string name, Limits limits = {});
  // Pieces that lie in the file `top`, one after the other; the limits are those of one top, over all of them.
  static Walker inside(std::string top, std::function<std::optional<Piece>()> next_piece, Limits limits = {});
  Walker(Walker&&) noexcept;
  ~Walker();

  // The next item, or nullptr at the end. It lives until the next call, which first finishes it if nobody did.
  Item* next();
  // Containers that ended and pieces that were skipped since the last call, innermost first. After next() gave
  // nullptr it is complete. An item finished by next() itself is here too.
  std::vector<Custody> take_closed();
  // Bytes read from the disk or standard input so far, for progress.
  std::uint64_t bytes_in() const;

 private:
  struct State;
  explicit Walker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Files below the paths and their bytes on disk, for progress; reads folders only. Stops at `most` files.
struct Survey {
  std::uint64_t files = 0, bytes = 0;
  bool whole = true;
};
Survey survey(const std::vector<std::string>& paths, std::uint64_t most = 10'000'000);

// The SHA-256 of a file on disk, for `case verify`.
Result<Digest> hash_file(const std::string& path);

}  // namespace tocsin::evidence
