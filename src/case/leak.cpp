// Verdicts on leaked items, as rows; the journal states their digest.
#include <fmt/format.h>

#include "base/check.h"
#include "case/case.h"
#include "case/impl.h"

namespace tocsin::casefile {

Result<void> Case::put_leak_begin() {
  Impl& me = *impl_;
  CHECK(me.mode == Mode::write && !me.current);
  TRY_VOID(me.commit());
  TRY_VOID(me.ensure_transaction());
  return me.database.exec("DELETE FROM leak_item; DELETE FROM leak");
}

Result<void> Case::put_leak_item(const LeakItem& item) {
  return impl_->database.run("INSERT INTO leak_item(item, sha256, verdict, report) VALUES (?1, ?2, ?3, ?4)", item.item,
                             item.sha256, item.verdict, item.report);
}

Result<void> Case::put_leak_end(std::string_view summary_json) {
  Impl& me = *impl_;
  TRY_VOID(me.database.run("INSERT INTO leak(summary) VALUES (?1)", summary_json));
  TRY(const Digest digest, leak_digest(me.database));
  TRY(const std::int64_t items, me.database.number("SELECT count(*) FROM leak_item"));
  TRY_VOID(me.add_journal("leak", fmt::format("{{\"items\":{},\"digest\":\"{}\"}}", items, digest.hex())));
  return me.commit();
}

Result<std::optional<std::string>> Case::leak_summary() {
  TRY(Statement get, impl_->database.prepare("SELECT summary FROM leak"));
  TRY(const bool row, get.step());
  if (!row) return std::nullopt;
  return std::string(get.text(0));
}

Result<void> Case::each_leak_item(std::string_view verdict, const std::function<bool(const LeakItem&)>& sink) {
  TRY(Statement all, impl_->database.prepare("SELECT item, sha256, verdict, report FROM leak_item "
                                             "WHERE ?1 = '' OR verdict = ?1 ORDER BY id"));
  all.bind(1, verdict);
  for (;;) {
    TRY(const bool row, all.step());
    if (!row) return {};
    if (!sink({std::string(all.text(0)), std::string(all.text(1)), std::string(all.text(2)), std::string(all.text(3))}))
      return {};
  }
}

}  // namespace tocsin::casefile
