"""A connection that did not come about: what a person is told of it."""

from __future__ import annotations

import socket
import ssl

import httpx
import pytest
from websockets.exceptions import InvalidHandshake, InvalidProxy, InvalidURI

from supachat.domain.errors import Unreachable
from supachat.remote.doorstep import untrusted, why
from supachat.remote.refusals import network
from supachat.remote.verdicts import Cure


def certificate() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "CERTIFICATE_VERIFY_FAILED")
    error.verify_message = "self-signed certificate\u202e"
    return error


@pytest.mark.parametrize(
    ("error", "cure", "words"),
    [
        (TimeoutError(), Cure.RETRY, "the server does not answer"),
        (socket.gaierror(-3, "try again"), Cure.RETRY, "the server's name cannot be looked up"),
        (ConnectionRefusedError(), Cure.RETRY, "nothing listens at that address"),
        (OSError(101, "unreachable"), Cure.RETRY, "the server cannot be reached"),
        (InvalidHandshake("what"), Cure.RETRY, "what answers there does not speak websocket"),
        (InvalidProxy("x:1", "what"), Cure.RETRY, "the proxy in your environment does not let us through"),
        (certificate(), Cure.FOREIGN, "somebody else may answer there"),
        (
            InvalidURI("http://hotel.example/login", "no"),
            Cure.FOREIGN,
            "this network may want you to sign in",
        ),
    ],
)
def test_each_failure_has_its_words(error: Exception, cure: Cure, words: str) -> None:
    verdict = why(error)
    assert verdict.cure is cure
    assert words in verdict.words
    assert "\u202e" not in verdict.words


def test_what_fails_on_the_way_to_a_proxy_is_not_the_servers() -> None:
    assert (
        why(ConnectionRefusedError(), by_proxy=True).words
        == "the proxy in your environment cannot be reached"
    )
    assert why(TimeoutError(), by_proxy=True).words == "the server does not answer"
    assert why(certificate(), by_proxy=True).cure is Cure.FOREIGN


def test_a_hotels_certificate_is_told_of_tables_and_sign_in_too() -> None:
    """Two libraries deep, as httpx brings it."""
    outer = httpx.ConnectError("connect", request=httpx.Request("GET", "https://chat.example/rest"))
    outer.__cause__ = OSError("in between")
    outer.__cause__.__cause__ = certificate()
    told = network(outer)
    assert isinstance(told, Unreachable)
    assert not told.arrived
    assert told.message == untrusted(certificate())
    assert "browser" in (told.cure or "")


def test_other_failures_say_nothing_of_certificates() -> None:
    outer = httpx.ConnectError("connect", request=httpx.Request("GET", "https://chat.example/rest"))
    outer.__cause__ = ConnectionRefusedError()
    assert "cannot be reached" in str(network(outer))
