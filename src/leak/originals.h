// The reference archive: what the institution has itself, and what items of the dump are compared with.
//
// Built once, then only read, by any number of threads. Texts wait compressed in an unlinked temporary file; in memory
// an original costs about a kilobyte.
#pragma once
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "leak/resemblance.h"
#include "leak/verdict.h"

namespace tocsin::leak {

// One item as it is compared: made of raw bytes on any thread.
struct Likeness {
  std::string item, sha256;
  std::string content;     // of a message: digest of what a reader sees and every part; "" for others
  std::string message_id;  // of a message
  std::vector<std::pair<std::string, std::string>> labels;  // ("Subject", …), ("last modified by", …)
  std::string text;
  std::vector<std::uint64_t> shingles;
  Resemblance::Sketch sketch{};
  std::uint64_t text_hash = 0;  // of all words; 0 when there are too few to tell anything
};
Likeness likeness_of_message(std::string_view raw);
Likeness likeness_of_document(std::string_view bytes, const std::optional<documents::Metadata>& metadata);

class Originals {
 public:
  static constexpr std::size_t kMax = 2'000'000;

  Originals();
  ~Originals();
  Result<void> add(Likeness&& original);  // one thread at a time
  void seal();
  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }

  // What of the archive this is or comes close to; the verdict and proof of `report` follow from it.
  void compare(const Likeness& item, ItemReport& report) const;

 private:
  struct Item {
    std::string path, sha256;
    std::uint64_t at = 0;
    std::uint32_t packed = 0, size = 0;
    std::uint64_t text_hash = 0;
  };
  struct Stored {
    std::vector<std::pair<std::string, std::string>> labels;
    std::string text;
  };
  Stored load(std::uint32_t id) const;
  std::optional<std::uint32_t> near(const Likeness& item) const;

  std::FILE* file_ = nullptr;
  std::uint64_t end_ = 0;
  std::vector<Item> items_;
  std::unordered_map<std::string, std::uint32_t> by_sha256_, by_content_, by_message_id_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_text_;
  Resemblance resemblance_;
};

}  // namespace tocsin::leak
