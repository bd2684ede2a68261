"""From where the server may be reached: beyond this machine only through TLS, its own or a proxy's.

Must never let a team's passwords and messages cross a network in the clear, and never start with a
certificate that it cannot use.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from supachat.server.names import ours
from supachat.server.trouble import ServerTrouble


@dataclass(frozen=True)
class Tls:
    """PEM files: the certificate with its chain, and its key without a passphrase."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Reach:
    """How others come to the server. `public_url` is the address they use, where it is not `host`'s own.

    `behind_proxy` says that one proxy stands in front, which has TLS and appends the address of whoever
    asks to X-Forwarded-For.
    """

    host: str = "127.0.0.1"
    tls: Tls | None = None
    behind_proxy: bool = False
    public_url: str = ""

    def check(self, port: int) -> None:
        """Raises ServerTrouble where this would be in the clear, or cannot be."""
        if self.tls is not None:
            _check_certificate(self.tls)
        if self.public_url and not _is_url(self.public_url):
            raise ServerTrouble(
                f"{self.public_url} is no address of a server. Nothing was started. "
                "Write it as https://chat.example.org."
            )
        if self.tls is None and not self.behind_proxy and not is_loopback(self.host):
            raise ServerTrouble(_in_the_clear(self.host, port))

    @property
    def alone(self) -> bool:
        """Whether nobody but this machine's own people get here."""
        public = urlsplit(self.public_url).hostname
        told = public is None or ours(public, ())
        return told and not self.behind_proxy and is_loopback(self.host)

    def names(self) -> frozenset[str]:
        """The host names under which the server answers, beside localhost and addresses in digits."""
        own = {self.host.lower(), socket.gethostname().lower()}
        public = urlsplit(self.public_url).hostname
        return frozenset(own | ({public} if public else set()) | set(self._certified()))

    def url(self, port: int) -> str:
        """The address to tell people."""
        if self.public_url:
            return self.public_url.rstrip("/")
        if self.tls is None:
            return address(self.host, port)
        name = next((name for name in self._certified() if not name.startswith("*")), None)
        return f"https://{name}:{port}" if name else address(self.host, port, "https")

    def _certified(self) -> tuple[str, ...]:
        return certified_names(self.tls.certificate.read_bytes()) if self.tls else ()


def address(host: str, port: int, scheme: str = "http") -> str:
    """The URL under which a program on this machine reaches a server that listens on `host`."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    return f"{scheme}://[{shown}]:{port}" if ":" in shown else f"{scheme}://{shown}:{port}"


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches `host`. A name that leads nowhere is refused later."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return True
    return all(ipaddress.ip_address(str(where[0]).partition("%")[0]).is_loopback for *_, where in found)


def certified_names(pem: bytes) -> tuple[str, ...]:
    """The DNS names of the first certificate in `pem`, in small letters and in its order."""
    certificate = x509.load_pem_x509_certificate(pem)
    try:
        found = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
    except x509.ExtensionNotFound:
        return ()
    if not isinstance(found, x509.SubjectAlternativeName):
        return ()
    return tuple(name.lower() for name in found.get_values_for_type(x509.DNSName))


def _check_certificate(tls: Tls) -> None:
    try:
        # without a passphrase at hand OpenSSL would ask the terminal for one
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls.certificate, tls.key, lambda: "")
        certified_names(tls.certificate.read_bytes())
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ServerTrouble(
            f"{tls.certificate} and {tls.key} cannot be used for TLS: {why}. Nothing was started. "
            "Give a certificate with its chain and its key without a passphrase, both as PEM."
        ) from error


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _in_the_clear(host: str, port: int) -> str:
    port = port or 54321  # nobody knows yet which free one it would have been
    return (
        f"without TLS supachat does not listen on {host}: passwords and messages would cross the network"
        " in the clear. Nothing was started.\n"
        "Others on this machine's network come in through SSH, while it listens on 127.0.0.1:\n\n"
        f"    ssh -L {port}:127.0.0.1:{port} {socket.gethostname()}\n\n"
        "Or give it a certificate with --tls-cert FILE --tls-key FILE,"
        " or say --behind-proxy where a proxy in front of it has one."
    )
