"""A site: the folders and the configuration of a daemon that is put on trial."""

import json
from dataclasses import dataclass
from pathlib import Path

from trials.stories import CHANNELS, ESCALATED, RULES

AFTER = {"left": "leave", "moved": "archive", "other-disk": "archive", "cleared": "delete"}
"""Each inbox by name, with what becomes of its files; one archive may lie on another disk."""


@dataclass(frozen=True)
class Site:
    """A folder with all that a daemon needs."""

    root: Path

    @property
    def config(self) -> Path:
        """Give the configuration's path."""
        return self.root / "wirewatch.toml"

    @property
    def store(self) -> Path:
        """Give the store's path."""
        return self.root / "store" / "wirewatch.db"

    @property
    def inboxes(self) -> dict[str, Path]:
        """Give the folders that files are delivered into."""
        return {name: self.root / "in" / name for name in AFTER}

    def archive(self, inbox: str) -> Path:
        """Give the folder that an inbox is archived into."""
        return self.root / "archive" / inbox

    def change(self, old: str, new: str) -> None:
        """Write the configuration anew, the first place of some words changed."""
        text = self.config.read_text(encoding="utf-8")
        assert old in text, f"nothing of the configuration says {old}"
        self.config.write_text(text.replace(old, new, 1), encoding="utf-8")


def make_site(root: Path, url: dict[str, str], settle: str) -> Site:
    """Write a configuration with an inbox of every kind."""
    site = Site(root)
    (root / "store").mkdir(parents=True)
    inboxes = [
        f'[[inbox]]\nname = "{name}"\npath = "in/{name}"\narchive = "archive/{name}"\n'
        f'after = "{after}"\nsettle = "{settle}"\n'
        for name, after in AFTER.items()
    ]
    channels = [
        f'[[channel]]\nname = "{name}"\nurl = "{url[name]}"\n{policy}'
        for name, policy in CHANNELS.items()
    ]
    channels += [
        f'[[route]]\nrule = ["{rule}"]\nchannels = {json.dumps(list(late))}\nafter = "300ms"\n'
        for rule, late in ESCALATED.items()
    ]
    fixed = [
        '[store]\npath = "store/wirewatch.db"\n',
        '[rules]\npaths = ["rules.toml"]\n',
        '[intake]\nrescan = "1s"\n',
        '[delivery]\nfirst_retry = "100ms"\nslowest_retry = "1s"\ngather_after = "200ms"\n',
    ]
    site.config.write_text("\n".join(fixed + inboxes + channels), encoding="utf-8")
    rules = [
        f'[[rule]]\nname = "{name}"\ntitle = "{name}"\nquery = \'{query}\'\n'
        f'severity = "high"\nchannels = {json.dumps(list(told))}\n'
        for name, (query, told) in RULES.items()
    ]
    (root / "rules.toml").write_text("\n".join(rules), encoding="utf-8")
    for inbox in site.inboxes.values():
        inbox.mkdir(parents=True)
    return site
