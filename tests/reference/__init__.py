"""The slow readable model: one plain Mesa object per pack and holder, the same rules told again one thing at a time.

What is shared with the columns, and so not proven by comparing the two: the facts and parameters (tables and numbers),
the plain keyed draw (`draws.draw`; tests/test_draws.py holds it to published vectors), and in a whole run the month's
bids and the organisations' arithmetic (market, plants, books, margins), because ReferenceModel is the same world with
other holders in it. Logarithms, exponentials and powers are numpy's, since the C library's may differ in the last bit.

What is told again here, from the words and without calling the columns:

* pack.py     a pack's life: hazards, campaigns, wear, traits, routes, choice, tender, use, return
* holders.py  births (how many packs are sold where), lifetimes as order statistics, the month's activation, the flows
* model.py    a world with these holders, activated in order or shuffled
* bids.py     the market's bids for one province, chemistry and health band, as scalars
* plants.py   reception and processing, plant by plant
"""
