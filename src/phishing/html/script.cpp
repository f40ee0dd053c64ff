#include "phishing/html/script.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "phishing/html/address.h"

namespace tocsin::phishing {
namespace {

struct Sign {
  std::string_view word;  // in lower case, blanks taken out
  std::string_view says;
  bool disguise = false;
};

constexpr std::array<Sign, 57> kAbilities = {{
    {"eval(", "runs text as code", true},
    {"eval.call", "runs text as code", true},
    {"function(\"", "runs text as code", true},
    {"function('", "runs text as code", true},
    {"function(`", "runs text as code", true},
    {"constructor(", "runs text as code", true},
    {"settimeout(\"", "runs text as code", true},
    {"settimeout('", "runs text as code", true},
    {"setinterval('", "runs text as code", true},
    {"import(", "loads code"},
    {"importscripts", "loads code"},
    {"createelement(\"script", "loads code"},
    {"createelement('script", "loads code"},
    {"createelement(`script", "loads code"},
    {"getscript(", "loads code"},
    {"document.write", "writes into the page"},
    {"innerhtml", "writes into the page"},
    {"outerhtml", "writes into the page"},
    {"insertadjacenthtml", "writes into the page"},
    {"atob(", "undoes base64", true},
    {"unescape(", "undoes escapes", true},
    {"decodeuricomponent(", "undoes escapes", true},
    {"fromcharcode", "builds text from numbers", true},
    {"fromcodepoint", "builds text from numbers", true},
    {"document.cookie", "reads cookies"},
    {"['cookie']", "reads cookies", true},
    {"[\"cookie\"]", "reads cookies", true},
    {"localstorage", "reads what the browser keeps"},
    {"sessionstorage", "reads what the browser keeps"},
    {"indexeddb", "reads what the browser keeps"},
    {"xmlhttprequest", "sends requests"},
    {"fetch(", "sends requests"},
    {"sendbeacon", "sends requests"},
    {"websocket(", "sends requests"},
    {"newimage", "sends requests"},
    {"$.ajax", "sends requests"},
    {"$.post", "sends requests"},
    {"$.get(", "sends requests"},
    {".submit()", "submits a form"},
    {"serviceworker", "stays in the browser"},
    {"postmessage", "talks to other windows"},
    {"parent.", "reaches the page around it"},
    {"top.", "reaches the page around it"},
    {"opener.", "reaches the page around it"},
    {"document.domain", "asks where it runs"},
    {"origin", "asks where it runs"},
    {"onkeydown", "listens to keys"},
    {"keypress", "listens to keys"},
    {"keyup", "listens to keys"},
    {"contentwindow", "reaches other frames"},
    {"contentdocument", "reaches other frames"},
    {"location=", "goes to another page"},
    {"location.href=", "goes to another page"},
    {"location.replace", "goes to another page"},
    {"location.assign", "goes to another page"},
    {"alert(", "shows that it runs"},
    {"alert`", "shows that it runs"},
}};

// What a script is after, by words of the software that it talks to.
constexpr std::array<Sign, 30> kAims = {{
    {"im_convert_path", "Roundcube: a command in the path of ImageMagick (CVE-2020-12641)"},
    {"im_identify_path", "Roundcube: a command in the path of ImageMagick (CVE-2020-12641)"},
    {"/installer", "Roundcube: its installer (CVE-2020-12641)"},
    {"_scope=", "Roundcube: search (as for CVE-2021-44026)"},
    {"_filter=", "Roundcube: search (as for CVE-2021-44026)"},
    {"session/**/", "a database query (as for CVE-2021-44026)"},
    {"unionselect", "a database query (as for CVE-2021-44026)"},
    {"union/**/select", "a database query (as for CVE-2021-44026)"},
    {"_task=mail", "Roundcube: mail"},
    {"_task=settings", "Roundcube: settings"},
    {"_task=addressbook", "Roundcube: address book"},
    {"managesieve", "mail filters: forwarding (T1114.003)"},
    {"request_token", "Roundcube: its request token"},
    {"rcmail", "Roundcube"},
    {"_remote=1", "Roundcube"},
    {"batchrequest", "Zimbra: its SOAP interface"},
    {"/service/soap", "Zimbra: its SOAP interface"},
    {"/service/home", "Zimbra: export of a mailbox"},
    {"createapppasswordrequest", "Zimbra: an application password (T1556.006)"},
    {"createapplicationpassword", "Zimbra: an application password (T1556.006)"},
    {"gettrusteddevices", "Zimbra: trusted devices"},
    {"getscratchcodes", "Zimbra: scratch codes of two-factor login (T1111)"},
    {"zmprefforward", "Zimbra: forwarding (T1114.003)"},
    {"zimbra", "Zimbra"},
    {"worldclient.dll", "MDaemon"},
    {"createapppassword", "an application password (T1556.006)"},
    {"/sogo/so/", "SOGo"},
    {"/imp/", "Horde"},
    {"/owa/", "Outlook on the web"},
    {"newidentity", "Horde: identities"},
}};

constexpr std::array<std::string_view, 12> kHarmlessEnds = {"returnfalse",
                                                            "returntrue",
                                                            "return",
                                                            "void(0)",
                                                            "void0",
                                                            "print()",
                                                            "history.back()",
                                                            "window.print()",
                                                            "window.close()",
                                                            "history.go(-1)",
                                                            "event.preventdefault()",
                                                            "event.stoppropagation()"};
constexpr std::array<std::string_view, 14> kDangerousNames = {
    "eval",  "alert", "prompt", "confirm", "function",    "settimeout", "import",
    "fetch", "atob",  "open",   "write",   "setinterval", "require",    "execscript"};

// Whose functions reach beyond the mail.
constexpr std::array<std::string_view, 18> kReaching = {
    "rcmail",   "rcube_webmail", "parent",     "top",     "opener", "document",
    "window",   "self",          "globalthis", "frames",  "$",      "jquery",
    "location", "navigator",     "zmappctxt",  "appctxt", "owa",    "top_"};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$'; }

// 'a', "a", 12, true, this, a list of them.
bool is_literals(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '\'' || c == '"') {
      const std::size_t close = text.find(c, at + 1);
      if (close == std::string_view::npos || text.substr(at, close - at).find('\\') != std::string_view::npos)
        return false;
      at = close + 1;
    } else if (std::isdigit(static_cast<unsigned char>(c)) || c == ',' || c == '.' || c == '-' || c == '#' ||
               c == '%') {
      ++at;
    } else {
      bool known = false;
      for (const std::string_view word : {"this", "event", "true", "false", "null"})
        if (text.substr(at).starts_with(word) &&
            (at + word.size() == text.size() || !is_word(text[at + word.size()]))) {
          at += word.size();
          known = true;
          break;
        }
      if (!known) return false;
    }
  }
  return true;
}

