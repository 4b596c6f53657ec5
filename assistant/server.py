"""The web application: one ASGI server for the chat page, for shared answers under /s/ and for /healthz.

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
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from assistant.access import gate
from assistant.access.sign_in import SignIn
from assistant.sharing.web import shared_page
from assistant.ui.faults import told
from assistant.ui.state import DB_VARIABLE, current, workspace
from assistant.ui.theme import SERVER_CONFIG

_PAGE = Path(__file__).parent / "page.py"


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
    routes = [Route("/healthz", healthz), Route("/s/{token}", shared_page(workspace()))]
    return st.App(_PAGE, lifespan=_warm, routes=routes, middleware=[Middleware(SignIn)], on_script_error=told)


def serve(db: Path, host: str, port: int) -> None:
    """Runs the application until it is stopped. Raises AccessError where nobody could sign in from another machine."""
    gate.prepare(host)
    create_app(db).run(config=SERVER_CONFIG | {"server.address": host, "server.port": port})
