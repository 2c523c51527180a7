"""The pages as they are read: the wire, a story, health, the tables. Without a browser."""

import asyncio
import json
import re
from datetime import timedelta

import pytest

from conftest import GAZETTEER, Site, Wirewatch
from pages_desk import Pages, deliver, fill, story
from wirewatch.clock import utc_now
from wirewatch.deployment import load_deployment
from wirewatch.pages import asked, wire
from wirewatch.pages.analysts import questions
from wirewatch.pages.asked import compiled
from wirewatch.pages.page import Visit
from wirewatch.pages.reading import Readers
from wirewatch.pages.server import site as pages_of
from wirewatch.pages.wording import wording
from wirewatch.store import lookback
from wirewatch.store.database import Reader, Store, open_reader


@pytest.fixture
def pages(site: Site, wirewatch: Wirewatch) -> Pages:
    fill(site, wirewatch)
    return Pages(site.config, utc_now)


def headlines(text: str) -> list[str]:
    """Give the headlines of a page of the wire, without their marks."""
    found = re.findall(r'<a class="headline"[^>]*>(.*?)</a>', text)
    return [re.sub(r"</?mark>", "", one) for one in found]


def test_the_wire_shows_what_came_newest_first(pages: Pages) -> None:
    """Each article has a row with its source, its hits marked, and the rules that were true."""
    text = pages.text("/")
    assert headlines(text)[-2:] == [
        "Majilis and Milli Majlis agree on two rivers", "Majilis and Milli Majlis agree on a river",
    ]  # fmt: skip
    assert "The <mark>Majilis</mark> met on Monday. The <mark>Milli Majlis</mark> met" in text
    assert re.search(r'<span class="tag rule rings">.*?kz-az', text)
    assert 'class="tag bad">Withdrawn' in text
    assert 'class="tag warn">Embargo' in text
    assert 'lang="ar"' in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("source=wires", 6), ("source=other", 0), ("language=de", 1), ("language=en", 3),
        ("entry=kz-majilis", 3), ("entry=Milli+Majlis+(AZ)", 2), ("rule=kz-az", 2),
        ("rule=kz-az&entry=kz-majilis&language=en", 2), ("q=Haushalt", 1),
        ("q=%40parliament:AZ", 1), ("q=haushalt&language=en", 0), ("before=3", 2),
        ("before=999999999999999999", 6), ("before=99999999999999999999999", 6), ("before=x", 6),
    ],
)  # fmt: skip
def test_the_wire_is_filtered(pages: Pages, query: str, found: int) -> None:
    """Filters and the query narrow it; a query finds what stands, not what was replaced."""
    assert len(headlines(pages.text(f"/?{query}"))) == found


