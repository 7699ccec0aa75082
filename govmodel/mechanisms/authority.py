"""Authority: how often workshops are visited, what being found costs them, and what moves provinces and workshops.

Pure rules on arrays: 31 provinces, and rows of alike workshops (each with a province, a number of workshops, their
size, cash and record). Becker (1968, "Crime and punishment: an economic approach", Journal of Political Economy 76)
says that the expected penalty deters; who cannot pay is not deterred by a larger fine (limited liability), only by
being found more often. Whoever inspects has motives too: Laffont and Tirole (1991, "The politics of government
decision-making: a theory of regulatory capture", Quarterly Journal of Economics 106).
"""

import numpy as np

EFFORTS = np.array([0.25, 0.5, 1.0, 1.5])  # multiples of the visits asked for among which a province chooses
FULL_EFFORT = 2  # the option that makes just the visits asked for
OPEN, QUIET, COLLECTING, LICENSED, CLOSED = range(5)  # what a row of workshops is
STATES = ("open", "quiet", "collecting", "licensed", "closed")
STAY_OPEN, GO_QUIET, MOVE, COLLECT, LICENSE, CLOSE = range(6)  # what it can turn to
OPTIONS = ("stay open", "go quiet", "move", "collect", "become licensed", "close")
OPTION_OF = np.array([STAY_OPEN, GO_QUIET, COLLECT, LICENSE, CLOSE])  # the option that keeps a row in its state
STATE_AFTER = np.array([OPEN, QUIET, OPEN, COLLECTING, LICENSED, CLOSED])


