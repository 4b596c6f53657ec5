"""From computed figures to what is said and drawn: wording, tables, charts, receipts, follow-ups, refusals."""

from assistant.answering.compose import compose
from assistant.answering.help import help_answer
from assistant.answering.outcomes import ask_slot, clarify, declined, failed, no_data

__all__ = ["ask_slot", "clarify", "compose", "declined", "failed", "help_answer", "no_data"]
