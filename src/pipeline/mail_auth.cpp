#include "pipeline/mail_auth.h"

#include <array>

#include "base/hash.h"
#include "base/suffix.h"
#include "mailauth/arc.h"
#include "mailauth/dmarc.h"
#include "mailauth/results.h"
#include "mailauth/spf.h"
#include "mime/header.h"
#include "readers/mail/fields.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 11> kNames = {
    "Auth.Server",   "Auth.Trust",           "Auth.Spf",     "Auth.Dkim",      "Auth.Dmarc",  "Auth.Arc",
    "Verified.Dkim", "Verified.Dkim.Domain", "Verified.Spf", "Verified.Dmarc", "Verified.Arc"};
constexpr std::size_t kSaid = 6;  // of them are there without keys

struct Method {
  std::string_view method, field;
};
constexpr Method kMethods[] = {
    {"spf", "Auth.Spf"}, {"dkim", "Auth.Dkim"}, {"dmarc", "Auth.Dmarc"}, {"arc", "Auth.Arc"}};

// Microsoft's servers leave the authserv-id out: "spf=pass (…) …; dkim=…".
constexpr std::string_view kMicrosoft = "protection.outlook.com";

std::optional<mailauth::Results> read_results(std::string_view value) {
  const std::string_view trimmed = mime::trimmed(value);
  const std::size_t equals = trimmed.find('='), semicolon = trimmed.find(';'), blank = trimmed.find_first_of(" \t\r\n");
  if (equals != std::string_view::npos && equals < semicolon && equals < blank)
    return mailauth::parse_results(std::string(kMicrosoft) + "; " + std::string(trimmed));
  return mailauth::parse_results(value);
}

std::string_view owner_of(std::string_view name) {
  const std::string_view owner = PublicSuffixes::system().registrable(name);
  return owner.empty() ? name : owner;
}

bool within(std::string_view name, std::string_view domain) {
  return name == domain ||
         (name.size() > domain.size() && name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.');
}

}  // namespace

Result<std::shared_ptr<MailAuth>> MailAuth::load(const std::vector<std::string>& key_files,
                                                 std::vector<std::string> servers) {
  auto out = std::make_shared<MailAuth>();
  for (const std::string& file : key_files) TRY_VOID(out->store_.load(file));
  for (std::string& server : servers) out->servers_.push_back(mime::lower_ascii(server));
  out->said_only_ = std::make_shared<MailAuth>();
  out->said_only_->servers_ = out->servers_;
  return out;
}

const MailAuth& MailAuth::without_keys() {
  static const MailAuth none;
  return none;
}

const mail::Extra& MailAuth::for_remade() const {
  return said_only_ ? static_cast<const mail::Extra&>(*said_only_) : *this;
}

std::string MailAuth::settings() const {
  std::string out;
  if (store_.size() > 0) {
    Sha256 hash;
    store_.each([&](std::string_view name, const mailauth::StoredKey& key) {
      hash.update(std::string(name) + "\n" + key.record + "\n");
    });
    out = "mail keys " + hash.finish().hex().substr(0, 16);
  }
  for (const std::string& server : servers_) out += (out.empty() ? "" : ", ") + std::string("authserv-id ") + server;
  return out;
}

std::span<const std::string_view> MailAuth::names() const {
  return std::span(kNames).first(store_.size() > 0 ? kNames.size() : kSaid);
}

void MailAuth::add(std::string_view raw, const mime::Message& message, Fields& out) const {
  add_said(message, out);
  if (store_.size() > 0) add_verified(raw, message, out);
}

void MailAuth::add_said(const mime::Message& message, Fields& out) const {
  const mime::Part& root = message.parts[0];
  std::optional<mailauth::Results> said;
  std::string_view trust;
  std::string taken_by;  // worked out once it is needed
  for (const mime::Header& field : root.headers) {
    if (!mime::same_name(field.name, "Authentication-Results")) continue;
    auto results = read_results(field.raw);
    if (!results) continue;
    if (!servers_.empty()) {
      for (const std::string& server : servers_)
        if (within(results->server, server)) trust = "named";
    } else {
      taken_by = mail::way_of(root).taken_by;
      if (!taken_by.empty() && owner_of(results->server) == owner_of(taken_by)) trust = "assumed";
    }
    if (!trust.empty()) said = std::move(results);
    // Without names only the topmost can be the server's own.
    if (said || servers_.empty()) break;
  }
  if (!said) return;
  out.emplace_back("Auth.Server", said->server);
  out.emplace_back("Auth.Trust", std::string(trust));
  for (const Method& method : kMethods)
    for (const mailauth::MethodResult& result : said->methods)
      if (result.method == method.method) out.emplace_back(method.field, result.result);
}

void MailAuth::add_verified(std::string_view raw, const mime::Message& message, Fields& out) const {
  const mailauth::Message parsed = mailauth::Message::parse(raw);
  const mime::Part& root = message.parts[0];
  std::vector<std::string> passed;
  const auto outcomes = mailauth::verify_all(parsed, store_);
  for (const mailauth::Outcome& outcome : outcomes) {
    out.emplace_back("Verified.Dkim", std::string(mailauth::name(outcome.verdict)));
    if (outcome.verdict == mailauth::Verdict::pass) passed.push_back(outcome.signature.domain);
  }
  for (const mailauth::Outcome& outcome : outcomes) out.emplace_back("Verified.Dkim.Domain", outcome.signature.domain);

  const mail::Way way = mail::way_of(root);
  const mime::Header* path = root.find("Return-Path");
  const auto senders = path ? mime::addresses(path->raw) : std::vector<mime::Address>();
  const std::string sender = senders.empty() ? std::string() : senders.front().address;
  const std::string sender_domain =
      mime::lower_ascii(sender.empty() ? std::string_view(way.helo) : mime::domain_of(sender));
  std::string spf_domain;
  if (way.source && !sender_domain.empty() && store_.txt(sender_domain).found == mailauth::Found::yes) {
    const auto answer = mailauth::check_spf({*way.source, sender, way.helo}, store_);
    out.emplace_back("Verified.Spf", std::string(mailauth::name(answer.result)));
    if (answer.result == mailauth::SpfResult::pass) spf_domain = sender_domain;
  }
  if (root.count("From") == 1) {
    const auto from = mime::addresses(root.find("From")->raw);
    const std::string domain = from.size() == 1 ? mime::lower_ascii(mime::domain_of(from[0].address)) : std::string();
    const bool known =
        !domain.empty() && (store_.txt("_dmarc." + domain).found == mailauth::Found::yes ||
                            store_.txt("_dmarc." + std::string(owner_of(domain))).found == mailauth::Found::yes);
    if (known)
      out.emplace_back("Verified.Dmarc",
                       std::string(mailauth::name(mailauth::check_dmarc({domain, spf_domain, passed}, store_).result)));
  }
  if (const mailauth::Chain chain = mailauth::verify_chain(parsed, store_); chain.state != mailauth::ChainState::none)
    out.emplace_back("Verified.Arc", std::string(mailauth::name(chain.state)));
}

}  // namespace tocsin
