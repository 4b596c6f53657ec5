"""The web application: one ASGI server for the chat page, for its suggestions and for commands of this machine under /api/, for
shared answers under /s/ and for /healthz.

Starts warming the assistant in the background, so that the page is there before the encoder is.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from assistant.access import gate
from assistant.access.door import ASK, Door, door, opened
from assistant.access.sign_in import SignIn
from assistant.local_api import asked
from assistant.settings import data_folder
from assistant.sharing.web import shared_page
from assistant.suggest_api import SUGGEST, suggested
from assistant.suggesting import Suggesting
from assistant.ui.faults import told
from assistant.ui.state import DB_VARIABLE, current, workspace
from assistant.ui.theme import SERVER_CONFIG
from assistant.version import version

_PAGE = Path(__file__).parent / "page.py"
#: Seconds after which a thread that computes lets another one go on. A page is drawn in hundreds of small messages, after each of
#: which it would wait for as long as that: with Python's five milliseconds one answer slows down the pages of all others.
_TURN = 0.0005


def health(door: Door | None) -> Callable[[Request], Any]:
    """The handler of /healthz: 200 as soon as questions can be asked; 503 while the data set cannot be opened. `instance` tells
    a command that found the door of this server whether it is still this one."""

    async def respond(_: Request) -> JSONResponse:
        state = current()
        if state.problem:
            return JSONResponse({"status": "broken", "problem": state.problem}, status_code=503)
        encoder = "ready" if state.ready else "loading"
        instance = door.instance if door else ""
        return JSONResponse({"status": "ok", "encoder": encoder, "data_version": state.version, "instance": instance})

    return respond


def _life(door: Door | None) -> Callable[[st.App], AbstractAsyncContextManager[dict[str, Any] | None]]:
    """What is done while the server runs: the data set is opened ahead of the first question, and the door is open."""

    @asynccontextmanager
    async def live(_: st.App) -> AsyncIterator[dict[str, Any] | None]:
        threading.Thread(target=current().warm, name="warm", daemon=True).start()
        with opened(door, data_folder()):
            yield None

    return live


def create_app(db: Path, door: Door | None = None) -> st.App:
    """The application on one data set; with a door it answers commands of this machine, too."""
    os.environ[DB_VARIABLE] = str(db)
    routes = [
        Route("/healthz", health(door)),
        Route("/s/{token}", shared_page(workspace())),
        Route(ASK, asked(door, lambda: current().assistant()), methods=["POST"]),
        Route(SUGGEST, suggested(Suggesting(lambda: current().assistant())), methods=["POST"]),
    ]
    return st.App(_PAGE, lifespan=_life(door), routes=routes, middleware=[Middleware(SignIn)], on_script_error=told)


def serve(db: Path, host: str, port: int) -> None:
    """Runs the application until it is stopped. Raises AccessError where nobody could sign in from another machine."""
    sys.setswitchinterval(_TURN)
    known = gate.prepare(host).settings
    here = {"server.address": host, "server.port": port, "server.maxUploadSize": known.upload_megabytes}
    create_app(db, door(host, port, db, version())).run(config=SERVER_CONFIG | here)
