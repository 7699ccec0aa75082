"""Networks: the graph of contracts and its measures, against NetworkX and by hand."""

import networkx as nx
import numpy as np
import pytest

from govmodel.mechanisms.contract import FORMS
from govmodel.performance.networks import concentration, contract_graph, hubs, in_force, modularity, shape
from tests.worlds import CHINA, lived

CASE = CHINA.with_(scale=20_000, until="2028-12", levers={"contract_coverage": {"2022-01": 0.7}})


@pytest.fixture(scope="module")
def world():
    return lived(CASE, 3)


def test_the_graph_has_the_ties_of_the_table(world):
    month = world.start + 72
    rows = in_force(world, month)
    graph = contract_graph(world, month)
    pairs = {(row["source"], row["plant"]) for row in rows}
    assert graph.number_of_edges() == len(pairs) > 50
    sides = nx.get_node_attributes(graph, "side")
    assert all({sides[one], sides[other]} == {"source", "recycler"} for one, other in graph.edges)
    assert sum(share for _, _, share in graph.edges.data("share")) == pytest.approx(rows["share"].sum())
    assert {form for _, _, form in graph.edges.data("form")} <= set(FORMS)


def test_modularity_is_newmans_for_that_partition(world):
    rows = in_force(world, world.start + 72)
    plants = len(world.recyclers)
    pairs, where = np.unique(rows["source"].astype(int) * plants + rows["plant"], return_inverse=True)
    source, plant = np.divmod(pairs, plants)
    hub = hubs(source, plant, np.bincount(where, rows["share"]))
    graph = nx.Graph([(f"s{s}", f"p{p}") for s, p in zip(source, plant)])
    groups: dict[int, set] = {int(p): {f"p{p}"} for p in plant}
    for s, h in zip(source, hub):
        groups[int(h)].add(f"s{s}")
    assert modularity(hub, plant) == pytest.approx(nx.community.modularity(graph, groups.values()))
    best = nx.community.modularity(graph, nx.community.greedy_modularity_communities(graph))
    assert 0.0 < modularity(hub, plant) <= best + 0.1


def test_a_star_is_one_community_and_many_stars_fall_apart():
    one = np.zeros(6, int)
    assert modularity(one, one) == pytest.approx(0.0)
    apart = np.arange(6)
    assert modularity(apart, apart) == pytest.approx(1.0 - 1.0 / 6.0)
    assert modularity(np.zeros(0, int), np.zeros(0, int)) == 0.0


def test_a_source_stands_with_the_plant_it_gives_most():
    assert hubs(np.array([0, 0, 1]), np.array([4, 7, 4]), np.array([0.1, 0.3, 0.2])).tolist() == [7, 7, 4]
    assert hubs(np.array([0, 0]), np.array([7, 4]), np.array([0.2, 0.2])).tolist() == [4, 4]


def test_density_counts_pairs(world):
    told = shape(world, world.months_run)
    row = 72
    ties = contract_graph(world, world.start + row).number_of_edges()
    table = world.contracts.table
    collectors = np.unique(table["source"][table["kind"] == 4]).size  # those that ever signed
    possible = (sum(world.contracts.sources.kind != 4) + collectors) * (world.record.capacity_t[row] > 0).sum()
    assert told["network_density"][row] == pytest.approx(ties / possible)
    assert 0 < told["network_density"].max() < 1 and told["network_density"][0] == 0


def test_concentration_is_between_one_firm_and_many(world):
    told = concentration(world, world.months_run)
    assert np.nanmin(told) >= 1.0 / len(world.recyclers) and np.nanmax(told) <= 1.0


def test_forms_share_out_all_contracted_energy(world):
    frame = world.indicators
    some = frame["contracts"] > 0
    forms = frame.loc[some, [f"gereffi_{form}" for form in FORMS]]
    assert np.allclose(forms.sum(axis=1), 1.0) and (forms >= 0).all(axis=None)
    assert frame.loc[~some, "gereffi_market"].isna().all()
    assert frame["breach_rate"].dropna().between(0, 1).all()
    assert frame["contracted_share"].dropna().between(0, 1).all()


def test_concentration_looks_back_a_year(world):
    """Shares of firms are of what they took in within the last twelve months, and not since the beginning."""
    told = concentration(world, world.months_run)
    taken = world.record.received[-12:].sum(axis=(0, 1))
    firms = {}
    for recycler, amount in zip(world.recyclers, taken.tolist()):
        name = recycler.name if recycler.firm == "unnamed" else recycler.firm
        firms[name] = firms.get(name, 0) + amount
    share = np.array(list(firms.values())) / taken.sum()
    assert told[-1] == pytest.approx((share**2).sum())
