"""A cancellation counts though it holds no text: it is what takes a story out of sight."""

import json

import pytest

from wirewatch.formats import parse
from wirewatch.states import SkipReason

G2 = """<?xml version="1.0"?>
<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="tag:example.org:clock" version="4">
<itemMeta><itemClass qcode="ninat:text"/><versionCreated>2026-03-02T10:00:00Z</versionCreated>
<pubStatus qcode="stat:canceled"/></itemMeta><contentMeta/></newsItem>"""
ONE = """<?xml version="1.0"?><NewsML><NewsItem><Identification><NewsIdentifier>
<ProviderId>example.org</ProviderId><DateId>20260302</DateId><NewsItemId>clock</NewsItemId>
<RevisionId PreviousRevision="3" Update="N">4</RevisionId>
<PublicIdentifier>urn:newsml:example.org:20260302:clock:4N</PublicIdentifier>
</NewsIdentifier></Identification><NewsManagement><NewsItemType FormalName="News"/>
<FirstCreated>20260302T100000Z</FirstCreated><ThisRevisionCreated>20260302T100000Z</ThisRevisionCreated>
<Status FormalName="Canceled"/></NewsManagement></NewsItem></NewsML>"""
NINJS = json.dumps(
    {
        "uri": "tag:example.org:clock",
        "type": "text",
        "version": "4",
        "pubstatus": "canceled",
        "versioncreated": "2026-03-02T10:00:00Z",
    }
)
DPA = json.dumps(
    {
        "format": "digitalwires-v1",
        "urn": "urn:newsml:example.org:clock",
        "version": 4,
        "pubstatus": "canceled",
        "version_created": "2026-03-02T10:00:00Z",
        "article_html": "",
    }
)
NITF = """<?xml version="1.0"?><nitf><head><docdata management-status="canceled">
<doc-id id-string="clock" regsrc="example.org"/><du-key key="clock" version="4"/>
<date.issue norm="20260302T100000Z"/></docdata></head><body/></nitf>"""
PICTURE = ONE.replace("</NewsManagement>", "</NewsManagement><NewsComponent><ContentItem>"
    '<MediaType FormalName="Photo"/></ContentItem></NewsComponent>')  # fmt: skip
ALL = {"newsml-g2": G2, "newsml-1": ONE, "ninjs": NINJS, "dpa": DPA, "nitf": NITF}


@pytest.mark.parametrize("text", ALL.values(), ids=ALL.keys())
def test_a_cancellation_without_a_text_is_kept(text: str) -> None:
    """A version that only cancels the story is an article without text, marked as canceled."""
    (article,) = parse(text.encode(), 1_000_000).articles
    assert (article.version, article.status, article.body) == (4, "canceled", "")
    assert "clock" in article.guid


def test_a_cancelled_picture_stays_a_picture() -> None:
    """That a picture is canceled does not make it an article."""
    found = parse(PICTURE.encode(), 1_000_000)
    assert not found.articles
    assert [one.why for one in found.skipped] == [SkipReason.PICTURE]
