// The three shapes share little but their shortness, so each is a walk from the front:
//   [vhost[:port] ]client ident user [time] "request" status bytes[ "referer" "agent"[ …]]
//   client:port [time] frontend backend/server timers status bytes … "request"      (HAProxy, option httplog)
//   epoch.ms elapsed client action/status bytes method url user hierarchy/peer type  (Squid, native)
#include "readers/access/line.h"

#include <algorithm>

#include "base/ip.h"

namespace tocsin::access {

const std::string_view kNames[kNameCount] = {
    "timestamp",  "cs-host",       "c-ip",         "c-port",          "cs-username", "cs-method",
    "cs-uri",     "cs-uri-stem",   "cs-uri-query", "cs-version",      "sc-status",   "sc-bytes",
    "cs-referer", "cs-user-agent", "time-taken",   "s-action",        "s-hierarchy", "rs-content-type",
    "s-frontend", "s-backend",     "c-uri",        "x-forwarded-for", "message"};

namespace {

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

std::string_view token(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view out = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return out;
}

// A quoted value, or a bare word. Backslashes hide quotes.
std::string_view quoted(std::string_view& rest) {
  if (!rest.starts_with('"')) return token(rest);
  std::size_t i = 1;
  while (i < rest.size() && rest[i] != '"') i += rest[i] == '\\' ? 2 : 1;
  i = std::min(i, rest.size());
  const std::string_view out = rest.substr(1, i - 1);
  rest.remove_prefix(std::min(i + 1, rest.size()));
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  return out;
}

std::string_view unless_dash(std::string_view text) { return text == "-" ? std::string_view{} : text; }
bool is_number(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }
bool is_status(std::string_view text) { return text.size() == 3 && is_number(text); }

// An address or host name, perhaps with a port.
bool is_address(std::string_view text) {
  return !text.empty() && text.size() < 256 &&
         std::ranges::all_of(
             text,
             [](char c) {
               return is_digit(c) || static_cast<unsigned char>((c | 32) - 'a') < 26 || c == '.' || c == ':' ||
                      c == '-' || c == '_' || c == '[' || c == ']' || c == '%';
             });
}

bool read_squid(std::string_view rest, Line& out) {
  if (rest.empty() || !is_digit(rest[0]) || !text::read_stamp(rest, out.stamp, true) || !out.stamp.is_epoch)
    return false;
  out.time = rest.substr(0, out.stamp.size);
  rest.remove_prefix(out.stamp.size);
  const auto next = [&] {
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    return token(rest);
  };
  out.elapsed = next();
  out.client = next();
  const std::string_view action = next();
  const std::size_t slash = action.find('/');
  if (slash == std::string_view::npos || !is_number(action.substr(slash + 1)) || !is_address(out.client)) return false;
  out.extra[0] = action.substr(0, slash);
  out.status = action.substr(slash + 1);
  out.bytes = next();
  if (!is_number(out.bytes)) return false;
  // Method and URL make a request line without its version.
  const std::string_view method = next(), url = next();
  if (url.empty()) return false;
  out.request = {method.data(), static_cast<std::size_t>(url.data() + url.size() - method.data())};
  out.user = unless_dash(next());
  out.extra[1] = next();
  out.extra[2] = unless_dash(next());
  out.shape = Shape::squid;
  return true;
}

// The `[time]` at the front.
bool read_time(std::string_view& rest, Line& out) {
  if (!rest.starts_with('[')) return false;
  const std::size_t close = rest.substr(0, 64).find(']');
  if (close == std::string_view::npos || !text::read_stamp(rest.substr(1), out.stamp) || !out.stamp.dated())
    return false;
  out.time = rest.substr(1, close - 1);
  rest.remove_prefix(std::min(close + 1, rest.size()));
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  return true;
}

bool read_haproxy(std::string_view rest, Line& out) {
  const std::string_view client = token(rest);
  const std::size_t colon = client.rfind(':');
  if (colon == std::string_view::npos || !is_number(client.substr(colon + 1)) || !is_address(client)) return false;
  if (!read_time(rest, out)) return false;
  out.client = client.substr(0, colon);
  out.port = client.substr(colon + 1);
  out.extra[0] = token(rest);
  out.extra[1] = token(rest);
  std::string_view timers = token(rest);
  if (timers.find('/') == std::string_view::npos) timers = token(rest);  // a host that the configuration puts in front
  out.elapsed = timers.substr(timers.rfind('/') + 1);
  if (timers.find('/') == std::string_view::npos) return false;
  const std::string_view status = token(rest);
  out.status = is_status(status) ? status : std::string_view{};
  out.bytes = token(rest);
  const std::size_t quote = rest.find('"');
  if (quote == std::string_view::npos) return false;
  rest.remove_prefix(quote + 1);
  const std::size_t closing = std::min(rest.rfind('"'), rest.size());
  out.request = rest.substr(0, closing);
  // The HTTPS format goes on with five counters, then SNI/version/cipher.
  if (const std::size_t last = rest.rfind(' '); last != std::string_view::npos && last > closing) {
    const std::string_view tls = rest.substr(last + 1);
    const std::size_t slash = tls.find('/');
    if (slash != std::string_view::npos && tls.substr(slash).starts_with("/TLSv"))
      out.host = unless_dash(tls.substr(0, slash));
  }
  out.shape = Shape::haproxy;
  return true;
}

bool read_server(std::string_view line, Line& out) {
  std::size_t bracket = 0;
  // The first bracket that holds a time; user names may hold brackets and blanks.
  std::string_view rest;
  while (true) {
    bracket = line.substr(0, 1024).find('[', bracket);
    if (bracket == std::string_view::npos) return false;
    rest = line.substr(bracket);
    if (read_time(rest, out)) break;
    ++bracket;
  }
  std::string_view front = line.substr(0, bracket);
  if (front.ends_with(' ')) front.remove_suffix(1);
  if (front.empty()) return false;
  const std::string_view first = token(front);
  if (!is_address(first)) return false;
  // "Mar  4 10:12:30 web1 nginx: …" has a log daemon's header in front, which the reader of lines takes off.
  if (text::Stamp header; (!is_digit(first[0]) || first.size() >= 19) && text::read_stamp(line, header)) return false;
  std::string_view ident = token(front);
  out.client = first;
  // `vhost client ident user`: one word more in front.
  const std::size_t second_blank = front.find(' ');
  if (second_blank != std::string_view::npos && is_address(ident) && ident.size() > 1 &&
      (ident.find('.') != std::string_view::npos || ident.find(':') != std::string_view::npos)) {
    out.host = first;
    out.client = ident;
    ident = token(front);
  }
  while (front.starts_with("- ")) front.remove_prefix(2);  // formats that put more columns where ident was
  out.user = unless_dash(front);
  if (out.user == "\"\"") out.user = {};
  // `[time] vhost "request"`
  if (const std::size_t blank = rest.find(' '); !rest.starts_with('"') && blank != std::string_view::npos &&
                                                blank + 1 < rest.size() && rest[blank + 1] == '"' &&
                                                is_address(rest.substr(0, blank))) {
    if (out.host.empty()) out.host = rest.substr(0, blank);
    rest.remove_prefix(blank + 1);
  }
  if (!rest.starts_with('"')) return false;
  out.request = quoted(rest);
  const std::string_view status = token(rest);
  if (!is_status(status) && status != "-") return false;
  out.status = unless_dash(status);
  const std::string_view bytes = token(rest);
  out.bytes = is_number(bytes) ? bytes : std::string_view{};
  if (rest.starts_with('"') || rest.starts_with("- ")) {
    out.referer = unless_dash(quoted(rest));
    if (rest.starts_with('"')) out.agent = unless_dash(quoted(rest));
    // What formats add behind: "192.0.2.1, 192.0.2.2", with or without its name before it.
    if (rest.starts_with("X-Forwarded-For=")) rest.remove_prefix(16);
    if (rest.starts_with('"')) {
      const std::string_view added = unless_dash(quoted(rest));
      if (Ip::parse(added.substr(0, added.find(',')))) out.forwarded = added;
    }
  }
  out.shape = Shape::server;
  return true;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 32);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// \" \\ and \xHH as Apache and nginx write them, and Apache's \n \r \t.
std::string_view unescape(std::string_view text, text::Sink& sink) {
  if (text.find('\\') == std::string_view::npos) return text;
  char* out = sink.memory().allocate(text.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      const char c = text[i + 1];
      if (c == 'x' && i + 3 < text.size() && hex_digit(text[i + 2]) >= 0 && hex_digit(text[i + 3]) >= 0) {
        out[size++] = static_cast<char>(hex_digit(text[i + 2]) * 16 + hex_digit(text[i + 3]));
        i += 3;
        continue;
      }
      const std::size_t known = std::string_view("\"\\nrt").find(c);
      if (known != std::string_view::npos) {
        out[size++] = "\"\\\n\r\t"[known];
        ++i;
        continue;
      }
    }
    out[size++] = text[i];
  }
  sink.set_repair(true);  // escapes may spell bytes that aren't UTF-8
  return {out, size};
}

bool is_method(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         std::ranges::all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '<'; });
}

