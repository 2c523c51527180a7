"""Mail: messages and mailboxes into articles, in whatever way senders encode them."""

import base64

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document
from wirewatch.formats.mail import FORMAT
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, Precision, SkipReason

LIMIT = 10_000_000
HEADER = """From: Ann Bo <ann@quay.example>
To: desk@quay.example
Date: Tue, 3 Mar 2026 10:00:00 +0300 (MSK)
Subject: Bell rung
Message-ID: <bell-1@quay.example>
"""
POSTMARK = "From ann@quay.example Tue Mar  3 10:00:00 2026\n"
MIXED = (
    HEADER
    + """MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/html; charset=utf-8

<html><head><title>no</title></head><body><p>As HTML.</p></body></html>
--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

The Riigikogu rang its bell=
 at nine, in T=C3=B5rva.
--inner--
--outer
Content-Type: image/png
Content-Disposition: attachment; filename="=?utf-8?q?t=C3=B5rv.png?="

--outer
Content-Type: text/plain; name="notes.txt"
Content-Disposition: attachment; filename*=utf-8''t%C3%B5rv.txt

Not read.
--outer
Content-Type: audio/ogg

--outer
Content-Type: message/rfc822

Subject: inside

Not read.
--outer--
"""
)


def read(text: str | bytes) -> list[Article | Skipped]:
    """Read mail by this format alone."""
    document = Document(text if isinstance(text, bytes) else text.encode(), LIMIT)
    assert FORMAT.recognises(document)
    return list(FORMAT.parse(document))


def one(text: str | bytes) -> Article:
    """Read a message without attachments."""
    (article,) = read(text)
    assert isinstance(article, Article)
    return article


def body(fields: str, content: str | bytes) -> str:
    """Read the text of a message with some more fields."""
    data = content.encode() if isinstance(content, str) else content
    return one((HEADER + fields + "\n").encode() + data).body


def test_field_by_field() -> None:
    """Every field that a message has stands in its place."""
    more = (
        "Organization: Quay News\nContent-Language: et, en\nKeywords: quays, bells, quays\n"
        "Archived-At: <https://quay.example/1>\n"
    )
    assert one(HEADER + more + "\nThe bell was rung.\n\nTwice.\n") == Article(
        guid="bell-1@quay.example",
        title="Bell rung",
        headline="Bell rung",
        body="The bell was rung.\n\nTwice.",
        published="2026-03-03T07:00:00Z",
        published_precision=Precision.MINUTE,
        agency="Quay News",
        byline="Ann Bo",
        language="et",
        url="https://quay.example/1",
        subjects=("quays", "bells"),
    )


def test_alternatives_and_attachments() -> None:
    """Plain text is preferred to HTML; what is attached is named, in order, and not read."""
    article, *rest = read(MIXED)
    assert isinstance(article, Article)
    assert article.body == "The Riigikogu rang its bell at nine, in Tõrva."
    assert rest == [
        Skipped("tõrv.png", SkipReason.PICTURE),
        Skipped("tõrv.txt", SkipReason.DATA),
        Skipped("audio/ogg", SkipReason.AUDIO),
        Skipped("message/rfc822", SkipReason.DATA),
    ]


def test_html_alone() -> None:
    """HTML is read where there is no plain text."""
    html = "<html><head><title>no</title></head><p>One&nbsp;two</p><script>x</script><p>Three"
    assert body("Content-Type: text/html; charset=utf-8\n", html) == "One two\n\nThree"


def test_footer_of_a_list() -> None:
    """A list's plain footer does not stand for a message in HTML."""
    text = (
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/html\n\n'
        "<p>The story.</p>\n--b\nContent-Type: text/plain\n\nLeave the list\n--b--\n"
    )
    assert one(HEADER + text).body == "The story."


def test_base64() -> None:
    """Base64 is decoded, in another charset too."""
    content = base64.encodebytes("Звон с причала.".encode("koi8-r"))
    fields = "Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: base64\n"
    assert body(fields, content) == "Звон с причала."


@pytest.mark.parametrize("declared", ["us-ascii", "nonsense-8", "utf-8", "x-unknown"])
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_wrong_charset(declared: str, encoding: str) -> None:
    """A wrong or unknown charset is seen through where the bytes allow it."""
    text = "Парламент принял закон о колоколах, и звон был слышен на всех причалах города."
    fields = f"Content-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: 8bit\n"
    assert body(fields, text.encode(encoding)) == text


def test_small_charset() -> None:
    """What is called iso-8859-1 is windows-1252, as its senders mean it."""
    fields = "Content-Type: text/plain; charset=iso-8859-1\n"
    assert body(fields, b"The keepers\x92 lamps, caf\xe9") == "The keepers’ lamps, café"


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("=?utf-8?q?T=C3=B5rva_bell?=", "Tõrva bell"),
        ("=?utf-8?b?0J/QsNGA0LvQ?=\n =?utf-8?b?sNC80LXQvdGC?=", "Парламент"),
        ("Re: =?koi8-r?b?+tfPzg==?= =?utf-8?q?_x?= on", "Re: Звон x on"),
        ("=?nonsense-8?q?plain?=", "plain"),
        ("Tõrva, raw", "Tõrva, raw"),
        ("a\n folded\n\tone", "a folded one"),
        (r"kept \u0416 =?utf-8?q?=C3=B5?=", r"kept \u0416 õ"),
        ("=?utf-8?b?!?=", ""),
    ],
)
def test_encoded_words(subject: str, title: str) -> None:
    """Subjects are read in all their encodings, even where a letter is parted."""
    assert one(HEADER.replace("Bell rung", subject) + "\nText.").title == title


