// Fills the shapes in: an organisation with its domain and mail service, people, a receiving system with its fields,
// and the page around the text as one of five kinds of programs writes it.
#include "tests/phishing/honest_mail.h"

#include <fmt/format.h>

#include <cctype>

#include "tests/phishing/honest_shapes.h"
#include "tests/phishing/honest_shapes_more.h"
#include "tests/phishing/mail_writer.h"

namespace tocsin::test {
namespace {

constexpr std::string_view kFirst[] = {"Solveig", "Matthias", "Aurélie", "Tomasz", "Giulia", "Ravi",
                                       "Marieke", "João",     "Yusuf",   "Hanna",  "Pedro",  "Ingrid",
                                       "Claire",  "Stefan",   "Oksana",  "Keiko"};
constexpr std::string_view kLast[] = {"Haugen",   "Brandt",   "Lefèvre", "Wójcik",   "Conti",  "Menon",
                                      "van Dijk", "Ferreira", "Demir",   "Virtanen", "Ortega", "Sandvik",
                                      "Bernard",  "Krüger",   "Melnyk",  "Sato"};
constexpr std::string_view kFore[] = {"nord", "aber",  "sol",  "tal",   "wald",  "hafen",  "lumi",   "verd",
                                      "klar", "brück", "mont", "astra", "ferro", "papier", "linden", "quell"};
constexpr std::string_view kAft[] = {"werk",  "haus", "data",   "druck",    "media",    "land", "ville", "soft",
                                     "markt", "bau",  "reisen", "stiftung", "logistik", "tec",  "café",  "verein"};
constexpr std::string_view kSuffix[] = {"de",    "fr",     "com",  "com",   "org",  "net", "eu",     "io",
                                        "co.uk", "nl",     "it",   "no",    "pl",   "es",  "com.br", "ch",
                                        "info",  "online", "shop", "email", "club", "life"};
constexpr std::string_view kHouse = "fylkeshuset.example";
constexpr std::string_view kReceivers[][2] = {{"Erik", "erik.lunde"}, {"Astrid", "astrid.berg"},  {"Team", "post"},
                                              {"Jonas", "jonas"},     {"Press office", "presse"}, {"Maja", "maja.vik"}};

std::string ascii(std::string_view raw) {
  std::string text(raw), out;
  for (const auto& [letter, plain] :
       {std::pair<std::string_view, std::string_view>{"ü", "ue"}, {"é", "e"}, {"è", "e"}, {"ã", "a"}, {"ó", "o"}})
    for (std::size_t at; (at = text.find(letter)) != std::string::npos;) text.replace(at, letter.size(), plain);
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)))
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

class HonestMaker {
 public:
  HonestMaker(std::uint64_t seed, std::uint64_t number, const HonestShape& shape)
      : draw_(seed * 7'919'993 + number), shape_(shape) {}
  std::string make();

 private:
  bool is(HonestFlag flag) const { return (shape_.flags & flag) != 0; }
  std::string token(std::size_t size) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::string out;
    while (out.size() < size) out += kLetters[draw_.below(kLetters.size())];
    return out;
  }
  std::string filled(std::string_view text);
  std::string link(std::string_view path, bool tracked);
  std::string page(const std::string& content);
  std::string authentication(const std::string& domain);
  void head(MailDraft& draft);
  void files(MailDraft& draft);

  Draw draw_;
  const HonestShape& shape_;
  std::string organisation_, label_, domain_, first_, last_, local_, receiver_, receiver_name_, number_;
  std::string from_name_, from_address_;
  std::size_t service_ = 0;
};

