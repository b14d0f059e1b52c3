"""Events of two sources and three kinds, of which each follows from its number."""

from hedgeresearch.feeds import Source
from hedgeresearch.microstructure import BookSnapshot, BookUpdate, Quote, Trade

SOURCES = (Source("binance", "BTCUSDT"), Source("deribit", "BTC/USD:BTC-261225"))


def numbered_event(number: int) -> tuple[Source, BookSnapshot | BookUpdate | Quote | Trade]:
    """Return event number ``number`` of a stream without an end."""
    source = SOURCES[number % 3 % 2]
    price = 60_000.0 + 0.1 * number
    clocks = (None if number % 5 else 10 * number, 10 * number + 3)
    levels = [(price - 0.1 * i, 1.0 / (i + 1.0)) for i in range(number % 4)]
    if number % 11 == 0:
        return source, BookSnapshot(number, levels, [(price + 1.0, 2.0)], *clocks)
    if number % 2:
        previous = None if number % 3 else number - 1
        return source, BookUpdate(number, number + 1, previous, levels, [], *clocks)
    if number % 4:
        return source, Quote(number, price, 1.5, price + 0.1, 2.5, *clocks)
    return source, Trade(number, price, 0.25, 1 if number % 8 else -1, *clocks)
