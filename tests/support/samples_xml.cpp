#include "tests/support/samples_json.h"

namespace tocsin::tests {

std::string sample_xml(std::size_t size) {
  std::string out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<Events>\r\n";
  int record = 100;
  do {
    const std::string number = std::to_string(++record);
    out +=
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        "<Provider Name='Microsoft-Windows-Security-Auditing' Guid='{54849625-5478-4994-a5ba-3e3b0328c30d}'/>"
        "<EventID>4624</EventID><Version>2</Version><Level>0</Level><Keywords>0x8020000000000000</Keywords>"
        "<TimeCreated SystemTime='2021-03-04T05:06:07.1234567Z'/><EventRecordID>" +
        number +
        "</EventRecordID>"
        "<Correlation/><Execution ProcessID='4' ThreadID='8'/><Channel>Security</Channel>"
        "<Computer>desk.example</Computer><Security/></System><EventData>"
        "<Data Name='TargetUserName'>anna &amp; co</Data><Data Name='LogonType'>3</Data>"
        "<Data Name='Empty'></Data><Data>bare one</Data><Data>bare two</Data></EventData></Event>\r\n";
    out +=
        "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\">\n  <System>\n"
        "    <Provider Name=\"Linux-Sysmon\" Guid=\"{ff032593-a8d3-4f13-b0d6-01fc615a0f97}\"/>\n"
        "    <EventID>1</EventID>\n    <TimeCreated SystemTime=\"2021-03-04T05:06:08.5Z\"/>\n"
        "    <Channel>Linux-Sysmon/Operational</Channel>\n    <Computer>web</Computer>\n  </System>\n"
        "  <EventData>\n    <Data Name=\"Image\">/usr/bin/curl</Data>\n    <Data Name=\"CommandLine\">curl "
        "http://bell.example/?a=1&amp;b=2</Data>\n  </EventData>\n</Event>\n";
    out +=
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='bell'/>"
        "<EventID Qualifiers='16384'>7</EventID><TimeCreated SystemTime='2021-03-04T05:06:09Z'/></System><UserData>"
        "<Ring xmlns='urn:bell' Loud='yes'><Tone>a</Tone><Tone>b</Tone></Ring></UserData></Event>\n";
  } while (out.size() < size);
  return out + "</Events>\n";
}

}  // namespace tocsin::tests
