"""Who is let into the pages, and what answers may do."""

import json
import re

import pytest

from conftest import Site, Wirewatch
from pages_desk import Pages, fill
from wirewatch.clock import utc_now
from wirewatch.pages import analysts, choices
from wirewatch.store.question import connection

TOKEN = "a-token-of-sixteen"  # noqa: S105 - of a test


@pytest.fixture
def pages(site: Site, wirewatch: Wirewatch) -> Pages:
    fill(site, wirewatch)
    return Pages(site.config, utc_now)


@pytest.fixture
def guarded(site: Site, pages: Pages) -> Pages:
    """Give pages that only those see who hold the token."""
    extra = f'[pages]\nlisten = "0.0.0.0:8002"\ntoken = "{TOKEN}"\n'
    site.config.write_text(site.config.read_text() + extra)
    return pages


@pytest.mark.parametrize("host", ["attacker.example", "localhost.attacker.example", "10.0.0.1"])
def test_a_page_of_another_name_is_refused(pages: Pages, host: str) -> None:
    """A name that somebody lets lead here (DNS rebinding) gets nothing, on no page."""
    for path in ("/", "/store.json", "/wire/events"):
        answer = pages.ask(path, host=host)
        assert answer.status_code == 421
        assert "wires" not in answer.text


def test_the_server_goes_by_the_names_it_is_given(site: Site, pages: Pages) -> None:
    """Names of `pages.names` and that of `web.url` are let in."""
    text = site.config.read_text()
    names = '[pages]\nnames = ["Desk.example"]\n[web]\nurl = "https://wire.example/x"\n'
    site.config.write_text(text + names)
    assert [
        pages.ask("/", host=host).status_code for host in ("desk.example:8002", "wire.example")
    ] == [200, 200]


def test_every_answer_is_sealed(pages: Pages) -> None:
    """No page may be framed, sniffed or told to others; ours run no script but their own."""
    for path in ("/", "/story/1", "/health", "/store", "/store/articles", "/nothing"):
        headers = pages.ask(path).headers
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "private, no-cache"
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert ("unsafe-inline" in policy) == path.startswith(("/store", "/nothing"))
        assert "unsafe-eval" not in policy


