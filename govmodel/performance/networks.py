"""Networks: the graph of contracts between sources and recyclers, measured after the fact. Reading changes nothing."""

import networkx as nx
import numpy as np

from ..actors.contracts import NOTED
from ..mechanisms.contract import COLLECTING, FORMS, SOURCE_KINDS
from ..mechanisms.trust import belief


def in_force(model, month: int) -> np.ndarray:
    """Give the contracts that are in force in a month, as rows of the contract table."""
    table = model.contracts.table
    return table[(table["signed"] <= month) & ((table["ended"] < 0) | (table["ended"] > month))]


def contract_graph(model, month: int) -> nx.Graph:
    """Draw the contracts in force in a month as a graph: sources and recyclers, a tie for each pair under contract.

    A tie has the share of the source's packs, and the Gereffi form of its latest contract; a node has its side.
    """
    sources, graph = model.contracts.sources.names, nx.Graph()
    for row in in_force(model, month):
        # a firm may sell vehicles and batteries: one name, two sources
        source = f"{SOURCE_KINDS[row['kind']]}: {sources[row['source']]}"
        plant = model.recyclers[row["plant"]].name
        graph.add_node(source, side="source")
        graph.add_node(f"plant: {plant}", side="recycler")
        share = graph.get_edge_data(source, f"plant: {plant}", {"share": 0.0})["share"]
        graph.add_edge(source, f"plant: {plant}", share=share + float(row["share"]), form=FORMS[row["form"]])
    return graph


def modularity(hub_of_tie: np.ndarray, plant: np.ndarray) -> float:
    """Newman's modularity of ties where every source stands with its hub; `hub_of_tie` is the hub of each tie's source.

    It is at most the modularity of the best partition, and says how far the network falls apart into stars.
    """
    ties = len(plant)
    if not ties:
        return 0.0
    degree = np.bincount(plant, minlength=plant.max() + 1) + np.bincount(hub_of_tie, minlength=plant.max() + 1)
    return float((plant == hub_of_tie).sum() / ties - ((degree / (2.0 * ties)) ** 2).sum())


def hubs(source: np.ndarray, plant: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Give for every tie the plant to which its source is tied most (the first, among equals)."""
    order = np.lexsort((plant, -share, source))
    first = np.ones(len(order), bool)
    first[1:] = source[order][1:] != source[order][:-1]
    hub = np.zeros(source.max(initial=0) + 1, np.int64)
    hub[source[order][first]] = plant[order][first]
    return hub[source]


def shape(model, months: int) -> dict[str, np.ndarray]:
    """Density and modularity of the network, quarter by quarter: one number a month."""
    table, plants = model.contracts.table, len(model.recyclers)
    own = model.contracts.sources.kind
    collectors = np.unique(table["source"][table["kind"] == COLLECTING]).size
    possible = (own != COLLECTING).sum() + collectors
    density, apart = np.zeros(months), np.zeros(months)
    signed, ended = table["signed"], np.where(table["ended"] < 0, model.until + 2, table["ended"])
    pair, share = table["source"].astype(np.int64) * plants + table["plant"], table["share"].copy()
    for row in range(months):
        month = model.start + row
        if month % 3 and row:
            density[row], apart[row] = density[row - 1], apart[row - 1]
            continue
        live = np.flatnonzero((signed <= month) & (ended > month))
        ties, where = np.unique(pair[live], return_inverse=True)
        source, plant = np.divmod(ties, plants)
        hub = hubs(source, plant, np.bincount(where, share[live], len(ties)))
        density[row] = len(ties) / max(possible * (model.record.capacity_t[row] > 0).sum(), 1)
        apart[row] = modularity(hub, plant)
    return {"network_density": density, "network_modularity": apart}


def concentration(model, months: int) -> np.ndarray:
    """Herfindahl-Hirschman index of what licensed firms took in over a year, in [0, 1]; none where that is nothing."""
    firms = {}
    firm = np.array([firms.setdefault(recycler.owner, len(firms)) for recycler in model.recyclers])
    taken = model.record.received[:months].sum(axis=1).astype(float).cumsum(axis=0)
    taken[12:] -= taken[:-12].copy()  # of the last year
    total = taken.sum(axis=1)
    by_firm = np.zeros((months, len(firms)))
    np.add.at(by_firm.T, firm, taken.T)
    share = np.divide(by_firm, total[:, None], out=np.full(by_firm.shape, np.nan), where=total[:, None] > 0)
    return (share**2).sum(axis=1)


def indicators(model, months: int) -> dict[str, np.ndarray]:
    """Everything that is told of contracts, trust between organisations and their network, one number a month."""
    noted = dict(zip(NOTED, model.record.series["contracts"][:months].T))
    strangers = float(belief(0.0, 0.0, model.parameters))
    none = noted["in_force"] == 0
    return {
        "contracts": noted["in_force"],
        "breaches": noted["breaches"],
        "mediated": noted["mediated"],
        "court_cases": noted["court"],
        "blacklisted": noted["blacklisted"],
        "contracted_gwh": noted["delivered_wh"] / 1e9,
        "tolled_gwh": noted["tolled_wh"] / 1e9,
        "trust_organisations": np.where(none, strangers, noted["trust"]),
        "concentration": concentration(model, months),
        **{f"gereffi_{form}": np.where(none, np.nan, noted[form]) for form in FORMS},
        **shape(model, months),
    }
