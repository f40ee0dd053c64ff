// A merge over blocks, each sorted when it is opened. Blocks of logs that are in order hardly overlap, so that few are
// open at once, and the case's own rows are all that is read. Where they do overlap (lines shuffled over a day, a
// thousand hosts at once), blocks are gathered up to half the memory, sorted, and written as runs of small pieces,
// which are blocks again: then one piece a run is open.
#include "case/row_feed.h"

#include <unistd.h>

#include <algorithm>
#include <queue>
#include <unordered_map>

#include "case/activity_rows.h"
#include "case/impl.h"
#include "case/spill_sort.h"

namespace tocsin::casefile {
namespace {

constexpr std::size_t kPieceRows = 512;

// A block that is not open yet.
struct Unopened {
  Time first, last;
  std::int64_t block = 0;  // row in the case; of a piece its offset in the scratch file
  std::int64_t evidence = 0;
  std::uint64_t size = 0, rows = 0;

  std::uint64_t cost() const { return size + rows * sizeof(RowBlockView::Row) + 256; }
  friend bool operator<(const Unopened& a, const Unopened& b) {
    return a.first != b.first ? a.first < b.first : a.block < b.block;
  }
};

struct Opened {
  std::string blob;
  RowBlockView view;
  std::size_t at = 0;
  std::int64_t block = 0;

  const RowBlockView::Row& row() const { return view.rows()[at]; }
};

}  // namespace

struct RowFeed::Impl {
  Case::Impl* from = nullptr;
  RowKind kind = RowKind::activities;
  std::size_t memory = 0;
  std::unordered_map<std::int64_t, std::uint32_t> ranks;  // of evidence
  std::vector<Unopened> waiting;
  std::size_t next_waiting = 0;
  int scratch = -1;  // where pieces are, once spilled
  std::uint64_t scratch_size = 0;
  std::uint64_t copies = 0;

  struct Later {
    const Impl* me;
    bool operator()(const Opened* a, const Opened* b) const { return me->before(b->row().key, *b, a->row().key, *a); }
  };
  std::vector<std::unique_ptr<Opened>> open;  // in no order
  std::vector<Opened*> heap;                  // the first row's block at the front
  Opened* current = nullptr;                  // not in the heap while its row is given

  // the group of rows with one time and content
  std::optional<RowKey> group;
  std::uint64_t given = 0, here = 0;  // of it: rows given; rows met in the latest piece of evidence
  bool gave = false;                  // the row before was given
  std::uint64_t ordinal = 0;
  bool started = false;

  ~Impl() {
    if (scratch >= 0) ::close(scratch);
  }

  std::uint32_t rank(std::int64_t evidence) const {
    const auto found = ranks.find(evidence);
    return found == ranks.end() ? UINT32_MAX : found->second;
  }

  bool before(const RowKey& a, const Opened& of_a, const RowKey& b, const Opened& of_b) const {
    if (a.time != b.time) return a.time < b.time;
    if (a.content != b.content) return a.content < b.content;
    if (a.evidence != b.evidence) return rank(a.evidence) < rank(b.evidence);
    if (a.offset != b.offset) return a.offset < b.offset;
    return of_a.block > of_b.block;  // a place that was read twice: what was read latest
  }

