// What the mail says, and what it hides. Words are weak: honest mail asks, presses and congratulates too. Only the
// vocabulary of frauds that have nothing else (advance fee, extortion, prizes) counts, and only in quantity.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>

#include "phishing/html/address.h"
#include "phishing/traits/trait.h"

namespace tocsin::phishing {
namespace {

// Base58check, bech32 and hexadecimal addresses of wallets, by form.
bool holds_wallet(std::string_view text, std::string& found) {
  std::size_t at = 0;
  while (at < text.size()) {
    while (at < text.size() && !std::isalnum(static_cast<unsigned char>(text[at]))) ++at;
    const std::size_t begin = at;
    while (at < text.size() && std::isalnum(static_cast<unsigned char>(text[at]))) ++at;
    const std::string_view word = text.substr(begin, at - begin);
    const bool base58 = word.size() >= 26 && word.size() <= 35 && (word.front() == '1' || word.front() == '3') &&
                        word.find_first_of("0OIl") == std::string_view::npos &&
                        std::ranges::any_of(word, [](unsigned char c) { return std::isupper(c); }) &&
                        std::ranges::any_of(word, [](unsigned char c) { return std::islower(c); });
    const bool bech32 = word.size() >= 39 && word.size() <= 62 && (word.starts_with("bc1") || word.starts_with("ltc1"));
    const bool hexadecimal = word.size() == 42 && word.starts_with("0x") &&
                             std::ranges::all_of(word.substr(2), [](unsigned char c) { return std::isxdigit(c); });
    if (base58 || bech32 || hexadecimal) {
      found = std::string(word);
      return true;
    }
  }
  return false;
}

// An amount of ten thousand or more beside a sign of currency.
bool holds_sum(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!std::isdigit(static_cast<unsigned char>(text[i])) ||
        (i > 0 && std::isalnum(static_cast<unsigned char>(text[i - 1]))))
      continue;
    std::size_t end = i, digits = 0;
    while (end < text.size() &&
           (std::isdigit(static_cast<unsigned char>(text[end])) || text[end] == ',' || text[end] == '.'))
      digits += std::isdigit(static_cast<unsigned char>(text[end++])) != 0;
    const std::string_view after = text.substr(end, 5),
                           before = text.substr(i > 4 ? i - 4 : 0, std::min<std::size_t>(i, 4));
    for (const std::string_view sign : {"$", "€", "£", "USD", "EUR", "BTC"})
      if (digits >= 5 &&
          (after.substr(0, 4).find(sign) != std::string_view::npos || before.find(sign) != std::string_view::npos))
        return true;
    i = end;
  }
  return false;
}

// "1.330 btc", "120097 usdt".
bool holds_coins(std::string_view plain) {
  for (const std::string_view coin : {" btc", " usdt", " eth "})
    for (std::size_t at = plain.find(coin); at != std::string_view::npos; at = plain.find(coin, at + 1))
      if (at > 0 && std::isdigit(static_cast<unsigned char>(plain[at - 1]))) return true;
  return false;
}

// Ten or more digits as a telephone writes them.
bool holds_telephone(std::string_view text) {
  std::size_t digits = 0, gaps = 0, begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (std::isdigit(static_cast<unsigned char>(c))) {
      if (digits == 0) begin = i;
      ++digits;
      if (digits >= 10 && digits <= 13 && gaps >= 2 && i - begin < 22 &&
          (i + 1 == text.size() || !std::isalnum(static_cast<unsigned char>(text[i + 1]))))
        return true;
    } else if (digits > 0 && (c == ' ' || c == '-' || c == '(' || c == ')' || c == '.' || c == '+')) {
      ++gaps;
    } else {
      digits = gaps = 0;
    }
    if (i - begin > 24) digits = gaps = 0;
  }
  return false;
}

// height:10000vh, margin-top:470500px.
bool pushes_away(const std::string& dense) {
  for (const std::string_view name :
       {"height:", "margin-top:", "padding-top:", "top:", "margin-bottom:", "line-height:"})
    for (std::size_t at = dense.find(name); at != std::string::npos; at = dense.find(name, at + 1)) {
      const std::size_t begin = at + name.size();
      const double number = std::strtod(dense.substr(begin, 12).c_str(), nullptr);
      const std::size_t unit = dense.find_first_not_of("0123456789.", begin);
      const bool screens =
          unit != std::string::npos && (dense.compare(unit, 2, "vh") == 0 || dense.compare(unit, 2, "em") == 0 ||
                                        dense.compare(unit, 3, "rem") == 0);
      if (number >= (screens ? 500 : 9000) && number < 1e9) return true;
    }
  return false;
}

