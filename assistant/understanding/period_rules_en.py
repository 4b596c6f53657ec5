"""English phrases of time, as patterns beside what builds their reading. At one place the longest phrase wins."""

from __future__ import annotations

from assistant.understanding import period_en as en
from assistant.understanding.period_build import Rule, rule, single_day
from assistant.understanding.period_words import COUNT, MONTH, UNIT, WEEKDAY

_B, _E = r"(?<![a-z0-9])", r"(?![a-z0-9])"
_S = r"(?P<s>'?s)?"
_Y = r"(?:20\d\d|19[89]\d)"
#: A year said after a month, quarter, season: 2025, '25, FY25, last year, the year before last, two years ago.
_YEAR = (
    rf"(?:\s*,?\s*(?:of |in )?(?:(?P<y>{_Y})(?!\d)|'(?P<y2>\d\d)(?!\d)|fy\s?'?(?P<fy>(?:20)?\d\d)(?!\d)"
    r"|(?P<rel>this|last|previous|prior|next|current|past) (?P<fiscal>fiscal |financial |calendar )?(?:year|yr)(?:'?s)?"
    r"(?! to date)|(?P<ybl>(?:the )?year before last)|(?P<ago>\d+|two|three) years ago))"
)
_WHICH = r"(?:(?P<which>last|this|next|previous|past|coming|this past|this coming|upcoming)\s+)"
_PART = r"(?P<part>early|late|mid|(?:the )?(?:start|beginning|end|middle) of)[- ]?\s*(?:the )?"
_SHORT_UNIT = rf"(?P<unit>{UNIT}|(?<=\d)[dwmqy](?![a-z]))"
_BY_ONE = "week|month|quarter|year"
#: What makes a season or a holiday the name of a campaign.
_NO_CAMPAIGN = (
    r"(?!\s+(?:e?mail(?:ing|s|er)?|campaigns?|newsletters?|promos?|promotions?|push|offers?|deals?|ads?|adverts?|sms"
    r"|collections?|vouchers?|coupons?|flyers?|blast|launch|edition|range|line|hampers?|business|effect|action|actions|cards?"
    r"|stock|jackets?|coats?)(?![a-z]))"
)
_DD = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_TO = r"\s*(?:-|~|to|until|till|through|and)\s*(?:the )?"
_LEFT = r"(?<![a-z0-9_/.-])"

