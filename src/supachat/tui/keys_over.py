"""The keys of what opens over the chat, or stands before it. A key that does nothing is not here."""

from __future__ import annotations

from typing import Final

from supachat.tui.key import Key

SWITCHER: Final = (
    Key("pick", "enter", "open"),
    Key("pick_up", "up", "up", action="move(-1)"),
    Key("pick_down", "down", "down", action="move(1)"),
    Key("group", "tab", "next group"),
    Key("close", "escape ctrl+k f3", "back"),
    Key("leave_switcher", "ctrl+q", "quit", action="app.leave"),
)

COMMANDS: Final = (
    Key("run", "enter", "run", action="pick"),
    Key("run_move", "", "move", shown="up down"),
    Key("run_up", "up", "up", action="move(-1)"),
    Key("run_down", "down", "down", action="move(1)"),
    Key("run_close", "escape ctrl+p f2", "back", action="close"),
    Key("leave_commands", "ctrl+q", "quit", action="app.leave"),
)

DATE: Final = (
    Key("date_go", "enter", "go there", action="pick"),
    Key("date_up", "up", "up", action="move(-1)"),
    Key("date_down", "down", "down", action="move(1)"),
    Key("date_close", "escape alt+g", "back", action="close"),
    Key("leave_date", "ctrl+q", "quit", action="app.leave"),
)

PAGE: Final = (
    Key("page_scroll", "", "scroll", shown="up down"),
    Key("page_close", "escape q f1 question_mark", "back", action="close"),
    Key("leave_page", "ctrl+q", "quit", action="app.leave"),
)

HEALTH: Final = (
    Key("health_scroll", "", "scroll", shown="up down", silent=True),
    Key("health_again", "ctrl+l", "reconnect now", action="by_hand('again')"),
    Key("health_all", "r", "leave and rejoin all", "rejoin all", action="by_hand('reconnect_all')"),
    Key("health_offline", "o", "offline, back", action="by_hand('toggle_offline')"),
    Key("health_close", "escape q f9", "back", action="close", silent=True),
    Key("leave_health", "ctrl+q", "quit", action="app.leave", silent=True),
)

CHOICES: Final = (
    Key("go", "enter", "go on"),
    Key("choice_move", "", "choose", shown="up down"),
    Key("choice_up", "up k shift+tab", "up", action="move(-1)"),
    Key("choice_down", "down j tab", "down", action="move(1)"),
    Key("leave_choices", "ctrl+q", "quit", action="app.leave"),
)

PROJECT: Final = (
    Key("project_go", "enter", "go on", action="go"),
    Key("project_field", "tab down", "next field", action="field(1)"),
    Key("project_field_up", "shift+tab up", "field before", action="field(-1)"),
    Key("project_kinds", "", "choose", shown="left right"),
    Key("project_kind", "", "add or drop", shown="space"),
    Key("project_back", "escape", "back", action="back"),
    Key("leave_project", "ctrl+q", "quit", action="app.leave"),
)

SIGN_IN: Final = (
    Key("sign_in_go", "enter", "sign in", action="go"),
    Key("sign_in_field", "tab down", "next", action="field(1)"),
    Key("sign_in_field_up", "shift+tab up", "before", action="field(-1)"),
    Key("show_password", "ctrl+t", "show the password", "show"),
    Key("forgot", "ctrl+r", "forgot the password", "forgot"),
    Key("open_address", "ctrl+o", "open here"),
    Key("copy_address", "ctrl+s", "copy"),
    Key("new_account", "ctrl+n", "new account"),
    Key("sign_in_back", "escape", "back", action="back"),
    Key("leave_sign_in", "ctrl+q", "quit", action="app.leave"),
)

PICK: Final = (
    Key("pick_it", "enter", "take", action="pick"),
    Key("pick_move", "", "move", shown="up down"),
    Key("pick_it_up", "up", "up", action="move(-1)", silent=True),
    Key("pick_it_down", "down", "down", action="move(1)", silent=True),
    Key("pick_close", "escape", "back", action="close"),
    Key("leave_pick", "ctrl+q", "quit", action="app.leave"),
)

SEARCH: Final = (
    Key("hit_open", "enter", "go there", action="pick"),
    Key("hit_move", "", "move", shown="up down"),
    Key("hit_up", "up", "up", action="move(-1)", silent=True),
    Key("hit_down", "down", "down", action="move(1)", silent=True),
    Key("search_close", "escape alt+s", "back", action="close"),
    Key("leave_search", "ctrl+q", "quit", action="app.leave"),
)

FEED: Final = (
    Key("take", "t", "take", action="do('take')"),
    Key("close_row", "c", "close", action="do('close')"),
    Key("feed_move", "", "move", shown="j k g G"),
    Key("feed_up", "k up", "up", action="move(-1)", silent=True),
    Key("feed_down", "j down", "down", action="move(1)", silent=True),
    Key("feed_first", "g home", "first", action="move(-9999)", silent=True),
    Key("feed_last", "G end", "last", action="move(9999)", silent=True),
    Key("feed_waiting", "u", "only what waits, or all", "waiting", action="waiting"),
    Key("feed_again", "r", "read again", action="feeds.again"),
    Key("feed_keys", "question_mark", "keys", action="doors.help"),
)
