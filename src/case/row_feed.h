// RowFeed: the rows of all blocks of one kind in a case, in order of (time, content), copies left out.
//
// Order. By time, then content hash, then evidence (by SHA-256, evidence not read to its end last), then offset.
// Neither the order of files nor the size of blocks shows in it, and records may come late by any distance.
//
// Copies. Rows of equal time and content are one record in however many pieces of evidence: it is given as often as it
// stands in the piece that has it most often (equal lines of one log within a second are so many tries, a rotated
// backup adds none). A numbered record is given once.
//
// Memory. Blocks are opened when the merge reaches their first time. Where more of them overlap than `memory` holds,
// all are first sorted into a temporary file ($TMPDIR, else /var/tmp).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.h"
#include "case/case.h"
#include "case/row_block.h"

namespace tocsin::casefile {

class RowFeed {
 public:
  static Result<RowFeed> open(Case& from, RowKind kind, std::size_t memory);
  RowFeed(RowFeed&&) noexcept;
  RowFeed& operator=(RowFeed&&) noexcept;
  ~RowFeed();

  // To the next row; false at the end. The first call gives row 0.
  Result<bool> next();
  // Begins anew: the same rows come in the same order. Cheaper than another feed.
  Result<void> rewind();

  // Of the row that next() went to, until its next call.
  const RowBlockView& view() const;
  const RowBlockView::Row& row() const;
  EventPlace place() const;  // with its content hash
  std::uint64_t ordinal() const;
  std::uint64_t copies() const;  // rows left out so far
  bool spilled() const;

 private:
  struct Impl;
  explicit RowFeed(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::casefile
