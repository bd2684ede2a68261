"""Awaits that no message passes on its ways, and why: by file, and by function where the file has others.

What is on no ride of `test_killed_at_awaits` must stand here. What stands here may be passed all the same:
a clock that strikes, or a lock that another process holds, is met by chance.
"""

from __future__ import annotations

_WHY: dict[str, dict[str, str]] = {
    "the doctor asks, no message does": {
        "remote/examine.py": "",
        "remote/probe.py": "",
        "remote/reaching.py": "",
    },
    "another way in or out: a person's act with nothing under way, each with tests of its own": {
        "client/entry.py": "",
        "client/hands.py": "Hands.let_out",
        "client/ledger.py": "Ledger.forget Ledger.turn_to",
        "cache/files.py": "Files.forget Files.leave",
        "cache/store.py": "Cache.clear",
        "remote/accounts.py": "",
        "remote/borrowed.py": "",
        "remote/browser.py": "",
        "remote/outside.py": "",
        "remote/proofs.py": "",
        "remote/ways.py": "",
        "remote/connection.py": "Connection.farewell",
        "remote/entrance.py": "Entrance.restore",
        "remote/project.py": "Project.sign_out",
        "remote/session.py": "Keeper.move Keeper.send_code Keeper.forgot Keeper.set_password "
        "Keeper.came_back Keeper._from_outside Keeper.revoke_all Keeper.sign_out Keeper._freshen "
        "Keeper.enter Keeper.renew Keeper._end",
        "remote/stock.py": "Owned.ended Owned.move Owned.drop Owned._clear",
        "remote/supervisor.py": "Supervisor._generation",
        "remote/switching.py": "Switch._obey",
    },
    "looking for something, or beside the messages: it is asked anew after a restart": {
        "client/desk.py": "",
        "client/door.py": "Client.recall",
        "client/runner.py": "Runner.recall",
        "remote/project.py": "Project.search Project.canned Project.create_thread Project.find_people",
        "remote/performing.py": "Performer.find_people Performer.mentions Performer.mark_read "
        "Performer.perform",
        "remote/rows.py": "_count",
        "remote/siding.py": "",
    },
    "typing and presence: of no message, and lost with the process": {
        "client/runner.py": "Runner._carry_out Runner._leave",
        "remote/project.py": "Project.perform",
        "remote/attendance.py": "",
        "remote/watching.py": "",
        "remote/supervisor.py": "Supervisor.push Supervisor.told",
        "remote/connection.py": "Connection.told",
    },
    "no machine of the tests has it: a keyring, a name server, a network that goes, a limit of rows": {
        "remote/lane.py": "",
        "remote/names.py": "",
        "remote/vault.py": "",
        "remote/http.py": "Client._drop_connections Client.send",
        "remote/performing.py": "Performer.whole_list Performer._read_on",
    },
    "an insert under a key of ours, in place of a function: the storms send so, neither source here does": {
        "remote/rows.py": "_insert",
    },
    "by chance: another process holds the lock, a disk was full, a second hand strikes": {
        "remote/vaultfile.py": "_wait_for",
        "remote/http.py": "Client.aclose",
        "remote/stock.py": "Owned.save_again",
        "remote/session.py": "Keeper._refresh_if_due",
    },
}
BESIDE = {
    (file, function): why
    for why, files in _WHY.items()
    for file, names in files.items()
    for function in names.split() or [""]
}
"""The reason by file and function, or by a file and nothing."""
