// Linux audit logs. The records of one event (same node, time and serial) become one Event, source "auditd", even where
// events interleave: `type` and other names repeat, in the records' order.
//
// Names are the records' own (`syscall`, `exe`, `key`, `a0` … from EXECVE with split arguments joined, enriched ones in
// upper case); hexadecimal strings are decoded. Added: `SYSCALL` by name where it isn't there, and for Sigma's Linux
// process, file and network rules `CommandLine`, `Image`, `CurrentDirectory`, `User`, `ProcessId`, `ParentProcessId`,
// `TargetFilename` (paths created), `DestinationIp`, `DestinationPort`, `Initiated`; `saddr_fam`, `laddr`, `lport`,
// `path` from saddr. Records of one event more than half a megabyte apart may become two events. Other lines are source
// "text".
#pragma once
#include "readers/reader.h"

namespace tocsin::auditd {
extern const ReaderSpec spec;
}
