"""What Datasette calls: our pages, their words, and what stands before every answer."""

import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response
from pluggy import HookimplMarker

from wirewatch.event import Event
from wirewatch.pages import alerts, choices, health, rules, story, trends, wire
from wirewatch.pages.acting import Deed, done
from wirewatch.pages.analysts import NAME
from wirewatch.pages.guard import ASSETS, App, Guard
from wirewatch.pages.live import FullError, Receive, Send, Watch, event, stream
from wirewatch.pages.looks import looks
from wirewatch.pages.page import MissingError, Page, Visit, whole
from wirewatch.pages.reading import Readers
from wirewatch.pages.standing import Standing
from wirewatch.pages.wording import LANGUAGES
from wirewatch.store.database import Reader

_log = logging.getLogger("wirewatch.pages")
hookimpl = HookimplMarker("datasette")

PAGES = (
    wire.PAGE, story.PAGE, alerts.OUTBOX, alerts.ALERT, alerts.WHY, rules.RULES, rules.BENCH,
    rules.TRIAL, trends.PAGE, health.PAGE,
)  # fmt: skip
"""Every page of ours, in the menu's order."""
FOLDER = Path(str(resources.files("wirewatch.pages")))
_EVENTS = "/wire/events"
_ACT = "/act"
_TABLES = "/tables"
_ARTICLE = "/articles/"
_WRONG = 500
View = Callable[..., Awaitable[Response | None]]


class Plugin:
    """Our side of one Datasette: registered with its plugin manager by `server`."""

    __name__ = "wirewatch"

    def __init__(
        self, standing: Standing, guard: Guard, clock: Callable[[], datetime], user_header: str = ""
    ) -> None:
        store = standing.current().config.store
        self._standing = standing
        self._guard = guard
        self._clock = clock
        self._user_header = user_header.lower()
        self._readers = Readers(store)
        self._heavy = Readers(store, threads=2)
        self._looking = Readers(store, threads=1)
        self.watch = Watch(self._looking.version)
        self._templates: Any = None

    @hookimpl
    def register_routes(self) -> list[tuple[str, View]]:
        """Give our addresses; Datasette asks for them before its own."""
        pages = [(page.address.pattern, partial_view(self._view, page)) for page in PAGES]
        others: list[tuple[str, View]] = [
            (rf"{_EVENTS}$", self._events),
            (rf"{_ACT}$", self._act),
            (rf"{choices.ADDRESS}$", _choose),
            (rf"{_TABLES}$", _tables),
            (rf"{_ARTICLE}(?P<article>[0-9]{{1,19}})$", _article),
        ]
        return [*pages, *others]

    @hookimpl
    def extra_template_vars(self, request: Request | None) -> dict[str, Any]:
        """Give every template the words of the visitor, the menu, and ways to write values."""
        chosen = _choices(request)
        here = request.full_path if request else "/"
        return {
            "say": chosen.words,
            "language": chosen.words.language,
            "languages": LANGUAGES,
            "light": chosen.light,
            "lights": choices.LIGHTS,
            "choose": choices.chooser(here),
            "menu": [
                *((page.name, page.path) for page in PAGES if page.in_menu),
                ("tables", _TABLES),
            ],
            "asset": _asset,
            **looks(chosen.words, self._clock()),
        }

    @hookimpl
    def asgi_wrapper(self) -> Callable[[App], App]:
        """Put the guard before Datasette."""
        return self._guard.before

    @hookimpl
    def handle_exception(
        self, datasette: Datasette, request: Request, exception: Exception
    ) -> Awaitable[Response]:
        """Say that something went wrong, and what, where that is the visitor's to know."""
        return _wrong(datasette, request, exception)

    def close(self) -> None:
        """Let go of the store."""
        for readers in (self._readers, self._heavy, self._looking):
            readers.close()

    async def _view(self, page: Page, datasette: Datasette, request: Request) -> Response:
        """Answer with one page."""
        takes_time = page.is_heavy or "q" in request.args
        readers = self._heavy if takes_time else self._readers
        template = self._template(datasette, page.name)
        name = unquote(request.cookies.get(choices.NAME, ""))
        given = {
            "page": page.under or page.name,
            "name": name,
            "act": _ACT,
            "request": request,
            "csrftoken": request.scope["csrftoken"],
            "show_messages": partial(datasette._show_messages, request),  # noqa: SLF001 - as its own pages do
            **self.extra_template_vars(request),
        }

        def drawn(db: Reader) -> str:
            return str(template.render(given | page.values(db, self._visit(request))))

        return Response.html(await readers.ask(drawn))

    async def _act(self, datasette: Datasette, request: Request) -> Response:
        """Do what a visitor asks for, over the daemon's socket; then go back, and say so."""
        if request.method != "POST":
            return Response.redirect("/")
        form = dict(await request.post_vars())
        deed = Deed(form, self._visit(request, form))
        is_done, said = await self._heavy.ask(lambda _: done(deed))
        datasette.add_message(request, said, datasette.INFO if is_done else datasette.ERROR)
        response = Response.redirect(choices.back(form), status=303)
        if deed.field("by"):
            kept = choices.cookie(choices.NAME, quote(deed.by))
            response._set_cookie_headers.append(kept)  # noqa: SLF001 - with all attributes, as we write them
        return response

    def _template(self, datasette: Datasette, name: str) -> Any:  # noqa: ANN401 - jinja's
        """Give a template that is drawn in one go, as nothing on our pages waits for anything.

        Datasette's own may wait, and ask at each value that they write whether they have to.
        """
        if self._templates is None:
            self._templates = datasette.jinja_env.overlay(enable_async=False)
        return self._templates.get_template(f"{name}.html")

    def _visit(self, request: Request, form: Mapping[str, str] | None = None) -> Visit:
        """Read what a visitor asks for, by the address or by a form."""
        query = form or {key: request.args.get(key) for key in request.args}
        user = request.headers.get(self._user_header, "") if self._user_header else ""
        return Visit(
            request.url_vars, query, self._standing.current(), _choices(request).words,
            self._clock(), user,
        )  # fmt: skip

    async def _events(
        self, datasette: Datasette, request: Request, receive: Receive, send: Send
    ) -> Response | None:
        """Send what arrives, as it arrives, to a page that is open."""
        visit = self._visit(request)
        came = whole(request.headers.get("last-event-id", ""))
        last = visit.number("after") if came is None else came
        template = self._template(datasette, "_row")
        shown = {"say": visit.words, "is_new": True, **looks(visit.words, self._clock())}

        async def news() -> AsyncIterator[str]:
            nonlocal last
            before: int | None = -1
            while before != last:
                before = last
                last, rows = await self._readers.ask(partial(wire.news, visit=visit, after=before))
                for row in rows:
                    yield event("article", row["id"], template.render(row=row, **shown))

        try:
            with self.watch.opened():
                await stream(self.watch, receive, send, news)
        except FullError:
            return Response.text(visit.words("too_many") + "\n", status=503)
        return None


