#include "phishing/webmail/walk.h"

#include <algorithm>
#include <array>

#include "phishing/html/address.h"
#include "phishing/html/events.h"
#include "phishing/html/script.h"
#include "phishing/html/style.h"

namespace tocsin::phishing {
namespace {

// Attributes whose value is words for people, and no address.
bool is_words(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kWords = {"alt",     "title",   "value", "placeholder", "label",
                                                              "summary", "content", "name",  "class",       "id",
                                                              "style",   "lang",    "d",     "abbr"};
  return std::ranges::find(kWords, name) != kWords.end() || name.starts_with("aria-") || name.starts_with("data-");
}

// Where a page in data: becomes a page of its own.
bool opens(std::string_view element, std::string_view attribute) {
  if (attribute == "src") return element == "iframe" || element == "frame" || element == "embed" || element == "script";
  if (attribute == "data") return element == "object";
  return attribute == "href" || attribute == "xlink:href" || attribute == "action" || attribute == "formaction" ||
         attribute == "srcdoc" || attribute == "from" || attribute == "to" || attribute == "values" ||
         attribute == "by";
}

bool is_text_script(std::string_view type) {
  return type.empty() || type.find("javascript") != std::string_view::npos ||
         type.find("ecmascript") != std::string_view::npos || type == "module" ||
         type.find("vbscript") != std::string_view::npos || type.find("jscript") != std::string_view::npos ||
         type.find("livescript") != std::string_view::npos;
}

bool is_library(std::string_view src) {
  static constexpr std::array<std::string_view, 14> kHosts = {"cdn.ampproject.org",       "www.google-analytics.com",
                                                              "ssl.google-analytics.com", "www.googletagmanager.com",
                                                              "ajax.googleapis.com",      "code.jquery.com",
                                                              "connect.facebook.net",     "platform.twitter.com",
                                                              "ajax.aspnetcdn.com",       "js.hs-scripts.com",
                                                              "maxcdn.bootstrapcdn.com",  "stackpath.bootstrapcdn.com",
                                                              "static.addtoany.com",      "s7.addthis.com"};
  std::string_view rest = src;
  for (const std::string_view scheme : {"https:", "http:"})
    if (rest.starts_with(scheme)) rest.remove_prefix(scheme.size());
  if (!rest.starts_with("//")) return false;
  rest.remove_prefix(2);
  rest = rest.substr(0, rest.find('/'));
  return std::ranges::find(kHosts, rest) != kHosts.end();
}

bool is_theft(std::string_view ability) {
  return ability == "reads cookies" || ability == "sends requests" || ability == "shows that it runs" ||
         ability == "reads what the browser keeps";
}
bool is_grave(std::string_view ability) {
  return is_theft(ability) || ability == "loads code" || ability == "submits a form" || ability == "listens to keys" ||
         ability == "reaches other frames" || ability == "asks where it runs" || ability == "stays in the browser" ||
         ability == "goes to another page";
}

bool is_analytics(const std::string& code) {
  const std::string low = lower_ascii(code);
  for (const std::string_view host : {"google-analytics.com/", "googletagmanager.com/", "connect.facebook.net/",
                                      "snap.licdn.com/", "datalayer", "_gaq", "gtag(", "fbq("})
    if (low.find(host) != std::string::npos) return true;
  return false;
}

bool quotes_or_tags(std::string_view text) { return text.find_first_of("<\"'`=") != std::string_view::npos; }

// Before "=", the name of an event: the cheap test before a value is read as markup.
bool may_break_out(std::string_view text) {
  if (text.find('<') != std::string_view::npos) return true;
  for (std::size_t at = text.find('='); at != std::string_view::npos; at = text.find('=', at + 1)) {
    std::size_t end = at;
    while (end > 0 && static_cast<unsigned char>(text[end - 1]) <= 0x20) --end;
    std::size_t begin = end;
    while (begin > 0 && end - begin < 32 && std::isalnum(static_cast<unsigned char>(text[begin - 1]))) --begin;
    if (is_event(lower_ascii(text.substr(begin, end - begin)))) return true;
    const std::string word = lower_ascii(text.substr(begin, end - begin));
    if (word == "href" || word == "src" || word == "style" || word == "srcdoc" || word == "action") return true;
  }
  return false;
}

}  // namespace

bool SinkWalk::afford(std::size_t bytes) {
  if (list_.limits_.parses == 0 || list_.limits_.inner_bytes < bytes) return false;
  --list_.limits_.parses;
  list_.limits_.inner_bytes -= bytes;
  return true;
}

void SinkWalk::add(SinkKind kind, Grade grade, bool hidden, std::string where, std::string what,
                   std::string_view excerpt, std::string_view code) {
  Sink sink;
  sink.kind = kind;
  sink.grade = grade;
  sink.hidden = hidden || hidden_;
  sink.where = prefix_ + std::move(where);
  sink.what = std::move(what);
  sink.excerpt = printable_excerpt(excerpt);
  if (!code.empty()) {
    ScriptView view = view_script(code);
    sink.abilities = std::move(view.abilities);
    sink.aims = std::move(view.aims);
    sink.hidden |= view.disguised;
  }
  list_.add(std::move(sink));
}

void SinkWalk::page(std::string_view html) { page(html, HtmlTree::parse(html)); }

void SinkWalk::page(std::string_view html, const HtmlTree& tree) {
  walk(tree);
  // Tags that a browser leaves out (a second head) and that a filter may keep.
  if (depth_ == 0 && tree.nested() && !tree.plain()) walk(HtmlTree::flat(html));
}

void SinkWalk::walk(const HtmlTree& tree) {
  for (const HtmlNode& node : tree.nodes()) {
    if (node.kind == HtmlNode::Kind::element) {
      if (!node.name.empty()) element(tree, node);
    } else if (node.kind == HtmlNode::Kind::comment) {
      // Conditional comments run in browsers of old only; the rest of a comment is looked at for what ends it early.
      if (quotes_or_tags(node.text) && node.text.find("[if") != std::string_view::npos)
        inner(node.text,
              {SinkKind::breakout, Grade::active, "conditional comment", "holds what runs in old browsers", ""});
      else if (node.text.find("-->") != std::string_view::npos || node.text.find("--!>") != std::string_view::npos)
        inner(node.text, {SinkKind::breakout, Grade::exploit, "comment", "would run once the comment ends early", ""});
    }
  }
}

bool SinkWalk::inner(std::string_view text, const Within& within) {
  text = text.substr(0, 256u << 10);
  if (depth_ >= kDepthMax || !afford(text.size())) return false;
  SinkList found({20, std::min<std::size_t>(list_.limits_.parses, 200), list_.limits_.inner_bytes});
  SinkWalk walk(found, "", depth_ + 1, hidden_);
  walk.page(text);
  list_.limits_.parses -= std::min(list_.limits_.parses, 200 - std::min<std::size_t>(200, found.limits_.parses));
  list_.limits_.inner_bytes = std::min(list_.limits_.inner_bytes, found.limits_.inner_bytes);
  const Sink* worst = nullptr;
  for (const Sink& sink : found.sinks())
    if (sink.grade > Grade::leftover && (!worst || worst->grade < sink.grade)) worst = &sink;
  if (!worst) return false;
  Sink sink = *worst;
  sink.kind = within.kind;
  // One step down in what only browsers of old run.
  sink.grade = within.most == Grade::active && worst->grade == Grade::active ? Grade::leftover : within.most;
  sink.what = within.what + " (" + worst->where + ")";
  sink.where = prefix_ + within.where;
  if (!within.excerpt.empty()) sink.excerpt = printable_excerpt(within.excerpt);
  list_.add(std::move(sink));
  return true;
}

// Read as a page, and as what follows a quote that was lost.
bool SinkWalk::breaks_out(std::string_view text, const Within& within) {
  text = text.substr(0, 32u << 10);
  if (!may_break_out(text)) return false;
  if (text.find('<') != std::string_view::npos && inner(text, within)) return true;
  for (const char quote : {'"', '\'', '`', ' '}) {
    if (quote != ' ' && text.find(quote) == std::string_view::npos) continue;
    std::string tag = "<i x=";
    if (quote != ' ' && quote != '`') tag += quote;
    if (quote == '`') {
      // Old browsers took it for a quote.
      std::string replaced(text);
      std::ranges::replace(replaced, '`', '"');
      tag += '"' + replaced + "\">";
    } else {
      tag += std::string(text);
      if (quote != ' ') tag += quote;
      tag += '>';
    }
    if (inner(tag, within)) return true;
  }
  return false;
}

void SinkWalk::as_field(std::string_view text, std::string_view where) {
  const Within within{SinkKind::field, Grade::exploit, std::string(where), "would become markup that runs",
                      std::string(text)};
  if (breaks_out(text, within)) return;
  const std::string once = decode_references(text);
  if (once != text) breaks_out(once, within);
}

void SinkWalk::as_reference(std::string_view text, Grade grade, std::string_view where) {
  breaks_out(text,
             {SinkKind::plain_text, grade, std::string(where), "would become markup that runs", std::string(text)});
}

void SinkWalk::as_link(std::string_view decoded, std::string_view url, std::string_view where) {
  breaks_out(decoded, {SinkKind::link, Grade::exploit, std::string(where), "carries script to the site that it names",
                       std::string(url)});
}

void SinkWalk::element(const HtmlTree& tree, const HtmlNode& node) {
  if (node.name == "script") script_element(tree, node);
  const bool smil = node.name == "animate" || node.name == "set" || node.name == "animatetransform" ||
                    node.name == "animatemotion" || node.name == "animatecolor" || node.name == "discard";
  if (smil) animation(tree, node);
  if (node.name == "style") {
    std::string sheet;
    for (std::uint32_t i = static_cast<std::uint32_t>(&node - tree.nodes().data()) + 1; i < node.end; ++i)
      sheet += tree.nodes()[i].text;
    if (!tree.nested() && &node + 1 < tree.nodes().data() + tree.nodes().size()) sheet += (&node + 1)->text;
    style(sheet, true, "style");
    if (sheet.find('<') != std::string::npos)
      inner(sheet, {SinkKind::breakout, Grade::exploit, "style", "would run outside of the raw text it stands in", ""});
  } else if (node.name == "textarea" || node.name == "title" || node.name == "xmp" || node.name == "noembed" ||
             node.name == "noframes" || node.name == "noscript" || node.name == "iframe" || node.name == "plaintext") {
    std::string raw;
    for (std::uint32_t i = static_cast<std::uint32_t>(&node - tree.nodes().data()) + 1;
         i < node.end && raw.size() < (64u << 10); ++i)
      if (tree.nodes()[i].kind == HtmlNode::Kind::text) raw += tree.nodes()[i].text;
    if (raw.find('<') != std::string::npos)
      inner(raw, {SinkKind::breakout, Grade::exploit, std::string(node.name),
                  "would run outside of the raw text it stands in", ""});
  }
  // A name that a filter's removal would make whole: scr<script>ipt.
  if (node.name.find('<') != std::string_view::npos) {
    std::string whole = "<" + std::string(node.name.substr(0, node.name.find('<')));
    const std::uint32_t next = static_cast<std::uint32_t>(&node - tree.nodes().data()) + 1;
    if (next < tree.nodes().size() && tree.nodes()[next].kind == HtmlNode::Kind::text) whole += tree.nodes()[next].text;
    inner(whole + ">x()</script>", {SinkKind::breakout, Grade::exploit, "a tag within a tag's name",
                                    "would be whole once a filter takes it out", std::string(node.name)});
  }
  if (node.name == "meta" && lower_ascii(squeezed(tree.value(node, "http-equiv"))) == "refresh") {
    const std::string content(tree.value(node, "content"));
    const std::string low = lower_ascii(squeezed(decode_references(content)));
    const std::size_t url = low.find("url=");
    std::string_view target = url == std::string::npos ? std::string_view(low) : std::string_view(low).substr(url + 4);
    while (!target.empty() && (target.front() == '"' || target.front() == '\'')) target.remove_prefix(1);
    const AddressView view = view_address(target);
    const bool runs = view.scheme == Scheme::script || view.scheme == Scheme::data;
    add(SinkKind::base, runs ? Grade::exploit : Grade::leftover, view.hidden, "meta refresh",
        runs ? "goes to an address that runs script" : "goes to another page by itself", content);
  }
  if (node.name == "handler" || node.name == "listener")
    if (node.space == Space::svg)
      add(SinkKind::reference, Grade::exploit, false, std::string(node.name), "runs script in SVG", node.name);
  for (const HtmlAttribute& one : tree.attributes(node)) attribute(tree, node, one);
}

void SinkWalk::script_element(const HtmlTree& tree, const HtmlNode& node) {
  const std::string type = lower_ascii(squeezed(tree.value(node, "type")));
  std::string_view src = tree.value(node, "src");
  for (const std::string_view other : {"href", "xlink:href"})
    if (src.empty()) src = tree.value(node, other);
  std::string code;
  for (std::uint32_t i = static_cast<std::uint32_t>(&node - tree.nodes().data()) + 1; i < node.end; ++i)
    code += tree.nodes()[i].text;
  const auto next = static_cast<std::size_t>(&node - tree.nodes().data()) + 1;
  if (!tree.nested() && next < tree.nodes().size() && tree.nodes()[next].kind == HtmlNode::Kind::text)
    code += tree.nodes()[next].text;
  if (src.empty() && (!is_text_script(type) || trimmed(code).empty())) return;
  if (!src.empty()) {
    const std::string plain = lower_ascii(squeezed(src));
    const AddressView view = view_address(src);
    const bool own = view.scheme == Scheme::data || view.scheme == Scheme::script;
    const bool library = is_library(plain) && node.space == Space::html;
    const bool json = !is_text_script(type) && !own;
    // Of a page that was copied: a mail has no address that this would start from.
    const bool relative = view.scheme == Scheme::none && !plain.starts_with("//");
    add(own ? SinkKind::reference : SinkKind::script,
        own || node.space != Space::html ? Grade::exploit
        : library || json || relative    ? Grade::leftover
                                         : Grade::active,
        view.hidden, node.space == Space::html ? "script src" : "script in SVG", "loads script", src,
        own ? view.rest : std::string_view());
    if (trimmed(code).empty()) return;
  }
  const ScriptView view = view_script(code);
  // Words without anything that a program has: a mail that talks of scripts.
  const std::string_view begin = trimmed(code);
  const bool program =
      code.find_first_of("(=;{`.") != std::string::npos && (!begin.starts_with('<') || begin.starts_with("<!--"));
  Grade grade = Grade::active;
  if (view.inert || !program)
    grade = Grade::leftover;
  else if (node.space != Space::html || view.disguised || !view.aims.empty() ||
           std::ranges::any_of(view.abilities, is_grave))
    grade = Grade::exploit;
  if (grade != Grade::leftover && is_analytics(code) && !view.disguised &&
      std::ranges::none_of(view.abilities, is_theft))
    grade = Grade::leftover;
  add(SinkKind::script, grade, false, node.space == Space::html ? "script" : "script in SVG",
      "runs script when it is shown", trimmed(code), code);
}

void SinkWalk::handler(const HtmlNode& node, const HtmlAttribute& one, std::string_view event) {
  const std::string_view code = trimmed(one.value);
  if (code.empty()) return;
  const ScriptView view = view_script(code);
  const bool broken = event != one.name;
  add(SinkKind::handler, view.inert ? Grade::leftover : Grade::exploit, broken && !view.inert,
      std::string(node.name) + " " + std::string(event), "is an event handler that runs script", code, code);
}

void SinkWalk::attribute(const HtmlTree&, const HtmlNode& node, const HtmlAttribute& one) {
  std::string_view event = one.name;
  while (!event.empty() && !std::isalnum(static_cast<unsigned char>(event.front()))) event.remove_prefix(1);
  while (!event.empty() && !std::isalnum(static_cast<unsigned char>(event.back()))) event.remove_suffix(1);
  if (const std::size_t at = event.find_last_of("\"'/:");
      at != std::string_view::npos && is_event(event.substr(at + 1)))
    event = event.substr(at + 1);
  if (is_event(event)) {
    handler(node, one, event);
    return;
  }
  const std::string plain_name = squeezed(one.name);
  if (plain_name != one.name && is_event(plain_name)) handler(node, one, one.name);
  if (one.name == "style") {
    style(one.value, false, std::string(node.name) + " style");
  } else if (one.name == "srcdoc") {
    inner(one.value,
          {SinkKind::frame, Grade::exploit, std::string(node.name) + " srcdoc", "holds a page that runs script", ""});
    return;
  } else if (!is_words(one.name)) {
    address(node, one);
  }
  const bool markup = one.value.find_first_of("<=") != std::string_view::npos;
  if (markup && (one.value.size() > 6) && one.name != "content")
    breaks_out(one.value, {SinkKind::breakout, Grade::exploit, std::string(node.name) + " " + std::string(one.name),
                           "would run once the quoting around it is lost", std::string(one.value)});
  if ((one.name == "href" || one.name == "xlink:href" || one.name == "action" || one.name == "src") &&
      !list_.found(Grade::exploit))
    list_.link(one.value, std::string(node.name) + " " + std::string(one.name));
}

void SinkWalk::address(const HtmlNode& node, const HtmlAttribute& one) {
  const auto judge = [&](std::string_view value) {
    const AddressView view = view_address(value);
    if (view.scheme == Scheme::script) {
      const bool empty = trimmed(view.rest).empty();
      const ScriptView script = view_script(view.rest);
      // javascript://comment needs a line end to go on.
      const bool comment = view.rest.starts_with("//") &&
                           decode_percent(view.rest).find_first_of("\n\r") == std::string::npos &&
                           view.rest.find("\xE2\x80\xA8") == std::string::npos;
      const bool inert = !view.hidden && (script.inert || empty || comment);
      add(SinkKind::address, inert ? Grade::leftover : Grade::exploit, view.hidden,
          std::string(node.name) + " " + std::string(one.name), "is an address that runs script", value, view.rest);
    } else if (view.scheme == Scheme::data) {
      data_page(node, one.name, view.rest, view.hidden, value);
    }
  };
  judge(one.value);
  // Lists of addresses.
  if (one.name == "srcset" || one.name == "ping" || one.name == "archive" || one.name == "values") {
    const std::string_view separators = one.name == "values" ? ";" : ", ";
    int parts = 0;
    for (std::size_t at = one.value.find_first_of(separators); at != std::string_view::npos && parts < 100;
         at = one.value.find_first_of(separators, at + 1), ++parts)
      if (view_address(one.value.substr(at + 1, 200)).scheme == Scheme::script) judge(one.value.substr(at + 1));
  }
}

void SinkWalk::data_page(const HtmlNode& node, std::string_view attribute, std::string_view rest, bool hidden,
                         std::string_view value) {
  const DataAddress data = read_data(rest);
  const std::string where = std::string(node.name) + " " + std::string(attribute);
  const bool svg_reference = node.space == Space::svg && (attribute == "href" || attribute == "xlink:href");
  const bool hides = hidden || data.hidden;
  const bool picture = data.type.starts_with("image/") && data.type.find("svg") == std::string::npos;
  if (picture && !hides && !(node.name == "use" || node.name == "script")) return;
  if (svg_reference && (node.name == "use" || node.name == "script" || node.name == "foreignobject")) {
    add(SinkKind::reference, Grade::exploit, hides, where, "takes its content from a data address", value,
        data.content);
    return;
  }
  const bool page = data.type.find("html") != std::string::npos || data.type.find("xml") != std::string::npos ||
                    data.type.find("xsl") != std::string::npos || data.type.find("javascript") != std::string::npos;
  if (opens(node.name, attribute) && page) {
    if (attribute == "href" && node.name == "link") {
      add(SinkKind::address, Grade::active, hides, where, "loads a sheet or page from a data address", value);
      return;
    }
    add(SinkKind::address, Grade::exploit, hides, where, "opens a page that the address itself holds", value,
        data.content);
    return;
  }
  if (page && inner(data.content, {SinkKind::address, Grade::exploit, where, "holds a picture or page that runs script",
                                   std::string(value)}))
    return;
  if (hides && page) add(SinkKind::address, Grade::exploit, true, where, "hides what its data address holds", value);
}

void SinkWalk::animation(const HtmlTree& tree, const HtmlNode& node) {
  const std::string_view written = tree.value(node, "attributename");
  std::string target = lower_ascii(squeezed(decode_references(written)));
  const std::size_t colon = target.find_last_of(':');
  if (colon != std::string::npos) target = target.substr(colon + 1);
  const bool reaches = target == "href" || target == "src" || target == "action" || target == "formaction" ||
                       target == "data" || target == "srcdoc" || is_event(target);
  bool runs = is_event(target);
  bool hidden = lower_ascii(written) != lower_ascii(squeezed(written));
  std::string shown(written);
  for (const std::string_view name : {"values", "from", "to", "by"}) {
    const std::string_view value = tree.value(node, name);
    if (value.empty()) continue;
    shown += " " + std::string(value);
    std::size_t begin = 0;
    for (int parts = 0; begin <= value.size() && parts < 100; ++parts) {
      const std::size_t end = std::min(value.find(';', begin), value.size());
      const AddressView view = view_address(value.substr(begin));
      runs |= view.scheme == Scheme::script || (view.scheme == Scheme::data && reaches);
      hidden |= view.hidden;
      begin = end + 1;
    }
  }
  if (!reaches && !runs) return;
  const Grade grade = runs || hidden ? Grade::exploit : Grade::active;
  add(SinkKind::animation, grade, hidden, std::string(node.name) + " attributeName",
      "sets an address or handler of another element", shown);
}

void SinkWalk::style(std::string_view css, bool sheet, const std::string& where) {
  for (StyleView::Thing& one : view_style(css, sheet ? Css::sheet : Css::declarations).things) {
    const Grade grade = one.leftover ? Grade::leftover : one.runs ? Grade::exploit : Grade::active;
    add(SinkKind::style, one.hidden && grade == Grade::active ? Grade::exploit : grade, one.hidden, where,
        std::string(one.what), one.excerpt);
  }
}

}  // namespace tocsin::phishing
