"""Broadcasts over HTTP: a batch, or one message whose body is its payload.

Must never deliver to a private topic that the token may not write; the batch says 202 all the same, as
the real server's does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from supachat.server.realtime.access import Identity, identify
from supachat.server.realtime.authorise import BROADCAST, UNABLE
from supachat.server.realtime.frames import Frame, Outbound, UserBroadcast, dump_json, parse_json
from supachat.server.realtime.http_messages import Invalid, Message, read_messages
from supachat.server.realtime.hub import Topic
from supachat.server.realtime.services import Services
from supachat.server.tokens import TokenError

BATCH_PATH = "/api/broadcast"
SINGLE_PATH = "/api/broadcast/{topic:path}/events/{event:path}"
_OTHER_METHODS = ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"]


class HttpFault(Exception):
    """A request that ends here; `response` is its answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(str(response.status_code))
        self.response = response


def _fault(status: int, message: str) -> HttpFault:
    return HttpFault(JSONResponse({"message": message}, status))


class BroadcastOverHttp:
    """The two endpoints."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> list[BaseRoute]:
        """POST only; every other method is not found there, as on the real server."""
        return [
            Route("/api/ping", _ping),
            Route(BATCH_PATH, self._batch, methods=["POST"]),
            Route(BATCH_PATH, _not_found, methods=_OTHER_METHODS),
            Route(SINGLE_PATH, self._single, methods=["POST"]),
            Route(SINGLE_PATH, _not_found, methods=_OTHER_METHODS),
        ]

    async def _batch(self, request: Request) -> Response:
        try:
            body = await self._json(request)
            who = self._who(request)
            self._check_rate(1)
            messages = read_messages(body, self._services.limits.payload_bytes)
            self._check_rate(len(messages))
        except HttpFault as fault:
            return self._answered(fault.response)
        except Invalid as error:
            return self._answered(JSONResponse({"errors": {"messages": error.errors}}, 422))
        try:
            for message in messages:
                await self._send(who, message)
        except HttpFault as fault:
            return self._answered(fault.response)
        return self._answered(Response(status_code=202))

    async def _send(self, who: Identity, message: Message) -> None:
        topic = Topic(message.topic, message.private)
        if not await self._may_write(who, topic):
            return
        payload: dict[str, Any] = {"event": message.event, "payload": message.payload, "type": "broadcast"}
        if message.message_id is not None:
            payload["meta"] = {"id": message.message_id}
        self._broadcast(topic, Frame(topic.wire, "broadcast", payload))

    async def _single(self, request: Request) -> Response:
        topic = Topic(request.path_params["topic"], request.query_params.get("private") == "true")
        try:
            data, is_json = await self._payload(request)
            who = self._who(request)
            self._check_rate(1)
            if len(data) > self._services.limits.payload_bytes:
                raise _fault(422, "Payload size exceeds tenant limit")
            if not await self._may_write(who, topic):
                raise _fault(403, "Unauthorized")
        except HttpFault as fault:
            return self._answered(fault.response)
        self._broadcast(topic, UserBroadcast(topic.wire, request.path_params["event"], data, is_json))
        return self._answered(Response(status_code=202))

    def _broadcast(self, topic: Topic, frame: Outbound) -> None:
        hub = self._services.hub
        hub.events.add(hub.now())
        hub.broadcast(topic, frame)

    async def _may_write(self, who: Identity, topic: Topic) -> bool:
        try:
            return not topic.private or await self._services.authoriser.write(who, topic.name, BROADCAST)
        except psycopg.OperationalError as error:
            raise _fault(503, UNABLE) from error

    def _who(self, request: Request) -> Identity:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            token = request.headers.get("apikey", "")
        headers = {name: value for name, value in request.headers.items() if name.startswith("x-")}
        try:
            return identify(token, self._services.trust, headers)
        except TokenError as error:
            raise _fault(401, "Unauthorized") from error

    def _check_rate(self, messages: int) -> None:
        hub = self._services.hub
        if hub.over(hub.events):
            raise _fault(429, "You have exceeded your rate limit")
        if messages > max(1, self._services.limits.events_per_second):
            raise _fault(429, "Too many messages to broadcast, please reduce the batch size")

    async def _body(self, request: Request) -> bytes:
        limit = self._services.limits.body_bytes
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > limit:
                raise HttpFault(PlainTextResponse("Request Entity Too Large", 413, media_type="text/html"))
        return bytes(body)

    async def _json(self, request: Request) -> Any:
        try:
            return parse_json(await self._body(request))
        except ValueError as error:
            raise HttpFault(PlainTextResponse("Bad Request", 400, media_type="text/html")) from error

    async def _payload(self, request: Request) -> tuple[bytes, bool]:
        """The body of a single message, and whether it is JSON."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/octet-stream":
            return await self._body(request), False
        if kind != "application/json":
            text = "Unsupported Media Type. Use application/json or application/octet-stream"
            raise HttpFault(JSONResponse({"error": text}, 415))
        value = await self._json(request)
        if not isinstance(value, Mapping):
            value = {"_json": value}
        return dump_json(value).encode(), True

    def _answered(self, response: Response) -> Response:
        hub, limit = self._services.hub, self._services.limits.events_per_second
        average = hub.events.average(hub.now())
        response.headers["cache-control"] = "max-age=0, private, must-revalidate"
        response.headers["x-rate-limit"] = f"{limit:.0f}"
        response.headers["x-rate-limit-remaining"] = f"{max(0.0, limit - average):.0f}"
        response.headers["x-rate-rolling"] = f"{average:.0f}"
        return response


async def _not_found(_request: Request) -> Response:
    return PlainTextResponse("Not Found", 404, media_type="text/html")


async def _ping(_request: Request) -> Response:
    return JSONResponse({"message": "Success"})
