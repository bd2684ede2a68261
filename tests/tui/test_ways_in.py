"""Each way in on the sign-in page: by keys and by mouse; what was typed stays."""

from __future__ import annotations

import pytest
from tests.tui.entering import ALL, go_to, offering, said, type_in, value
from tests.tui.harness import make_app, running, screen_text, settled, until
from tests.tui.town import Town
from textual.pilot import Pilot

from supachat.domain.entering import Mailed, NewAccount, Nobody, Outside, Proof, Ways
from supachat.domain.errors import (
    RateLimited,
    SignInError,
    SignUpRefused,
    Unreachable,
    VaultError,
)
from supachat.domain.model import Account
from supachat.domain.text import Safe
from supachat.tui.screens.sign_in import SignIn
from supachat.tui.screens.sign_in_ways import broken, ways_of, ways_rows


async def signed_in(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: not isinstance(pilot.app.screen, SignIn))


async def test_tab_goes_through_the_fields_and_on_through_the_ways() -> None:
    async with running(make_app(offering(ALL)), (80, 24)) as pilot:
        await until(pilot, lambda: "e-mail code" in screen_text(pilot.app))
        await type_in(pilot, "email", "ana@acme.dev")
        for words in ("E-mail", "A code comes by e-mail", "Open this address", "Open this address",
                      "Nobody asks who you are", "Password"):  # fmt: skip
            await pilot.press("tab")
            await until(pilot, lambda words=words: words in said(pilot))  # type: ignore[misc]  # mypy on lambdas
        assert value(pilot, "email") == "ana@acme.dev"
        await pilot.press("shift+tab")
        await until(pilot, lambda: "Nobody asks who you are" in said(pilot))


async def test_a_code_is_sent_and_typed() -> None:
    town = offering(ALL)
    async with running(make_app(town), (80, 24)) as pilot:
        await go_to(pilot, "e-mail code")
        assert "send the mail" in screen_text(pilot.app)
        await type_in(pilot, "email", "ana@acme.dev")
        await pilot.press("enter")
        await until(pilot, lambda: "A mail went to ana@acme.dev" in said(pilot))
        assert town.mailed == [("ana@acme.dev", False)]
        town.sign_in_refused = SignInError("that code or link is old", cure="Send another")
        await type_in(pilot, "code", "48 31 20")
        await pilot.press("enter")
        await until(pilot, lambda: "that code or link is old. Send another" in said(pilot))
        assert value(pilot, "code") == "48 31 20"
        town.sign_in_refused = None
        await pilot.press("enter")
        await signed_in(pilot)
    assert town.proofs[-1] == Mailed("ana@acme.dev", "48 31 20")


async def test_who_forgot_the_password_gets_a_code_and_sets_a_new_one() -> None:
    town = offering(ALL)
    async with running(make_app(town), (80, 24)) as pilot:
        await until(pilot, lambda: "forgot" in screen_text(pilot.app))
        await type_in(pilot, "email", "ana@acme.dev")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "With it you set a new password" in said(pilot))
        assert value(pilot, "email") == "ana@acme.dev"
        await pilot.press("enter")
        await until(pilot, lambda: "If ana@acme.dev has an account, a mail went there" in said(pilot))
        assert (town.forgotten, town.mailed) == (["ana@acme.dev"], [])
        await type_in(pilot, "code", "483120")
        await pilot.press("enter")
        await until(pilot, lambda: "The old password ends when the new one is set" in said(pilot))
        assert town.proofs[-1] == Mailed("ana@acme.dev", "483120")
        town.password_refused = SignUpRefused("the password is too weak: six characters at least")
        await type_in(pilot, "fresh", "abc")
        await pilot.press("enter")
        await until(pilot, lambda: "the password is too weak" in said(pilot))
        town.password_refused = None
        await type_in(pilot, "fresh", "defghi")
        await pilot.press("enter")
        await signed_in(pilot)
    assert town.passwords == ["abcdefghi"]


