"""The pooled trade goes where little is to fear; how far from its rest do a few rounds of reckoning leave it?

`python -m tests.test_pooled_trade` prints what docs/mechanisms/authority.md says of it.
"""

import numpy as np

import govmodel as gm
from govmodel.actors.workshops import Plan, Workshops
from govmodel.foundations.calendar import EXPERIMENT_FROM
from govmodel.mechanisms import authority

STEP, ROUNDS = 0.05, 600


def at_rest(rows: Workshops, plan: Plan) -> np.ndarray:
    """Give the pull of provinces if losses and freight are those of the trade that they themselves draw (31,)."""
    ground, pull, haul = plan.ground, plan.pull, rows.haul.copy()
    fear = None
    caught = ground.weight * plan.found
    for _ in range(ROUNDS):  # in small steps, or it swings
        drawn = rows.over_trade(pull, 1.0)
        loss, *_ = rows._losses(ground, caught, drawn)
        gain = ground.gain * drawn
        feared = np.divide(loss, gain, out=np.zeros(len(gain)), where=gain > 0.0) * ground.kwh_gain
        fear = feared if fear is None else fear + STEP * (feared - fear)
        pull = authority.pull_of_safety((fear + haul) / rows.p["plant_choice_error"], ground.gain)
        from_afar = authority.brought_from_afar(ground.gain * pull, rows.sources) * rows._from_afar
        haul += STEP * (from_afar - haul)
    return pull


def worked_elsewhere(seed: int, until: str, scale: int = 2000) -> tuple[float, float]:
    """Give the share of the pooled trade from 2026 on that is worked elsewhere than at rest: the mean and the most."""
    case = gm.Case.load("china").with_(levers={"inspection": 6.0}, scale=scale, until=until)
    model = gm.GovernanceModel(case, rng=seed)
    trade, apart = [], []
    while model.running:
        model.step()
        if model.month <= EXPERIMENT_FROM or model.month % 3 == 0:
            continue  # at the end of a quarter workshops have turned to something else since they were visited
        plan = model.workshops.last_plan
        here, there = (plan.ground.gain * pull for pull in (plan.pull, at_rest(model.workshops, plan)))
        trade.append(here.sum())
        apart.append(0.5 * np.abs(here / here.sum() - there / there.sum()).sum())
    return float(np.average(apart, weights=trade)), max(apart)


def test_the_pooled_trade_is_close_to_its_rest():
    mean, most = worked_elsewhere(1, "2028-12", scale=20_000)
    assert 0.0 < mean < 0.05 and most < 0.3


if __name__ == "__main__":
    for one in (1, 2, 3):
        print("seed {}: {:.1%} of the pooled trade of 2026-2035, at most {:.0%} in a month".format(
            one, *worked_elsewhere(one, "2035-12")))  # fmt: skip