  Result<void> list();
  Result<void> load(const Unopened& what, Opened& into);
  Result<void> open_due();
  Result<void> spill();
  Result<void> copy(const Opened& from_block, RowBlock& to) const;
  Result<void> write_run(const std::vector<std::unique_ptr<Opened>>& group, std::vector<Unopened>& pieces);
  Result<bool> next();
  void push(Opened* opened) {
    heap.push_back(opened);
    std::push_heap(heap.begin(), heap.end(), Later{this});
  }
  void restart() {
    open.clear();
    heap.clear();
    current = nullptr;
    group.reset();
    next_waiting = 0;
    given = here = ordinal = copies = 0;
    started = gave = false;
  }
};

Result<void> RowFeed::Impl::list() {
  TRY(Statement evidence, from->database.prepare("SELECT id FROM evidence ORDER BY sha256 IS NULL, sha256, id"));
  for (;;) {
    TRY(const bool row, evidence.step());
    if (!row) break;
    ranks.emplace(evidence.integer(0), static_cast<std::uint32_t>(ranks.size()));
  }
  TRY(Statement all, from->database.prepare("SELECT b.id, r.evidence, b.first_time, b.first_fraction, b.last_time, "
                                            "b.last_fraction, length(b.data), b.rows FROM row_block b JOIN run r ON "
                                            "r.id = b.run WHERE b.kind = ?1 AND b.rows > 0"));
  all.bind(1, static_cast<std::int64_t>(kind));
  for (;;) {
    TRY(const bool row, all.step());
    if (!row) break;
    waiting.push_back({all.time(2), all.time(4), all.integer(0), all.integer(1),
                       static_cast<std::uint64_t>(all.integer(6)), static_cast<std::uint64_t>(all.integer(7))});
  }
  std::sort(waiting.begin(), waiting.end());
  // The most that is open at once, by walking over the blocks' first and last times.
  std::priority_queue<std::pair<Time, std::uint64_t>, std::vector<std::pair<Time, std::uint64_t>>, std::greater<>> ends;
  std::uint64_t held = 0, most = 0;
  for (const Unopened& each : waiting) {
    while (!ends.empty() && ends.top().first < each.first) {
      held -= ends.top().second;
      ends.pop();
    }
    held += each.cost();
    most = std::max(most, held);
    ends.emplace(each.last, each.cost());
  }
  return most > memory ? spill() : Result<void>{};
}

Result<void> RowFeed::Impl::load(const Unopened& what, Opened& into) {
  into.block = what.block;
  if (scratch >= 0 && what.evidence == 0) {
    into.blob.resize(what.size);
    TRY_VOID(read_all(scratch, into.blob.data(), what.size, static_cast<std::uint64_t>(what.block)));
  } else {
    TRY(Statement get, from->database.prepare("SELECT data FROM row_block WHERE id = ?1"));
    get.bind(1, what.block);
    TRY(const bool row, get.step());
    if (!row) return fail("the case changed while it was read", from->path, "try again");
    into.blob = get.text(0);
  }
  TRY(into.view, RowBlockView::parse(into.blob));
  auto& rows = into.view.mutable_rows();
  if (what.evidence != 0)
    for (auto& row : rows) row.key.evidence = what.evidence;
  const auto in_order = [&](const RowBlockView::Row& a, const RowBlockView::Row& b) {
    return before(a.key, into, b.key, into);
  };
  if (!std::is_sorted(rows.begin(), rows.end(), in_order)) std::stable_sort(rows.begin(), rows.end(), in_order);
  return {};
}

Result<void> RowFeed::Impl::spill() {
  TRY(scratch, scratch_file());
  std::vector<Unopened> pieces;
  std::vector<std::unique_ptr<Opened>> group_of_blocks;
  std::uint64_t held = 0;
  for (const Unopened& each : waiting) {
    if (held > 0 && held + each.cost() > memory / 2) {
      TRY_VOID(write_run(group_of_blocks, pieces));
      group_of_blocks.clear();
      held = 0;
    }
    held += each.cost();
    group_of_blocks.push_back(std::make_unique<Opened>());
    TRY_VOID(load(each, *group_of_blocks.back()));
  }
  TRY_VOID(write_run(group_of_blocks, pieces));
  waiting = std::move(pieces);
  std::sort(waiting.begin(), waiting.end());
  return {};
}

Result<void> RowFeed::Impl::copy(const Opened& from_block, RowBlock& to) const {
  bool good = false;
  const RowBlockView::Row& row = from_block.row();
  if (kind == RowKind::activities) {
    Activity activity;
    good = read_activity(from_block.view, row, activity);
    if (good) add_activity(to, row.key, activity);
  } else if (kind == RowKind::statements) {
    std::vector<Said> said;
    good = read_said(from_block.view, row, said);
    if (good) add_said(to, row.key, said);
  } else {
    Hits hits;
    good = read_hits(from_block.view, row, hits);
    if (good) add_hits(to, row.key, hits);
  }
  if (!good) return fail("the case is damaged: a block of activities", from->path);
  return {};
}

Result<void> RowFeed::Impl::write_run(const std::vector<std::unique_ptr<Opened>>& blocks,
                                      std::vector<Unopened>& pieces) {
  RowBlock piece(RowBlock::Evidence::kept);
  const auto flush = [&]() -> Result<void> {
    if (piece.rows() == 0) return {};
    const std::string bytes = piece.encode();
    TRY_VOID(write_all(scratch, bytes.data(), bytes.size(), scratch_size));
    pieces.push_back(
        {piece.first(), piece.last(), static_cast<std::int64_t>(scratch_size), 0, bytes.size(), piece.rows()});
    scratch_size += bytes.size();
    piece.clear();
    return {};
  };
  for (const auto& block : blocks)
    if (!block->view.rows().empty()) push(block.get());
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), Later{this});
    Opened* const least = heap.back();
    heap.pop_back();
    TRY_VOID(copy(*least, piece));
    if (piece.rows() == kPieceRows) TRY_VOID(flush());
    if (++least->at < least->view.rows().size()) push(least);
  }
  return flush();
}

