"""Chinese phrases of time, as patterns beside what builds their reading. At one place the longest phrase wins."""

from __future__ import annotations

from assistant.understanding import period_zh as zh
from assistant.understanding.period_build import Rule, rule, single_day
from assistant.understanding.period_en import all_time, holiday_builder

_N = r"(?:\d+(?:\.5)?|[一二两三四五六七八九十百零〇]+|几|数|半)"
_UNIT = r"(?:个?自然月|个?完整(?:自然)?月|个月|个?季度|个季|天|日|个?工作日|周|个?星期|个?礼拜|年|个?小时|个?钟头|个?半年)"
_M = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_D = r"(?:[12]\d|3[01]|0?[1-9]|二十[一二三四五六七八九]?|三十一?|十[一二三四五六七八九]?|[一二三四五六七八九])"
_Y4 = r"(?:20\d\d|19[89]\d|二[〇零]\s*[一二三四][〇零一二三四五六七八九]|二[〇零]{2}[〇零一二三四五六七八九])"
_Y = (
    rf"(?:(?P<y>{_Y4})\s*年度?|(?P<y2>(?<!\d)[12]\d)年|(?P<rel>今年|去年|大前年|前年(?!度)|明年|本年度?|上年度|上一年度?|当年"
    r"|本财年|上个?财年|今年度|去年度))的?"
)
#: Not in the middle of a longer number, nor behind a word that makes the length something else.
_FREE = r"(?<![第近年前后几一二两三四五六七八九十百])(?:(?<!\d)(?=\d)|(?=\D))"
_TO = r"\s*(?:到|至|~|-)\s*"
_Q = "[1-4一二三四]"

HOLIDAYS: tuple[tuple[str, str], ...] = (
    (r"黑色?星期五|黑五", "black_friday"), (r"网络星期一|网购星期一", "cyber_monday"), (r"感恩节", "thanksgiving"),
    (r"圣诞季|圣诞期间", "christmas_season"), (r"圣诞前夜|平安夜", "christmas_eve"), (r"圣诞(?:节|日)?", "christmas"),
    (r"双(?:十一|11)(?:当天|那天|当日)", "singles_day_day"), (r"双\s?(?:十一|11)|光棍节|11\.11", "singles_day"),
    (r"双\s?(?:十二|12)(?:当天|那天|当日)", "double_12_day"), (r"双\s?(?:十二|12)|12\.12", "double_12"),
    (r"618(?:当天|那天|当日)|六一八当天", "618_day"), (r"618|六一八|6\.18", "618"),
    (r"(?:国庆|十一)(?:节|长假|黄金周|假期|小长假)|国庆|黄金周", "national_cn"),
    (r"除夕(?:夜)?|大年三十", "spring_festival_eve"), (r"大年初一", "spring_festival_day"),
    (r"春节|过年|农历新年|新春", "spring_festival"),
    (r"年货节", "new_year_goods"), (r"元宵节?", "lantern"), (r"五一(?:劳动)?(?:节|长假|黄金周|假期|小长假)?|劳动节", "labour_cn"),
    (r"清明(?:节|假期|小长假)?", "qingming"), (r"端午(?:节|假期|小长假)?", "dragon_boat"),
    (r"中秋(?:节|假期|小长假)?", "mid_autumn"),
    (r"七夕节?", "qixi"), (r"重阳节?", "double_ninth"), (r"元旦(?:节|假期|小长假)?|新年", "yuandan"),
    (r"跨年夜?", "new_years_eve"),
    (r"(?:西方)?情人节", "valentines"), (r"三八(?:妇女)?节?|妇女节|女神节|女王节|38节", "womens_day"), (r"520|五二零", "may_20"),
    (r"六一(?:儿童)?节?|儿童节", "childrens_day"), (r"母亲节", "mothers_day"), (r"父亲节", "fathers_day"),
    (r"教师节", "teachers_day"),
    (r"万圣节?", "halloween"), (r"复活节", "easter"), (r"99划算节|九九划算节", "99"), (r"818", "818"), (r"88会员[节日]", "88"),
)
_HOLIDAY_AFTER = (
    r"(?!\d)(?!元|块|个(?!月)|天|%|人|名|位|件|单|号|分)(?:期间|假期|前后)?"
    r"(?!节?(?:的)?(?:活动|营销|推广|短信|邮件|推送|预热|专场|优惠券|礼盒|贺卡|礼包)(?!期))(?!节)"
)

