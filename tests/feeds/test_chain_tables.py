"""Events of a chain are stored and played back as they were."""

from pathlib import Path

from hedgeresearch.feeds import Recorder, Source, replay
from hedgeresearch.microstructure import Quote
from tests.onchain.events import one_of_each

POOL = Source("uniswap-v2:1", "0x" + "ab" * 20)


def test_every_kind_is_played_back_equal(tmp_path: Path) -> None:
    events = [(POOL, event) for event in one_of_each()]
    with Recorder(tmp_path) as recorder:
        for source, event in events:
            recorder.append(source, event)
    assert list(replay(tmp_path)) == events


def test_they_keep_their_place_among_quotes(tmp_path: Path) -> None:
    quotes = Source("binance", "ETHUSDT")
    events = []
    for number, event in enumerate(one_of_each()):
        quote = Quote(number, 1_999.0, 1.0, 2_000.0, 1.0, None, event.receive_time)
        events += [(POOL, event), (quotes, quote)]
    with Recorder(tmp_path, events_per_part=5) as recorder:
        for source, one in events:
            recorder.append(source, one)
    assert list(replay(tmp_path)) == events
