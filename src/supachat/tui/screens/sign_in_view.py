"""The sign-in page as it looks: fields, ways, words and footer. What is asked of whom is `sign_in`'s."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen

from supachat.client import Client, Visit
from supachat.domain.entering import Ways
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe, safe_line
from supachat.tui.keymap import Hint, Place, bindings
from supachat.tui.screens import sign_in_ways as ways
from supachat.tui.spans import Row
from supachat.tui.widgets.drawn import glyphs_of, keys_of
from supachat.tui.widgets.footer import Footer
from supachat.tui.widgets.form import FormField, Lines, heading, paragraph

CELLS = 56
_TITLES = {
    ways.NEW: "A new account for",
    ways.FORGOT: "A new password for",
    ways.FRESH: "A new password for",
    ways.KEEP: "Stay signed in to",
}
"""What the page is about, where that is not to sign in."""
_AFTER = {ways.FRESH: "keep the old one", ways.KEEP: "only until I quit"}
"""What is asked of who is in already, and what Esc does then."""


class SignInView(Screen[bool]):
    """`host` stands beside the title; `reason` is why to sign in."""

    BINDINGS = bindings(Place.SIGN_IN)
    AUTO_FOCUS = "#email-line"

    def __init__(self, client: Client, host: Safe, *, reason: Safe = NOTHING) -> None:
        super().__init__(classes="page")
        self._client = client
        self._host = host
        self._reason = reason
        self._offers = Ways(code=False)
        self._way = ways.PASSWORD
        self._mailed = ""
        """The address that the last mail went to."""
        self._visit: Visit | None = None
        self._busy = False
        self._told: tuple[Safe, str] = (reason, "warning")
        """The words under the fields, and their look."""
        self._head = Lines()
        self._called = FormField("name", Safe("Your name"))
        self._email = FormField("email", Safe("E-mail"))
        self._password = FormField("password", Safe("Password"), password=True)
        self._code = FormField("code", Safe("Code or link"))
        self._fresh = FormField("fresh", Safe("New password"), password=True)
        self._back = FormField("back", Safe("Ended on"))
        self._words = Lines()
        self._footer = Footer()

    def compose(self) -> ComposeResult:
        with Vertical(id="card"):
            yield self._head
            yield from self._every
            yield self._words
        yield self._footer

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(self.app.size.height < 20, "-low")
        self._draw(*self._told)

    def on_descendant_focus(self) -> None:
        self._hints()

    # ------------------------------------------------------------ showing

    @property
    def _every(self) -> list[FormField]:
        return [self._called, self._email, self._password, self._code, self._fresh, self._back]

    @property
    def _fields(self) -> list[FormField]:
        return [field for field in self._every if field.display]

    @property
    def _by_mail(self) -> bool:
        return self._way in (ways.CODE, ways.FORGOT)

    @property
    def _browsing(self) -> bool:
        return self._way.startswith(ways.BROWSER)

    def _lay_out(self) -> None:
        """Show the fields of this way."""
        way = self._way
        self._called.display = way == ways.NEW
        self._email.display = self._by_mail or way in (ways.PASSWORD, ways.NEW)
        self._password.display = way in (ways.PASSWORD, ways.NEW)
        self._code.display = self._by_mail and bool(self._mailed)
        self._fresh.display = way == ways.FRESH
        self._back.display = self._browsing and self._visit is not None

    def _draw(self, words: Safe = NOTHING, look: str = "quiet") -> None:
        """Everything, with these words under the fields; with none, what there is to know of this way."""
        self._told = words, look
        rule, cells = glyphs_of(self).rule, min(CELLS, self.app.size.width)
        title = _TITLES.get(self._way, "Sign in to")
        rows = heading(Safe("supachat"), self._host, Safe(f"{title} {self._client.workspace}"), cells, rule)
        if self._way not in _AFTER:
            rows += [*ways.ways_rows(ways.ways_of(self._offers), self._way, cells), Row()]
        if self._browsing and self._visit is not None:
            url = safe_line(self._visit.url, limit=2000)
            rows += ways.browser_rows(url, self._way.removeprefix(ways.BROWSER), cells)
        self._head.show(*rows)
        entry = self._client.entry
        kept = Safe(f"{entry.kept_in} {entry.offer}") if self._way == ways.KEEP else entry.kept_in
        about = ways.about(self._way, self._offers, safe_line(self._mailed), kept, cells)
        self._words.show(*(paragraph(words, cells, look) if words else about))
        self._hints()

    def _hints(self) -> None:
        secret = self._password.display or self._fresh.display
        without = set() if secret else {"show_password"}
        without |= set() if self._way == ways.PASSWORD and self._offers.password else {"forgot"}
        without |= set() if self._visit is not None else {"open_address", "copy_address"}
        without |= set() if self._offers.sign_up and self._way not in _AFTER else {"new_account"}
        alone = ways.next_way(ways.ways_of(self._offers), self._way, 1) == self._way
        alone = alone or self._way in ways.NO_WAYS
        without |= {"sign_in_field"} if alone and len(self._fields) < 2 else set()
        without |= set() if self._goes_back else {"sign_in_back"}
        hints = keys_of(self).footer(Place.SIGN_IN, without=without)
        self._footer.show([self._named(hint) for hint in hints])

    def _named(self, hint: Hint) -> Hint:
        if hint.id == "sign_in_go":
            to_mail = self._by_mail and self._asks_for_mail()
            return hint._replace(words=ways.go_words(self._way, mailed=not to_mail))
        if hint.id == "new_account" and self._way == ways.NEW:
            return hint._replace(words="have an account")
        if hint.id == "sign_in_back" and self._way in _AFTER:
            return hint._replace(words=_AFTER[self._way])
        if hint.id == "sign_in_field" and len(self._fields) < 2:
            return hint._replace(words="next way")
        return hint

    def _asks_for_mail(self) -> bool:
        """Enter has a mail sent: there was none yet, or the address is being looked at again."""
        return not self._mailed or self._email.line.has_focus

    @property
    def _goes_back(self) -> bool:
        """Esc leads somewhere."""
        return self._way == ways.FORGOT or self._way in _AFTER or bool(self._client.threads())

    def action_show_password(self) -> None:
        line = (self._fresh if self._way == ways.FRESH else self._password).line
        line.hide(not line.password)