std::set<std::string> words_of(std::string_view plain, std::size_t max) {
  std::set<std::string> out;
  std::string word;
  for (const char c : plain) {
    if (std::isalpha(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80) {
      word += c;
      continue;
    }
    if (word.size() >= 3 && out.size() < max) out.insert(word);
    word.clear();
  }
  if (word.size() >= 3) out.insert(word);
  return out;
}

}  // namespace

void hiding_traits(Context& c) {
  const Facts& f = c.facts;
  if (f.hidden.size() > 400) {
    // Templates hold a second layout for telephones: the same words, hidden on others.
    const Looks hidden = look_at(std::string_view(f.hidden).substr(0, 64u << 10));
    const std::set<std::string> seen = words_of(f.shown_looks.plain, 20'000), unseen = words_of(hidden.plain, 20'000);
    std::size_t other = 0;
    for (const std::string& word : unseen) other += !seen.contains(word);
    if (other >= 60 && other * 2 > unseen.size()) {
      const bool most = unseen.size() > seen.size();
      c.strong("text-hidden", most ? 2.5 : 1.5,
               fmt::format("{} words of text are there to be read by filters, not by people ({} are shown)",
                           unseen.size(), seen.size()),
               {"T1027"});
    }
  }
  if (f.shown_looks.invisible >= 8)
    c.strong("words-split", 2.2, fmt::format("invisible characters split words {} times", f.shown_looks.invisible),
             {"T1027"});
  if (f.shown_looks.words_mixed >= 2)
    c.strong("words-disguised", 2.2,
             fmt::format("{} words mix letters of other alphabets that look Latin", f.shown_looks.words_mixed),
             {"T1036.008"});
  if (f.shown_looks.styled >= 20)
    c.strong("words-styled", 1.2, "the text is written in mathematical letters, which filters don't read", {"T1027"});
  // A gap of thousands of lines, below which the filler stands.
  for (const Page& page : f.pages) {
    if (page.attached || c.has("text-pushed-away")) continue;
    for (const HtmlNode& node : page.tree.nodes()) {
      if (node.kind == HtmlNode::Kind::element && node.name != "style") {
        const std::string_view style = page.tree.value(node, "style");
        if (style.empty()) continue;
        if (pushes_away(lower_ascii(squeezed(style))))
          c.strong("text-pushed-away", 4.2, "text stands so far below that no reader comes to it", {"T1027"});
      } else if (node.kind == HtmlNode::Kind::text && page.tree.nodes()[node.parent].name == "style") {
        if (pushes_away(lower_ascii(squeezed(node.text))))
          c.strong("text-pushed-away", 4.2, "text stands so far below that no reader comes to it", {"T1027"});
      }
      if (c.has("text-pushed-away")) break;
    }
  }
  if (f.shown_looks.reordering >= 2) c.weak("words-reordered", 1.0, "the text has characters that turn its direction");
}

