#include "pipeline/inside.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/text.h"
#include "documents/outlook.h"
#include "evidence/magic.h"
#include "mime/header.h"
#include "mime/transfer.h"
#include "pipeline/outlook.h"
#include "readers/dated.h"
#include "readers/lines/lines.h"
#include "readers/mail/fields.h"
#include "readers/mail/mail.h"

namespace tocsin {

// Bodies as they stand in the mail, transfer encoding and all: a copy of them is only made where the evidence can't be
// read a second time.
class BodyStore {
 public:
  BodyStore(const std::string& file, const evidence::Limits& limits) : limits_(limits) {
    if (!file.empty()) fd_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    own_ = fd_ < 0;
  }
  BodyStore(const BodyStore&) = delete;
  BodyStore& operator=(const BodyStore&) = delete;
  ~BodyStore() {
    if (fd_ >= 0) ::close(fd_);
  }
  // Where the body can be read; nothing when there is no room.
  std::optional<std::uint64_t> keep(std::string_view body, std::uint64_t offset) {
    if (!own_) return offset;
    if (size_ + body.size() > limits_.spool_disk) return std::nullopt;
    if (fd_ < 0 && size_ + body.size() > limits_.spool_memory && !spill()) return std::nullopt;
    const std::uint64_t at = size_;
    if (fd_ < 0)
      memory_ += body;
    else if (!write(body))
      return std::nullopt;
    size_ += body.size();
    return at;
  }
  std::size_t read(std::uint64_t offset, char* into, std::size_t size) const {
    if (fd_ >= 0) {
      const ssize_t got = ::pread(fd_, into, size, static_cast<off_t>(offset));
      return got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return offset < memory_.size() ? memory_.copy(into, size, offset) : 0;
  }

 private:
  bool write(std::string_view bytes) {
    std::uint64_t at = size_;
    while (!bytes.empty()) {
      const ssize_t put = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at));
      if (put <= 0) return false;
      at += static_cast<std::uint64_t>(put);
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }
  bool spill() {
    std::string folder = limits_.spool_folder;
    if (folder.empty()) {
      const char* given = std::getenv("TMPDIR");
      folder = given && *given ? given : "/var/tmp";
    }
    std::string name = folder + "/tocsin-XXXXXX";
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ < 0) return false;
    ::unlink(name.c_str());
    const std::uint64_t size = std::exchange(size_, 0);
    if (!write(memory_)) return false;
    size_ = size;
    memory_ = {};
    return true;
  }

  const evidence::Limits limits_;
  std::string memory_;
  int fd_ = -1;
  bool own_ = true;
  std::uint64_t size_ = 0;
};

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kHeadBody = 96u << 10;  // encoded bytes that give kHead decoded ones
constexpr std::size_t kNameMax = 200;

// One body, its transfer encoding undone.
class BodyStream final : public Stream {
 public:
  BodyStream(std::shared_ptr<const BodyStore> store, const AttachmentFinder::Found& found)
      : store_(std::move(store)), decoder_(found.encoding), at_(found.offset), left_(found.size) {}
  Result<std::size_t> read(char* into, std::size_t size) override {
    while (given_ == ready_.size() && !over_) {
      ready_.clear();
      given_ = 0;
      char raw[64 << 10];
      const std::size_t got =
          store_->read(at_, raw, static_cast<std::size_t>(std::min<std::uint64_t>(left_, sizeof raw)));
      at_ += got;
      left_ -= got;
      decoder_.feed({raw, got}, ready_);
      if (got == 0 || left_ == 0) {
        decoder_.finish(ready_);
        over_ = true;
      }
    }
    const std::size_t count = ready_.copy(into, std::min(size, ready_.size() - given_), given_);
    given_ += count;
    return count;
  }

 private:
  std::shared_ptr<const BodyStore> store_;
  mime::Decoder decoder_;
  std::uint64_t at_, left_;
  std::string ready_;
  std::size_t given_ = 0;
  bool over_ = false;
};

class Attachments final : public Inside {
 public:
  Attachments(const std::string& top, std::shared_ptr<const BodyStore> store,
              std::vector<AttachmentFinder::Found> found, evidence::Limits limits)
      : store_(std::move(store)), found_(std::move(found)) {
    // Anybody may send a bomb, or ten.
    limits.bombs = std::max(limits.bombs, 64u);
    walker_ = std::make_unique<evidence::Walker>(
        evidence::Walker::inside(top, [this]() { return next_piece(); }, std::move(limits)));
  }
  Time time() const override { return at_ > 0 ? found_[at_ - 1].time : Time::none(); }
  bool keeps_whole(const std::string& path) const override {
    return at_ > 0 && found_[at_ - 1].kind == AttachmentKind::kept && found_[at_ - 1].path == path;
  }