def visits(
    asked: np.ndarray, effort: np.ndarray, capacity: np.ndarray, reports: np.ndarray, active: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give the visits of a month by province: those made on the plan, and those made because citizens reported.

    Inspectors are finite. Reports come first, up to one a workshop and half of what inspectors can do; the plan gets
    what is left.
    """
    followed = np.minimum(np.minimum(reports, active), 0.5 * capacity)
    return np.minimum(asked * effort, capacity - followed), followed


def risk_score(size: np.ndarray, record: np.ndarray, targeting: float, credit_record: float) -> np.ndarray:
    """Say how much a workshop attracts inspectors: its size, and its past offences if there is a record of them."""
    return 1.0 - targeting + targeting * size * (1.0 + credit_record * record)


def attention(successful: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Give the successful visits there are for a unit of risk score in each province; `total` adds up all scores."""
    return np.divide(successful, total, out=np.zeros(len(total)), where=total > 0.0)


def detection(base: float, more_for_reuse: float, reuse_ban: float, reuse_share: float) -> float:
    """Give the chance that a visit finds unlawful work; checks of re-use find those who sell packs on for re-use."""
    return 1.0 - (1.0 - base) * (1.0 - more_for_reuse * reuse_ban * reuse_share)


def found(expected: np.ndarray) -> np.ndarray:
    """Give the chance of being found out at least once in a month in which so many successful visits are expected."""
    return -np.expm1(-expected)


def punish(fine_due: np.ndarray, goods: np.ndarray, cash: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give what a workshop that is found pays in fines and loses in goods: never more than it owns."""
    owned = np.maximum(cash, 0.0)
    paid = np.minimum(fine_due, owned)
    return paid, np.minimum(goods, owned - paid)


def closure(record: np.ndarray, chance: float) -> np.ndarray:
    """Give the chance that a workshop that is found is closed for good: none at the first offence on record."""
    return chance * (1.0 - np.exp(-record))


def remembered(record: np.ndarray, offences: np.ndarray, loss: float, credit_record: float) -> np.ndarray:
    """Keep offences on file for another quarter; a credit record keeps them from being forgotten."""
    return record * (1.0 - loss * (1.0 - credit_record)) + offences


def dependence(workshops: np.ndarray, vehicles: np.ndarray) -> np.ndarray:
    """Say how much a province lives on the trade against its size: 1 for the average, at most 3."""
    share, size = workshops / max(workshops.sum(), 1e-9), vehicles / max(vehicles.sum(), 1e-9)
    return np.clip(share / np.maximum(size, 1e-9), 0.0, 3.0)


def effort_payoffs(
    asked: np.ndarray,
    capacity: np.ndarray,
    pressure: float,
    kept_by_visit: np.ndarray,
    lost_by_visit: np.ndarray,
    visit_cost: float,
    strain: float,
) -> np.ndarray:
    """Reckon what each effort brings a province in a quarter, per yuan of the visits asked for: (31, efforts).

    `pressure` is what the centre makes a province feel for not having made the visits it asked for; `kept_by_visit` are
    fines that stay in the province, and `lost_by_visit` local revenue and jobs, in yuan a visit. Visits strain an
    office that has other duties: that cost grows with their square.
    """
    within = np.divide(capacity, asked, out=np.full(len(asked), np.inf), where=asked > 0.0)
    made = np.minimum(EFFORTS, within[:, None])
    by_visit = (kept_by_visit - lost_by_visit - visit_cost) / max(visit_cost, 1.0)
    payoff = (by_visit[:, None] - strain * made) * made - pressure * np.maximum(1.0 - made, 0.0)
    return np.where(asked[:, None] > 0.0, payoff, 0.0)


def central_pressure(supervision: float, weight: float, seen: float, goal: float) -> float:
    """Say how hard the centre presses: the more closely it supervises and the less of its goal it sees reached."""
    short = max(goal - seen, 0.0) / goal if goal > 0.0 else 0.0
    return supervision * weight * short


def weakest(attention: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Give, for each province, the neighbour that finds the fewest: `near` bool (31, 31); itself if it has none."""
    among = np.where(near, attention, np.inf)
    alone = ~near.any(axis=1)
    return np.where(alone, np.arange(len(attention)), among.argmin(axis=1))


def pull_of_safety(dread: np.ndarray, trade: np.ndarray) -> np.ndarray:
    """Say how strongly each place draws a trade that can be worked anywhere: by a logit of what is to fear there.

    `dread` is the loss to fear on a kWh, in choice errors; `trade` what is usually worked there. The mean pull is 1.
    """
    if not trade.any():
        return np.ones(len(trade))
    pull = np.exp(np.minimum(dread[trade > 0.0].min() - dread, 0.0))
    return pull * (trade.sum() / (pull @ trade))


def brought_from_afar(worked: np.ndarray, bought: np.ndarray) -> np.ndarray:
    """Give the part of what is worked in each place that must be brought there, since less than that is bought there.

    `worked` (31,) in any unit, `bought` (31,) the share of the whole trade that is bought in a place.
    """
    short = np.maximum(worked - bought * worked.sum(), 0.0)
    return np.divide(short, worked, out=np.zeros(len(worked)), where=worked > 0.0)


def entry_rate(income: np.ndarray, living: float, speed: float) -> np.ndarray:
    """Give the share by which workshops grow in a quarter: in proportion to income over what a living takes.

    So their number moves toward as many as the trade's surplus can feed, in proportion to what is lacking. That is
    linear in the surplus, so that noise in what few simulated packs bring causes no drift; only what no trade brings
    (a loss beyond a living, more than twenty livings) is cut off.
    """
    return speed * np.minimum(np.maximum(income / living - 1.0, -2.0), 20.0)


def settle(exact: np.ndarray, total: int) -> np.ndarray:
    """Round amounts to whole fen so that they sum to `total`: each within a fen of its exact amount, float."""
    ends = np.rint(np.cumsum(exact))
    ends[-1] = total
    parts = ends.copy()
    parts[1:] -= ends[:-1]
    return parts


def scarcity(busy: float, premium: float) -> float:
    """Say by how much workshops with more work than they can do lower their bids, yuan/kWh."""
    return premium * max(busy - 1.0, 0.0)
