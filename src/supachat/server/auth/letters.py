"""What the letters say. Pure; a code and a link stand in nothing else than a letter and its line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from supachat.server.auth.codes import Kind

_SUBJECTS = {
    Kind.SIGNUP: "Confirm your address",
    Kind.INVITE: "You are invited",
    Kind.MAGICLINK: "Sign in",
    Kind.RECOVERY: "Set a new password",
    Kind.EMAIL_CHANGE: "Confirm the change of your address",
}


@dataclass(frozen=True, repr=False)
class Letter:
    """A letter to `to` about `kind`."""

    to: str
    kind: Kind
    digits: str
    link: str

    def text(self, sent: datetime, life: float) -> str:
        """The whole letter; its code is good for `life` seconds."""
        return (
            f"To: {self.to}\nDate: {format_datetime(sent)}\nSubject: {_SUBJECTS[self.kind]}\n\n"
            f"Your code is {self.digits}. It is good for {_length(life)}.\n\n"
            f"Instead of typing it you may open this link:\n\n{self.link}\n\n"
            "If you did not ask for this, ignore it.\n"
        )

    def line(self) -> str:
        """The same for whoever watches the server instead of a mailbox."""
        return f"mail to {self.to}: {_SUBJECTS[self.kind]}: code {self.digits} or {self.link}"


def file_name(to: str, sent: datetime) -> str:
    """A name that tells when and to whom, and that every file system takes."""
    shown = "".join(char if char.isalnum() or char in "@.+-_" else "_" for char in to)[:120]
    return f"{sent:%Y%m%dT%H%M%S.%f}-{shown}.txt"


def _length(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
