// The journal: each row hashes the one before, so that a changed or missing row shows, and triggers refuse changes.
// Nobody who can write the file is kept from computing a whole new chain: that is what writing the head down elsewhere
// is for.
#include "case/clock.h"
#include "case/impl.h"

namespace tocsin::casefile {

Digest journal_hash(const Digest& previous, std::int64_t sequence, std::string_view time, std::string_view action,
                    std::string_view detail) {
  std::string bytes(reinterpret_cast<const char*>(previous.bytes.data()), previous.bytes.size());
  const auto put = [&](std::uint64_t number) {
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(number >> 8 * i);
  };
  put(static_cast<std::uint64_t>(sequence));
  for (const std::string_view part : {time, action, detail}) {
    put(part.size());
    bytes += part;
  }
  return sha256(bytes);
}

Result<void> Case::Impl::add_journal(std::string_view action, std::string_view detail) {
  TRY_VOID(ensure_transaction());
  TRY(Statement last, database.prepare("SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1"));
  TRY(const bool row, last.step());
  Digest previous;
  std::int64_t sequence = 1;
  if (row) {
    sequence = last.integer(0) + 1;
    if (!last.array(1, previous.bytes)) return fail("the case is damaged: its journal", path);
    last.reset();
  }
  const std::string time = wall_clock().iso();
  const Digest hash = journal_hash(previous, sequence, time, action, detail);
  Statement& add = statements.add_journal;
  TRY(add, database.prepare(
               "INSERT INTO journal(sequence, time, action, detail, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  return add.bind(1, sequence)
      .bind(2, time)
      .bind(3, action)
      .bind(4, detail)
      .bind(5, previous.bytes)
      .bind(6, hash.bytes)
      .run();
}

Result<void> Case::journal(std::string_view action, std::string_view detail) {
  return impl_->add_journal(action, detail);
}

Result<void> Case::each_journal_entry(const std::function<bool(const JournalEntry&)>& sink) {
  TRY(Statement all,
      impl_->database.prepare("SELECT sequence, time, action, detail, hash FROM journal ORDER BY sequence"));
  for (;;) {
    TRY(const bool row, all.step());
    if (!row) return {};
    Digest hash;
    all.array(4, hash.bytes);
    if (!sink({all.integer(0), std::string(all.text(1)), std::string(all.text(2)), std::string(all.text(3)),
               hash.hex()})) {
      all.reset();
      return {};
    }
  }
}

}  // namespace tocsin::casefile
