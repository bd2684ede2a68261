"""Everything that may go wrong, as one tree. Each message says what happened, then what to do.

SupachatError
|-- Retryable            waiting may cure it: the outbox and the supervisor try again
|   |-- Unreachable      no answer: name, network, refused, timed out
|   |   `-- TooEarly     nothing was asked: the way to the server is not built yet
|   |-- ServerTrouble    5xx, or an answer that is no answer
|   `-- RateLimited      429; `after` is the server's own waiting time
|-- Refused              the server understood and said no: rights, constraints, unknown rows
|   |-- NotAllowed       row level security or a missing grant
|   |-- AlreadyThere     a row with this key is stored already
|   `-- NotFound         no such thread, person or workspace
|-- SignInError
|   |-- BadCredentials   e-mail and password do not match
|   |-- EmailUnverified  the account waits for its confirmation mail
|   |-- SessionEnded     the stored session is over: sign in again, nothing else is lost
|   `-- SignUpRefused    taken, weak, or sign-up is closed
|-- KeyRefused           a secret key, or one that this project does not know
|-- BadInput             what was typed cannot be used; it stays where it was typed
|-- SettingsError        a file that a person wrote, with its line where there is one
|-- DialectError         a map that is wrong, or tables that do not fit it
|-- VaultError           the session cannot be kept where it was asked to be
`-- CacheError           the local file cannot be read or written
"""

from __future__ import annotations

from supachat.domain.secrets import scrubbed


class SupachatError(Exception):
    """The root. `cure` is what to do next, in words; it may be empty. No error repeats a key or a token
    that somebody wrote in the wrong place, or that a server quotes."""

    def __init__(self, message: str, *, cure: str = "") -> None:
        message = scrubbed(message)
        super().__init__(message)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.message}. {self.cure}" if self.cure else self.message


class Retryable(SupachatError):
    """Waiting may cure it. `after` is in seconds, None where the server named no time; `arrived` says
    whether the server may have done what it was asked, though nobody saw it answer."""

    def __init__(
        self, message: str, *, cure: str = "", after: float | None = None, arrived: bool = True
    ) -> None:
        super().__init__(message, cure=cure)
        self.after = after
        self.arrived = arrived


class Unreachable(Retryable): ...


class TooEarly(Unreachable):
    """Nothing went wrong: a start takes a moment. Never counted as an error of the link."""


class ServerTrouble(Retryable): ...


class RateLimited(Retryable): ...


class Refused(SupachatError): ...


class NotAllowed(Refused): ...


class AlreadyThere(Refused): ...


class NotFound(Refused): ...


class SignInError(SupachatError): ...


class BadCredentials(SignInError): ...


class EmailUnverified(SignInError): ...


class SessionEnded(SignInError): ...


class SignUpRefused(SignInError): ...


class KeyRefused(SupachatError): ...


class BadInput(SupachatError): ...


class SettingsError(SupachatError): ...


class DialectError(SupachatError): ...


class VaultError(SupachatError): ...


class CacheError(SupachatError): ...