void put_request(std::string_view raw, Shape shape, text::Sink& sink, std::size_t base) {
  std::string_view rest = unescape(raw, sink);
  if (rest.empty()) return;
  const std::size_t blank = rest.find(' ');
  const std::string_view method = rest.substr(0, blank);
  std::string_view version;
  if (blank != std::string_view::npos && is_method(method)) {
    sink.put(base + kMethod, method);
    rest.remove_prefix(blank + 1);
    // The target may hold blanks; only a version is cut off its end.
    if (const std::size_t last = rest.rfind(' ');
        last != std::string_view::npos && rest.substr(last + 1).starts_with("HTTP/")) {
      version = rest.substr(last + 1);
      rest = rest.substr(0, last);
    }
  }
  const std::size_t mark = rest.find('?');
  sink.put(base + kUri, rest);
  if (shape == Shape::squid) sink.put(base + kProxyUri, rest);
  std::string_view stem = rest.substr(0, mark);
  // A proxy's target names its host.
  if (const std::size_t scheme = stem.find("://"); scheme != std::string_view::npos && scheme < 12) {
    const std::size_t host = scheme + 3, slash = std::min(stem.find('/', host), stem.size());
    if (shape == Shape::squid) sink.put(base + kHost, stem.substr(host, slash - host));
    if (slash < stem.size()) stem.remove_prefix(slash);
  } else if (shape == Shape::squid && method == "CONNECT") {
    sink.put(base + kHost, stem.substr(0, stem.rfind(':')));
  }
  sink.put(base + kStem, stem);
  if (mark != std::string_view::npos) sink.put(base + kQuery, rest.substr(mark + 1));
  if (!version.empty()) sink.put(base + kVersion, version);
}

}  // namespace

