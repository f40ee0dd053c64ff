#include "leak/intake.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "documents/document.h"
#include "documents/outlook.h"

namespace tocsin::leak {
namespace {

std::string_view without_from_line(std::string_view raw) {
  if (!raw.starts_with("From ")) return raw;
  return raw.substr(std::min(raw.find('\n') + 1, raw.size()));
}

// Office documents are archives too, but one item each.
evidence::Limits limits(std::string own_file = {}) {
  evidence::Limits out;
  out.own_file = std::move(own_file);
  out.keep_whole = documents::is_packed_document;
  return out;
}

}  // namespace

Intake::Intake(std::vector<std::string> paths, std::string own_file)
    : walker_(std::move(paths), limits(std::move(own_file))) {}

std::string container_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return path;
  std::string folder = path.substr(0, slash);
  if (folder.ends_with("!")) folder.pop_back();
  // A maildir's cur, new and tmp are one mailbox.
  for (const char* part : {"/cur", "/new", "/tmp"})
    if (folder.ends_with(part)) folder.resize(folder.size() - 4);
  return folder;
}

bool Intake::next(Piece& out) {
  out = {};
  for (;;) {
    if (!problems_.empty()) {
      out.kind = Piece::Kind::ended;
      out.problem = std::move(problems_.back());
      problems_.pop_back();
      return true;
    }
    if (!box_) {
      if (!next_item(out)) return false;
      if (!box_ && problems_.empty()) return true;  // a document
      continue;
    }
    mail::MailPiece piece;
    const auto more = box_->next(piece);
    if (more && *more) {
      if (piece.begins) ++number_;
      const std::string path = to_utf8(item_->path());
      out.remade = inside_ != nullptr;
      out.item = mbox_ ? path + "#" + std::to_string(number_) : path;
      out.container = mbox_ ? path : container_of(path);
      out.bytes = std::string(piece.begins ? without_from_line(piece.bytes) : piece.bytes);
      out.kind = piece.begins && piece.ends ? Piece::Kind::message
                 : piece.begins             ? Piece::Kind::long_begin
                 : piece.ends               ? Piece::Kind::long_end
                                            : Piece::Kind::long_more;
      return true;
    }
    if (!more) problems_.push_back(to_utf8(item_->path()) + ": " + more.error().text());
    box_.reset();
    const evidence::Custody custody = item_->finish();
    item_ = nullptr;
    if (!custody.complete && !custody.anomalies.empty())
      problems_.push_back(to_utf8(custody.path) + ": " + std::string(custody.anomalies.front().name) + ", " +
                          custody.anomalies.front().detail);
  }
}

// Opens the next item: a mailbox, or a document that is read at once.
bool Intake::next_item(Piece& out) {
  evidence::Walker& walker = inside_ ? *inside_ : walker_;
  item_ = walker.next();
  for (const evidence::Custody& custody : walker.take_closed())
    if (!custody.complete)
      problems_.push_back(to_utf8(custody.path) + ": " +
                          (custody.anomalies.empty() ? "not read to its end"
                                                     : std::string(custody.anomalies.front().name) + ", " +
                                                           custody.anomalies.front().detail));
  if (!item_ && inside_) {
    inside_.reset();
    folder_.reset();
    return next_item(out);
  }
  if (!item_) return !problems_.empty();
  if (evidence::is_outlook_folder(item_->head()) && open_folder()) return next_item(out);
  const std::string_view head = item_->head();
  mbox_ = mail::looks_like_mbox(head);
  number_ = 0;
  if (mbox_ || mail::looks_like_message(head)) {
    box_.emplace(*item_, mbox_);
    return true;
  }
  read_document(out);
  return true;
}

// Outlook's folders: their mailboxes come next.
bool Intake::open_folder() {
  const std::string path = item_->path(), top = item_->top();
  Anomaly anomaly;
  auto folder = inside_ ? nullptr : evidence::OutlookFolder::unpack(*item_, limits(), anomaly);
  if (!anomaly.name.empty())
    problems_.push_back(to_utf8(path) + ": " + std::string(anomaly.name) + ", " + anomaly.detail);
  if (!folder) return false;
  item_->finish();
  item_ = nullptr;
  folder_ = std::move(folder);
  inside_ =
      std::make_unique<evidence::Walker>(evidence::Walker::inside(top, [this]() { return folder_->next(); }, limits()));
  return true;
}

void Intake::read_document(Piece& out) {
  out.kind = Piece::Kind::document;
  out.item = to_utf8(item_->path());
  out.container = container_of(out.item);
  std::string buffer(1u << 20, '\0');
  while (out.bytes.size() < kDocumentMax) {
    const auto got = item_->read(buffer.data(), buffer.size());
    if (!got || *got == 0) break;
    out.bytes.append(buffer, 0, *got);
  }
  const evidence::Custody custody = item_->finish();
  item_ = nullptr;
  out.size = custody.size;
  if (custody.sha256) out.sha256 = custody.sha256->hex();
  if (out.bytes.size() < out.size || documents::recognise_outlook_item(out.bytes) != documents::OutlookItem::yes)
    return;
  if (auto mail = documents::outlook_mail(out.bytes)) {
    out.kind = Piece::Kind::message;
    out.remade = true;
    out.file = std::exchange(out.bytes, std::move(mail->text));
  }
}

}  // namespace tocsin::leak
