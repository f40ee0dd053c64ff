// How the mail was made and sent on: envelope, Message-ID, names that belong to nobody, words and links that do not go
// with the sender. Single ones happen in honest mail; most weights here ask for two things at once.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "phishing/html/address.h"
#include "phishing/traits/trait.h"

namespace tocsin::phishing {
namespace {

using Use = Knowledge::Use;

std::string_view local_of(std::string_view address) { return address.substr(0, address.find('@')); }

bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool is_lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }

// DfGmlrN, SNYTVKOqu, jbxbJXk: letters alone, capitals where no name and no word has them.
bool is_drawn(std::string_view local) {
  if (local.size() < 5 || local.size() > 24) return false;
  std::size_t turns = 0, upper = 0, lower = 0, run = 0, inner = 0, first = 0;
  for (std::size_t i = 0; i < local.size(); ++i) {
    if (!std::isalnum(static_cast<unsigned char>(local[i]))) return false;
    upper += is_upper(local[i]);
    lower += is_lower(local[i]);
    run = is_upper(local[i]) ? run + 1 : 0;
    if (run == i + 1)
      first = run;
    else
      inner = std::max(inner, run);
    turns += i > 0 && is_lower(local[i - 1]) && is_upper(local[i]);
  }
  return lower > 0 && upper > 0 && (turns >= 2 || inner >= 2 || (first >= 5 && lower >= 2));
}

// Words of four letters and more that the name and a text share: "Nordlicht Verlag", newsletter@nordlicht-verlag.de.
bool shares_word(std::string_view plain, std::string_view text) {
  std::string word;
  for (std::size_t i = 0; i <= plain.size(); ++i) {
    if (i < plain.size() && std::isalnum(static_cast<unsigned char>(plain[i]))) {
      word += plain[i];
      continue;
    }
    if (word.size() >= 3 && text.find(word.substr(0, 6)) != std::string_view::npos) return true;
    word.clear();
  }
  return false;
}

// ü is written u, ue or not at all.
std::string without_umlauts(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if ((text[i] == 'a' || text[i] == 'o' || text[i] == 'u') && i + 1 < text.size() && text[i + 1] == 'e') ++i;
  }
  return out;
}

bool name_unlike(const Facts& f) {
  const std::string& name = f.from_looks.plain;
  if (std::ranges::count(trimmed(name), ' ') < 1 || f.from.address.empty()) return false;
  if (shares_word(name, f.from.address) || shares_word(without_umlauts(name), without_umlauts(f.from.address)))
    return false;
  // Initials, and names written in one word.
  std::string initials, joined;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (std::isalnum(static_cast<unsigned char>(name[i]))) {
      joined += name[i];
      if (i == 0 || name[i - 1] == ' ') initials += name[i];
    }
  const std::string_view label = std::string_view(f.from.registrable).substr(0, f.from.registrable.find('.'));
  if (initials.size() >= 2 && f.from.address.find(initials) != std::string::npos) return false;
  return label.size() < 4 || joined.find(label.substr(0, 5)) == std::string::npos;
}