Line read_line(std::string_view line) {
  Line out;
  if (read_server(line, out)) return out;
  out = {};
  if (read_haproxy(line, out)) return out;
  out = {};
  if (read_squid(line, out)) return out;
  return {};
}

std::string_view source_of(Shape shape) {
  constexpr std::string_view kSources[] = {"text", "webserver", "haproxy", "squid"};
  return kSources[static_cast<int>(shape)];
}

void put(const Line& line, std::string_view whole, text::Sink& sink, std::size_t base) {
  if (line.shape == Shape::none) {
    sink.put(base + kMessage, whole);
    return;
  }
  const auto put_text = [&](Name name, std::string_view value, Kind kind = Kind::string) {
    if (!value.empty() && sink.wants(base + name)) sink.put(base + name, unescape(value, sink), kind);
  };
  put_text(kTimestamp, line.time);
  put_text(kHost, line.host);
  put_text(kClient, line.client);
  put_text(kPort, line.port, Kind::integer);
  put_text(kUser, line.user);
  if (!line.request.empty() && line.request != "-") put_request(line.request, line.shape, sink, base);
  put_text(kStatus, line.status, Kind::integer);
  put_text(kBytes, line.bytes, Kind::integer);
  put_text(kReferer, line.referer);
  put_text(kAgent, line.agent);
  put_text(kForwarded, line.forwarded);
  put_text(kElapsed, line.elapsed);
  if (line.shape == Shape::haproxy) {
    put_text(kFrontend, line.extra[0]);
    put_text(kBackend, line.extra[1]);
  } else if (line.shape == Shape::squid) {
    put_text(kAction, line.extra[0]);
    put_text(kHierarchy, line.extra[1]);
    put_text(kType, line.extra[2]);
  }
}

}  // namespace tocsin::access
