"""A workspace on a clock that the test turns."""

from tests.assistant.workspace.conftest import clock, workspace

__all__ = ["clock", "workspace"]
