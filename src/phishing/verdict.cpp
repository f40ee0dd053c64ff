#include "phishing/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/hash.h"
#include "phishing/html/address.h"
#include "phishing/webmail/message.h"

namespace tocsin::phishing {
namespace {

constexpr std::string_view kMailTechniques[] = {"T1566"};
constexpr std::string_view kExploitTechniques[] = {"T1203", "T1566"};
constexpr Spec kSpecs[] = {
    {"tocsin-phishing-mail", "Mail with traits of phishing", Level::medium, kMailTechniques},
    {"tocsin-webmail-exploit", "Mail that attacks the webmail client", Level::high, kExploitTechniques}};

// Words without what varies from copy to copy: numbers, addresses, single odd words of digits and letters.
std::string skeleton(std::string_view text, std::size_t words_max) {
  std::string out, word;
  std::size_t words = 0;
  const auto end = [&] {
    const bool digits = std::ranges::any_of(word, [](unsigned char c) { return std::isdigit(c); });
    if (!word.empty() && !digits && word.find('@') == std::string::npos && words < words_max) {
      out += word + " ";
      ++words;
    }
    word.clear();
  };
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80 || c == '@')
      word += c;
    else
      end();
    if (words >= words_max) break;
  }
  end();
  return out;
}

std::string campaign_of(const Facts& facts) {
  // Names of receivers go, so that greetings don't tell copies apart.
  std::string text = facts.shown_looks.plain.substr(0, 4000), subject = facts.subject_looks.plain;
  for (const Mailbox& to : facts.to)
    for (const std::string& part : {to.address, to.address.substr(0, to.address.find('@')), look_at(to.name).plain})
      if (part.size() >= 4)
        for (std::string* one : {&text, &subject})
          for (std::size_t at; (at = one->find(part)) != std::string::npos;) one->erase(at, part.size());
  std::string files;
  for (const File& file : facts.files) files += file.extension + " ";
  const std::string words = skeleton(text, 60);
  // Where there is hardly a text, the sender tells templates apart.
  const std::string content =
      skeleton(subject, 20) + "|" + words + "|" + files + (words.size() < 80 ? "|" + facts.from.registrable : "");
  return fmt::format("{:016x}", hash64(content, 0x70686973));
}

void add_techniques(std::vector<std::string>& to, std::span<const std::string_view> some) {
  for (const std::string_view one : some)
    if (std::ranges::find(to, one) == to.end()) to.emplace_back(one);
}

std::vector<Entity> bounded(std::vector<Entity> entities) {
  std::ranges::sort(entities);
  const auto [first, last] = std::ranges::unique(entities);
  entities.erase(first, last);
  if (entities.size() > 100) entities.resize(100);
  return entities;
}

// The reason that says what kind of mail this is.
std::string kind_of(const Context& c) {
  const auto any = [&](std::initializer_list<std::string_view> traits) {
    return std::ranges::any_of(traits, [&](std::string_view one) { return c.has(one); });
  };
  if (any({"file-executable", "file-hides-extension", "archive-holds-program", "archive-locked", "file-macro",
           "file-remote-template", "file-shortcut", "file-image", "file-script", "page-builds-file",
           "picture-runs-script", "file-exploit"}))
    return "Mail that brings a dangerous file";
  if (any({"link-to-share", "calendar-share"})) return "Mail that draws out password hashes";
  if (any({"page-asks-password", "page-asks-data"})) return "Mail that asks for a password";
  if (c.has("words-extortion")) return "Extortion mail";
  if (any({"sender-is-receiver", "sender-claims-receiver"}))
    return "Mail that passes itself off as the receiver's own house";
  if (any({"sender-claims-brand", "sender-imitates", "sender-forged", "link-imitates"}))
    return c.brands.empty() ? "Mail under a borrowed name" : "Mail under the name of " + c.brands.front()->name;
  if (c.has("code-leads")) return "Mail with a QR code that leads away";
  if (any({"words-callback"})) return "Mail that wants to be called";
  for (const Reason& reason : c.reasons)
    if (reason.trait == "words-money" && !reason.weak) return "Advance-fee mail";
  return "Phishing mail";
}

