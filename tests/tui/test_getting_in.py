"""First run, sign-in and sign-up: what was typed stays, and bad input gets words."""

from __future__ import annotations

import pytest
from tests.tui.entering import said, type_in, value
from tests.tui.harness import chat, make_app, running, screen_text, settled, until
from tests.tui.scripted_setup import KEY, URL, ScriptedSetUp
from tests.tui.town import Town
from textual import events

from supachat.domain.errors import (
    BadCredentials,
    EmailUnverified,
    NotAllowed,
    SettingsError,
    SignUpRefused,
    SupachatError,
    Unreachable,
)
from supachat.domain.text import Safe, safe_line
from supachat.tui.keymap import Place
from supachat.tui.screens.sign_in import SignIn
from supachat.tui.setup_protocol import ChatKind, WorkspaceCard
from supachat.tui.widgets.composer import Field
from supachat.tui.widgets.form import FormField


async def test_the_demo_is_one_key_away_and_ends_the_app_so_that_it_can_start() -> None:
    set_up = ScriptedSetUp()
    app = make_app(None, set_up=set_up)
    async with running(app, (80, 24)) as pilot:
        assert "Where are your conversations?" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
    assert set_up.demo
    assert app.return_code == 0


async def test_a_project_is_tried_while_it_is_typed_and_kept_when_it_is_right() -> None:
    set_up = ScriptedSetUp()
    app = make_app(None, set_up=set_up)
    async with running(app, (80, 24)) as pilot:
        await pilot.press("down", "enter")
        await until(pilot, lambda: "A Supabase project" in screen_text(app))
        await type_in(pilot, "url", URL)
        await until(pilot, lambda: "✓ answers in 84 ms" in screen_text(app))
        await type_in(pilot, "key", KEY)
        await until(pilot, lambda: "✓ the project takes it" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "Sign in to acme" in screen_text(app))
    assert set_up.saved == [("acme", URL, KEY, ("direct",))]


async def test_in_the_least_terminal_what_is_chosen_is_in_sight_and_can_be_read() -> None:
    app = make_app(None, set_up=ScriptedSetUp())
    async with running(app, (40, 10)) as pilot:
        await pilot.press("down")
        await until(pilot, lambda: "› In a Supabase project" in screen_text(app))
        words = " ".join(screen_text(app).split())
        assert "Both are tried while you type, nothing is kept before they are right." in words
        await pilot.press("enter")
        await until(pilot, lambda: "A Supabase project" in screen_text(app))
        await pilot.press("enter")  # what is missing is said over several rows
        await pilot.press("tab", *"sb_publishable_1")
        await until(pilot, lambda: "sb_publishable_1" in screen_text(app))


async def test_a_project_may_have_several_kinds_of_chat_and_keeps_at_least_one() -> None:
    set_up = ScriptedSetUp(ChatKind("rooms", Safe("rooms")), ChatKind("inbox", Safe("inbox")))
    app = make_app(None, set_up=set_up)
    async with running(app, (80, 24)) as pilot:
        await pilot.press("down", "enter")
        await until(pilot, lambda: "A Supabase project" in screen_text(app))
        await type_in(pilot, "url", URL)
        await type_in(pilot, "key", KEY)
        await pilot.press("tab", "space")  # the only one stays
        await until(pilot, lambda: "›Direct" in screen_text(app))
        await until(pilot, lambda: "left right choose   space add or drop" in screen_text(app))
        await pilot.press("right", "space", "right", "space")
        await until(pilot, lambda: "space takes it out" in screen_text(app))
        await pilot.press("left", "space", "enter")
        await until(pilot, lambda: "Sign in to acme" in screen_text(app))
    assert [kinds for _, _, _, kinds in set_up.saved] == [("direct", "inbox")]


