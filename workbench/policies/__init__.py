"""What to do about a call besides making it; each is a function `(call, send) -> completion`."""

from workbench.policies.budget import Budget
from workbench.policies.cache import cache
from workbench.policies.deadline import deadline
from workbench.policies.fit import Facts, Observed, capable_of, fit
from workbench.policies.limit import limit
from workbench.policies.retry import retry

__all__ = ["Budget", "Facts", "Observed", "cache", "capable_of", "deadline", "fit", "limit", "retry"]
