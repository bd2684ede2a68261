"""Why there is no connection, in words: who answers at the address, if anybody does.

Must never say of a network's own sign-in page, or of a name that cannot be looked up, that the server is
at fault.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Sequence
from socket import gaierror

from websockets.exceptions import InvalidProxy, InvalidStatus, InvalidURI, ProxyError

from supachat.domain.text import Safe, safe_line
from supachat.remote.verdicts import PAGE, Cure, Verdict, judge_handshake

_log = logging.getLogger(__name__)

STUMBLED = Verdict(Cure.RETRY, Safe("the link stumbled over itself"))
"""A defect of ours, or of a library."""
PROXIED = Safe("the proxy in your environment does not let us through")


def untrusted(error: BaseException) -> Safe | None:
    """Of a connection that was broken off over its certificate: what stands against it."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return None
    reason = safe_line(cause.verify_message, limit=80)
    return Safe(f"somebody else may answer there: the certificate is not to be trusted ({reason})")


def why(error: Exception, *, by_proxy: bool = False) -> Verdict:
    """Why no websocket came of it. `by_proxy`: one was asked to lead there."""
    if isinstance(error, InvalidStatus):
        body = error.response.body or b""
        return judge_handshake(error.response.status_code, body[:400].decode("utf-8", "replace"))
    if isinstance(error, InvalidURI):  # not ours, which was checked: a page leads there
        return Verdict(Cure.FOREIGN, Safe(PAGE))
    if (words := untrusted(error)) is not None:
        return Verdict(Cure.FOREIGN, words)
    if isinstance(error, ProxyError | InvalidProxy):
        return Verdict(Cure.RETRY, PROXIED)
    if by_proxy and isinstance(error, OSError) and not isinstance(error, TimeoutError | ssl.SSLError):
        return Verdict(Cure.RETRY, Safe("the proxy in your environment cannot be reached"))
    return Verdict(Cure.RETRY, _missing(error))


def _missing(error: Exception) -> Safe:
    if isinstance(error, TimeoutError):
        return Safe("the server does not answer")
    if isinstance(error, gaierror):
        return Safe("the server's name cannot be looked up")
    if isinstance(error, ConnectionRefusedError):
        return Safe("nothing listens at that address")
    if isinstance(error, OSError):
        return Safe("the server cannot be reached")
    return Safe("what answers there does not speak websocket")


def stumbled(tasks: Sequence[asyncio.Task[None]]) -> Verdict:
    """One of our own tasks failed. That is a defect; a fresh connection is the best that can be done."""
    for task in tasks:
        if task.done() and not task.cancelled():
            _log.error("a task of the link failed", exc_info=task.exception())
    return STUMBLED
