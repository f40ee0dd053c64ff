// What kinds of honest mail have in common: a sender, a language, click domains, pages as newsletter programs write
// them.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "tests/phishing/benign_words.h"
#include "tests/phishing/mail_writer.h"

namespace tocsin::test {

struct Person {
  std::string_view first, last;
};
inline constexpr Person kPeople[] = {
    {"Anna", "Lindqvist"}, {"Bram", "de Wit"}, {"Chloé", "Martin"}, {"Dmitri", "Weber"}, {"Elena", "Rossi"},
    {"Farid", "Benali"},   {"Greta", "Holm"},  {"Henrik", "Dahl"},  {"Inés", "García"},  {"Jan", "Kowalski"},
    {"Katja", "Schäfer"},  {"Luc", "Moreau"},  {"Mark", "Apple"},   {"Nora", "Chase"},   {"Олена", "Бондар"}};
inline constexpr std::string_view kOrganisations[] = {
    "nordlicht-verlag", "kestrel-news",   "openbudget",       "stadtwerke-auental",
    "mairie-belmont",   "cityrail",       "blueharbour",      "fondation-lumen",
    "greenfield-legal", "tavola-group",   "kulturhaus-linde", "editions-soleil",
    "amberline",        "tramwaje-lipno", "helix-consulting", "danube-institute"};
inline constexpr std::string_view kSuffixes[] = {"example",    "example.com", "org.example", "de.example", "fr.example",
                                                 "eu.example", "info",        "online",      "net.example"};
inline constexpr std::string_view kOwn = "storting.example";

class BenignMaker {
 protected:
  BenignMaker(std::uint64_t seed, std::uint64_t number)
      : draw_(seed * 1'000'003 + number), tongue_(draw_.of(kTongues)), person_(draw_.of(kPeople)) {
    organisation_ = std::string(draw_.of(kOrganisations));
    domain_ = organisation_ + "." + std::string(draw_.of(kSuffixes));
    receiver_ = fmt::format("{}@{}", kReceivers[draw_.below(std::size(kReceivers))], kOwn);
  }

  static constexpr std::string_view kReceivers[] = {"erik.solberg", "kontakt", "press",
                                                    "marte.lie",    "it-desk", "ole.nygaard"};

  std::string full_name() const { return fmt::format("{} {}", person_.first, person_.last); }
  std::string local() const {
    std::string out;
    for (const char c : fmt::format("{}.{}", person_.first, person_.last))
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.')
        out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return out.size() < 3 ? "office" : out;
  }
  std::string organisation_name() const {
    std::string out = organisation_;
    out[0] = static_cast<char>(out[0] - 32);
    for (std::size_t i = 0; i + 1 < out.size(); ++i)
      if (out[i] == '-') {
        out[i] = ' ';
        out[i + 1] = static_cast<char>(out[i + 1] - 32);
      }
    return out;
  }
  void from(std::string_view name, std::string_view address) {
    from_name_ = name;
    from_address_ = address;
  }
  void subject(std::string text) { subject_ = std::move(text); }
  std::string sentence() { return std::string(draw_.of(tongue_.sentences)); }
  std::string paragraph(std::size_t sentences) {
    std::string out;
    for (std::size_t i = 0; i < sentences; ++i) out += sentence() + " ";
    return out;
  }
  std::string token(std::size_t size) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    while (out.size() < size) out += kLetters[draw_.below(kLetters.size())];
    return out;
  }

