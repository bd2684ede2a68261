"""The way to the project: the proxy, the name, TLS, whether it answers, its key, its clock."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from supachat.assemble.examine import (
    Answer,
    Examiner,
    Way,
    connects,
    handshake,
    resolve,
    way_to,
)
from supachat.doctor.findings import Note, Trouble
from supachat.doctor.machine import Machine
from supachat.domain.errors import SupachatError, Unreachable

STATUS_PAGE = "https://status.supabase.com"
PATIENCE = 5.0
"""Seconds for one step of the way."""
SKEW = 30.0
"""Seconds of difference between two clocks that are worth mending."""
SOON = 14
"""Days before a certificate's end that are worth a word."""


def is_hosted(url: str) -> bool:
    """Supabase runs this project itself."""
    host = urlsplit(url).hostname or ""
    return host.endswith((".supabase.co", ".supabase.com"))


def where_to_look(url: str) -> str:
    """What to do about a project that does not answer."""
    if is_hosted(url):
        return f"See {STATUS_PAGE}, and the dashboard: a free project pauses after a week without use"
    return "Is the server running? For the local one: supachat serve"


def key_kind(key: str) -> str:
    """What kind of key it says it is; never the key itself."""
    if key.startswith("sb_publishable_"):
        return "a publishable key"
    if key.startswith("eyJ"):
        return "an anon key, as projects had them before"
    return "a key of an unknown kind"


class Network:
    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._answer: Answer | None = None

    @property
    def _url(self) -> str:
        return self._machine.workspace.url

    @property
    def _way(self) -> Way:
        return way_to(self._url)

    @property
    def _examiner(self) -> Examiner:
        return self._machine.examiner(signed_in=False)

    @property
    def answer(self) -> Answer:
        assert self._answer is not None, "whether it answers is checked first"
        return self._answer

    async def proxy(self) -> str:
        """The one that the environment names takes calls."""
        way = self._way
        if way.proxy is None or way.proxy_at is None:
            return "none"
        try:
            await connects(*way.proxy_at, PATIENCE)
        except Unreachable as error:
            raise Trouble(
                f"{way.proxy} is named by your environment, and {error.message}",
                f"Unset HTTPS_PROXY and ALL_PROXY, or add {way.host} to NO_PROXY",
            ) from error
        return f"{way.proxy}"

    async def name(self) -> str:
        if self._way.proxy is not None:
            return "left to the proxy"
        try:
            found = await resolve(self._way.host, self._way.port, PATIENCE)
        except Unreachable as error:
            cure = "Is this computer online? Is the address right?"
            if is_hosted(self._url):
                cure += f" A project that was deleted or paused long ago has no name. {STATUS_PAGE}"
            raise Trouble(f"{self._way.host}: {error.message}", cure) from error
        return f"{self._way.host} is {', '.join(found[:3])}"

    async def tls(self) -> str:
        way = self._way
        if not way.secure:
            return "none, and none is needed on this computer"
        if way.proxy is not None:
            return "made through the proxy"
        try:
            peer = await handshake(way.host, way.port, self._examiner.tls, PATIENCE)
        except Unreachable as error:
            raise Trouble(error.message, _tls_cure(self._url, error.message)) from error
        days = (peer.ends - datetime.now(UTC)).days
        if days < SOON:
            raise Note(f"{peer.version}; the certificate ends in {days} days", "Have it renewed")
        return f"{peer.version}, the certificate is good for {days} days"

    async def answers(self) -> str:
        """Something that is a Supabase project answers."""
        try:
            answer = await self._examiner.ask()
        except SupachatError as error:
            raise Trouble(error.message, where_to_look(self._url)) from error
        self._answer = answer
        if answer.status >= 500:
            raise Trouble(f"the server answers {answer.status}", where_to_look(self._url))
        if answer.status == 200 and "disable_signup" not in (answer.settings or {}):
            raise Trouble(
                "something answers there, but no Supabase project",
                "Check the address; a hotel's or an office's network may want you to sign in first",
            )
        if answer.status not in (200, 401, 403):
            raise Trouble(f"the server answers {answer.status}", "Check the address")
        return f"in {answer.seconds * 1000:.0f} ms"

    async def key(self) -> str:
        """The project knows it. A secret one never comes so far: the settings refuse it."""
        kind = key_kind(self._machine.workspace.key)
        if self.answer.status in (401, 403):
            raise Trouble(
                f"{kind}, and this project does not know it",
                "Copy it again from the project's page of API keys: supachat login --url URL --key KEY",
            )
        return kind

    async def auth(self) -> str:
        """How one gets in."""
        settings = self.answer.settings or {}
        ways = settings.get("external")
        names = [name for name, on in ways.items() if on is True] if isinstance(ways, dict) else []
        sign_up = "closed" if settings.get("disable_signup") is True else "open"
        words = f"sign-up is {sign_up}; ways in: {', '.join(sorted(map(str, names))) or 'none'}"
        if not names:
            raise Trouble(words, "Switch on a provider on the project's page of sign-in providers")
        return words

    async def clock(self) -> str:
        skew = self.answer.skew
        if skew is None:
            raise Note("the server does not say what time it is")
        if abs(skew) > SKEW:
            ahead = "ahead of" if skew > 0 else "behind"
            raise Trouble(
                f"this computer's clock is {abs(skew):.0f} s {ahead} the server's",
                "Set it from the network: sudo timedatectl set-ntp true (Linux), sudo sntp -sS "
                "time.apple.com (macOS)",
            )
        return "agrees with the server's" if abs(skew) < 2 else f"{abs(skew):.0f} s from the server's"


def _tls_cure(url: str, words: str) -> str:
    if "certificate" in words:
        return (
            "Verification is never switched off. If your office opens TLS, point SSL_CERT_FILE at its "
            "certificate; else mend the server's"
        )
    return where_to_look(url)
