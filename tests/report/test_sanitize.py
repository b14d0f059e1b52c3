"""Hidden characters are found and replaced."""

from hedgeresearch.report._sanitize import first_hidden, visible


def test_hidden_characters_are_replaced() -> None:
    assert visible("Öl & Gas 油") == "Öl & Gas 油"
    assert visible("a\nb\tc\u2028d") == "a b c d"
    assert visible("a\x1b[31mb\u202ec") == "a\ufffd[31mb\ufffdc"
    assert first_hidden("Öl\u00a0油") is None  # a space that does not break is a space
    assert first_hidden("a\u2066b") == "U+2066"
