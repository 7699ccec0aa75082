"""Culture: awareness, campaigns, alarm and reports; polled peers against an explicit graph; fires and pollution."""

import networkx as nx
import numpy as np
import pytest

import govmodel as gm
from govmodel.actors.social_graph import MOST_HOLDERS, SocialGraph
from govmodel.foundations import draws
from govmodel.mechanisms import culture, incidents
from govmodel.mechanisms.culture import STEPS, Ties
from govmodel.model import GovernanceModel
from tests.worlds import CHINA, live, lived

SMALL = CHINA.with_(scale=20_000, until="2030-12")
P = CHINA.parameters
FACTS = GovernanceModel(SMALL, rng=1).facts
TIES = culture.ties_of(FACTS, P)


def from_2024(**levers):
    return {name: {"2024-01": value} for name, value in levers.items()}


# ties


def test_shares_of_people_met_sum_to_one_and_favour_home_and_own_class():
    assert np.allclose(TIES.met_province.sum(axis=1), 1.0) and np.allclose(TIES.met_class.sum(axis=1), 1.0)
    assert np.allclose(np.diag(TIES.met_province), P["ties_home"], atol=1 / STEPS)
    assert (np.diag(TIES.met_class) >= P["ties_class"] - 1 / STEPS).all()
    assert (TIES.met_province[~FACTS.neighbours & ~np.eye(31, dtype=bool)] == 0).all()


def test_a_province_without_neighbours_keeps_to_itself():
    alone = Ties.between(np.zeros((31, 31), bool), np.ones(4), 0.5, 1.0)
    assert np.array_equal(alone.met_province, np.eye(31)) and np.array_equal(alone.met_class, np.eye(4))


def test_polled_peers_are_met_as_often_as_the_table_says():
    """The mean of polls over many holders of a community is what the community meets."""
    mean = np.random.default_rng(3).random((31, 4))
    met = TIES.meet(mean)
    for province, holder_class in ((0, 0), (18, 2), (20, 1)):
        many = 40_000
        drawn = draws.words(draws.holder_words(5, np.arange(many)), culture.peer_codes(3))
        polled = TIES.poll(drawn, np.full(many, province * 4 + holder_class), mean)
        assert polled.mean() == pytest.approx(met[province, holder_class], abs=0.006)


def test_a_peer_once_aware_stays_aware_while_awareness_rises():
    drawn = draws.words(draws.holder_words(5, np.arange(2000)), culture.peer_codes(3))
    place = np.zeros(2000, np.int64)
    polls = [TIES.poll(drawn, place, np.full((31, 4), mean)) for mean in (0.0, 0.2, 0.5, 1.0)]
    assert (polls[0] == 0).all() and (polls[3] == 1).all()
    for less, more in zip(polls, polls[1:]):
        assert (less <= more).all()


# the rules


def test_own_awareness_is_a_share_and_averages_to_the_mean():
    norm = 2.0 * (np.arange(1000) + 0.5) / 1000
    for mean in (0.0, 0.2, 0.5, 0.8, 1.0):
        own = culture.own_awareness(mean, 0.3, norm, 0.0)
        assert own.min() >= 0.0 and own.max() <= 1.0 and own.mean() == pytest.approx(mean)
    assert culture.own_awareness(0.2, 0.7, 1.4, 1.0) == pytest.approx(0.7)


def test_awareness_follows_the_closed_form_and_stays_a_share():
    """Without contact it settles at outside / (outside + forgetting); with anything at all it stays in [0, 1]."""
    mean = np.full((31, 4), 0.2)
    for _ in range(4000):
        mean = culture.spread(mean, 0.01, 0.0, 0.0, 0.03)
    assert np.allclose(mean, 0.25)
    rng = np.random.default_rng(1)
    for _ in range(50):
        now, met = rng.random((2, 31, 4))
        new = culture.spread(now, rng.random() * 3, met, rng.random(), rng.random())
        assert new.min() >= 0.0 and new.max() <= 1.0


def test_contact_makes_an_s_curve():
    """With imitation alone growth is slow, then fast, then slow again."""
    path = [0.01]
    for _ in range(200):
        path.append(float(culture.spread(path[-1], 0.0, path[-1], 0.1, 0.0)))
    growth = np.diff(path)
    assert growth.argmax() > 20 and growth[-1] < growth.max() / 5 and path[-1] > 0.99


def test_the_second_million_of_a_campaign_does_less_than_the_first():
    reach = [culture.campaign_influence(yuan, 1e6, 0.02, 1.0) for yuan in (0.0, 1e6, 2e6, 1e12)]
    assert reach[0] == 0.0 and reach[1] == pytest.approx(0.01) and reach[3] == pytest.approx(0.02, rel=1e-3)
    assert reach[2] - reach[1] < reach[1] - reach[0]