def test_what_takes_long_is_broken_off(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page shows what was found in time, and says that there may be more."""
    monkeypatch.setattr(wire, "_PATIENCE", -1.0)
    monkeypatch.setattr(lookback, "_STEPS", 1)
    assert "There may be more" in pages.text("/?source=wires")


def test_a_query_that_cannot_be_read_is_explained(pages: Pages) -> None:
    """The page stays, says what is wrong, and points at it."""
    text = pages.text("/?q=title:(budget")
    assert 'id="fault"' in text
    assert "^" in text
    assert headlines(text) == []


def test_a_query_without_end_is_refused(pages: Pages) -> None:
    """The search box takes so much, and says so."""
    assert "2000 characters" in pages.text("/?q=" + "a+OR+" * 500 + "b")


def test_a_text_full_of_names_is_shown_in_time(site: Site, wirewatch: Wirewatch) -> None:
    """Ten thousand names in one paragraph, and ten thousand paragraphs, are marked all the same."""
    text = "Majilis " * 10_000 + "\n\nMajilis" * 2_000
    page = {"title": "Names", "maintext": text, "url": "https://a.example/1", "source_domain": "x"}
    (site.inbox / "names.json").write_text(json.dumps(page))
    assert wirewatch("ingest", site.inbox, "--source", "wires", "--no-deliver").code == 0
    shown = Pages(site.config, utc_now).text("/story/1")
    assert shown.count('<span class="name">Majilis</span>') == 12_000
    assert shown.count('<p dir="auto">') > 2_000


def test_no_text_becomes_markup(pages: Pages) -> None:
    """What an article says is text on every page: no tag, no attribute, no template."""
    number = re.findall(r'href="/story/(\d+)"', pages.text("/"))[0]
    for path in ("/", f"/story/{number}", f"/store/articles/{number}"):
        text = pages.text(path)
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;alert(1)" in text
        assert 'lang="en"><b>' not in text


def test_a_story_shows_versions_changes_and_who_was_told(pages: Pages) -> None:
    """The newest version has its time line, what it changed, the names, and its alerts."""
    text = pages.text("/story/2")
    assert text.index("agree on a river") > text.index("Time line")
    assert "<del>The Milli Majlis met on Tuesday.</del>" in text
    assert "<ins>The Milli Majlis met on Thursday.</ins>" in text
    assert 'href="/?entry=kz-majilis">Majilis (KZ)</a>' in text
    assert "replaced" in pages.text("/story/1")
    first = pages.text("/story/1")
    assert "kz-az" in first
    assert "desk" in first
    assert "waits" in first


def test_a_story_says_when_it_must_not_be_used(pages: Pages) -> None:
    """A kill and an embargo stand above the text; an embargo that has lifted does not."""
    assert "must not be used" in pages.text("/story/3")
    assert "Not to be told before 2036" in pages.text("/story/4")
    later = Pages(pages.config, lambda: utc_now() + timedelta(days=11 * 366))
    assert "Not to be told before" not in later.text("/story/4")


@pytest.mark.parametrize("path", ["/story/99", "/story/9999999999999999999", "/nothing"])
def test_what_is_not_there_is_not_found(pages: Pages, path: str) -> None:
    """An address without anything behind it is a page that says so."""
    answer = pages.ask(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_health_holds_the_ledger_against_the_folders(site: Site, wirewatch: Wirewatch) -> None:
    """The books are shown as a sum; a file that the ledger does not know breaks them."""
    deliver(site, wirewatch)
    pages = Pages(site.config, utc_now)
    text = pages.text("/health")
    assert "Conserved" in text
    assert "The daemon is not running" in text
    assert "<b>6</b> files seen" in text
    site.deliver("late.json", story("river-1", version="9"))
    assert "wires/late.json" in pages.text("/health")


def test_sources_are_held_against_what_is_usual(pages: Pages) -> None:
    """An inbox has when it last brought something, and how much in a day."""
    found = re.search(r'<th scope="row">wires</th>(.*?)</tr>', pages.text("/health"), re.DOTALL)
    assert found
    assert ">6</td>" in found[1]


def test_the_links_of_messages_lead_to_the_story(pages: Pages) -> None:
    """`URL/articles/NUMBER`, which messages link to, is the story."""
    answer = pages.ask("/articles/2")
    assert answer.headers["location"] == "/story/2"


def test_tables_sql_search_and_questions_are_there(pages: Pages) -> None:
    """Datasette's own pages stay: tables, JSON, CSV, SQL, full text, and the ten questions."""
    assert pages.ask("/tables").headers["location"] == "/store"
    rows = pages.ask("/store/articles.json?_search=Haushalt&_shape=array").json()
    assert [row["language"] for row in rows] == ["de"]
    assert pages.text("/store/alerts.csv").startswith("id,")
    asked = pages.ask("/store.json?sql=select+count(*)+n+from+articles&_shape=array")
    assert asked.json() == [{"n": 6}]
    assert "Which pairs of parliaments appear together?" in pages.text("/store")
    pairs = pages.ask("/store/named-together.json?_shape=array").json()
    assert [row["articles"] for row in pairs] == [1]


def test_no_question_hides_a_table(store: Store) -> None:
    """A question's address is that of no table or view: Datasette would show it in their place."""
    assert not {*store.db.table_names(), *store.db.view_names()} & questions().keys()


def test_news_are_what_came_after(pages: Pages, site: Site) -> None:
    """An open page is given what it has not seen, filtered and searched as it is."""
    deployment = load_deployment(site.config)
    db = open_reader(site.database)

    def visit(**query: str) -> Visit:
        return Visit({}, query, deployment, wording("en"), pages.clock())

    assert wire.news(db, visit(), 6) == (6, [])
    assert wire.news(db, visit(), None) == (6, [])
    last, rows = wire.news(db, visit(), 0)
    assert (last, [row["id"] for row in rows]) == (6, [1, 2, 3, 4, 5, 6])
    assert [row["id"] for row in wire.news(db, visit(language="de"), 0)[1]] == [4]
    assert [row["id"] for row in wire.news(db, visit(q="thursday"), 1)[1]] == [2]
    assert wire.news(db, visit(q="title:("), 0) == (6, [])
    db.close()


def test_a_page_that_was_away_catches_up_in_parts(
    pages: Pages, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has come meanwhile is given some at a time, also where a filter leaves none of them."""
    monkeypatch.setattr(wire, "_AT_ONCE", 2)
    deployment = load_deployment(site.config)
    db = open_reader(site.database)
    visit = Visit({}, {"language": "de"}, deployment, wording("en"), pages.clock())
    assert wire.news(db, visit, 0)[0] == 6
    every = Visit({}, {}, deployment, wording("en"), pages.clock())
    last, rows = wire.news(db, every, 0)
    assert (last, len(rows)) == (2, 2)
    monkeypatch.setattr(wire, "_MISSED", 1)
    assert [row["id"] for row in wire.news(db, every, 0)[1]] == [6]
    db.close()


def test_rows_come_to_an_open_page(pages: Pages, site: Site) -> None:
    """The stream gives each new article as a row of the page, with its number as the event's."""

    async def events() -> str:
        made = pages_of(load_deployment(site.config), pages.clock)
        app = made.datasette.app()
        said: list[bytes] = []
        enough = asyncio.Event()

        async def receive() -> dict[str, object]:
            await enough.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, object]) -> None:
            body = message.get("body", b"")
            assert isinstance(body, bytes)
            said.append(body)
            if b"id: 6" in body:
                enough.set()

        scope = {
            "type": "http", "method": "GET", "path": "/wire/events", "raw_path": b"/wire/events",
            "query_string": b"after=4", "headers": [(b"host", b"localhost")],
        }  # fmt: skip
        await asyncio.wait_for(app(scope, receive, send), 10)
        made.close()
        return b"".join(said).decode()

    text = asyncio.run(events())
    assert "id: 5\n" in text
    assert "id: 6\n" in text
    assert "id: 4\n" not in text
    assert "event: article\n" in text
    assert 'class=\\"item fresh' in text