@pytest.mark.parametrize(
    ("sender", "byline"),
    [
        ("=?utf-8?q?Bo=2C_Ann?= <a@b.example>", "Bo, Ann"),
        ('"Bo, Ann" <a@b.example>', "Bo, Ann"),
        ("a@b.example", "a@b.example"),
        ("a@b.example (Ann Bo)", "Ann Bo"),
    ],
)
def test_sender(sender: str, byline: str) -> None:
    """The sender's name is the byline, or the address where there is no name."""
    assert one(HEADER.replace("Ann Bo <ann@quay.example>", sender) + "\nText.").byline == byline


def test_flowed() -> None:
    """Flowed lines are joined, quotations apart, and what was put in for safety is taken out."""
    fields = "Content-Type: text/plain; format=flowed\n"
    text = "A line \nthat flows.\nMeant alone.\n> quoted \n> on\n From here.\n-- \nAnn"
    expected = "A line that flows.\n\nMeant alone.\n\n> quoted on\n\nFrom here."
    assert body(fields, text) == expected
    assert (
        body("Content-Type: text/plain; format=flowed; delsp=yes\n", "bell \ntower") == "belltower"
    )


def test_margin() -> None:
    """Lines broken at a margin are one paragraph, short lines each their own."""
    long = "The bell of the night ferry has been cast anew, and it rings"
    text = f"{long}\n{long}\na tone lower.\n\nAnn\nBo\n"
    assert body("", text) == f"{long} {long} a tone lower.\n\nAnn\n\nBo"


def test_mailbox() -> None:
    """Each message of a mailbox is an article; a line that begins 'From ' parts none."""
    text = (
        POSTMARK + HEADER + "\nOne.\n>From the sea.\n\nFrom the quay at 10:00 in 2026, no.\n\n"
        + POSTMARK + HEADER.replace("bell-1", "bell-2") + "\nTwo.\n"
    )  # fmt: skip
    first, second = read(text)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.guid, second.guid) == ("bell-1@quay.example", "bell-2@quay.example")
    assert first.body == "One.\n\nFrom the sea.\n\nFrom the quay at 10:00 in 2026, no."
    assert second.body == "Two."
    assert read(text.replace("\n", "\r\n")) == [first, second]


def test_no_text() -> None:
    """A message without subject and text is none; a subject alone is an article."""
    header = HEADER.replace("Subject: Bell rung\n", "")
    assert read(header + "\n") == [Skipped("bell-1@quay.example", SkipReason.NO_TEXT)]
    assert one(HEADER + "\n").body == ""


def test_identity_without_one() -> None:
    """A message without Message-ID is known by its content."""
    header = HEADER.replace("Message-ID: <bell-1@quay.example>\n", "")
    assert one(header + "\nText.").guid.startswith("sha256:")
    assert one(header + "\nText.").guid != one(header + "\nOther.").guid


@pytest.mark.parametrize(
    "text",
    [
        "From: Oslo\n\nOSLO. The bell was rung.",
        "From: Quay News\nDate: 3 March\nSubject: Bell\n\nOSLO. The bell was rung.",
        "From the quay at 10:00 in 2026 it was heard.\n\nOSLO. The bell.",
        "Subject: Bell\nDate: 3 March\nTo: a@b.example\n\nOSLO.",
        "From: a@b.example\nOSLO. The bell was rung.\nDate: x\nSubject: y\n\n",
        "<rss></rss>",
        "{}",
    ],
)
def test_others(text: str) -> None:
    """Wire text that has a word or two of mail in front is no mail."""
    assert not FORMAT.recognises(Document(text.encode(), LIMIT))


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (HEADER + "Content-Type: multipart/mixed\n\ntext", "parts cannot be told apart"),
        (HEADER + 'Content-Type: multipart/mixed; boundary="x"\n\ntext', "parts cannot be told"),
        (HEADER + "Content-Type: message/rfc822\n\n" * 2000, "no sound message"),
    ],
)
def test_malformed(text: str, detail: str) -> None:
    """A message whose parts cannot be found is refused in words."""
    with pytest.raises(Unreadable, match=detail) as caught:
        read(text)
    assert caught.value.reason is FileReason.MALFORMED


@pytest.mark.parametrize(
    "text",
    [
        HEADER.replace("Bell rung", "=?" * 100_000) + "\nText.",
        HEADER.replace("Ann Bo", "(" * 30_000) + "\nText.",
        HEADER + "Content-Type: text/plain; " + "a=b; " * 50_000 + "\n\nText.",
        HEADER + "\n" + "\n" * 300_000,
        POSTMARK + HEADER + "\n" * 300_000 + "x" + "\n\nFrom 1:11" * 30_000,
    ],
)
def test_long_input(text: str) -> None:
    """Endless fields and blanks are read in a time that grows with their length."""
    assert isinstance(read(text)[0], Article)
