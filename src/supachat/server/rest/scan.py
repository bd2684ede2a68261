"""A cursor over one piece of query text. Knows quotes and names, no grammar."""

from __future__ import annotations

import re

from supachat.server.rest.tree import Field, ParseError, Step

_NAME = re.compile(r"(?:[^\s\-.,:!()\"'>*\[\]{}\\]|-(?!>)|(?<=[^\s,(:!.]) (?=[^\s,):!.]))+")
_KEY = re.compile(r"(?:[^\-.,:()\"]|-(?!>))+")
_INDEX = re.compile(r"-?[0-9]{1,9}\Z")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class Scanner:
    """`what` names the text in errors, `depth` is how far brackets may nest."""

    def __init__(self, what: str, text: str, *, depth: int) -> None:
        self.what, self.text, self.pos = what, text, 0
        self._room = depth

    @property
    def done(self) -> bool:
        return self.pos >= len(self.text)

    def sees(self, token: str) -> bool:
        return self.text.startswith(token, self.pos)

    def take(self, token: str) -> bool:
        """Steps over `token` if it is next."""
        if not self.sees(token):
            return False
        self.pos += len(token)
        return True

    def need(self, token: str) -> None:
        if not self.take(token):
            raise self.wrong(f'"{token}"')

    def wrong(self, expected: str) -> ParseError:
        found = "end of input" if self.done else f'"{self.text[self.pos]}"'
        return ParseError(self.what, self.text, self.pos + 1, f"unexpected {found} expecting {expected}")

    def deeper(self) -> None:
        """One bracket in; `shallower` is its end."""
        self._room -= 1
        if self._room < 0:
            raise ParseError(self.what, self.text, self.pos + 1, "nested too deeply")

    def shallower(self) -> None:
        self._room += 1

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.pos)
        if found:
            self.pos = found.end()
        return found

    def quoted(self) -> str | None:
        """A text in double quotes, its backslashes undone; None if none begins here."""
        found = self.match(_QUOTED)
        return _ESCAPE.sub(r"\1", found.group(1)) if found else None

    def name(self) -> str:
        """A column, table or constraint name, quoted or not."""
        quoted = self.quoted()
        if quoted is not None:
            return quoted
        found = self.match(_NAME)
        if not found:
            raise self.wrong("field name (* or [a..z0..9_$])")
        return found.group().strip()

    def field(self) -> Field:
        """A column with the JSON path behind it."""
        return Field(self.name(), self.path())

    def path(self) -> tuple[Step, ...]:
        steps: list[Step] = []
        while self.sees("->"):
            as_text = self.take("->>")
            if not as_text:
                self.need("->")
            steps.append(Step(self._key(), as_text))
        return tuple(steps)

    def _key(self) -> str | int:
        quoted = self.quoted()
        if quoted is not None:
            return quoted
        found = self.match(_KEY)
        if not found:
            raise self.wrong("a key or an index of a JSON path")
        key = found.group()
        return int(key) if _INDEX.match(key) else key