void machine(Context& c) {
  const Facts& f = c.facts;
  const std::string_view local = local_of(f.from.written), bounce = local_of(f.return_path.written);
  const bool drawn = is_drawn(local) || is_random(local_of(f.from.address));
  // Bounce addresses of mail services carry numbers too: those with marks in them are let off.
  const bool thrown = !bounce.empty() && bounce != local && bounce.find_first_of("=+-_.") == std::string_view::npos &&
                      (is_drawn(bounce) || is_random(lower_ascii(bounce)));
  const bool unlike = name_unlike(f) && !c.know.is(Use::freemail, f.from.domain);
  if (unlike && is_drawn(local))
    c.strong("sender-drawn", thrown ? 3.5 : 2.5,
             fmt::format("the sender calls himself {} and writes from {}, letters drawn at random{}",
                         quoted(f.from.name, 60), f.from.address, thrown ? "; errors go to others such" : ""),
             {"T1585.002"});
  else if (unlike && drawn && thrown)
    c.strong("sender-drawn", 2.0,
             fmt::format("the addresses of sender and errors look drawn at random: {}, {}", f.from.address,
                         f.return_path.address),
             {"T1585.002"});
  else if (unlike)
    c.weak("name-unlike", 0.7,
           fmt::format("the name {} has nothing of the address {}", quoted(f.from.name, 60), f.from.address));

  const mime::Part& top = f.message->parts.front();
  const mime::Header *sent = top.find("Date"), *received = top.find("Received");
  if (sent && received && received->raw.rfind(';') != std::string_view::npos) {
    const auto written = mime::parse_date(sent->raw),
               taken = mime::parse_date(received->raw.substr(received->raw.rfind(';') + 1));
    if (written && taken &&
        (taken->seconds - written->seconds > 86'400 || written->seconds - taken->seconds > 6 * 3600))
      c.weak("date-off", 0.7, "its date is not that on which it was sent");
  }
  const mime::Header* id = f.message->parts.front().find("Message-ID");
  const std::string text = id ? lower_ascii(trimmed(id->raw.substr(0, 998))) : std::string();
  // What Exchange Online's front door gives a mail that came without: its host stands there.
  const std::size_t at = text.find('@');
  const std::string_view host = at == std::string::npos ? std::string_view() : std::string_view(text).substr(at + 1);
  const std::string_view door = host.substr(0, host.find('.'));
  // Drafts and copies in "Sent" have none either, and have not travelled.
  const bool travelled = f.message->parts.front().find("Received") != nullptr;
  const bool given = host.find("prod.protection.outlook.com") != std::string_view::npos ||
                     (host.find("prod.outlook.com") != std::string_view::npos &&
                      (door.find("pepf") != std::string_view::npos || door.find("epf0") != std::string_view::npos));
  static constexpr std::string_view kMissing =
      "the sender's program gave the mail no Message-ID, as programs of spam leave it out";
  // Programs of small houses leave it out too; theirs lead home.
  std::size_t web = 0, home = 0;
  for (const Link& link : f.links) {
    web += !link.url.host.empty();
    home += !link.url.host.empty() && link.url.registrable == f.from.registrable;
  }
  const bool house = f.auth.passes() && home * 2 >= web;
  if (travelled && (text.empty() || given) && !f.automatic && !f.pages.empty() && !house)
    c.strong("id-missing", 1.8, std::string(kMissing));
  else if (travelled && (text.empty() || given))
    c.weak("id-missing", 0.8, std::string(kMissing));
  else if (host.starts_with("localhost") || (!host.empty() && host.find('.') == std::string_view::npos && f.listed))
    c.weak("id-untidy", 0.6, fmt::format("its Message-ID is of no domain: {}", quoted(text, 60)));
}

void envelope(Context& c) {
  const Facts& f = c.facts;
  const bool free = c.know.is(Use::freemail, f.from.domain);
  const std::string_view raw =
      f.message->parts.front().find("From") ? trimmed(f.message->parts.front().find("From")->raw) : std::string_view();
  if ((raw.find("<@") != std::string_view::npos || f.from.address.starts_with("@")) && !c.has("sender-malformed"))
    c.strong("sender-malformed", 3.0,
             fmt::format("the sender's address has no name before the @: {}", quoted(raw, 60)));
  if (free && !f.return_path.address.empty() && f.return_path.domain == f.from.domain &&
      local_of(f.return_path.address) != local_of(f.from.address) && !f.listed)
    c.strong("envelope-other", 2.0,
             fmt::format("it was sent from the mailbox {} and shows {}", f.return_path.address, f.from.address),
             {"T1656"});
  // Bounces have no return path so that nothing answers them; a page with links is no bounce.
  const mime::Header* path = f.message->parts.front().find("Return-Path");
  if (path && trimmed(path->raw) == "<>" && !f.pages.empty() && !f.links.empty() && !f.automatic && !f.threaded)
    c.strong("envelope-empty", 1.2, "it came as bounces do, without a sender to whom errors go");
  if (f.return_path.domain.ends_with(".onmicrosoft.com") && f.return_path.registrable != f.from.registrable &&
      !f.from.domain.ends_with(".onmicrosoft.com"))
    c.strong("envelope-tenant", 1.8,
             fmt::format("it shows {} and was sent by a tenant without a name of its own, {}", f.from.domain,
                         f.return_path.domain),
             {"T1585.002"});
  // The large providers sign what they send.
  if (free && f.auth.dkim != "pass" && f.auth.dmarc == "fail" && !f.listed && !f.threaded) {
    const std::string text = fmt::format("{} signs what its users send, this is not signed", f.from.domain);
    // A form of the own site writes so, with the visitor's address, in plain text to one mailbox.
    if (f.to.empty() || !f.pages.empty() || !f.links.empty())
      c.strong("free-unsigned", 1.7, text, {"T1656"});
    else
      c.weak("free-unsigned", 1.0, text);
  }
  // A mailbox for everybody that calls itself an office.
  static constexpr std::string_view kOffices[] = {
      "bank",         "lottery",  "claims",    "barrister", "western", "moneygram", "lawyer", "compens",
      "unitednation", "treasury", "worldbank", "diplomat",  "remit",   "microsoft", "payout", "ministry"};
  for (const Mailbox* box : {&f.from, &f.reply_to}) {
    if (box->address.empty() || !c.know.is(Use::freemail, box->domain)) continue;
    const std::string_view local = local_of(box->address);
    const auto office =
        std::ranges::find_if(kOffices, [&](std::string_view one) { return local.find(one) != std::string_view::npos; });
    if (office == std::end(kOffices)) continue;
    c.strong("office-free", 1.5,
             fmt::format("{} is a mailbox that anybody can have, and claims an office", box->address), {"T1656"});
    break;
  }
  // From one free mailbox to many people of other houses.
  std::set<std::string> houses;
  for (const Mailbox& to : f.to) houses.insert(to.registrable);
  const bool strangers = free && !f.threaded && (f.to.size() >= 3 ? houses.size() >= 3 : false);
  const bool share = std::ranges::any_of(f.links, [&](const Link& link) {
    return link.url.host.starts_with("drive.google.") || link.url.host.starts_with("docs.google.") ||
           c.know.is(Use::free_page, link.url.host) || c.know.is(Use::form, link.url.host) ||
           c.know.is(Use::shortener, link.url.host);
  });
  if (strangers && share && f.shown.size() < 300 && f.links.size() <= 2)
    c.strong("strangers-share", c.has("words-sum") ? 2.0 : 1.2,
             fmt::format("a few words and a link to a share go from a free mailbox to {} people of {} houses",
                         f.to.size(), houses.size()),
             {"T1566.002"});
  if (free && !f.from.name.empty() && !shares_word(f.from_looks.plain, local_of(f.from.address)) &&
      f.from_looks.plain.find(' ') != std::string::npos)
    c.weak("name-unlike", 0.7,
           fmt::format("the name {} has nothing of the address {}", quoted(f.from.name, 60), f.from.address));
}

// "Your Ledger account", in the text of a mail that is not Ledger's and leads elsewhere.
void text_brands(Context& c) {
  const Facts& f = c.facts;
  // The borrowed name goes on in the text, and no link leads to its owner.
  if (c.has("sender-claims-brand") && !c.brands.empty() && !f.links.empty() && !f.pages.empty() && !f.listed) {
    const Brand& brand = *c.brands.front();
    std::size_t times = 0;
    for (const std::string& word : brand.words)
      for (std::size_t at = 0; (at = f.shown_looks.plain.find(word, at)) != std::string::npos; at += word.size())
        ++times;
    const bool leads = std::ranges::any_of(f.links, [&](const Link& link) {
      return !link.url.host.empty() && !c.know.redirects(link.url.host, link.url.path) &&
             Knowledge::owns(brand, link.url.host, link.url.registrable);
    });
    if (times >= 2 && !leads)
      c.strong("text-claims-brand", 0.8,
               fmt::format("the text speaks of {} throughout, and no link leads there", brand.name), {"T1656"});
  }
  if (!c.brands.empty() || f.threaded || f.listed || !c.has("links-not-senders") || f.shown.size() > 8000) return;
  const std::string& text = f.shown_looks.plain;
  for (const Brand* brand : c.know.claimed(text)) {
    if (Knowledge::owns(*brand, f.from.domain, f.from.registrable)) continue;
    if (std::ranges::any_of(f.links, [&](const Link& link) {
          return !link.url.host.empty() && !c.know.redirects(link.url.host, link.url.path) &&
                 Knowledge::owns(*brand, link.url.host, link.url.registrable);
        }))
      continue;
    for (const std::string& word : brand->words)
      for (const std::string_view before : {"your ", "ihr ", "ihrem ", "votre compte ", "su cuenta ", "sua conta ",
                                            "uw ", "dear ", "the ", "thank you for choosing "})
        for (const std::string_view after : {" account", " wallet", " konto", " subscription", " abonnement", " user",
                                             " customer", " id ", " team", " members"})
          if (text.find(std::string(before) + word + std::string(after)) != std::string::npos) {
            c.strong("text-claims-brand", 2.0,
                     fmt::format("the text speaks for {} ({}{}{}), the sender is {} and no link leads there",
                                 brand->name, before, word, after, f.from.domain),
                     {"T1656"});
            c.brands.push_back(brand);
            return;
          }
  }
}

// cards.example/ls/click of a mail service stands under the name of the customer who set it up: another one's name
// means another one's account.
void trackers(Context& c) {
  const Facts& f = c.facts;
  for (const Link& link : f.links) {
    const Url& url = link.url;
    if (url.host.empty() || url.registrable == f.from.registrable || c.know.is(Use::click, url.host)) continue;
    const bool numbered = url.host.starts_with("url") && url.host.size() > 6 &&
                          std::isdigit(static_cast<unsigned char>(url.host[3])) && url.path.starts_with("/ls/click");
    if (!numbered || shares_label(f.from.domain, url.host) || shares_label(url.host, f.from.domain)) continue;
    c.strong("tracker-other", 2.0,
             fmt::format("its links run through the click counter of {}, who is not the sender {}", url.registrable,
                         f.from.domain),
             {"T1586.002"});
    return;
  }
}

// jt3s16b 88dnv4wb: words of letters and digits that nobody reads, set there so that no two copies are alike.
void filler(Context& c) {
  const Facts& f = c.facts;
  std::size_t odd = 0, words = 0;
  std::string word;
  const std::string_view text = std::string_view(f.shown).substr(0, 20'000);
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && !std::isspace(static_cast<unsigned char>(text[i]))) {
      word += text[i];
      continue;
    }
    if (!word.empty()) {
      ++words;
      std::size_t turns = 0;
      bool bare = word.size() >= 6 && word.size() <= 30;
      for (std::size_t at = 0; at < word.size() && bare; ++at) {
        bare = std::isalnum(static_cast<unsigned char>(word[at]));
        if (at > 0 && std::isalnum(static_cast<unsigned char>(word[at - 1])))
          turns += (std::isdigit(static_cast<unsigned char>(word[at])) != 0) !=
                       (std::isdigit(static_cast<unsigned char>(word[at - 1])) != 0) ||
                   (is_lower(word[at - 1]) && is_upper(word[at]));
      }
      odd += bare && turns >= 3;
    }
    word.clear();
  }
  if (odd >= 8 && odd * 6 > words && !f.pages.empty())
    c.strong("text-drawn", 2.5, fmt::format("{} of {} words are letters and digits drawn at random", odd, words),
             {"T1027"});
  // "… gewinnen! .AVECY"
  const auto tail = [](std::string_view raw) {
    const std::string_view line = trimmed(raw);
    const std::size_t dot = line.rfind(" .");
    if (dot == std::string_view::npos) return false;
    const std::string_view end = line.substr(dot + 2);
    return end.size() >= 4 && end.size() <= 8 && std::ranges::all_of(end, is_upper);
  };
  if (tail(f.subject) || tail(f.from.name))
    c.strong("subject-drawn", 1.8, fmt::format("the subject ends in drawn letters: {}", quoted(f.subject)), {"T1027"});
}

// The words of junk, and no link to whoever signs it.
void borrowed(Context& c) {
  const Facts& f = c.facts;
  if (f.threaded) return;
  double words = 0;
  std::string_view topic;
  for (const Reason& one : c.reasons)
    for (const std::string_view name : {"words-prize", "words-remedy", "words-dating", "words-crypto", "words-bets"})
      if (one.trait == name && one.weight > words) words = one.weight, topic = name;
  const bool drawn =
      c.has("sender-drawn") || c.has("text-drawn") || c.has("subject-drawn") || (words >= 0.9 && c.has("id-missing"));
  const bool elsewhere = c.has("links-not-senders") || c.has("tracker-other");
  const bool free = c.know.is(Use::freemail, f.from.domain);
  if (words >= 1.5 && elsewhere && !f.listed)
    c.strong("junk-elsewhere", 1.8, fmt::format("the words of junk mail ({}), and no link to {}", topic, f.from.domain),
             {"T1586.002"});
  else if (words >= 0.9 && elsewhere && !f.listed)
    c.strong("junk-elsewhere", 1.2,
             fmt::format("some words of junk mail ({}), and no link to {}", topic, f.from.domain), {"T1586.002"});
  else if (words >= 0.4 && drawn)
    c.strong("junk-elsewhere", 1.0, fmt::format("words of junk mail ({}) in a mail made by a machine", topic));
  else if (words >= 1.5 && !free && c.has("name-unlike") && !f.listed)
    c.strong("junk-elsewhere", 1.2,
             fmt::format("the words of junk mail ({}), under a name that has nothing of {}", topic, f.from.address));
  // Offers of crypto-currency from a house that has no such name, sent through a mail service.
  if (topic == "words-crypto" && words >= 1.5 && !free && c.has("name-unlike") && !c.has("sender-claims-brand"))
    c.strong(
        "crypto-unlike", 1.2,
        fmt::format("it gives away crypto-currency as {}, and writes from {}", quoted(f.from.name, 60), f.from.domain),
        {"T1586.002"});
}

}  // namespace

void origin_traits(Context& c) {
  machine(c);
  envelope(c);
  text_brands(c);
  trackers(c);
  filler(c);
  borrowed(c);
}

}  // namespace tocsin::phishing
