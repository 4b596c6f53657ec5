"""The demo company: a made-up international shop, all canonical tables over three years, with planted truths.

`generate` makes the tables, `hashes` fingerprints them, `truths` says what an analysis must find in them.
"""

from __future__ import annotations

from analytics.ingest.demo.company import DemoError, Planted, generate, hashes, planted

__all__ = ["DemoError", "Planted", "generate", "hashes", "planted"]
