// Intruder: one attack's steps, in order of time. Internal to rehearse.
#pragma once
#include <map>
#include <vector>

#include "rehearse/address_plan.h"
#include "rehearse/names.h"
#include "rehearse/step.h"

namespace tocsin::rehearse {

class Intruder {
 public:
  Intruder(const Plan& plan, std::size_t attack, const Names& names, const AddressPlan& addresses);

  std::int64_t next_at() const;  // INT64_MAX: no more
  Step pop();
  AttackTruth truth(const Plan& plan) const;

 private:
  void choose_targets(const Plan& plan);
  void fill_pool(std::uint32_t count);
  Ip rented();
  Ip source(std::int64_t at);
  Ip residential();
  std::int64_t after(std::int64_t at, double per_hour);
  void attempt(Step& step);
  void triple(const Step& first);
  void steal(const Step& entry);
  void take(Step step, std::int64_t at);
  Who next_name();
  void later(Step step, std::int64_t at);
  void dress(Step& step);

  const Attack& attack_;
  const Names& names_;
  const AddressPlan& addresses_;
  Rng rng_;
  std::int64_t start_, end_, horizon_;
  double per_hour_ = 0;  // of all names together
  std::int64_t try_at_ = INT64_MAX, flush_at_ = INT64_MAX;
  std::vector<Who> list_;  // what is tried, in this round's order
  std::size_t turn_ = 0;
  std::map<std::uint32_t, std::int64_t> opens_;  // account → when the right password is on the list
  std::map<std::uint32_t, std::int64_t> entered_;
  std::vector<Ip> pool_;
  std::vector<bool> used_;
  std::vector<std::uint32_t> blocks_;
  std::int64_t swapped_ = 0;
  std::vector<Step> later_;  // a heap, earliest first
  std::uint32_t sequence_ = 0;

  std::vector<Ip> seen_;
  std::vector<bool> target_;
  std::int64_t first_ = -1, last_ = -1;
  std::uint64_t tries_ = 0, forged_ = 0, flushed_ = 0;
  struct Taken {
    std::int64_t first = -1, fiftieth = -1;
    std::uint32_t messages = 0;
  };
  std::map<std::uint32_t, Taken> taken_;
};

}  // namespace tocsin::rehearse