// Whatever may hold a row at or before the first open one.
Result<void> RowFeed::Impl::open_due() {
  while (next_waiting < waiting.size() &&
         (heap.empty() || !(heap.front()->row().key.time < waiting[next_waiting].first))) {
    auto opened = std::make_unique<Opened>();
    TRY_VOID(load(waiting[next_waiting++], *opened));
    if (opened->view.rows().empty()) continue;
    push(opened.get());
    open.push_back(std::move(opened));
  }
  return {};
}

Result<bool> RowFeed::Impl::next() {
  for (;;) {
    if (current) {
      if (++current->at < current->view.rows().size())
        push(current);
      else
        std::erase_if(open, [&](const auto& each) { return each.get() == current; });
      current = nullptr;
    }
    TRY_VOID(open_due());
    if (heap.empty()) return false;
    std::pop_heap(heap.begin(), heap.end(), Later{this});
    current = heap.back();
    heap.pop_back();
    const RowKey& key = current->row().key;
    const bool same = group && group->time == key.time && group->content == key.content;
    if (!same) given = 0;
    if (!same || group->evidence != key.evidence) here = 0;
    const bool same_place = same && group->evidence == key.evidence && group->offset == key.offset;
    // One place, read twice: nothing new, unless other indicators were looked for, or decoys of other names.
    const bool searched = kind == RowKind::hits || kind == RowKind::decoys;
    if (same_place && (!searched || !gave)) continue;
    if (!same_place) here = key.numbered ? 1 : here + 1;
    group = key;
    gave = same_place || here > given;
    if (!gave) {
      ++copies;
      continue;
    }
    given = std::max(given, here);
    ordinal += started;
    started = true;
    return true;
  }
}

RowFeed::RowFeed(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RowFeed::RowFeed(RowFeed&&) noexcept = default;
RowFeed& RowFeed::operator=(RowFeed&&) noexcept = default;
RowFeed::~RowFeed() = default;

Result<RowFeed> RowFeed::open(Case& from, RowKind kind, std::size_t memory) {
  auto impl = std::make_unique<Impl>();
  impl->from = from.impl_.get();
  impl->kind = kind;
  impl->memory = memory;
  TRY_VOID(impl->list());
  return RowFeed(std::move(impl));
}

Result<bool> RowFeed::next() { return impl_->next(); }
Result<void> RowFeed::rewind() {
  impl_->restart();
  return {};
}
const RowBlockView& RowFeed::view() const { return impl_->current->view; }
const RowBlockView::Row& RowFeed::row() const { return impl_->current->row(); }
std::uint64_t RowFeed::ordinal() const { return impl_->ordinal; }
std::uint64_t RowFeed::copies() const { return impl_->copies; }
bool RowFeed::spilled() const { return impl_->scratch >= 0; }

EventPlace RowFeed::place() const {
  const RowKey& key = row().key;
  EventPlace place{key.evidence, key.offset, key.record, key.time, 0, {}};
  for (int i = 0; i < 8; ++i)
    place.content[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(key.content >> 8 * i);
  return place;
}

}  // namespace tocsin::casefile
