"""Signing in: an ASGI middleware in front of everything, with the pages to sign in and out.

Every path and every websocket needs somebody who is signed in, except /healthz, shared pages below /s/, the door of this
machine's commands and the pages of this module. Owns what a request is answered before the application sees it; who is who is
the gate's matter.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant import paths
from assistant.access.bodies import body_of
from assistant.access.door import ASK
from assistant.access.errors import AccessError, words
from assistant.access.gate import COOKIE, Gate, current, is_loopback, role_of
from assistant.answer import LANGUAGES, Language

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
#: What anybody may read: whether the server is up, and what was shared by link.
HEALTH, SHARED = "/healthz", "/s/"
_MOST_BYTES = 8_192
#: A password takes 32 MB and a third of a second; two at a time leave the machine to the others.
_CHECKS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")
#: Close codes of websockets: not allowed, and a fault of ours.
_NOT_ALLOWED, _FAULT = 1008, 1011


class SignIn:
    """The middleware. `gate` is asked for on every request, so that a server can be prepared after it was made."""

    def __init__(self, app: ASGIApp, gate: Callable[[], Gate] = current) -> None:
        self.app = app
        self.gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            code = self._websocket_refusal(HTTPConnection(scope))
            if code is None:
                await self.app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": code, "reason": ""})
        else:
            request = Request(scope, receive)
            reply = await self._reply(request)
            await (self.app if reply is None else reply)(scope, receive, send)

    def _websocket_refusal(self, asked: HTTPConnection) -> int | None:
        """The code to close with; None where the application may accept."""
        try:
            gate = self.gate()
            admitted = gate.person(asked.cookies) is not None and not (gate.is_open and not is_local(asked))
        except AccessError:
            return _FAULT
        return None if admitted else _NOT_ALLOWED

    async def _reply(self, request: Request) -> Response | None:
        """What is answered here; None where the application answers."""
        path = request.scope["path"]
        if is_public(path) or (path, request.method) == (ASK, "POST"):
            # The door of this machine's own commands asks for a token of its own.
            return None
        try:
            gate = self.gate()
            if path == SIGN_IN:
                return await _sign_in(request, gate)
            if path == SIGN_OUT:
                return await _sign_out(request, gate)
            if gate.person(request.cookies) is None:
                return _sign_in_first(request)
            return _not_from_elsewhere(request) if gate.is_open and not is_local(request) else None
        except AccessError as fault:
            return _text(words(fault, language_of(request)), 503)


def is_public(path: str) -> bool:
    """Whether a path is there for anybody. Dots that climb out of /s/ do not count as being below it."""
    if path == HEALTH:
        return True
    inside = path.removeprefix(SHARED).split("/")
    return path.startswith(SHARED) and all(part not in ("", ".", "..") and "\\" not in part for part in inside)


async def _sign_in(request: Request, gate: Gate) -> Response:
    onward = local_path(request.query_params.get("next"))
    if request.method in ("GET", "HEAD"):
        if gate.person(request.cookies) is not None:
            return RedirectResponse(onward, 303)
        return _page(request, "form", onward=onward)
    if (refused := _not_ours(request, gate)) is not None:
        return refused
    given = await _form(request)
    if given is None:
        return _text(_texts()["too_long"][language_of(request)], 413)
    onward = local_path(given.get("next"))
    address = request.client.host if request.client else ""
    loop = asyncio.get_running_loop()
    name, password = given.get("name", ""), given.get("password", "")
    entry = await loop.run_in_executor(_CHECKS, gate.sign_in, name, password, address)
    if entry.cookie:
        reply = RedirectResponse(onward, 303)
        _set_cookie(reply, request, gate, entry.cookie)
        return reply
    if entry.wait:
        seconds = math.ceil(entry.wait)
        page = _page(request, "form", 429, problem="wait", seconds=seconds, onward=onward, name=name)
        page.headers["Retry-After"] = str(seconds)
        return page
    return _page(request, "form", 401, problem="wrong", onward=onward, name=name)


async def _sign_out(request: Request, gate: Gate) -> Response:
    if request.method in ("GET", "HEAD"):
        person = gate.person(request.cookies)
        return _page(request, "leave", who=person.name) if person and person.name else RedirectResponse("/", 303)
    if (refused := _not_ours(request, gate)) is not None:
        return refused
    gate.sessions.end(request.cookies.get(COOKIE))
    reply = RedirectResponse(SIGN_IN, 303)
    reply.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return reply


def _not_ours(request: Request, gate: Gate) -> Response | None:
    """The refusal of a form that another site sent, or of another method than POST."""
    if request.method != "POST":
        return PlainTextResponse("", 405, headers={"Allow": "GET, HEAD, POST"})
    if _from_here(request, gate):
        return None
    return _text(_texts()["other_site"][language_of(request)], 403)


def _from_here(request: Request, gate: Gate) -> bool:
    """Whether a form comes from a page of this server. Browsers say so; whatever sends neither header is no browser."""
    fetched_from = request.headers.get("sec-fetch-site")
    if fetched_from is not None:
        return fetched_from in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc == request.headers.get("host") or origin == gate.settings.public_url


async def _form(request: Request) -> Mapping[str, str] | None:
    """The fields of a posted form, None for one that is larger than any sign-in."""
    body = await body_of(request, _MOST_BYTES)
    if body is None:
        return None
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def _set_cookie(reply: Response, request: Request, gate: Gate, cookie: str) -> None:
    public = urlsplit(gate.settings.public_url)
    encrypted = request.url.scheme == "https" or (public.scheme == "https" and public.netloc == request.headers.get("host"))
    reply.set_cookie(
        COOKIE, cookie, max_age=gate.sessions.seconds, path="/", secure=encrypted, httponly=True, samesite="strict"
    )


def _sign_in_first(request: Request) -> Response:
    """Sends a browser to the page to sign in, and tells anything else that it has to.

    A page that moves on is used rather than a redirect: who follows a link from elsewhere sends no strict cookie along, but
    does on the way from this page, and is let through if signed in.
    """
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    to_look_at = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if not to_look_at:
        return _text(_texts()["sign_in_first"][language_of(request)], 401)
    return _page(request, "moved", 401, onward=local_path(target))


def is_local(asked: HTTPConnection) -> bool:
    """Whether a request was made on this machine and to this machine's own name: neither through a proxy nor by a page whose
    name was made to point here."""
    try:
        named = urlsplit(f"//{asked.headers.get('host', '')}").hostname or ""
    except ValueError:
        return False
    return is_loopback(named) and (asked.client is None or is_loopback(asked.client.host))


def _not_from_elsewhere(request: Request) -> Response:
    return _text(_texts()["only_here"][language_of(request)], 403)


def local_path(path: str | None) -> str:
    """A path of this server to go on to; the start page for anything else."""
    wanted = path or "/"
    outside = not wanted.startswith("/") or wanted[1:2] in ("/", "\\") or "\\" in wanted or not wanted.isprintable()
    return "/" if outside or wanted.startswith((SIGN_IN, SIGN_OUT)) else wanted


def language_of(request: Request) -> Language:
    """The language of these pages: as chosen in the address, else the one that the browser names first."""
    chosen = request.query_params.get("lang")
    for language in LANGUAGES:
        if chosen == language:
            return language
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"


@lru_cache(maxsize=1)
def _texts() -> Mapping[str, Mapping[Language, str]]:
    return dict(yaml.safe_load((paths.templates() / "sign_in.yaml").read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def _pages() -> Environment:
    return Environment(loader=FileSystemLoader(paths.templates()), autoescape=True, undefined=StrictUndefined)


def _page(request: Request, kind: str, status: int = 200, **context: Any) -> Response:
    """One of the pages: form (to sign in), moved (on to the form), leave (to sign out)."""
    language, nonce = language_of(request), secrets.token_urlsafe(12)
    given: dict[str, Any] = {"problem": "", "seconds": 0, "onward": "/", "name": "", "who": "", **context}
    # Where to go on to and the language travel in the address, so that they are kept when the language is changed.
    links = {other: f"{SIGN_IN}?{urlencode({'lang': other, 'next': given['onward']})}" for other in LANGUAGES}
    said = {name: entry[language] for name, entry in _texts().items()}
    html = _pages().get_template("sign_in.html.j2").render(
        kind=kind, language=language, nonce=nonce, said=said, links=links, sign_in=SIGN_IN, sign_out=SIGN_OUT,
        moved=f"{SIGN_IN}?next={quote(given['onward'], safe='')}", **given,
    )
    return HTMLResponse(html, status, headers=_guarded(nonce))


def _guarded(nonce: str) -> dict[str, str]:
    """Headers that keep these pages from being framed, stored or made to load anything."""
    rules = f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    return {
        "Content-Security-Policy": rules, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }


def _text(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})


__all__ = ["SIGN_IN", "SIGN_OUT", "SignIn", "is_local", "is_public", "language_of", "local_path", "role_of"]
