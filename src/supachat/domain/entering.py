"""Ways into an account: what a project offers, and what a person shows to be let in. Frozen values."""

from __future__ import annotations

from dataclasses import field

from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Ways:
    """What can be offered. `outside` names whoever hands out the sign-in; then nothing else can be done."""

    password: bool = True
    sign_up: bool = True
    """New accounts may be made."""
    code: bool = True
    """A code, or a link, by e-mail."""
    anonymous: bool = False
    providers: tuple[str, ...] = ()
    """Somebody else's accounts, through a browser, as the server calls them: github, google …"""
    outside: Safe = NOTHING


@dataclass(frozen=True, slots=True)
class Password:
    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewAccount:
    email: str
    password: str = field(repr=False)
    name: str


@dataclass(frozen=True, slots=True)
class Mailed:
    """What a mail brought: its code, its whole link, or the address at which that link ended."""

    email: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Nobody:
    """Somebody without a name: an anonymous account, which ends with its session."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Ask whoever hands out this workspace's sign-in."""


Proof = Password | NewAccount | Mailed | Nobody | Outside
