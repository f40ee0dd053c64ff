// One record (line) of the Linux audit system, and the fields of the records that
// make up one event.
//
//   [prefix ][node=N ]type=T msg=audit(SECONDS.mmm:SERIAL): key=value …[0x1d KEY="interpreted" …]
//
// Format: github.com/linux-audit/audit-documentation, "Audit Event Format Specification".
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "readers/text/sink.h"

namespace tocsin::auditd {

struct RecordLine {
  std::string_view node, type;
  std::string_view stamp;  // "SECONDS.mmm:SERIAL": with the node, the event's identity
  Time time = Time::none();
  std::uint64_t serial = 0;
  std::string_view body;  // key=value …
};

// False for a line that isn't an audit record.
bool read_record(std::string_view line, RecordLine& out);

enum Name : std::size_t {
  kType,
  kNode,
  kSyscallName,
  kCommandLine,
  kImage,
  kCurrentDirectory,
  kUser,
  kProcessId,
  kParentProcessId,
  kTargetFilename,
  kSocketFamily,
  kSocketAddress,
  kSocketPort,
  kSocketPath,
  kDestinationIp,
  kDestinationPort,
  kInitiated,
  kResult,
  kPermissions,
  kMessage,
  kNameCount
};
extern const std::string_view kNames[kNameCount];

// All fields of one event's records, in order, then what follows from them taken together (from SYSCALL on in the
// list above). `base` is the index of kType in the sink's names.
void put_event(std::span<const RecordLine> records, text::Sink& sink, std::size_t base = 0);

}  // namespace tocsin::auditd
