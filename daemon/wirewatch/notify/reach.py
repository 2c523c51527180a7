"""Where the service of a channel listens, as far as its plugin says so."""

from typing import Any
from urllib.parse import urlsplit

_SECURE, _PLAIN = 443, 80
_CLOUD = "cloud"


def address_of_plugin(plugin: Any) -> tuple[str, int] | None:  # noqa: ANN401 - Apprise is untyped
    """Give host and port of the service that a plugin sends to; None when it does not say."""
    mail = getattr(plugin, "smtp_host", None)
    if mail:
        return mail, plugin.port
    cloud = getattr(plugin, "mode", None) == _CLOUD
    if "host" in plugin.template_tokens and plugin.host and not cloud:
        return plugin.host, plugin.port or (_SECURE if plugin.secure else _PLAIN)
    place = getattr(plugin, "cloud_notify_url" if cloud else "notify_url", None)
    parts = urlsplit(place if isinstance(place, str) else "")
    if not parts.hostname or "{" in parts.netloc:
        return None
    return parts.hostname, parts.port or (_SECURE if parts.scheme == "https" else _PLAIN)
