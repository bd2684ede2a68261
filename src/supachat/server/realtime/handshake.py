"""The door of the websocket: version, apikey, then a socket. A refusal is an HTTP answer after a pause.

Must never look at the `Authorization` header, and never accept before the apikey was judged.
"""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import unquote

from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket

from supachat.server.realtime.access import Identity, handshake_refusal, identify
from supachat.server.realtime.frames import Codec, ObjectCodec
from supachat.server.realtime.frames_v2 import ArrayCodec
from supachat.server.realtime.services import Services
from supachat.server.realtime.socket import Socket
from supachat.server.tokens import TokenError

OBJECTS: Final = ObjectCodec()
ARRAYS: Final = ArrayCodec()


def codec_for(version: str | None) -> Codec | None:
    """The codec of a `vsn`: objects for 1.0.x and where none is said, arrays for 2.0.x, else None."""
    if version is None or version.startswith("1.0."):
        return OBJECTS
    return ARRAYS if version.startswith("2.0.") else None


async def connect(ws: WebSocket, services: Services) -> None:
    """Serve one websocket from its handshake to its end."""
    codec = codec_for(ws.query_params.get("vsn"))
    if codec is None:
        await ws.send_denial_response(Response(status_code=403))
        return
    judged = _judge(ws, services)
    if isinstance(judged, Identity):
        await ws.accept()
        await Socket(ws, services, judged, codec).run()
        return
    status, text = judged
    await asyncio.sleep(services.limits.refused_handshake_pause)
    await ws.send_denial_response(JSONResponse({"error": text}, status_code=status))


def _judge(ws: WebSocket, services: Services) -> Identity | tuple[int, str]:
    """Who is asking, or the status and text of the refusal."""
    key = ws.headers.get("x-api-key", ws.query_params.get("apikey"))
    if key is None:
        return 401, "API key is missing"
    token = unquote(key).strip()
    headers = {name: value for name, value in ws.headers.items() if name.startswith("x-")}
    try:
        identity = identify(token, services.trust, headers)
    except TokenError as error:
        return handshake_refusal(error, token)
    hub = services.hub
    if len(hub.users) >= services.limits.users:
        return 429, "Too many connected users"
    if hub.over(hub.joins):
        return 429, "Too many joins per second"
    return identity
