"""The looks of the page and what the server sets: one place, because .streamlit/config.toml is only found from its own folder.

`.streamlit/config.toml` says the same for `streamlit run`; a test holds the two together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

#: Latin letters from the font that Streamlit brings, Chinese ones from whichever of these the machine has. A Chinese font alone
#: would set English quotation marks as wide as a Chinese character.
FONT = "'Source Sans', 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
#: Black, one of the eight colours of charts, cannot be seen on a dark page.
DARK_STAND_IN = {"#000000": "#BDBDBD"}

_LIGHT = {
    "primaryColor": "#0067A3", "backgroundColor": "#FFFFFF", "secondaryBackgroundColor": "#F3F5F7", "textColor": "#1D2530",
    "borderColor": "#D5DBE1", "linkColor": "#0067A3",
}
_DARK = {
    "primaryColor": "#56B4E9", "backgroundColor": "#14181D", "secondaryBackgroundColor": "#20262D", "textColor": "#E6EAEE",
    "borderColor": "#3A434D", "linkColor": "#7CC4EF",
}
_BOTH: dict[str, Any] = {"font": FONT, "headingFont": FONT, "baseRadius": "0.5rem", "baseFontSize": 16}

#: "server.maxUploadSize" is what the settings file changes: see `settings_file.MEGABYTES`, and `server.serve`.
SERVER_CONFIG: dict[str, Any] = {
    "server.maxUploadSize": 500,
    "server.headless": True,
    # Else every run of a page, also that of a timer, looks through all objects of the process, model library included, for a
    # quarter of a second, and twenty open tabs that nobody uses keep a processor busy.
    "runner.postScriptGC": False,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "server.fileWatcherType": "none",
    "logger.level": "warning",
    **{f"theme.{name}": value for name, value in _BOTH.items()},
    **{f"theme.light.{name}": value for name, value in _LIGHT.items()},
    **{f"theme.dark.{name}": value for name, value in _DARK.items()},
}

#: What the theme cannot say: the headline, chips as small as words, small print that stands out enough, room on a phone.
STYLE = """
<style>
[class*="st-key-headline-"] h3 { font-size: 1.3rem; line-height: 1.4; font-weight: 650; padding: 0; overflow-wrap: anywhere; }
[class*="st-key-chips-"] button { min-height: 1.9rem; padding: 0.1rem 0.6rem; border-radius: 1rem; }
[class*="st-key-chips-"] button p { font-size: 0.85rem; }
[class*="st-key-assumed-"] button { border-style: dashed; }
[class*="st-key-taken-"] { margin-left: -0.4rem; }
[class*="st-key-taken-"] button { padding: 0.1rem 0.3rem; }
[class*="st-key-way-"] button { padding: 0; min-height: 1.5rem; }
[class*="st-key-voice-table-"] :is(th, td) { min-width: 5.5rem; }
[class*="st-key-turn-"], .st-key-welcome { scroll-margin-top: 4rem; }
.st-key-conversations button > div { justify-content: flex-start; text-align: left; }
[data-testid="stMainBlockContainer"] { padding-top: 3.5rem; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { color: inherit; }
[data-testid="stCaptionContainer"] { opacity: 0.75; }
[data-testid="stHtml"] a { color: inherit; font-size: 0.875rem; }
[data-testid="stChatMessage"] { gap: 0.6rem; }
[data-testid="stChatMessageContent"] { min-width: 0; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding-left: 0.9rem; padding-right: 0.9rem; }
  [data-testid="stChatMessageAvatarCustom"] { display: none; }
  [class*="st-key-headline-"] h3 { font-size: 1.15rem; }
}
</style>
"""

#: Shows a part of the page from its beginning, such as a turn from its question on, also while its chart is still growing: the
#: page would else stay at the end of a long answer, below its figure. Streamlit itself scrolls to the end of a chat while it
#: grows, so that a scroll right after it has grown is taken back. Whoever scrolls or types is left alone.
SCROLL = """
<script>
(() => {{
  const part = document.querySelector(".st-key-{part}");
  if (!part) return;
  let grew = 0;
  const show = () => part.scrollIntoView({{ block: "start" }});
  const back = () => {{ if (Date.now() - grew < 1000) show(); }};
  const grown = new ResizeObserver(() => {{ grew = Date.now(); show(); }});
  const leave = () => {{ grown.disconnect(); removeEventListener("scroll", back, true); }};
  grown.observe(part);
  addEventListener("scroll", back, true);
  const acts = ["wheel", "touchstart", "keydown", "mousedown"];
  acts.forEach((act) => addEventListener(act, leave, {{ once: true, passive: true }}));
  [0, 200, 600].forEach((wait) => setTimeout(show, wait));
  setTimeout(leave, 15000);
}})();
</script>
"""

#: The uploader's own words are English in every language and cannot be set: they give way to those of the page. A file that was
#: not taken is marked by the uploader and explained in its tooltip only, so the sentence below it is ours, too.
_UPLOADER = """
<style>
.st-key-{key} [data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] p,
.st-key-{key} [data-testid="stFileUploaderDropzoneInstructions"] span,
.st-key-{key} [data-testid="stFileUploaderDropzone"] > div > span {{ font-size: 0; }}
.st-key-{key} [data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] p::after
  {{ content: {pick}; font-size: 1rem; }}
.st-key-{key} [data-testid="stFileUploaderDropzoneInstructions"] span::after {{ content: {limit}; font-size: 0.875rem; }}
.st-key-{key} [data-testid="stFileUploaderDropzone"] > div > span::after {{ content: {drop}; font-size: 0.875rem; }}
.st-key-{key}:has([data-testid="stFileChip"][aria-invalid="true"])::after {{ content: {refused}; font-weight: 600; }}
</style>
"""


def uploader_style(key: str, words: Mapping[str, str]) -> str:
    """The looks of the uploader in the container `key`, with the words for pick, limit, drop and refused."""
    quoted = {name: json.dumps(text, ensure_ascii=False).replace("<", "\\3c ") for name, text in words.items()}
    return _UPLOADER.format(key=key, **quoted)
