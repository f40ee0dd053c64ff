// Population: people and machines with habits, hour by hour. Internal to rehearse.
#pragma once
#include <vector>

#include "rehearse/address_plan.h"
#include "rehearse/names.h"
#include "rehearse/step.h"

namespace tocsin::rehearse {

class Population {
 public:
  Population(const Plan& plan, const Names& names);

  // The steps of hour `hour`, in order. To be called for 0, 1, 2, …
  void hour(int hour, std::vector<Step>& out);

 private:
  enum class Place : std::uint8_t { home, mobile, office, away, meeting };
  struct User {
    std::uint32_t number = 0;
    std::uint32_t provider = 0, line = 0, carrier = 0, site = 0;
    Role phone = Role::imap;
    bool has_phone = true, relay = false, polls_at_night = false, wifi_at_office = true, uses_vpn = false;
    double poll_minutes = 40;
    double typo = 0.02, webmail = 0.5, at_home = 0.2;
    std::uint8_t phone_agent = 0, office_agent = 0, browser_agent = 0;
    int first_day = 0, password_day = 0;
    int away_from = 0, away_to = -1;
    std::uint32_t away_provider = 0, away_line = 0;
    int off_from = 0, off_to = -1;                 // on holiday
    std::int64_t stale_from = 0, stale_until = 0;  // the phone holds an old password
    bool hammers = false;                          // it retries all the time
    bool old_device = false;                       // somewhere a tablet has failed for years
    int migrated = 0;                              // devices that have signed in to the new system, bit by role
  };
  struct Day {  // what one user does on one day, in ms from the user's midnight
    int number = 0;
    bool works = false, in_office = false, meeting = false, away = false;
    std::int64_t wakes = 0, leaves = 0, arrives = 0, departs = 0, back = 0, sleeps = 0;
  };

  void plan_day(int day);
  void live(User& user, int day);
  Day shape(User& user, int day);
  Place place(const User& user, const Day& day, std::int64_t at) const;
  Ip address(const User& user, const Day& day, Place place, std::int64_t at);
  void phone(User& user, const Day& day);
  void laptop(User& user, const Day& day);
  void errors(User& user, const Day& day);
  // A person signs in, mistyping now and then; returns when it worked, or -1 if given up.
  std::int64_t sign_in(User& user, const Day& day, Role role, std::uint8_t agent, std::int64_t at, Place place);
  // In the session that `from` began at `began`.
  void read_mail(const User& user, const Step& from, std::int64_t began, std::int64_t at);
  void machines(int day);
  void noise(int day);
  void migration_tool(int day);
  bool in_outage(std::int64_t at) const { return at >= outage_from_ && at < outage_until_; }
  Step login(Who who, Role role, std::uint8_t agent, const Ip& source) const;
  void failed(Step step, std::int64_t at, LoginReason reason = LoginReason::bad_password);
  void add(Step step, std::int64_t at);
  // A day for something that happens once, in the middle part of the evidence.
  int once_day(std::uint64_t salt) const;

  const Plan& plan_;
  const Names& names_;
  Rng rng_;
  std::vector<User> users_;
  std::vector<std::vector<Step>> hours_;
  Step signed_in_;  // by the last sign_in() that worked
  std::uint32_t sequence_ = 0;
  int meeting_day_ = -1, expiry_day_ = -1, migration_day_ = -1, branch_day_ = -1;
  std::int64_t egress_at_ = INT64_MAX, outage_from_ = INT64_MAX, outage_until_ = INT64_MAX;
};

}  // namespace tocsin::rehearse