HOLIDAYS: tuple[tuple[str, str], ...] = (
    (r"black friday (?:week ?end|to cyber monday)|bfcm|cyber weekend", "black_friday_weekend"),
    (r"black friday week|cyber week", "black_friday_week"),
    (r"black[ -]?friday", "black_friday"), (r"cyber[ -]?monday", "cyber_monday"),
    (r"thanksgiving week ?end", "thanksgiving_weekend"),
    (r"thanksgiving(?: day)?", "thanksgiving"),
    (
        r"(?:christmas|festive|yuletide) (?:season|period|run-?up|trading|shopping(?: season)?|holidays?|time|quarter|peak"
        r"|rush)|christmastime",
        "christmas_season",
    ),
    (r"(?:the )?holiday season|holiday shopping season|peak season", "holiday_season"), (r"christmas eve", "christmas_eve"),
    (r"christmas day", "christmas_day"), (r"christmas", "christmas"), (r"boxing day", "boxing_day"),
    (r"new year'?s? eve|nye", "new_years_eve"),
    (r"new year'?s(?: day)?|new year", "new_year"), (r"good friday", "good_friday"), (r"easter sunday", "easter_sunday"),
    (r"easter monday", "easter_monday"), (r"easter(?: week ?end| week| holidays?| break)?", "easter"),
    (r"(?:st\.? )?valentines(?:'s)?(?: day)?", "valentines"), (r"mother'?s'? day|mothering sunday", "mothers_day"),
    (r"father'?s'? day", "fathers_day"),
    (r"halloween", "halloween"), (r"(?:international )?women'?s day", "womens_day"), (r"children'?s day", "childrens_day"),
    (r"st\.? patrick'?s(?: day)?", "st_patricks"), (r"(?:4th|fourth) of july|july (?:4th|fourth)|independence day", "july_4"),
    (r"memorial day", "memorial_day"), (r"labou?r day", "labor_day"),
    (r"singles'?s?'? day|double (?:11|eleven)|11\.11", "singles_day"),
    (r"double (?:12|twelve)|12\.12", "double_12"), (r"(?:the )?618(?: festival| sale| shopping festival)?|6\.18", "618"),
    (r"chinese national day|national day(?: holidays?| week)?|golden week", "national_cn"),
    (r"(?:chinese|lunar) new year|spring festival|cny(?! ?\d)|lny", "spring_festival"),
    (r"mid[- ]autumn(?: festival| day)?|moon festival", "mid_autumn"),
    (r"dragon boat(?: festival)?", "dragon_boat"), (r"qixi(?: festival)?|chinese valentines?(?:'s)?(?: day)?", "qixi"),
    (r"qing ?ming(?: festival)?|tomb[- ]sweeping day", "qingming"),
    (r"lantern festival", "lantern"), (r"may day(?: holidays?)?", "labour_cn"),
    (r"bank holiday(?: week ?end| monday)?", "bank_holiday"),
)
_HOLIDAY_TRIGGERS = (
    "friday cyber bfcm thanksgiving christmas festive yule holiday season boxing year nye easter valentine mother father "
    "halloween women children patrick july independence memorial labor labour singles double 11.11 12.12 618 6.18 national "
    "golden festival cny lny autumn dragon qixi qing tomb may"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_UNITS = "day night week wk fortnight month mth mnth mo quarter qtr half semester year yr decade hour hr"

RULES: tuple[Rule, ...] = (
    rule("before yesterday", rf"{_B}(?:the )?day before yesterday(?:'?s)?{_E}", single_day(2)),
    rule("yesterday night", rf"{_B}(?:yesterday(?:'?s)?|last night(?:'s)?){_E}", single_day(1)),
    rule("tomorrow", rf"{_B}(?:the )?day after tomorrow{_E}", single_day(-2, "future")),
    rule("tomorrow", rf"{_B}tomorrow(?:'?s)?{_E}", single_day(-1, "future")),
    rule(
        "today tonight this",
        rf"{_B}(?:today(?:'?s)?|tonight|this (?:morning|afternoon|evening)){_E}",
        single_day(0, "today"),
    ),
    rule("before", rf"{_B}(?:the )?(?P<unit>{_BY_ONE}) before last{_E}", en.before_last),
    rule("after", rf"{_B}(?:the )?(?P<unit>{_BY_ONE}) after next{_E}", en.after_next),
    rule(
        "this current present ongoing last previous prior preceding past trailing rolling next coming following upcoming",
        rf"{_B}(?P<word>this|(?:the )?current|present|ongoing|last|previous|prior|preceding|past|trailing|rolling|next|coming"
        rf"|following|upcoming)\s*(?:(?P<kind>fiscal|financial|calendar|full|whole|complete|trading)\s+)?(?P<unit>{UNIT}){_S}"
        rf"(?!\s+(?:before last|of (?:the )?(?:year|month|week|quarter|fiscal|last|this|{MONTH}|20)))(?! old){_E}",
        en.one,
    ),
    rule(
        "last past previous prior trailing latest recent rolling preceding final",
        rf"{_B}(?:last|past|previous|prior|trailing|latest|recent|rolling|preceding|most recent)\s*(?P<n>{COUNT})[- ]*"
        rf"(?P<full>full|complete|whole|calendar|completed)?\s*{_SHORT_UNIT}(?:'?s)?(?: period| window| span)?(?! (?:old|of))"
        rf"(?! (?:or so))?{_E}",
        en.last_n,
    ),
    rule("half", rf"{_B}(?:last|past|previous) (?:half a year|half[- ]year)(?! of){_E}", en.past_half),
    rule("rolling trailing", rf"{_B}(?P<n>{COUNT})[- ]*(?P<full>)(?P<unit>{UNIT})[- ](?:rolling|trailing){_E}", en.last_n),
    rule(
        "ttm ltm t12m 0",
        rf"{_B}(?:(?P<ttm>ttm|ltm|t12m)|[lpt](?P<n>\d+)(?P<u>[dwmqy])){_E}",
        en.trailing_short,
    ),
    rule(
        "next coming following upcoming",
        rf"{_B}(?:next|coming|following|upcoming)\s*(?P<n>{COUNT})[- ]*(?:full |calendar )?{_SHORT_UNIT}(?:'?s)?{_E}",
        en.next_n,
    ),
    rule(
        "from ahead future",
        rf"{_B}(?P<n>{COUNT})[- ](?:more )?(?P<unit>{UNIT})\s+(?:from (?:now|today)|ahead|into the future){_E}",
        en.next_n,
    ),
    rule(
        "rest remain",
        rf"{_B}(?:the )?(?:rest|remainder|remaining (?:part|days|weeks|months)) of (?:the|this) (?:fiscal )?(?P<unit>{UNIT})"
        rf"(?<!the week){_E}",
        en.rest_of,
    ),
    rule("ago", rf"{_B}(?P<n>{COUNT})[- ]*(?P<unit>{UNIT}) ago{_E}", en.ago),
    rule(
        "date td far this",
        rf"{_B}(?:(?:(?:the|this) )?(?:fiscal )?(?P<u1>{_BY_ONE})[- ]to[- ]date|(?P<letter>[wmqy])td"
        rf"|so far this (?P<u2>{_BY_ONE})|(?:this|the) (?P<u3>{_BY_ONE}) (?:so far|to date|up to now|until now)){_E}",
        en.to_date,
    ),
    rule(
        "since",
        rf"{_B}since (?:(?:the )?(?:start|beginning|first day|first|1st) of (?:the|this) (?:fiscal )?(?P<u1>{_BY_ONE})"
        rf"|new year'?s?(?: day)?|january 1(?:st)?){_E}",
        en.to_date,
    ),
    rule(
        "of",
        rf"{_B}(?P<end>first|last|final)(?: (?P<n>{COUNT}))?\s*(?P<unit>months?|quarters?|weeks?|days?) of "
        rf"(?:the|this) year{_E}",
        en.first_n_of_year,
    ),
    rule(_MONTHS, rf"{_B}(?:{_PART})?{_WHICH}?(?P<month>{MONTH}){_YEAR}?{_S}{_E}", en.month),
    rule(
        _MONTHS,
        rf"{_B}(?P<on>on )?(?P<month>{MONTH})[ -](?P<d>\d\d)(?!\d|st|nd|rd|th|:|%|[.,]\d|-\d|/)"
        rf"(?!\s*(?:customers|orders|products|{UNIT}|-|to \d|until|,? ?20\d\d))",
        en.month_short_year,
    ),
    rule(_MONTHS, rf"{_B}{_DD}(?: of)?[ -]*(?P<month>{MONTH}){_YEAR}?{_E}", en.day),
    rule(_MONTHS, rf"{_B}(?P<month>{MONTH})\s*(?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th){_YEAR}?{_E}", en.day),
    rule(
        _MONTHS,
        rf"{_B}(?P<month>{MONTH})\s*(?P<d>\d{{1,2}})(?!\d|:|%|[.,]\d|/){_YEAR}?{_E}(?!\s*(?:customers|orders|products))",
        en.day,
    ),
    rule(_MONTHS, rf"{_B}{_DD}{_TO}(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{MONTH}){_YEAR}?{_E}", en.days_of_month),
    rule(
        _MONTHS,
        rf"{_B}(?P<month>{MONTH}) (?:the )?{_DD}{_TO}(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d){_YEAR}?{_E}",
        en.days_of_month,
    ),
    rule("0", rf"(?<![a-z0-9_-])(?P<y>{_Y})[-/.](?P<mo>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(?![\d-])(?:t[\d:]+)?", en.iso_day),
    rule("0", rf"(?<![a-z0-9_-])(?P<y>{_Y})(?P<mo>0\d|1[0-2])(?P<d>[0-2]\d|3[01])(?![a-z0-9_-])", en.iso_day),
    rule("/ .", rf"{_LEFT}(?P<a>\d{{1,2}})[/.](?P<b>\d{{1,2}})[/.](?P<y>(?:20)?\d\d)(?![a-z0-9_/])", en.numeric_day),
    rule(
        "/",
        rf"{_LEFT}(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})(?P<y>)(?![a-z0-9_/%])(?<!24/7)(?<!50/50)"
        r"(?!\s*(?:of|stars?|rating|split|天))",
        en.numeric_day,
    ),
    rule("0", rf"{_LEFT}(?P<y>{_Y})[-/.](?P<mo>0?[1-9]|1[0-2])(?![a-z0-9_-])", en.month_number),
    rule("0", rf"{_LEFT}(?P<mo>0?[1-9]|1[0-2])[/-](?P<y>{_Y})(?![a-z0-9_/-])", en.month_number),
    rule(
        "the",
        r"(?:(?<=\bon )|(?<=\bsince )|(?<=\bfrom )|(?<=\buntil )|(?<=\bto )|(?<=\bbefore )|(?<=\bafter ))the (?P<d>\d{1,2})"
        rf"(?:st|nd|rd|th)(?! [a-z]*(?:order|purchase|customer|place|quarter|month|week|day|visit|time)){_E}",
        en.day_of_this_month,
    ),
    rule(
        "q",
        rf"{_B}{_WHICH}?(?:q[ -]?(?P<q>[1-4])|(?P<q2>[1-4])q(?!$))(?:\s*/?\s*'?(?P<y3>\d\d)(?!\d|%))?{_YEAR}?(?:'?s)?{_E}",
        en.quarter,
    ),
    rule("q", rf"{_B}(?P<y>{_Y})[ -/]?(?:q(?P<q>[1-4])|(?P<q2>[1-4])q){_E}", en.quarter),
    rule("fy", rf"{_B}fy\s?'?(?P<fy>(?:20)?\d\d)[ -]?q(?P<q>[1-4]){_E}", en.quarter),
    rule(
        "quarter qtr",
        rf"{_B}(?:the )?(?P<ord>first|1st|second|2nd|third|3rd|fourth|4th|last|final) (?:fiscal |financial |calendar )?"
        rf"(?:quarter|qtr)(?:{_YEAR}| of the year){_E}",
        en.quarter,
    ),
    rule(
        "quarter qtr",
        rf"{_B}(?:the )?(?P<ord>first|1st|second|2nd|third|3rd|fourth|4th|final) (?:fiscal |financial )?(?:quarter|qtr){_E}",
        en.quarter,
    ),
    rule("quarter qtr", rf"{_B}(?:quarter|qtr) (?P<q>[1-4]|one|two|three|four){_YEAR}?{_E}", en.quarter),
    rule("h1 h2 1h 2h", rf"{_B}(?:h(?P<h>[12])(?:\s*/?\s*'?(?P<y3>\d\d)(?!\d|%))?){_YEAR}?{_E}", en.half),
    rule("1h 2h", rf"{_B}(?P<h>[12])h\s*'?(?P<y3>\d\d){_E}", en.half),
    rule("h1 h2", rf"{_B}(?P<y>{_Y})[ -/]?h(?P<h>[12]){_E}", en.half),
    rule(
        "half",
        rf"{_B}(?:the )?(?P<ord>first|1st|second|2nd|last) half(?:[- ]year)?"
        rf"(?:(?P<thisyear> of (?:the|this) year)|{_YEAR})?{_E}(?! of)",
        en.half,
    ),
    rule(
        "0",
        rf"(?<![a-z0-9_.-])(?P<y>{_Y})\s*(?:-|~|/|to|until|through|到|至)\s*(?P<z>{_Y}|\d\d(?=\s*(?:fiscal|season|$)))"
        r"(?![a-z0-9_-])",
        en.year_range,
    ),
    rule(
        "0",
        rf"(?<![a-z0-9_.,$£€¥-])(?P<word>calendar year |calendar |the year |year |years )?(?P<y>{_Y})"
        r"(?!\d|[.,:/]\d|-\d|%| ?(?:customers|people|units|pounds|dollars|euros?|points|items|usd|yuan|rows|元|块|个|名|位|人"
        r"|单|件|分|积分|以上|以下))(?:'?s)?(?![a-z0-9])",
        en.plain_year,
    ),
    rule(
        "fy fiscal financial",
        rf"{_B}(?:fy\s?'?(?P<a>(?:20)?\d\d)(?:[/-]\d\d)?|(?:fiscal|financial)(?: year)? '?(?P<b>(?:20)?\d\d)){_E}",
        en.fiscal,
    ),
    rule(
        "mon tue wed thu fri sat sun",
        rf"{_B}{_WHICH}?(?P<day>{WEEKDAY})(?P<wk> (?:of )?last week)?(?P<s>'s)?{_E}(?!s)",
        en.weekday,
    ),
    rule(
        "weekend week-end",
        rf"{_B}(?:{_WHICH}|(?:on |at |over )?the )(?:long )?week[ -]?end(?P<before> before last)?(?:'s)?{_E}"
        r"(?! (?:(?:or|and|vs) weekday|really|busier|better|stronger|worse|quieter|than|market|campaign|sale|promo))",
        en.weekend,
    ),
    rule(
        "spring summer autumn fall winter",
        rf"{_B}(?:{_WHICH})?(?P<season>spring|summer|autumn|fall|winter)(?P<hols> holidays| vacation| break)?{_YEAR}?"
        rf"(?:'s)?{_E}{_NO_CAMPAIGN}(?! (?:sale|clearance)(?![a-z]))",
        en.season,
    ),
    rule(
        "week wk cw w",
        rf"{_B}(?:(?:calendar )?week|wk|cw|w)[ -]?(?P<w>[1-9]|[1-4]\d|5[0-3])(?!\d|[.,]\d|%)(?:,? (?:of )?(?P<y>{_Y}))?{_E}"
        r"(?! (?:ago|or|to|and))",
        en.week_number,
    ),
    rule("w", rf"{_B}(?P<y>{_Y})-?w(?P<w>\d\d){_E}", en.week_number),
    rule(
        "week w/",
        rf"{_B}(?:week (?:of|commencing|starting|beginning)|w/c|w/b)(?: the)? {_DD}(?: of)? (?P<month>{MONTH}){_YEAR}?{_E}",
        en.week_of,
    ),
    rule(
        "week w/",
        rf"{_B}(?:week (?:of|commencing|starting|beginning)|w/c|w/b) (?P<month>{MONTH}) {_DD}{_YEAR}?{_E}",
        en.week_of,
    ),
    rule(
        "beginning start early end late mid",
        rf"{_B}(?:the )?(?P<part>(?:beginning|start|end|middle) of|mid|early|late)[- ]"
        rf"(?:(?P<word>the|this|last|previous|next) )?(?P<unit>week|month|quarter|year)(?:'s)?{_E}(?! to)",
        en.part_of_unit,
    ),
    rule("end", rf"{_B}(?<!each )(?<!every )(?P<unit>month|quarter|year)[- ]?end{_E}", en.rest_of),
    rule(
        _HOLIDAY_TRIGGERS,
        rf"{_B}(?:{_WHICH})?(?P<name>{'|'.join(pattern for pattern, _ in HOLIDAYS)}){_YEAR}?{_E}{_NO_CAMPAIGN}",
        en.holiday_builder(HOLIDAYS, en.which_of, en.year_of),
    ),
    rule(
        "all since history",
        rf"{_B}(?:of all time|all[- ]time(?! (?:high|low))|since (?:the )?(?:very )?"
        r"(?:beginning|start|inception|launch|opening|day one|day 1|we (?:started|opened|launched|began))(?! of)"
        rf"|(?:the )?(?:entire|whole|full) history|across all years){_E}",
        en.all_time,
    ),
    rule(
        _UNITS,
        rf"{_B}(?P<n>{COUNT})[- ]*\+?\s*(?P<unit>{UNIT})(?!\s*(?:-?\s*olds?|of age))\+?(?:'s?)?(?![a-z0-9])",
        en.length,
    ),
    rule(
        _UNITS,
        rf"{_B}(?P<n>\d+)\s*(?:-|to|and)\s*(?P<n2>\d+)[- ]*(?P<unit>{UNIT})(?!\s*(?:-?\s*olds?|of age))(?![a-z0-9])",
        en.length,
    ),
    rule("0", rf"{_B}(?P<n>\d+)(?P<unit>d|hrs?|w|yrs?|mths?)\+?{_E}", en.length),
    rule("half", rf"{_B}(?P<n>half an?) (?P<unit>year|month|day|hour){_E}", en.length),
)