async def test_an_env_file_brings_both_and_says_what_it_ignored() -> None:
    app = make_app(None, set_up=ScriptedSetUp())
    async with running(app, (80, 24)) as pilot:
        await pilot.press("down", "enter")
        await type_in(pilot, "url", "~/shop/.env")
        await until(pilot, lambda: "a service role key in it was ignored" in said(pilot))
        await until(pilot, lambda: "✓ the project takes it" in screen_text(app))
        assert value(pilot, "key") == KEY


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("nonsense", "", "an address begins with https://"),
        ("https://nobody.example", KEY, "no answer from https://nobody.example"),
        (URL, "sb_secret_9fk2", "this is a secret key"),
        (URL, "sb_publishable_wrong", "the project does not know this key"),
        (URL, "", "paste the publishable key"),
        ("", "", "type the project's URL"),
    ],
)
async def test_bad_input_gets_words_and_stays(url: str, secret: str, words: str) -> None:
    set_up = ScriptedSetUp()
    app = make_app(None, set_up=set_up)
    async with running(app, (80, 24)) as pilot:
        await pilot.press("down", "enter")
        await type_in(pilot, "url", url)
        await type_in(pilot, "key", secret)
        await pilot.press("enter")
        await until(pilot, lambda: words in said(pilot))
        assert (value(pilot, "url"), value(pilot, "key")) == (url, secret)
    assert set_up.saved == []


async def test_a_settings_file_that_cannot_be_written_is_said() -> None:
    set_up = ScriptedSetUp()
    set_up.save_refused = SettingsError("the settings cannot be written", cure="make room on the disk")
    app = make_app(None, set_up=set_up)
    async with running(app, (80, 24)) as pilot:
        await pilot.press("down", "enter")
        await type_in(pilot, "url", URL)
        await type_in(pilot, "key", KEY)
        await pilot.press("enter")
        await until(pilot, lambda: "make room on the disk" in said(pilot))


async def test_back_from_the_project_to_the_question() -> None:
    app = make_app(None, set_up=ScriptedSetUp())
    async with running(app, (80, 24)) as pilot:
        await pilot.press("down", "enter", "escape")
        await until(pilot, lambda: "Where are your conversations?" in screen_text(app))


async def test_without_anything_to_set_up_with_it_says_so_and_ends() -> None:
    app = make_app(None)
    async with app.run_test(size=(80, 24)):
        pass
    assert app.return_code == 1


# ---------------------------------------------------------------- signing in


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            BadCredentials("that e-mail and password do not match"),
            "✗ that e-mail and password do not match",
        ),
        (
            EmailUnverified("this account waits for its mail", cure="open the link in it"),
            "open the link in it",
        ),
        (
            Unreachable("no answer from acme.supabase.co", cure="try again"),
            "no answer from acme.supabase.co",
        ),
    ],
)
async def test_a_refused_sign_in_says_why_and_keeps_what_was_typed(
    error: SupachatError, words: str
) -> None:
    town = Town([], signed_in=False)
    town.sign_in_refused = error
    async with running(make_app(town), (80, 24)) as pilot:
        await type_in(pilot, "email", "ana@acme.dev")
        await type_in(pilot, "password", "not this one")
        await pilot.press("enter")
        await until(pilot, lambda: words in said(pilot))
        assert (value(pilot, "email"), value(pilot, "password")) == ("ana@acme.dev", "not this one")
        town.sign_in_refused = None
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, SignIn))


async def test_what_a_password_manager_types_at_once_goes_into_its_fields() -> None:
    async with running(make_app(Town([], signed_in=False)), (80, 24)) as pilot:
        pilot.app.screen.query_one("#email", FormField).line.focus()
        await settled(pilot)
        for typed in "a@b.c\thunter2":
            pilot.app.post_message(events.Key("tab" if typed == "\t" else typed, typed))
        await until(pilot, lambda: value(pilot, "password") == "hunter2")
        assert value(pilot, "email") == "a@b.c"


async def test_a_password_is_never_on_the_screen_until_it_is_asked_for() -> None:
    async with running(make_app(Town([], signed_in=False)), (80, 24)) as pilot:
        await type_in(pilot, "password", "hunter2")
        assert "hunter2" not in screen_text(pilot.app)
        assert "*******" in screen_text(pilot.app)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "hunter2" in screen_text(pilot.app))
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "hunter2" not in screen_text(pilot.app))