bool is_harmless(std::string_view statement) {
  if (statement.starts_with("javascript:")) statement.remove_prefix(11);
  if (statement.empty()) return true;
  if (std::ranges::find(kHarmlessEnds, statement) != kHarmlessEnds.end()) return true;
  if (statement.starts_with("return") && statement.size() > 6 && !is_word(statement[6]) &&
      is_literals(statement.substr(6)))
    return true;
  if (statement.starts_with("return")) statement.remove_prefix(6);  // blanks are gone: returntrack('x')
  // A name, dotted.
  std::size_t at = 0;
  while (at < statement.size() && (is_word(statement[at]) || statement[at] == '.')) ++at;
  const std::string_view name = statement.substr(0, at), rest = statement.substr(at);
  if (name.empty()) return is_literals(rest) && rest.find('<') == std::string_view::npos;
  if (rest.empty()) return true;  // a name alone does nothing
  const std::size_t dot = name.find_last_of('.');
  const std::string_view last = dot == std::string_view::npos ? name : name.substr(dot + 1);
  if (rest.starts_with('=') && !rest.starts_with("==")) {
    if (!(name.starts_with("this.") || name == "window.status" || name == "self.status" || name == "status"))
      return false;
    if (last.starts_with("on") && rest.substr(1) != "null" && rest.substr(1) != "''" && rest.substr(1) != "\"\"")
      return false;
    if (last.find("html") != std::string_view::npos || last == "href" || last == "action" || last == "srcdoc")
      return false;
    const std::string_view value = rest.substr(1);
    const std::string_view bare = value.size() > 2 ? value.substr(1) : std::string_view();
    return is_literals(value) && view_address(bare).scheme != Scheme::script;
  }
  if (rest.size() >= 2 && rest.front() == '(' && rest.back() == ')') {
    const std::string_view inside = rest.substr(1, rest.size() - 2);
    const std::string lowered = lower_ascii(last);
    if (name == "window.open" || name == "open") {
      const std::string_view url = inside.size() > 1 ? inside.substr(1) : std::string_view();
      return is_literals(inside) && (url.starts_with("http://") || url.starts_with("https://"));
    }
    if (std::ranges::find(kDangerousNames, lowered) != kDangerousNames.end()) return false;
    if (std::ranges::find(kReaching, name.substr(0, name.find('.'))) != kReaching.end()) return false;
    return is_literals(inside) && inside.find('<') == std::string_view::npos;
  }
  return false;
}

