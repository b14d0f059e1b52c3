"""Calls of contracts as bytes, and their answers as numbers, by hand.

Only what the feed reads is known here: functions without side effects, and three logs. An answer is
a row of words of 32 bytes; a library that decodes any type needs four times as long as the node.
"""

from __future__ import annotations

from hedgeresearch.errors import DataError

WORD = 32
"""Bytes of a word."""
ADDRESS_BYTES = 20
SIGN = 1 << 255
SELECTORS = {
    "getReserves()": "0902f1ac",
    "token0()": "0dfe1681",
    "token1()": "d21220a7",
    "symbol()": "95d89b41",
    "decimals()": "313ce567",
    "slot0()": "3850c7bd",
    "liquidity()": "1a686502",
    "fee()": "ddca3f43",
    "tickSpacing()": "d0c93a7c",
    "tickBitmap(int16)": "5339c296",
    "ticks(int24)": "f30dba93",
    "latestRoundData()": "feaf968c",
    "description()": "7284e416",
    "getAllReservesTokens()": "b316ff89",
    "getReserveConfigurationData(address)": "3e150141",
    "getUserReserveData(address,address)": "28dd2d01",
    "ADDRESSES_PROVIDER()": "0542975c",
    "getPool()": "026b1d5f",
    "getPriceOracle()": "fca513a8",
    "BASE_CURRENCY_UNIT()": "8c89b64f",
    "getAssetPrice(address)": "b3596f07",
    "getUserAccountData(address)": "bf92857c",
}
"""First four bytes of the hash of each function."""
TOPICS = {
    "Sync(uint112,uint112)": ("0x1c411e9a96e071241c2f21f7726b17ae89e3cab4c78be50e062b03a9fffbbad1"),
    "Swap(address,uint256,uint256,uint256,uint256,address)": (
        "0xd78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822"
    ),
    "Swap(address,address,int256,int256,uint160,uint128,int24)": (
        "0xc42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67"
    ),
}
"""Hash of each log, its first topic."""


def call_data(function: str, *arguments: int | str) -> bytes:
    """Return the bytes of a call.

    Parameters
    ----------
    function : name and types, such as "ticks(int24)"
    arguments : whole numbers, or addresses as strings
    """
    data = bytes.fromhex(SELECTORS[function])
    for argument in arguments:
        number = int(argument, 16) if isinstance(argument, str) else argument
        data += (number % (1 << 256)).to_bytes(WORD, "big")
    return data


def words_of(data: bytes, n_words: int, what: str) -> list[int]:
    """Return the words of an answer as whole numbers without a sign.

    Raises
    ------
    DataError
        If the answer is too short, as that of an address without this function is.
    """
    if len(data) < n_words * WORD:
        raise DataError(
            f"{what} has answered {len(data)} bytes instead of {n_words * WORD}. Check that the "
            "address is that of such a contract on this chain."
        )
    return [
        int.from_bytes(data[start : start + WORD], "big")
        for start in range(0, len(data) // WORD * WORD, WORD)
    ]


def signed(word: int) -> int:
    """Return a word as a number with a sign."""
    return word - 2 * SIGN if word >= SIGN else word


def address_of(word: int) -> str:
    """Return a word as an address in lower case."""
    return f"0x{word % (1 << 8 * ADDRESS_BYTES):040x}"


def text_of(data: bytes, what: str, start: int = 0) -> str:
    """Return a text: one of any length, or of 32 bytes as early tokens have it.

    Parameters
    ----------
    data : bytes, whole answer
    what : what has answered, for the message
    start : int, byte from which the place of the text is counted
    """
    if len(data) == WORD:
        return data.rstrip(b"\0").decode("utf-8", "replace")
    words = words_of(data[start:], 1, what)
    place = start + words[0]
    length = words_of(data[place : place + WORD], 1, what)[0]
    return data[place + WORD : place + WORD + length].decode("utf-8", "replace")
