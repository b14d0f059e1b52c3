"""Tables on a terminal: as wide as it is, with every letter of every cell."""

import pandas as pd
import pytest

from hedgeresearch.cli.terminal.tables import table_text

WORDS = pd.DataFrame(
    {
        "volatility of a day": ["1.2%", "0.98%"],
        "the expected reduction of variance": ["94.0%", "90.5%"],
        "contracts": ["-63", "1,234,567"],
        "band": ["2.159", "0.1"],
    },
    ["SP500", "a future on natural gas"],
)


def letters(text: str) -> str:
    """Return what is left without blanks, in order of the alphabet."""
    return "".join(sorted(text.replace(" ", "").replace("\n", "")))


@pytest.mark.parametrize("width", [120, 80, 60, 45, 30])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = table_text(WORDS, width=width)
    assert max(map(len, text.splitlines())) <= width
    n_blocks = text.count("\n\n") + 1
    cells = "".join(WORDS.to_numpy().ravel()) + "".join(WORDS.columns)
    # nothing is cut: each block has the names of the rows, and each column is in one block
    assert letters(text) == letters(cells + "".join(WORDS.index) * n_blocks)


def test_a_table_that_fits_has_heads_in_one_line() -> None:
    assert table_text(WORDS, width=200).splitlines()[1:] == [
        f"{'SP500':23} {'1.2%':>19} {'94.0%':>34} {'-63':>9} 2.159",
        f"{'a future on natural gas':23} {'0.98%':>19} {'90.5%':>34} 1,234,567   0.1",
    ]
    assert len(table_text(WORDS, width=80).splitlines()) == 4


def test_a_word_that_is_too_long_is_continued() -> None:
    table = WORDS.set_axis(["A_VERY_LONG_NAME_OF_AN_INSTRUMENT", "B"])
    text = table_text(table, width=30)
    assert max(map(len, text.splitlines())) <= 30
    assert "A_VERY_LONG_NAME_OF_AN_INSTRUMENT" in "".join(
        line[:12].strip() for line in text.split("\n\n")[0].splitlines()
    )


def test_values_are_written_as_the_formats_say() -> None:
    table = pd.DataFrame({"share": [0.1234567891], "n": [3], "word": ["yes"]})
    text = table_text(table, {"share": "{:.0%}".format}, has_names=False)
    assert text == "share n word\n  12% 3  yes"
    assert table_text(table, has_names=False).endswith("0.123457 3  yes")
