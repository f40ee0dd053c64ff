#include "pipeline/outlook.h"

#include <algorithm>
#include <utility>

#include "documents/outlook.h"

namespace tocsin {
namespace {

class Folder final : public Inside {
 public:
  Folder(std::unique_ptr<evidence::OutlookFolder> folder, const std::string& top, evidence::Limits limits)
      : folder_(std::move(folder)) {
    walker_ = std::make_unique<evidence::Walker>(
        evidence::Walker::inside(top, [this]() { return folder_->next(); }, std::move(limits)));
  }
  ~Folder() override { walker_.reset(); }
  bool remade() const override { return true; }

 private:
  std::unique_ptr<evidence::OutlookFolder> folder_;
};

class TextStream final : public Stream {
 public:
  explicit TextStream(std::shared_ptr<const std::string> text) : text_(std::move(text)) {}
  Result<std::size_t> read(char* into, std::size_t size) override {
    const std::size_t count = text_->copy(into, size, at_);
    at_ += count;
    return count;
  }

 private:
  std::shared_ptr<const std::string> text_;
  std::size_t at_ = 0;
};

class OutlookMessage final : public Inside {
 public:
  OutlookMessage(std::string path, const std::string& top, std::string text, evidence::Limits limits)
      : path_(std::move(path)), text_(std::make_shared<const std::string>(std::move(text))) {
    walker_ = std::make_unique<evidence::Walker>(
        evidence::Walker::inside(top, [this]() { return next_piece(); }, std::move(limits)));
  }
  bool remade() const override { return true; }

 private:
  std::optional<evidence::Piece> next_piece() {
    if (!text_) return std::nullopt;
    return evidence::Piece{path_ + "!/message.eml", std::make_unique<TextStream>(std::exchange(text_, nullptr)), true};
  }
  const std::string path_;
  std::shared_ptr<const std::string> text_;
};

}  // namespace

std::unique_ptr<Inside> open_outlook_folder(evidence::Item& item, const evidence::Limits& limits, Anomaly& anomaly) {
  auto folder = evidence::OutlookFolder::unpack(item, limits, anomaly);
  return folder ? std::make_unique<Folder>(std::move(folder), item.top(), limits) : nullptr;
}

std::unique_ptr<Inside> open_outlook_item(evidence::Item& item, const evidence::Limits& limits,
                                          std::vector<Anomaly>& anomalies) {
  const bool sure = documents::recognise_outlook_item(item.head()) == documents::OutlookItem::yes;
  std::string bytes;
  if (const auto size = item.expected_size()) bytes.reserve(std::min<std::uint64_t>(*size, kOutlookItemMax));
  std::string piece(1u << 20, '\0');
  for (;;) {
    const auto got = item.read(piece.data(), piece.size());
    if (!got || *got == 0) break;
    if (bytes.size() + *got > kOutlookItemMax) {
      if (sure)
        anomalies.push_back({"msg-too-large", 0, 0, "items of Outlook are read up to 64 MiB: it is kept by hash"});
      return nullptr;
    }
    bytes.append(piece, 0, *got);
  }
  auto mail = documents::outlook_mail(bytes);
  if (!mail) {
    if (sure) anomalies.push_back({"msg-damaged", 0, 0, "no item of Outlook could be read in it"});
    return nullptr;
  }
  for (Anomaly& anomaly : mail->anomalies) anomalies.push_back(std::move(anomaly));
  return std::make_unique<OutlookMessage>(item.path(), item.top(), std::move(mail->text), limits);
}

}  // namespace tocsin
