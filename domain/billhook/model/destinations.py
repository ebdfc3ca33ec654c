"""Destinations of SMS: the country of a phone number, and the prefix that it shares with others.

The tables hold what ITU-T E.164 and the numbering plans of the countries assign: which digits after
the `+` belong to which country. They decide where an SMS goes, not whether a number is in use.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from billhook.model.arguments import require
from billhook.model.object_schema import written_as_object

PREFIX_DIGITS = 4
"""The digits after the country calling code that belong to the prefix of a number."""

_CALLING_CODES = (
    "1US 20EG 211SS 212MA 213DZ 216TN 218LY 220GM 221SN 222MR 223ML 224GN 225CI 226BF 227NE 228TG "
    "229BJ 230MU 231LR 232SL 233GH 234NG 235TD 236CF 237CM 238CV 239ST 240GQ 241GA 242CG 243CD "
    "244AO 245GW 246IO 247AC 248SC 249SD 250RW 251ET 252SO 253DJ 254KE 255TZ 256UG 257BI 258MZ "
    "260ZM 261MG 262RE 263ZW 264NA 265MW 266LS 267BW 268SZ 269KM 27ZA 290SH 291ER 297AW 298FO "
    "299GL 30GR 31NL 32BE 33FR 34ES 350GI 351PT 352LU 353IE 354IS 355AL 356MT 357CY 358FI 359BG "
    "36HU 370LT 371LV 372EE 373MD 374AM 375BY 376AD 377MC 378SM 380UA 381RS 382ME 383XK 385HR "
    "386SI 387BA 389MK 39IT 40RO 41CH 420CZ 421SK 423LI 43AT 44GB 45DK 46SE 47NO 48PL 49DE 500FK "
    "501BZ 502GT 503SV 504HN 505NI 506CR 507PA 508PM 509HT 51PE 52MX 53CU 54AR 55BR 56CL 57CO "
    "58VE 590GP 591BO 592GY 593EC 594GF 595PY 596MQ 597SR 598UY 599CW 60MY 61AU 62ID 63PH 64NZ "
    "65SG 66TH 670TL 672NF 673BN 674NR 675PG 676TO 677SB 678VU 679FJ 680PW 681WF 682CK 683NU "
    "685WS 686KI 687NC 688TV 689PF 690TK 691FM 692MH 7RU 81JP 82KR 84VN 850KP 852HK 853MO 855KH "
    "856LA 86CN 880BD 886TW 90TR 91IN 92PK 93AF 94LK 95MM 960MV 961LB 962JO 963SY 964IQ 965KW "
    "966SA 967YE 968OM 970PS 971AE 972IL 973BH 974QA 975BT 976MN 977NP 98IR 992TJ 993TM 994AZ "
    "995GE 996KG 998UZ"
)
"""Each country calling code, and the country of the numbers that no longer prefix assigns."""

_SHARED_CODES = (
    # The North American plan: an area code belongs to one country.
    "CA 1204 1226 1236 1249 1250 1257 1263 1289 1306 1343 1354 1365 1367 1368 1382 1403 1416 1418 "
    "1428 1431 1437 1438 1450 1468 1474 1506 1514 1519 1548 1579 1581 1584 1587 1600 1604 1613 "
    "1622 1633 1639 1647 1672 1683 1705 1709 1742 1753 1778 1780 1782 1807 1819 1825 1867 1873 "
    "1879 1902 1905 1942\n"
    "BS 1242\nBB 1246\nAI 1264\nAG 1268\nVG 1284\nVI 1340\nKY 1345\nBM 1441\nGD 1473\nTC 1649\n"
    "JM 1658 1876\nMS 1664\nMP 1670\nGU 1671\nAS 1684\nSX 1721\nLC 1758\nDM 1767\nVC 1784\n"
    "PR 1787 1939\nDO 1809 1829 1849\nTT 1868\nKN 1869\n"
    # Other codes that countries share.
    "KZ 76 77\nVA 396698\nSJ 4779\nCC 6189162\nCX 6189164\nEH 2125288 2125289\nTA 2908\n"
    "YT 262269 262639\nAX 35818\nBQ 5993 5994 5997\n"
    "GG 441481 447781 447839 4479111 4479117\nIM 441624 447524 447624 447924 4474576\n"
    "JE 441534 447509 447797 447829 447937 4477003 4477007 4477008"
)
"""The longer prefixes of countries that share a calling code with the one above."""

_PREMIUM_RATE = (
    "1900 31900 31906 31909 3290 3389 34803 34806 34807 34905 34907 358600 358700 371900 "
    "372900 39892 39894 39895 39899 41900 41901 41906 43900 43901 43930 43931 4470 449 44871 44872 "
    "44873 4590 46900 46939 46944 4782 4870 49900 61190 64900 81990"
)
"""Premium-rate and personal numbers: their owner earns with every message to them."""


@written_as_object
class Destination(NamedTuple):
    """Where an SMS to a number goes.

    `country` is an ISO 3166-1 alpha-2 code, and None for premium-rate numbers, satellite and other
    international services, and unassigned codes. `prefix` is the calling code with the first digits
    after it.
    """

    country: str | None
    prefix: str


def destination(number: str) -> Destination:
    """The destination of an E.164 number.

    A zero after the calling code, which people write and networks drop, does not count.

    >>> destination("+919876543210")
    Destination(country='IN', prefix='+919876')
    >>> destination("+91 098765 43210".replace(" ", "")) == destination("+919876543210")
    True
    >>> destination("+18765550123").country, destination("+97912345678").country
    ('JM', None)
    """
    digits = require("number", number, str).removeprefix("+")
    known = _countries()
    code = next((digits[:length] for length in (1, 2, 3) if digits[:length] in known), None)
    if code is None:
        return Destination(None, f"+{digits[: 3 + PREFIX_DIGITS]}")
    digits = code + digits[len(code) :].lstrip("0")
    lengths = range(_longest(), 0, -1)
    country = next(known[digits[:length]] for length in lengths if digits[:length] in known)
    return Destination(country or None, f"+{digits[: len(code) + PREFIX_DIGITS]}")


@cache
def countries() -> frozenset[str]:
    """The countries whose numbers can be distinguished from those of other countries.

    >>> "IN" in countries(), "ZZ" in countries()
    (True, False)
    """
    return frozenset(_countries().values()) - {""}


@cache
def _countries() -> dict[str, str]:
    """The country of each prefix; empty for premium-rate numbers."""
    known = {entry[:-2]: entry[-2:] for entry in _CALLING_CODES.split()}
    for line in _SHARED_CODES.splitlines():
        country, *prefixes = line.split()
        known |= dict.fromkeys(prefixes, country)
    return known | dict.fromkeys(_PREMIUM_RATE.split(), "")


@cache
def _longest() -> int:
    return max(map(len, _countries()))
