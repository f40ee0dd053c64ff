// What honest mail looks like, a second time: shapes that were written down before any trait's answer to them was seen,
// so that they measure the traits rather than follow them. honest_mail.cpp fills them in.
//
// In the templates: $o organisation, $d its domain, $w its label, $p person, $f first name, $l a person's local part,
// $n number, $k six digits, $t token, $T long token, $a amount, $y date, $r receiver's address, $R his name,
// $u[path] a link to the sender's site, $c[path] the same as the sender's mail service writes it.
#pragma once
#include <cstdint>
#include <string_view>

namespace tocsin::test {

enum HonestFlag : std::uint32_t {
  kListed = 1,          // List-Unsubscribe
  kList = 2,            // a discussion list: List-Id, subject tag, footer, signature broken
  kThread = 4,          // answers a mail
  kFree = 8,            // sent from a free mailbox
  kPdf = 16,            // one attached
  kBadAuth = 32,        // a small house whose SPF or DKIM is wrong
  kNoId = 64,           // a program that sets no Message-ID
  kOwnHouse = 128,      // from the receiver's own house
  kPicture = 256,       // inline pictures
  kTracked = 512,       // $c goes through a mail service
  kCalendar = 1024,     // an invitation goes with it
  kBrand = 2048,        // a known house's own address: no tracking, proved
  kQr = 4096,           // a picture of a QR code to the sender's site
  kSheet = 8192,        // a spreadsheet attached
  kReplyOther = 16384,  // answers go to another address of a partner
  kZip = 32768,         // an archive of documents
  kMany = 65536,        // many receivers
};

struct HonestShape {
  std::string_view kind, from, subject, body;
  std::uint32_t flags = 0;
};

inline constexpr HonestShape kHonestShapes[] = {
    // Passwords, codes, sign-ins.
    {"reset", "$o|no-reply@$d", "Reset your $o password",
     "<p>Hi $R,</p><p>Someone asked to reset the password for your account. Click the button below to choose a new "
     "one. "
     "The link works for 60 minutes.</p><p><a href=\"$c[reset?token=$T]\">Reset password</a></p><p>If you didn't ask "
     "for this, you can safely ignore this email.</p>",
     kTracked},
    {"reset", "$o Konto|konto@$d", "Passwort zurücksetzen",
     "<p>Hallo $R,</p><p>Sie haben ein neues Passwort angefordert. Bitte bestätigen Sie Ihre E-Mail-Adresse über "
     "diesen "
     "Link:</p><p><a href=\"$u[konto/passwort/$T]\">$u[konto/passwort/$T]</a></p><p>Der Link verfällt in 24 "
     "Stunden.</p>"},
    {"reset", "$o|ne-pas-repondre@$d", "Votre nouveau mot de passe",
     "Bonjour,\n\nVous avez demandé la réinitialisation de votre mot de passe. Pour continuer :\n\n$u[mdp/$T]\n\nSi "
     "vous "
     "n'êtes pas à l'origine de cette demande, ne tenez pas compte de ce message.\n\nL'équipe $o"},
    {"code", "$o|verify@$d", "$k is your verification code",
     "<h2>Verify your identity</h2><p>Enter this code to sign in to your account:</p><p style=\"font-size:32px\">$k</p>"
     "<p>It expires in 10 minutes. Never share it with anybody.</p>"},
    {"code", "$o Sicherheit|sicherheit@$d", "Ihr Sicherheitscode: $k",
     "Ihr Code lautet $k.\n\nGeben Sie ihn innerhalb von 5 Minuten ein. Unsere Mitarbeiter fragen niemals danach.\n"},
    {"sign-in", "$o Security|security@$d", "New sign-in to your account",
     "<p>Hi $R,</p><p>We noticed a new sign-in from a device we don't recognise: Firefox on Linux, near Bergen, $y.</p>"
     "<p>If this was you, there is nothing to do. If not, <a href=\"$u[security]\">secure your account</a> "
     "immediately.</p>"},
    {"sign-in", "Google|no-reply@accounts.google.com", "Security alert",
     "<p>$r</p><p>A new sign-in on Windows. We noticed a new sign-in to your Google Account. If this was you, you "
     "don't "
     "need to do anything. If not, we'll help you secure your account.</p><p><a "
     "href=\"https://accounts.google.com/AccountChooser?Email=$r&amp;continue=https://myaccount.google.com/alert/nt/"
     "$n\""
     ">Check activity</a></p><p>You can also see security activity "
     "at<br>https://myaccount.google.com/notifications</p>",
     kBrand},
    {"sign-in", "Microsoft account team|account-security-noreply@accountprotection.microsoft.com",
     "Unusual sign-in activity",
     "<p>Microsoft account</p><h1>Unusual sign-in activity</h1><p>We detected something unusual about a recent sign-in "
     "to the Microsoft account er*****@$d.</p><p><a href=\"https://account.live.com/activity\">Review recent "
     "activity</a></p><p>Thanks,<br>The Microsoft account team</p>",
     kBrand},
    {"expires", "IT Service Desk|servicedesk@$h", "Your password expires in 5 days",
     "<p>Dear $R,</p><p>your domain password will expire on $y. Please press Ctrl+Alt+Del and choose “Change a "
     "password” while you are in the office, or use <a href=\"https://password.$h/\">password.$h</a>. Contact the "
     "service "
     "desk (ext. 4100) with questions.</p>",
     kOwnHouse},
    {"quota", "Mail system|postmaster@$h", "Your mailbox is almost full",
     "Your mailbox has reached 92 % of its quota (4.6 of 5.0 GB). Please delete mail you no longer need and empty the "
     "folder Deleted Items. When the quota is exceeded you can't send mail.\n\n-- \nThis message was sent by the mail "
     "system.\n",
     kOwnHouse | kNoId},
    {"quarantine", "Quarantine|quarantine@$h", "Quarantine report: 3 messages on hold",
     "<table><tr><td>Subject</td><td>Sender</td></tr><tr><td>You've won</td><td>promo@lucky.example</td></tr><tr><td>"
     "Invoice 8812</td><td>billing@old.example</td></tr></table><p><a "
     "href=\"https://quarantine.$h:8443/release?id=$T\">"
     "Release</a> · <a href=\"https://quarantine.$h:8443/block?id=$T\">Block sender</a></p>",
     kOwnHouse},
    // Software as a service.
    {"saas", "$p (via $o)|notifications@$d", "$p mentioned you in “Budget draft”",
     "<p><b>$p</b> mentioned you in a comment:</p><blockquote>@$R can you check the second table before Thursday?"
     "</blockquote><p><a href=\"$c[c/$t]\">View comment</a></p>",
     kTracked},
    {"saas", "$p (Google Docs)|comments-noreply@docs.google.com", "Board meeting minutes",
     "<p>$p added a comment to the following document</p><p><a "
     "href=\"https://docs.google.com/document/d/$T/edit?disco=$t&amp;usp=comment_email_document\">Board meeting "
     "minutes</a></p><p>Could we shorten the second part?</p><p>Google LLC, 1600 Amphitheatre Parkway</p>",
     kBrand},
    {"saas", "$p (via Google Drive)|drive-shares-dm-noreply@google.com", "Item shared with you: “Photos June”",
     "<p>$p ($l@gmail.com) has shared the following item:</p><p><a "
     "href=\"https://drive.google.com/drive/folders/$T?usp=sharing_eip\">Photos June</a></p><p>$p is outside your "
     "organisation.</p>",
     kBrand | kReplyOther},
    {"saas", "$p|no-reply@sharepointonline.com", "$p shared \"Contract 2026\" with you",
     "<p>$p shared a file with you</p><p>Here's the document that $p shared with you.</p><p><a "
     "href=\"https://$w.sharepoint.com/:w:/s/Legal/$T?e=$t\">Contract 2026.docx</a></p><p>This link only works for the "
     "direct recipients of this message.</p>",
     kBrand},
    {"saas", "$p via DocuSign|dse_na3@docusign.net", "Complete with DocuSign: Agreement $n.pdf",
     "<p>$p sent you a document to review and sign.</p><p><a "
     "href=\"https://na3.docusign.net/Signing/EmailStart.aspx?a=$T&amp;etti=24&amp;acct=$T\">REVIEW DOCUMENT</a></p>"
     "<p>Do not share this email. This email contains a secure link to DocuSign.</p>",
     kBrand | kReplyOther},
    {"saas", "Zoom|no-reply@zoom.us", "Cloud Recording - Weekly call is now available",
     "<p>Hi $R,</p><p>Your cloud recording is now available.</p><p><a href=\"https://$w.zoom.us/rec/share/$T\">View "
     "recording</a></p><p>Passcode: $t</p>",
     kBrand},
    {"saas", "Microsoft 365 Message center|o365mc@microsoft.com", "Weekly digest: Microsoft service updates",
     "<h1>Major updates from Message center</h1><p>Action required: retirement of legacy authentication. "
     "MC$n.</p><p><a "
     "href=\"https://admin.microsoft.com/AdminPortal/home?ref=MessageCenter/:/messages/MC$n\">View more</a></p><p>"
     "Microsoft Corporation, One Microsoft Way, Redmond</p>",
     kBrand},
    {"saas", "GitHub|noreply@github.com", "[$w/site] Run failed: build - main ($t)",
     "<p><b>[$w/site] build workflow run</b></p><p>build: All jobs have failed</p><p><a "
     "href=\"https://github.com/$w/site/actions/runs/$n\">View workflow run</a></p>",
     kBrand},
    {"saas", "$p (Jira)|jira@$w.atlassian.net", "[JIRA] (OPS-$n) Mail relay refuses large files",
     "<p>$p commented on OPS-$n</p><p>I raised the limit to 40 MB, please try again.</p><p><a "
     "href=\"https://$w.atlassian.net/browse/OPS-$n?atlOrigin=$T\">View issue</a></p>",
     kBrand},
    {"saas", "$o Notifications|notify@$d", "Action required: your payment method was declined",
     "<p>Hi $R,</p><p>We couldn't charge your card ending in 4417 for the subscription “Team”. Please update your "
     "payment details before $y, or the workspace will be downgraded.</p><p><a href=\"$c[billing]\">Update payment "
     "details</a></p>",
     kTracked},
    {"saas", "$o|hello@$d", "Your trial ends in 3 days",
     "<p>Hey $R 👋</p><p>Your free trial of $o expires soon. Upgrade now and get 20 % off the first year. Limited time!"
     "</p><p><a href=\"$c[upgrade]\">Choose a plan</a></p><p>Questions? Just hit reply.<br>$p, founder</p>",
     kTracked | kListed},
    {"saas", "Support|support@$w.zendesk.com", "[Request received] Export is empty",
     "<p>## Please type your reply above this line ##</p><p>Your request ($n) has been received and is being reviewed "
     "by "
     "our support staff.</p><p>To add additional comments, reply to this email.</p><p>This email is a service from $o. "
     "Delivered by Zendesk</p>",
     kBrand},
    {"voicemail", "Telephone system|pbx@$h", "New voicemail from +47 22 00 $n",
     "You received a voice message of 24 seconds from +47 22 00 $n. The message is attached.\n", kOwnHouse | kNoId},
    {"fax", "Fax server|fax@$h", "Fax received from +33 1 44 $n (2 pages)",
     "A new fax has arrived. 2 pages, see attached file.\n", kOwnHouse | kPdf | kNoId},
    {"scan", "MFP 3rd floor|scanner@$h", "Scanned document",
     "Please open the attached document. It was sent to you using a multifunction printer.\n\nAttachment File Type: "
     "pdf, Multi-Page\n",
     kOwnHouse | kPdf | kNoId},
    // Shops, parcels, travel.
    {"receipt", "$o|orders@$d", "Your receipt from $o #$n",
     "<p>Thanks for your purchase!</p><table><tr><td>Desk lamp</td><td>$a</td></tr><tr><td>Shipping</td><td>0.00</td>"
     "</tr></table><p>Paid with PayPal. Order id $n.</p><p><a href=\"$c[orders/$n]\">View order</a></p>",
     kTracked},
    {"receipt", "service@paypal.com|service@paypal.com", "You sent a payment of $a to $o",
     "<p>Hello $R,</p><p>You sent a payment of $a to $o. It may take a few moments for this transaction to appear in "
     "your account.</p><p>Transaction ID: <a href=\"https://www.paypal.com/activity/payment/$t\">$t</a></p><p>If you "
     "did not authorize this, contact us.</p>",
     kBrand},
    {"receipt", "$o|buchhaltung@$d", "Ihre Rechnung $n",
     "Sehr geehrte Damen und Herren,\n\nanbei erhalten Sie unsere Rechnung $n über $a. Bitte überweisen Sie den Betrag "
     "innerhalb von 14 Tagen auf unser Konto DE12 3456 7890 1234 5678 90.\n\nMit freundlichen Grüßen\n$p\n$o\n",
     kPdf},
    {"receipt", "$p|$l@$d", "Offene Rechnung $n - Zahlungserinnerung",
     "<p>Guten Tag,</p><p>leider konnten wir bis heute keinen Zahlungseingang feststellen. Bitte überweisen Sie $a "
     "umgehend, spätestens bis $y. Letzte Mahnung vor Abgabe an das Inkasso.</p><p>$p<br>Buchhaltung</p>",
     kPdf | kBadAuth},
    {"receipt", "$o|factures@$d", "Votre facture n° $n est disponible",
     "<p>Bonjour,</p><p>Votre facture du mois d'un montant de $a est disponible dans votre espace client. Le "
     "prélèvement "
     "sera effectué le $y.</p><p><a href=\"$c[espace-client/factures]\">Accéder à mon espace client</a></p>",
     kTracked},
    {"parcel", "DHL Paket|noreply@dhl.de", "Ihr Paket kommt heute",
     "<p>Guten Tag $R,</p><p>Ihre Sendung 00340434$n wird heute zwischen 12:40 und 14:40 Uhr zugestellt.</p><p><a "
     "href=\"https://www.dhl.de/de/privatkunden/dhl-sendungsverfolgung.html?piececode=00340434$n\">Sendung verfolgen"
     "</a></p>",
     kBrand},
    {"parcel", "$o|versand@$d", "Deine Bestellung $n ist unterwegs",
     "<p>Hallo $R,</p><p>dein Paket wurde an DHL übergeben. Die Lieferung erfolgt in 1–2 Werktagen.</p><p><a "
     "href=\"https://nolp.dhl.de/nextt-online-public/set_identcodes.do?idc=00340434$n\">Sendung bei DHL verfolgen</a>"
     "</p><p><a href=\"$c[konto]\">Mein Konto</a></p>",
     kTracked},
    {"parcel", "Colissimo|noreply@notif-colissimo-laposte.info", "Votre colis 6A$n est en cours de livraison",
     "<p>Bonjour,</p><p>Votre colis 6A$n sera livré demain. Absent ? Choisissez une autre date.</p><p><a "
     "href=\"https://www.laposte.fr/outils/suivre-vos-envois?code=6A$n\">Suivre mon colis</a></p>",
     kBrand},
    {"parcel", "$o Shipping|tracking@$d", "Delivery attempt failed - choose a new date",
     "<p>Dear $R,</p><p>we tried to deliver parcel $n today and nobody was at home. It waits for you at our pick-up "
     "point until $y. You may also reschedule your delivery:</p><p><a href=\"$u[t/$n]\">$u[t/$n]</a></p>"},
    {"travel", "$o via Booking.com|$n-$t.$w@property.booking.com", "Message about your stay, $y",
     "<p>$o sent you a message: “Dear guest, check-in is from 3 pm. The door code is $k. Please tell us when you "
     "arrive.”</p><p><a href=\"https://secure.booking.com/mybooking.html?bn=$n\">Reply</a></p>",
     kBrand},
    {"travel", "$o|reservierung@$d", "Buchungsbestätigung $n",
     "<p>Vielen Dank für Ihre Buchung! Anreise $y, zwei Nächte, $a. Stornierung kostenfrei bis 48 Stunden "
     "vorher.</p><p>"
     "Lage: <a href=\"https://goo.gl/maps/$t\">Google Maps</a></p><p>Herzliche Grüße, Familie $p</p>",
     kBadAuth},
    {"travel", "$o|etickets@$d", "E-ticket $t: your trip on $y",
     "<p>Your ticket is attached. Show the QR code at the gate.</p><p><a href=\"$c[wallet/$t]\">Add to Apple "
     "Wallet</a> "
     "<a href=\"$c[gpay/$t]\">Save to Google Pay</a></p>",
     kTracked | kPdf | kQr},
    // Banks, offices, insurers.
    {"bank", "$o Bank|service@$d", "Your statement is ready",
     "<p>Dear customer,</p><p>your statement for October is ready. For your security this message holds no link: type "
     "our address into your browser and log in to your account.</p>"},
    {"bank", "$o Bank|karten@$d", "Ihre neue Karte ist unterwegs",
     "<p>Sehr geehrte Kundin, sehr geehrter Kunde,</p><p>Ihre Karte läuft ab; die neue kommt in den nächsten Tagen mit "
     "der Post. Die PIN bleibt gleich. Bitte bestätigen Sie den Erhalt in der App.</p><p><a href=\"$c[karte]\">Mehr "
     "erfahren</a></p>",
     kTracked},
    {"bank", "$o Banque|alerte@$d", "Virement reçu de $a",
     "Bonjour,\n\nVous avez reçu un virement de $a le $y. Retrouvez le détail dans votre espace client.\n\nVotre "
     "banque ne vous demandera jamais vos codes par e-mail.\n"},
    {"bank", "Wise|noreply@wise.com", "Your money's on its way",
     "<p>Hi $R,</p><p>$a is on the way to $p. It should arrive by $y.</p><p><a "
     "href=\"https://wise.com/transactions/activities/by-resource/TRANSFER/$n\">Track transfer</a></p>",
     kBrand},
    {"insurance", "$o Versicherung|service@$d", "Ihr Vertrag $n: Beitragsanpassung",
     "<p>Guten Tag,</p><p>zum 1. Januar ändert sich der Beitrag Ihrer Krankenversicherung. Bitte aktualisieren Sie "
     "Ihre "
     "Bankverbindung, falls sie sich geändert hat.</p><p><a href=\"$c[portal]\">Zum Kundenportal</a></p>",
     kTracked | kPdf},
    {"insurance", "$o|renewals@$d", "Your car insurance renewal",
     "<p>Your car insurance is due for renewal on $y. Your renewal price is $a. Compare quotes, or do nothing and "
     "we'll "
     "renew automatically.</p><p><a href=\"$c[renew]\">See my renewal</a></p>",
     kTracked},
    {"office", "Mairie de $o|urbanisme@$d", "Dossier n° $n : pièces manquantes",
     "Madame, Monsieur,\n\nVotre dossier est incomplet. Nous vous prions de transmettre sans délai les pièces "
     "manquantes, au plus tard le $y.\n\nCordialement,\n$p\nService urbanisme\n",
     kBadAuth | kPdf},
    {"office", "Finanzamt|noreply@elster.de", "Neue Nachricht in Ihrem ELSTER-Postfach",
     "Sehr geehrte Damen und Herren,\n\nin Ihrem Postfach liegt eine neue Nachricht. Melden Sie sich unter "
     "https://www.elster.de an. Diese E-Mail enthält aus Sicherheitsgründen keinen Link zur Anmeldung.\n",
     kBrand},
    {"payroll", "HR Services|payroll@$h", "Your payslip for October is available",
     "<p>Dear colleague,</p><p>Your payslip is available in the HR portal: <a "
     "href=\"https://hr.$h/payslip\">hr.$h</a>. "
     "Salary adjustments for 2026 are explained there, too.</p>",
     kOwnHouse},
    {"training", "Security awareness|awareness@$d", "Reminder: mandatory training due $y",
     "<p>Hello $R,</p><p>you have 1 pending course: “Recognise phishing”. Complete it within 48 hours. $h has assigned "
     "it to you.</p><p><a href=\"$c[course/$n?user=$r]\">Start course</a></p>",
     kTracked},
    // Newsletters and marketing.
    {"newsletter", "$o|news@$d", "What we read this week",
     "<h1>What we read this week</h1><p>A court decided on data retention, and three cities open their archives. <a "
     "href=\"$c[a/1]\">Read more</a></p><p>Also: why ransomware gangs love holidays, and a long read on crypto "
     "wallets. <a href=\"$c[a/2]\">Read more</a></p><p>You get this because you signed up. <a "
     "href=\"$c[unsubscribe]\">Unsubscribe</a></p>",
     kTracked | kListed},
    {"newsletter", "$p from $o|$l@$d", "the one thing nobody tells you about hiring",
     "<p>Hey there,</p><p>Last week I got 312 answers to a single question. Here is what surprised me most.</p><p>→ <a "
     "href=\"$c[post]\">Read the full story</a></p><p>Talk soon,<br>$f</p><p><a href=\"$c[u]\">Unsubscribe</a> · 12 "
     "Harbour Street</p>",
     kTracked | kListed},
    {"newsletter", "$o|redaktion@$d", "Newsletter November: Termine, Gewinnspiel und mehr",
     "<h2>Herzlichen Glückwunsch!</h2><p>Die Gewinner unseres Sommer-Gewinnspiels stehen fest. Neues Gewinnspiel: Sie "
     "können zehn Gutscheine gewinnen. <a href=\"$c[gewinn]\">Jetzt mitmachen</a></p><h2>Termine</h2><p>Am $y laden "
     "wir "
     "zum offenen Abend ein.</p>",
     kTracked | kListed | kPicture},
    {"newsletter", "$o|info@$d", "🎄 Le programme de décembre",
     "<p>Chers amis,</p><p>Découvrez le programme de décembre : concerts, lectures, et une loterie pour les "
     "enfants.</p>"
     "<p><a href=\"$c[programme]\">Voir le programme</a></p>",
     kTracked | kListed | kPicture},
    {"newsletter", "$o|boletin@$d", "Boletín semanal: tres historias que no te puedes perder",
     "<p>Hola:</p><p>Esta semana hablamos del nuevo tranvía, de la biblioteca y de cómo proteger tu cuenta de la "
     "estafa del paquete.</p><p><a href=\"$c[b]\">Leer más</a></p>",
     kTracked | kListed},
    {"marketing", "$o|offers@$d", "⏰ Last chance! 40% off ends tonight",
     "<h1>FINAL HOURS</h1><p>Hurry! Everything must go. Claim your exclusive reward of 40% off before "
     "midnight.</p><p><a "
     "href=\"$c[sale]\">SHOP NOW</a></p><p><a href=\"$c[u]\">Unsubscribe</a></p>",
     kTracked | kListed | kPicture},
    {"marketing", "$o Club|club@$d", "$R, du hast 250 Bonuspunkte! Jetzt einlösen",
     "<p>Hallo $R,</p><p>deine Treue wird belohnt: 250 Punkte warten auf dich. Sichere dir deine Prämie, nur heute mit "
     "gratis Versand.</p><p><a href=\"$c[praemie]\">Prämie aussuchen</a></p>",
     kTracked | kListed | kPicture},
    {"marketing", "$o|contact@$d", "-50% sur tout le site, derniers jours",
     "<a href=\"$c[soldes]\"><img src=\"https://img.$d/campagne/$n.jpg\" width=600 alt=\"-50%\"></a><p>Conditions sur "
     "le "
     "site. <a href=\"$c[desabonnement]\">Se désabonner</a></p>",
     kTracked | kListed},
    {"marketing", "$o|newsletter@$d", "Die neue Kollektion ist da",
     "<a href=\"$c[k1]\"><img src=\"https://cdn.$d/$t.jpg\" alt=\"Neue Kollektion\"></a><a href=\"$c[k2]\"><img "
     "src=\"https://cdn.$d/$t.jpg\"></a><p style=\"font-size:10px\"><a href=\"$c[abmelden]\">Abmelden</a></p>",
     kTracked | kListed},
    {"marketing", "$o Apotheke|info@$d", "Erkältungszeit: 20 % auf Nasenspray",
     "<p>Liebe Kundin, lieber Kunde,</p><p>gut durch den Winter: Vitamine, Tees und Gelenkschmerzen-Salben jetzt "
     "günstiger. Beim Abnehmen hilft unsere Beratung.</p><p><a href=\"$c[angebote]\">Zu den Angeboten</a></p>",
     kTracked | kListed},
    {"marketing", "$o Lotto|service@$d", "Jackpot bei 38 Millionen",
     "<p>Der Jackpot wächst: am Freitag geht es um 38 Millionen Euro. Spielteilnahme ab 18 Jahren. Glücksspiel kann "
     "süchtig machen, Hilfe unter www.check-dein-spiel.de.</p><p><a href=\"$c[tipp]\">Tipp abgeben</a></p>",
     kTracked | kListed},
    {"marketing", "$p|$l@$d", "Quick question, $R",
     "<p>Hi $R,</p><p>I noticed that your team publishes a lot of reports. We help institutions like yours to cut "
     "layout work by half. Are you available for 15 minutes on Thursday?</p><p>Best,<br>$p<br>$o</p><p style=\""
     "font-size:9px\">Not relevant? <a href=\"$c[optout]\">Let me know</a>.</p>",
     kTracked},
    {"marketing", "$o Solar|beratung@$d", "Stromrechnung senken: Ihr Angebot",
     "<p>Guten Tag,</p><p>vielen Dank für Ihre Anfrage. Eine Anlage mit 9,6 kWp kostet etwa $a. Wir rufen Sie gern "
     "zurück.</p><p>$p, Telefon 0421 55 44 $n</p>",
     kPdf},
    {"donate", "$o|aide@$d", "URGENT : ils ont besoin de vous avant le 31 décembre",
     "<p>Chère donatrice, cher donateur,</p><p>L'hiver arrive et des milliers de familles ont besoin de nous. Un don "
     "de "
     "30 € suffit. Agissez maintenant, il sera bientôt trop tard.</p><p><a href=\"$c[don]\">JE DONNE</a></p>",
     kTracked | kListed},
    {"donate", "$p, $o|action@$d", "$R, will you sign before midnight?",
     "<p>$R,</p><p>The vote is TOMORROW. 48,211 people have signed. We need 1,789 more within 24 hours.</p><p><a "
     "href=\"$c[sign?email=$r]\">Add your name</a></p><p>Or chip in: <a href=\"https://secure.actblue.com/donate/$w\">"
     "donate</a></p>",
     kTracked | kListed},
    {"survey", "$o|feedback@$d", "How did we do? Win a gift card",
     "<p>Hi $R,</p><p>Tell us about your visit. It takes two minutes, and you could win one of ten gift "
     "cards.</p><p><a "
     "href=\"https://www.surveymonkey.com/r/$t\">Start survey</a></p>",
     kListed},
    {"survey", "$p|$l@$d", "Umfrage Vereinsausflug",
     "Hallo zusammen,\n\nbitte tragt euch bis $y ein: https://forms.gle/$t\nFragen gern an mich.\n\nViele "
     "Grüße\n$f\n",
     kMany},
    // People.
    {"person", "$p|$l@$d", "Re: draft agreement",
     "<div>Thanks, that works for me. I changed § 4 and sent it to legal.</div><div><br></div><div>--</div><div><b>$p"
     "</b><br>$o | <a href=\"$u[]\">www.$d</a> | <a href=\"https://www.linkedin.com/in/$w\">LinkedIn</a><br><img "
     "src=\"cid:logo\"></div><blockquote>On $y, $R wrote:<br>Dear $f, is the draft fine? Please confirm.</blockquote>",
     kThread | kPicture},
    {"person", "$p|$l@$d", "AW: Termin nächste Woche",
     "Hallo $R,\n\nDienstag 10 Uhr passt. Zoom-Link folgt.\n\nGruß\n$f\n\n> Am $y schrieb $R:\n> passt Dienstag?\n",
     kThread},
    {"person", "$p|$l@gmail.com", "Photos de dimanche",
     "Coucou,\n\nvoici le lien vers les photos : https://photos.app.goo.gl/$t\nBises,\n$f\n", kFree | kMany},
    {"person", "$p|$w$n@gmail.com", "Anfrage Ferienwohnung",
     "Guten Tag,\n\nist die Wohnung vom $y an noch frei? Wir sind zwei Erwachsene und ein Kind. Was kostet die Woche?"
     "\n\nMit freundlichen Grüßen\n$p\n",
     kFree},
    {"person", "$f|$l@outlook.com", "Fwd: Angebot $n",
     "<p>siehe unten, was meinst du?</p><hr><p><b>Von:</b> $o &lt;info@$d&gt;<br><b>Gesendet:</b> "
     "$y<br><b>Betreff:</b> "
     "Angebot $n</p><p>Sehr geehrter Herr, gern bieten wir Ihnen an: $a. Bitte unterschreiben und zurücksenden.</p><p>"
     "<a href=\"$u[agb]\">AGB</a></p>",
     kFree | kPdf},
    {"person", "$p|$l@yahoo.fr", "candidature spontanée",
     "Madame, Monsieur,\n\nje me permets de vous contacter au sujet d'un stage. Vous trouverez ci-joint mon CV.\n\n"
     "Cordialement,\n$p\n06 12 34 $n\n",
     kFree | kPdf},
    {"person", "$p|$l@gmx.net", "Beschwerde über Parkplätze",
     "Sehr geehrte Damen und Herren,\n\nich muss mich dringend beschweren. Seit Wochen ist die Schranke defekt. Ich "
     "erwarte sofort eine Antwort!\n\n$p\n",
     kFree},
    {"person", "$p|$l@$d", "Nachlass $p: Unterlagen",
     "<p>Sehr geehrte Frau Kollegin,</p><p>in der Erbschaft des verstorbenen Herrn $p übersende ich die Unterlagen der "
     "Begünstigten. Der Betrag von $a liegt auf dem Anderkonto.</p><p>Rechtsanwalt $p</p>",
     kPdf | kBadAuth},
    {"person", "$p|$l@$d", "Are you available this afternoon?",
     "Hi $R,\n\nare you available for a quick call at 3? It's about the gift cards for the volunteers.\n\n$f\n"},
    {"thread", "$p|$l@$d", "Re: [EXTERN] Re: Purchase order $n",
     "<p><b>CAUTION: this mail comes from outside of the organisation. Do not click links unless you know the sender."
     "</b></p><p>Dear $R,</p><p>please find attached the signed purchase order. The bank details are as "
     "before.</p><p>$p"
     "<br>$o</p><blockquote>From: $R<br>Please send the purchase order and proof of payment.</blockquote>",
     kThread | kPdf},
    {"thread", "$p|$l@$d", "TR: dossier de subvention",
     "<p>Pour information.</p><p>$p</p><blockquote>De : $o &lt;contact@$d&gt;<br>Veuillez trouver ci-joint le RIB pour "
     "le virement.</blockquote>",
     kThread | kPdf | kSheet},
    {"supplier", "$o|bestellung@$d", "Anfrage / Request for quotation $n",
     "<p>Dear Sir or Madam,</p><p>kindly find attached our request for quotation. Please send your best price as soon "
     "as "
     "possible.</p><p>$p<br>Purchasing</p>",
     kSheet | kBadAuth},
    {"supplier", "$p|$l@$d", "Notre nouveau RIB",
     "<p>Bonjour,</p><p>suite à notre changement de banque, vous trouverez ci-joint notre nouveau RIB. Merci de nous "
     "appeler au 01 44 55 $n pour confirmation.</p><p>$p</p>",
     kPdf},
    {"supplier", "$o|office@$d", "Documents for the tender",
     "Dear $R,\n\nas discussed, the documents are in the attached "
     "archive.\n\nBest regards\n$p\n",
     kZip},
    {"small", "$o|$w@gmail.com", "Rechnung Fensterreinigung", "Hallo, anbei die Rechnung wie besprochen.\nMfG $p\n$o\n",
     kFree | kPdf},
    {"small", "INFO|info@$d", "confirmation commande $n",
     "<html><body><font face=verdana size=2>Bonjour,<br><br>Votre commande est confirmée.<br>Montant : $a<br><br><a "
     "href=http://www.$d/suivi.php?id=$n>cliquez ici</a></font></body></html>",
     kBadAuth | kNoId},
    {"small", "WordPress|wordpress@$d", "[$o] Please moderate: “Opening hours”",
     "A new comment on the post \"Opening hours\" is waiting for your approval\n$u[opening-hours/]\n\nAuthor: $p (IP "
     "address: 192.0.2.77)\nEmail: $l@gmail.com\n\nApprove it: $u[wp-admin/comment.php?action=approve&c=$n]\n",
     kBadAuth},
    {"small", "$o|noreply@$d", "Nouveau message depuis le formulaire",
     "Nom : $p\nE-mail : $l@gmail.com\nMessage : Bonjour, êtes-vous ouverts lundi ?\n", kBadAuth | kNoId | kReplyOther},
    {"small", "Praxis $p|praxis@$d", "Ihr Termin am $y",
     "<p>Sehr geehrter Patient,</p><p>wir erinnern an Ihren Termin am $y. Bitte bestätigen Sie: <a "
     "href=\"https://termine.praxisbuch.info/t/$t\">Termin bestätigen</a></p>",
     kBadAuth},
    {"school", "$p|$l@$d", "Ausflug am $y",
     "<p>Liebe Eltern,</p><p>bitte füllen Sie bis Freitag das Formular aus: <a "
     "href=\"https://docs.google.com/forms/d/e/$T/viewform\">Anmeldung</a>. Wer nicht zahlt, kann leider nicht "
     "mitfahren.</p><p>$p</p>",
     kMany},
    {"church", "Gemeinde $o|buero@$d", "Gemeindebrief Advent",
     "<p>Liebe Freunde,</p><p>Gott segne Sie in der Adventszeit. Der Gemeindebrief liegt bei. Unsere Sammlung für "
     "Witwen und Waisen erbrachte $a.</p>",
     kPdf | kMany},
    // Lists and machines.
    {"list", "$p|$l@gmail.com", "[$w-users] Re: certificate expires immediately after renewal",
     "On $y, $R wrote:\n> the password prompt returns after 24 hours\n\nThat is a known bug, see https://bugs.$d/$n\n\n"
     "$f\n_______________________________________________\n$w-users mailing list\nhttps://lists.$d/listinfo/$w-users\n",
     kList | kThread},
    {"list", "$p via $w|$w@lists.$d", "[$w] Minutes of the call",
     "Dear all,\n\nthe minutes are at https://notes.$d/p/$t\n\n$p\n", kList},
    {"list", "$p|$l@$d", "[$w] Urgent: meeting room changed",
     "<div dir=\"ltr\">Hi all, we meet in room 4 today, sorry for the late notice.<br>$f</div>", kList},
    {"machine", "root|root@db3.$d", "Cron <root@db3> /usr/local/bin/backup",
     "backup: 3 volumes, 0 errors\nrsync: connection unexpectedly closed (0 bytes received so far)\n", kBadAuth},
    {"machine", "Monitoring|alerts@$d", "[FIRING:2] DiskWillFillIn24Hours",
     "<p>2 alerts firing</p><p>Action required within 24 hours: <a href=\"http://10.0.4.12:9093/#/alerts\">Alertmanager"
     "</a></p>",
     kBadAuth},
    {"machine", "MAILER-DAEMON|mailer-daemon@$d", "Undelivered Mail Returned to Sender",
     "This is the mail system at host mx.$d.\n\nI'm sorry to have to inform you that your message could not be "
     "delivered to one or more recipients.\n\n<$l@$d>: mailbox is full\n"},
    {"machine", "$p|$l@$d", "Automatic reply: Offer",
     "Thank you for your mail. I am out of office until $y and have no access. In urgent cases call +47 22 33 $n.\n"},
    {"calendar", "$p|$l@$d", "Invitation: Review @ $y (CET)",
     "<p><b>Review</b></p><p>$y, 10:00 – 11:00</p><p><a href=\"https://meet.google.com/abc-defg-hij\">Join with Google "
     "Meet</a></p><p>Reply for $r: <a "
     "href=\"https://calendar.google.com/calendar/event?action=RESPOND&amp;eid=$T&amp;rst=1\">Yes</a></p>",
     kCalendar},
    {"calendar", "Calendly|notifications@calendly.com", "New event: $p, 30 minutes",
     "<p>Hi $R,</p><p>A new event has been scheduled. Invitee: $p, $l@gmail.com.</p><p><a "
     "href=\"https://calendly.com/events/$T\">View event</a></p>",
     kBrand | kCalendar | kReplyOther},
    {"social", "LinkedIn|messages-noreply@linkedin.com", "$p just messaged you",
     "<p>You have 1 new message</p><p><a "
     "href=\"https://www.linkedin.com/comm/messaging/thread/2-$T?midToken=$t&amp;trk=eml-email_m2m_invite\">View "
     "message"
     "</a></p><p>This email was intended for $R.</p>",
     kBrand | kListed},
    {"social", "Instagram|security@mail.instagram.com", "$R, we've made it easy to get back on Instagram",
     "<p>Sorry to hear you're having trouble with logging into Instagram.</p><p><a "
     "href=\"https://instagram.com/accounts/password/reset/confirm/?uidb36=$t\">Log in as $R</a></p>",
     kBrand},
    {"social", "$o|community@$d", "$p and 3 others are viewing your profile",
     "<p>You appeared in 14 searches this week.</p><p><a href=\"$c[views]\">See who's viewing your profile</a></p>",
     kTracked | kListed},
    {"other", "Nordic Crypto News|brief@$d", "Bitcoin slips, airdrop season returns",
     "<p>Token holders voted; the floor price fell. Withdraw funds from the old bridge before $y, says the "
     "team.</p><p><a "
     "href=\"$c[1]\">Read more</a></p>",
     kTracked | kListed},
    {"other", "Олена Бондар|olena@$d", "Протокол засідання",
     "Доброго дня,\n\nнадсилаю протокол засідання від $y. Прошу підтвердити отримання.\n\nЗ повагою\nОлена\n", kPdf},
    {"other", "$o|info@$d", "ご予約の確認",
     "<p>$R 様</p><p>ご予約ありがとうございます。予約番号 $n。</p><p><a href=\"$u[r/$n]\">予約を確認する</a></p>"},
    {"other", "Kancelaria $p|biuro@$d", "Wezwanie do zapłaty $n",
     "<p>Szanowni Państwo,</p><p>prosimy o pilną zapłatę kwoty $a w terminie 7 dni. Faktura w załączniku.</p>",
     kPdf | kBadAuth},
    {"other", "$o|assistenza@$d", "La tua fattura è pronta",
     "<p>Gentile cliente,</p><p>la fattura di ottobre è disponibile nell'area clienti. Importo: $a.</p><p><a "
     "href=\"$c[fatture]\">Accedi</a></p>",
     kTracked},
    {"other", "$o|klantenservice@$d", "Je afspraak op $y",
     "<p>Beste $R,</p><p>bevestig je afspraak via de knop. Lukt het niet? Bel ons op 020 123 $n.</p><p><a "
     "href=\"$c[afspraak]\">Bevestigen</a></p>",
     kTracked},
    {"other", "$o|atendimento@$d", "Seu pedido $n foi enviado",
     "<p>Olá $R,</p><p>seu pedido saiu para entrega. Acompanhe: <a href=\"$c[pedido]\">rastrear</a></p>", kTracked},
};

}  // namespace tocsin::test
