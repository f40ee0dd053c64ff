#include "readers/mail/mail.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "mime/charset.h"
#include "mime/header.h"
#include "mime/transfer.h"
#include "readers/mail/fields.h"
#include "readers/mail/mailbox.h"

namespace tocsin::mail {
namespace {

constexpr std::size_t kHead = 64u << 10;  // by which the kind of mailbox is told
constexpr std::size_t kBlockBytes = 1u << 20;
constexpr std::size_t kLongKept = 1u << 20;  // of a message that is too long
constexpr std::size_t kNotedMax = 64;        // anomalies of one name in a block
constexpr std::int64_t kDay = 86'400;

// Apple Mail: the message's size in bytes on a line of its own, the message, then a property list.
std::optional<std::uint64_t> emlx_size(std::string_view head, std::size_t& line) {
  std::uint64_t size = 0;
  std::size_t i = 0;
  while (i < head.size() && i < 12 && head[i] >= '0' && head[i] <= '9')
    size = size * 10 + static_cast<std::uint64_t>(head[i++] - '0');
  if (i == 0) return std::nullopt;
  while (i < head.size() && head[i] == ' ') ++i;
  if (i >= head.size() || head[i] != '\n') return std::nullopt;
  line = i + 1;
  return looks_like_message(head.substr(line)) ? std::optional(size) : std::nullopt;
}

// The stream with its head given back, and no more than `left` bytes of it.
class Rest : public Stream {
 public:
  Result<bool> fill(Stream& stream) {  // true when the head is complete
    while (head_.size() < kHead) {
      const std::size_t size = head_.size();
      head_.resize(kHead);
      const auto got = stream.read(head_.data() + size, kHead - size);
      head_.resize(size + (got ? *got : 0));
      if (!got) return std::unexpected(got.error());
      if (*got == 0) break;
    }
    return true;
  }
  std::string_view head() const { return head_; }
  void skip(std::size_t size) { at_ = size; }
  void limit(std::uint64_t size) { left_ = size; }
  void use(Stream& stream) { stream_ = &stream; }

  Result<std::size_t> read(char* into, std::size_t size) override {
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
    if (size == 0) return 0;
    std::size_t got = std::min(size, head_.size() - at_);
    if (got > 0) {
      head_.copy(into, got, at_);
      at_ += got;
    } else {
      auto read = stream_->read(into, size);
      if (!read) return read;
      got = *read;
    }
    left_ -= got;
    return got;
  }

 private:
  Stream* stream_ = nullptr;
  std::string head_;
  std::size_t at_ = 0;
  std::uint64_t left_ = UINT64_MAX;
};

struct Spans {  // of the messages in a block
  std::vector<Span> list;
};

class MailReader final : public Reader {
 public:
  MailReader(const Demand& demand, const ReadOptions& options)
      : wanted_(demand), extra_(options.mail_extra), whole_max_(std::max<std::size_t>(2 * options.record_max, 1024)) {}

  Result<std::optional<Block>> cut(Stream& stream, std::vector<Anomaly>& anomalies) override;
  void decode(const Block& block, Batch& out) const override;
  void describe(const Batch&, const Event& event, Record& out) const override {
    out.clear();
    FieldOut fields(out);
    write_fields(event.raw, mime::parse(event.raw), extra_, fields);
  }

 private:
  Result<void> begin(Stream& stream);
  void take(const MailPiece& piece, std::vector<Anomaly>& anomalies);
  Block emit();

