"""Text in lines that fit a terminal."""

from __future__ import annotations

import shutil
import textwrap

WIDTH = 80
"""Letters in a line of text at most: longer ones are hard to read on a wide terminal."""


def wrapped(text: str, indent: str = "") -> str:
    """Return text in lines that fit a terminal; later lines of a paragraph are indented.

    Examples
    --------
    >>> print(wrapped("A text is broken between its words, where a line would be longer than "
    ...               "a terminal is wide.", "  "))
    A text is broken between its words, where a line would be longer than a terminal
      is wide.
    """
    width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
    return "\n".join(
        textwrap.fill(
            line, width, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
        )
        for line in text.splitlines()
    )
