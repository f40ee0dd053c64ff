// The fields of one message: the one walk that gives an event's demanded fields and the whole record.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ip.h"
#include "event/demand.h"
#include "event/record.h"
#include "mime/message.h"
#include "readers/mail/mail.h"

namespace tocsin::mail {

// Demanded names in any case: header fields are spelled in every way.
class Wanted {
 public:
  Wanted() = default;
  explicit Wanted(const Demand& demand);
  const std::vector<Slot>* find(std::string_view lower_name) const;

 private:
  std::unordered_map<std::string, std::vector<Slot>> slots_;
};

class FieldOut {
 public:
  FieldOut(const Wanted& wanted, std::vector<Field>& fields, Arena& memory)
      : wanted_(&wanted), fields_(&fields), memory_(memory) {}
  explicit FieldOut(Record& record) : record_(&record), memory_(record.memory) {}

  bool wants(std::string_view name) const;
  // The value is copied.
  void put(std::string_view name, std::string_view value, Kind kind = Kind::string);

 private:
  const Wanted* wanted_ = nullptr;
  std::vector<Field>* fields_ = nullptr;
  Record* record_ = nullptr;
  Arena& memory_;
};

// The way a message came, by its Received fields, newest first.
struct Way {
  std::vector<Ip> addresses;     // of each hop, whom it came from
  std::optional<Ip> source;      // Source.Ip: see mail.h
  std::string helo, taken_by;    // of that hop: what the source called itself, and the server that says so
  std::size_t source_field = 0;  // its Received field, index in Part::headers
};
Way way_of(const mime::Part& root);

struct Times {
  Time sent = Time::none(), delivered = Time::none();
  Time first_hop = Time::none();  // of the lowest Received
};
Times times_of(const mime::Part& root);

// A leaf that is a file to its reader, and no body: named, marked, or of no type that is shown as text.
bool is_attachment(const mime::Message& message, std::uint32_t part);
// Whether the part lies in a message inside the message.
std::vector<bool> nested_parts(const mime::Message& message);
// "report.zip", or one made of the type.
std::string attachment_name(const mime::Part& part);

void write_fields(std::string_view raw, const mime::Message& message, const Extra* extra, FieldOut& out);

}  // namespace tocsin::mail
