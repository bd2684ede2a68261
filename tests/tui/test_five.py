"""The five systems on one screen, from key to screen: the real app on the real client."""

from __future__ import annotations

from dataclasses import replace

from tests.tui.five import HALL, HANNAH, INVOICE, RELEASE, STAKING, five, said
from tests.tui.five_acts import asked, at, in_list
from tests.tui.harness import chat, make_app, row, running, screen_text, settled, until
from tests.tui.town import Town

from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed
from supachat.domain.model import Alteration, Extra, Presence
from supachat.tui.keymap import Place

# ---------------------------------------------------------------- the list


async def test_every_source_has_its_section_and_its_marks() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await until(pilot, lambda: "▾ Portal" in screen_text(pilot.app))
        chat(pilot.app).notices.dismiss()
        await settled(pilot)
        assert row(pilot.app, "Hannah Weiss")[2] == "◷"
        assert "you" in row(pilot.app, "Hannah Weiss")
        assert "JL   4" in row(pilot.app, "Order 58213")
        assert " -   2" in row(pilot.app, "Login loop")
        assert row(pilot.app, "Explain SEI")[2] == "✦"
        assert row(pilot.app, "Critical alerts")[2] == "!"
        assert "▸ archived" in screen_text(pilot.app)
        assert "Tax lots" not in screen_text(pilot.app)
        assert "⊘  86" in row(pilot.app, "Random")


async def test_a_heading_mutes_all_of_its_source() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await pilot.press("tab", "g")
        await settled(pilot)
        first = chat(pilot.app).client.sources[0]
        assert "m mute" in screen_text(pilot.app).splitlines()[-1]
        await pilot.press("m")
        await until(pilot, lambda: "⊘" in row(pilot.app, f"▾ {first.label}"))
        assert chat(pilot.app).client.telling.is_muted(first.name)
        await pilot.press("m")
        await until(pilot, lambda: not chat(pilot.app).client.telling.is_muted(first.name))


async def test_one_source_alone_has_nothing_of_the_others() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("tab")
        await settled(pilot)
        screen = screen_text(pilot.app)
        assert not [word for word in ("assign", "status", "archive", "Prices") if word in screen]


async def test_a_list_that_is_too_long_says_so_until_its_end_is_there() -> None:
    async with running(make_app(five()), (120, 24)) as pilot:
        await until(pilot, lambda: "more below" in screen_text(pilot.app))
        shown = chat(pilot.app).list
        await pilot.press("tab", *["down"] * 5)
        await settled(pilot)
        while "more below" in screen_text(pilot.app):
            before = shown.chosen
            await pilot.press("down")
            await settled(pilot)
            assert shown.chosen is not before
            chosen = shown.chosen
            assert chosen is not None
            assert chosen.view is None or chosen.view.thread.title[:8] in screen_text(pilot.app)


async def test_the_filter_narrows_while_typing_and_esc_brings_all_back() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await in_list(pilot, HANNAH)
        await pilot.press("slash", *"mine")
        await until(pilot, lambda: "Order 58213" not in screen_text(pilot.app))
        assert "Hannah Weiss" in row(pilot.app, "you")
        await pilot.press(*"qq")
        await until(pilot, lambda: "Nothing fits" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: "Order 58213" in screen_text(pilot.app))
        assert chat(pilot.app).parts.places.here is Place.LIST


async def test_that_nothing_fits_the_filter_is_said_whole_in_the_narrowest_list() -> None:
    async with running(make_app(five(), mono=True), (80, 24)) as pilot:
        await in_list(pilot, HANNAH)
        await pilot.press("slash", *"zzqq")
        await until(pilot, lambda: "esc shows all" in screen_text(pilot.app))


async def test_the_filter_opens_what_its_cursor_stands_on() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await in_list(pilot, HANNAH)
        await pilot.press("slash", *"staking", "enter")
        await until(pilot, lambda: chat(pilot.app).shown == STAKING)
        assert "Order 58213" in screen_text(pilot.app)


