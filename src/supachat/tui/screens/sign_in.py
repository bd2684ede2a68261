"""Signing in and signing up, with e-mail and password.

What was typed stays whatever the server says. The password leaves this screen only towards the client.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen

from supachat.client import Client
from supachat.domain.errors import BadCredentials, EmailUnverified, SignUpRefused, SupachatError
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe, safe_line
from supachat.tui.keymap import Place, bindings, footer
from supachat.tui.spans import Row, Span, space
from supachat.tui.widgets.drawn import Drawn, glyphs_of
from supachat.tui.widgets.footer import Footer
from supachat.tui.widgets.form import FormField, Lines, heading, paragraph

CELLS = 56


class SignIn(Screen[bool]):
    """Dismisses with True once signed in, False where the person reads on without."""

    BINDINGS = bindings(Place.SIGN_IN)
    AUTO_FOCUS = "#email-line"

    def __init__(self, client: Client, host: Safe, *, reason: Safe = NOTHING, kept: Safe = NOTHING) -> None:
        super().__init__(classes="page")
        self._client = client
        self._host = host
        self._reason = reason
        self._kept = kept
        self._new = False
        self._busy = False
        self._head = Lines()
        self._called = FormField("name", Safe("Your name"))
        self._email = FormField("email", Safe("E-mail"))
        self._password = FormField("password", Safe("Password"), password=True)
        self._words = Lines()
        self._footer = Footer()

    def compose(self) -> ComposeResult:
        with Vertical(id="card"):
            yield self._head
            yield self._called
            yield self._email
            yield self._password
            yield self._words
        yield self._footer

    def on_mount(self) -> None:
        self._called.display = False
        self._draw(paragraph(self._reason, CELLS, "warning") if self._reason else None)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(self.app.size.height < 20, "-low")
        self._hints()

    # ------------------------------------------------------------ showing

    @property
    def _fields(self) -> list[FormField]:
        return [field for field in (self._called, self._email, self._password) if field.display]

    def _draw(self, words: Sequence[Row] | None = None) -> None:
        rule = glyphs_of(self).rule
        title = "A new account for" if self._new else "Sign in to"
        rows = heading(Safe("supachat"), self._host, Safe(f"{title} {self._client.workspace}"), CELLS, rule)
        self._head.show(*rows, self._ways(), Row())
        self._words.show(*(words or paragraph(self._kept, CELLS)))
        self._hints()

    def _ways(self) -> Row:
        """What can be done here; a click on the other one goes there."""
        chosen, other = "bold underline accent", "text2"
        return Row(
            (
                Span(Safe("password"), other if self._new else chosen, "password"),
                space(4),
                Span(Safe("new account"), chosen if self._new else other, "new"),
            )
        )

    def _hints(self) -> None:
        without = () if self._client.threads() else ("sign_in_back",)
        hints = [
            hint._replace(words="have an account") if self._new and hint.id == "new_account" else hint
            for hint in footer(Place.SIGN_IN, without=without)
        ]
        hints = [
            hint._replace(words="sign up") if self._new and hint.id == "sign_in_go" else hint
            for hint in hints
        ]
        self._footer.show(hints)

    def _clear_words(self) -> None:
        for field in (self._called, self._email, self._password):
            field.say(NOTHING)

    # ------------------------------------------------------------ keys and clicks

    def on_drawn_acted(self, event: Drawn.Acted) -> None:
        if event.act in ("password", "new"):
            event.stop()
            self._switch(event.act == "new")

    def action_field(self, by: int) -> None:
        lines = [field.line for field in self._fields]
        here = next((n for n, line in enumerate(lines) if line.has_focus), 0)
        lines[(here + by) % len(lines)].focus()

    def action_show_password(self) -> None:
        line = self._password.line
        line.hide(not line.password)

    def action_new_account(self) -> None:
        self._switch(not self._new)

    def _switch(self, new: bool) -> None:
        self._new = new
        self._called.display = new
        self._clear_words()
        self._draw()
        (self._fields[0] if new else self._email).line.focus()

    def action_back(self) -> None:
        if self._client.threads():
            self.dismiss(False)

    def action_go(self) -> None:
        """Ask the server, unless something is missing or it is being asked already."""
        if self._busy:
            return
        self._clear_words()
        missing = [field for field in self._fields if not field.value.strip()]
        if missing:
            missing[0].refuse(Safe("this is still empty"))
            missing[0].line.focus()
            return
        self._busy = True
        self._draw(paragraph(Safe("Asking the server"), CELLS, "accent"))
        self.run_worker(self._go(), exclusive=True)

    # ------------------------------------------------------------ the server's answer

    async def _go(self) -> None:
        name, email, password = self._called.value, self._email.value, self._password.value
        try:
            if self._new:
                account = await self._client.entry.sign_up(email.strip(), password, name.strip())
            else:
                account = await self._client.entry.sign_in(email.strip(), password)
        except SupachatError as error:
            self._refused(error)
        else:
            if account is None:
                self._confirm(safe_line(email))
            else:
                self.dismiss(True)
        finally:
            self._busy = False

    def _refused(self, error: SupachatError) -> None:
        """The reason where it belongs; everything typed stays."""
        self._draw()
        words = safe_line(str(error), limit=400)
        if isinstance(error, EmailUnverified | SignUpRefused):
            self._email.refuse(words)
        elif isinstance(error, BadCredentials):
            self._password.refuse(words)
            self._password.line.focus()
        else:
            self._draw(paragraph(Safe(f"{glyphs_of(self).failed} {words}"), CELLS, "error"))

    def _confirm(self, email: Safe) -> None:
        self._switch(False)
        words = Safe(f"A mail went to {email}. Open the link in it, then sign in here.")
        self._draw(paragraph(words, CELLS, "text2"))
