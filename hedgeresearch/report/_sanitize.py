"""Text of users as it is shown: a name may hold characters that are not seen and change how what is around them reads.

They are those that Unicode calls controls, formats (some of which turn the direction of writing), surrogates, and
separators of lines and paragraphs (The Unicode Standard, general categories Cc, Cf, Cs, Zl, Zp).
"""

from __future__ import annotations

import unicodedata

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
MARK = "\ufffd"
"""What stands in their place."""


def first_hidden(text: str) -> str | None:
    """The first character that is not seen, by its code; None where there is none.

    Examples
    --------
    >>> first_hidden("gold\\u202e")
    'U+202E'
    """
    found = next((one for one in text if _is_hidden(one)), None)
    return None if found is None else f"U+{ord(found):04X}"


def visible(text: str) -> str:
    """Text in one line: breaks and tabs as spaces, others that are not seen as a mark.

    Examples
    --------
    >>> visible("go\\tld")
    'go ld'
    """
    if text.isprintable():
        return text
    line = " ".join(text.splitlines()).replace("\t", " ")
    return "".join(MARK if _is_hidden(one) else one for one in line)


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in HIDDEN
