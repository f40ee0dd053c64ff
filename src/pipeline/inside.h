// What lies inside a piece of evidence that was read as something else: the files that mail carries, the mailboxes in a
// personal folder file. They are items like any other, read after what holds them: "box.mbox!/3/report.zip!/x.evtx".
//
// Not every attachment is worth a row in the case: a reader must know it (an archive, a log, a message …), or it is a
// document, a program, or bytes of no known kind. Pictures, sounds, signatures and plain texts are counted; the message
// that carries them names them all, with their hashes. The same bytes a second time in one mailbox are counted too.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/anomaly.h"
#include "base/hash.h"
#include "base/time.h"
#include "evidence/evidence.h"
#include "mime/message.h"
#include "readers/reader.h"

namespace tocsin {

struct AttachmentCounts {
  std::uint64_t found = 0, opened = 0, kept = 0, repeated = 0;  // kept: hashed, and not read
};

enum class AttachmentKind : std::uint8_t {
  small,   // counted only
  kept,    // a row with its hash
  opened,  // read as evidence
};
// By its first bytes, decoded; the stated type tells signatures only, the name scripts.
AttachmentKind kind_of_attachment(const mime::Part& part, std::string_view head, bool whole);

class Inside {
 public:
  virtual ~Inside() = default;
  evidence::Walker& walker() { return *walker_; }
  // Of the piece that the walker is at: when the message around it came, for lines without a year.
  virtual Time time() const { return Time::none(); }
  // The piece is an attachment that is kept and not read.
  virtual bool keeps_whole(const std::string& /*path*/) const { return false; }
  // The messages in it were made anew: what stands on raw bytes says nothing of them.
  virtual bool remade() const { return false; }

 protected:
  std::unique_ptr<evidence::Walker> walker_;
};

// Where the bodies of attachments can be read again: the evidence itself, or a copy of them.
class BodyStore;

// Looks through a mailbox's blocks as they are cut, on one thread, in order.
class AttachmentFinder {
 public:
  static constexpr std::size_t kMax = 200'000;  // of one mailbox
  // `path`: of the mailbox. `file`: where its bytes stand as they are, "" when it lies in a container.
  AttachmentFinder(std::string path, std::string file, const evidence::Limits& limits);
  ~AttachmentFinder();
  void look(const Block& block, AttachmentCounts& counts, std::vector<Anomaly>& anomalies);
  // What was found; nullptr when that is nothing.
  std::unique_ptr<Inside> take();

  struct Found {
    std::string path;
    mime::Encoding encoding = mime::Encoding::identity;
    std::uint64_t offset = 0, size = 0;  // of the encoded body in the store
    Time time = Time::none();
    AttachmentKind kind = AttachmentKind::opened;
  };

 private:
  void look_at(std::string_view raw, std::uint64_t offset, std::uint64_t record, AttachmentCounts& counts,
               std::vector<Anomaly>& anomalies);

  const std::string path_;
  const evidence::Limits limits_;
  std::shared_ptr<BodyStore> store_;
  std::vector<Found> found_;
  std::map<std::pair<std::uint64_t, Digest>, bool> seen_;  // encoded bodies, by size and hash
  bool full_ = false;
};

}  // namespace tocsin