std::string HonestMaker::link(std::string_view path, bool tracked) {
  const std::string own = fmt::format("https://{}{}/{}", draw_.chance(70) ? "www." : "", domain_, path);
  if (!tracked || !is(kTracked)) return own;
  switch (service_) {
    case 0:
      return fmt::format("{}{}utm_source=crm&utm_campaign=2026-11", own, own.find('?') == own.npos ? "?" : "&");
    case 1:
      return fmt::format("https://url{}.{}/ls/click?upn=u001.{}", 1000 + draw_.below(9000), domain_, token(90));
    case 2:
      return fmt::format("https://email.{}/c/eJw{}", domain_, token(70));
    case 3:
      return fmt::format("https://{}.us{}.list-manage.com/track/click?u={}&id={}", label_, 1 + draw_.below(20),
                         token(22), token(10));
    case 4:
      return fmt::format("https://r.{}.sendwerk.eu/mk/cl/f/{}/{}", label_, token(8), token(40));
    case 5:
      return fmt::format("https://trk.mailgleis.io/c/{}/{}/{}", token(6), token(10), token(24));
    case 6:
      return fmt::format("https://hs-{}.s.hubspotlinks.com/Ctc/{}/{}", draw_.below(900000), token(3), token(50));
    case 7:
      return fmt::format("https://links.{}/e/evib?_t={}&_m={}&_e={}", domain_, token(32), token(32), token(80));
    case 8:
      return fmt::format("https://click.e.{}/?qs={}", domain_, token(64));
    case 9:
      return fmt::format("https://bit.ly/{}", token(7));
    default:
      return fmt::format("https://nl{}.agenturpost.de/go/{}/{}", draw_.below(9), draw_.below(99999), token(20));
  }
}

std::string HonestMaker::filled(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char what = text[++i];
    switch (what) {
      case 'o':
        out += organisation_;
        break;
      case 'd':
        out += domain_;
        break;
      case 'h':
        out += kHouse;
        break;
      case 'w':
        out += label_;
        break;
      case 'p':
        out += first_ + " " + last_;
        break;
      case 'f':
        out += first_;
        break;
      case 'l':
        out += local_;
        break;
      case 'n':
        out += number_;
        break;
      case 'k':
        out += std::to_string(100000 + draw_.below(900000));
        break;
      case 't':
        out += token(11);
        break;
      case 'T':
        out += token(44);
        break;
      case 'a':
        out += draw_.chance(50) ? fmt::format("{},{:02} €", 12 + draw_.below(1900), draw_.below(100))
                                : fmt::format("${}.{:02}", 12 + draw_.below(1900), draw_.below(100));
        break;
      case 'y':
        out += fmt::format("{} November 2026", 1 + draw_.below(28));
        break;
      case 'r':
        out += receiver_;
        break;
      case 'R':
        out += receiver_name_;
        break;
      case 'u':
      case 'c': {
        const std::size_t open = text.find('[', i), close = text.find(']', i);
        out += link(filled(text.substr(open + 1, close - open - 1)), what == 'c');
        i = close;
        break;
      }
      default:
        out += what;
    }
  }
  return out;
}

