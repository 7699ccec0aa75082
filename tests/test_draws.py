"""Keyed luck: the published generator, its vectors, and the promise that nobody's luck depends on anyone else's."""

import numpy as np

from govmodel.foundations import draws

# First words of SplitMix64 seeded with 1234567 and with 0, as published with the reference implementation (Vigna)
PUBLISHED_1234567 = [
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
]
PUBLISHED_0 = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


def test_generator_gives_the_published_words():
    """SplitMix64's published test vectors come out, one by one and as an array."""
    assert [draws.splitmix64(1234567, n) for n in range(1, 6)] == PUBLISHED_1234567
    assert [draws.splitmix64(0, n) for n in range(1, 4)] == PUBLISHED_0
    words = draws.words(np.array([1234567], np.uint64), np.arange(1, 6, dtype=np.uint64))
    assert words[:, 0].tolist() == PUBLISHED_1234567


def test_columns_equal_the_plain_form():
    """The array of draws equals the draws asked for one by one, whatever the order of holders."""
    who = np.array([0, 5, 2**40 + 3, 17], np.uint64)
    codes = np.array([draws.code("channel", 2, a) for a in range(6)], np.uint64)
    columns = draws.uniform(draws.words(draws.holder_words(99, who), codes))
    plain = [[draws.draw(99, "channel", int(w), 2, a) for w in who] for a in range(6)]
    assert columns.tolist() == plain
    backwards = draws.uniform(draws.words(draws.holder_words(99, who[::-1]), codes))
    assert np.array_equal(backwards[:, ::-1], columns)


def test_what_is_drawn_once_stays_and_the_rest_is_drawn_anew_at_every_decision():
    who, ordinal = np.arange(50), np.arange(50) % 4
    codes = np.array([draws.code("traits"), draws.code("channel", 0, 3)], np.uint64)
    once, anew = draws.uniform(draws.words(draws.holder_words(7, who), codes, ordinal, once=1))
    assert once.tolist() == [draws.draw(7, "traits", w) for w in who.tolist()]
    assert anew.tolist() == [draws.draw(7, "channel", w, o, 3) for w, o in zip(who.tolist(), ordinal.tolist())]


def test_draws_are_never_zero_or_one_and_fill_the_interval():
    """Uniform draws stay inside (0, 1), with the mean and spread they should have, over holders, purposes and seeds."""
    for seed, purpose in ((0, "channel"), (1, "bid"), (2**63, "lifetime")):
        u = draws.uniform(
            draws.words(draws.holder_words(seed, np.arange(200_000)), np.array([draws.code(purpose)], np.uint64))
        )[0]
        assert 0 < u.min() and u.max() < 1
        assert abs(u.mean() - 0.5) < 5 * (1 / 12 / len(u)) ** 0.5
        counts = np.bincount((u * 100).astype(int), minlength=100)
        assert ((counts - 2000) ** 2 / 2000).sum() < 99 + 5 * (2 * 99) ** 0.5  # chi-square, five standard deviations
        assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 5 / len(u) ** 0.5


def test_extreme_words_stay_inside_the_open_interval():
    """The smallest and the largest word give numbers strictly between 0 and 1, so logarithms are finite."""
    ends = draws.exponential(np.array([0, 2**64 - 1], np.uint64))
    assert np.isfinite(ends).all() and (ends > 0).all()


def test_purposes_do_not_share_numbers():
    """Two purposes with one number would share luck."""
    assert len(set(draws.PURPOSES.values())) == len(draws.PURPOSES)


def test_replication_zero_has_the_seed_of_the_run():
    """Replication 0 is the run itself; the others differ from it and from each other."""
    seeds = [draws.seed_of_replication(7, r) for r in range(50)]
    assert seeds[0] == 7 and len(set(seeds)) == 50
