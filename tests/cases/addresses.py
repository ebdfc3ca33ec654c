"""What people type as an address, what is right for it, and what taught it.

The source is a public report, as its path on github.com; else the standard that says it, or
"neighbour" for a case that lies beside one of the others.
"""

from __future__ import annotations

SAME_EMAILS = [
    # one spelling, another one of the same mailbox, who reported that they were taken for two
    ("Payer@Example.com", "payer@example.com", "justingit/dada-mail/issues/787"),
    (
        "VORNAME.Nachname@example.com",
        "vorname.nachname@example.com",
        "yakamara/ynewsletter/pull/60",
    ),
    ("payer@EXAMPLE.COM", "payer@example.com", "zone-eu/zone-mta/pull/260"),
    ("info@bücher.example", "info@xn--bcher-kva.example", "bitwarden/server/pull/1512"),
    ("info@BÜCHER.example", "info@XN--BCHER-KVA.example", "Mailu/Mailu/issues/1581"),
    ("info@bu\u0308cher.example", "info@b\u00fccher.example", "vshulcz/deja-vu/issues/1098"),
    ("zoe\u0308@example.com", "ZO\u00cb@example.com", "permissionlesstech/bitchat/issues/214"),
    ("info@例え。jp", "info@例え.jp", "UTS #46, 4"),
    ("\uff49\uff4e\uff46\uff4f@example.com", "info@example.com", "vshulcz/deja-vu/issues/1098"),
]

OTHER_EMAILS = [
    # two mailboxes that are easily taken for one
    ("info@faß.example", "info@fass.example", "UTS #46, nontransitional"),
    ("info@example.com", "info@example.co", "justingit/dada-mail/issues/758"),
    ("zoe@example.com", "zoë@example.com", "zulip/zulip/issues/3880"),
]

OUTGOING = [
    # as given, as a mail server gets it
    (
        "payer@münchen.example",
        "payer@xn--mnchen-3ya.example",
        "SparkPost/python-sparkpost/issues/134",
    ),
    ("Info@exämple.example", "Info@xn--exmple-cua.example", "Mailu/Mailu/issues/2393"),
    ("test@tüst.example", "test@xn--tst-hoa.example", "swiftmailer/swiftmailer/issues/541"),
    ("ñoquis@zumbi.example", "ñoquis@zumbi.example", "hpk42/muacrypt/issues/74"),
    ("n\u0303oquis@zumbi.example", "\u00f1oquis@zumbi.example", "hpk42/muacrypt/issues/74"),
    ("info@xn--bcher-kva.example", "info@xn--bcher-kva.example", "bitwarden/server/pull/1512"),
    ("info@ابجد.example", "info@xn--mgbcmm.example", "anonaddy/anonaddy/issues/600"),
]

REFUSED = [
    # what no server takes, whether or not there is a mailbox
    ("email.@example.com", "PHPMailer/PHPMailer/issues/413"),
    (".email@example.com", "hallelujah/valid_email/pull/50"),
    ("name+tag.@example.com", "afair/email_address/issues/106"),
    ("example...@example.com", "fredeil/email-validator.dart/issues/60"),
    ("john..doe@example.com", "validatorjs/validator.js/pull/820"),
    ("john\u2026doe@example.com", "validatorjs/validator.js/pull/820"),
    ("larry@example.com.", "PolymerElements/gold-email-input/issues/70"),
    ("larry@example..com", "PolymerElements/gold-email-input/issues/70"),
    ("info@-example.com", "RFC 1123, 2.1"),
    ("info@example-.com", "RFC 1123, 2.1"),
    ("info@ex_ample.com", "RFC 1123, 2.1"),
    ("info@localhost", "RFC 5321, 2.3.5"),
    ("info@10.0.0.1", "RFC 5321, 4.1.3"),
    (f"info@{'a' * 64}.example", "RFC 1035, 2.3.4"),
    (f"info@{'ü' * 60}.example", "RFC 5890, 2.3.2.1"),
    (f"info@{'.'.join(['a' * 60] * 5)}", "RFC 1035, 2.3.4"),
    (f"{'a' * 65}@example.com", "RFC 5321, 4.5.3.1.1"),
    (f"{'ü' * 33}@example.com", "RFC 5321, 4.5.3.1.1"),
    ("info@xn--.example", "RFC 5891, 4.2"),
    ("info@xn--a.example", "RFC 5891, 4.2"),
    ("info@xn--\u00fc.example", "RFC 5891, 4.2"),
    ("info@☃.example", "RFC 5891, 4.2"),
    ("info@\u0301a.example", "RFC 5891, 4.2"),
    ("info@a\u00fc-.example", "RFC 5891, 4.2"),
    ("info@a\u00fc--b.example", "RFC 5891, 4.2"),
    ("info\n@example.com", "python/cpython/pull/19007"),
    ("info@exa\u00admple.com", "python/cpython/pull/19007"),
    ("=?utf-8?q?a?=@example.com", "python/cpython/pull/24475"),
    ("info\uff20example.com", "neighbour"),
    ("a@b@example.com", "afair/email_address/issues/106"),
    ("\ufdfa" * 20 + "@example.com", "neighbour"),
]

