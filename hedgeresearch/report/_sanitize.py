r"""Remove invisible characters from names and texts of users before they are shown.

A name may have characters that are not visible and change how the text around them reads. Unicode
calls them controls, formats (some of which turn the direction of writing), surrogates, and
separators of lines and paragraphs (The Unicode Standard, general categories Cc, Cf, Cs, Zl, Zp).
"""

from __future__ import annotations

import unicodedata

HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}
REPLACEMENT = "\ufffd"
"""Character that replaces a hidden one."""


def first_hidden(text: str) -> str | None:
    r"""Return the code of the first character that is not visible; None if there is none.

    Examples
    --------
    >>> first_hidden("gold\u202e")
    'U+202E'
    """
    for character in text:
        if _is_hidden(character):
            return f"U+{ord(character):04X}"
    return None


def visible(text: str) -> str:
    r"""Return text in one line: line breaks and tabs as spaces, hidden characters replaced.

    Examples
    --------
    >>> visible("go\tld")
    'go ld'
    """
    if text.isprintable():
        return text
    line = " ".join(text.splitlines()).replace("\t", " ")
    return "".join(REPLACEMENT if _is_hidden(one) else one for one in line)


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in HIDDEN_CATEGORIES
