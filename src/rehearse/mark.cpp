#include "rehearse/mark.h"

#include "rehearse/formats.h"

namespace tocsin::rehearse {
namespace {

// What stands before and after the words, in each format; `*` stands for a time, a host's name, an id.
struct Form {
  std::string_view before, after;
};
constexpr Form kForms[] = {
    {"", "; all names and addresses in this folder are invented"},  // the file EXERCISE
    {"# ", ""},                                                     // nginx
    {"#Remark: ", ""},                                              // W3C
    {"<!-- ", " -->"},                                              // XML
    {"* tocsin-rehearse: ", ""},                                    // syslog
    {"[*]: ", ""},                                                  // Roundcube
    {R"x(date=* devname="*" devid="*" eventtime=* tz="*" logid="*" type="*" subtype="*" level="*" vd="*" )x"
     R"x(logdesc="Exercise" msg=")x",
     "\""},  // FortiGate
    {R"x({"time":"*","category":"Exercise","operationName":")x", R"x(","tenantId":"*"})x"},
    {R"x({"CreationTime":"*","Id":"*","Operation":")x",
     R"x(","OrganizationId":"*","RecordType":0,"Workload":"Exercise"})x"},
};
constexpr std::size_t kStarMax = 200;

// `*` is text up to the first place where what follows it stands, with nothing in it that could end a field.
bool fits(std::string_view text, std::string_view form) {
  for (;;) {
    const std::size_t star = std::min(form.find('*'), form.size());
    if (!text.starts_with(form.substr(0, star))) return false;
    text.remove_prefix(star);
    if (star == form.size()) return text.empty();
    form.remove_prefix(star + 1);
    const std::size_t at = text.find(form.substr(0, form.find('*')));
    if (at == std::string_view::npos || at > kStarMax) return false;
    const std::string_view star_text = text.substr(0, at);
    if (star_text.find('"') != std::string_view::npos || star_text.find(": ") != std::string_view::npos) return false;
    text.remove_prefix(at);
  }
}

bool is_mark(std::string_view line) {
  const std::size_t at = line.find(kExercise);
  if (at == std::string_view::npos) return false;
  for (const Form& form : kForms)
    if (fits(line.substr(0, at), form.before) && fits(line.substr(at + kExercise.size()), form.after)) return true;
  return false;
}

}  // namespace

bool says_exercise(std::string_view head) {
  for (int count = 0; count < 8 && !head.empty(); ++count) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (is_mark(line)) return true;
    // Only comments and declarations may stand before it.
    if (!line.starts_with('#') && !line.starts_with("<?") && !line.starts_with("<!")) return false;
  }
  return false;
}

}  // namespace tocsin::rehearse
