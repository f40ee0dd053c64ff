// What pages do, in the mail's body and as attachments: ask for passwords, build files, send the reader on.
#include <fmt/format.h>

#include <algorithm>

#include "phishing/html/address.h"
#include "phishing/html/script.h"
#include "phishing/traits/trait.h"
#include "phishing/webmail/sinks.h"

namespace tocsin::phishing {
namespace {

std::string scripts_of(const HtmlTree& tree) {
  std::string out;
  const auto nodes = tree.nodes();
  for (const HtmlNode& node : nodes) {
    if (node.kind != HtmlNode::Kind::element || out.size() > kScriptMax) continue;
    if (node.name == "script") {
      const auto index = static_cast<std::uint32_t>(&node - nodes.data());
      const std::uint32_t end =
          tree.nested() ? node.end : std::min<std::uint32_t>(index + 2, static_cast<std::uint32_t>(nodes.size()));
      for (std::uint32_t i = index + 1; i < end; ++i)
        if (nodes[i].kind == HtmlNode::Kind::text) out += std::string(nodes[i].text) + "\n";
      const std::string_view src =
          !tree.value(node, "src").empty() ? tree.value(node, "src") : tree.value(node, "href");
      if (view_address(src).scheme == Scheme::data) out += read_data(view_address(src).rest).content + "\n";
    }
    for (const HtmlAttribute& one : tree.attributes(node))
      if (one.name.starts_with("on") && one.name.size() > 4) out += std::string(one.value) + "\n";
  }
  return out;
}

bool holds(const std::string& text, std::string_view word) { return text.find(word) != std::string::npos; }

struct Forms {
  bool any = false, password = false, credentials = false, remote = false;
  std::string action;
};

Forms forms_of(const HtmlTree& tree) {
  Forms out;
  for (const HtmlNode& node : tree.nodes()) {
    if (node.kind != HtmlNode::Kind::element) continue;
    if (node.name == "form") {
      out.any = true;
      const std::string_view action = tree.value(node, "action");
      Url url;
      if (parse_url(action, url)) {
        out.remote = true;
        if (out.action.empty()) out.action = url.host;
      }
    } else if (node.name == "input") {
      const std::string type = lower_ascii(tree.value(node, "type"));
      const std::string name =
          lower_ascii(std::string(tree.value(node, "name")) + " " + std::string(tree.value(node, "id")) + " " +
                      std::string(tree.value(node, "placeholder")));
      if (type == "password") out.password = true;
      if (type.empty() || type == "text" || type == "email" || type == "tel" || type == "number") {
        for (const std::string_view word : {"pass", "pwd", "mot de", "passwort", "contrase", "senha", "user", "login",
                                            "card", "cvv", "pin", "ssn", "otp", "iban", "account"})
          if (holds(name, word)) out.credentials = true;
      }
    }
  }
  return out;
}

// A page in scripts: data that becomes a file, or markup that is written.
void judge_scripts(const std::string& code, std::string_view where, bool attached, Context& c) {
  const ScriptView view = view_script(code);
  const std::string dense = lower_ascii(squeezed(view.plain));
  const bool blob = holds(dense, "newblob(") || holds(dense, "newfile(") || holds(dense, "mssaveoropenblob") ||
                    holds(dense, "mssaveblob");
  const bool given = holds(dense, "createobjecturl") || holds(dense, "mssave") || holds(dense, ".download=") ||
                     holds(dense, "setattribute('download'") || holds(dense, "setattribute(\"download\"") ||
                     holds(dense, "data:application");
  if ((blob && given) || holds(dense, "mssaveoropenblob")) {
    if (!c.has("page-builds-file"))
      c.strong("page-builds-file", 5.0,
               fmt::format("{} builds a file in the browser and hands it over (HTML smuggling)", where), {"T1027.006"});
  }
  if (view.disguised && !c.has("page-script-disguised")) {
    if (attached)
      c.strong("page-script-disguised", 3.0, fmt::format("{} runs script that hides its own text", where),
               {"T1027"});
    else
      c.weak("page-script-disguised", 1.5, fmt::format("{} runs script that hides its own text", where));
  }
  const bool goes = holds(dense, "location=") || holds(dense, "location.href=") || holds(dense, "location.replace(") ||
                    holds(dense, "location.assign(") || holds(dense, "window.open(");
  const bool writes = holds(dense, "document.write(") || holds(dense, "innerhtml=");
  if (attached && (goes || writes) && !c.has("page-sends-on"))
    c.strong("page-sends-on", goes ? 4.0 : 2.5,
             fmt::format("{} {}", where,
                         goes ? "sends its reader on to another page by script" : "writes its content by script"),
             {"T1566.001"});
  if (attached &&
      (holds(dense, "fetch(") || holds(dense, "xmlhttprequest") || holds(dense, "$.ajax") || holds(dense, "$.post") ||
       holds(dense, "api.telegram.org")) &&
      !c.has("page-sends-data"))
    c.strong("page-sends-data", 3.5, fmt::format("{} sends what is typed or read to a server", where), {"T1598.002"});
}

}  // namespace

void judge_page(const Page& page, std::string_view where, Context& c) {
  const Forms forms = forms_of(page.tree);
  if (forms.password && !c.has("page-asks-password"))
    c.strong(
        "page-asks-password", page.attached ? 5.0 : 4.5,
        fmt::format("{} asks for a password{}", where, forms.action.empty() ? "" : " and sends it to " + forms.action),
        {"T1598.003", "T1056.003"});
  else if (forms.credentials && (forms.any || page.attached) && !c.has("page-asks-password"))
    c.strong("page-asks-data", 3.5,
             fmt::format("{} asks for account or card data{}", where,
                         forms.action.empty() ? "" : " and sends it to " + forms.action),
             {"T1598.003"});
  else if (forms.any && forms.remote && !c.has("page-has-form"))
    c.weak("page-has-form", 0.8, fmt::format("{} has a form that sends to {}", where, forms.action));
  const std::string code = scripts_of(page.tree);
  if (!code.empty()) judge_scripts(code, where, page.attached, c);
  for (const HtmlNode& node : page.tree.nodes()) {
    if (node.kind != HtmlNode::Kind::element) continue;
    if (node.name == "a" && page.tree.find(node, "download") &&
        view_address(page.tree.value(node, "href")).scheme == Scheme::data && !c.has("page-builds-file"))
      c.strong("page-builds-file", 5.0,
               fmt::format("{} holds a file in a link's address, to be saved (HTML smuggling)", where), {"T1027.006"});
    if (page.attached && node.name == "meta" &&
        lower_ascii(squeezed(page.tree.value(node, "http-equiv"))) == "refresh") {
      const std::string content = lower_ascii(page.tree.value(node, "content"));
      if (holds(content, "url") && !c.has("page-sends-on"))
        c.strong("page-sends-on", 4.0,
                 fmt::format("{} sends its reader on to {}", where, quoted(content.substr(content.find("url")))),
                 {"T1566.001"});
    }
    if (page.attached &&
        (node.name == "iframe" || node.name == "object" || node.name == "embed" || node.name == "foreignobject") &&
        !c.has("page-frames")) {
      const std::string_view source =
          !page.tree.value(node, "src").empty() ? page.tree.value(node, "src") : page.tree.value(node, "data");
      Url url;
      if (parse_url(source, url) || view_address(source).scheme == Scheme::data || page.tree.find(node, "srcdoc"))
        c.strong("page-frames", 2.5,
                 fmt::format("{} shows another page within itself{}", where, url.host.empty() ? "" : ": " + url.host),
                 {"T1566.001"});
    }
  }
}

void page_traits(Context& c) {
  std::size_t attached = 0;
  for (const Page& page : c.facts.pages) {
    if (!page.attached) {
      judge_page(page, "the mail", c);
      continue;
    }
    ++attached;
    const std::string head = lower_ascii(trimmed(std::string_view(page.text).substr(0, 2000)));
    const bool svg = head.find("<svg") != std::string::npos && head.find("<html") == std::string::npos;
    const std::string where = svg ? "an attached picture (SVG)" : "an attached page";
    judge_page(page, where, c);
    if (svg) {
      SinkList sinks;
      sinks.html(page.text);
      if (sinks.found(Grade::active) && !c.has("picture-runs-script"))
        c.strong("picture-runs-script", 4.5, "an attached picture (SVG) runs script when it is opened",
                 {"T1027.006", "T1566.001"});
      std::vector<Link> links;
      for (const HtmlNode& node : page.tree.nodes()) {
        if (node.kind != HtmlNode::Kind::element || node.name != "a") continue;
        Url url;
        const std::string_view target = !page.tree.value(node, "href").empty() ? page.tree.value(node, "href")
                                                                               : page.tree.value(node, "xlink:href");
        if (parse_url(target, url) && !c.has("picture-is-link"))
          c.strong("picture-is-link", 2.5, fmt::format("an attached picture (SVG) is a link to {}", url.host),
                   {"T1566.001"});
      }
    } else if (!c.has("page-attached")) {
      c.weak("page-attached", 1.2, "a web page is attached");
    }
    if (attached > 10) break;
  }
}

}  // namespace tocsin::phishing
