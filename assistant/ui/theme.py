"""The looks of the page and what the server sets: one place, because .streamlit/config.toml is only found from its own folder.

`.streamlit/config.toml` says the same for `streamlit run`; a test holds the two together.
"""

from __future__ import annotations

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

SERVER_CONFIG: dict[str, Any] = {
    "server.headless": True,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "server.fileWatcherType": "none",
    "logger.level": "warning",
    **{f"theme.{name}": value for name, value in _BOTH.items()},
    **{f"theme.light.{name}": value for name, value in _LIGHT.items()},
    **{f"theme.dark.{name}": value for name, value in _DARK.items()},
}

#: What the theme cannot say: the headline, chips as small as words, room on a phone.
STYLE = """
<style>
[class*="st-key-headline-"] h3 { font-size: 1.3rem; line-height: 1.4; font-weight: 650; padding: 0; overflow-wrap: anywhere; }
[class*="st-key-chips-"] button { min-height: 1.9rem; padding: 0.1rem 0.6rem; border-radius: 1rem; }
[class*="st-key-chips-"] button p { font-size: 0.85rem; }
[class*="st-key-assumed-"] button { border-style: dashed; }
[class*="st-key-taken-"] { margin-left: -0.4rem; }
[class*="st-key-taken-"] button { padding: 0.1rem 0.3rem; }
[class*="st-key-way-"] button { padding: 0; min-height: 1.5rem; }
[class*="st-key-turn-"], .st-key-welcome { scroll-margin-top: 4rem; }
.st-key-conversations button > div { justify-content: flex-start; text-align: left; }
[data-testid="stMainBlockContainer"] { padding-top: 3.5rem; }
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
#: page would else stay at the end of a long answer, below its figure. Whoever scrolls or types is left alone.
SCROLL = """
<script>
(() => {{
  const part = document.querySelector(".st-key-{part}");
  if (!part) return;
  const show = () => part.scrollIntoView({{ block: "start" }});
  const grown = new ResizeObserver(show);
  const leave = () => grown.disconnect();
  grown.observe(part);
  const acts = ["wheel", "touchstart", "keydown", "mousedown"];
  acts.forEach((act) => addEventListener(act, leave, {{ once: true, passive: true }}));
  [0, 200, 600].forEach((wait) => setTimeout(show, wait));
  setTimeout(leave, 4000);
}})();
</script>
"""