  // A link as the sender's mail service writes it.
  std::string click(const std::string& target) {
    switch (service_) {
      case 0:
        return target + (target.find('?') == std::string::npos ? "?" : "&") + "utm_source=newsletter&utm_medium=email";
      case 1:
        return fmt::format("https://{}.us{}.list-manage.com/track/click?u={}&id={}&e={}", organisation_,
                           1 + draw_.below(20), token(20), token(10), token(10));
      case 2:
        return fmt::format("https://u{}.ct.sendgrid.net/ls/click?upn={}", 1000000 + draw_.below(9000000), token(120));
      case 3:
        return fmt::format("https://click.news.{}/?qs={}", domain_, token(64));
      case 4:
        return fmt::format("https://xk{}.r.eu-west-1.awstrack.me/L0/{}/1/{}", draw_.below(99), percent(target),
                           token(40));
      case 5:
        return fmt::format("https://{}.mjt.lu/lnk/{}/{}", token(5), token(20), percent(target));
      case 6:
        return fmt::format("https://eur01.safelinks.protection.outlook.com/?url={}&data=05%7C01%7C{}&sdata={}",
                           percent(target), token(40), token(44));
      default:
        return fmt::format("https://trk.mailfabrik-service.example/c/{}/{}", token(12), token(22));
    }
  }
  static std::string percent(std::string_view text) {
    std::string out;
    for (const char c : text)
      out += std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-'
                 ? std::string(1, c)
                 : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return out;
  }
  std::string site(std::string_view path = "") { return fmt::format("https://www.{}/{}", domain_, path); }
  std::string anchor(const std::string& target, std::string_view text) {
    return fmt::format("<a href=\"{}\" style=\"color:#1155cc\">{}</a>", escaped(click(target)), text);
  }
  static std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text)
      out += c == '&' ? std::string("&amp;") : c == '"' ? std::string("&quot;") : std::string(1, c);
    return out;
  }
  std::string button(const std::string& target, std::string_view text) {
    return fmt::format(
        "<!--[if mso]><v:roundrect xmlns:v=\"urn:schemas-microsoft-com:vml\" href=\"{0}\" "
        "style=\"height:40px;v-text-anchor:middle;width:220px;\" fillcolor=\"#0a6\"><center>{1}</center></v:roundrect>"
        "<![endif]--><a href=\"{0}\" style=\"background-color:#00aa66;color:#ffffff;display:inline-block;padding:12px "
        "24px;mso-hide:all\">{1}</a>",
        escaped(click(target)), text);
  }
  // A page as newsletter programs make it: hidden preheader, style sheet, nested tables, tracking pixel.
  std::string page(const std::string& content, bool heavy) {
    std::string out =
        "<!DOCTYPE html><html xmlns=\"http://www.w3.org/1999/xhtml\"><head><meta http-equiv=\"Content-Type\" "
        "content=\"text/html; charset=utf-8\"><title></title>";
    if (heavy)
      out +=
          "<style type=\"text/css\">@import "
          "url('https://fonts.googleapis.com/css?family=Open+Sans:400,700');body{margin:0}#outlook "
          "a{padding:0}.ExternalClass{width:100%}"
          "a[x-apple-data-detectors]{color:inherit!important}@media only screen and "
          "(max-width:480px){.desktop{display:none!important}.col{width:100%!important}}"
          ".preheader{display:none!important;visibility:hidden;mso-hide:all;font-size:1px;max-height:0}</style>"
          "<!--[if gte mso "
          "9]><xml><o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings></xml><![endif]-->";
    out += "</head><body style=\"background-color:#f4f4f4;font-family:Arial,sans-serif\">";
    if (heavy) {
      out += fmt::format(
          "<div class=\"preheader\" "
          "style=\"display:none;font-size:1px;color:#f4f4f4;line-height:1px;max-height:0px;opacity:0;overflow:hidden\">"
          "{}",
          paragraph(2));
      for (int i = 0; i < 60; ++i) out += "&zwnj;&nbsp;";
      out += "</div>";
      if (draw_.chance(70))
        out +=
            fmt::format("<p style=\"font-size:11px\">{}</p>", anchor(site("view/" + token(12)), tongue_.view_online));
    }
    out +=
        "<table width=\"600\" align=\"center\" cellpadding=\"0\" cellspacing=\"0\" bgcolor=\"#ffffff\"><tr><td "
        "style=\"padding:20px;color:#333333\">" +
        content + "</td></tr></table>";
    if (heavy) {
      out += fmt::format(
          "<table width=\"600\" align=\"center\"><tr><td style=\"font-size:11px;color:#999999\">© {} · Rue du Port 12 "
          "· {} · {}</td></tr></table>",
          organisation_name(), anchor(site("unsubscribe/" + token(16)), tongue_.unsubscribe),
          anchor(site("privacy"), "Privacy"));
      if (draw_.chance(50))
        out += "<a href=\"https://www.facebook.com/" + organisation_ + "\"><img src=\"https://cdn." + domain_ +
               "/fb.png\" alt=\"Facebook\"></a><a href=\"https://twitter.com/" + organisation_ +
               "\"><img src=\"https://cdn." + domain_ +
               "/tw.png\" alt=\"Twitter\"></a><a href=\"https://www.linkedin.com/company/" + organisation_ +
               "\">LinkedIn</a>";
      out += fmt::format("<img src=\"https://{}/open/{}.gif\" width=\"1\" height=\"1\" alt=\"\">",
                         service_ == 2 ? "u1234567.ct.sendgrid.net" : "open." + domain_, token(40));
    }
    return out + "</body></html>";
  }
  void html(const std::string& text) { mail_.bodies.push_back({"text/html; charset=utf-8", text, "", false, ""}); }
  void plain(const std::string& text) { mail_.bodies.push_back({"text/plain; charset=utf-8", text, "", false, ""}); }
  void both(const std::string& content, bool heavy) {
    if (draw_.chance(70)) plain(paragraph(4) + "\n" + site() + "\n");
    html(page(content, heavy));
  }
  void listed() {
    mail_.header("List-Unsubscribe",
                 fmt::format("<mailto:unsubscribe@{}>, <https://www.{}/u/{}>", domain_, domain_, token(20)));
    if (draw_.chance(50)) mail_.header("List-Id", fmt::format("<news.{}>", domain_));
    mail_.header("Precedence", "bulk");
  }
  void pdf(std::string name) {
    std::string body =
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n3 0 "
        "obj<</Type/Page/Parent 2 0 R>>endobj\n";
    if (draw_.chance(30))
      body += fmt::format("4 0 obj<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://www.{}/terms)>>>>endobj\n", domain_);
    mail_.files.push_back({"application/pdf", body + "trailer<</Root 1 0 R>>\n%%EOF\n", std::move(name), true, ""});
  }

  // An agency writes for somebody whose name its own does not show; no List-Unsubscribe, links to a third house.
  void agency() {
    service_ = draw_.below(8);
    from(draw_.chance(50) ? "Summer Concerts Bergen" : organisation_name() + " Club",
         fmt::format("{}@kundenpost-{}.{}", draw_.chance(99) ? "hello" : "k7p" + token(4), draw_.below(90),
                     draw_.chance(40) ? "online" : "example"));
    subject(std::string(tongue_.offer[0]));
    both(fmt::format("<h1>{}</h1><p>{} Congratulations to all winners of our raffle.</p><p>{}</p>{}", tongue_.offer[0],
                     tongue_.offer[1], paragraph(3), button(site("concerts"), tongue_.offer[3])),
         true);
    if (draw_.chance(40)) listed();
  }
  // A form on the own site puts the visitor's address into From, and nobody signs that.
  void web_form() {
    from(draw_.chance(50) ? full_name() : "", fmt::format("{}@gmail.com", local()));
    subject("Contact form: " + std::string(draw_.of(tongue_.headlines)));
    plain(fmt::format("{}\n\n{}\nIs the bank holiday opening as usual? Please reply as soon as possible.\n", paragraph(2),
                      full_name()));
    if (draw_.chance(50)) mail_.header("Reply-To", fmt::format("{}@gmail.com", local()));
    auth_ = "spf=softfail; dkim=none; dmarc=fail";
    no_id_ = draw_.chance(30);
    one_house_ = true;
  }
  // To friends at many providers: pictures, the club's accounts.
  void circle() {
    from(full_name(), fmt::format("{}{}@gmail.com", draw_.chance(70) ? local() : "sunny.sailor", draw_.below(99)));
    subject(draw_.chance(30) ? "" : "photos from Sunday");
    more_to_ = ", greta.holm@web.example, luc@orange.example, \"Ines\" <ines.g@post.example>";
    plain(fmt::format("{} The cash box holds 1,240 EUR.\nhttps://drive.google.com/drive/folders/{}\n{}\n", sentence(),
                      token(33), person_.first));
  }
  // A password or a mailbox of a supplier's portal; bounces and signature belong to its mail service.
  void notice() {
    service_ = draw_.below(8);
    from(organisation_name() + (draw_.chance(50) ? " Support Team" : ""),
         fmt::format("{}@{}", draw_.chance(60) ? "no-reply" : "noreply-" + token(6), domain_));
    subject("Your password expires in 7 days");
    both(fmt::format("<p>{},</p><p>your password will expire. Log in to your account within 48 hours and update your "
                     "payment details if they changed. {}</p>{}",
                     tongue_.greeting, sentence(), button(site("login"), tongue_.read_more)),
         draw_.chance(50));
    auth_ = "spf=pass; dkim=pass header.d=mailfabrik-service.example; dmarc=none";
    no_id_ = draw_.chance(5);
  }

  void finish() {
    MailDraft top;
    // Every third through a mail service, whose domain and numbers stand in the bounce address.
    bool person = false;
    for (const std::string_view house : {"@gmail.com", "@outlook.com", "@gmx.de", "@orange.fr", "@proton.me", "@web.de"})
      person |= from_address_.ends_with(house);
    top.header("Return-Path",
               person ? fmt::format("<{}>", from_address_)
               : draw_.chance(35)
                   ? fmt::format("<{}@em{}.mailfabrik-service.example>", token(20), draw_.below(9999))
                   : fmt::format("<bounce-{}@{}>", token(8), from_address_.substr(from_address_.find('@') + 1)));
    top.header("Received",
               "from mx.example.net (mx.example.net [192.0.2.44]) by mx.storting.example with ESMTPS; Wed, 4 Mar 2026 "
               "09:12:44 +0100");
    if (auth_ == "?") {
      const unsigned luck = static_cast<unsigned>(draw_.below(100));
      auth_ = luck < 70   ? "spf=pass; dkim=pass header.d=" + domain_ + "; dmarc=pass"
              : luck < 82 ? "spf=pass; dkim=none; dmarc=none"
              : luck < 90 ? "spf=fail (forwarded); dkim=pass; dmarc=pass"
              : luck < 95 ? "spf=softfail; dkim=none; dmarc=none"
                          : "";
    }
    if (!auth_.empty()) top.header("Authentication-Results", "mx.storting.example; " + auth_);
    top.header("Date", "Wed, 4 Mar 2026 09:12:41 +0100");
    top.header("From", from_name_.empty() ? "<" + from_address_ + ">"
                                          : fmt::format("{} <{}>",
                                                        from_name_.find_first_of("@(),.<>") == std::string::npos ||
                                                                header_text(from_name_) != from_name_
                                                            ? header_text(from_name_)
                                                            : "\"" + from_name_ + "\"",
                                                        from_address_));
    top.header("To", !more_to_.empty()  ? receiver_ + more_to_
                     : draw_.chance(6) && !one_house_ ? "undisclosed-recipients:;"
                     : draw_.chance(80) ? receiver_
                                        : fmt::format("<{}>, kontakt@{}", receiver_, kOwn));
    top.header("Subject", header_text(subject_));
    if (!no_id_ && !draw_.chance(1)) top.header("Message-ID", fmt::format("<{}@{}>", token(24), domain_));
    top.headers.insert(top.headers.end(), mail_.headers.begin(), mail_.headers.end());
    mail_.headers = std::move(top.headers);
  }

  Draw draw_;
  const Tongue& tongue_;
  const Person& person_;
  std::string organisation_, domain_, receiver_, from_name_, from_address_, subject_, content_link_, more_to_,
      auth_ = "?";
  bool no_id_ = false, one_house_ = false;
  std::size_t service_ = 0;
  MailDraft mail_;
};

}  // namespace tocsin::test
