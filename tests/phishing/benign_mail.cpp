#include "tests/phishing/benign_mail.h"

#include "tests/phishing/benign_maker.h"

namespace tocsin::test {
namespace {

class Maker : public BenignMaker {
 public:
  Maker(std::uint64_t seed, std::uint64_t number) : BenignMaker(seed, number) {}

  std::string make(std::string& kind) {
    using Make = void (Maker::*)();
    static const std::pair<std::string_view, Make> kKinds[] = {{"newsletter", &Maker::newsletter},
                                                                   {"shop", &Maker::shop},
                                                                   {"invoice", &Maker::invoice},
                                                                   {"meeting", &Maker::meeting},
                                                                   {"forwarded", &Maker::forwarded},
                                                                   {"list", &Maker::list},
                                                                   {"reset", &Maker::reset},
                                                                   {"shared", &Maker::shared},
                                                                   {"parcel", &Maker::parcel},
                                                                   {"platform", &Maker::platform},
                                                                   {"event", &Maker::event},
                                                                   {"memo", &Maker::memo},
                                                                   {"scanner", &Maker::scanner},
                                                                   {"monitor", &Maker::monitor},
                                                                   {"press", &Maker::press},
                                                                   {"personal", &Maker::personal},
                                                                   {"survey", &Maker::survey},
                                                                   {"appeal", &Maker::appeal},
                                                                   {"application", &Maker::application},
                                                                   {"offer", &Maker::offer},
                                                                   {"ticket", &Maker::ticket},
                                                                   {"advisory", &Maker::advisory},
                                                                   {"lawyer", &Maker::lawyer},
                                                                   {"finance", &Maker::finance},
                                                                   {"copied-page", &Maker::copied_page},
                                                                   {"via", &Maker::via},
                                                                   {"payroll", &Maker::payroll},
                                                                   {"bounce", &Maker::bounce},
                                                                   {"mfa", &Maker::mfa},
                                                                   {"flyer", &Maker::flyer},
                                                                   {"agency", &Maker::agency},
                                                                   {"web-form", &Maker::web_form},
                                                                   {"circle", &Maker::circle},
                                                                   {"notice", &Maker::notice}};
    const auto& [name, run] = draw_.of(kKinds);
    kind = name;
    (this->*run)();
    finish();
    return write_mail(mail_, draw_);
  }

