"""XML and HTML as formats read them: nothing fetched, nothing expanded, text in paragraphs."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.errors import Unreadable
from wirewatch.formats import markup
from wirewatch.formats.document import Document
from wirewatch.states import FileReason

LIMIT = 1_000_000


def root(data: bytes) -> markup.Element:
    """Parse bytes as a format does."""
    return markup.root(Document(data, LIMIT))


@pytest.mark.parametrize(
    "data",
    [
        b"<?xml version='1.0'?><a>\xc3\xa9</a>",
        b"\n  <?xml version='1.0'?><a>\xc3\xa9</a>",
        "\ufeff<?xml version='1.0' encoding='utf-8'?><a>é</a>".encode(),
        "<?xml version='1.0' encoding='windows-1252'?><a>é</a>".encode("cp1252"),
        "<?xml version='1.0' encoding='utf-16'?><a>é</a>".encode("utf-16"),
        "<?xml version='1.0' encoding='us-ascii'?><a>é</a>".encode(),
        "<?xml version='1.0' encoding='no-such'?><a>é</a>".encode(),
    ],
)
def test_xml_is_read_as_it_comes(data: bytes) -> None:
    """White space and marks in front, and wrong declared encodings, keep no file from being read."""
    assert markup.line(root(data)) == "é"


@pytest.mark.parametrize("data", [b"<a>", b"<a></b>", b"<a>&#0;</a>", b"<", b"<a/><b/>"])
def test_broken_xml_is_malformed(data: bytes) -> None:
    """What is no sound XML is refused by name."""
    with pytest.raises(Unreadable) as refused:
        root(data)
    assert refused.value.reason is FileReason.MALFORMED


def test_no_entity_is_expanded_or_fetched() -> None:
    """A file's entities bring nothing in; those of HTML mean what they mean there."""
    outside = (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "no">]><a>a&x;b&y;c</a>'
    )
    assert markup.line(root(outside)) == "abc"
    assert markup.line(root(b"<!DOCTYPE a SYSTEM 'a.dtd'><a>a&nbsp;b&eacute;</a>")) == "a bé"


def test_a_billion_laughs_are_refused() -> None:
    """Entities that hold entities, ten deep, are refused at once."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><a>&l11;</a>'
    with pytest.raises(Unreadable):
        root(bomb.encode())


def test_depth_is_refused_or_read() -> None:
    """Ten thousand elements inside each other end in a refusal, never in a crash."""
    with pytest.raises(Unreadable):
        root(b"<a>" * 10_000 + b"</a>" * 10_000)
    for depth in (300, 2_000):
        assert markup.line(markup.fragment("<div>" * depth + "deep")) == "deep"
    for depth in (10_000, 100_000):
        with pytest.raises(Unreadable):
            markup.fragment("<div>" * depth + "deep")


def test_long_texts_are_read_whole() -> None:
    """A paragraph of eleven megabytes loses nothing."""
    assert len(markup.line(markup.fragment(f"<p>{'word ' * 2_200_000}</p>"))) == 10_999_999


def test_elements_are_found_by_their_own_names() -> None:
    """Namespaces and the case of names and attributes do not matter, as agencies get them wrong."""
    found = root(
        b'<x:A xmlns:x="urn:x" xmlns:y="urn:y"><x:Head y:QCode=" a:b "><c>1</c></x:Head></x:A>'
    )
    head = markup.child(found, "head")
    assert markup.name(found) == "a"
    assert markup.value(head, "none", "qcode") == "a:b"
    assert [markup.line(one) for one in markup.children(found, "head", "c")] == ["1"]
    assert markup.child(found, "head", "nothing") is None
    assert [markup.name(one) for one in markup.below(found, "c", "head")] == ["head", "c"]
    assert (markup.value(None, "x"), markup.line(None), markup.children(None, "a")) == ("", "", [])


def test_blocks_are_paragraphs() -> None:
    """Blocks and line breaks part paragraphs; scripts and comments are not read; space is one."""
    text = """Lead <b>bold</b>\n  text<script>x()</script><p>One<!-- no --> more</p>
    <ul><li>a</li><li>b<br/>c</li></ul>tail\u00a0end<p> </p>"""
    body = "Lead bold text\n\nOne more\n\na\n\nb\n\nc\n\ntail end"
    assert markup.paragraphs([markup.fragment(text)]) == body
    assert markup.line(markup.fragment(text)) == body.replace("\n\n", " ")


def test_text_is_in_nfc() -> None:
    """What is stored is composed, as folding expects it, in texts and in attributes."""
    found = root("<a b='e\u0301'>e\u0301</a>".encode())
    assert (markup.line(found), markup.value(found, "b")) == ("é", "é")


def test_cells_do_not_run_together() -> None:
    """The cells of a table's row stand on one line, with a space between."""
    table = "<table><tr><td>Baku</td><td>2:1</td></tr><tr><th>a</th></tr></table>"
    assert markup.paragraphs([markup.fragment(table)]) == "Baku 2:1\n\na"


@given(st.text(st.sampled_from("<>/pbr &;!-x'\"")))
def test_any_fragment_is_read(text: str) -> None:
    """However broken a piece of HTML is, it is read."""
    markup.paragraphs([markup.fragment(text)])


def test_a_tag_of_countless_attributes_is_refused() -> None:
    """Attributes without number, which take the square of their time, are refused at once."""
    bomb = "<p " + " ".join(f"a{n}='1'" for n in range(100_000)) + ">text</p>"
    begun = time.process_time()
    with pytest.raises(Unreadable, match="100,000 attributes"):
        markup.fragment(bomb)
    assert time.process_time() - begun < 2