async def test_s_changes_the_status_at_once_and_a_refusal_takes_it_back() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await in_list(pilot, HANNAH)
        town.hold.clear()
        town.alter_refused = NotAllowed("only its agent can")
        await pilot.press("s", *"open", "enter")
        await until(pilot, lambda: "› ◊ Hannah Weiss" in screen_text(pilot.app))
        town.hold.set()
        await until(pilot, lambda: "the status was not changed" in screen_text(pilot.app))
        assert "› ◷ Hannah Weiss" in screen_text(pilot.app)
        assert [each.value for each in asked(town, Alteration.STATUS)] == ["open"]


async def test_a_assigns_to_somebody_by_name() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await in_list(pilot, HANNAH)
        await pilot.press("a", *"jonas", "enter")
        await until(pilot, lambda: "assigned to Jonas Lind" in screen_text(pilot.app))
        assert [each.value for each in asked(town, Alteration.ASSIGN)] == ["jonas"]


async def test_keys_that_a_source_has_no_use_for_say_so_and_do_nothing() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await in_list(pilot, RELEASE)
        assert "status" not in screen_text(pilot.app).splitlines()[-1]
        await pilot.press("s")
        await until(pilot, lambda: "Rooms cannot do that" in screen_text(pilot.app))
        assert asked(town, Alteration.STATUS) == []


async def test_what_only_the_owner_may_is_not_offered_to_others() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press(*"/re")
        await until(pilot, lambda: "/reconnect" in screen_text(pilot.app))
        assert "/rename" not in screen_text(pilot.app)
        assert "/remove" not in screen_text(pilot.app)
        await pilot.press(*"name", "enter")
        await until(pilot, lambda: "only Mira Kovač can do that" in screen_text(pilot.app))
        await pilot.press("ctrl+p", *"this thread")
        await until(pilot, lambda: "Leave this thread" in screen_text(pilot.app))
        assert "Rename this thread" not in screen_text(pilot.app)
        assert asked(town, Alteration.RENAME) == []


async def test_rename_and_leave_are_commands_where_the_source_can() -> None:
    town = five()
    town.threads = [replace(one, owner="ana") if one.key == RELEASE else one for one in town.threads]
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press("ctrl+p", *"rename this", "enter")
        await settled(pilot)
        await pilot.press("ctrl+u", *"Release 4.3", "enter")
        await until(pilot, lambda: "Message Release 4.3" in screen_text(pilot.app) or row(pilot.app, "4.3"))
        await pilot.press("ctrl+p", *"leave this", "enter")
        await until(pilot, lambda: "Leave Release 4.3?" in screen_text(pilot.app))
        await pilot.press("y")
        await until(pilot, lambda: asked(town, Alteration.LEAVE))
        assert [each.value for each in asked(town, Alteration.RENAME)] == ["Release 4.3"]


async def test_the_header_counts_the_reader_among_who_is_here_as_the_people_beside_it_do() -> None:
    town = five()
    async with running(make_app(town), (200, 50)) as pilot:
        await at(pilot, RELEASE)
        town.say(ev.PresenceHeard(RELEASE, {"mira": Presence.ONLINE, "tom": Presence.OFFLINE}))
        of = len(chat(pilot.app).client.members(RELEASE))
        await until(pilot, lambda: f"2 here of {of}" in screen_text(pilot.app))
        assert screen_text(pilot.app).count("◉ You") == 1


async def test_what_stands_behind_a_slash_is_not_asked_for_again() -> None:
    town = five()
    town.threads = [replace(one, owner="ana") if one.key == RELEASE else one for one in town.threads]
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press(*"/rename Boats", "enter")
        await until(pilot, lambda: "1 of 1" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: "Message Boats" in screen_text(pilot.app))
        await at(pilot, HANNAH)
        await pilot.press(*"/assign jonas", "enter")
        await until(pilot, lambda: "1 of 4" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: asked(town, Alteration.ASSIGN))
        assert [each.value for each in asked(town, Alteration.ASSIGN)] == ["jonas"]


