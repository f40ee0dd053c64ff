// Formats: a simulation's activities as the records of real products.
//
// One table; help texts and tests walk it. What each writes follows the product's own documentation and public samples
// (src/rehearse/*_formats.cpp name what is peculiar). Every file begins with a line that says EXERCISE in the
// format's own comment form, or as a record of its own where it has none.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rehearse/simulation.h"

namespace tocsin::rehearse {

// What the EXERCISE line says, in every format. Whoever finds it in a file's first line knows what the file is.
inline constexpr std::string_view kExercise = "EXERCISE: synthetic evidence made by tocsin rehearse";

struct FormatContext {
  const Networks* networks = nullptr;
  Time start;
  int utc_offset_minutes = 0;
};

// Writes one file, in order of time. Each appends whole records.
class FormatWriter {
 public:
  virtual ~FormatWriter() = default;
  virtual void begin(std::string& out) = 0;
  virtual void login(const Labelled& one, std::string& out) = 0;
  virtual void mail(const Labelled&, std::string&) {}
  virtual void change(const Labelled&, std::string&) {}
  virtual void end(std::string&) {}
};

struct FormatSpec {
  std::string_view name, summary;
  std::string_view file;              // written below DIR
  std::span<const Role> serves;       // whose logins it speaks of, where several formats could: the first in the table
  bool mail = false, change = false;  // it can tell of mail access, of mailbox changes
  bool companion = false;             // it serves nobody, but has a record for webmail logins that another tells of
  std::unique_ptr<FormatWriter> (*make)(const FormatContext& context);
};

std::span<const FormatSpec* const> all_formats();
const FormatSpec* find_format(std::string_view name);

// Each file's own table.
extern const FormatSpec openssh_format, dovecot_format, postfix_format, roundcube_format, nginx_format;
extern const FormatSpec iis_format, fortigate_format, windows_format, entra_format, m365_format;

// Parts that several formats use.
std::string without_domain(std::string_view user);  // "anna.berg"; text without our domain stays as it is
std::string with_domain(std::string_view user);
std::string syslog_time(Time time, int utc_offset_minutes);  // 2026-01-05T08:00:00.123000+01:00, as rsyslog writes it
Time local(Time time, int utc_offset_minutes);
std::string uuid(std::uint64_t number);

}  // namespace tocsin::rehearse
