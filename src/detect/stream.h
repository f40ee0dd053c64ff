// For tests: a stream of activities by hand. Texts live as long as the stream.
#pragma once
#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "detect/detector.h"

namespace tocsin::detect {

class Stream {
 public:
  static constexpr std::int64_t kStart = 1767571200;  // 2026-01-05, a Monday

  Activity& login(std::int64_t at, std::string_view user, std::string_view source, bool success = true,
                  LoginReason reason = LoginReason::bad_password) {
    Activity& a = add(at, ActivityKind::login);
    a.login.user = keep(user);
    a.login.source = Ip::parse(source);
    a.login.service = "imap";
    a.login.outcome = success ? Outcome::success : Outcome::failure;
    a.login.reason = success ? LoginReason::none : reason;
    return a;
  }
  Activity& failure(std::int64_t at, std::string_view user, std::string_view source,
                    LoginReason reason = LoginReason::bad_password) {
    return login(at, user, source, false, reason);
  }
  Activity& mail(std::int64_t at, std::string_view mailbox, std::string_view source, std::string_view client,
                 std::uint64_t items, std::string_view access = "bind") {
    Activity& a = add(at, ActivityKind::mail_access);
    a.mail.mailbox = a.mail.user = keep(mailbox);
    a.mail.source = Ip::parse(source);
    a.mail.client = keep(client);
    a.mail.items = items;
    a.mail.bytes = items * 10000;
    a.mail.access = keep(access);
    if (access == "sync") a.mail.folder = "Inbox";
    return a;
  }
  Activity& change(std::int64_t at, std::string_view mailbox, std::string_view source, std::string_view what) {
    Activity& a = add(at, ActivityKind::mailbox_change);
    a.change.mailbox = a.change.user = keep(mailbox);
    a.change.source = Ip::parse(source);
    a.change.change = keep(what);
    a.change.outcome = Outcome::success;
    return a;
  }

  std::vector<Found> run(std::size_t memory = Options{}.memory) {
    std::ranges::stable_sort(activities_, {}, &Activity::time);
    Run run(Options{.memory = memory});
    for (std::size_t i = 0; i < activities_.size(); ++i) run.feed(activities_[i], i);
    return run.finish();
  }
  // The findings of one rule.
  std::vector<Found> run_for(std::string_view id) {
    std::vector<Found> found = run();
    std::erase_if(found, [&](const Found& one) { return one.spec->id != id; });
    return found;
  }

 private:
  Activity& add(std::int64_t at, ActivityKind kind) {
    Activity& a = activities_.emplace_back();
    a.time = {kStart + at, 0, 0};
    a.kind = kind;
    a.product = "test";
    return a;
  }
  std::string_view keep(std::string_view text) { return texts_.emplace_back(text); }

  std::deque<Activity> activities_;
  std::deque<std::string> texts_;
};

}  // namespace tocsin::detect
