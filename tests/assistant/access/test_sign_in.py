"""Signing in: nothing is reached without, cookies that were forged or are over open nothing, and guessing gets slow."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from assistant.access import gate, sessions, users
from assistant.access.attempts import FREE, LONGEST, Attempts
from assistant.access.errors import AccessError, words
from assistant.access.gate import COOKIE, Gate
from assistant.access.sessions import Sessions, signing_key
from assistant.access.settings_file import AccessSettings
from assistant.access.sign_in import SignIn, is_public, local_path
from tests.assistant.access.conftest import PASSWORD

HERE = "http://127.0.0.1:8501"


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


async def page(request: Request) -> Response:
    return PlainTextResponse(f"page {request.url.path}")


async def stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("open")
    await socket.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def made(home: Path, clock: Clock) -> Gate:
    """The gate of a server on this machine, without users yet."""
    return made_gate(home, clock)


def made_gate(home: Path, clock: Clock, host: str = "127.0.0.1", **settings: Any) -> Gate:
    known = AccessSettings(**settings)
    return Gate(home, host, known, Sessions(signing_key(home), known.session_hours, clock), Attempts(clock))


def browser(over: Gate, base_url: str = HERE, address: str = "127.0.0.1", **options: Any) -> TestClient:
    """A client of a small application behind the middleware."""
    routes = [Route("/{path:path}", page, methods=["GET", "POST", "PUT"]), WebSocketRoute("/{path:path}", stream)]
    app = SignIn(Starlette(routes=routes), lambda: over)
    return TestClient(app, base_url=base_url, client=(address, 50_000), follow_redirects=False, **options)


@pytest.fixture
def ann(home: Path, made: Gate) -> TestClient:
    """The browser of somebody who has not signed in to a server that has a user."""
    users.add(home, "Ann", "owner", PASSWORD)
    return browser(made)


def socket_of(client: TestClient, path: str = "/_stcore/stream") -> Any:
    """A websocket to the server by the client's own name for it."""
    return client.websocket_connect(f"{str(client.base_url).rstrip('/').replace('http', 'ws', 1)}{path}")


def sign_in(client: TestClient, name: str = "ann", password: str = PASSWORD, **form: str) -> Any:
    return client.post("/sign-in", data={"name": name, "password": password, **form})


# who gets in


def test_without_users_on_this_machine_nobody_has_to_sign_in_and_is_of_the_default_role(made: Gate) -> None:
    assert browser(made).get("/").text == "page /"
    with socket_of(browser(made)) as socket:
        assert socket.receive_text() == "open"
    assert gate.role_of({}, lambda: made) == made.settings.roles["manager"]


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/media/x.png", "/healthz/", "/s", "/s/", "/sx/abc", "/S/abc", "/sign-in/x", "/s/../x"])
def test_every_path_needs_somebody_who_is_signed_in(ann: TestClient, path: str) -> None:
    assert ann.get(path).status_code == 401
    assert ann.post(path).status_code == 401
    assert ann.put(path).text == "Sign in first."


def test_the_health_check_and_shared_pages_are_there_for_anybody(ann: TestClient) -> None:
    assert ann.get("/healthz").text == "page /healthz"
    assert ann.get("/s/token").text == "page /s/token"


def test_the_door_of_this_machines_commands_has_a_lock_of_its_own_and_nothing_else_is_behind_it(ann: TestClient) -> None:
    assert ann.post("/api/ask").text == "page /api/ask"
    assert ann.get("/api/ask").status_code == 401
    assert ann.post("/api/ask/").status_code == 401
    assert ann.post("/api/other").status_code == 401


@pytest.mark.parametrize(
    ("path", "public"),
    [
        ("/healthz", True), ("/s/abc", True), ("/s/abc/chart.svg", True), ("/s/../_stcore/stream", False), ("/s//x", False),
        ("/s/", False), ("/s/./x", False), ("/s/a\\..\\x", False), ("/", False), ("/sign-in", False),
    ],
)
def test_what_is_public(path: str, public: bool) -> None:
    assert is_public(path) is public


@pytest.mark.parametrize("path", ["/_stcore/stream", "/s/token", "/healthz", "/sign-in"])
def test_a_websocket_is_refused_without_sign_in(ann: TestClient, path: str) -> None:
    with pytest.raises(WebSocketDisconnect) as refused, socket_of(ann, path):
        pass
    assert refused.value.code == 1008