// Each of these honest mail has too; all at once it does not: a name and an address that a machine made, a domain that
// costs nothing, links that lead anywhere but to the sender and hide it, a picture for a text.
void throwaway_traits(Context& c) {
  const auto any = [&](std::initializer_list<std::string_view> traits) {
    return std::ranges::any_of(traits, [&](std::string_view one) { return c.has(one); });
  };
  std::vector<std::string_view> signs;
  if (any({"sender-random"})) signs.push_back("a sender's address made by a machine");
  // Half of the small houses are under a cheap suffix; they write under the name that stands there.
  if (any({"sender-domain-random", "sender-default-tenant", "sender-free-host", "sender-malformed"}) ||
      (c.has("sender-suffix-cheap") && c.has("name-unlike")))
    signs.push_back("a throwaway domain");
  if (any({"links-not-senders"})) signs.push_back("no link to the sender");
  // An everyday shortener, or the sender's own page on a free host, hides nothing.
  const auto counts = [&](std::string_view trait, double from) {
    return std::ranges::any_of(c.reasons, [&](const Reason& one) { return one.trait == trait && one.weight >= from; });
  };
  if (any({"link-to-address", "link-redirects", "link-shortened"}) || counts("link-to-free-host", 1.0))
    signs.push_back("links that hide where they lead");
  if (any({"link-domain-random", "picture-free-host"}) || (c.has("link-suffix-cheap") && c.has("sender-random")))
    signs.push_back("a link to a throwaway domain");
  if (any({"mail-is-picture"})) signs.push_back("a picture in place of text");
  if (any({"sender-unproved"})) signs.push_back("a sender not proved");
  if (any({"sender-untidy", "sender-several", "subject-names-receiver", "answers-falsely"}))
    signs.push_back("headers as machines write them");
  if (any({"letters-styled", "letters-disguised", "letters-invisible", "words-split", "words-disguised", "text-hidden",
           "text-pushed-away"}))
    signs.push_back("letters or text that trick filters");
  // A single phrase of theirs ("congratulations") is everybody's.
  bool junk = false;
  for (const Reason& one : c.reasons)
    for (const std::string_view name : {"words-prize", "words-remedy", "words-dating", "words-crypto", "words-bets"})
      junk |= one.trait == name && one.weight >= 0.9;
  if (junk) signs.push_back("the words of junk mail");
  if (signs.size() == 3 && any({"sender-random", "sender-malformed", "sender-untidy"}) &&
      any({"links-not-senders", "link-suffix-cheap", "link-shortened"}) && !c.facts.threaded && !c.facts.listed) {
    c.strong("throwaway", 1.0,
             fmt::format("several signs of a throwaway mail: {}, {}, {}", signs[0], signs[1], signs[2]), {"T1583.001"});
    return;
  }
  const bool made = any({"sender-random", "sender-drawn", "sender-domain-random", "sender-malformed", "sender-untidy",
                         "sender-unproved", "sender-several", "sender-default-tenant", "sender-decorated", "id-missing",
                         "letters-styled", "letters-disguised", "letters-invisible", "words-split", "words-disguised",
                         "text-hidden", "text-pushed-away", "link-to-address", "link-redirects"});
  if (!made && c.facts.auth.passes() && !c.has("name-unlike")) return;
  if (signs.size() < 4 || c.facts.threaded || (c.facts.auth.dmarc == "pass" && c.facts.listed && signs.size() < 5))
    return;
  std::string text;
  for (const std::string_view one : signs) text += (text.empty() ? "" : ", ") + std::string(one);
  c.strong("throwaway",
           signs.size() >= 6   ? 3.5
           : signs.size() == 5 ? 3.0
                               : 2.2,
           "it is made to be thrown away: " + text, {"T1583.001"});
}