async def test_esc_leads_back_from_a_forgotten_password_and_keeps_the_old_one_at_its_end() -> None:
    town = offering(ALL)
    async with running(make_app(town), (80, 24)) as pilot:
        await type_in(pilot, "email", "ana@acme.dev")
        await pilot.press("ctrl+r", "escape")
        await until(pilot, lambda: "forgot" in screen_text(pilot.app))
        await pilot.press("ctrl+r", "enter")
        await until(pilot, lambda: "a mail went there" in said(pilot))
        await type_in(pilot, "code", "483120")
        await pilot.press("enter")
        await until(pilot, lambda: "keep the old one" in screen_text(pilot.app))
        await pilot.press("escape")
        await signed_in(pilot)
    assert town.passwords == []


@pytest.mark.parametrize(("answer", "in_file"), [("enter", True), ("escape", False)])
async def test_without_a_keyring_one_is_asked_once_whether_a_file_may_keep_the_session(
    answer: str, in_file: bool
) -> None:
    town = offering(ALL)
    town.offer = Safe("It can be kept in /home/ana/s, which only you can read.")
    async with running(make_app(town), (80, 24)) as pilot:
        await until(pilot, lambda: "The session is kept in memory." in said(pilot))
        await type_in(pilot, "email", "ana@acme.dev")
        await type_in(pilot, "password", "secret")
        await pilot.press("enter")
        await until(pilot, lambda: "It can be kept in /home/ana/s, which only you can read." in said(pilot))
        assert town.signed_in
        await pilot.press(answer)
        await signed_in(pilot)
    assert town.in_file is in_file


async def test_a_file_that_cannot_be_written_is_said_and_one_is_in_all_the_same() -> None:
    town = offering(ALL)
    town.offer = Safe("It can be kept in /home/ana/s, which only you can read.")
    town.keep_refused = VaultError("the session could not be written to /home/ana/s: No space left")
    async with running(make_app(town), (80, 24)) as pilot:
        await type_in(pilot, "email", "ana@acme.dev")
        await type_in(pilot, "password", "secret")
        await pilot.press("enter")
        await until(pilot, lambda: "keep it there" in screen_text(pilot.app))
        await pilot.press("enter")
        await signed_in(pilot)
        await until(pilot, lambda: "No space left" in said(pilot))


async def test_enter_in_the_address_sends_another_mail() -> None:
    town = offering(ALL)
    async with running(make_app(town), (80, 24)) as pilot:
        await go_to(pilot, "e-mail code")
        await type_in(pilot, "email", "ana@acme.dev")
        await pilot.press("enter")
        await until(pilot, lambda: "A mail went to" in said(pilot))
        await pilot.press("shift+tab")
        await until(pilot, lambda: "send the mail" in screen_text(pilot.app))
        town.mail_refused = RateLimited("too many tries", cure="Wait a little")
        await pilot.press("enter")
        await until(pilot, lambda: "too many tries. Wait a little" in said(pilot))
        town.mail_refused = None
        await pilot.press("enter")
        await until(pilot, lambda: len(town.mailed) == 2)


async def test_an_address_without_an_account_says_so_under_it() -> None:
    town = offering(ALL)
    town.mail_refused = SignInError("no account has that e-mail address", cure="Make a new account instead")
    async with running(make_app(town), (80, 24)) as pilot:
        await go_to(pilot, "e-mail code")
        await type_in(pilot, "email", "ana@acme.dev")
        await pilot.press("enter")
        await until(pilot, lambda: "no account has that e-mail address" in said(pilot))
        await pilot.press("ctrl+n")
        await until(pilot, lambda: "A new account for acme" in said(pilot))
        assert value(pilot, "email") == "ana@acme.dev"


async def test_a_new_account_is_confirmed_by_the_code_of_its_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    town = offering(Ways())

    enter = town.enter

    async def waits(proof: Proof) -> Account | None:
        return None if isinstance(proof, NewAccount) else await enter(proof)

    monkeypatch.setattr(town, "enter", waits)
    async with running(make_app(town), (80, 24)) as pilot:
        await pilot.press("ctrl+n")
        for name in ("name", "email", "password"):
            await type_in(pilot, name, f"{name}@acme.dev")
        await pilot.press("enter")
        await until(pilot, lambda: "A mail went to email@acme.dev" in said(pilot))
        await pilot.press(*"483120", "enter")
        await signed_in(pilot)
    assert town.proofs == [Mailed("email@acme.dev", "483120")]


