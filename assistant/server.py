"""The web application: one ASGI server for the chat page and for /healthz.

Starts warming the assistant in the background, so that the page is there before the encoder is.
"""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from assistant.ui.state import DB_VARIABLE, current

_PAGE = Path(__file__).parent / "ui" / "app.py"
_SERVER_CONFIG: dict[str, Any] = {
    "server.headless": True,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "server.fileWatcherType": "none",
    "theme.light.primaryColor": "#0072B2",
    "theme.dark.primaryColor": "#56B4E9",
    "logger.level": "warning",
}


async def healthz(_: Request) -> JSONResponse:
    """200 as soon as questions can be asked; 503 while the data set cannot be opened."""
    state = current()
    if state.problem:
        return JSONResponse({"status": "broken", "problem": state.problem}, status_code=503)
    return JSONResponse({"status": "ok", "encoder": "ready" if state.ready else "loading", "data_version": state.version})


@asynccontextmanager
async def _warm(_: st.App) -> AsyncIterator[dict[str, Any] | None]:
    threading.Thread(target=current().warm, name="warm", daemon=True).start()
    yield None


def create_app(db: Path) -> st.App:
    """The application on one data set."""
    os.environ[DB_VARIABLE] = str(db)
    return st.App(_PAGE, lifespan=_warm, routes=[Route("/healthz", healthz)])


def serve(db: Path, host: str, port: int) -> None:
    """Runs the application until it is stopped."""
    create_app(db).run(config=_SERVER_CONFIG | {"server.address": host, "server.port": port})
