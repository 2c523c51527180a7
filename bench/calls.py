"""Bare Apprise calls: a fresh instance for each message, one after the other. Says the seconds."""

import sys
import time

from apprise import Apprise

TITLE = "[HIGH] Any parliament"
BODY = "The Milli Majlis takes up the bill at its next sitting, the speaker said.\n" * 5


def main() -> None:
    """Send so many messages to so many paths of the receiver, in turns."""
    port, count, channels = map(int, sys.argv[1:])
    Apprise().add("json://127.0.0.1")  # which loads the plugins
    begun = time.perf_counter()
    for number in range(count):
        one = Apprise()
        one.add(f"json://127.0.0.1:{port}/c{number % channels}")
        if not one.notify(body=BODY, title=TITLE):
            raise RuntimeError(f"message {number} was not taken")
    print(time.perf_counter() - begun)


if __name__ == "__main__":
    main()