PHONES = [
    # as given, the country that it is read in, E.164 or None where no SMS reaches it
    ("+44 (0)20 7946 0958", None, "+442079460958", "marmelroy/PhoneNumberKit/issues/47"),
    ("+4402079460958", None, "+442079460958", "google/libphonenumber/issues/1999"),
    ("(020) 7946 0958", "GB", "+442079460958", "marmelroy/PhoneNumberKit/issues/47"),
    ("+48 (0) 22 512 34 56", None, "+48225123456", "google/libphonenumber/issues/1816"),
    ("+39 06 1234 5678", None, "+390612345678", "giggsey/libphonenumber-for-php/issues/493"),
    ("+39 (0)6 1234 5678", None, "+390612345678", "giggsey/libphonenumber-for-php/issues/493"),
    ("+64 06 555 0123", None, "+6465550123", "daddyz/phonelib/issues/76"),
    ("0049 40 398272", "ES", "+4940398272", "grantila/awesome-phonenumber/issues/78"),
    ("0044 20 7946 0958", "US", "+442079460958", "TrevorPilley/phone-number-parser/issues/168"),
    ("0044 20 7946 0958", None, "+442079460958", "TrevorPilley/phone-number-parser/issues/168"),
    ("011 44 20 7946 0958", "US", "+442079460958", "daddyz/phonelib/issues/363"),
    ("04-1234-1234", "AU", "+61412341234", "ruimarinho/google-libphonenumber/issues/276"),
    ("(202) 555-0143", "US", "+12025550143", "marmelroy/PhoneNumberKit/issues/47"),
    ("(202) 555-0143 x 44", "US", "+12025550143", "RFC 3966, 5.3"),
    ("+1 202-555-0143;ext=44", None, "+12025550143", "RFC 3966, 5.3"),
    ("٠٩٨٧٦٥٤٣٢١٠", "IN", "+919876543210", "google/libphonenumber/issues/1152"),
    ("\uff0b91 98765 43210", None, "+919876543210", "vshulcz/deja-vu/issues/1098"),
    ("919876543210", None, "+919876543210", "neighbour"),
    ("13977", "HR", None, "google/libphonenumber/issues/1538"),
    ("12345", "US", None, "frimtec/secure-sms-proxy/issues/371"),
    ("0000000000", "US", None, "daddyz/phonelib/issues/363"),
    ("555-0143", "US", None, "marmelroy/PhoneNumberKit/issues/47"),
    ("(202) 555-0143", None, None, "marmelroy/PhoneNumberKit/issues/47"),
    ("+1 202 555", None, None, "neighbour"),
    ("+999 1234 5678", None, None, "ITU-T E.164"),
    ("ask 202", "US", None, "neighbour"),
]

SEARCHES = [
    # what is stored, what is typed to find it
    ("Chamb\u00e9ry", "chambe\u0301ry", "pelias/api/issues/600"),
    ("Chambe\u0301ry", "CHAMB\u00c9RY", "pelias/api/issues/600"),
    ("감", "\u1100\u1161\u11b7", "sillsdev/web-languageforge/pull/1272"),
    ("ﬁsh & Co", "FISH", "sillsdev/web-languageforge/issues/1316"),
    ("Groß GmbH", "GROSS", "sillsdev/web-languageforge/issues/1316"),
    ("\uff32\uff41\uff56\uff49", "ravi", "vshulcz/deja-vu/issues/1098"),
    ("Ravi  Kumar", "ravi kumar ", "neighbour"),
    ("+12025550143", "(202) 555-0143", "marmelroy/PhoneNumberKit/issues/47"),
    ("+12025550143", "202.555.0143", "marmelroy/PhoneNumberKit/issues/47"),
    ("+12025550143", "+1 202 555 0143 ext. 7", "RFC 3966, 5.3"),
    ("+442079460958", "+44 (0)20 7946 0958", "google/libphonenumber/issues/1999"),
    ("+442079460958", "020 7946 0958", "google/libphonenumber/issues/1999"),
    ("+442079460958", "0044 20 7946-0958", "grantila/awesome-phonenumber/issues/78"),
    ("+919876543210", "٩٨٧٦٥ ٤٣٢١٠", "google/libphonenumber/issues/1152"),
    ("(202) 555-0143", "2025550143", "marmelroy/PhoneNumberKit/issues/47"),
    ("payer@bücher.example", "PAYER@xn--bcher-kva.example", "bitwarden/server/pull/1512"),
    ("payer@xn--bcher-kva.example", "bücher", "Mailu/Mailu/issues/1581"),
    ("payer@xn--strae-oqa.example", "straße", "UTS #46, nontransitional"),
    ("2026-0001", "2026-0001", "neighbour"),
    ("INV-0007", "0007", "neighbour"),
]

CONTROLS = [
    # what no line may hold
    ("Name\r\nBcc: victim@example.com", "Netflix/iep/pull/653"),
    ("Name\rBcc: x", "zulip/zulip/pull/39036"),
    ("Name\nBcc: x", "PHPMailer/PHPMailer/issues/1984"),
    ("a\u2028b", "apache/commons-net/pull/397"),
    ("a\u2029b", "apache/commons-net/pull/397"),
    ("a\u0085b", "python/cpython/pull/24475"),
    ("a\tb", "drewr/postal/pull/117"),
    ("a\x1b[2Jb", "drewr/postal/pull/117"),
    ("a\x7fb", "drewr/postal/pull/117"),
]
