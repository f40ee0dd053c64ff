#include "readers/mail/mailbox.h"

#include <gtest/gtest.h>

#include <vector>

namespace tocsin::mail {
namespace {

class Text : public Stream {
 public:
  Text(std::string_view text, std::size_t step) : text_(text), step_(step) {}
  Result<std::size_t> read(char* into, std::size_t size) override {
    const std::size_t n = std::min({size, step_, text_.size()});
    text_.copy(into, n);
    text_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view text_;
  std::size_t step_;
};

std::vector<std::string> messages(std::string_view text, bool mbox, std::size_t step,
                                  std::size_t whole_max = Mailbox::kWholeMax) {
  Text stream(text, step);
  Mailbox box(stream, mbox, whole_max);
  std::vector<std::string> out;
  MailPiece piece;
  bool open = false;
  while (true) {
    const auto more = box.next(piece);
    EXPECT_TRUE(more);
    if (!more || !*more) break;
    EXPECT_EQ(piece.begins, !open);
    if (piece.begins) out.emplace_back();
    out.back() += piece.bytes;
    open = !piece.ends;
  }
  EXPECT_FALSE(open);
  return out;
}

constexpr std::string_view kBox =
    "From a@example.org Mon Aug 24 08:00:00 2020\nFrom: a@example.org\nSubject: 1\n\nHello\n>From here\n\nFrom the "
    "shore, no date\n\n"
    "From b@example.org Tue Aug 25 09:00:00 2020\nFrom: b@example.org\nSubject: 2\n\nlast\n";

TEST(Mailbox, MessagesBeginAtFromLinesWithADate) {
  for (const std::size_t step : {1u, 7u, 100000u})
    for (const std::size_t whole : {std::size_t{60}, Mailbox::kWholeMax}) {
      const auto found = messages(kBox, true, step, whole);
      ASSERT_EQ(found.size(), 2u) << step << " " << whole;
      EXPECT_EQ(found[0] + found[1], kBox);
      EXPECT_TRUE(found[1].starts_with("From b@"));
    }
}

TEST(Mailbox, ContentLengthKeepsUnquotedFromLinesInside) {
  const std::string body = "Hi\n\nFrom c@example.org Mon Aug 24 08:00:00 2020\nquoted from another\n";
  const std::string box = "From a@example.org Mon Aug 24 08:00:00 2020\nFrom: a\nSubject: 1\nContent-Length: " +
                          std::to_string(body.size()) + "\n\n" + body +
                          "\nFrom b@example.org Tue Aug 25 09:00:00 2020\nFrom: b\nSubject: 2\n\nx\n";
  for (const std::size_t step : {1u, 64u, 100000u}) EXPECT_EQ(messages(box, true, step).size(), 2u);
  // A length that lies decides nothing.
  std::string lying = box;
  lying.replace(lying.find("Content-Length: "), 17, "Content-Length: 9");
  EXPECT_EQ(messages(lying, true, 100000).size(), 3u);
}

TEST(Mailbox, OneMessageOfAnySizeIsOneMessage) {
  const std::string mail = "From: a@example.org\nSubject: x\n\n" + std::string(300'000, 'y') + "\n";
  EXPECT_EQ(messages(mail, false, 1000).size(), 1u);
  EXPECT_EQ(messages(mail, false, 1000, 10'000), messages(mail, false, 100'000));
  EXPECT_EQ(messages("", true, 10).size(), 0u);
}

TEST(Mailbox, RecognisesMail) {
  EXPECT_TRUE(looks_like_mbox(kBox));
  EXPECT_TRUE(looks_like_message(kBox.substr(kBox.find('\n') + 1)));
  EXPECT_FALSE(looks_like_message("{\"from\": 1}\n"));
  EXPECT_FALSE(looks_like_message("Aug 24 08:00:00 host sshd[1]: x\n"));
  EXPECT_FALSE(is_from_line("From the shore"));
}

}  // namespace
}  // namespace tocsin::mail
