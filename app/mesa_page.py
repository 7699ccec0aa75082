"""The model in Mesa's own page, SolaraViz, month by month: `solara run govmodel_app.mesa_page`.

Every visitor gets a model of their own: one made at the top of a file would be shared by all.
"""

import solara
from matplotlib.figure import Figure
from mesa.visualization import Slider, SolaraViz
from mesa.visualization.utils import update_counter

from govmodel.case import Case
from govmodel.model import GovernanceModel

SCALE = 20_000  # a step of SolaraViz redraws everything, so a coarse world will do


class SeededModel(GovernanceModel):
    """The baseline of China with a seed: what SolaraViz can make anew when somebody presses Reset."""

    def __init__(self, seed: int = 1):
        super().__init__(Case.load("china").with_(scale=SCALE), rng=int(seed))


@solara.component
def Shares(model):
    """Draw where retired batteries went in each month so far."""
    update_counter.get()  # draw again after every step
    figure = Figure(figsize=(7, 4))
    axes = figure.subplots()
    if model.months_run:
        table = model.indicators
        for name in ("formal_share", "informal_share"):
            axes.plot(table[name].to_numpy(), label=name)
        axes.legend()
    axes.set(xlabel="months since 2021-01", ylabel="share", ylim=(0, 1))
    solara.FigureMatplotlib(figure)


@solara.component
def Page():
    """Show the page; the model is made for this visitor alone."""
    model = solara.use_memo(SeededModel, [])
    SolaraViz(model, components=[(Shares, 0)], model_params={"seed": Slider("seed", 1, 0, 100, 1)}, name="govmodel")
