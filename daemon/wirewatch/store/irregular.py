"""Articles whose words SQLite's tokenizer reads otherwise than matching does."""

from enum import IntEnum

from wirewatch.model import Article
from wirewatch.text.fold import has_other_forms, is_common
from wirewatch.text.tokenizer import is_foreign
from wirewatch.text.words import runs_scripts_together


class Irregular(IntEnum):
    """What full text may miss of an article's words, as `articles.irregular` has it."""

    NOTHING = 0
    ANY = 1
    FOREIGN = 2  # words of scripts that it may part otherwise


def irregularity(article: Article) -> Irregular:
    """Tell which words of an article full text may miss that matching finds."""
    texts = (article.title, article.dateline, article.body)
    uncommon = [text for text in texts if not is_common(text)]
    if any(has_other_forms(text) or runs_scripts_together(text) for text in uncommon):
        return Irregular.ANY
    foreign = any(is_foreign(char) for text in uncommon for char in set(text))
    return Irregular.FOREIGN if foreign else Irregular.NOTHING
