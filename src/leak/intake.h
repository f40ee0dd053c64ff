// The dump as a row of messages and documents.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/evidence.h"
#include "evidence/outlook_folder.h"
#include "readers/mail/mailbox.h"

namespace tocsin::leak {

struct Piece {
  enum class Kind : std::uint8_t { message, long_begin, long_more, long_end, document, ended };
  Kind kind = Kind::message;
  std::string item, container;
  std::string bytes;       // of a message (without its "From " line), a piece of a long one, or a document's head
  std::uint64_t size = 0;  // of a document
  std::string sha256;      // of a document
  bool remade = false;     // a message as Outlook keeps it, made anew: see judge.h
  std::string file;        // of one that was a file of its own (.msg): its bytes; size and sha256 are that file's
  std::string problem;     // ended: why the evidence was not read to its end
};

class Intake {
 public:
  static constexpr std::size_t kDocumentMax = 32u << 20;  // bytes of a document that are looked into

  // `own_file`: Limits::own_file.
  explicit Intake(std::vector<std::string> paths, std::string own_file = {});
  // False at the end.
  bool next(Piece& out);
  std::uint64_t bytes_in() const { return walker_.bytes_in() + (inside_ ? inside_->bytes_in() : 0); }

 private:
  bool next_item(Piece& out);
  void read_document(Piece& out);
  bool open_folder();

  evidence::Walker walker_;
  std::unique_ptr<evidence::OutlookFolder> folder_;  // of the item before
  std::unique_ptr<evidence::Walker> inside_;         // its mailboxes
  evidence::Item* item_ = nullptr;
  std::optional<mail::Mailbox> box_;
  bool mbox_ = false;
  std::uint64_t number_ = 0;
  std::vector<std::string> problems_;
};

// The folder, archive or mailbox that counts are made by.
std::string container_of(const std::string& path);

}  // namespace tocsin::leak
