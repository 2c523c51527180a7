"""A gazetteer's TOML file, as it is written."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from wirewatch.tomlfile import Table

_Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
_Text = Annotated[str, StringConstraints(min_length=1)]
_Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
_Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?$")]
_Included = Annotated[str, StringConstraints(pattern=r"^[^:]+(:[^:]+)?$")]
_Texts = tuple[_Text, ...]


class ContextTable(Table):
    """`[[entry.context]]`: names that mean the entry only near certain words."""

    spellings: _Texts = ()
    acronyms: _Texts = ()
    near: _Texts = ()
    country: bool = False


class EntryTable(Table):
    """`[[entry]]`: one named thing."""

    id: _Id
    name: _Text
    kind: str = ""
    chamber: str = ""
    country: _Code | None = None
    groups: tuple[_Id, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    successor: _Id | None = None
    generic: _Texts = ()
    spellings: _Texts = ()
    spelled: dict[_Language, _Texts] = Field(default_factory=dict)
    acronyms: _Texts = ()
    context: tuple[ContextTable, ...] = ()
    unless: _Texts = ()
    source: str = ""

    def written(self) -> _Texts:
        """Give the spellings, those listed by language too."""
        return (*self.spellings, *(text for texts in self.spelled.values() for text in texts))


class CountryTable(Table):
    """`[[country]]`: what a country and its people are called, for names that hold theirs."""

    code: _Code
    names: _Texts = ()
    people: _Texts = ()
    words: _Texts = ()
    called: dict[_Language, _Texts] = Field(default_factory=dict)

    def called_so(self) -> _Texts:
        """Give what it is called in other languages."""
        return tuple(text for texts in self.called.values() for text in texts)


class GenericTable(Table):
    """`[[generic]]`: what the bodies of many countries are called, by language."""

    name: _Text
    spelled: dict[_Language, _Texts] = Field(default_factory=dict)

    def written(self) -> _Texts:
        """Give the names in all languages."""
        return tuple(text for texts in self.spelled.values() for text in texts)


class GazetteerTable(Table):
    """A gazetteer's file."""

    name: _Id
    title: str = ""
    replace: bool = False
    include: tuple[_Included, ...] = ()
    endings: dict[_Id, tuple[str, ...]] = Field(default_factory=dict)
    country: tuple[CountryTable, ...] = ()
    generic: tuple[GenericTable, ...] = ()
    unless: dict[_Language, _Texts] = Field(default_factory=dict)
    entry: tuple[EntryTable, ...] = ()

    def otherwise(self) -> _Texts:
        """Give the phrases of all languages that hold a name and mean another thing."""
        return tuple(text for texts in self.unless.values() for text in texts)
