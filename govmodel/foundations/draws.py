"""Keyed luck: every draw is a pure function of (seed, purpose, who, when), so nobody's luck depends on anyone else's.

The generator is SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators",
doi 10.1145/2660193.2660195) used as a counter: word n of a generator seeded with s is mix(s + n * GAMMA). A draw takes
the `who`-th word of the seed's own generator as the seed of the holder's generator, and from that the word numbered by
(purpose, ordinal of the decision, alternative). The published test vectors are in tests/test_draws.py.
"""

import numpy as np

GAMMA = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_U = np.uint64
_GAMMA, _M1, _M2 = _U(GAMMA), _U(0xBF58476D1CE4E5B9), _U(0x94D049BB133111EB)
_ONE = np.float64(1.0).view(_U)
_S30, _S27, _S31, _S12 = _U(30), _U(27), _U(31), _U(12)

_ORDINAL_STEP = _U((GAMMA << 6) & _MASK)

# Purposes: a new one gets a new number; a number is never used again for something else.
PURPOSES = {
    "rounding": 1,  # which whole number a fractional cohort becomes
    "lifetime": 2,  # how long a pack lasts
    "traits": 3,  # what pack and holder are like
    "cause": 4,  # why a pack comes loose
    "replacement": 5,  # whether the vehicle gets a new pack
    "channel": 6,  # to whom a holder gives the pack
    "bidders": 7,  # how many bidders of a kind come to a lot
    "bid": 8,  # what the best of them bids
    "use": 9,  # re-use or recovery, licensed or not, once a buyer has it
    "second_life": 10,  # how long a second life lasts
    "replication": 11,  # seeds of the replications of one run
    "owner": 12,  # whether a leased pack goes back to its owner
    "patience": 13,  # how long creditors bear with a plant
    "effort": 14,  # how hard a province inspects
    "workshop": 15,  # what a workshop turns to
    "maker": 16,  # what a maker decides
    "recycler": 17,  # what a recycler decides
    "contract": 18,  # whether a fleet's lot goes under contract, whom a source asks
    "honour": 19,  # whether a contract is kept
    "awareness": 20,  # who becomes aware
    "peer": 21,  # who knows whom
    "incident": 22,  # where something burns
    "report": 23,  # which citizen reports
    "misreport": 24,  # who inflates its report, and who is found out
    "association": 25,  # which dispute the association takes up
    "demands": 26,  # which cells of the demand table a study turns round, and by how much it scales them
    "order": 27,  # in which order a study changes the parts of a case
}


def mix(word: int) -> int:
    """Scramble one 64-bit word (SplitMix64's finaliser)."""
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _MASK
    return word ^ (word >> 31)


def splitmix64(seed: int, n: int) -> int:
    """Give word number n (from 1) of the SplitMix64 generator with this seed."""
    return mix((seed + n * GAMMA) & _MASK)


def code(purpose: str, ordinal: int = 0, alternative: int = 0) -> int:
    """Number a draw of one holder: what for, at which of its decisions, for which alternative (at most 64)."""
    return (PURPOSES[purpose] << 20) | (ordinal << 6) | alternative


def draw(seed: int, purpose: str, who: int, ordinal: int = 0, alternative: int = 0) -> float:
    """Draw one number in (0, 1) for one holder or actor: the plain form of `words` and `uniform`."""
    word = splitmix64(splitmix64(seed, who + 1), code(purpose, ordinal, alternative))
    return (word >> 12) * 2.0**-52 + 2.0**-53


def mix_words(words: np.ndarray) -> np.ndarray:
    """Scramble an array of 64-bit words in place and return it."""
    shifted = words >> _S30
    words ^= shifted
    words *= _M1
    np.right_shift(words, _S27, out=shifted)
    words ^= shifted
    words *= _M2
    np.right_shift(words, _S31, out=shifted)
    words ^= shifted
    return words


def holder_words(seed: int, who: np.ndarray) -> np.ndarray:
    """Give each holder its own seed: uint64, same shape as `who` (unsigned whole numbers)."""
    words = who.astype(np.uint64, copy=False) * _GAMMA
    words += _U((seed + GAMMA) & _MASK)  # word number who + 1 of the seed's generator
    return mix_words(words)


def at(holders: np.ndarray, ordinal: np.ndarray | int) -> np.ndarray:
    """Give the seeds of holders at the given ordinals of their decisions, or all at one."""
    return holders + _steps(ordinal)


def _steps(ordinal: np.ndarray | int) -> np.ndarray:
    """Give how far decisions with these ordinals lie from the first one, in words."""
    return np.asarray(ordinal, _U) * _ORDINAL_STEP


def words(holders: np.ndarray, codes: np.ndarray, ordinal: np.ndarray | None = None, once: int = 0) -> np.ndarray:
    """Draw one word for every code (rows, uint64) and holder (columns): uint64 of shape (codes, holders).

    `ordinal` says at which of its decisions each holder stands; the first `once` codes are drawn once for all of them.
    """
    seeds = (codes * _GAMMA)[:, None] + holders
    if ordinal is not None:
        seeds[once:] += _steps(ordinal)
    return mix_words(seeds)


def uniform(drawn: np.ndarray) -> np.ndarray:
    """Turn words into numbers in (0, 1), never 0 and never 1."""
    drawn >>= _S12
    drawn |= _ONE
    numbers = drawn.view(np.float64)  # 52 drawn bits behind the exponent of 1: evenly spread in [1, 2)
    numbers -= 1.0 - 2.0**-53
    return numbers


def exponential(drawn: np.ndarray) -> np.ndarray:
    """Turn words into waiting times of mean one: the runner with the smallest time divided by its rate wins a race."""
    return waits(uniform(drawn))


def waits(numbers: np.ndarray) -> np.ndarray:
    """Turn numbers from `uniform` into waiting times of mean one, in place."""
    np.log(numbers, out=numbers)
    return np.negative(numbers, out=numbers)


def seed_of_replication(seed: int, replication: int) -> int:
    """Give the seed of a replication; replication 0 has the run's own seed."""
    if replication == 0:
        return seed
    return splitmix64(splitmix64(seed & _MASK, replication + 1), code("replication"))


def seeds_of_replications(seed: int, replications: int) -> list[int]:
    """Give the seeds of all replications; what is compared shares them, and so its luck."""
    return [seed_of_replication(seed, number) for number in range(replications)]
