#include "rehearse/mark.h"

#include <gtest/gtest.h>

#include "rehearse/formats.h"

namespace tocsin::rehearse {
namespace {

constexpr std::string_view kText = "EXERCISE: synthetic evidence made by tocsin rehearse";

TEST(Mark, EveryFormatBeginsWithIt) {
  const FormatContext context{&prefix_networks(), Time::from_civil(2026, 1, 5), 60};
  for (const FormatSpec* format : all_formats()) {
    std::string text;
    format->make(context)->begin(text);
    EXPECT_TRUE(says_exercise(text)) << format->name;
    EXPECT_FALSE(says_exercise("Jan 1 00:00:00 host sshd[1]: something before\n" + text)) << format->name;
  }
  EXPECT_TRUE(says_exercise(std::string(kText) + "; all names and addresses in this folder are invented\n"));
}

TEST(Mark, WordsOfAnAttackerDontMakeAnExercise) {
  const std::string text(kText);
  for (const std::string& line :
       {"Jan  5 00:00:00 mail1 sshd[7]: Invalid user " + text + " from 192.0.2.1 port 7",
        "Jan  5 00:00:00 mail1 sshd[7]: Invalid user x tocsin-rehearse: " + text,
        "2026-01-05T00:00:00+01:00 mail1 sshd[7]: Failed password for " + text,
        "192.0.2.1 - - [05/Jan/2026:00:00:00 +0100] \"GET /" + text + " HTTP/1.1\" 404 0 \"-\" \"-\"",
        R"({"time":"2026-01-05T00:00:00Z","category":"SignInLogs","identity":")" + text + "\"}",
        R"({"CreationTime":"x","Operation":"UserLoginFailed","UserId":")" + text + "\"}",
        "[05-Jan-2026 00:00:00 +0100]: <1> Failed login for " + text, text + " and more", std::string()})
    EXPECT_FALSE(says_exercise(line)) << line;
  EXPECT_FALSE(says_exercise("a line of the log\n# " + text + "\n"));
}

}  // namespace
}  // namespace tocsin::rehearse