def test_style_and_scripts_may_be_kept(pages: Pages) -> None:
    """Their addresses change with their content, so a browser need not ask each time."""
    found = re.findall(r'(?:href|src)="(/assets/[^"]+)"', pages.text("/"))
    assert {one.partition("?")[0] for one in found} >= {"/assets/wirewatch.css", "/assets/pages.js"}
    for path in found:
        answer = pages.ask(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (
            200,
            "public, max-age=3600",
        )
    assert pages.ask("/assets/../plugin.py").status_code == 404
    assert pages.ask("/assets/%2e%2e/plugin.py").status_code in {302, 404}


@pytest.mark.parametrize(
    "path",
    [
        "/-/databases", "/-/databases.json", "/-/threads.json", "/-/plugins", "/-/metadata.json",
        "/-/settings.json", "/-/versions.json", "/-/actor.json", "/-/permissions", "/-/messages",
        "/-/auth-token", "/-/logout", "/-/patterns", "/-/allow-debug", "/-/config",
    ],
)  # fmt: skip
def test_the_librarys_own_corner_is_closed(pages: Pages, path: str) -> None:
    """Nothing tells of paths, threads, versions or settings."""
    assert pages.ask(path).status_code == 404


def test_a_link_of_an_article_is_one_of_the_web(site: Site, wirewatch: Wirewatch) -> None:
    """An address that would run a script is shown nowhere as a link."""
    for name, url in (("a", "javascript:alert(1)"), ("b", "https://agency.example/1")):
        page = {"title": f"Story {name}", "maintext": f"The text of {name}.", "url": url}
        (site.inbox / f"{name}.json").write_text(json.dumps(page | {"source_domain": "x"}))
    wirewatch("ingest", site.inbox, "--source", "wires", "--no-deliver")
    shown = Pages(site.config, utc_now).text("/story/1") + Pages(site.config, utc_now).text(
        "/story/2"
    )
    assert 'href="javascript' not in shown
    assert 'href="https://agency.example/1" rel="noopener noreferrer nofollow"' in shown


def test_the_file_cannot_be_taken_away(pages: Pages) -> None:
    """The database is not handed out whole, nor is that of the library's own notes."""
    assert pages.ask("/store.db").status_code == 403
    assert pages.ask("/_internal").status_code == 403
    assert pages.ask("/_internal.db").status_code in {403, 404}


@pytest.mark.parametrize(
    "sql",
    [
        "select * from pragma_database_list()",
        "attach database '/etc/passwd' as other",
        "delete from articles",
        "select load_extension('x')",
        "with x as (select 1) delete from articles",
        "select readfile('/etc/passwd')",
        "pragma database_list",
    ],
)
def test_sql_reaches_nothing_but_the_store(pages: Pages, site: Site, sql: str) -> None:
    """SQL of visitors reads the store, and says neither where it lies nor what lies beside it."""
    answer = pages.ask("/store.json", params={"sql": sql})
    assert answer.status_code == 400
    assert str(site.folder) not in answer.text
    assert "root:" not in answer.text


def test_endless_sql_is_ended(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that does not end is ended, and its visitor told."""
    monkeypatch.setitem(analysts._SETTINGS, "sql_time_limit_ms", 50)
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
    answer = pages.ask("/store.json", params={"sql": endless})
    assert answer.status_code == 400
    assert "SQL Interrupted" in answer.text


def test_no_page_tells_a_path(pages: Pages, site: Site) -> None:
    """No page, and no page of an error, says where on this machine anything lies."""
    for path in (
        "/", "/health", "/store", "/store.json", "/store/articles.json", "/nothing", "/store.db",
        "/store?sql=select+*+from+nothing", "/store/nothing", "/?q=%2F(%2F",
    ):  # fmt: skip
        assert str(site.folder) not in pages.ask(path).text, path


def test_an_error_inside_shows_nothing_of_it(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What breaks is logged; the visitor is told that something did, without values or paths."""

    def broken(*_: object) -> None:
        hidden = "a local variable"
        raise RuntimeError(f"broken: {hidden}")

    monkeypatch.setattr("wirewatch.pages.wire.last_article", broken)
    answer = pages.ask("/")
    assert answer.status_code == 500
    assert "local variable" not in answer.text
    assert "Traceback" not in answer.text
    assert "page-failed" in caplog.text


def test_without_the_token_there_is_nothing(guarded: Pages) -> None:
    """Beyond this machine every address asks for the token; style alone is for all."""
    for path in ("/", "/store.json", "/story/1", "/wire/events", "/choose?lang=ru"):
        answer = guarded.ask(path, host="desk.example")
        assert answer.status_code == 401
        assert "Majilis" not in answer.text
    assert guarded.ask("/assets/wirewatch.css", host="desk.example").status_code == 200


def test_the_token_is_kept_by_the_browser_as_a_cookie(guarded: Pages) -> None:
    """Who types it gets a cookie that is not the token, for this site alone; a wrong one none."""
    wrong = guarded.ask("/enter", method="POST", data={"token": "wrong"})
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    right = guarded.ask("/enter", method="POST", data={"token": TOKEN})
    cookie = right.headers["set-cookie"]
    assert right.status_code == 303
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie
    kept = cookie.partition(";")[0]
    assert guarded.ask("/", headers={"cookie": kept}).status_code == 200
    assert guarded.ask("/", headers={"cookie": kept[:-1] + "x"}).status_code == 401


def test_a_proxy_or_script_sends_the_token_itself(guarded: Pages) -> None:
    """`Authorization: Bearer` opens every page, as it does the figures of the daemon."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert guarded.ask("/store.json", headers=headers).status_code == 200
    assert guarded.ask("/", headers={"authorization": "Bearer x"}).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
        {"origin": "https://attacker.example"}, {"origin": "null"},
    ],
)  # fmt: skip
def test_nothing_is_posted_from_elsewhere(pages: Pages, headers: dict[str, str]) -> None:
    """A page of another site can post nothing here."""
    assert pages.ask("/store", method="POST", headers=headers, data={"x": "y"}).status_code == 403


@pytest.mark.parametrize("length", ["300001", "9" * 30, "-1", "x"])
def test_a_form_has_a_length_and_not_any(pages: Pages, length: str) -> None:
    """What is sent is no larger than the largest form, and its length is told."""
    headers = {"content-length": length}
    assert pages.ask("/act", method="POST", headers=headers, data={"act": "x"}).status_code == 413


def test_beyond_this_machine_a_token_is_demanded(site: Site, wirewatch: Wirewatch) -> None:
    """Neither the configuration nor the command line opens the archive to others by mistake."""
    text = site.config.read_text()
    ran = wirewatch("serve", "--host", "192.0.2.1")
    assert ran.code == 2
    assert "the whole archive" in ran.err
    site.config.write_text(f'{text}[pages]\nlisten = "192.0.2.1:8002"\n')
    ran = wirewatch("check")
    assert ran.code == 2
    assert "pages.listen" in ran.err + ran.out
    site.config.write_text(f'{text}[pages]\ntoken = "short"\n')
    assert "pages.token" in wirewatch("check").err + wirewatch("check").out


def test_what_is_chosen_leads_back_to_our_own_pages(pages: Pages) -> None:
    """Language and light are kept in cookies; nobody is led elsewhere by the link."""
    answer = pages.ask("/choose?lang=kk&light=dark&back=/health?books=1")
    assert answer.headers["location"] == "/health?books=1"
    assert len(answer.headers.get_list("set-cookie")) == 2
    for back in (
        "//attacker.example",
        "/\\attacker.example",
        "https://attacker.example",
        "/a\r\nb: c",
    ):
        assert choices.back({"back": back}) == "/"
    assert not choices.chosen({"lang": "xx", "light": "<"})


def test_the_language_follows_choice_then_browser(pages: Pages) -> None:
    """A choice counts most, then what the browser accepts, then English."""
    russian = {"accept-language": "tr;q=0.9, ru-RU;q=0.8, en;q=0.1"}
    assert '<html lang="ru"' in pages.text("/", headers=russian)
    chosen = russian | {"cookie": "wirewatch-language=kk; wirewatch-light=dark"}
    text = pages.text("/", headers=chosen)
    assert '<html lang="kk" data-light="dark"' in text
    assert "Барлық дереккөз" in text
    assert '<html lang="en"' in pages.text("/", headers={"accept-language": "xx;q=z,tr"})


@pytest.mark.usefixtures("pages")
def test_the_connection_of_visitors_cannot_write(site: Site) -> None:
    """What Datasette is given is open for reading only."""
    opened = connection(site.database)
    with pytest.raises(Exception, match="readonly"):
        opened.execute("DELETE FROM articles")
    opened.close()