def test_with_name_and_password_everything_is_there(ann: TestClient, made: Gate) -> None:
    reply = sign_in(ann, " ANN ", next="/?chat=1")
    assert (reply.status_code, reply.headers["location"]) == (303, "/?chat=1")
    assert ann.get("/").text == "page /"
    with socket_of(ann) as socket:
        assert socket.receive_text() == "open"
    assert gate.role_of(dict(ann.cookies), lambda: made) == made.settings.roles["owner"]
    person = made.person(dict(ann.cookies))
    assert person is not None
    assert person.name == "Ann"


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(ann: TestClient) -> None:
    cookie = sign_in(ann).headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"))
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_never_sent_in_the_clear(home: Path, clock: Clock) -> None:
    users.add(home, "ann", "owner", PASSWORD)
    direct = browser(made_gate(home, clock), "https://127.0.0.1")
    behind_a_proxy = browser(made_gate(home, clock, public_url="https://askwell.example.com"), "http://askwell.example.com")
    assert "Secure" in sign_in(direct).headers["set-cookie"]
    assert "Secure" in sign_in(behind_a_proxy).headers["set-cookie"]


@pytest.mark.parametrize(("name", "password"), [("ann", "wrong horse"), ("bob", PASSWORD), ("", ""), ("ann", ""), ("ann\x00", PASSWORD)])
def test_a_wrong_name_or_password_opens_nothing_and_does_not_say_which_was_wrong(ann: TestClient, name: str, password: str) -> None:
    reply = sign_in(ann, name, password)
    assert reply.status_code == 401
    assert "This name and password do not belong together." in reply.text
    assert "set-cookie" not in reply.headers
    assert ann.get("/").status_code == 401


def test_what_was_typed_is_shown_as_text(ann: TestClient) -> None:
    reply = sign_in(ann, '"><script>alert(1)</script>', "wrong horse", next='/"><script>')
    assert "<script>" not in reply.text


def test_a_form_larger_than_any_sign_in_is_refused(ann: TestClient) -> None:
    assert sign_in(ann, password="x" * 10_000).status_code == 413


# cookies that open nothing


def signed_in(client: TestClient) -> str:
    sign_in(client)
    return str(client.cookies[COOKIE])


def opens(over: Gate, cookie: str) -> bool:
    return browser(over, cookies={COOKIE: cookie}).get("/").status_code == 200


def test_a_session_ends_by_itself(ann: TestClient, made: Gate, clock: Clock) -> None:
    cookie = signed_in(ann)
    clock.now += 12 * 3600 - 1
    assert opens(made, cookie)
    clock.now += 1
    assert not opens(made, cookie)
    assert gate.role_of({COOKIE: cookie}, lambda: made) is None


def test_forged_cookies_open_nothing(ann: TestClient, made: Gate, home: Path, clock: Clock) -> None:
    cookie = signed_in(ann)
    content, _, signature = cookie.rpartition(".")
    # Not the last letter, some of whose bits mean nothing.
    other = "B" if signature.startswith("A") else "A"
    elsewhere = Sessions(b"x" * 32, 12, clock).begin("ann", users.read(home)["ann"].fingerprint)
    forged = ["", "x", ".", content, f"{content}.", f"{content}.{other}{signature[1:]}", f"{content}x.{signature}", f".{signature}", elsewhere, "ann"]
    assert opens(made, cookie)
    assert [one for one in forged if opens(made, one)] == []


def test_a_cookie_signed_here_for_another_purpose_opens_nothing(ann: TestClient, made: Gate, home: Path) -> None:
    from itsdangerous import URLSafeSerializer

    content = {"id": "x", "user": "ann", "password": users.read(home)["ann"].fingerprint, "ends": 9e12}
    assert not opens(made, URLSafeSerializer(signing_key(home), salt="something else").dumps(content))


def test_removing_a_user_or_changing_the_password_ends_the_sessions(ann: TestClient, made: Gate, home: Path) -> None:
    users.add(home, "bob", "manager", PASSWORD)
    cookie = signed_in(ann)
    users.add(home, "ann", "owner", "another horse", replace=True)
    assert not opens(made, cookie)
    assert sign_in(ann, password="another horse").status_code == 303
    users.remove(home, "ann")
    assert not opens(made, str(ann.cookies[COOKIE]))


