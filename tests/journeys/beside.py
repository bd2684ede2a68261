"""Awaits that no message passes on its ways, and why: by file, and by function, or by function and what it
waits for where it has others as well.

What is on no way of `test_killed_at_awaits` must stand here, and what a message passes must not, but by
`CHANCE`.
"""

from __future__ import annotations

CHANCE = "met on a message's ways by chance: mentions, notices, an entrance that was left, a slow keyring"
_WHY: dict[str, dict[str, str]] = {
    "the doctor asks, on connections of its own": {
        "remote/examine.py": "Examiner.close Examiner.ask Examiner.sign_in Examiner.rows Examiner.may_write"
        " Examiner.describe Examiner.kind Examiner.rolls_back Examiner.may_call Examiner._raw Examiner.join"
        " _flows",
        "remote/probe.py": "probe",
        "remote/reaching.py": "resolve connects handshake _open",
    },
    "nobody is in yet: other ways in than a password, a kept session and a token that is handed out": {
        "client/entry.py": "Entry.ways Entry.send_code Entry.forgot Entry.browse Entry.came_back",
        "remote/accounts.py": "Accounts.ways Accounts.send_code Accounts.forgot Accounts.came_back"
        " Accounts.browse",
        "remote/browser.py": "Visit.open Visit.done Visit._answer _heads",
        "remote/proofs.py": "prove:client.auth.sign_up prove:client.auth.sign_in_anonymously prove:_mailed"
        " send_code _mailed",
        "remote/session.py": "Keeper.send_code Keeper.forgot Keeper.came_back"
        " Keeper.enter:self._from_outside Keeper._from_outside",
        "remote/ways.py": "ask_ways ask_settings",
    },
    "a person sets a password, or says where the session is to be kept": {
        "client/entry.py": "Entry.set_password Entry.keep_session",
        "remote/accounts.py": "Accounts.set_password Accounts.keep_session",
        "remote/session.py": "Keeper.set_password Keeper.move",
        "remote/stock.py": "Owned.move",
    },
    "a person goes out: what is unsent was named, and all of it is to be forgotten": {
        "cache/files.py": "Files.forget",
        "cache/store.py": "Cache.clear",
        "client/entry.py": "Entry.sign_out",
        "client/hands.py": "Hands.let_out",
        "client/ledger.py": "Ledger.forget",
        "remote/project.py": "Project.sign_out",
        "remote/session.py": "Keeper.revoke_all Keeper.sign_out Keeper._freshen",
        "remote/stock.py": "Owned.drop",
        "remote/switching.py": "Switch._obey:self._supervisor.stop#2",
    },
    "whoever hands out tokens has no more of them: there is nothing to forget": {
        "remote/borrowed.py": "Borrowed.ended",
    },
    "another account comes in, or the file of this one is not read yet": {
        "client/ledger.py": "Ledger.turn_to:self._files.leave Ledger.turn_to:self._let_go#2",
    },
    "a person looks for something: no answer enters a thread": {
        "client/desk.py": "Desk.search Desk.around Desk._next Desk.canned Desk.create_thread"
        " Desk.find_people",
        "remote/performing.py": "Performer.find_people",
        "remote/project.py": "Project.search Project.canned Project.create_thread Project.find_people",
        "remote/siding.py": "Side.search Side.canned Side.create_thread",
    },
    "a thread's title and status, feeds and prices": {
        "remote/siding.py": "Side.perform:self._alter Side.perform:self._take"
        " Side.perform:self._prices Side._alter Side._feed Side._take Side._prices",
    },
    CHANCE: {
        "remote/entrance.py": "Entrance.enter:self._supervisor.stop",
        "remote/lane.py": "Lane.run:asyncio.sleep",
        "remote/performing.py": "Performer.mentions",
        "remote/siding.py": "Side.perform:self._feed",
    },
    "typing and presence, which are lost with the process": {
        "client/runner.py": "Runner._leave:asyncio.wait_for",
        "remote/attendance.py": "Attendance._write Attendance._put Attendance.leave Attendance._read"
        " Attendance._note",
        "remote/project.py": "Project.perform:self._watching.tell_typing"
        " Project.perform:self._watching.written_down",
        "remote/supervisor.py": "Supervisor.push",
        "remote/watching.py": "Watching.written_down Watching.tell_typing",
    },
}
BESIDE = {
    (file, *name.partition(":")[::2]): why
    for why, files in _WHY.items()
    for file, names in files.items()
    for name in names.split()
}
"""The reason by file, function and what is waited for, which is empty for all that there is in it."""


def why_beside(file: str, function: str, what: str) -> str | None:
    return BESIDE.get((file, function, "")) or BESIDE.get((file, function, what))
