"""Charts: frames in, plotly figures out.

A colour means a model. Charts of the same set of models give them the same colours by themselves; where the
set changes from chart to chart, or grows, hand each the mapping of `colours`. Backgrounds are transparent and
lines grey, so that a figure reads on a light and on a dark page. To update a figure, make it again.
"""

from workbench.plots.comparing import differences, rank_distribution
from workbench.plots.look import PALETTE, Colours, colours
from workbench.plots.looks import sequential
from workbench.plots.models import accuracy, accuracy_cost, cost, latency
from workbench.plots.pairs import agreement, agreement_pairs
from workbench.plots.people import preferences
from workbench.plots.rankings import ranking
from workbench.plots.regression import changes, shift
from workbench.plots.together import ensembles
from workbench.plots.usage import durations, repriced, spending, waiting

__all__ = [
    "PALETTE",
    "Colours",
    "accuracy",
    "accuracy_cost",
    "agreement",
    "agreement_pairs",
    "changes",
    "colours",
    "cost",
    "differences",
    "durations",
    "ensembles",
    "latency",
    "preferences",
    "rank_distribution",
    "ranking",
    "repriced",
    "sequential",
    "shift",
    "spending",
    "waiting",
]
