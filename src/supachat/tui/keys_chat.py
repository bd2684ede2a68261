"""The keys of the chat screen, place by place. A key that does nothing is not here."""

from __future__ import annotations

from typing import Final

from supachat.tui.key import Key

EVERYWHERE: Final = (
    Key(
        "switch", "ctrl+k f3", "switch thread", "switch", command="Switch thread", action="switching.switch"
    ),
    Key(
        "start",
        "ctrl+n",
        "start a thread",
        "new thread",
        command="Start a thread",
        action="switching.start",
    ),
    Key("commands", "ctrl+p f2", "commands", action="doors.commands"),
    Key(
        "next_unread",
        "alt+a f4",
        "next unread",
        command="Go to the next unread",
        action="going.next_unread",
    ),
    Key(
        "last_thread", "alt+slash f5", "last thread", command="Back to the last thread", action="going.last"
    ),
    Key(
        "above",
        "alt+up ctrl+pageup",
        "thread above, below",
        action="going.beside(-1)",
        shown="alt+up  alt+down",
    ),
    Key("below", "alt+down ctrl+pagedown", "thread below", action="going.beside(1)", silent=True),
    *(
        Key(
            f"position{n}",
            f"alt+{n}",
            "thread by its place",
            action=f"going.position({n})",
            shown="alt+1 to alt+9",
            silent=n > 1,
        )
        for n in range(1, 10)
    ),
    Key(
        "search",
        "alt+s ctrl+f",
        "search everywhere",
        "search",
        command="Search everywhere",
        action="seeking.search",
    ),
    Key(
        "list",
        "f7 alt+shift+b",
        "hide or show the list",
        "list",
        command="Hide or show the list",
        action="places.turn_list",
    ),
    Key(
        "people",
        "f8 alt+shift+n",
        "people",
        command="Show people and this thread",
        action="places.turn_people",
    ),
    Key("health", "f9", "link health", "health", command="Show link health", action="doors.health"),
    Key(
        "again", "ctrl+l", "draw again, reconnect", "try now", command="Reconnect now", action="link.again"
    ),
    Key(
        "reconnect_all",
        "alt+l",
        "leave and rejoin everything",
        command="Reconnect everything",
        action="link.reconnect_all",
    ),
    Key(
        "toggle_offline",
        "alt+o",
        "go offline, come back",
        command="Go offline or come back",
        action="link.toggle_offline",
    ),
    Key("help", "f1", "keys", command="Show the keys", action="doors.help"),
    Key("suspend", "ctrl+z", "suspend, fg comes back", action="app.suspend_process"),
    Key("copy", "ctrl+c", "copy, else clear the text", action="writing.copy"),
    Key("leave", "ctrl+q", "quit, unsent is kept", "quit", command="Quit", action="app.leave"),
    Key("page_up", "pageup", "a page up, down", action="pane.page(-1)", shown="pgup  pgdn"),
    Key("page_down", "pagedown", "a page down", action="pane.page(1)", silent=True),
    Key(
        "oldest",
        "alt+home ctrl+home",
        "oldest that is loaded",
        command="Go to the oldest loaded",
        action="pane.scroll_to_oldest",
    ),
    Key(
        "newest",
        "alt+end ctrl+end",
        "newest; also esc twice",
        "newest",
        command="Go to the newest",
        action="pane.scroll_to_newest",
    ),
    Key(
        "first_unread",
        "alt+u",
        "first unread",
        command="Go to the first unread",
        action="pane.scroll_to_new",
    ),
    Key("date", "alt+g", "go to a day", command="Go to a day", action="seeking.ask_day"),
    Key(
        "select",
        "f6 alt+m",
        "choose a message",
        "messages",
        command="Choose a message",
        action="reading.choose",
    ),
    Key("focus_next", "tab", "next place", action="screen.walk(1)"),
    Key("focus_previous", "shift+tab", "place before", action="screen.walk(-1)", silent=True),
    Key("back", "escape", "back to the text, which stays", "back", action="screen.back"),
)