Statement phishing_statement(Context& c, double score, double strong) {
  Statement out;
  out.score = score;
  out.level = score >= kHigh && strong >= kStrongHigh ? Level::high : score >= kMedium ? Level::medium : Level::low;
  std::ranges::stable_sort(c.reasons, [](const Reason& a, const Reason& b) {
    return std::pair(a.weak, -a.weight) < std::pair(b.weak, -b.weight);
  });
  out.title = fmt::format("{}: {}, from {}", kind_of(c), quoted(c.facts.subject, 70),
                          c.facts.from.address.empty() ? quoted(c.facts.from.name, 40) : c.facts.from.address);
  out.detail =
      fmt::format("Weight {:.1f} (medium above {:.1f}, high from {:.1f}); what it rests on:", score, kWeakMax, kHigh);
  std::size_t said = 0;
  for (const Reason& reason : c.reasons) {
    if (++said > 24) break;
    out.detail +=
        fmt::format("\n- {}{} [{}, {:.1f}]", reason.weak ? "(weak) " : "", reason.text, reason.trait, reason.weight);
    if (!reason.weak) add_techniques(out.techniques, reason.techniques);
  }
  bool attached = false;
  for (const Reason& reason : c.reasons)
    attached |= !reason.weak && (reason.trait.starts_with("file") || reason.trait.starts_with("archive") ||
                                 reason.trait.starts_with("picture-runs"));
  const bool web = std::ranges::any_of(c.facts.links, [](const Link& link) { return !link.url.host.empty(); });
  if (attached) add_techniques(out.techniques, std::array<std::string_view, 1>{"T1566.001"});
  if (web && !attached) add_techniques(out.techniques, std::array<std::string_view, 1>{"T1566.002"});
  if (out.techniques.empty()) out.techniques = {"T1566"};
  out.entities = bounded(c.entities);
  out.campaign = campaign_of(c.facts);
  return out;
}

Statement exploit_statement(const std::vector<Sink>& sinks, const Facts& facts) {
  Statement out;
  out.spec = kExploitSpec;
  std::vector<const Sink*> told;
  for (const Sink& sink : sinks)
    if (sink.grade > Grade::leftover) told.push_back(&sink);
  std::ranges::stable_sort(told, [](const Sink* a, const Sink* b) {
    return std::pair(a->grade, a->hidden) > std::pair(b->grade, b->hidden);
  });
  std::vector<std::string_view> abilities, aims;
  bool hidden = false, exploit = false;
  for (const Sink* sink : told) {
    exploit |= sink->grade == Grade::exploit;
    hidden |= sink->hidden;
    for (const std::string_view one : sink->abilities)
      if (std::ranges::find(abilities, one) == abilities.end()) abilities.push_back(one);
    for (const std::string_view one : sink->aims)
      if (std::ranges::find(aims, one) == aims.end()) aims.push_back(one);
  }
  const auto can = [&](std::string_view what) { return std::ranges::find(abilities, what) != abilities.end(); };
  const bool steals = !aims.empty() || ((can("reads cookies") || can("reads what the browser keeps") ||
                                         can("listens to keys") || can("reaches the page around it")) &&
                                        can("sends requests"));
  out.level = !exploit ? Level::medium : steals ? Level::critical : Level::high;
  out.title = fmt::format("Mail that attacks the webmail client: {} {}{}, from {}", told.front()->where,
                          told.front()->what, hidden ? ", hidden" : "",
                          facts.from.address.empty() ? quoted(facts.from.name, 40) : facts.from.address);
  out.detail = exploit ? "Places in the mail at which a webmail client would run something:"
                       : "Active content that mail has no use for; it runs only where a client does not filter at all:";
  std::size_t said = 0;
  for (const Sink* sink : told) {
    if (++said > 12) {
      out.detail += fmt::format("\n- and {} more", told.size() - 12);
      break;
    }
    out.detail += fmt::format("\n- {}: {}{} [{}] {}", sink->where, sink->what, sink->hidden ? ", and hides it" : "",
                              name(sink->kind), quoted(sink->excerpt, 120));
  }
  const auto listed = [](const std::vector<std::string_view>& all) {
    std::string text;
    for (const std::string_view one : all) text += (text.empty() ? "" : ", ") + std::string(one);
    return text;
  };
  if (!abilities.empty()) out.detail += "\nIts script " + listed(abilities) + ".";
  if (!aims.empty()) out.detail += "\nIts words belong to: " + listed(aims) + ".";
  out.techniques = {"T1203", "T1566"};
  if (can("sends requests") || can("reads cookies"))
    add_techniques(out.techniques, std::array<std::string_view, 1>{"T1539"});
  if (std::ranges::any_of(told, [](const Sink* sink) { return sink->kind == SinkKind::command; }))
    out.techniques = {"T1190"};
  if (!facts.from.address.empty()) out.entities.push_back({EntityType::mailbox, facts.from.address, "source"});
  std::size_t receivers = 0;
  for (const Mailbox& to : facts.to)
    if (!to.address.empty() && ++receivers <= 20) out.entities.push_back({EntityType::mailbox, to.address, "target"});
  // Where its script calls home.
  std::size_t urls = 0;
  for (const Link& link : facts.links)
    if (link.from == Link::From::code && ++urls <= 20)
      out.entities.push_back({EntityType::url, link.target.substr(0, 500), "link"});
  out.entities = bounded(std::move(out.entities));
  out.campaign = campaign_of(facts);
  return out;
}