// As one of several programs puts a page around it.
std::string HonestMaker::page(const std::string& content) {
  const bool tracked = is(kTracked) || is(kBrand);
  const std::string pixel = tracked && draw_.chance(70)
                                ? fmt::format("<img src=\"{}\" width=1 height=1 style=\"display:none\" alt=\"\">",
                                              link("o/" + token(20) + ".gif", true))
                                : "";
  std::string footer;
  if (tracked && draw_.chance(60))
    footer = fmt::format(
        "<p style=\"font-size:11px;color:#8a8a8a\">© 2026 {}. You receive this message because you have "
        "an account with us. <a href=\"{}\">Privacy</a> · <a href=\"{}\">Preferences</a></p>",
        is(kBrand) ? "All rights reserved" : organisation_,
        is(kBrand) ? "https://" + from_address_.substr(from_address_.rfind('@') + 1) : link("privacy", true),
        is(kBrand) ? "https://" + from_address_.substr(from_address_.rfind('@') + 1) : link("prefs", true));
  if (is(kListed) && draw_.chance(50))
    footer += fmt::format(
        "<p><a href=\"https://www.facebook.com/{0}\">Facebook</a> <a "
        "href=\"https://www.instagram.com/{0}/\">Instagram</a> <a "
        "href=\"https://www.youtube.com/@{0}\">YouTube</a></p>",
        label_);
  switch (tracked ? draw_.below(4) : 4 + draw_.below(3)) {
    case 0:  // a preheader, stretched with letters that nobody sees
    case 1: {
      std::string stretch;
      for (int i = 0; i < 60; ++i) stretch += "&#847;&zwnj;&nbsp;";
      return fmt::format(
          "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\"><html><head><meta charset=\"utf-8\"><style>.ii "
          "a{{color:"
          "inherit}}@media(max-width:600px){{.m{{display:none!important}}}}</style></head><body "
          "style=\"margin:0\"><div "
          "style=\"display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden\">"
          "Have a "
          "look inside {}</div><table width=\"100%\" role=\"presentation\"><tr><td align=\"center\"><a "
          "href=\"{}\"><img "
          "src=\"https://static.{}/logo.png\" width=\"140\" "
          "alt=\"{}\"></a></td></tr><tr><td>{}</td></tr><tr><td>{}</td>"
          "</tr></table>{}</body></html>",
          stretch, is(kBrand) ? "https://www." + from_address_.substr(from_address_.rfind('@') + 1) : link("", true),
          domain_, is(kBrand) ? from_name_ : organisation_, content, footer, pixel);
    }
    case 2:
      return fmt::format(
          "<html><head><!--[if mso]><xml><o:OfficeDocumentSettings></o:OfficeDocumentSettings></xml>"
          "<![endif]--></head><body bgcolor=\"#f4f4f4\"><table bgcolor=\"#ffffff\"><tr><td style=\""
          "font-family:Arial;color:#333\">{}{}</td></tr></table>{}</body></html>",
          content, footer, pixel);
    case 3:
      return fmt::format("<div style=\"font-family:sans-serif\">{}{}</div>{}", content, footer, pixel);
    case 4:
      return fmt::format(
          "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><meta name=\"Generator\" "
          "content=\"Microsoft Word 15 (filtered medium)\"><style><!-- p.MsoNormal {{margin:0cm}} --></style>"
          "</head><body lang=\"DE\" link=\"#0563C1\"><div class=\"WordSection1\"><p class=\"MsoNormal\">{}"
          "<o:p></o:p></p></div></body></html>",
          content);
    case 5:
      return fmt::format("<div dir=\"ltr\">{}</div>", content);
    default:
      return fmt::format(
          "<html><head><meta http-equiv=\"content-type\" content=\"text/html; charset=UTF-8\"></head><body>{}"
          "</body></html>",
          content);
  }
}

std::string HonestMaker::authentication(const std::string& domain) {
  std::string spf = "pass", dkim = "pass", dmarc = draw_.chance(70) ? "pass" : "none";
  if (is(kList)) {
    dkim = draw_.chance(80) ? "fail" : "none";
    dmarc = draw_.chance(50) ? "fail" : "none";
  } else if (is(kBadAuth)) {
    spf = draw_.chance(50) ? "softfail" : draw_.chance(50) ? "none" : "fail";
    dkim = draw_.chance(70) ? "none" : "pass";
    dmarc = dkim == "pass" ? "pass" : draw_.chance(85) ? "none" : "fail";
  } else if (is(kBrand) || is(kFree)) {
    dmarc = "pass";
    if (draw_.chance(6)) spf = "softfail";  // forwarded by an alias
  } else if (draw_.chance(12)) {
    dkim = "none";
    dmarc = "none";
  }
  switch (draw_.below(4)) {
    case 0:
    case 1:
      return fmt::format(
          "spf={} (sender IP is 198.51.100.{})\r\n smtp.mailfrom={}; dkim={} (signature was verified)\r\n "
          "header.d={};dmarc={} action=none\r\n header.from={};compauth={} reason=10{}",
          spf, draw_.below(250), domain, dkim, domain, dmarc == "none" && dkim == "pass" ? "bestguesspass" : dmarc,
          domain,
          spf == "pass" || dkim == "pass" ? "pass"
          : dmarc == "fail"               ? "fail"
                                          : "none",
          draw_.below(9));
    case 2:
      return fmt::format(
          "mx.{};\r\n dkim={} header.i=@{} header.s=s1 header.b={};\r\n spf={} smtp.mailfrom=b@{};\r\n "
          "dmarc={} (p=NONE) header.from={}",
          kHouse, dkim, domain, token(8), spf, domain, dmarc, domain);
    default:
      return draw_.chance(25) ? ""
                              : fmt::format(
                                    "mail.{}; dkim={} (2048-bit key) header.d={}; spf={} smtp.mailfrom={}; "
                                    "dmarc={}",
                                    kHouse, dkim, domain, spf, domain, dmarc);
  }
}

