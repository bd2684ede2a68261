"""What a keyring's failure means to whoever reads it: there is none, it is locked, it hangs, it fails.

Pure. Backends raise whatever their platform raises, so that an error is known by its class's name; and they
may quote what they were given, which must never come out.
"""

from __future__ import annotations

from supachat.domain.errors import VaultError
from supachat.domain.secrets import CUT
from supachat.domain.text import safe_line

UNLOCK = "Unlock the keyring, or choose another place for the session"
_ELSEWHERE = "Choose another place for the session: --vault file keeps it in a file that only you can read"
_ASK = "It may be asking for its password somewhere. Unlock it, or choose another place for the session"


class KeepsNothing(Exception):
    """It took what it was given and does not give it back, as keyring's own null backend does."""


def trouble(error: Exception, *, given: str = "", then: str = "") -> VaultError:
    """In our words. `given` is the secret that was handed over, `then` what the cure is to begin with."""
    words, cure = _said(error, given)
    return VaultError(words, cure=f"{then}. {cure}" if then else cure)


def _said(error: Exception, given: str) -> tuple[str, str]:
    if isinstance(error, TimeoutError):
        return "the keyring does not answer", _ASK
    if isinstance(error, KeepsNothing):
        return "the keyring keeps nothing", _ELSEWHERE
    names = {each.__name__ for each in type(error).__mro__}
    if names & {"NoKeyringError", "ModuleNotFoundError"}:
        return "there is no keyring on this computer", _ELSEWHERE
    if names & {"KeyringLocked", "LockedException"}:
        return "the keyring is locked", UNLOCK
    words = str(error).replace(given, CUT) if given else str(error)
    return safe_line(f"the keyring failed: {words or type(error).__name__}", limit=200), UNLOCK