// All that the code says in another way than in letters.
void append_undone(std::string& out, std::string_view code) {
  const auto hex = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  if (code.find('\\') != std::string_view::npos || code.find('%') != std::string_view::npos) {
    std::string undone;
    for (std::size_t i = 0; i < code.size(); ++i) {
      if (code[i] == '\\' && i + 1 < code.size() && (code[i + 1] == 'x' || code[i + 1] == 'u')) {
        std::size_t p = i + 2;
        const bool braced = p < code.size() && code[p] == '{';
        p += braced;
        const std::size_t most = braced ? 6 : code[i + 1] == 'x' ? 2 : 4, begin = p;
        unsigned value = 0;
        while (p < code.size() && p - begin < most && hex(code[p]) >= 0)
          value = value * 16 + static_cast<unsigned>(hex(code[p++]));
        if (p > begin) {
          if (braced && p < code.size()) ++p;
          undone += value < 0x80 ? static_cast<char>(value) : '?';
          i = p - 1;
          continue;
        }
      }
      undone += code[i];
    }
    undone = decode_percent(undone);
    if (undone != code) out += '\n' + undone;
  }
  // Runs of base64.
  std::size_t at = 0;
  while (at < code.size() && out.size() < kScriptMax) {
    const auto is_base64 = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '/'; };
    while (at < code.size() && !is_base64(code[at])) ++at;
    const std::size_t begin = at;
    while (at < code.size() && is_base64(code[at])) ++at;
    if (at - begin < 12) continue;
    const std::string decoded = decode_base64(code.substr(begin, at - begin), kScriptMax);
    const auto printable =
        std::ranges::count_if(decoded, [](char c) { return c >= 0x20 || c == '\n' || c == '\t' || c == '\r'; });
    if (decoded.size() >= 8 && static_cast<std::size_t>(printable) == decoded.size()) out += '\n' + decoded;
  }
  // Lists of character codes.
  std::string numbers;
  unsigned value = 0, digits = 0, separators = 0;
  for (const char c : code.substr(0, kScriptMax)) {
    if (std::isdigit(static_cast<unsigned char>(c))) {
      value = std::min(value * 10 + static_cast<unsigned>(c - '0'), 100'000u);
      ++digits;
      continue;
    }
    if (digits > 0 && value >= 0x20 && value < 0x7f) numbers += static_cast<char>(value), separators = 0;
    value = digits = 0;
    if (c != ',' && c != ' ' && ++separators > 1) {
      if (numbers.size() >= 4) out += '\n' + numbers;
      numbers.clear();
    }
  }
  if (numbers.size() >= 4) out += '\n' + numbers;
}

}  // namespace

ScriptView view_script(std::string_view code) {
  ScriptView out;
  out.plain = std::string(code.substr(0, kScriptMax));
  append_undone(out.plain, code.substr(0, kScriptMax));
  if (out.plain.size() > 2 * kScriptMax) out.plain.resize(2 * kScriptMax);
  const std::string dense = lower_ascii(squeezed(out.plain));
  for (const Sign& sign : kAbilities)
    if (dense.find(sign.word) != std::string::npos) {
      out.disguised |= sign.disguise;
      if (std::ranges::find(out.abilities, sign.says) == out.abilities.end()) out.abilities.push_back(sign.says);
    }
  for (const Sign& sign : kAims)
    if (dense.find(sign.word) != std::string::npos && std::ranges::find(out.aims, sign.says) == out.aims.end())
      out.aims.push_back(sign.says);
  // Statement by statement, quotes respected.
  const std::string whole = lower_ascii(squeezed(code.substr(0, 2000)));
  out.inert = code.size() <= 2000;
  std::size_t begin = 0;
  char quote = 0;
  for (std::size_t i = 0; i <= whole.size() && out.inert; ++i) {
    if (i < whole.size()) {
      if (quote) {
        if (whole[i] == quote) quote = 0;
        continue;
      }
      if (whole[i] == '\'' || whole[i] == '"') quote = whole[i];
      if (whole[i] != ';') continue;
    }
    out.inert = is_harmless(std::string_view(whole).substr(begin, i - begin));
    begin = i + 1;
  }
  if (quote) out.inert = false;
  return out;
}

}  // namespace tocsin::phishing