RULES: tuple[Rule, ...] = (
    rule("前天", r"大前天", single_day(3)),
    rule("前天 前日", r"前天|前日(?!期)", single_day(2)),
    rule("昨", r"昨天|昨日|昨晚|昨儿", single_day(1)),
    rule("今", r"今天|今日|今儿个?|今早|今晚", single_day(0, "today")),
    rule("明", r"明天|明日", single_day(-1, "future")),
    rule("后天", r"后天(?!性)", single_day(-2, "future")),
    rule(
        "上 前一 这 本 下 当",
        r"(?P<which>上上个?|上一个|上一|上个|上|前一个|前一|这一|这个|这|本|下下个?|下一个|下一|下个|下|当前|当)"
        r"(?P<unit>星期|礼拜|周|月|季度|季|财年|自然月|自然年|半年)(?!(?:初|底|末|中旬|份?(?:初|底|末))"
        r"|[一二三四五六日天](?!共|些|般|起|直|定|样|下|个))",
        zh.one,
    ),
    rule("年", rf"(?<![\d.]){_Y}", zh.years),
    rule("年", rf"(?<!\d)(?P<a>{_Y4}|[12]\d)年?{_TO}(?P<b>{_Y4}|[12]\d)年", zh.year_range),
    rule("财年 fy", r"(?<!\d)(?:fy)?(?P<fy>(?:20)?\d\d)财年", zh.fiscal),
    rule(
        "近 过去 前 往 上 滚动 这",
        r"(?P<word>最近这?|近|过去的?|前|之前|此前|以往|往前|刚过去的?|上|滚动|这(?=[两三四五六七八九十几\d]|一年|半年))\s*"
        rf"(?P<full>完整的?)?(?P<n>{_N})\s*(?P<unit>{_UNIT})(?P<half>半)?(?![级岁龄线初末])(?:之?内|里|间|期间)?",
        zh.last_n,
    ),
    rule("滚动", rf"(?P<word>)(?P<full>)(?P<n>{_N})\s*(?P<unit>{_UNIT})(?P<half>半)?滚动", zh.last_n),
    rule("近", r"(?P<word>近|最近)(?P<n>\d+)(?P<unit>月)(?P<half>)(?P<full>)", zh.last_n),
    rule(
        "前 头 后",
        rf"(?:{_Y})?(?P<end>前|头|后|最后)(?P<n>[一二两三四五六七八九十\d]+)(?P<unit>个?月|个?季度)",
        zh.first_months,
    ),
    rule(
        "未来 今后 接下来 往后 之后 后面 下面 将来 后续",
        rf"(?:未来|今后|接下来|往后|之后|后面|下面|将来|后续)的?这?\s*(?P<n>{_N})\s*(?P<unit>{_UNIT})(?P<half>半)?"
        r"(?:之?内|里)?",
        zh.next_n,
    ),
    rule("后", rf"(?<!第)(?P<n>{_N})\s*(?P<unit>{_UNIT})(?P<half>半)?之?后(?![续])", zh.after),
    rule("下 后", r"(?<![\u4e00-\u9fff])(?:下|后)(?P<n>[两三四五六\d]|十二)(?P<unit>个月|个季度|周|个星期|年|天)", zh.next_n),
    rule("预测 预估 看", r"(?<=[测估看])(?:下|后)(?P<n>[两三四五六\d]|十二)(?P<unit>个月|个季度|周|个星期|年|天)", zh.next_n),
    rule("前", rf"(?P<n>{_N})\s*(?P<unit>{_UNIT})(?P<half>半)?(?:以|之)?前(?![一二三四五六七八九十\d])", zh.ago),
    rule(
        "今年 本年 年初 开年 ytd",
        r"(?:今年|本年度?|自?年初|开年)(?:以来|至今|迄今|到现在|到目前|到今天|起至今|截至目前|累计|到此)"
        r"|(?:从|自)?年初到(?:现在|今天|目前|今)|今年(?:到|截至|截止)(?:目前|现在|今天)(?:为止)?",
        zh.to_date,
    ),
    rule(
        "月",
        r"(?:本月|这个月|月初|当月|自月初)(?:以来|至今|迄今|到现在|到今天|到目前|累计)|(?:从|自)?月初到(?:现在|今天|目前|今)",
        zh.to_date,
    ),
    rule("季", r"(?:本季度?|这个?季度|季初)(?:以来|至今|迄今|到现在|到今天|累计)", zh.to_date),
    rule("周 星期", r"(?:本周|这周|这个星期|周初)(?:以来|至今|到现在|到今天)", zh.to_date),
    rule(
        "月",
        rf"(?:{_Y})?(?<![\d/.:第几])(?P<m>{_M})月份?的?(?P<part>上旬|中旬|下旬|初|底|末)?(?!\d(?!\d?月))"
        r"(?![一二三四五六七八九十](?:[号日]|十))",
        zh.month,
    ),
    rule(
        "月",
        rf"(?:{_Y})?(?<![\d/.:第几])(?P<m>{_M})(?:月份?)?{_TO}(?P<yy>今年|次年|去年|20\d\d年)?的?(?P<m2>{_M})月份?",
        zh.months,
    ),
    rule(
        "月",
        rf"(?:{_Y})?(?<![\d/.:第几一二三四五六七八九十])(?P<m>[一二三四五六七八九])(?P<m2>[二三四五六七八九])月份?",
        zh.months,
    ),
    rule("半月", rf"(?:(?:{_Y})?(?P<m>{_M})月份?的?|(?P<which>上个?月|本月|这个月)的?)?(?P<h>上|下)半月", zh.half_month),
    rule(
        "月",
        rf"(?:{_Y})?(?<![\d/.:])(?P<m>{_M})月(?P<d>{_D})(?:[号日]|(?![\d一二三四五六七八九十个月万千百%.元块天周]))",
        zh.day,
    ),
    rule("月", rf"(?:{_Y})?(?<![\d/.:])(?P<m>{_M})月(?P<d>{_D})[号日]?{_TO}(?:(?P<m2>{_M})月)?(?P<d2>{_D})[号日]", zh.days),
    rule("月", rf"(?P<which>本月|这个月|上个?月)的?(?P<d>{_D})[号日]", zh.day_of_month),
    rule(
        "号",
        rf"(?<![\d月第一二三四五六七八九十])(?P<which>)(?P<d>{_D})号(?![店线楼门机客码仓坐桌员会产商台款车])",
        zh.day_of_month,
    ),
    rule(
        "季",
        rf"(?:{_Y})?(?:第(?P<q>{_Q})个?季度?|(?<![近前后一二三四五六七八九十\d过几])(?P<q3>{_Q})季度?)(?!节)",
        zh.quarter,
    ),
    rule("季", rf"(?:{_Y})?(?P<q>{_Q})(?:(?:季度?)?{_TO}|、?)(?P<q2>{_Q})季度?(?!节)", zh.quarter),
    rule("q", rf"(?:{_Y})\s*q(?P<q>[1-4])(?![a-z0-9])", zh.quarter),
    rule("最后", rf"(?:{_Y})(?P<last>最后一个?季度)(?P<q>x)?", zh.quarter),
    rule("半年", rf"(?:{_Y})?(?P<h>上|下|前|后)半年度?", zh.half),
    rule("h", rf"(?:{_Y})\s*h(?P<h>[12])(?![a-z0-9])", zh.half),
    rule(
        "周 星期 礼拜",
        r"(?P<which>上上个?|上一个|上个|上|这个|这|本|下下个?|下个|下)?(?:周|星期|礼拜)(?P<d>[一二三四五六日天])"
        r"(?![个]|(?:到|至|-)(?:周|星期|礼拜)|般|共|起|些)(?<!到周.)(?<!至周.)",
        zh.weekday,
    ),
    rule("周末 双休日", r"(?P<which>上上个?|上一个|上个|上|这个|这|本|下个|下)?(?:周末|双休日)", zh.weekend),
    rule(
        "初 头 中 底 末",
        r"(?P<which>本|这个|这|上个|上|去年?|今年?|下个|下|明年?|前年?|当)?(?P<unit>季度|季|年|月|周(?=初))"
        r"(?P<part>初|头|中旬|中|底|末)(?![期中端部])",
        zh.edge,
    ),
    rule(
        "春 夏 秋 冬 暑",
        rf"(?:{_Y}|(?P<which>上个?|这个?))?(?P<s>春季|夏季|秋季|冬季|春天|夏天|秋天|冬天|暑假|暑期|开春)"
        r"(?!款|装|促销|活动|大促|新品|上新|特卖|系列|推广|清仓|备货|拉新)",
        zh.season,
    ),
    rule(
        "",
        rf"(?:{_Y}|(?P<which>上个|上一个|上次|刚过去的|刚过的|下个|下次))?的?"
        rf"(?P<name>{'|'.join(pattern for pattern, _ in HOLIDAYS)}){_HOLIDAY_AFTER}",
        holiday_builder(HOLIDAYS, zh.which_of, zh.year_of),
    ),
    rule("第", rf"(?:{_Y})?第(?P<w>\d{{1,2}}|[一二三四五六七八九十]+)周", zh.week_number),
    rule(
        "剩 余下",
        r"(?:今年|本年度?|这个?季度|本季度?|本月|这个月)?(?:剩下|剩余|余下)的?(?:时间|日子|这?几个月|几天|月份)",
        zh.rest,
    ),
    rule(
        "",
        r"有史以来|历史(?:以来|累计)|自?(?:开业|开店|成立|建店|创立|上线)以来|自(?:开业|开店|成立|上线)起|全部时间|所有时间"
        r"|从一开始",
        all_time,
    ),
    rule("", rf"{_FREE}(?<!\d[\-~])(?<!\d、)(?P<n>{_N})\s*(?P<unit>{_UNIT})(?P<half>半)?(?![级岁龄线初末份])", zh.length),
    rule("", rf"{_FREE}(?P<n>\d+)(?:天|日)?{_TO}(?P<n2>\d+)\s*(?P<unit>{_UNIT})(?![级岁龄线初末份])", zh.length),
)