def test_fires_alarm_in_proportion_and_news_tires():
    one = culture.alarm_of(np.ones(31), np.full(31, 1e6), 0.0, 0.003, 1.0)
    assert np.allclose(culture.alarm_of(np.full(31, 4.0), np.full(31, 1e6), 0.0, 0.003, 1.0), 4 * one)
    assert np.allclose(culture.alarm_of(np.ones(31), np.full(31, 1e6), 1.0, 0.003, 1.0), one / 2)


def test_reports_need_awareness_trust_and_workshops_and_grow_with_the_reward():
    def sent(workshops=100.0, aware=0.5, trust=0.5, reward=0.0):
        return float(culture.reports(workshops, aware, trust, reward, P))

    assert sent() == pytest.approx(100 * 0.25 * P["reports_per_workshop"])
    assert sent(workshops=0.0) == sent(aware=0.0) == sent(trust=0.0) == 0.0
    assert sent(reward=5000.0) > sent(reward=500.0) > sent()
    assert sent(reward=5000.0) - sent(reward=4500.0) < sent(reward=500.0) - sent()


def test_whole_fires_are_right_on_average_and_sharing_prevents_licensed_ones_only():
    luck = (np.arange(10_000) + 0.5) / 10_000
    assert incidents.whole(np.full(10_000, 2.37), luck).mean() == pytest.approx(2.37, abs=1e-3)
    none, full = incidents.fire_rates(0.0, P), incidents.fire_rates(1.0, P)
    assert np.array_equal(none[:2], full[:2]) and full[2] == pytest.approx(none[2] * (1 - P["sharing_fires"]))


def test_pollution_grows_with_what_is_lost():
    kwh, content = np.array([1000.0, 500.0]), FACTS.metal_per_kwh
    none = incidents.pollution(kwh, content, np.ones((2, 6)), np.ones(6), P)
    some = incidents.pollution(kwh, content, FACTS.recovery["workshop"], np.ones(6), P)
    assert none == pytest.approx(1500 * P["electrolyte_mass"] * P["toxicity_electrolyte"] / 1000)
    assert some > none
    assert incidents.pollution(2 * kwh, content, np.ones((2, 6)), np.ones(6), P) == pytest.approx(2 * none)


# in the world


def test_history_keeps_awareness_near_its_start():
    awareness = lived(SMALL).indicators["awareness"]
    assert awareness.iloc[:60].between(0.9 * P["awareness"], 1.2 * P["awareness"]).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_campaign_raises_awareness_costs_money_and_moves_packs(seed):
    """Paired worlds: a campaign of a thousand million yuan a year."""
    usual, told = (live(SMALL.with_(levers=levers), seed) for levers in ({}, {"campaign": 1000.0}))
    before, after = usual.indicators, told.indicators
    assert np.array_equal(before["awareness"][:60], after["awareness"][:60])
    assert after["awareness"].iloc[-1] - before["awareness"].iloc[-1] > 0.1
    spent = (after["governance_cost"] - before["governance_cost"]).iloc[60:].sum()
    assert spent == pytest.approx(5000.0, rel=0.05)
    formal = [frame["formal_gwh"].iloc[72:].sum() / frame["released_gwh"].iloc[72:].sum() for frame in (before, after)]
    assert formal[1] > formal[0] + 0.005


def test_a_campaign_that_stops_is_forgotten():
    case = SMALL.with_(until="2035-12", levers={"campaign": {"2026-01": 1000.0, "2028-01": 0.0}})
    awareness = live(case).indicators.set_index("month")["awareness"]
    usual = live(SMALL.with_(until="2035-12")).indicators.set_index("month")["awareness"]
    gain = awareness - usual
    assert gain["2027-12"] > 0.08 and gain["2035-12"] < gain["2027-12"] / 2


@pytest.mark.parametrize("seed", [1, 2])
def test_a_reward_brings_reports(seed):
    usual, paid = (live(SMALL.with_(levers=levers), seed) for levers in ({}, {"report_reward": 5000.0}))
    assert paid.indicators["reports"].iloc[66:].sum() > 1.5 * usual.indicators["reports"].iloc[66:].sum()
    assert (usual.public.reports > 0).all() and usual.public.reports.shape == (31,)


@pytest.mark.parametrize("seed", [1, 2])
def test_shared_dismantling_data_prevent_licensed_fires(seed):
    case = SMALL.with_(parameters={"fires_licensed": 0.02})
    usual, shared = (live(case.with_(levers=levers), seed) for levers in ({}, {"information_sharing": 1.0}))
    fires = [model.record.series["fires"][72:, 2].sum() for model in (usual, shared)]
    assert fires[1] < 0.75 * fires[0]


def test_without_culture_nothing_of_it_moves_or_is_paid():
    case = SMALL.with_(levers=from_2024(campaign=2000.0, report_reward=5000.0))
    model = live(case.with_(without=("culture",)))
    assert (model.record.series["awareness"] == P["awareness"]).all()
    assert not model.public.reports.any() and not model.record.series["reports"].any()
    assert not model.ledger.amounts[:, model.public.campaigns].any()
    assert live(case).ledger.amounts[:, model.public.campaigns].any()


