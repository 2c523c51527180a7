"""Articles whose words SQLite's tokenizer reads otherwise than matching does."""

from wirewatch.model import Article
from wirewatch.text.fold import has_other_forms, is_common
from wirewatch.text.words import runs_scripts_together


def is_irregular(article: Article) -> bool:
    """Tell whether full text may miss words of an article that matching finds."""
    texts = (article.title, article.dateline, article.body)
    uncommon = (text for text in texts if not is_common(text))
    return any(has_other_forms(text) or runs_scripts_together(text) for text in uncommon)