async def test_z_archives_and_o_puts_the_unread_first() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await in_list(pilot, STAKING)
        await pilot.press("o")
        await until(
            pilot,
            lambda: (
                screen_text(pilot.app).index("Portfolio") < screen_text(pilot.app).rindex("Explain SEI")
            ),
        )
        await pilot.press("z")
        await until(pilot, lambda: asked(town, Alteration.ARCHIVE))


# ---------------------------------------------------------------- messages


async def test_who_writes_is_told_by_shape_and_word() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, HANNAH)
        screen = screen_text(pilot.app)
        for mark in ("◊ Hannah Weiss  customer", "◫ Desk bot  bot", "⌂ Jonas Lind  agent", "› You  agent"):
            assert mark in screen
        assert "∙ Bot handed over" in screen
        assert "pending, assigned to you, web chat, 3 earlier" in screen


async def test_an_answer_that_grows_says_so_until_it_is_whole() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        assert row(pilot.app, "Sol  assistant").strip()
        assert row(pilot.app, "Sol is writing")
        last = town.table[STAKING][-1]
        whole = replace(last, extra=replace(last.extra, growing=False))  # type: ignore[type-var]  # it has one
        town.say(ev.MessageArrived(whole, changed=True))
        await until(pilot, lambda: "writing" not in screen_text(pilot.app))


async def test_voice_cards_trouble_and_subjects_are_labelled() -> None:
    town = five()
    async with running(make_app(town), (120, 60)) as pilot:
        await at(pilot, STAKING)
        screen = screen_text(pilot.app)
        assert "voice message, transcript" in screen
        assert "adapter  sei-evm" in screen
        assert "unfinished" in screen
        assert "with Sol, started by you" in screen
        await at(pilot, INVOICE)
        assert row(pilot.app, "Could you send the corrected one?")
        assert screen_text(pilot.app).count("Invoice 2041") >= 3
        await at(pilot, HALL)
        assert "not stored by the server" in screen_text(pilot.app)
        heard = said(HALL, "mira", "Standup in five", 0, Extra(hearsay=True))
        town.say(ev.MessageArrived(heard))
        await until(pilot, lambda: "unverified" in screen_text(pilot.app))


async def test_editing_keeps_the_unsent_text_and_saves() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        await pilot.press(*"half a", "ctrl+up")
        await until(pilot, lambda: "✎ Show me the 30 day" in screen_text(pilot.app))
        await pilot.press(*" please", "enter")
        await until(pilot, lambda: chat(pilot.app).composer.text == "half a")
        await until(pilot, lambda: any(isinstance(r, ev.EditMessage) for r in town.performed))
        assert "by validator. please" in screen_text(pilot.app)
        await pilot.press("ctrl+c", "up")  # should another screen's edit of it come later and stay
        await until(pilot, lambda: chat(pilot.app).composer.text.endswith("by validator. please"))


async def test_esc_leaves_an_edit_and_up_brings_its_text_back() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, STAKING)
        await pilot.press("ctrl+up", *" now", "escape")
        await until(pilot, lambda: chat(pilot.app).composer.text == "")
        await pilot.press("up")
        await until(pilot, lambda: chat(pilot.app).composer.text.endswith("by validator. now"))


async def test_deleting_asks_and_takes_it_off_the_screen() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        await pilot.press("f6", "k", "d")
        await until(pilot, lambda: "Delete this message for everyone?" in screen_text(pilot.app))
        await pilot.press("y")
        await until(pilot, lambda: any(isinstance(r, ev.DeleteMessage) for r in town.performed))
        await until(pilot, lambda: "message deleted" in screen_text(pilot.app))
        await until(pilot, lambda: "copy" not in screen_text(pilot.app).splitlines()[-1])
        await pilot.press("y")  # nothing takes the place of what the clipboard holds
        assert pilot.app.clipboard == ""


async def test_where_a_source_cannot_edit_there_is_no_key_for_it() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, HANNAH)
        await pilot.press("f6", "k")
        await settled(pilot)
        footer = screen_text(pilot.app).splitlines()[-1]
        assert "delete" not in footer
        assert "edit" not in footer