 private:
  void newsletter() {
    service_ = draw_.below(8);
    from(draw_.chance(50) ? organisation_name() : fmt::format("{} – {}", full_name(), organisation_name()),
         fmt::format("newsletter@{}", draw_.chance(50) ? domain_ : "mail." + domain_));
    subject(std::string(draw_.of(tongue_.headlines)) + (draw_.chance(20) ? " 📬" : ""));
    std::string content;
    for (std::size_t i = 2 + draw_.below(6); i > 0; --i)
      content += fmt::format("<h2>{}</h2><img src=\"https://cdn.{}/{}.jpg\" width=\"560\" alt=\"\"><p>{}</p><p>{}</p>",
                             draw_.of(tongue_.headlines), domain_, i, paragraph(2 + draw_.below(4)),
                             draw_.chance(25)
                                 ? anchor(site("news/" + std::to_string(i)), fmt::format("www.{}/news/{}", domain_, i))
                                 : anchor(site("news/" + std::to_string(i)), tongue_.read_more));
    if (draw_.chance(25))
      content += fmt::format("<p>{} <a href=\"https://bit.ly/{}\">bit.ly/{}</a></p>", sentence(), token(7), token(7));
    if (draw_.chance(15)) content += fmt::format("<p><a href=\"https://forms.gle/{}\">Google Forms</a></p>", token(17));
    if (draw_.chance(10))
      content += fmt::format("<p><a href=\"https://{}.github.io/data\">GitHub</a></p>", organisation_);
    both(content, true);
    listed();
    if (draw_.chance(30)) mail_.header("Reply-To", fmt::format("redaktion@{}", organisation_ + ".example"));
  }
  void shop() {
    service_ = draw_.below(8);
    from(organisation_name(), fmt::format("shop@news.{}", domain_));
    subject(std::string(tongue_.offer[0]) + (draw_.chance(30) ? " 🎁" : ""));
    both(fmt::format("<h1>{}</h1><p>{}</p><p>{}</p>{}<img src=\"https://cdn.{}/b.jpg\"><p>{}</p>", tongue_.offer[0],
                     tongue_.offer[1], tongue_.offer[2], button(site("sale"), tongue_.offer[3]), domain_, paragraph(3)),
         true);
    listed();
  }
  void invoice() {
    const bool accountant = draw_.chance(30);
    from(accountant ? full_name() : organisation_name() + " Billing",
         fmt::format("{}@{}", accountant ? local() : "billing", domain_));
    subject(fmt::format("{} {}", tongue_.invoice[0], 20000 + draw_.below(9000)));
    const std::string text = fmt::format("{},\n\n{} {}\n\n{}\n{}\n", tongue_.greeting, tongue_.invoice[1],
                                         tongue_.invoice[2], tongue_.closing, full_name());
    if (draw_.chance(50))
      plain(text);
    else
      both(fmt::format("<p>{},</p><p>{}</p><p>{}</p><p>IBAN XX12 3456 7890 1234</p><p>{}<br>{}<br>+47 22 33 44 55</p>",
                       tongue_.greeting, tongue_.invoice[1], tongue_.invoice[2], tongue_.closing, full_name()),
           false);
    pdf(fmt::format("invoice-{}.pdf", 20000 + draw_.below(9000)));
    if (draw_.chance(15))
      mail_.files.push_back(
          {"application/vnd.ms-excel.sheet.macroEnabled.12", "PK\x03\x04 no real book", "calculation.xlsm", true, ""});
    if (draw_.chance(25)) mail_.header("Reply-To", fmt::format("accounts@{}-factoring.example", organisation_));
  }
  void meeting() {
    from(full_name(), fmt::format("{}@{}", local(), domain_));
    subject(fmt::format("Invitation: {}", draw_.of(tongue_.headlines)));
    const std::string link = fmt::format(
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting_{}%40thread.v2/0?context=%7b%22Tid%22%3a%22{}%22%7d",
        token(40), token(20));
    plain(fmt::format("{}\n\n{}\nJoin: {}\n", paragraph(2), tongue_.closing, link));
    html(page(fmt::format("<p>{}</p><p><a href=\"{}\">Join the meeting</a> · <a "
                          "href=\"https://zoom.us/j/98765432101?pwd={}\">Zoom</a></p>",
                          paragraph(2), escaped(link), token(20)),
              false));
    mail_.files.push_back(
        {"text/calendar; charset=utf-8; method=REQUEST",
         fmt::format("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:{}\r\nSUMMARY:{}\r\nDESCRIPTION:{}\\n{}"
                     "\r\nLOCATION:\\\\\\\\fs01\\\\rooms\\\\blue\r\nX-ALT-DESC;FMTTYPE=text/html:<html><body>"
                     "<p>{}</p><a "
                     "href=\"{}\">Join</a></body></"
                     "html>\r\nORGANIZER;CN=\"{}\":mailto:{}@{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
                     token(20), draw_.of(tongue_.headlines), sentence(), link, sentence(), link, full_name(), local(),
                     domain_),
         "invite.ics", false, ""});
  }
  void forwarded() {
    from(full_name(), draw_.chance(50) ? fmt::format("{}@gmail.com", local()) : fmt::format("{}@{}", local(), kOwn));
    subject(fmt::format("{} {}", draw_.chance(50) ? "Fwd:" : "WG:", draw_.of(tongue_.headlines)));
    service_ = draw_.below(8);
    both(fmt::format("<p>{}</p><blockquote><p>From: {} &lt;news@{}&gt;<br>To: {}</p>{}<p>{}</p>{}</blockquote>",
                     sentence(), organisation_name(), domain_, receiver_, paragraph(4),
                     anchor(site("a"), "www." + domain_), paragraph(6)),
         false);
    if (draw_.chance(70)) mail_.header("References", fmt::format("<{}@{}>", token(20), domain_));
  }
  void list() {
    from(fmt::format("{} via dev-list", full_name()), fmt::format("dev-list@lists.{}", domain_));
    subject(fmt::format("[dev-list] Re: {}", draw_.chance(50) ? "how do we escape <script> in titles?"
                                                              : std::string(draw_.of(tongue_.headlines))));
    plain(fmt::format(
        "On Monday, {} wrote:\n> {}\n> see [1] and [the wiki]\n\n{}\nThe page shows `<b onclick=foo>` instead of bold "
        "text, <script>alert(1)</script> is escaped.\n\n[1]: https://gitlab.com/group/project/-/issues/{}\n"
        "[2]: http://192.168.1.20:9090/metrics\n_______________\ndev-list mailing "
        "list\nhttps://lists.{}/listinfo/dev-list\n",
        full_name(), sentence(), paragraph(2), draw_.below(900), domain_));
    mail_.header("List-Id", fmt::format("<dev-list.{}>", domain_));
    mail_.header("Reply-To",
                 draw_.chance(50) ? fmt::format("{}@gmail.com", local()) : fmt::format("dev-list@lists.{}", domain_));
    mail_.header("In-Reply-To", fmt::format("<{}@{}>", token(20), domain_));
    auth_ = "spf=pass smtp.mailfrom=lists." + domain_ +
            "; dkim=fail (body hash did not verify); dmarc=fail header.from=" + domain_;
  }
  void reset() {
    service_ = draw_.below(4);
    from(organisation_name() + " Support", fmt::format("no-reply@{}", domain_));
    subject(std::string(tongue_.reset[0]));
    both(fmt::format("<p>{},</p><p>{}</p>{}<p style=\"font-size:12px\">{}</p>", tongue_.greeting, tongue_.reset[1],
                     button(site("reset?token=" + token(40)), tongue_.reset[2]),
                     draw_.chance(50) ? anchor(site("reset?token=" + token(40)), site("reset")) : ""),
         draw_.chance(50));
    mail_.header("Auto-Submitted", "auto-generated");
  }
  void shared() {
    switch (draw_.below(4)) {
      case 0:
        from(full_name(), "no-reply@sharepointonline.com");
        content_link_ = fmt::format("https://{}-my.sharepoint.com/:w:/g/personal/{}/{}?e={}", organisation_, local(),
                                    token(40), token(6));
        break;
      case 1:
        from(full_name() + " (via Google Docs)", "drive-shares-dm-noreply@google.com");
        mail_.header("Reply-To", fmt::format("{} <{}@gmail.com>", header_text(full_name()), local()));
        content_link_ = fmt::format("https://docs.google.com/document/d/{}/edit?usp=sharing_eil", token(44));
        break;
      case 2:
        from(full_name() + " via Dropbox", "no-reply@dropbox.com");
        content_link_ = fmt::format("https://www.dropbox.com/l/scl/{}", token(40));
        break;
      default:
        from(full_name() + " via DocuSign", "dse_NA3@docusign.net");
        mail_.header("Reply-To", fmt::format("{}@{}", local(), domain_));
        content_link_ = fmt::format("https://eu.docusign.net/Signing/EmailStart.aspx?a={}", token(36));
    }
    subject(fmt::format("{} {}", full_name(), tongue_.share[0]));
    both(fmt::format("<p>{} {}</p><p><a href=\"{}\">{}</a></p>", full_name(), tongue_.share[1], content_link_,
                     tongue_.share[2]),
         false);
    auth_ = "spf=pass; dkim=pass; dmarc=pass";
  }
  void parcel() {
    const bool carrier = draw_.chance(40);
    if (carrier)
      from("DHL Paket", "noreply@dhl.de");
    else
      from(organisation_name() + " Shop", fmt::format("orders@{}", domain_));
    subject(fmt::format("{} ({})", tongue_.parcel[0], 1000000 + draw_.below(8999999)));
    const std::string track =
        carrier ? fmt::format("https://www.dhl.de/de/privatkunden/dhl-sendungsverfolgung.html?piececode={}", token(12))
        : draw_.chance(50) ? fmt::format("https://www.dpd.com/tracking/{}", token(14))
                           : fmt::format("https://gls-group.eu/track/{}", token(12));
    service_ = carrier ? 0 : draw_.below(8);
    both(fmt::format("<p>{},</p><p>{}</p>{}", tongue_.greeting, tongue_.parcel[1],
                     carrier || draw_.chance(50) ? fmt::format("<a href=\"{}\">{}</a>", track, tongue_.parcel[2])
                                                 : button(track, tongue_.parcel[2])),
         draw_.chance(60));
  }
  void platform() {
    static constexpr std::string_view kPlatforms[][4] = {
        {"GitHub", "notifications@github.com", "https://github.com/org/project/pull/12#issuecomment",
         "Re: [org/project] Fix build (PR #12)"},
        {"LinkedIn", "messages-noreply@linkedin.com", "https://www.linkedin.com/comm/messaging/thread/2",
         "You have 3 new messages"},
        {"Zoom", "no-reply@zoom.us", "https://zoom.us/webinar/register/WN_x", "Webinar confirmation"},
        {"PayPal", "service@paypal.com", "https://www.paypal.com/activity", "Receipt for your payment"},
        {"Microsoft account team", "account-security-noreply@accountprotection.microsoft.com",
         "https://account.live.com/SecurityNotification", "Microsoft account unusual sign-in activity"},
        {"Amazon.de", "versandbestaetigung@amazon.de", "https://www.amazon.de/gp/css/order-details",
         "Ihre Amazon.de Bestellung wurde versandt"},
        {"Netflix", "info@account.netflix.com", "https://www.netflix.com/password", "Your password was changed"},
        {"IKEA", "no-reply@news.email.ikea.com", "https://news.email.ikea.com/u/gm.php", "Your IKEA order"},
        {"Facebook", "security@facebookmail.com", "https://www.facebook.com/hacked/disavow",
         "Did you just log in near Oslo?"},
        {"Booking.com", "noreply@booking.com", "https://secure.booking.com/myreservations",
         "Your booking is confirmed"},
        {"Deutsche Bahn", "noreply@deutschebahn.com", "https://www.bahn.de/buchung", "Ihre Fahrkarte"},
        {"Doctolib", "no-reply@doctolib.fr", "https://www.doctolib.fr/account/appointments", "Votre rendez-vous"}};
    const auto& one = draw_.of(kPlatforms);
    from(one[0], one[1]);
    subject(std::string(one[3]));
    both(fmt::format(
             "<p>{}</p><p>Confirm your identity if this was not you. We noticed a sign-in.</p><a href=\"{}/{}\">{}</a>",
             paragraph(2), one[2], token(20), tongue_.read_more),
         draw_.chance(40));
    auth_ = "spf=pass; dkim=pass; dmarc=pass";
  }
  void event() {
    service_ = draw_.below(8);
    from(full_name(), fmt::format("{}@{}", local(), domain_));
    subject(std::string(tongue_.event[0]));
    const std::string targets[] = {fmt::format("https://www.eventbrite.com/e/{}", draw_.below(999999999)),
                                   fmt::format("https://bit.ly/{}", token(7)),
                                   fmt::format("https://forms.office.com/e/{}", token(10)),
                                   fmt::format("https://forms.gle/{}", token(17)),
                                   site("register"),
                                   fmt::format("https://tinyurl.com/{}", token(8)),
                                   fmt::format("https://{}.wordpress.com/2026/", organisation_)};
    const std::string target = draw_.of(targets);
    both(fmt::format("<p>{},</p><p>{}</p><p><a href=\"{}\">{}</a></p><p>{}<br>{}<br>{}</p>", tongue_.greeting,
                     tongue_.event[1], target, draw_.chance(40) ? target : std::string(tongue_.event[2]),
                     tongue_.closing, full_name(), organisation_name()),
         false);
    if (draw_.chance(30)) mail_.header("Reply-To", fmt::format("{}@gmail.com", organisation_));
  }
  void memo() {
    from(full_name(), fmt::format("{}@{}", local(), kOwn));
    subject(std::string(draw_.of(tongue_.headlines)));
    html(page(fmt::format(
                  "<p>{}</p><p><a href=\"file://fs01/felles/2026/agenda.docx\">\\\\fs01\\felles\\2026\\agenda.docx</a> "
                  "· <a href=\"https://intranet.{}/sak/{}\">sak</a> · <a "
                  "href=\"http://10.2.3.4:8081/status\">status</a></p><p>{}</p>",
                  paragraph(3), kOwn, draw_.below(9000), tongue_.closing),
              false));
    if (draw_.chance(50))
      mail_.files.push_back({"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                             "PK\x03\x04 no real document", "agenda.docx", true, ""});
    auth_ = draw_.chance(50) ? "" : "spf=pass; dkim=pass; dmarc=pass";
  }
  void scanner() {
    from(draw_.chance(50) ? "Scanner 3rd floor" : "", fmt::format("scanner@{}", kOwn));
    subject(draw_.chance(50) ? "Scan from MFP-3" : "Message from printer");
    plain("This e-mail was sent from \"MFP-3\".\nScan date: 2026-03-04\nQueries to: it-desk\n");
    pdf("scan0001.pdf");
    auth_ = "";
  }
  void monitor() {
    from("root", draw_.chance(50) ? "root@web01" : fmt::format("monitoring@{}", kOwn));
    subject("Cron <root@web01> /usr/local/bin/backup.sh");
    plain("rsync: connection unexpectedly closed\nbackup of /srv failed with 12\nhttp://10.0.0.5:3000/d/abc/backup\n");
    mail_.header("Auto-Submitted", "auto-generated");
    auth_ = "";
  }
  void press() {
    from(fmt::format("{} Press Office", organisation_name()), fmt::format("press@{}", domain_));
    subject(fmt::format("PRESS RELEASE: {}", draw_.of(tongue_.headlines)));
    both(fmt::format("<h2>{}</h2><p>{}</p><p>Photos: <a href=\"https://we.tl/t-{}\">WeTransfer</a>, <a "
                     "href=\"https://drive.google.com/drive/folders/{}\">Drive</a></p><p>{}</p>",
                     draw_.of(tongue_.headlines), paragraph(8), token(10), token(33), full_name()),
         false);
    pdf("press-release.pdf");
    mail_.header("Reply-To", fmt::format("{}@{}-agency.example", local(), organisation_));
  }
  void personal() {
    static constexpr std::string_view kProviders[] = {"gmail.com", "outlook.com", "gmx.de",
                                                      "orange.fr", "proton.me",   "web.de"};
    from(full_name(), fmt::format("{}{}@{}", local(), draw_.chance(40) ? std::to_string(draw_.below(99)) : "",
                                  draw_.of(kProviders)));
    subject(draw_.chance(30) ? "" : draw_.chance(50) ? "Re: Friday" : "photos");
    plain(fmt::format(
        "Hi,\n{}\n{}\n{}\n", sentence(),
        draw_.chance(50) ? "https://photos.app.goo.gl/" + token(17) : "https://www.youtube.com/watch?v=" + token(11),
        person_.first));
    if (draw_.chance(40))
      mail_.files.push_back({"image/png", qr_png("BEGIN:VCARD\nFN:" + std::string(person_.first) + "\nEND:VCARD"),
                             "image001.png", false, "image001"});
  }
  void survey() {
    service_ = draw_.below(8);
    from(organisation_name(), fmt::format("research@{}", domain_));
    subject("Your opinion matters: short survey");
    both(fmt::format("<p>{},</p><p>{} Your feedback helps us. Among all who answer we draw three gift cards.</p><p><a "
                     "href=\"https://www.surveymonkey.com/r/{}\">Take the survey</a></p><p>{}</p>",
                     tongue_.greeting, sentence(), token(7), tongue_.closing),
         draw_.chance(50));
    listed();
  }
  void appeal() {
    service_ = draw_.below(8);
    from(organisation_name(), fmt::format("hello@{}", domain_));
    subject(std::string(tongue_.appeal[0]));
    both(fmt::format("<p>{},</p><p>{} {}</p>{}", tongue_.greeting, tongue_.appeal[1], paragraph(3),
                     button(site("donate"), tongue_.appeal[2])),
         true);
    listed();
  }
  void application() {
    from(full_name(), fmt::format("{}@gmail.com", local()));
    subject("Application: research assistant");
    plain(
        fmt::format("Dear Sir or Madam,\n\n{} Please find attached my CV and certificates. You can reach me at +49 151 "
                    "23456789.\n\nhttps://www.linkedin.com/in/{}\nhttps://{}.github.io\n\n{}\n",
                    sentence(), local(), local(), full_name()));
    pdf("cv.pdf");
    if (draw_.chance(30))
      mail_.files.push_back(
          {"application/zip", std::string("PK\x05\x06") + std::string(18, '\0'), "certificates.zip", true, ""});
  }
  void offer() {
    from(full_name(), fmt::format("{}@{}", local(), domain_));
    subject(fmt::format("Re: Request for quotation {}", draw_.below(9999)));
    plain(
        fmt::format("{},\n\nsee attached our offer; purchase order as discussed. {} Delivery within 24 hours is "
                    "possible.\n\n{}\n{}\nTel. +31 20 123 45 67\n",
                    tongue_.greeting, sentence(), tongue_.closing, full_name()));
    pdf("quotation.pdf");
    mail_.header("In-Reply-To", fmt::format("<{}@{}>", token(20), kOwn));
  }
  void ticket() {
    from("Tickets " + organisation_name(), fmt::format("tickets@{}", domain_));
    subject(fmt::format("Your tickets – order {}", draw_.below(999999)));
    both(fmt::format("<p>{}</p><p>Show this code at the entrance.</p><img src=\"cid:qr1\">", sentence()),
         draw_.chance(50));
    mail_.files.push_back({"image/png",
                           qr_png(draw_.chance(50) ? fmt::format("https://t.{}/v/{}", domain_, token(10)) : token(24)),
                           "", false, "qr1"});
  }
  void advisory() {
    service_ = draw_.below(8);
    from("CERT " + organisation_name(), fmt::format("advisories@{}", domain_));
    subject("Warning: phishing wave against webmail accounts");
    both(fmt::format(
             "<p>Attackers currently send mails such as “verify your account” and “your mailbox is full, password "
             "expires”. Do not click. Indicators: hxxps://login-portal[.]example, 203[.]0[.]113[.]9.</p>"
             "<pre>&lt;svg&gt;&lt;animate attributeName=&quot;href&quot; "
             "values=&quot;javascript:alert(1)&quot;&gt;</pre><p>{}</p>{}",
             paragraph(4), anchor(site("advisory"), "www." + domain_ + "/advisory")),
         draw_.chance(50));
    if (draw_.chance(50)) listed();
  }
  void lawyer() {
    from(full_name(), fmt::format("{}@{}", local(), domain_));
    subject("File 2026/118: documents");
    plain(
        fmt::format("{},\n\nattached you find the documents in an encrypted archive. You will get the password by "
                    "telephone.\n\n{}\n{}\n",
                    tongue_.greeting, tongue_.closing, full_name()));
    std::string zip = std::string("PK\x01\x02\x14\x00\x14\x00\x01\x00\x08\x00", 12) + std::string(34, '\0');
    zip[28] = 12;
    zip += "contract.pdf";
    std::string end = std::string("PK\x05\x06", 4) + std::string(18, '\0');
    end[10] = 1;
    end[12] = static_cast<char>(zip.size());
    mail_.files.push_back({"application/zip", zip + end, "documents.zip", true, ""});
  }
  void finance() {
    service_ = draw_.below(8);
    from("Market Brief", fmt::format("brief@{}", domain_));
    subject("Bitcoin falls, banks under pressure");
    both(fmt::format("<h2>Markets</h2><p>Bitcoin and ethereum lost five percent. The regulator published rules for "
                     "crypto trading platforms. {}</p>{}",
                     paragraph(6), anchor(site("markets"), tongue_.read_more)),
         true);
    listed();
  }
  void copied_page() {
    from(full_name(), fmt::format("{}@{}", local(), domain_));
    subject(std::string(draw_.of(tongue_.headlines)));
    html(
        "<html><head><script type=\"application/ld+json\">{\"@context\":\"http://schema.org\"}</script><script "
        "src=\"/assets/site.js\"></script></head><body>" +
        fmt::format("<a href=\"javascript:void(0)\" onclick=\"return false;\">Menu</a><img "
                    "src=\"https://www.{}/logo.png\" onerror=\"this.style.display='none'\"><p>{}</p><form "
                    "action=\"https://www.{}/search\"><input type=\"text\" name=\"q\"></form>{}",
                    domain_, paragraph(8), domain_, anchor(site("article"), tongue_.read_more)) +
        "<script>(function(i,s,o,g,r,a,m){i['GoogleAnalyticsObject']=r;a=s.createElement(o);a.src=g;})(window,document,"
        "'script','//www.google-analytics.com/analytics.js','ga');</script></body></html>");
  }
  void via() {
    const bool calendar = draw_.chance(50);
    from(calendar ? full_name() + " (Google Calendar)" : full_name() + " via LinkedIn",
         calendar ? "calendar-notification@google.com" : "invitations@linkedin.com");
    mail_.header("Reply-To", fmt::format("{}@gmail.com", local()));
    subject(fmt::format("{}: {}", full_name(), draw_.of(tongue_.headlines)));
    both(fmt::format("<p>{}</p><a href=\"{}\">{}</a>", sentence(),
                     calendar ? "https://calendar.google.com/calendar/event?eid=" + token(60)
                              : "https://www.linkedin.com/comm/mynetwork/" + token(20),
                     tongue_.read_more),
         draw_.chance(50));
    auth_ = "spf=pass; dkim=pass; dmarc=pass";
  }
  void payroll() {
    from("Payroll " + organisation_name(), fmt::format("noreply@{}-hr.example", organisation_));
    subject("Your salary statement for March is available");
    both(fmt::format("<p>{},</p><p>your payroll document is ready. Sign in to review it in the portal of our service "
                     "provider.</p><a href=\"https://portal.{}-hr.example/login\">portal.{}-hr.example</a>",
                     tongue_.greeting, organisation_, organisation_),
         false);
  }
  void bounce() {
    from("Mail Delivery System", fmt::format("MAILER-DAEMON@{}", draw_.chance(50) ? std::string(kOwn) : domain_));
    subject("Undelivered Mail Returned to Sender");
    plain(
        fmt::format("This is the mail system at host mx.{}.\n\n<{}@{}>: host mx2 said: 550 5.1.1 User unknown; see "
                    "https://support.google.com/mail/?p=NoSuchUser\n",
                    domain_, local(), domain_));
    mail_.header("Auto-Submitted", "auto-replied");
    auth_ = "";
  }
  void mfa() {
    from("IT desk", fmt::format("it-desk@{}", kOwn));
    subject("Two-factor login: scan the QR code by Friday");
    html(page(fmt::format("<p>{}</p><p>Please scan the QR code with your authenticator by Friday. Questions: "
                          "it-desk.</p><img src=\"cid:qr1\"><p><a href=\"https://id.{}/mfa\">id.{}</a></p>",
                          sentence(), kOwn, kOwn),
              false));
    mail_.files.push_back({"image/png",
                           qr_png(draw_.chance(50) ? fmt::format("https://id.{}/mfa?u={}", kOwn, token(10))
                                                   : fmt::format("otpauth://totp/{}?secret=JBSWY3DPEHPK3PXP", kOwn)),
                           "", false, "qr1"});
    auth_ = "spf=pass; dkim=pass; dmarc=pass";
  }
  void flyer() {
    service_ = draw_.below(8);
    from(organisation_name(), fmt::format("info@{}", domain_));
    subject(std::string(draw_.of(tongue_.headlines)));
    html(page(fmt::format("<a href=\"{}\"><img src=\"https://cdn.{}/flyer.jpg\" width=\"600\"></a>",
                          escaped(click(site("flyer"))), domain_),
              draw_.chance(50)));
    if (draw_.chance(60)) listed();
  }
};

}  // namespace

std::string benign_mail(std::uint64_t seed, std::uint64_t number, std::string& kind) {
  return Maker(seed, number).make(kind);
}

}  // namespace tocsin::test
