#include "decoys/input_words.h"

#include <algorithm>

namespace tocsin::decoys {
namespace {

// What columns and keys are called that hold names; compared in lower case behind the last dot.
constexpr std::string_view kColumns[] = {"all_domains",
                                         "answers",
                                         "cname",
                                         "cn",
                                         "common_name",
                                         "commonname",
                                         "dns",
                                         "dns_names",
                                         "dnsname",
                                         "dnsnames",
                                         "dns_query",
                                         "domain",
                                         "domain_name",
                                         "domainname",
                                         "domains",
                                         "email",
                                         "fqdn",
                                         "from",
                                         "host",
                                         "host_name",
                                         "hostname",
                                         "hostnames",
                                         "http_host",
                                         "indicator",
                                         "name",
                                         "name_value",
                                         "names",
                                         "ns",
                                         "qname",
                                         "queries",
                                         "query",
                                         "query_name",
                                         "queryname",
                                         "question",
                                         "question_name",
                                         "rrname",
                                         "san",
                                         "san.dns",
                                         "sans",
                                         "sender",
                                         "server_name",
                                         "servername",
                                         "sni",
                                         "subject",
                                         "subject_alt_name",
                                         "subject_alternative_name",
                                         "subject_cn",
                                         "subjectaltname",
                                         "uri",
                                         "url",
                                         "urls"};

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool names_names(std::string_view key) {
  if (key.size() > 64) return false;
  std::string small = lower(trimmed(key));
  std::replace(small.begin(), small.end(), ' ', '_');
  if (std::ranges::binary_search(kColumns, small)) return true;
  const std::size_t dot = small.rfind('.');
  return dot != std::string::npos && std::ranges::binary_search(kColumns, std::string_view(small).substr(dot + 1));
}

}  // namespace tocsin::decoys