def partial_view(view: View, page: Page) -> View:
    """Give what answers for one page, in the form that Datasette looks at."""

    async def answer(datasette: Datasette, request: Request) -> Response | None:
        return await view(page, datasette, request)

    return answer


def is_own(path: str) -> bool:
    """Tell an address of ours from those of Datasette."""
    return path == _EVENTS or any(page.address.fullmatch(path) for page in PAGES)


def _choices(request: Request | None) -> choices.Choices:
    """Read how a visitor wants pages."""
    if request is None:
        return choices.choices({}, {}, "")
    query = {key: request.args.get(key) for key in request.args}
    return choices.choices(query, request.cookies, request.headers.get("accept-language", ""))


async def _choose(request: Request) -> Response:
    """Keep what a visitor chooses, and go back."""
    query = {key: request.args.get(key) for key in request.args}
    response = Response.redirect(choices.back(query))
    for name, value in choices.chosen(query).items():
        response._set_cookie_headers.append(choices.cookie(name, value))  # noqa: SLF001 - all attributes, as we write them
    return response


async def _tables() -> Response:
    """Lead to the tables."""
    return Response.redirect(f"/{NAME}")


async def _article(request: Request) -> Response:
    """Lead from the address in messages to the story."""
    return Response.redirect(f"/story/{request.url_vars['article']}")


async def _wrong(datasette: Datasette, request: Request, exception: Exception) -> Response:
    """Say what is wrong: Datasette's own words on what was asked, none on what broke inside."""
    status = 404 if isinstance(exception, MissingError) else getattr(exception, "status", _WRONG)
    if status >= _WRONG:
        _log.error(Event("page-failed", path=request.path), exc_info=exception)
    words = _choices(request).words
    said = _said(exception) if 400 <= status < _WRONG else words("wrong_inside")  # noqa: PLR2004 - what was asked is at fault
    if status == 404:  # noqa: PLR2004 - not found
        said = words("missing")
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": said, "status": status}, status=status)
    context = {"title": words("wrong"), "status": status, "error": said, "page": "error"}
    text = await datasette.render_template("error.html", context, request=request)
    return Response.html(text, status=status)


def _said(exception: Exception) -> str:
    """Give what Datasette says of a question that is at fault: in plain text."""
    title, message = (getattr(exception, key, None) for key in ("title", "message"))
    return str(title if getattr(exception, "message_is_html", False) else message or exception)


@cache
def _asset(name: str) -> str:
    """Give the address of a style or script, which changes with its content."""
    digest = hashlib.sha256((FOLDER / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/{ASSETS}/{name}?{digest}"
