"""The commands by name: the module and the function of each. Imports nothing."""

from __future__ import annotations

from typing import Final

COMMANDS: Final = {
    "demo": "supachat.cli.demo:demo",
    "serve": "supachat.cli.serve:serve",
    "login": "supachat.cli.login:login",
    "logout": "supachat.cli.login:logout",
    "whoami": "supachat.cli.login:whoami",
    "threads": "supachat.cli.talk:threads",
    "send": "supachat.cli.talk:send",
    "tail": "supachat.cli.talk:tail",
    "dialect": "supachat.cli.dialect:dialect",
    "doctor": "supachat.cli.doctor:doctor",
    "health": "supachat.cli.health:health",
}
