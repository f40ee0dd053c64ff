#include "pipeline/intake.h"

#include <algorithm>
#include <filesystem>

#include "base/check.h"
#include "documents/outlook.h"
#include "pipeline/mail_auth.h"
#include "pipeline/outlook.h"
#include "readers/dated.h"
#include "readers/mail/mail.h"
#include "rehearse/mark.h"

namespace tocsin {
namespace {

// Open dictionaries get a third of the memory at most.
evidence::Limits limits_for(const ScanOptions& options) {
  evidence::Limits limits;
  limits.decoder_memory = std::min<std::uint64_t>(limits.decoder_memory, options.memory / 3);
  limits.own_file = options.case_path;
  return limits;
}

// It can be opened a second time.
bool is_plain_file(const evidence::Item& item) {
  std::error_code error;
  return !item.in_container() && item.path() != "-" && std::filesystem::is_regular_file(item.path(), error);
}

}  // namespace

Intake::Intake(const ScanOptions& options, const Demand& demand, const KnownContents& known, IntakeScope scope)
    : options_(options),
      demand_(demand),
      known_(known),
      scope_(std::move(scope)),
      walker_(std::in_place, options.paths, limits_for(options)) {
  for (const auto& [content, evidence] : known_) known_sizes_.insert(content.first);
}

bool Intake::take(Intaken& out) {
  out = {};
  for (;;) {
    const bool stopped = options_.stop && options_.stop->load(std::memory_order_relaxed);
    if (run_) {  // a piece is being read
      out.run = run_;
      if (!stopped && run_->reader) {
        auto block = run_->reader->cut(*item_, out.anomalies);
        if (block && *block) {
          if (finder_) finder_->look(**block, attachments_, out.anomalies);
          out.block = std::move(**block);
          return true;
        }
        if (!block) out.anomalies.push_back({"reading-stopped", 0, 0, block.error().text()});
      }
      if (stopped) {
        out.interrupted = true;
        out.end.emplace();
        out.end->path = run_->path;
        out.end->complete = false;
      } else {
        out.end = item_->finish();
      }
      run_.reset();
      item_ = nullptr;
      if (outlook_ && !stopped) inside_.push_back(std::move(outlook_));
      outlook_.reset();
      if (finder_ && !stopped)
        if (auto inside = finder_->take()) inside_.push_back(std::move(inside));
      finder_.reset();
      return true;
    }
    if (!closed_.empty()) {
      out.end = std::move(closed_.back());
      closed_.pop_back();
      return true;
    }
    if (stopped || round_ == Round::between || !open_next(out)) return false;
    if (out.begins) return true;
  }
}

// Opens the next piece. False when there is none; out.begins when one was opened, else word of containers waits.
bool Intake::open_next(Intaken& out) {
  Inside* const inside = inside_.empty() ? nullptr : inside_.back().get();
  evidence::Walker& walker = inside ? inside->walker() : *walker_;
  item_ = walker.next();
  closed_ = walker.take_closed();
  // An item that the walker had to finish itself was put off; its turn comes.
  std::erase_if(closed_, [](const evidence::Custody& custody) { return custody.nature == evidence::Nature::item; });
  std::ranges::reverse(closed_);  // taken from the back
  if (!item_ && inside) {
    inside_.pop_back();
    return true;
  }
  if (!item_) {
    if (!closed_.empty()) {
      if (round_ == Round::yearless) closed_.clear();  // said in the first round
      return true;
    }
    if (round_ == Round::yearless || put_off_tops_.empty()) return false;
    round_ = Round::between;
    return false;
  }
  if (round_ == Round::yearless && !inside) {
    closed_.clear();
    if (!put_off_.contains(item_->path())) {
      item_ = nullptr;
      return true;
    }
  }

  const bool keep = inside && inside->keeps_whole(item_->path());
  if (passes_over(item_->path())) {
    item_ = nullptr;
    return true;
  }
  const bool outlook = evidence::is_outlook_folder(item_->head()) ||
                       documents::recognise_outlook_item(item_->head()) == documents::OutlookItem::yes;
  const ReaderSpec* spec = keep || outlook ? nullptr : recognise(item_->head(), item_->whole());
  std::optional<int> year = options_.read.year;
  bool assumed = options_.read.year_assumed;
  if (!year && spec && spec != &mail::spec && has_undated_lines(item_->head())) {
    if (const auto own = year_of_own_lines(item_->head())) {
      year = own;
    } else if (inside && inside->time().known()) {
      year = year_from_evidence(item_->head(), inside->time());
    } else if (inside) {
      if (latest_.known()) year = year_from_evidence(item_->head(), latest_);
    } else if (round_ == Round::dated && item_->top() != "-") {
      put_off_.insert(item_->path());
      if (put_off_tops_.empty() || put_off_tops_.back() != item_->top()) put_off_tops_.push_back(item_->top());
      item_ = nullptr;
      return true;
    } else if (latest_.known()) {
      year = year_from_evidence(item_->head(), latest_);
    }
  }
  start(*item_, spec, year, assumed, keep, out);
  return true;
}

// What is wanted, and what it lies in, is read.
bool Intake::passes_over(const std::string& path) const {
  const std::string& only = scope_.only;
  if (only.empty() || only == path) return false;
  return !(only.starts_with(path) && only.substr(path.size()).starts_with("!/"));
}

void Intake::start(evidence::Item& item, const ReaderSpec* spec, std::optional<int> year, bool assumed, bool keep,
                   Intaken& out) {
  run_ = std::make_shared<EvidenceRun>();
  run_->path = item.path();
  run_->top = item.top();
  run_->spec = spec;
  run_->exercise = rehearse::says_exercise(item.head());
  // Content that the case holds is only hashed when there is nothing new to ask of it.
  if (const auto size = item.expected_size(); size && !item.in_container() && known_sizes_.contains(*size)) {
    if (const auto digest = evidence::hash_file(item.path())) {
      if (const auto found = known_.find({*size, *digest}); found != known_.end()) run_->known = &found->second;
    }
  }
  if (spec && !(run_->known && run_->known->rules.empty()) && (!scope_.hashes || spec == &mail::spec)) {
    ReadOptions read = options_.read;
    read.year = year;
    read.year_assumed = assumed;
    if (!read.mail_extra) read.mail_extra = &MailAuth::without_keys();
    if (!inside_.empty() && inside_.back()->remade()) read.mail_extra = &read.mail_extra->for_remade();
    run_->reader = spec->open(demand_, read);
    if (spec == &mail::spec) {
      const evidence::Limits limits = limits_for(options_);
      if (inside_.size() < limits.depth)
        finder_ = std::make_unique<AttachmentFinder>(item.path(), is_plain_file(item) ? item.path() : "", limits);
      else
        out.anomalies.push_back({"mail-depth", 0, 0, "mail inside mail; what this one carries is not opened"});
    }
  }
  if (keep) run_->kept_as = "attachment";
  const auto outlook = documents::recognise_outlook_item(item.head());
  if (!spec && !keep && outlook == documents::OutlookItem::yes) run_->kept_as = "outlook-item";
  if (!spec && !keep && outlook != documents::OutlookItem::no && !(run_->known && run_->known->rules.empty())) {
    if (inside_.size() >= limits_for(options_).depth)
      out.anomalies.push_back({"mail-depth", 0, 0, "mail inside mail; this one is not opened"});
    else
      outlook_ = open_outlook_item(item, limits_for(options_), out.anomalies);
    if (outlook_) run_->kept_as = "outlook-item";
  } else if (!spec && !keep && evidence::is_outlook_folder(item.head()) && !run_->known) {
    run_->kept_as = "outlook";
    Anomaly anomaly;
    outlook_ = open_outlook_folder(item, limits_for(options_), anomaly);
    if (!anomaly.name.empty()) out.anomalies.push_back(std::move(anomaly));
  }
  out.run = run_;
  out.begins = true;
}

void Intake::set_latest(Time latest) {
  CHECK(round_ == Round::between);
  latest_ = latest;
  bytes_before_ += walker_->bytes_in();
  walker_.emplace(std::move(put_off_tops_), limits_for(options_));
  put_off_tops_.clear();
  round_ = Round::yearless;
}

}  // namespace tocsin
