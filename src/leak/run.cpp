// Two passes when keys may have to be computed: the first looks for messages whose keys are missing, the second judges
// everything with all keys. Messages are judged by any thread; their reports wait for the end of the dump, are held
// against all others, and are given in the order of the dump.
#include "leak/run.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

#include "base/crew.h"
#include "base/hash.h"
#include "leak/carried.h"
#include "leak/habits.h"
#include "leak/intake.h"
#include "leak/originals.h"
#include "leak/recovery.h"
#include "leak/spool.h"
#include "leak/traits.h"

namespace tocsin::leak {
namespace {

constexpr std::size_t kTaskBytes = 4u << 20, kTaskItems = 256;

Bytes bytes_of(const Piece& piece) { return piece.remade ? Bytes::remade : Bytes::raw; }

struct Task {
  std::vector<Piece> pieces;
  std::vector<std::vector<ItemReport>> reports;  // of a piece: itself, then what it carries
};

class Run {
 public:
  Run(const LeakOptions& options, const std::function<void(const ItemReport&)>& sink)
      : options_(options), sink_(sink), keys_(options.keys) {}

  Result<LeakSummary> run() {
    if (options_.recover && std::ranges::find(options_.paths, "-") == options_.paths.end()) recover();
    read_originals();
    judge();
    TRY_VOID(finish());
    summary_.interrupted = stopped();
    return std::move(summary_);
  }

 private:
  bool stopped() const { return options_.stop && options_.stop->load(std::memory_order_relaxed); }
  void tell(const char* stage, std::uint64_t bytes) {
    if (options_.progress) options_.progress({stage, bytes, summary_.items});
  }

  void recover() {
    Recovery recovery(keys_);
    for (const bool reference : {true, false}) {
      const auto& paths = reference ? options_.originals : options_.paths;
      if (paths.empty()) continue;
      Intake intake(paths, options_.own_file);
      Piece piece;
      while (!stopped() && intake.next(piece)) {
        tell("looking for keys", intake.bytes_in());
        if (piece.kind == Piece::Kind::message && !piece.remade) recovery.add(piece.bytes, piece.item, reference);
      }
    }
    summary_.recovered =
        recovery.run(options_.pairs_max, options_.stop, [&](const std::string&) { tell("recovering a key", 0); });
    for (const RecoveredNote& note : summary_.recovered)
      keys_.add(note.name, {note.record,
                            note.circular ? "computed from two messages of the dump itself: " + note.from
                                          : "computed with the reference archive from " + note.from,
                            {},
                            {},
                            note.circular,
                            false});
  }

  bool take(Task& task, Intake& intake) {
    task.pieces.clear();
    task.reports.clear();
    std::size_t bytes = 0;
    Piece piece;
    while (bytes < kTaskBytes && task.pieces.size() < kTaskItems) {
      if (stopped() || !intake.next(piece)) break;
      bytes += piece.bytes.size();
      if (piece.kind == Piece::Kind::long_begin) {
        take_long(piece, intake, task);
        continue;
      }
      task.pieces.push_back(std::move(piece));
      task.reports.emplace_back();
    }
    tell("judging", intake.bytes_in());
    return !task.pieces.empty();
  }

  // A message too long to be held: checked here, while it is read.
  void take_long(Piece& piece, Intake& intake, Task& task) {
    Piece done;
    done.kind = Piece::Kind::long_end;
    done.item = piece.item;
    done.remade = piece.remade;
    task.pieces.emplace_back();
    ItemReport& report = task.reports.emplace_back().emplace_back();
    report.item = piece.item;
    report.container = piece.container;
    std::optional<Piece> ended;
    Sha256 hash;
    hash.update(piece.bytes);
    report.size = piece.bytes.size();
    {
      LongMessage message(piece.bytes, keys_, options_.judge, report, bytes_of(piece));
      Piece more;
      while (intake.next(more)) {
        if (more.kind != Piece::Kind::long_more && more.kind != Piece::Kind::long_end) {
          ended = std::move(more);
          break;
        }
        hash.update(more.bytes);
        report.size += more.bytes.size();
        message.feed(more.bytes);
        if (more.kind == Piece::Kind::long_end) break;
      }
      message.finish();
    }
    report.sha256 = hash.finish().hex();
    task.pieces.back() = std::move(done);
    if (!ended) return;
    task.pieces.push_back(std::move(*ended));
    task.reports.emplace_back();
  }

  void compare_document(std::string_view bytes, ItemReport& report) const {
    if (originals_.empty()) return;
    Likeness likeness = likeness_of_document(bytes, report.metadata);
    likeness.sha256 = report.sha256;
    originals_.compare(likeness, report);
  }

