#include "tests/support/samples_json.h"

namespace tocsin::tests {

std::string sample_csv(std::size_t size) {
  std::string out =
      "\xef\xbb\xbf"
      "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,Note\r\n";
  int record = 0;
  do {
    const std::string number = std::to_string(++record);
    out += number +
           ",2021-03-04T05:06:07.0000000Z,2,New-InboxRule,anna@bell.example,"
           "\"{\"\"CreationTime\"\":\"\"2021-03-04T05:06:07\"\",\"\"Operation\"\":\"\"New-InboxRule\"\","
           "\"\"Workload\"\":\"\"Exchange\"\",\"\"Parameters\"\":[{\"\"Name\"\":\"\"ForwardTo\"\","
           "\"\"Value\"\":\"\"x@bell.example\"\"}]}\",\r\n";
    out +=
        number + ",2021-03-04T05:06:08Z,15,UserLoggedIn,\"Zo\xc3\xab, the \"\"bell\"\" ringer\",,\"two\r\nlines\"\r\n";
    out += number + ",2021-03-04T05:06:09Z,15,UserLoggedIn,carl@bell.example,,\"\"\r\n";
  } while (out.size() < size);
  return out;
}

}  // namespace tocsin::tests
