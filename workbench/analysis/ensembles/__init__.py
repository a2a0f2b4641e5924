"""Ensembles on paper: what several models would have answered together, from the answers that are stored.

Nothing is asked. Answers are compared by the `label` that their scorer read; who failed, or gave no answer
that could be read, does not vote. The answers are in `ballots`, ways to join them in `voting` and `cascades`,
and all of them beside each other in `table`.
"""

from workbench.analysis.ensembles.table import ensembles
from workbench.analysis.ensembles.voting import votes

__all__ = ["ensembles", "votes"]
