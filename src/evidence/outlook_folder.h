// Outlook's personal folders (.pst, .ost): unpacked into mailboxes by readpst (Debian's pst-utils) where that is
// installed, in a folder of our own that goes away with this object. readpst makes every message anew from its
// properties.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/anomaly.h"
#include "evidence/evidence.h"

namespace tocsin::evidence {

bool is_outlook_folder(std::string_view head);

class OutlookFolder {
 public:
  // Its pieces are named below the item's path, "a.pst!/Inbox/mbox". An item in a container is read to its end, into a
  // copy on disk that is gone when this returns (at most Limits::spool_disk). nullptr where its mailboxes could not be
  // had: `anomaly` says why and what to do. Bounded: ten minutes of processor time, 2 GiB of memory, 16 GiB a mailbox.
  static std::unique_ptr<OutlookFolder> unpack(Item& item, const Limits& limits, Anomaly& anomaly);
  OutlookFolder(const OutlookFolder&) = delete;
  OutlookFolder& operator=(const OutlookFolder&) = delete;
  ~OutlookFolder();
  std::optional<Piece> next();  // for Walker::inside()

 private:
  OutlookFolder(std::string path, std::filesystem::path folder);
  void look();  // for what readpst wrote
  const std::string path_;
  const std::filesystem::path folder_;  // ours; the mailboxes lie in kBoxes below it
  std::vector<std::filesystem::path> files_;
  std::size_t at_ = 0;
};

}  // namespace tocsin::evidence