def test_fires_do_not_depend_on_scale():
    """Fires are rates on real watt-hours: the nation burns alike, whatever a simulated pack stands for."""
    totals = {}
    for scale, seeds in ((20_000, 8), (2_000, 3)):
        runs = [
            live(CHINA.with_(scale=scale, until="2029-12"), seed).indicators["fires"].sum() for seed in range(seeds)
        ]
        totals[scale] = np.mean(runs)
    assert totals[20_000] == pytest.approx(totals[2_000], rel=0.12)


# the graph


GRAPH = {"social_graph": 1.0}


def test_communities_and_the_graph_agree_on_the_path_of_awareness():
    """Within 0.02 every month, with a campaign that moves it by more than 0.1; packs go the same way within 0.02."""
    case = CHINA.with_(scale=5_000, until="2031-12", levers={"campaign": 1000.0})
    one, other = (live(case.with_(parameters=form), 3).indicators for form in ({}, GRAPH))
    gap = (one["awareness"] - other["awareness"]).abs()
    assert gap.max() < 0.02 and one["awareness"].iloc[-1] - one["awareness"].iloc[60] > 0.1
    assert (
        abs(
            one["formal_gwh"].sum() / one["released_gwh"].sum()
            - other["formal_gwh"].sum() / other["released_gwh"].sum()
        )
        < 0.02
    )


def test_the_graph_has_the_peers_that_polling_asks():
    """Every edge leads into the very community that the polled peer of the same number lives in."""
    case = SMALL.with_(parameters=GRAPH)
    graph = GovernanceModel(case, rng=4).public.graph
    assert graph.nodes == GovernanceModel(case, rng=4).holders.fleet.packs.sum()
    place = TIES.peers(draws.words(graph._words, culture.peer_codes(3)), graph.community)
    met = graph.community[graph.peers]
    there = graph.size[place] > 0
    assert np.array_equal(met[there], place[there]) and there.mean() > 0.99


def test_the_graph_can_be_taken_into_networkx():
    graph = GovernanceModel(CHINA.with_(scale=200_000, parameters=GRAPH), rng=4).public.graph
    exported = graph.to_networkx()
    assert isinstance(exported, nx.DiGraph) and exported.number_of_nodes() == graph.nodes
    assert max(degree for _, degree in exported.out_degree()) == 3
    assert sum(aware for _, aware in exported.nodes(data="aware")) == graph.aware.sum()


def test_a_branch_of_a_world_with_a_graph_equals_the_full_run():
    from govmodel.snapshot import state

    case = CHINA.with_(scale=50_000, until="2024-12", parameters=GRAPH)
    trunk = GovernanceModel(case, rng=5)
    for _ in range(20):
        trunk.step()
    twig = gm.branch(trunk)
    while twig.running:
        twig.step()
    full, mine = state(live(case, 5)), state(twig)
    assert all(np.array_equal(full[name], mine[name]) for name in full)


def test_too_many_holders_for_a_graph_are_refused():
    with pytest.raises(gm.InputError, match=r"social_graph.*at most 1,000,000 holders.*scale of at least"):
        GovernanceModel(CHINA.with_(scale=100, parameters=GRAPH), rng=1)
    assert MOST_HOLDERS == 1_000_000 and SocialGraph.__doc__


def test_at_the_rate_that_tires_a_fire_teaches_half_as_much():
    """News tires by how many fires there were of late, measured against the rate that tires."""
    fires, people = np.ones(31), np.full(31, 1e6)
    fresh = culture.alarm_of(fires, people, 0.0, 0.003, 0.5)
    assert np.allclose(culture.alarm_of(fires, people, 0.5, 0.003, 0.5), fresh / 2)
    assert np.allclose(culture.alarm_of(fires, people, 1.0, 0.003, 0.5), fresh / 3)


def test_where_a_peers_community_is_empty_the_graph_leads_to_ones_own():
    """In a coarse case some communities have no holder: whoever would meet one there meets one of its own."""
    graph = GovernanceModel(CHINA.with_(scale=200_000, parameters=GRAPH), rng=4).public.graph
    place = TIES.peers(draws.words(graph._words, culture.peer_codes(3)), graph.community)
    empty, met = graph.size[place] == 0, graph.community[graph.peers]
    assert empty.any() and np.array_equal(met, np.where(empty, graph.community, place))


def test_fires_are_rates_by_energy_and_by_the_month_where_packs_stay_in_use():
    """A million Wh worked or taken burns by its parameter; in unlawful use it does so over twelve months."""
    rates = incidents.fire_rates(0.0, P) * 1e6
    assert rates.tolist() == pytest.approx([P["fires_workshop"], P["fires_reuse"] / 12, P["fires_licensed"]])