  const Wanted wanted_;
  const Extra* extra_;
  const std::size_t whole_max_;
  Rest rest_;
  std::optional<Mailbox> box_;
  std::uint64_t base_ = 0;  // of the mailbox in the evidence
  std::string gathered_;
  Spans spans_;
  std::uint64_t next_record_ = 1, long_size_ = 0;
  bool at_end_ = false;
  std::optional<Error> error_;
};

Result<void> MailReader::begin(Stream& stream) {
  auto filled = rest_.fill(stream);
  if (!filled) error_ = std::move(filled).error();  // what came before it is read
  const std::string_view head = rest_.head();
  std::size_t line = 0;
  const bool mbox = looks_like_mbox(head);
  if (const auto size = mbox ? std::nullopt : emlx_size(head, line)) {
    rest_.skip(line);
    rest_.limit(*size);
    base_ = line;
  }
  box_.emplace(rest_, mbox, whole_max_);
  return {};
}

Block MailReader::emit() {
  Block block;
  block.data = Bytes::copy(gathered_);
  block.offset = spans_.list.front().offset;
  block.first_record = next_record_;
  next_record_ += spans_.list.size();
  block.context = std::make_shared<const Spans>(std::move(spans_));
  spans_.list.clear();
  gathered_.clear();
  return block;
}

void MailReader::take(const MailPiece& piece, std::vector<Anomaly>& anomalies) {
  if (piece.begins) {
    const std::string_view kept = piece.ends ? piece.bytes : piece.bytes.substr(0, std::min(kLongKept, whole_max_));
    spans_.list.push_back({gathered_.size(), kept.size(), base_ + piece.offset});
    gathered_ += kept;
    long_size_ = 0;
  }
  if (piece.begins && piece.ends) return;
  long_size_ += piece.bytes.size();
  if (piece.ends) {
    const Span& head = spans_.list.back();
    anomalies.push_back({"mail-too-long", head.offset, long_size_,
                         "a message of " + std::to_string(long_size_) + " bytes; its first " +
                             std::to_string(head.size) + " are read"});
  }
}

Result<std::optional<Block>> MailReader::cut(Stream& stream, std::vector<Anomaly>& anomalies) {
  rest_.use(stream);
  if (!box_) TRY_VOID(begin(stream));
  bool open = false;
  while (!at_end_ && (open || gathered_.size() < kBlockBytes)) {
    MailPiece piece;
    const auto more = box_->next(piece);
    if (!more || !*more) {
      at_end_ = true;
      if (!more) error_ = more.error();
      break;
    }
    take(piece, anomalies);
    open = !piece.ends;
  }
  if (spans_.list.empty()) {
    if (error_) return std::unexpected(*std::exchange(error_, std::nullopt));
    return std::nullopt;
  }
  return emit();
}

// Anomalies of all messages of a block, of each name the first.
class Noted {
 public:
  explicit Noted(Batch& out) : out_(out) {}
  void add(std::string_view name, std::uint64_t offset, std::uint64_t size, std::string detail) {
    if (counts_[name]++ < kNotedMax) out_.anomalies().push_back({name, offset, size, std::move(detail)});
  }

