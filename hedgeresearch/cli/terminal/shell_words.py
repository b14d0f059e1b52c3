"""Advice of the library in the words of the command line."""

from __future__ import annotations

_NOT_POSITIVE = (
    "Correct wrong prices. For a file of returns, add --kind returns, or --kind percent if they "
    "are in per cent; for prices that can be zero or negative, compare with --returns difference, "
    "or recommend with a book that has 'returns: difference'."
)
PHRASES = {
    "Correct wrong prices, and leave out columns that are no prices, such as returns and funding "
    'rates; for prices that can be zero or negative, use kind="difference".': _NOT_POSITIVE,
    'Use hr.returns(prices, kind="difference"), or correct wrong prices.': _NOT_POSITIVE,
    "Fit it on hr.returns(prices), or use fit.next_ratio.": (
        "Leave out --returns difference, or count contracts: recommend --position with a book that "
        "has 'returns: difference'."
    ),
    " See hr.reproductions.list_reproductions().": "",
    "source must be a file; there": "the file of prices must exist; there",
    "Save the prices as one of these, or pass a data frame.": "Save the prices as one of these.",
    "source must end in": "the name of the file of prices must end in",
    "Pass hr.returns(prices) instead; for yields, spreads and indices that are no prices, "
    'hr.returns(levels, kind="difference").': (
        "Leave out --kind, as prices are the default; for yields, spreads and indices that are no "
        "prices, add --returns difference."
    ),
    "Keep the dates that all columns have, with dropna() or hr.align(...), which reports what it "
    "drops, and compute returns afterwards.": (
        "Fill the cells, or leave out such dates with --drop-gaps (in a book, drop_gaps: true)."
    ),
    "write to_json() or to_csv() to a file": "use --json or --output",
    "Look at the data with hr.check": "Look at the data with 'hedgeresearch check'",
    "run walk_forward, or add a backtest to the book,": "add a backtest to the book",
}
"""Python that users of the command line do not have, and what they have instead."""
BACKTEST = "pass backtest=, a result of walk_forward"
"""Remedy of a hedge without a backtest; commands differ in how they run one."""


def in_shell_words(text: str, backtest: str = "") -> str:
    """Return a message, or a page, with commands and options in place of Python.

    Parameters
    ----------
    text : the message, of the library
    backtest : how the user of the command runs a backtest; "" leaves the words of the library

    Examples
    --------
    >>> in_shell_words("Look at the data with hr.check.")
    "Look at the data with 'hedgeresearch check'."
    """
    for in_python, in_shell in PHRASES.items():
        text = text.replace(in_python, in_shell)
    return text.replace(BACKTEST, backtest) if backtest else text
