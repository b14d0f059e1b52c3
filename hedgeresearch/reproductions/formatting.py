"""Numbers, addresses and LaTeX as text, with the digits that were printed."""

from __future__ import annotations

import math
from decimal import Decimal
from urllib.parse import quote

LATEX = {letter: f"\\{letter}" for letter in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}


def last_digit(value: float, min_decimals: int = 0) -> float:
    """Return one unit of the last digit of a number that has at least ``min_decimals`` decimals.

    Examples
    --------
    >>> last_digit(0.928)
    0.001
    >>> last_digit(1.4, min_decimals=3)  # printed 1.400
    0.001
    """
    exponent = Decimal(_shortest(value)).as_tuple().exponent
    assert isinstance(exponent, int)
    return float(10.0 ** min(exponent, -min_decimals))


def as_printed(value: float, min_decimals: int = 0) -> str:
    """Return all digits of a number, with zeros up to ``min_decimals`` decimals.

    Examples
    --------
    >>> as_printed(-0.00619040837994), as_printed(1.4, min_decimals=3)
    ('-0.00619040837994', '1.400')
    """
    needs_zeros = min_decimals > 0 and last_digit(value) >= 10.0**-min_decimals
    return f"{value:.{min_decimals}f}" if needs_zeros else _shortest(value)


def to_tolerance(value: float, tolerance: float) -> str:
    """Return a number with one digit more than its tolerance; six digits without a tolerance.

    Examples
    --------
    >>> to_tolerance(0.92781, 5e-4), to_tolerance(0.92781, 0.0)
    ('0.92781', '0.92781')
    """
    if tolerance <= 0:
        return f"{value:.6g}"
    return f"{value:.{max(1 - math.floor(math.log10(tolerance)), 0)}f}"


def doi_address(doi: str) -> str:
    """Return the address of a DOI; characters that an address cannot have are escaped.

    Examples
    --------
    >>> doi_address("10.1002/(SICI)11:4<399::AID>3.0.CO;2-R")
    'https://doi.org/10.1002/(SICI)11:4%3C399::AID%3E3.0.CO;2-R'
    """
    return "https://doi.org/" + quote(doi, safe="/():;.,-_")


def escape_latex(text: object) -> str:
    r"""Return text for LaTeX, for any encoding of its fonts.

    Examples
    --------
    >>> print(escape_latex("5 % of A_1 < B"))
    5 \% of A\_1 \textless{} B
    """
    return "".join(LATEX.get(letter, letter) for letter in str(text))


def _shortest(value: float) -> str:
    """Return the shortest text that is read as the same number."""
    return repr(float(value)).removesuffix(".0")
