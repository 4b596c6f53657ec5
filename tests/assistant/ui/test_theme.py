"""The looks stand in one place, and the file for `streamlit run` says the same."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import streamlit

from assistant.access.settings_file import MEGABYTES, AccessSettings
from assistant.answering.charts import PALETTE
from assistant.ui.pictures import themed
from assistant.ui.theme import DARK_STAND_IN, FONT, SERVER_CONFIG, uploader_style

_FILE = Path(__file__).parents[3] / ".streamlit" / "config.toml"


def _flat(tree: dict[str, Any], before: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in tree.items():
        out |= _flat(value, f"{before}{key}.") if isinstance(value, dict) else {f"{before}{key}": value}
    return out


def test_the_file_says_what_the_server_sets() -> None:
    told = _flat(tomllib.loads(_FILE.read_text(encoding="utf-8")))
    assert told.pop("server.address") == "127.0.0.1"
    assert told == SERVER_CONFIG


def test_nothing_is_sent_away_and_no_trace_is_shown() -> None:
    assert SERVER_CONFIG["browser.gatherUsageStats"] is False
    assert SERVER_CONFIG["client.showErrorDetails"] == "none"


def test_the_server_takes_files_as_large_as_the_page_offers_to_take() -> None:
    assert SERVER_CONFIG["server.maxUploadSize"] == MEGABYTES == AccessSettings().upload_megabytes


def test_the_words_of_the_uploader_are_those_of_the_page() -> None:
    style = uploader_style("files", {"pick": '选择"文件"', "limit": "</style><b>", "drop": "c", "refused": "d"})
    assert 'content: "选择\\"文件\\""' in style
    assert style.count("</style>") == 1
    assert style.count(".st-key-files") == 7


def test_the_parts_of_the_uploader_that_are_restyled_are_there_in_the_installed_streamlit() -> None:
    """Another version of Streamlit may call them otherwise; the English words would be back then."""
    scripts = (Path(streamlit.__file__).parent / "static" / "static" / "js").glob("*.js")
    code = "".join(path.read_text(encoding="utf-8") for path in scripts if path.name.startswith(("FileUploader.", "utils.")))
    wanted = ("stFileUploaderDropzone`", "stFileUploaderDropzoneInstructions", "stFileChip`", '"aria-invalid"')
    assert [part for part in wanted if part not in code] == []


def test_chinese_has_fonts_on_every_system_and_none_is_fetched() -> None:
    assert all(name in FONT for name in ("Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei"))
    assert "http" not in FONT


def _luminance(colour: str) -> float:
    def part(text: str) -> float:
        value = int(text, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return 0.2126 * part(colour[1:3]) + 0.7152 * part(colour[3:5]) + 0.0722 * part(colour[5:7])


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_text_can_be_read_in_both_themes() -> None:
    for theme in ("light", "dark"):
        page, side, text, link = (
            SERVER_CONFIG[f"theme.{theme}.{name}"] for name in ("backgroundColor", "secondaryBackgroundColor", "textColor", "linkColor")
        )
        assert min(_contrast(text, page), _contrast(text, side)) >= 7
        assert min(_contrast(link, page), _contrast(link, side)) >= 4.5


def test_every_colour_of_a_chart_shows_on_the_dark_page() -> None:
    chart = {"mark": "bar", "data": {"values": [{"colour": "#000000"}]}, "config": {"range": {"category": list(PALETTE)}}}
    drawn = themed(chart, dark=True)
    page = SERVER_CONFIG["theme.dark.backgroundColor"]
    assert all(_contrast(colour, page) >= 3 for colour in drawn["config"]["range"]["category"])
    assert drawn["data"] == chart["data"]
    assert themed(chart, dark=False)["config"]["range"]["category"] == list(PALETTE)
    assert set(DARK_STAND_IN) <= set(PALETTE)