 private:
  std::optional<evidence::Piece> next_piece() {
    if (at_ == found_.size()) return std::nullopt;
    const AttachmentFinder::Found& found = found_[at_++];
    return evidence::Piece{found.path, std::make_unique<BodyStream>(store_, found), found.kind == AttachmentKind::kept};
  }
  std::shared_ptr<const BodyStore> store_;
  std::vector<AttachmentFinder::Found> found_;
  std::size_t at_ = 0;
};

// Pictures, sounds, films, fonts.
bool is_media(std::string_view head) {
  for (const std::string_view magic :
       {"\x89PNG"sv, "\xff\xd8\xff"sv, "GIF8"sv, "BM"sv, "II*\0"sv, "MM\0*"sv, "OggS"sv, "ID3"sv, "\xff\xfb"sv,
        "fLaC"sv, "\0\0\1\0"sv, "wOFF"sv, "wOF2"sv, "OTTO"sv, "8BPS"sv})
    if (head.starts_with(magic)) return true;
  return head.starts_with("RIFF") || (head.size() > 12 && head.substr(4, 4) == "ftyp");
}

// Zip files that are one document to people: Office Open XML, OpenDocument, EPUB.
bool is_zipped_document(std::string_view head) {
  if (!head.starts_with("PK\3\4") || head.size() < 60) return false;
  const std::string_view name = head.substr(30, 60);
  for (const std::string_view first :
       {"[Content_Types].xml", "_rels/", "docProps/", "word/", "xl/", "ppt/", "mimetype"})
    if (name.starts_with(first)) return true;
  return false;
}

// Documents, programs, disc images, shortcuts, personal folders: some of them would pass for text.
bool is_document_or_program(std::string_view head) {
  for (const std::string_view magic : {"%PDF"sv, "{\\rt"sv, "MZ"sv, "\177ELF"sv, "\xd0\xcf\x11\xe0"sv, "Rar!"sv,
                                       "MSCF"sv, "L\0\0\0\1\x14\2\0"sv, "ITSF"sv, "!BDN"sv, "\xca\xfe\xba\xbe"sv,
                                       "\xcf\xfa\xed\xfe"sv, "#!/"sv, "\x78\x9f\x3e\x22"sv, "[InternetShortcut]"sv})
    if (head.starts_with(magic)) return true;
  return is_zipped_document(head) || (head.size() > 0x8006 && head.substr(0x8001, 5) == "CD001");
}

// Scripts are text like any other: their names say what Windows would run. Names only ever add a row.
bool names_a_script(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const std::string extension = dot == std::string_view::npos ? std::string() : mime::lower_ascii(name.substr(dot + 1));
  for (const std::string_view known :
       {"js",         "jse",       "vbs", "vbe",  "wsf",   "wsh", "hta",   "ps1", "psm1", "bat", "cmd",
        "sh",         "py",        "url", "lnk",  "iqy",   "slk", "reg",   "scf", "sct",  "inf", "settingcontent-ms",
        "library-ms", "search-ms", "htm", "html", "shtml", "svg", "xhtml", "mht", "ics",  "vcs", "eml"})
    if (extension == known) return true;
  return false;
}

bool holds_markup(std::string_view head) {
  head = head.substr(0, 4096);
  for (const std::string_view mark : {"<html", "<HTML", "<!DOCTYPE", "<!doctype", "<script", "<SCRIPT", "<svg", "<SVG",
                                      "<body", "BEGIN:VCALENDAR", "<?xml"})
    if (head.find(mark) != std::string_view::npos) return true;
  return false;
}

std::string file_name(const mime::Part& part) {
  std::string out = to_utf8(mail::attachment_name(part));
  for (char& c : out)
    if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < ' ' || c == 127) c = '_';
  if (out.size() > kNameMax) {
    out.resize(kNameMax);
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
    if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xc0) out.pop_back();
  }
  return out.empty() || out == "." || out == ".." ? "unnamed" : out;
}

// A directory that lies far back tells an item of Outlook from other OLE files.
bool is_outlook_item(const mime::Part& part, std::string_view head) {
  const auto first = documents::recognise_outlook_item(head);
  if (first != documents::OutlookItem::perhaps) return first == documents::OutlookItem::yes;
  const std::string whole = mime::decode(part.encoding, part.body, kOutlookItemMax).bytes;
  return documents::recognise_outlook_item(whole) == documents::OutlookItem::yes;
}

}  // namespace

