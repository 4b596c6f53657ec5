"""The script that Streamlit runs for every page. It stands apart from assistant/ui: Streamlit takes whatever is in a folder
`pages` beside its script for pages of their own."""

from __future__ import annotations

from assistant.ui.app import main

main()
