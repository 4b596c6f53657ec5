"""Numbers spelt in words, English and Chinese: from "two hundred and five" and 两千三 to their values. Finds nothing."""

from __future__ import annotations


def listed(words: str) -> list[str]:
    """The words of a text, for tables that read better as a line."""
    return words.split()


EN_ONES: dict[str, int] = {
    word: value
    for value, word in enumerate(
        listed(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
            "eighteen nineteen"
        )
    )
}
EN_TENS: dict[str, int] = {
    word: 10 * value for value, word in enumerate(listed("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
} | {"fourty": 40, "fivty": 50}
EN_SCALES: dict[str, int] = {"hundred": 100, "thousand": 1_000, "grand": 1_000, "million": 10**6, "billion": 10**9, "dozen": 12}
EN_ORDINALS: dict[str, int] = {
    word: value
    for value, word in enumerate(
        listed(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
            "sixteenth seventeenth eighteenth nineteenth twentieth"
        ),
        start=1,
    )
} | {"thirtieth": 30, "hundredth": 100}

ZH_DIGITS: dict[str, int] = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "俩": 2, "仨": 3, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}
ZH_UNITS: dict[str, int] = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
ZH_SCALES: dict[str, int] = {"万": 10**4, "亿": 10**8}
#: Characters a Chinese numeral is made of, for character classes.
ZH_NUMERAL = "".join([*ZH_DIGITS, *ZH_UNITS, *ZH_SCALES]).replace("俩", "").replace("仨", "")


def english_number(words: str) -> float | None:
    """The value of a number in words ("two hundred and five", "a dozen", "half a million"), or None."""
    total, group, seen = 0.0, 0.0, False
    for word in words.lower().replace("-", " ").split():
        if word in ("and", "of"):
            continue
        if word in ("a", "an"):
            group = group or 1.0
        elif word in ("half",):
            group, seen = 0.5, True
        elif word in ("couple", "pair"):
            group, seen = 2.0, True
        elif word in EN_ONES or word in EN_TENS:
            group, seen = group + EN_ONES.get(word, EN_TENS.get(word, 0)), True
        elif word.rstrip("s") in EN_SCALES:
            scale, seen = EN_SCALES[word.rstrip("s")], True
            if scale in (100, 12):
                group = (group or 1.0) * scale
            else:
                total, group = total + (group or 1.0) * scale, 0.0
        elif word in EN_ORDINALS:
            group, seen = group + EN_ORDINALS[word], True
        else:
            return None
    return total + group if seen else None


def chinese_number(text: str) -> float | None:
    """The value of a Chinese numeral (一百零五, 两千三 = 2300, 一万五 = 15000, 二〇二五 = 2025), or None."""
    if not text:
        return None
    if all(char in ZH_DIGITS for char in text):
        return float("".join(str(ZH_DIGITS[char]) for char in text))
    total, section, digit, last_unit = 0, 0, 0, 1
    for index, char in enumerate(text):
        if char in ZH_DIGITS:
            digit = ZH_DIGITS[char]
            if char in "零〇":
                last_unit = 1
            elif index == len(text) - 1 and last_unit >= 100:
                section, digit = section + digit * last_unit // 10, 0
        elif char in ZH_UNITS:
            unit = ZH_UNITS[char]
            section, digit, last_unit = section + (digit or 1) * unit, 0, unit
        elif char in ZH_SCALES:
            scale = ZH_SCALES[char]
            total = (total + section + digit) * scale if scale == 10**8 else total + (section + digit or 1) * scale
            section, digit, last_unit = 0, 0, scale
        else:
            return None
    return float(total + section + digit)