async def test_nobody_in_particular_is_let_in() -> None:
    town = offering(ALL)
    async with running(make_app(town), (80, 24)) as pilot:
        await go_to(pilot, "no name")
        await pilot.press("enter")
        await signed_in(pilot)
    assert town.proofs == [Nobody()]


async def test_a_browser_comes_back() -> None:
    town = offering(ALL)
    async with running(make_app(town), (80, 24)) as pilot:
        await go_to(pilot, "GitHub")
        await until(pilot, lambda: "provider=github" in screen_text(pilot.app))
        assert town.visit is not None
        town.visit.came.set_result("code")
        await signed_in(pilot)


async def test_the_address_on_which_the_browser_ended_is_pasted() -> None:
    town = offering(ALL)
    async with running(make_app(town), (80, 24)) as pilot:
        await go_to(pilot, "Google")
        await type_in(pilot, "back", "http://127.0.0.1:5/")
        await pilot.press("enter")
        await until(pilot, lambda: "that address brings no sign-in" in said(pilot))
        assert value(pilot, "back") == "http://127.0.0.1:5/"
        await pilot.press("ctrl+u", *"http://x/?code=5", "enter")
        await signed_in(pilot)


async def test_going_another_way_stops_waiting_for_the_browser() -> None:
    town = offering(ALL)
    async with running(make_app(town), (80, 24)) as pilot:
        await go_to(pilot, "GitHub")
        await until(pilot, lambda: "provider=github" in screen_text(pilot.app))
        await go_to(pilot, "e-mail code")
        assert town.visit is not None
        assert town.visit.closed
        assert "provider=github" not in screen_text(pilot.app)


async def test_the_address_for_the_browser_is_copied_and_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    town = offering(ALL)
    async with running(make_app(town), (80, 24)) as pilot:
        await go_to(pilot, "GitHub")
        await until(pilot, lambda: "provider=github" in screen_text(pilot.app))
        assert town.visit is not None
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "The address is copied" in said(pilot))
        assert pilot.app.clipboard == town.visit.url
        await pilot.press("ctrl+o")
        await until(pilot, lambda: opened == [town.visit.url if town.visit else ""])


async def test_a_backend_of_ones_own_is_asked_again() -> None:
    town = offering(Ways(False, False, False, outside=Safe("api.acme.dev")))
    async with running(make_app(town), (80, 24)) as pilot:
        await until(pilot, lambda: "api.acme.dev hands out the sign-in" in said(pilot))
        await pilot.press("enter")
        await signed_in(pilot)
    assert town.proofs == [Outside()]


async def test_a_project_that_cannot_be_asked_what_it_offers_can_still_be_signed_in_to() -> None:
    town = Town([], signed_in=False)
    town.offers = Unreachable("no answer")
    async with running(make_app(town), (80, 24)) as pilot:
        await type_in(pilot, "email", "ana@acme.dev")
        await type_in(pilot, "password", "secret")
        await pilot.press("enter")
        await signed_in(pilot)


async def test_a_project_without_new_accounts_offers_none() -> None:
    async with running(make_app(offering(Ways(sign_up=False))), (80, 24)) as pilot:
        await until(pilot, lambda: "new account" not in screen_text(pilot.app))
        await pilot.press("ctrl+n")
        await settled(pilot)
        assert "Sign in to acme" in screen_text(pilot.app)


def test_many_ways_take_more_rows_and_none_is_cut() -> None:
    names = tuple(f"provider_{n}" for n in range(9))
    ways = ways_of(Ways(providers=names))
    rows = ways_rows(ways, "password", 56)
    assert len(rows) > 2
    assert all(sum(len(span.text) for span in row.spans) <= 56 for row in rows)
    assert [span.act for row in rows for span in row.spans if span.act] == [way.id for way in ways]


@pytest.mark.parametrize("width", [5, 20, 53, 500])
def test_an_address_over_several_lines_is_whole_and_fits(width: int) -> None:
    url = (
        "https://acme.supabase.co/auth/v1/authorize?provider=github&redirect_to=x&code_challenge="
        + "c" * 43
    )
    lines = broken(url, width)
    assert "".join(lines) == url
    assert all(lines)
    assert max(map(len, lines)) <= width