async def test_an_empty_field_is_named_before_the_server_is_asked() -> None:
    async with running(make_app(Town([], signed_in=False)), (80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "this is still empty" in screen_text(pilot.app))


async def test_a_new_account_has_a_name_and_keeps_what_was_typed_before() -> None:
    town = Town([], signed_in=False)
    town.sign_in_refused = SignUpRefused("that address has an account", cure="sign in instead")
    async with running(make_app(town), (80, 24)) as pilot:
        await type_in(pilot, "email", "ana@acme.dev")
        await pilot.press("ctrl+n")
        await until(pilot, lambda: "A new account for acme" in screen_text(pilot.app))
        await type_in(pilot, "name", "Ana")
        await type_in(pilot, "password", "long enough")
        await pilot.press("enter")
        await until(pilot, lambda: "that address has an account" in screen_text(pilot.app))
        assert value(pilot, "email") == "ana@acme.dev"
        assert value(pilot, "name") == "Ana"


async def test_the_other_way_in_can_be_clicked() -> None:
    async with running(make_app(Town([], signed_in=False)), (80, 24)) as pilot:
        rows = screen_text(pilot.app).splitlines()
        y = next(n for n, row in enumerate(rows) if "new account" in row)
        await pilot.click(offset=(rows[y].index("new account"), y))
        await until(pilot, lambda: "A new account for acme" in screen_text(pilot.app))


async def test_a_session_that_ends_asks_again_and_what_is_cached_can_be_read_on() -> None:
    from supachat.domain import events as ev

    town = Town()
    async with running(make_app(town)) as pilot:
        await pilot.press(*"kept")
        town.say(ev.SessionLost(safe_line("you were signed out elsewhere")))
        await until(pilot, lambda: "you were signed out elsewhere" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: "Waiting for your word" in screen_text(pilot.app))
        assert chat(pilot.app).composer.text == "kept"


async def test_signing_out_with_unsent_messages_asks_first() -> None:
    town = Town()
    town.refused = NotAllowed("no")
    async with running(make_app(town)) as pilot:
        await pilot.press(*"unsent", "enter")
        await until(pilot, lambda: "not sent: no" in screen_text(pilot.app))
        await pilot.press("ctrl+p", *"sign out", "enter")
        await until(pilot, lambda: "Drop 1 unsent message?  y sign out  n stay" in screen_text(pilot.app))
        await pilot.press("n", *"goes on")
        await settled(pilot)
        assert not isinstance(pilot.app.screen, SignIn)
        assert town.signed_in
        assert chat(pilot.app).composer.text == "goes on"


async def test_who_signs_out_leaves_nothing_on_the_screen_and_nothing_to_be_recalled() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await pilot.press(*"sent", "enter", *"begun")
        await pilot.press("ctrl+p", *"sign out", "enter")
        await until(pilot, lambda: "Drop 1 unfinished text?  y sign out  n stay" in screen_text(pilot.app))
        below = chat(pilot.app)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, SignIn))
        assert (below.shown, below.composer.text, below.pane.newest(10)) == (None, "", ())
        assert (below.client.threads(), below.client.account) == ((), None)
        assert below.parts.places.here is Place.LIST
        below.composer.on_field_recall(Field.Recall(-1))
        assert below.composer.text == ""


async def test_signing_out_goes_to_the_sign_in_page() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await pilot.press("ctrl+p", *"sign out", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, SignIn))
        assert not town.signed_in


async def test_another_workspace_can_be_opened_from_the_palette() -> None:
    other = WorkspaceCard(safe_line("beta"), safe_line("https://beta.supabase.co"))
    app = make_app(Town(), cards=(other,))
    async with running(app) as pilot:
        left = chat(app)
        await pilot.press("ctrl+p", *"beta", "enter")
        await until(pilot, lambda: app.client is not None and app.client.workspace == "beta")
        await until(pilot, lambda: " beta " in screen_text(app).splitlines()[0])
        await until(pilot, lambda: not left.is_attached and app.screen_stack == [chat(app)])
