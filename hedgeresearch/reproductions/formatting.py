"""Numbers, addresses and citations as text: with the digits that were printed, for a page and for LaTeX."""

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


def last_digit(value: float, at_least: int = 0) -> float:
    """A unit of the last digit of a number as it is written, which has ``at_least`` so many decimals.

    Examples
    --------
    >>> last_digit(0.928)
    0.001
    >>> last_digit(1.4, at_least=3)  # printed 1.400
    0.001
    """
    exponent = Decimal(_written(value)).as_tuple().exponent
    assert isinstance(exponent, int)
    return float(10.0 ** min(exponent, -at_least))


def as_printed(value: float, at_least: int = 0) -> str:
    """All digits of a number, with zeros at the end if it has less than ``at_least`` so many decimals.

    Examples
    --------
    >>> as_printed(-0.00619040837994), as_printed(1.4, at_least=3)
    ('-0.00619040837994', '1.400')
    """
    fewer = at_least > 0 and last_digit(value) >= 10.0**-at_least
    return f"{value:.{at_least}f}" if fewer else _written(value)


def beyond(value: float, tolerance: float) -> str:
    """A number to one digit beyond its tolerance; to six without one.

    Examples
    --------
    >>> beyond(0.92781, 5e-4), beyond(0.92781, 0.0)
    ('0.92781', '0.92781')
    """
    if tolerance <= 0:
        return f"{value:.6g}"
    return f"{value:.{max(1 - math.floor(math.log10(tolerance)), 0)}f}"


def address(doi: str) -> str:
    """Where a DOI leads, the signs that an address may not hold by their codes.

    Examples
    --------
    >>> address("10.1002/(SICI)11:4<399::AID>3.0.CO;2-R")
    'https://doi.org/10.1002/(SICI)11:4%3C399::AID%3E3.0.CO;2-R'
    """
    return "https://doi.org/" + quote(doi, safe="/():;.,-_")


def escape_latex(text: object) -> str:
    r"""Text for LaTeX, in any encoding of its fonts.

    Examples
    --------
    >>> print(escape_latex("5 % of A_1 < B"))
    5 \% of A\_1 \textless{} B
    """
    return "".join(LATEX.get(letter, letter) for letter in str(text))


def _written(value: float) -> str:
    return repr(float(value)).removesuffix(".0")
