// More honest shapes, written after those of honest_shapes.h had been used up: nothing was fitted on them when they
// were first counted (docs/BENCHMARKS.md).
#pragma once
#include "tests/phishing/honest_shapes.h"

namespace tocsin::test {

inline constexpr HonestShape kHeldOutShapes[] = {
    {"saas", "Stripe, $o|receipts+acct_$t@stripe.com", "Your receipt from $o #$n-4410",
     "<p>Receipt from $o</p><p>Amount paid $a</p><p>Date paid $y</p><p><a "
     "href=\"https://pay.stripe.com/receipts/invoices/$T?s=em\">View receipt</a></p><p>Questions? Contact "
     "$o at <a href=\"mailto:support@$d\">support@$d</a>.</p>",
     kBrand | kReplyOther},
    {"shop", "$o|store+$n@t.shopifyemail.com", "Order #$n confirmed",
     "<h2>Thank you for your purchase!</h2><p>Hi $R, we're getting your order ready to be shipped. We "
     "will notify you when it has been sent.</p><p><a "
     "href=\"https://$w.myshopify.com/$n/orders/$T/authenticate?key=$t\">View your order</a> or <a "
     "href=\"https://$d\">Visit our store</a></p>",
     kBrand},
    {"shop", "Amazon.de|bestellbestaetigung@amazon.de", "Ihre Amazon.de Bestellung von „Tischlampe“",
     "<p>Hallo $R,</p><p>vielen Dank für Ihre Bestellung. Wir benachrichtigen Sie, sobald Ihr Artikel "
     "versandt wird. Zustellung: $y.</p><p><a "
     "href=\"https://www.amazon.de/gp/css/your-orders-access?ref_=$t\">Bestellung anzeigen</a></p>",
     kBrand},
    {"shop", "eBay|ebay@ebay.com", "Your item sold! Ship it by $y",
     "<p>Congratulations $R, your item sold for $a.</p><p><a "
     "href=\"https://www.ebay.com/mesh/ord/details?orderid=$n\">Print shipping label</a></p>",
     kBrand},
    {"shop", "Apple|no_reply@email.apple.com", "Your receipt from Apple.",
     "<p>Apple ID: $r</p><p>Order ID: $t</p><p>iCloud+ with 200 GB, renews $y: $a</p><p>If you did not "
     "authorize this purchase, visit <a href=\"https://support.apple.com/HT204088\">Apple Support</a>.</p>",
     kBrand},
    {"stream", "Netflix|info@account.netflix.com", "Update required - Netflix account on hold",
     "<p>Hi $R,</p><p>We're having some trouble with your current billing information. We'll try again, "
     "but you may want to update your payment details.</p><p><a "
     "href=\"https://www.netflix.com/YourAccountPayment?lnktrk=EMP&amp;g=$t\">Update account now</a></p>",
     kBrand},
    {"stream", "Spotify|no-reply@spotify.com", "Your Premium subscription has been renewed",
     "<p>Your plan renewed on $y for $a. <a href=\"https://www.spotify.com/account/overview/\">Manage "
     "your plan</a></p>",
     kBrand},
    {"stream", "Steam Support|noreply@steampowered.com", "Your Steam account: Access from new computer",
     "<p>Dear $w,</p><p>Here is the Steam Guard code you need to login: <b>$t</b></p><p>This email was "
     "generated because of a login attempt from a computer located at 192.0.2.4 (NO).</p>",
     kBrand},
    {"social", "Facebook|security@facebookmail.com", "$k is your Facebook account recovery code",
     "<p>Hi $R,</p><p>We received a request to reset your Facebook password. Enter the following code: "
     "$k</p><p>Didn't request this? <a "
     "href=\"https://www.facebook.com/login/recover/disavow_reset_email.php?n=$k\">Let us know</a>.</p>",
     kBrand},
    {"file", "WeTransfer|noreply@wetransfer.com", "$l@$d sent you files via WeTransfer",
     "<p>$l@$d sent you some files</p><p>3 items, 41 MB in total, expires on $y</p><p><a "
     "href=\"https://wetransfer.com/downloads/$T/$t?utm_campaign=TRN_TDL_05\">Get your files</a></p>",
     kBrand | kReplyOther},
    {"file", "$p via Dropbox|no-reply@dropbox.com", "$p shared \"Plans\" with you",
     "<p>Hi there,</p><p>$p ($l@$d) invited you to view the folder \"Plans\" on Dropbox.</p><p><a "
     "href=\"https://www.dropbox.com/l/scl/$T\">Go to folder</a></p>",
     kBrand | kReplyOther},
    {"file", "Adobe Acrobat Sign|adobesign@adobesign.com", "Signature requested on \"Contract $n\"",
     "<p>$p requests your signature on Contract $n.</p><p><a "
     "href=\"https://secure.eu1.adobesign.com/public/esign?tsid=$T\">Review and sign</a></p><p>Please do "
     "not forward this email.</p>",
     kBrand},
    {"teams", "$p in Teams|noreply@emeaemail.teams.microsoft.com", "$p sent a message",
     "<p>Hi, your teammates are trying to reach you in Microsoft Teams.</p><p>$p: are you "
     "joining?</p><p><a href=\"https://teams.microsoft.com/l/message/$t?tenantId=$T\">Reply in "
     "Teams</a></p>",
     kBrand},
    {"cloud", "Microsoft OneDrive|no-reply@onedrive.com", "Your OneDrive is almost full",
     "<p>Your storage is 92 % full. When it is full you can't upload files or receive emails.</p><p><a "
     "href=\"https://onedrive.live.com/?v=managestorage\">Manage storage</a></p>",
     kBrand},
    {"host", "$o Domains|renewals@$d", "Final notice: your domain $w.org expires on $y",
     "<p>Dear $R,</p><p>this is the last reminder before your domain expires. Failure to renew will "
     "result in the loss of the domain, including website and email. <a href=\"$c[renew/$n]\">Renew "
     "now</a></p><p>$o Registrar Ltd.</p>",
     kTracked},
    {"host", "cPanel on $d|cpanel@host12.$d", "[host12.$d] Disk usage warning: the account “$w” is 91% full",
     "The account “$w” has used 9.1 GB of 10 GB.\n\nThe system generated this notice on $y.\nYou can "
     "disable it at https://host12.$d:2083/?goto_app=ContactInfo_Change\n",
     kBadAuth},
    {"host", "$o Hosting|support@$d", "Wartung am $y: kurze Unterbrechung Ihres Postfachs",
     "<p>Sehr geehrter Kunde,</p><p>am $y zwischen 2 und 4 Uhr aktualisieren wir die Mailserver. Ihr "
     "Postfach ist kurz nicht erreichbar. Sie müssen nichts tun; Ihr Passwort bleibt gleich.</p>"},
    {"host", "Let's Certify Expiry Bot|expiry@$d", "Certificate expiration notice for www.$w.net",
     "Hello,\n\nYour certificate for the names listed below will expire in 7 days. Please make sure to "
     "renew before then, or visitors will encounter errors.\n\nwww.$w.net\n\nFor details see "
     "https://$d/docs/expiration-emails/\n"},
    {"travel", "DB Vertrieb|noreply@bahn.de", "Buchungsbestätigung (Auftrag $k)",
     "<p>Guten Tag $R,</p><p>vielen Dank für Ihre Buchung. Das Online-Ticket finden Sie im "
     "Anhang.</p><p><a href=\"https://www.bahn.de/buchung/reise?id=$t\">Meine Reise</a></p>",
     kBrand | kPdf},
    {"travel", "$o Airlines|checkin@$d", "Check-in is open for your flight $t",
     "<p>Dear $R,</p><p>Check in now and choose your seat. Only 2 seats left at the window!</p><p><a "
     "href=\"$c[checkin?pnr=$t]\">Check in</a></p><p>Payment of $a received, thank you.</p>",
     kTracked},
    {"travel", "Airbnb|automated@airbnb.com", "Reservation confirmed for $y",
     "<p>Your reservation is confirmed! $p sends the address: Storgata 4. <a "
     "href=\"https://www.airbnb.com/reservation/itinerary?code=$t&amp;euid=$T\">View full "
     "itinerary</a></p>",
     kBrand},
    {"health", "$o Praxisverbund|termin@$d", "Terminerinnerung $y",
     "<p>Guten Tag $R,</p><p>wir freuen uns auf Sie am $y um 9:40 Uhr. Absagen: <a "
     "href=\"https://www.doctolib.de/account/appointments/$t\">hier</a>. Hörtest und Potenzfragen "
     "besprechen wir diskret.</p>",
     kBadAuth},
    {"health", "$o Optik|info@$d", "Ihr Gutschein: 50 € auf die zweite Brille",
     "<p>Liebe Kundin,</p><p>nur bis $y: 50 € geschenkt, ganz ohne Verlosung. Kostenloses "
     "Hörgeräte-Probetragen.</p><p><a href=\"$c[gutschein]\">Gutschein sichern</a></p>",
     kTracked | kListed},
    {"phone", "$o Mobil|rechnung@$d", "Ihre Mobilfunkrechnung November",
     "<p>Hallo $R,</p><p>Ihre Rechnung über $a ist da. Der Betrag wird am $y abgebucht. Zahlungsdaten "
     "ändern Sie im Kundencenter.</p><p><a href=\"$c[rechnung]\">Rechnung ansehen</a></p>",
     kTracked | kPdf},
    {"phone", "$o|info@$d", "You've used 80% of your data",
     "You have used 80 % of your data volume. Top up at $u[topup] or wait until $y.\n\n$o\n"},
    {"library", "Stadtbibliothek $o|bibliothek@$d", "Letzte Mahnung: Medien überfällig",
     "Sehr geehrte Leserin,\n\n2 Medien sind überfällig. Bitte geben Sie sie umgehend zurück, sonst wird "
     "Ihr Konto gesperrt. Gebühr: $a.\n\nhttps://opac.$d/konto\n",
     kBadAuth},
    {"court", "Notariat $p|$l@$d", "Testament und Vollmacht, Entwurf",
     "<p>Sehr geehrte Damen und Herren,</p><p>anbei die Entwürfe. Bitte prüfen Sie die Angaben zur "
     "Erbschaft und zu den Begünstigten vertraulich.</p><p>$p, Notar</p>",
     kPdf},
    {"jobs", "LinkedIn Job Alerts|jobalerts-noreply@linkedin.com", "30+ new jobs for “press officer”",
     "<p>Your job alert for press officer</p><p><a "
     "href=\"https://www.linkedin.com/comm/jobs/view/$n/?trackingId=$t\">Press officer, $o</a></p>",
     kBrand | kListed},
    {"jobs", "$p|$l@$d", "Great opportunity for you, $R",
     "<p>Hi $R,</p><p>I came across your profile and have an exciting role, fully remote, up to 90,000 "
     "EUR. Are you available for a call tomorrow?</p><p>$p<br>Talent Partner, $o<br>+44 20 7946 $n</p>",
     kTracked},
    {"coupon", "$o Markt|app@$d", "🛒 3 Coupons warten auf dich",
     "<p>$R, deine Coupons der Woche: 10-fach Punkte, gratis Kaffee, 20 % auf Obst. Jetzt in der App "
     "aktivieren!</p><p><a href=\"$c[app]\">Coupons aktivieren</a></p>",
     kTracked | kListed | kPicture},
    {"coupon", "$o|bonjour@$d", "$R, un cadeau vous attend en magasin",
     "<p>Bonjour $R,</p><p>pour vous remercier, recevez un cadeau dès 30 € d'achat jusqu'au $y.</p><a "
     "href=\"$c[cadeau]\"><img src=\"https://img.$d/$t.jpg\" width=\"600\"></a>",
     kTracked | kListed},
    {"raffle", "$o Stiftung|lose@$d", "Die Lose sind da: Weihnachtsverlosung",
     "<p>Liebe Freunde,</p><p>mit jedem Los helfen Sie Kindern. Hauptpreis: ein E-Bike. Die Gewinner "
     "werden am $y benachrichtigt.</p><p><a href=\"$c[lose]\">Lose bestellen</a></p>",
     kTracked | kListed},
    {"money", "Klarna|no-reply@klarna.de", "Deine Zahlung an $o ist bald fällig",
     "<p>Hallo $R,</p><p>bitte bezahle $a bis $y, um Mahngebühren zu vermeiden.</p><p><a "
     "href=\"https://app.klarna.com/login?ref=$t\">Jetzt bezahlen</a></p>",
     kBrand},
    {"money", "$p|service@paypal.de", "$p hat Ihnen eine Zahlungsanforderung gesendet",
     "<p>$p bittet Sie um $a.</p><p><a "
     "href=\"https://www.paypal.com/invoice/payerView/details/INV2-$t\">Zahlung anzeigen</a></p>",
     kBrand},
    {"money", "$o Kasse|kasse@$d", "SEPA-Vorabankündigung",
     "Sehr geehrtes Mitglied,\n\nam $y ziehen wir den Beitrag von $a ein. Bitte sorgen Sie für "
     "Deckung.\n\nKassenwart $p\n",
     kBadAuth},
    {"money", "$p|$l@$d", "Proforma invoice $n",
     "<p>Dear Sirs,</p><p>Please find attached the proforma invoice and our bank details. Kindly send the "
     "payment copy, so that we can ship.</p><p>$p<br>Export dept., $o</p>",
     kPdf | kBadAuth},
    {"gov", "Service-Public|ne_pas_repondre@service-public.gouv.fr", "Votre demande n° $n a été traitée",
     "<p>Bonjour,</p><p>votre demande d'acte a été traitée. Connectez-vous à votre compte pour consulter "
     "la réponse.</p><p><a href=\"https://www.service-public.fr/compte/se-connecter\">Mon compte</a></p>",
     kBrand},
    {"gov", "Altinn|noreply@altinn.no", "Du har fått en ny melding",
     "Hei $R,\n\n$o har sendt deg en melding i Altinn. Logg inn på altinn.no for å lese den.\n", kBrand},
    {"device", "NAS-Keller|nas@$d", "[NAS-Keller] Backup task failed",
     "<p>Backup task “Fotos” on NAS-Keller failed at $y. Please log in to <a "
     "href=\"http://192.168.178.40:5000/\">DSM</a> for details.</p>",
     kBadAuth},
    {"device", "Camera|cam@$d", "Motion detected: entrance", "Motion was detected at the entrance.\n",
     kPicture | kBadAuth | kNoId},
    {"device", "FRITZ!Box|fritzbox@$d", "Anruf von 0301234$n, Nachricht auf Anrufbeantworter",
     "<p>Sie haben eine neue Sprachnachricht (0:24) auf dem Anrufbeantworter. Die Nachricht ist "
     "angehängt.</p>",
     kBadAuth},
    {"alert", "$o Breach Watch|alert@$d", "Your address appeared in a data breach",
     "<p>Hi,</p><p>$r was found in a breach of 12 million accounts. We recommend that you change your "
     "password and turn on two-factor authentication immediately.</p><p><a href=\"$c[breach/$n]\">See "
     "details</a></p>",
     kTracked},
    {"alert", "Dependabot|notifications@github.com", "[$w/site] Bump lodash from 4.17.20 to 4.17.21 (PR #$n)",
     "<p>Bumps lodash.</p><p>You can view, comment on, or merge this pull request online at: <a "
     "href=\"https://github.com/$w/site/pull/$n\">https://github.com/$w/site/pull/$n</a></p>",
     kBrand | kListed},
    {"bank", "$o Privatbank|info@$d", "Marktbericht: Zinsen, Bitcoin, Gold",
     "<p>Guten Tag $R,</p><p>die Zinsen bleiben, Bitcoin fällt, Gold steigt. Investment-Chancen im "
     "Anhang.</p><p><a href=\"$c[bericht]\">Weiterlesen</a></p>",
     kTracked | kListed | kPdf},
    {"bank", "$o Sparbank|onlinebanking@$d", "Neue Nachricht im Online-Postfach",
     "<p>Guten Tag,</p><p>in Ihrem Online-Postfach ist ein neues Dokument. Bitte melden Sie sich wie "
     "gewohnt an. Ihr Freigabeverfahren läuft am $y ab; bitte aktualisieren Sie die App rechtzeitig.</p>"},
    {"bank", "$o Bank Card Services|alerts@$d", "Unusual activity: did you make this purchase?",
     "<p>Hi $R,</p><p>A purchase of $a at WEBSHOP was declined. If it was you, reply YES to our text "
     "message. If not, call the number on the back of your card immediately.</p>",
     kTracked},
    {"list", "$p|$l@gmail.com", "[$w-talk] Fwd: Call for papers, deadline extended",
     "Dear colleagues,\n\nthe deadline is extended to $y. Submit at "
     "https://easychair.org/conferences/?conf=$w26\n\n$p\n\n-- \nTo unsubscribe from this group, send an "
     "email to $w-talk+unsubscribe@lists.$d.\n",
     kList},
    {"list", "$p|$w-talk@lists.$d", "[$w-talk] Digest, vol 12, issue $n",
     "Today's topics:\n\n  1. Re: your password policy ($p)\n  2. free gift cards?? "
     "(moderator)\n\n----\nMessage 1 ...\n",
     kList},
    {"forum", "$o Forum|forum@$d", "[$o] $p replied to “Which solar panels?”",
     "<p>$p replied: “We pay less for electricity now, the roof was refinanced.”</p><p><a "
     "href=\"$u[t/$n/12]\">Visit topic</a></p><p>To unsubscribe, <a "
     "href=\"$u[email/unsubscribe/$T]\">click here</a>.</p>",
     kListed},
    {"event", "Eventbrite|orders@order.eventbrite.com", "Your tickets for Winter Talks",
     "<p>$R, you've got tickets!</p><p><a "
     "href=\"https://www.eventbrite.com/mytickets/$n?utm_source=eb_email\">View tickets</a></p>",
     kBrand | kPdf | kQr},
    {"event", "$p|mailer@doodle.com", "$p invites you: Steering group",
     "<p>$p invites you to participate in the poll “Steering group”.</p><p><a "
     "href=\"https://doodle.com/meeting/participate/id/$t/vote\">Choose times</a></p>",
     kBrand},
    {"person", "$p|$w$n@yahoo.com", "(no subject)", "can you call me pls, lost my phone charger. $f\n", kFree},
    {"person", "$p|$l@icloud.com", "Rezept",
     "Hier der Link: https://www.chefkoch.de/rezepte/$n/kuchen.html\n\nVon meinem iPhone gesendet\n", kFree},
    {"person", "$p|$l@hotmail.fr", "Recours refus de permis n° $n",
     "Madame, Monsieur,\n\nje conteste votre décision. Vous trouverez mes pièces ici : "
     "https://drive.google.com/file/d/$T/view?usp=sharing\n\nDans l'attente d'une réponse urgente,\n$p\n",
     kFree},
    {"person", "$p|$l@$d", "Kondolenz",
     "<p>Liebe Familie,</p><p>die Nachricht vom Tod Ihres verstorbenen Vaters hat uns tief getroffen. "
     "Gott segne Sie.</p><p>$p</p>"},
    {"person", "$p, Treasurer|$l@$d", "Transfer for the summer camp",
     "Hi $R,\n\ncould you release the wire transfer of 12,400 EUR today? The invoice is attached, bank "
     "details as last year.\n\n$f\n",
     kPdf},
    {"press", "$o Presse|presse@$d", "PM: 20 Millionen Euro für neue Brücken",
     "<p>Sperrfrist: $y</p><p>Das Land fördert den Bau mit 20 Millionen Euro. Fotos: <a "
     "href=\"https://we.tl/t-$t\">we.tl/t-$t</a></p><p>$p, Pressesprecher, Tel. 0421 33 $n</p>",
     kPdf},
    {"survey", "$o|umfrage@$d", "Ihre Meinung zählt: kurze Umfrage",
     "<p>Guten Tag,</p><p>wie zufrieden sind Sie mit uns? Die Umfrage dauert zwei Minuten.</p><p><a "
     "href=\"https://$w.limesurvey.net/$n?token=$t\">Zur Umfrage</a></p>"},
    {"sms", "$o Parken|noreply@$d", "Ihr Parkvorgang $n", "Parkdauer 2:10 h, Betrag $a. Quittung: $u[q/$t]\n", kNoId},
    {"jp", "$o|support@$d", "【重要】パスワード再設定のご案内",
     "<p>$R 様</p><p>パスワード再設定のお申し込みを受け付けました。<a "
     "href=\"$u[reset/$T]\">こちら</a>から60分以内にお手続きください。</p>"},
    {"ru", "$o|info@$d", "Ваш заказ №$n принят",
     "<p>Здравствуйте, $R!</p><p>Ваш заказ принят и будет доставлен $y. Сумма: $a.</p><p><a "
     "href=\"$c[zakaz]\">Статус заказа</a></p>",
     kTracked},
    {"tr", "$o|destek@$d", "Şifre sıfırlama talebi",
     "<p>Merhaba $R,</p><p>şifrenizi sıfırlamak için <a href=\"$u[sifre/$T]\">bağlantıya</a> tıklayın.</p>"},
};

}  // namespace tocsin::test