void wording_traits(Context& c) {
  const Facts& f = c.facts;
  // Gateways put their warnings there; nobody's mail vouches for itself.
  for (const std::string_view vouch :
       {"this message is from a trusted sender", "this sender is trusted", "message is from a verified sender",
        "this email is from a trusted", "sender has been verified from", "this email has been scanned and is safe"})
    if (f.shown_looks.plain.find(vouch) != std::string::npos) {
      c.strong("text-vouches", 2.0, fmt::format("the mail says of itself that it can be trusted: “{}”", vouch),
               {"T1656"});
      break;
    }
  const std::string subject = f.subject_looks.plain + " . " + f.from_looks.plain;
  const std::string text = subject + " . " + f.shown_looks.plain + " . " +
                           (f.pages.empty() ? "" : look_at(f.plain_text.substr(0, 64u << 10)).plain);
  const auto in_subject = c.know.topics_in(subject);
  const auto met = c.know.topics_in(text);
  const bool talks_long = f.shown.size() > 12'000;  // a long newsletter holds any word
  bool credentials = false, parcel = false;
  for (const Knowledge::Met& one : met) {
    const Topic& topic = c.know.topics()[one.topic];
    const auto subject_met = std::ranges::find(in_subject, one.topic, &Knowledge::Met::topic);
    const std::size_t n = one.count + (subject_met != in_subject.end() ? subject_met->count : 0);
    std::string phrases;
    for (const std::string_view phrase : one.shown)
      phrases += (phrases.empty() ? "“" : ", “") + std::string(phrase) + "”";
    const std::string said = fmt::format("it {}: {}", topic.says, phrases);
    credentials |= topic.name == "credentials";
    parcel |= topic.name == "parcel";
    if (topic.weak) {
      // Letters to subscribers talk of their matter at length.
      const double most = f.listed && f.auth.passes() ? 0.9 : 1.3;
      c.weak("words-" + topic.name, n == 1 ? 0.5 : n <= 3 ? 0.9 : most, said);
      continue;
    }
    // Words that honest mail of an institution hardly has need fewer.
    const bool junk =
        topic.name == "remedy" || topic.name == "crypto" || topic.name == "dating" || topic.name == "bets";
    const bool bare = topic.name == "dating" || topic.name == "bets";
    const std::size_t enough = topic.name == "callback" ? 4 : junk ? 2 : 3;
    std::string wallet;
    if (topic.name == "extortion" && n >= 2 && holds_wallet(f.shown, wallet)) {
      c.strong("words-extortion", 5.0, fmt::format("{}; it names the wallet {}", said, wallet), {"T1657"});
      c.entities.push_back({EntityType::account, wallet, "wallet"});
    } else if (topic.name == "callback") {
      const bool phone = holds_telephone(f.shown);
      if (n >= 3 && phone && !c.brands.empty() && c.has("sender-claims-brand"))
        c.strong("words-callback", 2.5, fmt::format("{}, with a number to call", said), {"T1566.004"});
      else if (n >= enough && phone && c.know.is(Knowledge::Use::freemail, f.from.domain))
        c.strong("words-callback", 3.5, fmt::format("{}, with a number to call, from a free mailbox", said),
                 {"T1566.004"});
      else if (n >= enough && phone && !f.listed && !f.threaded)
        c.strong("words-callback", 1.5, fmt::format("{}, with a number to call", said), {"T1566.004"});
      else if (phone && n >= 2)
        c.weak("words-callback", 0.8, said);
    } else if (n >= enough && one.count >= 2 && !(talks_long && n < 2 * enough) && !f.threaded) {
      c.strong("words-" + topic.name,
               (n >= enough + 3   ? 3.0
                : n >= enough + 1 ? 2.3
                                  : 1.6) +
                   (bare || topic.name == "money" ? 0.5 : 0),
               said,
               topic.name == "money" || topic.name == "extortion" ? std::vector<std::string_view>{"T1657"}
                                                                  : std::vector<std::string_view>{});
    } else {
      c.weak("words-" + topic.name, n >= 2 ? 0.9 : 0.4, said);
    }
  }
  // Hardly a text, a large sum, a link, a free mailbox.
  if (f.shown.size() < 300 && !f.threaded && !f.links.empty() && f.links.size() <= 2 &&
      c.know.is(Knowledge::Use::freemail, f.from.domain) && holds_sum(f.shown))
    c.strong("words-sum", 2.5, "a few words, a large sum of money and a link, from a free mailbox");
  else if (f.shown.size() < 300 && !f.threaded && f.files.empty() &&
           c.know.is(Knowledge::Use::freemail, f.from.domain) && (holds_sum(f.shown) || holds_sum(f.subject)))
    c.strong("words-sum", 1.8, "a few words and a large sum of money, from a free mailbox");
  if (f.shown.size() < 1500 && !f.threaded && !f.listed && holds_coins(f.shown_looks.plain))
    c.strong("words-sum", 2.5, "it speaks of an amount of crypto-currency that waits for the reader");
  // An answer is all that it wants: no link, no file, and the answer goes elsewhere.
  if (f.links.empty() && f.files.empty() && !f.threaded)
    for (const Reason& reason : c.reasons)
      if (reason.trait == "reply-turns" && !reason.weak) {
        c.strong("wants-answer", 1.8,
                 "all that it wants is an answer, and that goes to a free mailbox of somebody else", {"T1598"});
        break;
      }
  // Together they say more than each: a request about an account or parcel, and a link that hides whose it is.
  const bool cloaked = c.has("link-to-free-host") || c.has("link-to-address") || c.has("link-imitates") ||
                       c.has("link-user") || c.has("link-names-receiver") || c.has("code-leads") ||
                       // … not the sender's own site behind the click counter of his mail service.
                       std::ranges::any_of(c.reasons, [](const Reason& one) {
                         return one.trait == "link-text-differs" && one.weight >= 0.8;
                       });
  if ((credentials || parcel) && cloaked && !f.threaded)
    c.strong("request-and-cloak", 1.3,
             credentials ? "a request about an account goes with a link that hides whose it is"
                         : "news of a parcel goes with a link that hides whose it is",
             {"T1566.002"});
  if ((credentials || parcel) && c.has("sender-claims-brand"))
    c.strong("request-and-brand", 1.0, "the borrowed name asks for something about an account or parcel", {"T1656"});
}

}  // namespace tocsin::phishing