  // The reference archive: what is in it is what items are compared with, and how its people work is a habit.
  void read_originals() {
    if (options_.originals.empty()) return;
    struct Batch {
      std::vector<Piece> pieces;
      std::vector<Likeness> likenesses;
      std::vector<ItemReport> reports;
    };
    Intake intake(options_.originals);
    const unsigned threads = std::max(1u, options_.threads);
    std::vector<Batch> slots(threads == 1 ? 1 : threads + 2);
    run_crew(
        threads, slots,
        [&](Batch& batch) {
          batch.pieces.clear();
          std::size_t bytes = 0;
          Piece piece;
          while (bytes < kTaskBytes && batch.pieces.size() < kTaskItems) {
            if (stopped() || !intake.next(piece)) break;
            bytes += piece.bytes.size();
            if (piece.kind == Piece::Kind::ended && summary_.problems.size() < 100)
              summary_.problems.push_back(piece.problem);
            if (piece.kind == Piece::Kind::message || piece.kind == Piece::Kind::document)
              batch.pieces.push_back(std::move(piece));
          }
          tell("reading the originals", intake.bytes_in());
          return !batch.pieces.empty();
        },
        [&](Batch& batch, unsigned) {
          batch.likenesses.clear();
          batch.reports.clear();
          const auto add = [&](Likeness likeness, ItemReport report) {
            likeness.item = report.item;
            likeness.sha256 = report.sha256;
            batch.likenesses.push_back(std::move(likeness));
            batch.reports.push_back(std::move(report));
          };
          for (const Piece& piece : batch.pieces) {
            ItemReport report;
            report.item = piece.item;
            report.container = piece.container;
            const auto document = [&](std::string_view bytes, ItemReport& one) {
              add(likeness_of_document(bytes, one.metadata), one);
            };
            if (piece.kind == Piece::Kind::message) {
              report.sha256 = piece.file.empty() ? sha256(piece.bytes).hex() : piece.sha256;
              judge_message(piece.bytes, Keys{}, {}, report, bytes_of(piece));
              judge_attachments(piece.bytes, mime::parse(piece.bytes), {}, report, document);
              add(likeness_of_message(piece.bytes), report);
            } else {
              report.sha256 = piece.sha256;
              report.kind = "document";
              read_metadata(piece.bytes, {}, report);
              document(piece.bytes, report);
            }
          }
          batch.pieces.clear();
        },
        [&](Batch& batch) {
          for (std::size_t i = 0; i < batch.likenesses.size(); ++i) {
            habits_.note(batch.reports[i], true);
            if (!error_)
              if (auto put = originals_.add(std::move(batch.likenesses[i])); !put) error_ = put.error();
          }
        });
    originals_.seal();
    summary_.originals = originals_.size();
  }

  void work(Task& task) const {
    for (std::size_t i = 0; i < task.pieces.size(); ++i) {
      Piece& piece = task.pieces[i];
      if (piece.kind == Piece::Kind::long_end || piece.kind == Piece::Kind::ended) continue;
      std::vector<ItemReport>& reports = task.reports[i];
      ItemReport report;
      report.item = piece.item;
      report.container = piece.container;
      if (piece.kind == Piece::Kind::message) {
        report.size = piece.file.empty() ? piece.bytes.size() : piece.size;
        report.sha256 = piece.file.empty() ? sha256(piece.bytes).hex() : piece.sha256;
        judge_message(piece.bytes, keys_, options_.judge, report, bytes_of(piece));
        if (!piece.file.empty()) read_metadata(piece.file, options_.judge, report);
        const mime::Message mail = mime::parse(piece.bytes);
        const Verdict before = report.verdict;
        judge_signed_parts(piece.bytes, mail, options_.certificates.get(), options_.pgp_keys.get(), report);
        if (piece.remade && report.verdict == Verdict::altered)
          report.verdict = before;  // of bytes that aren't the sent ones
        std::vector<ItemReport> carried =
            judge_attachments(piece.bytes, mail, options_.judge, report, [&](std::string_view bytes, ItemReport& one) {
              judge_pdf_signatures(bytes, options_.certificates.get(), one);
              compare_document(bytes, one);
            });
        if (!originals_.empty()) {
          Likeness likeness = likeness_of_message(piece.bytes);
          likeness.sha256 = report.sha256;
          const Verdict alone = report.verdict;
          originals_.compare(likeness, report);
          // Outlook changes fields and words by itself: the difference is shown, and people decide.
          if (piece.remade && report.verdict == Verdict::altered) report.verdict = alone;
        }
        reports.push_back(std::move(report));
        std::ranges::move(carried, std::back_inserter(reports));
      } else {
        report.kind = "document";
        report.size = piece.size;
        report.sha256 = piece.sha256;
        report.verdict = Verdict::unsigned_;
        report.why = "nothing was signed";
        read_metadata(piece.bytes, options_.judge, report);
        if (piece.bytes.size() == piece.size) judge_pdf_signatures(piece.bytes, options_.certificates.get(), report);
        compare_document(piece.bytes, report);
        if (piece.bytes.size() < piece.size)
          report.oddities.push_back(
              {"too-long-to-look-into", "its first " + std::to_string(piece.bytes.size()) + " bytes were looked at"});
        reports.push_back(std::move(report));
      }
      piece.bytes = {};
      piece.file = {};
    }
  }