AttachmentKind kind_of_attachment(const mime::Part& part, std::string_view head, bool whole) {
  if (part.type.starts_with("message/rfc822") || part.type == "message/global")
    return head.empty()                            ? AttachmentKind::small
           : recognise(head, whole) == &mail::spec ? AttachmentKind::opened
                                                   : AttachmentKind::kept;
  if (head.size() < 16 || is_media(head)) return AttachmentKind::small;
  if (part.type.ends_with("pkcs7-signature") || part.type.ends_with("pgp-signature") ||
      part.type == "application/pgp-keys")
    return AttachmentKind::small;
  if (is_document_or_program(head)) return AttachmentKind::kept;
  if (evidence::recognise_container(head)) return AttachmentKind::opened;
  const ReaderSpec* reader = recognise(head, whole);
  if (reader && reader != &lines::spec) return AttachmentKind::opened;
  if (!reader) return AttachmentKind::kept;
  if (holds_markup(head) || names_a_script(part.file_name)) return AttachmentKind::kept;
  // Text: a log when its lines have times.
  return has_undated_lines(head) || year_of_own_lines(head) ? AttachmentKind::opened : AttachmentKind::small;
}

AttachmentFinder::AttachmentFinder(std::string path, std::string file, const evidence::Limits& limits)
    : path_(std::move(path)), limits_(limits), store_(std::make_shared<BodyStore>(file, limits)) {}
AttachmentFinder::~AttachmentFinder() = default;

void AttachmentFinder::look(const Block& block, AttachmentCounts& counts, std::vector<Anomaly>& anomalies) {
  std::uint64_t record = block.first_record;
  for (const mail::Span& span : mail::messages_in(block))
    look_at(block.data.text().substr(span.at, span.size), span.offset, record++, counts, anomalies);
}

void AttachmentFinder::look_at(std::string_view raw, std::uint64_t offset, std::uint64_t record,
                               AttachmentCounts& counts, std::vector<Anomaly>& anomalies) {
  const mime::Message message = mime::parse(raw);
  if (message.parts.size() == 1 && !mail::is_attachment(message, 0)) return;
  const std::vector<bool> nested = mail::nested_parts(message);
  std::optional<Time> time;
  std::map<std::string, unsigned> names;
  for (std::uint32_t i = 0; i < message.parts.size(); ++i) {
    if (nested[i] || !mail::is_attachment(message, i)) continue;
    const mime::Part& part = message.parts[i];
    ++counts.found;
    const std::string head = mime::decode(part.encoding, part.body.substr(0, kHeadBody), evidence::kHead).bytes;
    const AttachmentKind kind = is_outlook_item(part, head)
                                    ? AttachmentKind::opened
                                    : kind_of_attachment(part, head, part.body.size() <= kHeadBody);
    if (kind == AttachmentKind::small) continue;
    if (!seen_.try_emplace({part.body.size(), sha256(part.body)}, true).second) {
      ++counts.repeated;
      continue;
    }
    const auto kept = found_.size() < kMax
                          ? store_->keep(part.body, offset + static_cast<std::uint64_t>(part.body.data() - raw.data()))
                          : std::nullopt;
    if (!kept) {
      if (!full_)
        anomalies.push_back({"attachments-not-opened", offset, part.body.size(),
                             "no room for more attachments of this mailbox; they are listed with their messages"});
      full_ = true;
      continue;
    }
    if (!time) {
      const mail::Times times = mail::times_of(message.parts[0]);
      time = times.delivered.known() ? times.delivered : times.sent;
    }
    ++(kind == AttachmentKind::opened ? counts.opened : counts.kept);
    std::string name = file_name(part);
    if (const unsigned again = ++names[name]; again > 1) name += "#" + std::to_string(again);
    Found found;
    found.path = path_ + "!/" + (raw.starts_with("From ") ? std::to_string(record) + "/" : "") + name;
    found.encoding = part.encoding;
    found.offset = *kept;
    found.size = part.body.size();
    found.time = *time;
    found.kind = kind;
    found_.push_back(std::move(found));
  }
}

std::unique_ptr<Inside> AttachmentFinder::take() {
  if (found_.empty()) return nullptr;
  // The file on disk that holds it all.
  const std::string top = path_.substr(0, path_.find("!/"));
  return std::make_unique<Attachments>(top, store_, std::move(found_), limits_);
}

}  // namespace tocsin
