"""Rankings of models from votes."""

from workbench.analysis.rankings.bradley_terry import Strengths, bradley_terry
from workbench.analysis.rankings.ranking import Ranking, ranked, ranking
from workbench.analysis.rankings.votes import comparison_table

__all__ = ["Ranking", "Strengths", "bradley_terry", "comparison_table", "ranked", "ranking"]