  void give(Task& task) {
    for (std::size_t i = 0; i < task.pieces.size(); ++i) {
      if (task.pieces[i].kind == Piece::Kind::ended) {
        if (summary_.problems.size() < 100) summary_.problems.push_back(task.pieces[i].problem);
        continue;
      }
      for (ItemReport& report : task.reports[i]) {
        if (!task.pieces[i].remade) note_replay(report);
        for (const Proof& proof : report.proof)
          if (proof.result == "unknown" && missing_.size() < 10'000 &&
              (proof.kind == "dkim" || proof.kind == "domainkeys" || proof.kind == "arc"))
            missing_.insert(proof.selector + "._domainkey." + proof.domain);
        ++summary_.items;  // for progress; counted again below
        if (report.kind != "attachment") summary_.bytes += report.size;
        habits_.note(report);
        if (!error_)
          if (auto put = spool_.put(report); !put) error_ = put.error();
      }
    }
  }

  // One Message-ID on messages with different bytes.
  void note_replay(ItemReport& report) {
    if (report.kind != "message" || report.message_id.empty()) return;
    const std::uint64_t id = hash64(report.message_id), content = hash64(report.sha256);
    if (ids_.size() > kIdsMax) return;
    const auto [found, fresh] = ids_.try_emplace(id, content);
    if (fresh) return;
    report.oddities.push_back(
        found->second == content
            ? Oddity{"copy", "the same bytes stood in this dump before"}
            : Oddity{"message-id-twice", "another message of this dump has the same Message-ID and other bytes"});
  }

  void judge() {
    Intake intake(options_.paths, options_.own_file);
    const unsigned threads = std::max(1u, options_.threads);
    std::vector<Task> slots(threads == 1 ? 1 : threads + 2);
    run_crew(
        threads, slots, [&](Task& task) { return take(task, intake); }, [&](Task& task, unsigned) { work(task); },
        [&](Task& task) { give(task); });
  }

  // With all of the dump known, each report is completed and given.
  Result<void> finish() {
    if (error_) return std::unexpected(*error_);
    summary_.keys_missing.assign(missing_.begin(), missing_.end());
    habits_.settle(summary_.oddities);
    summary_.items = 0;
    ItemReport report;
    for (;;) {
      TRY(const bool more, spool_.get(report));
      if (!more) return {};
      habits_.judge(report);
      auto& box = summary_.boxes[report.container];
      for (auto* counts : {&summary_.by_verdict, &box.by_verdict})
        ++(*counts)[static_cast<std::size_t>(report.verdict)];
      ++summary_.items;
      ++box.items;
      for (auto* traits : {&summary_.with_oddities, &box.with_oddities}) *traits += !report.oddities.empty();
      std::set<std::string_view> odd;
      for (const Oddity& oddity : report.oddities)
        if (odd.insert(oddity.name).second) ++summary_.by_oddity[oddity.name];
      if (report.original) ++summary_.by_relation[report.original->relation];
      sink_(report);
    }
  }

  static constexpr std::size_t kIdsMax = 4'000'000;
  const LeakOptions& options_;
  const std::function<void(const ItemReport&)>& sink_;
  Keys keys_;
  LeakSummary summary_;
  Habits habits_;
  Originals originals_;
  Spool spool_;
  std::optional<Error> error_;
  std::set<std::string> missing_;
  std::map<std::uint64_t, std::uint64_t> ids_;
};

}  // namespace

Result<LeakSummary> examine(const LeakOptions& options, const std::function<void(const ItemReport&)>& sink) {
  return Run(options, sink).run();
}

}  // namespace tocsin::leak
