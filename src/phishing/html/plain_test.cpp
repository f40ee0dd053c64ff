// Plain pages: the stack builds what gumbo builds, and whatever is not plain is left to gumbo.
#include <gtest/gtest.h>

#include "mime/message.h"
#include "phishing/facts.h"
#include "phishing/html/tree.h"
#include "phishing/webmail/sinks.h"
#include "tests/phishing/benign_mail.h"
#include "tests/phishing/honest_mail.h"
#include "tests/phishing/html_mutator.h"

namespace tocsin::phishing {
namespace {

// Elements with their attributes and the text in them, as nested; what a browser adds by itself (html, head, body,
// tbody) and blanks left out.
std::string drawn(const HtmlTree& tree) {
  std::string out;
  const auto nodes = tree.nodes();
  std::vector<std::uint32_t> ends;
  const auto added = [](std::string_view name) {
    return name.empty() || name == "html" || name == "head" || name == "body" || name == "tbody";
  };
  for (std::uint32_t i = 0; i <= nodes.size(); ++i) {
    while (!ends.empty() && ends.back() <= i) {
      out += ")";
      ends.pop_back();
    }
    if (i == nodes.size()) break;
    const HtmlNode& node = nodes[i];
    if (node.kind == HtmlNode::Kind::element) {
      for (const HtmlAttribute& one : tree.attributes(node))
        out += " " + std::string(one.name) + "=" + std::string(one.value);
      if (added(node.name)) continue;
      out += "(" + std::string(node.name);
      ends.push_back(node.end);
    } else if (node.kind == HtmlNode::Kind::text) {
      for (const char c : node.text)
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f') out += c;
    } else {
      out += "!" + std::string(node.text);
    }
  }
  return out;
}

void expect_same(std::string_view html) {
  const HtmlTree one = HtmlTree::parse(html), other = HtmlTree::as_browser(html);
  std::string flat(html);
  std::erase(flat, '\r');  // gumbo's text has none
  if (one.plain()) {
    std::string a = drawn(one), b = drawn(other);
    std::erase(a, '\r');
    std::erase(b, '\r');
    EXPECT_EQ(a, b) << html;
  }
}

TEST(PlainPage, IsWhatABrowserBuilds) {
  const std::string_view plain[] = {
      "<p>one<p>two<br>three",
      "<ul><li>a<li>b<p>c</ul>d",
      "<table><tr><td>a<td>b<tr><th>c</table>",
      "<table><tbody><tr><td><table><tr><td>in</table></td></tr></tbody></table>",
      "<!DOCTYPE html><html><head><meta charset=utf-8><title>a &amp; b</title><style>p > a "
      "{color:red}</style></head><body "
      "bgcolor=\"#fff\"><center><a href='https://x.example/?a=1&copy=2'>go</a></center></body></html>\n",
      "<div><span><b>x</b></span> &eacute;&#8364;&#x41; & more</div>",
      "<!-- note --><div><!--[if mso]><table><![endif]-->x</div>",
      "<dl><dt>a<dd>b<dd>c</dl>"};
  for (const std::string_view html : plain) {
    EXPECT_TRUE(HtmlTree::parse(html).plain()) << html;
    expect_same(html);
  }
}

TEST(PlainPage, IsNothingElse) {
  for (const std::string_view html : {"<b><p>x</b></p>",
                                      "<p><table><tr><td>x</table>",
                                      "<table>x<tr><td>y</table>",
                                      "<script>x</script>",
                                      "<svg><a></a></svg>",
                                      "<a href=x><a href=y></a>",
                                      "<img src=x onerror=a\"b>",
                                      "<p title=\"x>y",
                                      "<p title=\"a\"b=c>",
                                      "<div></span></div>",
                                      "&NotARef; x",
                                      "<p>a < b</p>",
                                      "x\x01y",
                                      "</p>",
                                      "<select><option>a</select>",
                                      "<p a=1 a=2>x</p>",
                                      "<body><p>x</body><p>y",
                                      "<!-- a -- b -->",
                                      "<!--x",
                                      "<style>a{}",
                                      "<noscript><p></noscript>",
                                      "<p &#x3c;=1>",
                                      "&ampx;",
                                      "&#0;",
                                      "<o:p>x</o:p>",
                                      "<image src=x>",
                                      "<div\x0c/onclick=x>",
                                      "<p title=a&#106=b>"})
    EXPECT_FALSE(HtmlTree::parse(html).plain() && drawn(HtmlTree::parse(html)) != drawn(HtmlTree::as_browser(html)))
        << html;
}

TEST(PlainPage, MailsAndTheirMutations) {
  test::Draw draw(11);
  std::size_t plain = 0, pages = 0;
  for (std::uint64_t i = 0; i < 800; ++i) {
    std::string kind;
    std::size_t shape = 0;
    const std::string raw =
        i % 2 ? test::benign_mail(3, i, kind) : test::honest_mail(3, i, test::HonestPart::all, kind, shape);
    for (const mime::Part& part : mime::parse(raw).parts) {
      if (part.type != "text/html") continue;
      const std::string html = mime::text(part, 1u << 20);
      expect_same(html);
      ++pages;
      plain += HtmlTree::parse(html).plain();
      expect_same(test::mutate_html(html.substr(0, 4000), draw));
      // Cut, with a piece left out or doubled: nesting that nobody meant.
      const std::size_t at = draw.below(html.size() + 1), size = draw.below(40);
      expect_same(html.substr(0, at));
      expect_same(html.substr(0, at) + html.substr(std::min(html.size(), at + size)));
      expect_same(html.substr(0, at) + html.substr(at / 2));
    }
  }
  EXPECT_GT(plain * 10, pages * 8) << plain << " of " << pages;
}

}  // namespace
}  // namespace tocsin::phishing
