"""The numbers of Askwell: tables, dates, metrics and models. Knows nothing of language, charts or pages."""