void HonestMaker::head(MailDraft& draft) {
  const std::string name_domain = from_address_.substr(from_address_.rfind('@') + 1);
  const bool own_bounce = is(kFree) || is(kOwnHouse) || !is(kTracked) || draw_.chance(30);
  draft.header("Return-Path", own_bounce         ? fmt::format("<{}>", from_address_)
                              : draw_.chance(50) ? fmt::format("<bounces+{}-{}-erik={}@em{}.{}>", draw_.below(999999),
                                                               token(4), kHouse, draw_.below(9999), domain_)
                                                 : fmt::format("<{}@bounce.sendwerk.eu>", token(26)));
  draft.header("Received",
               fmt::format("from mta{0}.{1} (mta{0}.{1} [198.51.100.{0}])\r\n by mx.{2} with ESMTPS; Mon, 16 Nov "
                           "2026 10:22:31 +0100",
                           draw_.below(200), name_domain, kHouse));
  if (!is(kOwnHouse))
    if (const std::string said = authentication(name_domain); !said.empty())
      draft.header("Authentication-Results", said);
  if (draw_.chance(20))
    draft.header("X-Forefront-Antispam-Report",
                 fmt::format("CIP:198.51.100.4;CTRY:DE;LANG:en;SCL:{};SRV:;IPV:NLI;SFV:{};", draw_.chance(94) ? 1 : 5,
                             draw_.chance(94) ? "NSPM" : "SPM"));
  draft.header("Date", "Mon, 16 Nov 2026 10:22:27 +0100");
  const bool plain_name = from_name_.find_first_of("@(),.:<>[]") == std::string::npos;
  draft.header("From", fmt::format("{} <{}>",
                                   plain_name || header_text(from_name_) != from_name_ ? header_text(from_name_)
                                                                                       : "\"" + from_name_ + "\"",
                                   from_address_));
  if (is(kList))
    draft.header("To", fmt::format("{}@lists.{}", label_, domain_));
  else if (is(kMany))
    draft.header("To",
                 fmt::format("{}, anna@{}, \"B. Lie\" <b.lie@online.example>, carl@web.example", receiver_, kHouse));
  else
    draft.header("To", draw_.chance(60) ? fmt::format("{} <{}>", receiver_name_, receiver_) : receiver_);
  draft.header("Subject", header_text(filled(shape_.subject)));
  if (!is(kNoId))
    draft.header("Message-ID", fmt::format("<{}@{}>", token(22), draw_.chance(80) ? name_domain : "mta.local"));
  if (is(kReplyOther))
    draft.header("Reply-To", draw_.chance(60) ? fmt::format("{} <{}@{}>", first_, local_, domain_)
                                              : fmt::format("{}@gmail.com", local_));
  if (is(kThread)) {
    draft.header("In-Reply-To", fmt::format("<{}@{}>", token(20), kHouse));
    draft.header("References", fmt::format("<{}@{}>", token(20), kHouse));
  }
  if (is(kListed)) {
    draft.header("List-Unsubscribe", fmt::format("<https://{}/u/{}>", domain_, token(16)));
    if (draw_.chance(60)) draft.header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  }
  if (is(kList)) {
    draft.header("List-Id", fmt::format("<{}.lists.{}>", label_, domain_));
    draft.header("Precedence", "list");
  }
}

