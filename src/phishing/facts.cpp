#include "phishing/facts.h"

#include <algorithm>
#include <array>

#include "phishing/html/address.h"
#include "phishing/knowledge.h"

namespace tocsin::phishing {
namespace {

Mailbox mailbox(const mime::Address& from) {
  Mailbox out{from.name, lower_ascii(from.address), "", "", from.address};
  out.domain = lower_ascii(mime::domain_of(out.address));
  while (!out.domain.empty() && (out.domain.back() == '.' || out.domain.back() == '>')) out.domain.pop_back();
  if (!out.domain.empty()) out.registrable = registrable_of(out.domain);
  return out;
}

Mailbox first_mailbox(const mime::Part& top, std::string_view name, std::size_t* count = nullptr) {
  const mime::Header* header = top.find(name);
  if (!header) return {};
  const auto all = mime::addresses(header->raw.substr(0, 64u << 10));
  if (count) *count = all.size();
  if (all.empty()) {
    Mailbox out;
    out.name = mime::decode_header(header->raw.substr(0, 4096));
    return out;
  }
  return mailbox(all.front());
}

// The topmost field alone: those below may have been written by whoever sent the mail.
AuthClaims claims(const mime::Part& top) {
  AuthClaims out;
  const mime::Header* header = top.find("Authentication-Results");
  if (!header) return out;
  const std::string text = lower_ascii(mime::decode_header(header->raw.substr(0, 16u << 10)));
  // Comments go.
  std::string bare;
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (depth == 0) bare += c;
    if (c == ')' && depth > 0) --depth;
  }
  const auto result = [&](std::string_view method) -> std::string {
    std::string found;
    for (std::size_t at = bare.find(method); at != std::string::npos; at = bare.find(method, at + 1)) {
      if (at > 0 &&
          (std::isalnum(static_cast<unsigned char>(bare[at - 1])) || bare[at - 1] == '.' || bare[at - 1] == '-'))
        continue;
      std::size_t p = at + method.size();
      while (p < bare.size() && bare[p] == ' ') ++p;
      if (p >= bare.size() || bare[p] != '=') continue;
      ++p;
      while (p < bare.size() && bare[p] == ' ') ++p;
      const std::size_t begin = p;
      while (p < bare.size() && std::isalpha(static_cast<unsigned char>(bare[p]))) ++p;
      const std::string value = bare.substr(begin, p - begin);
      if (found.empty() || value == "pass") found = value;  // of several signatures one is enough
    }
    return found;
  };
  out.spf = result("spf");
  out.dkim = result("dkim");
  out.dmarc = result("dmarc");
  out.compauth = result("compauth");
  return out;
}

std::string extension_of(std::string_view name) {
  while (!name.empty() && (name.back() == ' ' || name.back() == '.')) name.remove_suffix(1);
  const std::size_t dot = name.find_last_of('.');
  return dot == std::string_view::npos || name.size() - dot > 12 ? std::string() : lower_ascii(name.substr(dot + 1));
}

void links_of(const Page& page, Facts& facts) {
  std::vector<Link>& links = facts.links;
  const auto nodes = page.tree.nodes();
  for (const HtmlNode& node : nodes) {
    if (node.kind != HtmlNode::Kind::element) continue;
    if (node.name == "img" || node.name == "image") {
      ++facts.pictures;
      Url url;
      if (facts.picture_hosts.size() < 20 && parse_url(page.tree.value(node, "src"), url)) {
        if (url.address && facts.picture_at_address.empty()) facts.picture_at_address = url.host;
        if (std::ranges::find(facts.picture_hosts, url.host) == facts.picture_hosts.end())
          facts.picture_hosts.push_back(std::move(url.host));
      }
    }
    if (links.size() >= Facts::kLinksMax) continue;
    const bool anchor = node.name == "a" || node.name == "area";
    if (!anchor && node.name != "form") continue;
    const std::string_view target = page.tree.value(node, anchor ? "href" : "action");
    if (target.empty()) continue;
    Link link;
    link.from = anchor ? Link::From::anchor : Link::From::form;
    link.target = std::string(target.substr(0, 8192));
    if (!parse_url(link.target, link.url)) link.url = {};
    if (anchor) {
      link.shown = page.tree.text(node, 1024);
      for (std::uint32_t i = static_cast<std::uint32_t>(&node - nodes.data()) + 1; i < node.end && !link.picture; ++i)
        link.picture = nodes[i].kind == HtmlNode::Kind::element && nodes[i].name == "img";
      if (node.name == "area") link.picture = true;
    }
    links.push_back(std::move(link));
  }
}

// Addresses in text, where no anchor holds them.
void links_in(std::string_view text, Link::From from, std::vector<Link>& links) {
  for (std::size_t at = text.find("://"); at != std::string_view::npos && links.size() < Facts::kLinksMax;
       at = text.find("://", at + 3)) {
    std::size_t begin = at;
    while (begin > 0 && at - begin < 6 && std::isalpha(static_cast<unsigned char>(text[begin - 1]))) --begin;
    std::string_view target =
        text.substr(begin, std::min<std::size_t>(4096, text.find_first_of(" \t\r\n<>\"", at) - begin));
    while (!target.empty() && std::string_view(".,;:!?)]}'*").find(target.back()) != std::string_view::npos)
      target.remove_suffix(1);
    Link link;
    link.from = from;
    link.target = std::string(target);
    if (!parse_url(link.target, link.url)) continue;
    if (std::ranges::none_of(links, [&](const Link& one) { return one.target == link.target; }))
      links.push_back(std::move(link));
  }
}

// "Re:", "AW:", "[list] Re:", "Fwd:" and their kin.
bool is_answer(std::string_view subject) {
  std::string low = lower_ascii(trimmed(subject));
  if (low.starts_with('[') && low.find(']') != std::string::npos)
    low = std::string(trimmed(std::string_view(low).substr(low.find(']') + 1)));
  for (const std::string_view one : {"re:",  "aw:", "sv:", "antw:", "rv:",  "res:", "odp:", "vs:",  "r:",  "fw:",
                                     "fwd:", "wg:", "tr:", "enc:",  "rif:", "i:",   "re :", "tr :", "vl:", "doorst:"})
    if (low.starts_with(one)) return true;
  return low.starts_with("re[") || low.starts_with("re(");
}

bool is_page_type(std::string_view type) { return type == "text/html" || type == "application/xhtml+xml"; }

bool is_page_file(const File& file) {
  if (is_page_type(file.type) || file.extension == "html" || file.extension == "htm" || file.extension == "shtml" ||
      file.extension == "xhtml" || file.extension == "mht" || file.extension == "mhtml" || file.extension == "svg" ||
      file.type == "image/svg+xml")
    return true;
  const std::string head = lower_ascii(trimmed(std::string_view(file.bytes).substr(0, 200)));
  return head.starts_with("<!doctype html") || head.starts_with("<html") || head.starts_with("<svg");
}

}  // namespace