// What speaks for the mail.
void good_traits(Context& c) {
  const Facts& f = c.facts;
  std::size_t web = 0, own = 0;
  for (const Link& link : f.links) {
    if (link.url.host.empty()) continue;
    ++web;
    own += link.url.registrable == f.from.registrable;
  }
  const bool junk =
      std::ranges::any_of(c.reasons, [](const Reason& one) { return !one.weak && one.trait.starts_with("words-"); });
  if (f.auth.passes() && web > 0 && own * 2 >= web && !junk && !c.has("sender-random") && !c.has("sender-drawn") &&
      !c.has("sender-claims-brand") && !c.has("sender-imitates"))
    c.weak("proved-and-own", -1.5, "the sender's domain was proved and the links lead to it");
  const bool borrowed = c.has("sender-claims-brand") || c.has("sender-imitates") || c.has("subject-claims-brand") ||
                        c.has("sender-drawn");
  if (f.listed && f.auth.passes() && !borrowed)
    c.weak("proved-list", -0.8, "the sender's domain was proved, and lets its readers leave the list");
  if (f.auth.passes() && !borrowed && !c.know.is(Knowledge::Use::freemail, f.from.domain) && !f.from.name.empty() &&
      shares_label(f.from.registrable, squeezed(f.from_looks.plain)))
    c.weak("proved-name", -0.8, fmt::format("the sender's name goes with {}, which was proved", f.from.registrable));
  if (f.auth.passes() && !borrowed && !f.return_path.registrable.empty() && web > 0 &&
      f.return_path.registrable == f.from.registrable && !c.has("links-not-senders"))
    c.weak("proved-path", -0.4, "sender, envelope and links belong together");
  if (f.threaded && !f.listed && !c.has("sender-claims-brand"))
    c.weak("answers", -0.6, "it says that it answers an earlier mail");
  if (f.auth.passes() && c.know.is_brand_domain(f.from.registrable) &&
      !c.know.is(Knowledge::Use::freemail, f.from.domain))
    c.weak("proved-brand", -2.0, fmt::format("{} was proved", f.from.domain));
}

}  // namespace

std::span<const Spec> all_specs() { return kSpecs; }

namespace {

void all_traits(Context& c) {
  sender_traits(c);
  link_traits(c);
  page_traits(c);
  hiding_traits(c);
  file_traits(c);
  code_traits(c);
  calendar_traits(c);
  wording_traits(c);
  origin_traits(c);
  throwaway_traits(c);
  good_traits(c);
}

}  // namespace

std::vector<Reason> Judge::traits(const mime::Message& message) const {
  const Facts facts = gather(message);
  Context c{facts, knowledge_, look_alike_, {}, {}, {}};
  all_traits(c);
  return std::move(c.reasons);
}

std::vector<Statement> Judge::judge(const mime::Message& message) const {
  std::vector<Statement> out;
  const Facts facts = gather(message);
  Context c{facts, knowledge_, look_alike_, {}, {}, {}};
  all_traits(c);
  double strong = 0, weak = 0, good = 0;
  for (Reason& reason : c.reasons) reason.weight *= knowledge_.factor(reason.trait, reason.weak);
  for (const Reason& reason : c.reasons) (reason.weight < 0 ? good : reason.weak ? weak : strong) += reason.weight;
  const double score = std::max(0.0, strong + std::min(weak, kWeakMax) + good);
  if (score >= kLow && strong > 0) out.push_back(phishing_statement(c, score, strong));
  const std::vector<Sink> sinks = webmail_sinks(message, &facts);
  if (std::ranges::any_of(sinks, [](const Sink& sink) { return sink.grade > Grade::leftover; }))
    out.push_back(exploit_statement(sinks, facts));
  return out;
}

}  // namespace tocsin::phishing
