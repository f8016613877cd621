"""The outermost door: what is refused here never reaches Django, and nothing leaves it but answers of the contract."""

from __future__ import annotations

from time import perf_counter

from config.edge import access
from config.edge.asgi import App, Receive, Scope, Send
from config.edge.body import ClientGone, may_be_drained, read_body, require_small
from config.edge.clients import believed
from config.edge.exchange import Exchange
from config.edge.guards import raw_path, require_json, require_sane_target
from config.edge.identity import identified
from config.edge.origins import is_preflight
from config.edge.policy import Policy
from helpdesk.errors import HelpdeskError, InternalError


def edge(app: App, policy: Policy | None = None) -> App:
    """`app` behind the edge. HTTP gets all of it, a websocket its request id and its client, lifespan nothing."""
    rules = policy or Policy()

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await app(scope, receive, send)
            return
        told = believed(scope, rules.trusted_proxies) if rules.trusted_proxies else {}
        named = identified(scope)
        if scope["type"] == "http":
            named.update(told)
            await _converse(app, Exchange(named, receive, send, rules), rules)
        else:
            inner = {**scope, "request_id": named["request_id"], **told}
            del named  # or its headers stay as long as the socket
            await app(inner, receive, send)

    return door


async def _converse(app: App, exchange: Exchange, policy: Policy) -> None:
    began = perf_counter()
    try:
        if is_preflight(exchange.scope, policy):
            await exchange.answer_preflight()
        elif await _admit(exchange):
            await _serve(app, exchange)
    except ClientGone:
        pass  # Nobody to answer; the line below tells of it.
    finally:
        seconds = perf_counter() - began
        access.log_request(exchange, seconds)
        access.count_request(exchange, seconds)
    if exchange.open_ended:
        await exchange.hang_up()


async def _admit(exchange: Exchange) -> bool:
    """Read the request and let it in, or answer it here."""
    scope = exchange.scope
    try:
        _require_target(scope)
        if exchange.unread:
            require_small(scope)
            body = await read_body(exchange.receive)
            if body:
                require_json(scope)
            exchange.replay(body)
    except HelpdeskError as refusal:
        if exchange.unread:
            await exchange.answer_unread(refusal, draining=may_be_drained(scope, refusal))
        else:
            await exchange.answer(refusal)
        return False
    return True


def _require_target(scope: Scope) -> None:
    try:
        require_sane_target(scope)
    except HelpdeskError:
        # What was refused is shown and logged as it was sent: percent-encoded, plain ASCII.
        scope["path"] = raw_path(scope).replace(b"\0", b"%00").decode("ascii", "backslashreplace")
        raise


async def _serve(app: App, exchange: Exchange) -> None:
    """Run the application; whatever it raises or forgets becomes the contract's 500 and a line in the log."""
    try:
        await app(exchange.scope, exchange.receive, exchange.send)
    except Exception:
        access.log.exception("unhandled_exception", method=exchange.scope["method"], path=exchange.scope["path"])
    else:
        if exchange.started or exchange.gone:
            return
        access.log.error("no_answer", method=exchange.scope["method"], path=exchange.scope["path"])
    # An answer that broke off is left unfinished: the server closes the connection, so that nobody takes it for whole.
    if not exchange.started:
        await exchange.answer(InternalError())