def test_a_role_that_changes_holds_at_once(ann: TestClient, made: Gate, home: Path) -> None:
    sign_in(ann)
    users.add(home, "ann", "support", PASSWORD, replace=True)
    sign_in(ann)
    assert gate.role_of(dict(ann.cookies), lambda: made) == made.settings.roles["support"]


def test_after_signing_out_the_cookie_opens_nothing_even_where_it_was_kept(ann: TestClient, made: Gate) -> None:
    cookie = signed_in(ann)
    assert "You are signed in as Ann." in ann.get("/sign-out").text
    assert opens(made, cookie)
    reply = ann.post("/sign-out")
    assert (reply.status_code, reply.headers["location"]) == (303, "/sign-in")
    assert COOKIE not in ann.cookies
    assert not opens(made, cookie)


# forms of other sites


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}, {"origin": "null"}])
def test_forms_of_other_sites_are_refused(ann: TestClient, made: Gate, path: str, headers: dict[str, str]) -> None:
    cookie = signed_in(ann)
    reply = ann.post(path, data={"name": "ann", "password": PASSWORD}, headers=headers)
    assert reply.status_code == 403
    assert opens(made, cookie)


def test_forms_of_this_site_are_taken_also_behind_a_proxy(home: Path, clock: Clock) -> None:
    users.add(home, "ann", "owner", PASSWORD)
    over = made_gate(home, clock, public_url="https://askwell.example.com")
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": HERE}, {"origin": "https://askwell.example.com"}):
        assert browser(over).post("/sign-in", data={"name": "ann", "password": PASSWORD}, headers=headers).status_code == 303


def test_other_methods_are_refused(ann: TestClient) -> None:
    assert ann.put("/sign-in").status_code == 405


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/", "/"), ("/?chat=1", "/?chat=1"), (None, "/"), ("", "/"), ("https://evil.example", "/"), ("//evil.example", "/"),
        ("/\\evil.example", "/"), ("/a\\b", "/"), ("/a\r\nSet-Cookie: x", "/"), ("/sign-out", "/"), ("javascript:alert(1)", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(wanted: str | None, path: str) -> None:
    assert local_path(wanted) == path


def test_who_follows_a_link_is_sent_to_sign_in_and_back(ann: TestClient) -> None:
    reply = ann.get("/?chat=1", headers={"accept": "text/html"})
    assert reply.status_code == 401
    assert 'url=/sign-in?next=%2F%3Fchat%3D1"' in reply.text
    form = ann.get("/sign-in?next=%2F%3Fchat%3D1")
    assert 'name="next" value="/?chat=1"' in form.text
    sign_in(ann)
    assert ann.get("/sign-in?next=%2F%3Fchat%3D1").headers["location"] == "/?chat=1"


def test_the_page_speaks_the_language_of_the_browser_or_the_one_chosen(ann: TestClient) -> None:
    assert "登录" in ann.get("/sign-in", headers={"accept-language": "zh-CN,zh;q=0.9"}).text
    assert "登录" in ann.get("/sign-in?lang=zh").text
    assert "登录" not in ann.get("/sign-in", headers={"accept-language": "en-GB,zh;q=0.5"}).text
    assert "用户名或密码不正确" in ann.post("/sign-in?lang=zh", data={"name": "ann", "password": "no"}).text


def test_the_page_loads_nothing_and_cannot_be_framed(ann: TestClient) -> None:
    reply = ann.get("/sign-in")
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
    assert reply.headers["cache-control"] == "no-store"
    assert "http" not in reply.text.replace("http-equiv", "")


# guessing


def test_the_sixth_guess_has_to_wait_and_each_further_one_longer(ann: TestClient, clock: Clock) -> None:
    for _ in range(FREE):
        assert sign_in(ann, password="wrong horse").status_code == 401
    early = sign_in(ann)
    assert (early.status_code, early.headers["retry-after"]) == (429, "1")
    assert "Try again in 1 seconds" in early.text
    waits = []
    for _ in range(4):
        clock.now += float(sign_in(ann, password="wrong horse").headers["retry-after"])
        assert sign_in(ann, password="wrong horse").status_code == 401
        waits.append(float(sign_in(ann).headers["retry-after"]))
    assert waits == [2, 4, 8, 16]
    clock.now += 16
    assert sign_in(ann).status_code == 303
    assert sign_in(ann, password="wrong horse").status_code == 401


def test_guessing_at_one_name_from_one_place_holds_up_nobody_else(ann: TestClient, made: Gate, home: Path) -> None:
    users.add(home, "bob", "manager", PASSWORD)
    for _ in range(FREE):
        sign_in(ann, password="wrong horse")
    assert sign_in(ann).status_code == 429
    assert sign_in(ann, "bob").status_code == 303
    assert sign_in(browser(made, address="127.0.0.2")).status_code == 303


def test_guesses_that_run_at_once_are_counted_too(clock: Clock) -> None:
    attempts = Attempts(clock)
    assert [attempts.begin(("ann", "here")) for _ in range(FREE + 1)] == [0, 0, 0, 0, 0, 1]


def test_waits_have_an_end_and_are_forgotten(clock: Clock) -> None:
    attempts = Attempts(clock)
    for _ in range(40):
        clock.now += attempts.begin(("ann", "here"))
    assert attempts.begin(("ann", "here")) <= LONGEST
    clock.now += 3601
    assert [attempts.begin(("ann", "here")) for _ in range(FREE)] == [0] * FREE


# where the server may be reached


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "", "askwell.example.com"])
def test_a_server_that_others_reach_does_not_start_without_users(host: str, home: Path) -> None:
    with pytest.raises(AccessError) as caught:
        gate.prepare(host)
    assert "askwell user add NAME --role owner" in words(caught.value, "en")
    users.add(home, "ann", "owner", PASSWORD)
    assert not gate.prepare(host).is_open


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "::1", "[::1]"])
def test_a_server_on_this_machine_starts_without_users(host: str) -> None:
    assert gate.prepare(host).is_open
    assert gate.role_of({}) == gate.current().settings.roles["manager"]


