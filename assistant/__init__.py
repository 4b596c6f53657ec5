"""The conversation of Askwell: understanding, wording, charts, the page and the command line."""