void HonestMaker::files(MailDraft& draft) {
  const std::string pdf = fmt::format(
      "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n% {}\ntrailer\n<< /Root 1 0 "
      "R >>\n%%EOF\n",
      token(400));
  if (is(kPdf)) draft.files.push_back({"application/pdf", pdf, "document-" + number_ + ".pdf", true, ""});
  if (is(kSheet))
    draft.files.push_back({"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                           std::string("PK\x03\x04", 4) + token(300), "RFQ " + number_ + ".xlsx", true, ""});
  if (is(kZip))
    draft.files.push_back({"application/zip", std::string("PK\x03\x04", 4) + token(600), "tender.zip", true, ""});
  if (is(kPicture)) draft.files.push_back({"image/png", qr_png("logo").substr(0, 60), "logo.png", false, "logo"});
  if (is(kQr))
    draft.files.push_back({"image/png", qr_png("https://" + domain_ + "/t/" + token(9)), "qr.png", false, "qr"});
  if (is(kCalendar))
    draft.files.push_back(
        {"text/calendar; charset=utf-8; method=REQUEST",
         fmt::format("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:{}\r\nSUMMARY:"
                     "Review\r\nORGANIZER;CN=\"{} {}\":mailto:{}\r\nATTENDEE;RSVP=TRUE:mailto:{}\r\nEND:VEVENT"
                     "\r\nEND:VCALENDAR\r\n",
                     token(20), first_, last_, from_address_, receiver_),
         "invite.ics", draw_.chance(50), ""});
}

std::string HonestMaker::make() {
  const std::string fore(draw_.of(kFore)), aft(draw_.of(kAft));
  label_ = ascii(fore) + (draw_.chance(25) ? "-" : "") + ascii(aft);
  organisation_ = fore + (draw_.chance(30) ? " " : "") + aft;
  organisation_[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(organisation_[0])));
  domain_ = label_ + "." + std::string(draw_.of(kSuffix));
  first_ = draw_.of(kFirst);
  last_ = draw_.of(kLast);
  local_ = draw_.chance(60) ? ascii(first_) + "." + ascii(last_) : draw_.chance(50) ? ascii(first_) : ascii(last_);
  const auto& receiver = draw_.of(kReceivers);
  receiver_name_ = receiver[0];
  receiver_ = fmt::format("{}@{}", receiver[1], kHouse);
  number_ = std::to_string(10000 + draw_.below(90000));
  service_ = draw_.below(11);
  const std::size_t bar = shape_.from.find('|');
  from_name_ = filled(shape_.from.substr(0, bar));
  from_address_ = filled(shape_.from.substr(bar + 1));
  if (is(kTracked) && draw_.chance(30))  // from a domain that is there for mail
    from_address_ =
        from_address_.substr(0, from_address_.find('@') + 1) + (draw_.chance(70) ? "e." : "mailing.") + domain_;

  MailDraft draft;
  head(draft);
  const std::string content = filled(shape_.body);
  if (shape_.body.front() == '<') {
    if (draw_.chance(55)) {
      std::string text;
      bool tag = false;
      for (const char c : content) {
        tag = c == '<' || (tag && c != '>');
        if (!tag && c != '>') text += c;
        if (c == '>') text += '\n';
      }
      draft.bodies.push_back({"text/plain; charset=\"utf-8\"", text, "", false, ""});
    }
    draft.bodies.push_back({"text/html; charset=\"utf-8\"", page(content), "", false, ""});
  } else {
    draft.bodies.push_back({"text/plain; charset=utf-8", content, "", false, ""});
  }
  files(draft);
  return write_mail(draft, draw_);
}

}  // namespace

std::string honest_mail(std::uint64_t seed, std::uint64_t number, HonestPart part, std::string& kind,
                        std::size_t& shape) {
  Draw draw(seed ^ (number * 0x9E3779B9u));
  constexpr std::size_t kFirst = std::size(kHonestShapes), kAll = kFirst + std::size(kHeldOutShapes);
  shape = part == HonestPart::all        ? draw.below(kAll)
          : part == HonestPart::held_out ? kFirst + draw.below(kAll - kFirst)
                                         : draw.below(kFirst);
  const HonestShape& one = shape < kFirst ? kHonestShapes[shape] : kHeldOutShapes[shape - kFirst];
  kind = one.kind;
  return HonestMaker(seed, number, one).make();
}

}  // namespace tocsin::test
