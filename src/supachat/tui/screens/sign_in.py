"""Signing in and signing up, by each way that the project offers.

What was typed stays whatever the server says. Passwords, codes and links leave this screen only towards
the client.
"""

from __future__ import annotations

import asyncio
import webbrowser
from collections.abc import Coroutine
from typing import Any

from supachat.client import Visit
from supachat.domain.entering import Mailed, NewAccount, Nobody, Outside, Password
from supachat.domain.errors import (
    BadCredentials,
    EmailUnverified,
    Retryable,
    SignInError,
    SignUpRefused,
    SupachatError,
)
from supachat.domain.model import NOTHING, Account
from supachat.domain.text import Safe, safe_line
from supachat.tui.screens import sign_in_ways as ways
from supachat.tui.screens.sign_in_view import SignInView
from supachat.tui.widgets.drawn import Drawn, glyphs_of

AGAIN = 3.0
"""Seconds until the project is asked once more what it offers."""


class SignIn(SignInView):
    """Dismisses with True once signed in, False where the person reads on without."""

    def on_mount(self) -> None:
        self._lay_out()
        self._draw(self._reason, "warning")
        self.run_worker(self._learn(), group="offers", exclusive=True)

    def on_unmount(self) -> None:
        self._leave_browser()

    async def _learn(self) -> None:
        """What the project offers, as soon as it says."""
        while True:
            try:
                self._offers = await self._client.entry.ways()
            except Retryable:
                await asyncio.sleep(AGAIN)
            else:
                break
        offered = ways.ways_of(self._offers)
        if offered and self._way not in [*(way.id for way in offered), *ways.NO_WAYS]:
            self._switch(offered[0].id)
        else:
            self._draw(self._reason, "warning")

    # ------------------------------------------------------------ keys and clicks

    def on_drawn_acted(self, event: Drawn.Acted) -> None:
        if event.act in [way.id for way in ways.ways_of(self._offers)]:
            event.stop()
            self._switch(event.act)

    def action_field(self, by: int) -> None:
        """The next field; after the last one the next way, where there is one. At once, not by the widget's
        own `focus`, which comes later: behind the tab the password may be on its way already."""
        lines = [field.line for field in self._fields]
        here = next(
            (n for n, line in enumerate(lines) if line is self.focused), -1 if by > 0 else len(lines)
        )
        other = ways.next_way(ways.ways_of(self._offers), self._way, by)
        stays = other == self._way or self._way == ways.NEW or self._way in ways.NO_WAYS
        if lines and (0 <= here + by < len(lines) or stays):
            self.set_focus(lines[(here + by) % len(lines)])
        elif not stays:
            self._switch(other)

    def action_new_account(self) -> None:
        if self._way == ways.NEW:
            self._switch(ways.next_way(ways.ways_of(self._offers), self._way, 1))
        elif self._offers.sign_up and self._way not in (ways.FRESH, ways.KEEP):
            self._switch(ways.NEW)

    def action_forgot(self) -> None:
        if self._way == ways.PASSWORD and self._offers.password:
            self._mailed = ""
            self._switch(ways.FORGOT)

    def _switch(self, way: str) -> None:
        """Go on by this way; what stands in a field stays."""
        self._leave_browser()
        self._way = way
        self._busy = False
        for field in self._every:
            field.say(NOTHING)
        self._lay_out()
        self._draw()
        if fields := self._fields:
            self.set_focus((self._code if self._code.display else fields[0]).line)
        else:
            self.set_focus(None)
        if self._browsing:
            self._ask_with(self._browse(way.removeprefix(ways.BROWSER)))

    def action_back(self) -> None:
        if self._way == ways.FRESH:
            self._done()
        elif self._way == ways.KEEP:
            self._ask_with(self._keep(in_file=False))
        elif self._way == ways.FORGOT:
            self._switch(ways.PASSWORD)
        elif self._client.threads():
            self.dismiss(False)

    def action_open_address(self) -> None:
        if self._visit is not None:
            webbrowser.open(self._visit.url)

    def action_copy_address(self) -> None:
        """Through the terminal, so that it works over SSH as well."""
        if self._visit is not None:
            self.app.copy_to_clipboard(self._visit.url)
            self._draw(Safe("The address is copied."), "text2")

    def action_go(self) -> None:
        """Behind the keys that the field has not taken yet: Enter overtakes them."""
        (self.focused or self).call_later(self._go_on)

    def _go_on(self) -> None:
        """Ask the server, unless something is missing or it is being asked already."""
        if self._browsing and self._visit is not None:
            self._paste(self._visit)
            return
        if self._busy:
            return
        for field in self._every:
            field.say(NOTHING)
        mails = self._by_mail and self._asks_for_mail()
        wanted = [self._email] if mails else self._fields
        missing = [field for field in wanted if not field.value.strip()]
        if missing:
            missing[0].refuse(Safe("this is still empty"))
            self.set_focus(missing[0].line)
            return
        if self._browsing:
            self._ask_with(self._browse(self._way.removeprefix(ways.BROWSER)))
        elif self._way == ways.FRESH:
            self._ask_with(self._set_password())
        elif self._way == ways.KEEP:
            self._ask_with(self._keep(in_file=True))
        else:
            self._ask_with(self._mail() if mails else self._go())

    # ------------------------------------------------------------ the server's answer

    def _ask_with(self, work: Coroutine[Any, Any, None]) -> None:
        self._busy = True
        self._draw(Safe("Asking the server"), "accent")
        self.run_worker(self._asked(work), group="ask", exclusive=True)

    async def _asked(self, work: Coroutine[Any, Any, None]) -> None:
        way = self._way
        try:
            await work
        except SupachatError as error:
            if way == self._way:
                self._refused(error)
        finally:
            if way == self._way:
                self._busy = False

    async def _go(self) -> None:
        account = await self._enter()
        if account is None:
            self._confirm()
        elif self._way == ways.FORGOT:
            self._switch(ways.FRESH)
        else:
            self._done()

    def _done(self) -> None:
        """In. Whether the session outlives the program is asked, where that is not settled."""
        if self._client.entry.offer:
            self._switch(ways.KEEP)
        else:
            self.dismiss(True)

    async def _keep(self, *, in_file: bool) -> None:
        await self._client.entry.keep_session(in_file=in_file)
        self.dismiss(True)

    async def _set_password(self) -> None:
        await self._client.entry.set_password(self._fresh.value)
        self._done()

    async def _enter(self) -> Account | None:
        entry, email, password = self._client.entry, self._email.value.strip(), self._password.value
        match self._way:
            case ways.NEW:
                return await entry.enter(NewAccount(email, password, self._called.value.strip()))
            case ways.CODE | ways.FORGOT:
                return await entry.enter(Mailed(email, self._code.value))
            case ways.ANONYMOUS:
                return await entry.enter(Nobody())
            case ways.OUTSIDE:
                return await entry.enter(Outside())
            case _:
                return await entry.enter(Password(email, password))

    async def _mail(self) -> None:
        email = self._email.value.strip()
        if self._way == ways.FORGOT:
            await self._client.entry.forgot(email)
        else:
            await self._client.entry.send_code(email, create=False)
        self._sent(email, self._way)

    def _confirm(self) -> None:
        self._sent(self._email.value.strip(), ways.CODE)

    def _sent(self, email: str, way: str) -> None:
        self._mailed = email
        self._switch(way)

    async def _browse(self, provider: str) -> None:
        visit = self._visit = await self._client.entry.browse(provider)
        self._lay_out()
        self._draw(Safe("Waiting for the browser, 5 minutes at most."))
        self.set_focus(self._back.line)
        try:
            await self._client.entry.came_back(visit)
        finally:
            if self._visit is visit:
                self._visit = None
        self._done()

    def _paste(self, visit: Visit) -> None:
        try:
            visit.paste(self._back.value)
        except SupachatError as error:
            self._back.refuse(safe_line(str(error), limit=400))

    def _leave_browser(self) -> None:
        if self._visit is not None:
            self._visit.close()
            self._visit = None

    def _refused(self, error: SupachatError) -> None:
        """The reason where it belongs; everything typed stays."""
        self._lay_out()
        self._draw()
        words = safe_line(str(error), limit=400)
        if self._way == ways.FRESH:
            self._fresh.refuse(words)
        elif isinstance(error, EmailUnverified | SignUpRefused):
            self._email.refuse(words)
        elif isinstance(error, BadCredentials):
            again = " Tab goes on to a code by e-mail." if self._offers.code else ""
            self._password.refuse(Safe(f"{words}.{again}" if again else words))
            self.set_focus(self._password.line)
        elif isinstance(error, SignInError) and self._by_mail:
            (self._email if self._asks_for_mail() else self._code).refuse(words)
        else:
            self._draw(Safe(f"{glyphs_of(self).failed} {words}"), "error")