COMPOSER: Final = (
    Key("send", "enter", "send"),
    Key("new_line", "alt+enter ctrl+j shift+enter ctrl+enter", "new line"),
    Key("editor", "alt+e", "in your own editor", action="editor.open", command="Write in your own editor"),
    Key("edit_last", "ctrl+up", "edit your last message", action="editing.last"),
    Key("older", "up", "what you sent before", action="line(-1)"),
    Key("newer", "down", "the line below", action="line(1)", silent=True),
    Key(
        "line_start",
        "ctrl+a home",
        "start, end of the line",
        action="cursor_line_start",
        shown="ctrl+a  ctrl+e",
    ),
    Key("line_end", "ctrl+e end", "end of the line", action="cursor_line_end", silent=True),
    Key(
        "word_left", "ctrl+left alt+b", "word left, right", action="cursor_word_left", shown="alt+b  alt+f"
    ),
    Key("word_right", "ctrl+right alt+f", "word right", action="cursor_word_right", silent=True),
    Key("kill_word", "ctrl+w alt+backspace", "delete the word before, after", shown="ctrl+w  alt+d"),
    Key("kill_next_word", "alt+d", "delete the word after", silent=True),
    Key("kill_start", "ctrl+u", "delete to the start, end", shown="ctrl+u  alt+k"),
    Key("kill_end", "alt+k", "delete to the end", silent=True),
    Key("yank", "ctrl+y", "put back what was deleted"),
    Key("undo", "ctrl+underscore", "undo, redo", shown="ctrl+_  alt+_"),
    Key("redo", "alt+underscore", "redo", silent=True),
    Key("left", "left", "left", action="cursor_left", silent=True),
    Key("right", "right", "right", action="cursor_right", silent=True),
    Key("backspace", "backspace ctrl+h", "delete left", action="delete_left", silent=True),
    Key("delete", "delete ctrl+d", "delete right", action="delete_right", silent=True),
    Key("select_left", "shift+left", "select left", action="cursor_left(True)", silent=True),
    Key("select_right", "shift+right", "select right", action="cursor_right(True)", silent=True),
    Key("select_up", "shift+up", "select up", action="cursor_up(True)", silent=True),
    Key("select_down", "shift+down", "select down", action="cursor_down(True)", silent=True),
    Key("select_home", "shift+home", "select to the start", action="cursor_line_start(True)", silent=True),
    Key("select_end", "shift+end", "select to the end", action="cursor_line_end(True)", silent=True),
    Key("cut", "ctrl+x", "cut", silent=True),
    Key("paste", "ctrl+v", "paste", silent=True),
)

LIST: Final = (
    Key("open", "enter", "open"),
    Key("fold", "space", "fold"),
    Key("assign", "a", "assign", action="acts.assign", command="Assign this conversation"),
    Key("status", "s", "status", action="acts.status", command="Change the status"),
    Key("mute", "m", "mute, unmute", "mute", action="lists.mute", command="Mute or unmute this thread"),
    Key(
        "archive",
        "z",
        "archive, bring back",
        "archive",
        action="acts.archive",
        command="Archive or bring back",
    ),
    Key("filter", "slash", "filter", action="lists.filter", command="Filter the list"),
    Key(
        "order",
        "o",
        "unread first, or by time",
        "order",
        action="lists.order",
        command="Unread first or by time",
    ),
    Key("list_move", "", "move", shown="j k g G"),
    Key("list_up", "k up", "up", action="move(-1)", silent=True),
    Key("list_down", "j down", "down", action="move(1)", silent=True),
    Key("list_first", "g home", "first", action="move(-9999)", silent=True),
    Key("list_last", "G end", "last", action="move(9999)", silent=True),
    Key("list_keys", "question_mark", "keys", action="doors.help"),
    Key("list_write", "", "write", action="screen.back"),  # these two in the preset vim alone
    Key("list_commands", "", "commands", action="doors.commands"),
)

MESSAGES: Final = (
    Key("move", "", "move", shown="j k g G"),
    Key("up", "k up", "up", action="move(-1)", silent=True),
    Key("down", "j down", "down", action="move(1)", silent=True),
    Key("first", "g home", "oldest that is loaded", action="oldest", silent=True),
    Key("last", "G end", "newest", action="newest", silent=True),
    Key("unfold", "enter", "open, fold, fill a gap", "open", action="open"),
    Key("copy_message", "y", "copy", action="reading.copy"),
    Key("retry", "r", "send again what was not sent", "retry", action="verb('retry')"),
    Key("edit", "e", "edit a message of yours", "edit", action="verb('edit')"),
    Key("delete_message", "d", "delete it for everyone", "delete", action="verb('delete')"),
    Key("discard", "x", "discard what is not sent yet", "discard", action="verb('discard')"),
    Key("details", "i", "delivery, times, id", "details", action="reading.details"),
    Key("message_keys", "question_mark", "keys", action="doors.help"),
    # in the preset vim alone
    Key("write", "", "write", action="screen.back"),
    Key("to_list", "", "to the list", action="screen.walk(-1)"),
    Key("half_up", "", "a page up, down", action="pane.page(-1)"),
    Key("half_down", "", "a page down", action="pane.page(1)", silent=True),
    Key("message_search", "", "search everywhere", action="seeking.search"),
    Key("message_commands", "", "commands", action="doors.commands"),
)

CONFIRM: Final = (
    Key("yes", "y", "yes", action="answer(True)"),
    Key("no", "n escape", "keep", action="answer(False)", shown="n esc"),
)

FILTER: Final = (
    Key("filter_open", "enter", "open", action="open"),
    Key("filter_move", "", "move", shown="up down"),
    Key("filter_up", "up", "up", action="move(-1)", silent=True),
    Key("filter_down", "down", "down", action="move(1)", silent=True),
    Key("filter_close", "escape", "all again", action="close"),
)
