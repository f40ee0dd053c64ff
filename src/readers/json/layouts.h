// Layouts: what wrote this record, where its time stands, how its fields are named.
// Decided record by record, by the keys at the record's top. layout_table.cpp is the table.
//
//   source              recognised by (keys at the top)                            names of the fields
//   windows             Event{System}, System+EventData (evtx_dump, xmltodict,     normal form of Windows records
//                       Chainsaw, Velociraptor), winlog (Winlogbeat), EventID with
//                       Channel or provider (NXLog, Mordor, Sentinel, Splunk),
//                       Get-WinEvent, Hayabusa
//   sysmon-linux        the same, provider Linux-Sysmon                            the same
//   cloudtrail          eventSource eventName + awsRegion | userIdentity | …       AWS: eventName, userIdentity.type
//   m365                Operation + Workload | RecordType | …; AuditData opened    Office 365 management API
//   entra.signin        category *SignInLogs; Graph signIns; SigninLogs tables     as exported: ResultType,
//   properties.… entra.audit         category AuditLogs; Graph directoryAudits; tables          as exported entra.risk
//   riskEventType                                              as exported azure.activity      operationName +
//   subscription; activity log exports         as exported azure               any other diagnostic category as
//   exported suricata.<type>     event_type + flow_id | src_ip | …                          EVE zeek.<path> _path, else
//   by the keys of each log                        Zeek kubernetes.audit    auditID verb audit.k8s.io gcp.audit, gcp
//   protoPayload; logName                                      Google Cloud logging google_workspace.<application>
//   Reports API activity; protoPayload of admin, login okta github.audit onelogin bitbucket.audit duo opencanary
//   journald docker      the vendor's own json                everything else
#pragma once
#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "readers/json/tape.h"
#include "readers/json/walk.h"

namespace tocsin::json {

struct Heading {
  std::string_view source;
  Time time = Time::none();
  std::uint64_t record = 0;  // 0: it has no number of its own
  bool verbatim = true;      // its values are strings of this JSON text, and not of JSON within them or made up
  // The line of text that it carries, "" if none (lines/carried.h); `bare` where the line counts without a header too.
  std::string_view line = {};
  bool bare = false;
};
// Puts the fields of the record at `object` into `sink`. `inner` is room for a record inside the record.
Heading read_object(const Tape& tape, const Node& object, FieldSink& sink, bool valid_utf8, int utc_offset_minutes,
                    Tape& inner);

}  // namespace tocsin::json