def test_a_server_that_others_reach_stays_closed_when_its_last_user_is_removed(home: Path) -> None:
    users.add(home, "ann", "owner", PASSWORD)
    over = gate.prepare("0.0.0.0")
    users.remove(home, "ann")
    assert not over.is_open
    assert browser(over).get("/").status_code == 401


@pytest.mark.parametrize(
    ("base_url", "address"),
    [
        ("http://evil.example:8501", "127.0.0.1"), ("http://192.168.1.5:8501", "127.0.0.1"), (HERE, "192.168.1.9"),
        ("http://localhost.evil.example", "127.0.0.1"),
    ],
)
def test_an_open_server_answers_this_machine_by_its_own_name_only(made: Gate, base_url: str, address: str) -> None:
    client = browser(made, base_url, address)
    assert client.get("/").status_code == 403
    assert "askwell user add" in client.get("/").text
    assert client.get("/healthz").status_code == 200
    with pytest.raises(WebSocketDisconnect), socket_of(client):
        pass


def test_a_first_user_closes_a_server_that_is_running(made: Gate, home: Path) -> None:
    assert browser(made).get("/").status_code == 200
    users.add(home, "ann", "owner", PASSWORD)
    assert browser(made).get("/").status_code == 401


def test_users_that_cannot_be_read_let_nobody_in(made: Gate, home: Path) -> None:
    (home / users.FILE).write_text("broken", encoding="utf-8")
    reply = browser(made).get("/")
    assert reply.status_code == 503
    assert "users.toml" in reply.text
    with pytest.raises(WebSocketDisconnect), socket_of(browser(made)):
        pass


# the key


def test_the_key_is_made_once_and_only_its_owner_reads_it(home: Path) -> None:
    first = signing_key(home)
    assert len(first) == 32
    assert signing_key(home) == first
    if sys.platform != "win32":
        assert stat.S_IMODE((home / sessions.KEY_FILE).stat().st_mode) == 0o600


def test_a_damaged_key_signs_nothing(home: Path) -> None:
    home.mkdir()
    (home / sessions.KEY_FILE).write_bytes(b"short")
    with pytest.raises(AccessError) as caught:
        signing_key(home)
    assert "Delete it" in words(caught.value, "en")
