"""A proxy on loopback that stands between a client and a local server and makes faults.

`await proxy.strike(fault)` and it happens: to the bytes, to the answers of requests, to the frames of
websockets. It is fair otherwise: what no fault touches passes unchanged and in order. Must never decide
by what a message says.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter, deque
from collections.abc import Callable
from types import TracebackType
from urllib.parse import urlsplit

import h11
from tests.faults.answers import CHUNK, body_of, parsed, raw, refusal
from tests.faults.frames import Frames, corrupted, is_data
from tests.faults.plan import FRAME, HTTP, Fault, Kind
from tests.faults.upstream import Answer, Upstream
from tests.faults.wire import Weather, write

PASSED_ON = ("content-type", "content-range", "www-authenticate", "date", "location", "retry-after")


class Link:
    """One accepted connection. `deaf`: it stays open and nothing comes through any more."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writers = [writer]
        self.deaf = False

    def is_deaf(self) -> bool:
        return self.deaf

    def abort(self) -> None:
        for writer in self.writers:
            writer.transport.abort()


class Proxy:
    """`async with Proxy(server.url, seed) as proxy:` listens at `proxy.url`."""

    def __init__(self, upstream: str, seed: int = 0) -> None:
        where = urlsplit(upstream)
        assert where.hostname is not None
        assert where.port is not None
        self._upstream = Upstream(where.hostname, where.port)
        self._chance = random.Random(seed)
        self.made: Counter[str] = Counter()
        """Faults that really touched something: bytes, an answer, a frame."""
        self._weather = Weather(self._chance, self._touches)
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers: list[tuple[str, Fault]] = []
        """What befalls the next requests, and of which: those whose method and path have these words."""
        self._frames: deque[Fault] = deque()
        self._server: asyncio.Server | None = None
        self._port = 0
        self.swallows: Callable[[bytes], bool] = lambda frame: False
        """A test's own choice of frames that get lost without a sign."""
        self.refuses: Callable[[str], bool] = lambda path: False
        """The same of requests that are answered 503, by their path; an upgrade is one as well."""
        self.alters: Callable[[bytes], bytes] = lambda frame: frame
        """The same of what a frame says."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Proxy:
        await self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._upstream.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port, limit=1 << 22)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for link in list(self._links):
            link.abort()
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    # ------------------------------------------------------------ faults

    async def strike(self, fault: Fault, on: str = "") -> None:
        """Make it happen; those that last take their time by themselves, except a refusal. `on`: only to
        requests like `POST /rest/v1/says`."""
        if fault.kind in HTTP:
            self._answers.extend([(on, fault)] * fault.count)
        elif fault.kind in FRAME:
            self._frames.extend([fault] * fault.count)
        elif fault.kind is Kind.REFUSE:
            self.made[str(fault)] += bool(self._links)
            await self._close()
            await asyncio.sleep(fault.seconds)
            await self._listen()
        elif fault.kind is Kind.CUT:
            self.made[str(fault)] += bool(self._links)
            for link in list(self._links):
                link.abort()
        else:
            self._weather.strikes(fault)
            if fault.kind is Kind.HALF_OPEN:
                for link in self._links:
                    link.deaf = True

    def _touches(self, kind: Kind) -> None:
        self.made[str(kind)] += 1

    def calm(self) -> None:
        """No fault of the past reaches beyond this."""
        self._answers.clear()
        self._frames.clear()
        self._weather.clear()
        for link in list(self._links):
            link.abort()

    # ------------------------------------------------------------ connections

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        link = Link(writer)
        self._tasks.add(task)
        self._links.add(link)
        try:
            await self._serve(reader, writer, link)
        except (OSError, asyncio.IncompleteReadError, h11.ProtocolError):
            link.abort()
        except asyncio.CancelledError:
            link.abort()  # the proxy ends: the stream's own callback asks every task for its error
        finally:
            self._links.discard(link)
            self._tasks.discard(task)
            for open_ in link.writers:
                open_.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link) -> None:
        """Requests one after another, until one of them wants to be a websocket."""
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            request, connection = parsed(head)
            headers = {name.decode().lower(): value.decode() for name, value in request.headers}
            upgrades = headers.get("upgrade", "").lower() == "websocket"
            if upgrades and not self.refuses(request.target.decode()):
                await self._websocket(head, reader, writer, link)
                return
            body = await body_of(connection, reader)
            if not await self._answer(request, headers, body, writer, link):
                return

    # ------------------------------------------------------------ HTTP

    async def _answer(
        self,
        request: h11.Request,
        headers: dict[str, str],
        body: bytes,
        writer: asyncio.StreamWriter,
        link: Link,
    ) -> bool:
        """Whether the connection goes on."""
        fault = self._befalls(request)
        if fault is not None:
            self.made[str(fault)] += 1
        kept = fault is not None and fault.kind in (Kind.STATUS, Kind.EMPTY) and fault.before
        answer = None if kept else await self._ask(request, headers, body)
        match fault.kind if fault else None:
            case Kind.LOST:
                writer.transport.abort()
                return False
            case Kind.EMPTY:
                await self._say(raw(200, {}, b""), writer, link)
                return True
            case Kind.STATUS:
                assert fault is not None
                await self._say(refusal(fault), writer, link)
                return True
            case Kind.LATE:
                assert fault is not None
                await asyncio.sleep(fault.seconds)
            case _:
                pass
        assert answer is not None
        said = raw(
            answer.status,
            {name: answer.headers[name] for name in PASSED_ON if name in answer.headers},
            answer.body,
        )
        if fault is not None and fault.kind is Kind.TRUNCATED:
            await self._say(said[: len(said) - max(1, len(answer.body) // 2)], writer, link)
            return False
        await self._say(said, writer, link)
        return True

    def _befalls(self, request: h11.Request) -> Fault | None:
        path = request.target.decode()
        if self.refuses(path):
            return Fault(Kind.STATUS, status=503)
        said = f"{request.method.decode()} {path}"
        for number, (on, fault) in enumerate(self._answers):
            if on in said:
                del self._answers[number]
                return fault
        return None

    async def _ask(self, request: h11.Request, headers: dict[str, str], body: bytes) -> Answer:
        passed = {name: value for name, value in headers.items() if name not in ("connection", "host")}
        passed["accept-encoding"] = "identity"
        return await self._upstream.ask(request.method.decode(), request.target.decode(), passed, body)

    async def _say(self, data: bytes, writer: asyncio.StreamWriter, link: Link) -> None:
        await write(writer, data, self._weather, link.is_deaf)

    # ------------------------------------------------------------ websockets

    async def _websocket(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link
    ) -> None:
        there, here = await asyncio.open_connection(self._upstream.host, self._upstream.port)
        link.writers.append(here)
        lines = head.split(b"\r\n")
        plain = [line for line in lines if not line.lower().startswith(b"sec-websocket-extensions:")]
        here.write(b"\r\n".join(plain))  # uncompressed, so that a frame is a frame
        writer.write(await there.readuntil(b"\r\n\r\n"))
        pumps = [
            asyncio.create_task(self._pump(reader, here, link)),
            asyncio.create_task(self._pump(there, writer, link)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link) -> None:
        frames, held = Frames(), bytearray()
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                for frame in frames.feed(data):
                    await self._frame(frame, held, writer, link)
        while link.deaf:  # nobody is told that the other side has gone
            await asyncio.sleep(0.05)

    async def _frame(self, frame: bytes, held: bytearray, writer: asyncio.StreamWriter, link: Link) -> None:
        """`held` is a frame that the next one overtakes. Two would wait for one another."""
        if self.swallows(frame):
            return
        fault = self._frames.popleft() if self._frames and is_data(frame) else None
        frame = out = self.alters(frame)
        if fault is not None:
            match fault.kind:
                case Kind.DROP:
                    out = b""
                case Kind.DOUBLE:
                    out = frame * 2
                case Kind.DELAY:
                    await asyncio.sleep(fault.seconds)
                case Kind.REORDER if not held:
                    held += frame
                    return
                case Kind.CORRUPT:
                    out = corrupted(frame)
                case Kind.REORDER:
                    pass  # it is the one that overtakes
                case _:
                    raise AssertionError(f"{fault} is nothing that befalls a frame")
            self.made[str(fault)] += out != frame or fault.kind is Kind.DELAY
        if held:
            self._touches(Kind.REORDER)
        out += bytes(held)
        held.clear()
        await write(writer, out, self._weather, link.is_deaf)
