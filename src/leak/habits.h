// Habits of a dump: what is usual in it, so that what is not can be told. First every report is noted, then each is
// held against all of them (and against the originals, where there are some).
//
// Nothing here is proof: people travel, borrow machines and change programs. Memory is bounded by counts of keys.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "leak/verdict.h"

namespace tocsin::leak {

class Habits {
 public:
  // In the order of the dump. `original`: of the reference archive.
  void note(const ItemReport& report, bool original = false);
  // After all were noted: works out bursts and tells those of the whole dump.
  void settle(std::vector<Oddity>& of_dump);
  // Adds to the report's oddities; lets a loose file inherit the proof of the message that carried the same bytes.
  void judge(ItemReport& report) const;

 private:
  struct Usual {
    std::uint32_t total = 0;
    std::map<std::string, std::uint32_t> counts;
    void add(const std::string& value);
    bool rare(const std::string& value, std::uint32_t& times) const;
  };
  struct Edit {
    std::int64_t at;
    std::uint32_t folder, by, program;
    std::uint32_t burst;  // 0: of none
  };
  struct Carried {
    std::string by;
    Verdict verdict;
  };
  void note_document(const ItemReport& report, bool original);
  void note_message(const ItemReport& report);
  void judge_document(ItemReport& report) const;
  void judge_message(ItemReport& report) const;
  std::uint32_t number(const std::string& text);

  static constexpr std::size_t kKeysMax = 200'000, kEditsMax = 4'000'000;
  std::map<std::string, Usual> message_ids_, zones_, mailers_;
  std::map<std::string, std::uint32_t> numbers_;  // strings that edits have
  std::vector<Edit> edits_;
  std::map<std::string, std::uint32_t> edit_of_;  // item → edit
  std::vector<std::string> bursts_;
  struct Name {
    std::uint32_t edited = 0, folder = 0;
    bool elsewhere = false;  // an author, a sender or receiver, one of the originals, or of a second folder
  };
  std::map<std::string, Name> names_;
  Usual languages_, original_languages_, original_programs_;
  std::map<std::string, std::uint32_t> program_folders_;
  std::uint32_t documents_ = 0;
  std::unordered_map<std::string, Carried> carried_;  // by SHA-256
};

// "<12345.abc@host.example.org>" → "9.a@example.org": how a program builds its identifiers.
std::string message_id_shape(std::string_view id);
// "Microsoft Outlook 16.0" → "Microsoft Outlook": without versions.
std::string program_family(std::string_view program);

}  // namespace tocsin::leak
