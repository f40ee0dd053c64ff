#include "tests/support/samples_text.h"

#include <cstdio>
#include <ctime>
#include <functional>

namespace tocsin::tests {
namespace {

// Repeats what `round` writes, each round with its number, until the size is reached.
std::string grow(std::size_t size, std::string text, const std::function<void(std::string&, int)>& round) {
  int i = 0;
  do round(text, i++);
  while (text.size() < size);
  return text;
}

template <class... T>
std::string print(const char* format, T... values) {
  char buffer[2048];
  const int size = std::snprintf(buffer, sizeof buffer, format, values...);
  return {buffer, static_cast<std::size_t>(size)};
}

}  // namespace

std::string sample_lines(std::size_t size) {
  return grow(size, "", [](std::string& out, int i) {
    const int m = i / 60 % 60, s = i % 60;
    out += print(
        "2023-12-30T08:%02d:%02d.5+01:00 gate sshd[%d]: Accepted publickey for karin from 192.0.2.7 "
        "port %d ssh2\n",
        m, s, 100 + i, 40000 + i % 20000);
    out +=
        print("Dec 31 23:%02d:%02d mailhost postfix/smtpd[77]: connect from unknown[198.51.100.%d]\r\n", m, s, i % 250);
    out += print(
        "<86>Dec 31 23:%02d:%02d gate sudo:   karin : TTY=pts/1 ; PWD=/home/karin ; USER=root ; "
        "COMMAND=/bin/cat /etc/hosts\n",
        m, s);
    out += print(
        "<165>1 2024-01-01T00:%02d:%02d.003Z edge app 4711 ID47 "
        "[origin@32473 ip=\"192.0.2.1\" note=\"a \\\"b\\\" c\"] started %d\n",
        m, s, i);
    out += print(
        "<189>date=2024-01-01 time=00:%02d:%02d devname=\"fw1\" devid=\"X1\" "
        "logid=\"0100032001\" type=\"event\" "
        "subtype=\"system\" level=\"notice\" vd=\"root\" action=\"login\" msg=\"Administrator karin logged in\"\n",
        m, s);
    out +=
        print("Jan 01 2024 00:%02d:%02d: %%ASA-6-605005: Login permitted from 192.0.2.9/%d to inside:192.0.2.1/ssh\n",
              m, s, 1000 + i % 60000);
    out += print("CEF:0|Acme|Guard|1.2|100|Door \\| opened|5|src=192.0.2.4 msg=by hand, a\\=b rt=17040672%02d000\n", s);
    out += "a line of no known shape, with an accent: \xc3\xa9\n";
  });
}

}  // namespace tocsin::tests