bool Facts::to_domain(std::string_view registrable) const {
  return std::ranges::any_of(to, [&](const Mailbox& one) { return one.registrable == registrable; });
}

Facts gather(const mime::Message& message) {
  Facts out;
  out.message = &message;
  const mime::Part& top = message.parts.front();
  out.from = first_mailbox(top, "From", &out.from_count);
  out.reply_to = first_mailbox(top, "Reply-To");
  out.sender = first_mailbox(top, "Sender");
  out.return_path = first_mailbox(top, "Return-Path");
  for (const std::string_view name : {"To", "Cc", "Delivered-To", "X-Original-To"})
    if (const mime::Header* header = top.find(name))
      for (const mime::Address& address : mime::addresses(header->raw.substr(0, 64u << 10)))
        if (out.to.size() < 100) out.to.push_back(mailbox(address));
  if (const mime::Header* subject = top.find("Subject"))
    out.subject = mime::decode_header(subject->raw.substr(0, 16u << 10));
  out.auth = claims(top);
  out.listed = top.find("List-Id") || top.find("List-Unsubscribe");
  out.references = top.find("In-Reply-To") || top.find("References");
  out.threaded = out.references && is_answer(out.subject);
  out.automatic = top.find("Auto-Submitted") || top.find("Precedence");

  std::size_t budget = 4 * Facts::kFileMax;
  std::vector<std::size_t> attached;
  for (const mime::Part& part : message.parts) {
    if (part.is_multipart() || part.type == "message/rfc822") continue;
    const bool body = !part.attachment && part.file_name.empty();
    if (body && is_page_type(part.type)) {
      Page page;
      page.text = mime::text(part, HtmlTree::kTreeMax);
      if (page.text.size() < HtmlTree::kTreeMax) page.part = &part;
      page.tree = HtmlTree::parse(page.text);
      split_text(page.tree, out.shown, out.hidden);
      links_of(page, out);
      out.pages.push_back(std::move(page));
    } else if (body && part.type == "text/plain") {
      if (out.plain_text.size() < Facts::kTextMax) {
        std::string text = mime::text(part, Facts::kTextMax);
        out.plain_text += text + "\n";
        if (text.size() < Facts::kTextMax) out.plains.emplace_back(&part, std::move(text));
      }
    } else if (out.files.size() < 200) {
      File file;
      file.part = &part;
      file.name = part.file_name;
      file.extension = extension_of(part.file_name);
      file.type = part.type;
      file.attached = part.attachment ||
                      (part.content_id.empty() && !part.type.starts_with("image/") && part.type != "text/calendar");
      const std::size_t most = std::min(budget, Facts::kFileMax);
      file.bytes = mime::decoded(part, most);
      file.cut = file.bytes.size() >= most;
      budget -= std::min(budget, file.bytes.size());
      out.files.push_back(std::move(file));
    }
  }
  if (out.pages.empty()) out.shown = out.plain_text.substr(0, Facts::kTextMax);
  for (const std::string* text : {&out.shown, &out.plain_text}) links_in(*text, Link::From::text, out.links);
  for (const File& file : out.files) {
    if (!is_page_file(file) || out.pages.size() >= 20) continue;
    Page page;
    page.text = file.bytes.substr(0, HtmlTree::kTreeMax);
    page.tree = HtmlTree::parse(page.text);
    page.attached = true;
    out.pages.push_back(std::move(page));
  }
  out.from_looks = look_at(out.from.name);
  out.subject_looks = look_at(out.subject);
  out.shown_looks = look_at(out.shown);
  return out;
}

}  // namespace tocsin::phishing
