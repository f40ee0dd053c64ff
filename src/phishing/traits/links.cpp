// Where the mail leads.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "base/ip.h"
#include "base/suffix.h"
#include "phishing/html/address.h"
#include "phishing/traits/trait.h"

namespace tocsin::phishing {
namespace {

using Use = Knowledge::Use;

// What a gateway's wrapper points to; the address itself where it is none.
std::string unwrapped(const Context& c, const Link& link) {
  if (!c.know.is(Use::wrapper, link.url.host)) return link.target;
  for (const std::string_view key : {"url=", "u=", "Url=", "target="}) {
    const std::size_t at = link.url.query.find(key);
    if (at == std::string::npos || (at > 0 && link.url.query[at - 1] != '&')) continue;
    std::string value = link.url.query.substr(at + key.size());
    value = decode_percent(value.substr(0, value.find('&')));
    if (link.url.host.find("urldefense") != std::string::npos) {  // version 2: "-" for "%", "_" for "/"
      std::string again;
      for (const char ch : value) again += ch == '-' ? '%' : ch == '_' ? '/' : ch;
      value = decode_percent(again);
    }
    if (value.find("://") != std::string::npos) return value;
  }
  return link.target;
}

// The site that the text of a link names: "www.example.org/x", "https://example.org".
std::string shown_host(std::string_view shown) {
  const std::string text = lower_ascii(trimmed(shown));
  if (text.empty() || text.size() > 300 || text.find(' ') != std::string::npos || text.find('@') != std::string::npos)
    return {};
  Url url;
  if (text.starts_with("http://") || text.starts_with("https://"))
    return parse_url(text, url) ? url.host : std::string();
  if (text.find('.') == std::string::npos) return {};
  if (!parse_url("https://" + text, url) || url.host.find('.') == std::string::npos) return {};
  const std::string_view name = PublicSuffixes::system().registrable(url.host);
  if (name.empty()) return {};
  // "report.pdf" or "e.g." is no site: the suffix has to be a common one, unless it begins with www.
  static constexpr std::string_view kCommon[] = {"com", "org", "net", "gov", "edu", "info",
                                                 "eu",  "int", "mil", "biz", "io"};
  const std::string_view suffix = url.host.substr(url.host.find_last_of('.') + 1) == ""
                                      ? std::string_view()
                                      : std::string_view(url.host).substr(url.host.find_last_of('.') + 1);
  if (url.host.starts_with("www.") || suffix.size() == 2 || std::ranges::find(kCommon, suffix) != std::end(kCommon))
    return url.host;
  return {};
}

bool holds_receiver(const Facts& facts, const std::string& text) {
  if (text.size() < 6) return false;
  const std::string low = lower_ascii(decode_percent(text));
  for (const Mailbox& to : facts.to) {
    if (to.address.size() < 6 || to.domain.empty()) continue;
    if (low.find(to.address) != std::string::npos) return true;
  }
  // base64 of an address.
  for (const Mailbox& to : facts.to) {
    if (to.address.size() < 6 || to.domain.empty()) continue;
    std::size_t at = 0;
    while (at < text.size()) {
      while (at < text.size() && !std::isalnum(static_cast<unsigned char>(text[at]))) ++at;
      const std::size_t begin = at;
      while (at < text.size() &&
             (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '+' || text[at] == '/'))
        ++at;
      if (at - begin >= 8 &&
          lower_ascii(decode_base64(std::string_view(text).substr(begin, at - begin), 300)).find(to.address) !=
              std::string::npos)
        return true;
    }
  }
  return false;
}

// Addresses and machines of the house: monitoring, wikis, printers write of them.
bool is_inside(const Url& url) {
  if (!url.address && url.host.find('.') == std::string::npos) return true;
  const auto ip = url.address ? Ip::parse(url.host) : std::nullopt;
  return (ip && ip->is_private()) || url.host.ends_with(".local") || url.host.ends_with(".lan") ||
         url.host.ends_with(".internal") || url.host.ends_with(".intranet");
}

// Short addresses that a program of the house gives its own pages: maps and photos lead nowhere else.
bool is_share_of_own(const Url& url) {
  return (url.host == "goo.gl" && url.path.starts_with("/maps")) || url.host == "maps.app.goo.gl" ||
         url.host == "photos.app.goo.gl" || url.host == "wa.me";
}

// 178-162-245-30.cloud.example: the name that a provider gives a rented machine.
bool is_rented(std::string_view host) {
  std::size_t groups = 0, digits = 0;
  for (std::size_t i = 0; i <= host.size(); ++i) {
    if (i < host.size() && std::isdigit(static_cast<unsigned char>(host[i]))) {
      ++digits;
      continue;
    }
    const bool mark = i < host.size() && (host[i] == '-' || host[i] == '.');
    groups = digits > 0 && digits <= 3 ? groups + 1 : 0;
    if (groups == 4) return true;
    if (!mark) groups = 0;
    digits = 0;
  }
  return false;
}

bool is_asset(const Url& url) {
  for (const std::string_view end : {".png", ".jpg", ".jpeg", ".gif", ".css", ".svg", ".webp", ".woff", ".pdf", ".ics"})
    if (url.path.ends_with(end)) return true;
  return false;
}

void mismatch(Context& c, const Link& link, const Url& real) {
  const std::string shown = shown_host(link.shown);
  if (shown.empty()) return;
  const std::string shown_registrable = registrable_of(shown);
  if (shown_registrable == real.registrable) return;
  // An honest newsletter's own address behind its click domain.
  const bool own = shown_registrable == c.facts.from.registrable;
  const bool click = c.know.is(Use::click, real.host) || real.registrable == c.facts.from.registrable;
  std::string how;
  const bool cloaked = real.address || c.know.is(Use::shortener, real.host) || c.know.is(Use::free_page, real.host) ||
                       c.know.imitated(real.host, real.registrable, how) != nullptr;
  const bool valuable = c.know.is_brand_domain(shown_registrable) || c.facts.to_domain(shown_registrable);
  const std::string text = fmt::format("a link shows {} and leads to {}", shown, real.host);
  if (click && !(cloaked && !c.know.is(Use::shortener, real.host)))
    c.weak("link-text-differs", 0.2, text);
  else if (cloaked || (valuable && !own))
    c.strong("link-text-differs", cloaked && valuable ? 3.0 : 2.2, text, {"T1566.002", "T1036"});
  else
    c.weak("link-text-differs", own ? 0.4 : 0.9, text);
}

void strange_schemes(Context& c, const Link& link) {
  const AddressView view = view_address(link.target);
  const std::string low = lower_ascii(squeezed(link.target));
  if (view.scheme == Scheme::data) {
    const DataAddress data = read_data(view.rest);
    if (data.type.find("html") != std::string::npos || data.type.find("svg") != std::string::npos)
      c.strong("link-is-page", 3.5, "a link holds a whole page in its address (data:)", {"T1566.002"});
    return;
  }
  for (const std::string_view scheme : {"search-ms:", "search:query", "ms-msdt:", "ms-officecmd:", "ms-word:",
                                        "ms-excel:", "ms-powerpoint:", "ms-appinstaller:", "ms-search:"})
    if (low.starts_with(scheme)) {
      const bool office = scheme == "ms-word:" || scheme == "ms-excel:" || scheme == "ms-powerpoint:";
      if (office && low.find("sharepoint.com") != std::string::npos) return;
      c.strong("link-starts-program", office ? 2.0 : 4.0,
               fmt::format("a link starts a program of Windows: {}", quoted(link.target)), {"T1204.001"});
      return;
    }
  const bool unc = low.starts_with("\\\\") || low.starts_with("file:");
  if (unc && !link.url.host.empty()) {
    const std::string& host = link.url.host;
    const bool inside = host.find('.') == std::string::npos || c.facts.to_domain(link.url.registrable) ||
                        link.url.registrable == c.facts.from.registrable ||
                        (Ip::parse(host) && Ip::parse(host)->is_private()) || host.ends_with(".local") ||
                        host.ends_with(".lan") || host.ends_with(".internal");
    if (inside && low.find('!') == std::string::npos)
      c.weak("link-to-share", 0.8, fmt::format("a link opens a file share: {}", quoted(link.target)));
    else
      c.strong(
          "link-to-share", 4.0,
          fmt::format("a link opens a file share outside of the house, which gives away the reader's password hash: {}",
                      quoted(link.target)),
          {"T1187"});
  }
}

}  // namespace

void link_traits(Context& c) {
  const Facts& f = c.facts;
  std::map<std::string, std::size_t> hosts;  // registrable → links
  std::size_t web = 0, own = 0, clicks = 0, shorteners = 0, free_pages = 0, cheap = 0;
  std::set<std::string> told;
  std::string first_free;
  for (const Link& link : f.links) {
    strange_schemes(c, link);
    Url real = link.url;
    if (const std::string target = unwrapped(c, link); target != link.target) {
      Url inner;
      if (parse_url(target, inner)) real = inner;
    }
    if (real.host.empty() || real.scheme == "file" || is_inside(real)) continue;
    if (link.from == Link::From::form) continue;
    ++web;
    ++hosts[real.registrable];
    const bool senders = real.registrable == f.from.registrable ||
                         (!f.reply_to.registrable.empty() && real.registrable == f.reply_to.registrable);
    own += senders;
    const bool click = c.know.is(Use::click, real.host);
    clicks += click;
    if (link.from == Link::From::anchor && told.insert("m" + real.host + link.shown).second &&
        !c.has("link-text-differs"))
      mismatch(c, link, real);
    if (!told.insert(real.host).second && real.user.empty() && real.fragment.empty()) {
      if (c.know.is(Use::shortener, real.host) && !is_share_of_own(real)) ++shorteners;
      continue;
    }
    if (real.address) {
      const auto ip = Ip::parse(real.host);
      if (!(ip && ip->is_private()) && !c.has("link-to-address"))
        c.strong("link-to-address", 2.5, fmt::format("a link leads to a bare address: {}", real.host), {"T1566.002"});
    }
    if (real.port != 0 && real.port != 80 && real.port != 443 && real.port != 8080 && real.port != 8443 && !senders &&
        !c.has("link-port") && real.host.find('.') != std::string::npos &&
        !(real.address && Ip::parse(real.host) && Ip::parse(real.host)->is_private()))
      c.strong("link-port", 1.5, fmt::format("a link leads to port {} of {}", real.port, real.host));
    if (!real.user.empty() && real.user.find('.') != std::string::npos && !c.has("link-user"))
      c.strong("link-user", 3.5,
               fmt::format("a link shows {} before an @ and leads to {}", quoted(real.user, 40), real.host), {"T1036"});
    std::string how;
    std::string protects = c.look_alike && !senders ? c.look_alike(real.host) : std::string();
    if (!protects.empty() && !c.has("link-imitates")) {
      c.strong("link-imitates", 4.0, fmt::format("a link leads to {}, which {}", real.host, protects), {"T1583.001"});
    } else if (!senders && !click && !c.has("link-imitates")) {
      if (c.know.imitated(real.host, real.registrable, how) != nullptr)
        c.strong("link-imitates", 3.0, fmt::format("a link leads to {}, which {}", real.host, how), {"T1583.001"});
    }
    if (!real.address && is_rented(real.host) && !senders && !c.has("link-to-address"))
      c.strong("link-to-address", 1.8, fmt::format("a link leads to a rented machine without a name: {}", real.host),
               {"T1566.002"});
    if (!senders && !click && !real.address && !c.has("link-domain-random") &&
        is_random(std::string_view(real.registrable).substr(0, real.registrable.find('.'))))
      c.weak("link-domain-random", 0.8, fmt::format("a link's domain looks made by a machine: {}", real.registrable));
    const bool shortener = c.know.is(Use::shortener, real.host) && real.path.size() > 1 && !is_share_of_own(real);
    if (shortener) {
      ++shorteners;
      const bool everyday = c.know.is(Use::everyday, real.host);
      if (!c.has("link-shortened")) {
        const std::string text = fmt::format("a link hides where it leads behind {}", real.host);
        if (everyday || f.listed)
          c.weak("link-shortened", 0.9, text);
        else
          c.strong("link-shortened", 1.6, text, {"T1566.002"});
      }
    }
    if (c.know.is(Use::free_page, real.host) && !senders && !is_asset(real)) {
      ++free_pages;
      if (first_free.empty()) first_free = real.host;
    }
    if (c.know.is(Use::form, real.host) && !senders && !c.has("link-to-form"))
      c.weak("link-to-form", 0.8, fmt::format("a link leads to a form or page that anybody can set up: {}", real.host));
    if (c.know.redirects(real.host, real.path) && !c.has("link-redirects")) {
      const std::string query = decode_percent(decode_percent(real.query + " " + real.path));
      const std::size_t at = query.find("http");
      Url next;
      if ((at != std::string::npos && parse_url(query.substr(at), next) && next.registrable != real.registrable) ||
          real.path.starts_with("/ck/")) {
        const bool to_sender = next.registrable == f.from.registrable;
        if (!to_sender)
          c.weak("link-redirects", 1.2,
                 fmt::format("a link goes through {} to {}", real.host, next.host.empty() ? "somewhere" : next.host),
                 {"T1566.002"});
      }
    }
    if (real.host.find("xn--") != std::string::npos && !c.has("link-foreign-letters"))
      c.weak("link-foreign-letters", 0.7,
             fmt::format("a link's host has letters that other ones can be taken for: {}", real.host));
    if (c.know.is(Use::cheap, real.host) && !senders) ++cheap;
    if (!senders && holds_receiver(f, real.fragment) && !c.has("link-names-receiver"))
      c.strong(
          "link-names-receiver", 2.0,
          fmt::format("a link to {} carries the receiver's address after the #, where only the page's script sees it",
                      real.host),
          {"T1598.003"});
    else if (!senders && !click && !f.listed && holds_receiver(f, real.query + real.path) &&
             !c.has("link-names-receiver"))
      c.weak("link-names-receiver", 0.7, fmt::format("a link to {} carries the receiver's address", real.host));
  }
  if (free_pages > 0) {
    const std::string text = fmt::format("a link leads to a page on a free host: {}", first_free);
    // A blog's own posts; a host that stands beside many of the sender's links.
    const bool named = shares_label(f.from.domain, first_free) && !c.know.is(Use::freemail, f.from.domain);
    if (own * 2 > web || named || c.know.is(Use::free_page, f.from.domain))
      c.weak("link-to-free-host", 0.5, text);
    else
      c.strong("link-to-free-host", 2.2, text, {"T1583.006"});
  }
  // "x.example.pages.dev" in a text, for the reader to type or for his program to make a link of.
  if (free_pages == 0)
    for (std::size_t at = 0; at < std::min<std::size_t>(f.shown.size(), 4000);) {
      const std::size_t end = std::min(f.shown.find_first_of(" \t\r\n<>\"()", at), f.shown.size());
      const std::string word = lower_ascii(std::string_view(f.shown).substr(at, std::min<std::size_t>(end - at, 200)));
      at = end + 1;
      if (word.size() < 8 || word.find("://") != std::string::npos || word.find('@') != std::string::npos) continue;
      const std::string host = word.substr(0, word.find('/'));
      if (std::ranges::count(host, '.') < 2 || !c.know.is(Use::free_page, host) ||
          c.know.is(Use::free_page, f.from.domain))
        continue;
      c.strong("link-to-free-host", 1.8, fmt::format("the text names a page on a free host: {}", host), {"T1583.006"});
      c.entities.push_back({EntityType::domain, host, "link"});
      break;
    }
  // Every link, that to be let off too, leads to one stranger.
  if (web >= 2 && hosts.size() == 1 && own == 0 && clicks == 0 && shorteners < web && !f.threaded && !f.listed &&
      !shares_label(f.from.domain, hosts.begin()->first))
    c.weak("links-one-stranger", 0.8,
           fmt::format("all {} links lead to {}, which is not the sender's", web, hosts.begin()->first));
  if (cheap > 0) c.weak("link-suffix-cheap", 0.8, "a link leads to a suffix where names cost next to nothing");
  if (web > 0 && own == 0 && clicks == 0 && shorteners < web && !c.know.is(Use::freemail, f.from.domain) && !f.threaded)
    c.weak("links-not-senders", f.listed ? 0.4 : 0.9,
           fmt::format("none of the {} links leads to the sender's domain", web));
  if (shorteners > 0 && shorteners == web && !f.threaded) {
    bool everyday = true;
    for (const Link& link : f.links) everyday &= link.url.host.empty() || c.know.is(Use::everyday, link.url.host);
    if (everyday)
      c.weak("links-all-hidden", 0.8, "all links hide where they lead");
    else
      c.strong("links-all-hidden", 1.2, "all links hide where they lead");
  }
  if (const auto ip = Ip::parse(f.picture_at_address);
      !f.picture_at_address.empty() && !(ip && ip->is_private()) && !c.has("link-to-address"))
    c.strong("link-to-address", 2.0, fmt::format("a picture is loaded from a bare address: {}", f.picture_at_address),
             {"T1566.002"});
  for (const std::string& host : f.picture_hosts)
    if (c.know.is(Use::picture, host) && !f.threaded) {
      c.weak("picture-free-host", 1.0, fmt::format("its pictures lie where anybody's do: {}", host));
      break;
    }
  // A picture in place of text, to be clicked.
  const std::size_t letters = f.shown.size();
  const std::size_t pictures_linked =
      static_cast<std::size_t>(std::ranges::count_if(f.links, [](const Link& link) { return link.picture; }));
  if (!f.pages.empty() && letters < 160 && pictures_linked > 0 && hosts.size() <= 2 && own * 2 <= web) {
    const std::string text = fmt::format("the mail is a picture with a link; its text has {} letters", letters);
    // A short notice with a logo has more to read.
    if (letters < 60)
      c.strong("mail-is-picture", 1.8, text, {"T1566.002"});
    else
      c.weak("mail-is-picture", 0.9, text, {"T1566.002"});
  }

  std::size_t shown = 0;
  std::set<std::string> given;
  for (const Link& link : f.links)
    if (!link.url.host.empty() && shown < 30 && given.insert(link.target).second &&
        link.url.registrable != f.from.registrable) {
      ++shown;
      c.entities.push_back({EntityType::url, link.target.substr(0, 500), "link"});
      if (given.insert("host " + link.url.host).second)
        c.entities.push_back({link.url.address && Ip::parse(link.url.host) ? EntityType::address : EntityType::domain,
                              link.url.host, "link"});
    }
}

}  // namespace tocsin::phishing