 private:
  Batch& out_;
  std::map<std::string_view, std::size_t> counts_;
};

std::string span_text(std::int64_t seconds) {
  return seconds >= 2 * kDay ? std::to_string(seconds / kDay) + " days" : std::to_string(seconds / 3600) + " hours";
}

void note_times(const Times& times, std::uint64_t offset, Noted& noted) {
  if (!times.sent.known()) return;
  const Time first = times.first_hop.known() ? times.first_hop : times.delivered;
  if (first.known() && times.sent.seconds > first.seconds + kDay)
    noted.add("mail-date-differs", offset, 0,
              "Date is " + span_text(times.sent.seconds - first.seconds) + " after the first server had it");
  else if (times.delivered.known() && times.delivered.seconds > times.sent.seconds + 7 * kDay)
    noted.add("mail-date-differs", offset, 0,
              "Date is " + span_text(times.delivered.seconds - times.sent.seconds) + " before delivery");
}

// Bytes that are not what they are said to be. Looks at every part, whatever is demanded.
void note_damage(const mime::Part& part, std::string_view raw, std::uint64_t offset, Noted& noted) {
  const std::uint64_t body = offset + static_cast<std::uint64_t>(part.body.data() - raw.data());
  if (const auto damage = mime::damage_in(part.encoding, part.body))
    noted.add("mime-encoding-damaged", body + *damage, 0, part.type.substr(0, 80));
  if (!part.type.starts_with("text/") || part.body.size() > kBodyMax) return;
  if (part.charset.empty() || part.charset == "us-ascii") return;
  if (part.encoding == mime::Encoding::identity && is_ascii(part.body) && !part.charset.starts_with("utf-")) return;
  const mime::Converted converted = mime::convert(mime::decoded(part, kBodyMax), part.charset);
  if (!converted.known)
    noted.add("mime-charset-unknown", body, 0, to_utf8(part.charset.substr(0, 80)));
  else if (converted.damaged)
    noted.add("mime-charset-damaged", body, 0, "not all of it is " + to_utf8(part.charset.substr(0, 80)));
}

// "From a@b Mon Aug 24 08:00:00 2020": the date behind the sender, in UTC as mail programs write it.
Time from_line_time(std::string_view raw) {
  if (!raw.starts_with("From ")) return Time::none();
  std::string_view line = raw.substr(0, std::min<std::size_t>(raw.find('\n'), 512));
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  // "Aug 24 08:00:00 2020" → "24 Aug 2020 08:00:00", which is a date of RFC 5322.
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t start = line.find_first_not_of(" \t\r");
    if (start == std::string_view::npos) break;
    const std::size_t end = std::min(line.find_first_of(" \t\r", start), line.size());
    words.push_back(line.substr(start, end - start));
    line.remove_prefix(end);
  }
  for (std::size_t i = 2; i + 3 < words.size(); ++i) {
    if (words[i].size() != 3 || kMonths.find(words[i]) == std::string_view::npos ||
        words[i + 2].find(':') == std::string_view::npos)
      continue;
    const std::string date = std::string(words[i + 1]) + " " + std::string(words[i]) + " " + std::string(words[i + 3]) +
                             " " + std::string(words[i + 2]) + " +0000";
    if (const auto time = mime::parse_date(date)) return *time;
  }
  return Time::none();
}

void MailReader::decode(const Block& block, Batch& out) const {
  out.hold(block.data);
  out.set_access(this);
  Noted noted(out);
  const std::string_view data = out.source().text();
  const Spans& spans = *static_cast<const Spans*>(block.context.get());
  std::vector<Field> fields;
  for (std::size_t i = 0; i < spans.list.size(); ++i) {
    const Span& span = spans.list[i];
    Event event;
    event.raw = data.substr(span.at, span.size);
    event.offset = span.offset;
    event.record = block.first_record + i;
    event.source = "mail";
    const mime::Message message = mime::parse(event.raw);
    for (const Anomaly& anomaly : message.anomalies)
      noted.add(anomaly.name, span.offset + anomaly.offset, anomaly.size, anomaly.detail);
    const Times times = times_of(message.parts[0]);
    event.time = times.delivered.known() ? times.delivered
                 : times.sent.known()    ? times.sent
                                         : from_line_time(event.raw);
    note_times(times, span.offset, noted);
    for (const mime::Part& part : message.parts)
      if (!part.is_multipart() && !part.body.empty()) note_damage(part, event.raw, span.offset, noted);
    fields.clear();
    FieldOut to(wanted_, fields, out.scratch());
    write_fields(event.raw, message, extra_, to);
    if (!fields.empty()) {
      const std::span<Field> kept = out.scratch().array<Field>(fields.size());
      std::ranges::copy(fields, kept.begin());
      event.fields = kept;
    }
    out.mutable_events().push_back(event);
  }
}

Fit sniff(std::string_view head, bool) {
  if (looks_like_mbox(head)) return Fit::sure;
  std::size_t line = 0;
  return looks_like_message(head) || emlx_size(head, line) ? Fit::sure : Fit::none;
}

}  // namespace

std::span<const Span> messages_in(const Block& block) { return static_cast<const Spans*>(block.context.get())->list; }

const ReaderSpec spec = {"mail", "mail", "messages: eml, emlx, mbox, maildir and MH; attachments are opened", sniff,
                         [](const Demand& demand, const ReadOptions& options) -> std::unique_ptr<Reader> {
                           return std::make_unique<MailReader>(demand, options);
                         }};

}  // namespace tocsin::mail
