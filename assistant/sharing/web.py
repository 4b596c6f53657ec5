"""What a shared link opens: /s/<token> as a page, and one and the same page for every link that opens nothing.

Owns the headers of such pages and a small memory of drawn ones. Asks the workspace each time, so that a revoked link is
dead at once.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from assistant.lossless import BrokenRecord
from assistant.sharing import page, snapshots
from assistant.sharing.snapshots import Shared
from assistant.workspace import Workspace, WorkspaceError

log = logging.getLogger(__name__)

#: Pages that are kept drawn: drawing one takes a second or two.
_DRAWN = 32


def headers() -> dict[str, str]:
    """The headers of every page behind a link: nothing may be run, framed, kept, guessed, found or told onwards."""
    return {
        "Content-Security-Policy": f"{page.policy()}; frame-ancestors 'none'", "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow",
    }


def shared_page(workspace: Workspace) -> Callable[[Request], Response]:
    """The handler of /s/{token}: 200 with the answer, 404 for a link that opens nothing, 503 where the fault is here."""
    drawn: OrderedDict[str, str] = OrderedDict()
    lock = threading.Lock()

    def of(shared: Shared) -> str:
        snapshot = shared.snapshot
        with lock:
            if snapshot.id in drawn:
                drawn.move_to_end(snapshot.id)
                return drawn[snapshot.id]
        text = page.page(shared.answer, with_sql=snapshot.with_sql, shared_on=snapshot.created.date())
        with lock:
            drawn[snapshot.id] = text
            while len(drawn) > _DRAWN:
                drawn.popitem(last=False)
        return text

    def respond(request: Request) -> Response:
        try:
            shared = snapshots.find(workspace, request.path_params["token"])
            if shared is None:
                return HTMLResponse(page.gone(), 404, headers())
            return HTMLResponse(of(shared), 200, headers())
        except (WorkspaceError, BrokenRecord) as fault:
            log.warning("a shared page cannot be shown: %s", fault)
            return HTMLResponse(page.closed(), 503, headers())

    return respond