def test_a_query_is_compiled_once(site: Site, pages: Pages) -> None:
    """An open page that asks again after each change gets the same; changed lists are another."""
    assert pages.config == site.config
    deployment = load_deployment(site.config)
    first = compiled("@parliament:KZ AND budget", deployment)
    assert compiled("@parliament:KZ AND budget", load_deployment(site.config)) is first
    (site.folder / "parliament.toml").write_text(GAZETTEER + 'spellings = ["Mejlis"]\n')
    assert compiled("@parliament:KZ AND budget", load_deployment(site.config)) is not first
    for number in range(asked._KEPT):
        compiled(f"word{number}", deployment)
    assert compiled("@parliament:KZ AND budget", deployment) is not first


def test_a_page_is_of_one_moment(store: Store) -> None:
    """What is committed while a page is read is not on it, and is on the next."""

    def add(channel: str) -> None:
        with store.write() as db:
            db.execute("INSERT INTO notices VALUES (?, '', '')", [channel])

    def counted(db: Reader) -> int:
        (count,) = db.execute("SELECT count(*) FROM notices").fetchone()
        return int(count)

    def twice(db: Reader) -> tuple[int, int]:
        before = counted(db)
        add("second")
        return before, counted(db)

    add("first")
    readers = Readers(store.path, threads=1)
    assert asyncio.run(readers.ask(twice)) == (1, 1)
    assert asyncio.run(readers.ask(counted)) == 2
    readers.close()
