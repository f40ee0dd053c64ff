// The people, accounts and user agents of a rehearsal. All invented.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rehearse/random.h"

namespace tocsin::rehearse {

inline constexpr std::string_view kDomain = "parliament.example";

// Accounts by number. The first kCommonNames are those that bots guess (info, press, anna …); the last kServices serve
// machines.
class Names {
 public:
  static constexpr std::uint32_t kCommonNames = 14, kServices = 10;

  Names(std::uint32_t users, std::uint64_t seed);

  std::uint32_t users() const { return users_; }
  std::uint32_t services() const { return kServices; }  // numbers users() .. users() + services() - 1
  // "anna.berg", without the domain.
  const std::string& account(std::uint32_t number) const { return accounts_[number]; }
  std::uint32_t accounts() const { return static_cast<std::uint32_t>(accounts_.size()); }

  // An account that doesn't exist: what a leaked list or a dictionary offers. The same number gives the same name.
  std::string unknown(std::uint32_t number) const;
  // How the n-th user mistypes the own name.
  std::string mistyped(std::uint32_t number) const;

 private:
  std::uint32_t users_;
  std::vector<std::string> accounts_;
};

// What stands in the place of a user name to make a line read as another.
std::span<const std::string_view> forgeries();

// Names that bots try everywhere, none of which exists here.
std::span<const std::string_view> machine_names();

// What a device calls itself.
std::span<const std::string_view> user_agents();
enum class Agents : std::uint8_t { phone, office, browser, bot, truncated, legacy, tool };
// One of a kind of agents: an index into user_agents().
std::uint8_t pick_agent(Agents kind, std::uint64_t number);

}  // namespace tocsin::rehearse
