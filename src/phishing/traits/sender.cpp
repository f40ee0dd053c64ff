// Who the mail says it is from, against what can be known of that.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/suffix.h"
#include "phishing/html/address.h"
#include "phishing/traits/trait.h"
#include "phishing/webmail/sinks.h"

namespace tocsin::phishing {
namespace {

using Use = Knowledge::Use;

bool is_via(std::string_view name) {
  return name.find(" via ") != std::string_view::npos || name.find("(via ") != std::string_view::npos ||
         name.find(" on behalf of ") != std::string_view::npos || name.find(" durch ") != std::string_view::npos ||
         name.find(" uber ") != std::string_view::npos || name.find("(google ") != std::string_view::npos;
}

// The share of links that lead to the brand.
double leads_to(const Knowledge& know, const Facts& facts, const Brand& brand) {
  std::size_t all = 0, own = 0;
  for (const Link& link : facts.links) {
    if (link.url.host.empty()) continue;
    ++all;
    if (know.redirects(link.url.host, link.url.path)) continue;  // leads on
    own += Knowledge::owns(brand, link.url.host, link.url.registrable);
  }
  return all == 0 ? 0 : static_cast<double>(own) / static_cast<double>(all);
}

bool is_named(std::string_view domain) {
  return domain.find('.') != std::string_view::npos &&
         (!PublicSuffixes::system().registrable(domain).empty() || PublicSuffixes::system().is_private(domain));
}

void claimed_brands(Context& c) {
  const Facts& f = c.facts;
  c.brands = c.know.claimed(f.from_looks.plain);
  const std::string plain_name = squeezed(f.from_looks.plain);
  // Letters set apart: M i c r o s o f t.
  if (c.brands.empty() && f.from_looks.plain.size() >= 9) {
    std::size_t singles = 0, words = 0, at = 0;
    const std::string_view text = f.from_looks.plain;
    while (at < text.size()) {
      const std::size_t end = std::min(text.find(' ', at), text.size());
      if (end > at) ++words, singles += end - at == 1;
      at = end + 1;
    }
    if (words >= 4 && singles * 4 > words * 3) c.brands = c.know.claimed(plain_name);
  }
  // PayPalService, CoinbaseWaIIet: the name in one word with others, a capital I for an l.
  bool joined = false;
  if (c.brands.empty()) {
    std::string name = f.from.name;
    for (std::size_t i = 1; i < name.size(); ++i)
      if (name[i] == 'I' && (std::islower(static_cast<unsigned char>(name[i - 1])) || name[i - 1] == 'l'))
        name[i] = 'l';
    const Looks looks = look_at(name);
    c.brands = c.know.claimed(looks.plain);
    if (c.brands.empty()) c.brands = c.know.begins(looks.plain);
    joined = !c.brands.empty();
  }
  if (f.from.domain.empty() && c.brands.empty()) return;
  // Lists and platforms write for others: "Ada via Payments".
  const bool via = is_via(f.from_looks.plain) && (f.listed || f.threaded || !f.reply_to.address.empty());
  for (const Brand* brand : c.brands) {
    if (Knowledge::owns(*brand, f.from.domain, f.from.registrable)) continue;
    // Some brands may be on the list that owns several of these words ("Outlook" of Microsoft).
    if (std::ranges::any_of(c.brands,
                            [&](const Brand* one) { return Knowledge::owns(*one, f.from.domain, f.from.registrable); }))
      continue;
    // An everyday word alone is a name too ("Apple"); within a longer one it may be a person's or a paper's.
    const bool whole = std::ranges::find(brand->words, trimmed(f.from_looks.plain)) != brand->words.end();
    double weight = brand->common && !whole ? 2.0 : 3.5;
    if (weight > 3 && c.know.is(Use::freemail, f.from.domain)) weight += 0.8;
    if (joined) weight = std::min(weight, 2.5);
    if (via) weight = 0.7;
    if (f.auth.passes() && leads_to(c.know, f, *brand) >= 0.6) weight -= 2.0;
    const bool person = f.from_looks.plain.find(brand->words.front()) != 0 && !f.pages.empty() && f.links.empty();
    if (person) weight -= 1.0;
    // Mark Apple, Nora Chase: an everyday word that doesn't come first, and no word of a service.
    if (brand->common && f.from_looks.plain.find(' ') != std::string::npos &&
        std::ranges::none_of(brand->words,
                             [&](const std::string& word) { return f.from_looks.plain.starts_with(word); }) &&
        c.know.claimed(f.from_looks.plain).size() == 1)
      weight -= 1.5;
    // Programs speak under their makers' names, of the house that runs them: "cPanel on nordwerk.example".
    if (brand->common && shares_label(f.from.registrable, f.from_looks.plain)) weight -= 1.5;
    const std::string text =
        fmt::format("the sender calls himself {} and writes from {}, which is not {}'s", quoted(f.from.name, 60),
                    f.from.domain.empty() ? "no domain" : f.from.domain, brand->name);
    if (weight >= 1.5)
      c.strong("sender-claims-brand", weight, text, {"T1656"});
    else
      c.weak("sender-claims-brand", std::max(weight, 0.5), text);
    break;
  }
}

// "Your PayPal account", "Microsoft account team" in the subject of somebody else.
void subject_brands(Context& c) {
  const Facts& f = c.facts;
  if (!c.brands.empty() || f.threaded) return;
  const std::string& subject = f.subject_looks.plain;
  for (const Brand* brand : c.know.claimed(subject)) {
    if (Knowledge::owns(*brand, f.from.domain, f.from.registrable) || leads_to(c.know, f, *brand) > 0.5) continue;
    for (const std::string& word : brand->words) {
      const std::size_t at = subject.find(word);
      if (at == std::string::npos) continue;
      const std::string_view after = std::string_view(subject).substr(at + word.size()),
                             before = std::string_view(subject).substr(0, at);
      bool role = false;
      for (const std::string_view one :
           {" account", " konto", "-konto", " team", " support", " security", " subscription", " abonnement", " abo",
            "-abo", " wallet", " id ", " document"})
        role |= after.starts_with(one);
      for (const std::string_view one : {"your ", "ihr ", "ihre ", "votre ", "su ", "seu ", "il tuo ", "uw "})
        role |= before.ends_with(one);
      if (!role) continue;
      c.strong(
          "subject-claims-brand", 1.8,
          fmt::format("the subject speaks of the reader's {} account, the sender is {}", brand->name, f.from.domain),
          {"T1656"});
      c.brands.push_back(brand);
      return;
    }
  }
}

void addresses(Context& c) {
  const Facts& f = c.facts;
  const std::string& domain = f.from.domain;
  if (f.message->parts.front().find("From") == nullptr) {
    c.strong("sender-missing", 2.0, "there is no From field");
  } else if (domain.empty()) {
    c.strong("sender-malformed", 3.0,
             fmt::format("the sender's address is none: {}", quoted(f.from.name + " " + f.from.address, 60)));
  } else if (!is_named(domain) || domain.find_first_of("%,;_!$&*() ") != std::string::npos) {
    // Machines of the house write under a bare name, in plain text.
    if ((!f.pages.empty() && !f.links.empty()) ||
        domain.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._") != std::string::npos || f.auth.any())
      c.strong("sender-malformed", 3.0,
               fmt::format("the sender's domain {} cannot exist on the Internet", quoted(domain, 60)));
    else
      c.weak("sender-malformed", 1.0,
             fmt::format("the sender's domain {} cannot exist on the Internet", quoted(domain, 60)));
  }
  if (const mime::Header* from = f.message->parts.front().find("From"))
    if (const std::string_view raw = trimmed(from->raw);
        raw.size() > 3 && raw.ends_with('>') &&
        (raw[raw.size() - 2] == ' ' || raw.find("< ") != std::string_view::npos))
      c.weak("sender-untidy", 0.8, "the sender's address is written as no mail program writes it");
  if (f.from_count > 1)
    c.weak("sender-several", 1.5, fmt::format("{} addresses stand in the From field", f.from_count));

  std::string how;
  if (c.look_alike)
    if (const std::string said = c.look_alike(domain); !said.empty())
      c.strong("sender-imitates", 4.0, fmt::format("the sender's domain {} {}", domain, said), {"T1583.001"});
  if (!c.has("sender-imitates") && is_named(domain))
    if (const Brand* brand = c.know.imitated(domain, f.from.registrable, how)) {
      const bool relaxed = f.auth.passes() && leads_to(c.know, f, *brand) >= 0.6;
      if (relaxed)
        c.weak("sender-imitates", 0.8, fmt::format("the sender's domain {} {}", domain, how));
      else
        c.strong("sender-imitates", 3.0, fmt::format("the sender's domain {} {}", domain, how), {"T1583.001"});
    }

  // An address in the name that is another than the sender's.
  const std::string low = lower_ascii(f.from.name);
  if (const std::size_t at = low.find('@'); at != std::string::npos && at > 0 && !is_via(f.from_looks.plain)) {
    std::size_t end = at + 1;
    while (end < low.size() &&
           (std::isalnum(static_cast<unsigned char>(low[end])) || low[end] == '.' || low[end] == '-'))
      ++end;
    std::string named = low.substr(at + 1, end - at - 1);
    while (!named.empty() && named.back() == '.') named.pop_back();
    if (is_named(named) && registrable_of(named) != f.from.registrable && !domain.empty())
      c.strong("sender-name-holds-address", 2.5,
               fmt::format("the sender's name shows the address {}, the mail comes from {}", quoted(f.from.name, 60),
                           domain),
               {"T1656"});
  }

  const bool reply = !f.reply_to.domain.empty() && f.reply_to.address != f.from.address;
  if (reply && !domain.empty()) {
    const bool free = c.know.is(Use::freemail, f.reply_to.domain), from_free = c.know.is(Use::freemail, domain);
    // A small association's own free mailbox: amberline@gmail.com for amberline.example.
    const std::string local = f.reply_to.address.substr(0, f.reply_to.address.find('@'));
    const std::string own_local = f.from.address.substr(0, f.from.address.find('@'));
    const bool same = shares_label(domain, local) ||
                      (own_local.size() >= 5 && own_local.find('.') != std::string::npos && local == own_local);
    // What visitors write into the form of a site is sent by its program, and answered to them.
    const bool form =
        f.pages.empty() && f.links.empty() && f.files.empty() &&
        (own_local == "noreply" || own_local == "no-reply" || own_local == "wordpress" || own_local == "web" ||
         own_local == "www-data" || own_local == "website" || own_local == "form" || own_local == "forms" ||
         own_local == "formular" || own_local == "kontakt" || own_local == "contact");
    if (free && (same || form)) {
      c.weak("reply-turns", 0.8, fmt::format("answers go to the free mailbox {}", f.reply_to.address));
    } else if (free && !from_free && !f.listed) {
      c.strong("reply-turns", 2.2,
               fmt::format("answers go to the free mailbox {}, the sender is at {}", f.reply_to.address, domain),
               {"T1598"});
    } else if (free && from_free &&
               f.reply_to.address.substr(0, f.reply_to.address.find('@')) !=
                   f.from.address.substr(0, f.from.address.find('@'))) {
      c.strong("reply-turns", 2.0,
               fmt::format("answers go to another free mailbox: {} instead of {}", f.reply_to.address, f.from.address),
               {"T1598"});
    } else if (f.reply_to.registrable != f.from.registrable) {
      c.weak("reply-turns", f.listed ? 0.2 : 0.6,
             fmt::format("answers go to {}, the sender is at {}", f.reply_to.domain, domain));
    }
  }
}

void authentication(Context& c) {
  const Facts& f = c.facts;
  const AuthClaims& a = f.auth;
  const bool fails = a.dmarc == "fail" || (a.spf == "fail" && a.dkim != "pass") || a.compauth == "fail";
  const bool own =
      !f.from.registrable.empty() && f.to_domain(f.from.registrable) && !c.know.is(Use::freemail, f.from.domain);
  const bool spf_bad =
      a.spf == "softfail" || a.spf == "none" || a.spf == "fail" || a.spf == "permerror" || a.spf == "temperror";
  // A list of the house breaks the signatures of those who write to it.
  const bool through_list =
      f.message->parts.front().find("List-Id") != nullptr && f.message->parts.front().find("Precedence");
  if (own && fails) {
    c.strong("sender-is-receiver", through_list ? 1.2 : 3.5,
             fmt::format(
                 "it claims to come from the receiver's own domain {} and did not prove it (spf {}, dkim {}, dmarc {})",
                 f.from.registrable, a.spf, a.dkim, a.dmarc),
             {"T1656"});
  } else if (fails && c.know.is_brand_domain(f.from.registrable) && !c.know.is(Use::freemail, f.from.domain)) {
    c.strong("sender-forged", 3.0,
             fmt::format("it claims to come from {} and did not prove it (spf {}, dkim {}, dmarc {})", f.from.domain,
                         a.spf, a.dkim, a.dmarc),
             {"T1656"});
  } else if (fails && !f.listed && !f.threaded) {
    // Who forges a domain wants its readers elsewhere: links to that domain, or none and no file, give him little.
    const std::string text =
        fmt::format("the sender's domain was not proved (spf {}, dkim {}, dmarc {})", a.spf, a.dkim, a.dmarc);
    std::size_t web = 0, home = 0;
    for (const Link& link : f.links) {
      web += !link.url.host.empty();
      home += link.url.registrable == f.from.registrable && !link.url.host.empty();
    }
    if (f.files.empty() && (web == 0 ? f.pages.empty() : home * 2 > web))
      c.weak("sender-unproved", 1.3, text);
    else
      c.strong("sender-unproved", 1.5, text);
  } else if (a.any() && a.dkim != "pass" && spf_bad) {
    c.weak("sender-unproved", 1.2,
           fmt::format("neither SPF nor DKIM says that the sender may use {}",
                       f.from.domain.empty() ? "this address" : f.from.domain));
  } else if (fails) {
    c.weak("sender-unproved", 0.8, "authentication failed, as it does on the way through lists");
  }
  // What the receiving gateway thought of it (Microsoft 365, SpamAssassin): theirs to know, and forgeable.
  const mime::Part& top = f.message->parts.front();
  for (const std::string_view name :
       {"X-Forefront-Antispam-Report", "X-Spam-Flag", "X-Spam-Status", "X-MS-Exchange-Organization-SCL"})
    if (const mime::Header* header = top.find(name)) {
      const std::string value = lower_ascii(header->raw.substr(0, 4096));
      const std::size_t scl = value.find("scl:");
      const bool high =
          scl != std::string::npos && scl + 4 < value.size() && value[scl + 4] >= '5' && value[scl + 4] <= '9';
      if (high || value.find("cat:phsh") != std::string::npos || value.find("cat:spm") != std::string::npos ||
          value.find("cat:hphsh") != std::string::npos || trimmed(value).starts_with("yes")) {
        c.weak("gateway-marked", 1.0, fmt::format("the receiving gateway marked it ({})", name));
        break;
      }
    }
}

void looks(Context& c) {
  const Facts& f = c.facts;
  const auto judge = [&](const Looks& looks, std::string_view what, double more) {
    if (looks.words_mixed > 0)
      c.strong("letters-disguised", 2.0 + more,
               fmt::format("{} mixes letters of other alphabets into Latin words", what), {"T1036.008"});
    if (looks.invisible + looks.soft > 0)
      c.strong("letters-invisible", 2.0 + more, fmt::format("{} has invisible characters within its words", what),
               {"T1027"});
    if (looks.reordering > 0)
      c.strong("letters-reordered", 2.5, fmt::format("{} has characters that turn the direction of text", what),
               {"T1036.002"});
    if (looks.styled >= 4)
      c.strong("letters-styled", 1.5,
               fmt::format("{} is written in mathematical letters, which filters don't read", what), {"T1027"});
  };
  judge(f.from_looks, "the sender's name", 0.5);
  judge(f.subject_looks, "the subject", 0);
  // Random names, deep domains, cheap suffixes: each weak.
  const std::string local = f.from.address.substr(0, f.from.address.find('@'));
  // gMtJakB: capitals where no name has them.
  std::size_t turns = 0;
  const std::string_view written = std::string_view(f.from.written).substr(0, f.from.written.find('@'));
  for (std::size_t i = 1; i < written.size(); ++i)
    turns += std::islower(static_cast<unsigned char>(written[i - 1])) &&
             std::isupper(static_cast<unsigned char>(written[i]));
  const bool mixed = turns >= 2 && written.find_first_of("._-+=") == std::string_view::npos && written.size() <= 12;
  if ((is_random(local) || mixed) && !f.from.domain.empty() && local.find('=') == std::string::npos &&
      local.find("bounce") == std::string::npos && !local.starts_with("noreply") && !local.starts_with("no-reply"))
    c.weak("sender-random", 0.8, fmt::format("the sender's address looks made by a machine: {}", f.from.address));
  if (std::ranges::count(f.from.domain, '.') >= 4 || is_random(f.from.domain.substr(0, f.from.domain.find('.'))) ||
      is_random(f.from.registrable.substr(0, f.from.registrable.find('.'))))
    c.weak("sender-domain-random", 0.8, fmt::format("the sender's domain looks made by a machine: {}", f.from.domain));
  if (f.from.name.find("\xEF\xBF\xBD") != std::string::npos || f.subject.find("\xEF\xBF\xBD") != std::string::npos)
    c.weak("letters-damaged", 0.8, "name or subject hold bytes that are no letters in their charset");
  std::size_t marks = 0;
  for (const char one : std::string_view(f.from.name))
    marks += std::string_view("_~|!*#$%^<>{}[]=+?").find(one) != std::string_view::npos;
  if (marks >= 2 ||
      (!f.from.name.empty() && std::string_view("_.,~|!*#^").find(f.from.name.front()) != std::string_view::npos))
    c.weak("sender-decorated", 0.8,
           fmt::format("the sender's name is decorated with marks: {}", quoted(f.from.name, 60)));
  if (c.know.is(Use::cheap, f.from.domain))
    c.weak("sender-suffix-cheap", 0.8,
           fmt::format("the sender's domain {} is under a suffix where names cost next to nothing", f.from.domain));
  if (f.from.domain.ends_with(".onmicrosoft.com"))
    c.weak("sender-default-tenant", 1.0,
           fmt::format("the sender writes from a tenant without a name of its own: {}", f.from.domain), {"T1585.002"});
  if (c.know.is(Use::free_page, f.from.domain))
    c.weak("sender-free-host", 1.0, fmt::format("the sender's domain is a free host: {}", f.from.domain));
}

void receiver(Context& c) {
  const Facts& f = c.facts;
  for (const Mailbox& to : f.to) {
    if (to.registrable.empty() || c.know.is(Use::freemail, to.domain)) continue;
    const std::string label = to.registrable.substr(0, to.registrable.find('.'));
    if (f.from.registrable == to.registrable || label.size() < 4) continue;
    const std::string& name = f.from_looks.plain;
    const std::size_t at = name.find(label);
    const bool word =
        at != std::string::npos && (at == 0 || !std::isalnum(static_cast<unsigned char>(name[at - 1]))) &&
        (at + label.size() == name.size() || !std::isalnum(static_cast<unsigned char>(name[at + label.size()])));
    static constexpr std::string_view kRoles[] = {
        "admin", "support", "helpdesk", "help desk", "it ",     "service",      "mail",       "security",
        "hr",    "payroll", "server",   "team",      "webmail", "notification", "postmaster", "desk"};
    const bool role =
        std::ranges::any_of(kRoles, [&](std::string_view one) { return name.find(one) != std::string::npos; });
    if (word && (name.find(to.registrable) != std::string::npos || role) && !is_via(name)) {
      c.strong("sender-claims-receiver", 3.0,
               fmt::format("the sender calls himself {} and writes to {} from {}", quoted(f.from.name, 60),
                           to.registrable, f.from.domain),
               {"T1656"});
      break;
    }
  }
  // The receiver's address in the subject is how machines greet.
  const bool tagged = f.listed && trimmed(f.subject).starts_with('[');  // a discussion list puts its own name there
  for (const Mailbox& to : f.to) {
    if (tagged) break;
    const std::string local = to.address.substr(0, to.address.find('@'));
    const std::string subject = lower_ascii(f.subject);
    if (to.address.size() > 6 && (subject.find(to.address) != std::string::npos ||
                                  (local.size() >= 6 && subject.find(local) != std::string::npos && !f.threaded))) {
      c.weak("subject-names-receiver", 0.8, "the subject greets the receiver by his address");
      break;
    }
  }
  if (f.references && !f.threaded && !f.automatic && !f.listed)
    c.weak("answers-falsely", 0.8, "its headers say that it answers a mail, its subject does not");
  if (f.to.empty()) c.weak("receiver-hidden", 0.5, "no receiver is named");
}

}  // namespace

std::string quoted(std::string_view text, std::size_t max) { return "“" + printable_excerpt(text, max) + "”"; }

bool is_random(std::string_view text) {
  std::size_t letters = 0, digits = 0, run = 0, longest = 0, turns = 0, vowels = 0;
  char before = 0;
  for (const char c : text) {
    const bool digit = std::isdigit(static_cast<unsigned char>(c)),
               letter = std::isalpha(static_cast<unsigned char>(c));
    digits += digit;
    letters += letter;
    const bool vowel = letter && std::string_view("aeiouy").find(c) != std::string_view::npos;
    vowels += vowel;
    run = letter && !vowel ? run + 1 : 0;
    longest = std::max(longest, run);
    if (before && (digit != static_cast<bool>(std::isdigit(static_cast<unsigned char>(before))))) ++turns;
    before = c;
  }
  if (letters + digits < 7) return false;
  // lina_jacqueline_28977: a name, another name, a counter.
  const std::size_t tail =
      text.size() -
      (text.find_last_not_of("0123456789") == std::string_view::npos ? 0 : text.find_last_not_of("0123456789") + 1);
  const auto underscores = std::ranges::count(text, '_');
  if ((underscores >= 1 && tail >= 5) || (underscores >= 2 && tail >= 3)) return true;
  return (turns >= 3 && digits >= 2) || longest >= 6 || (letters >= 9 && vowels * 6 < letters);
}

bool shares_label(std::string_view domain, std::string_view text) {
  const std::size_t last = domain.find_last_of('.');
  for (std::size_t at = 0; last != std::string_view::npos && at < last;) {
    const std::size_t end = std::min(domain.find('.', at), last);
    const std::string_view label = domain.substr(at, end - at);
    if (label.size() >= 4 && label != "mail" && label != "news" && label != "info" &&
        text.find(label) != std::string_view::npos)
      return true;
    at = end + 1;
  }
  return false;
}

void sender_traits(Context& c) {
  claimed_brands(c);
  subject_brands(c);
  addresses(c);
  authentication(c);
  looks(c);
  receiver(c);
  if (!c.facts.from.address.empty()) c.entities.push_back({EntityType::mailbox, c.facts.from.address, "source"});
  if (!c.facts.from.domain.empty() && is_named(c.facts.from.domain) &&
      !c.know.is(Knowledge::Use::freemail, c.facts.from.domain))
    c.entities.push_back({EntityType::domain, c.facts.from.domain, "source"});
  if (!c.facts.reply_to.address.empty() && c.facts.reply_to.address != c.facts.from.address)
    c.entities.push_back({EntityType::mailbox, c.facts.reply_to.address, "reply-to"});
  std::size_t receivers = 0;
  for (const Mailbox& to : c.facts.to)
    if (!to.address.empty() && ++receivers <= 20) c.entities.push_back({EntityType::mailbox, to.address, "target"});
}

}  // namespace tocsin::phishing
