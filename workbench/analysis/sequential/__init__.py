"""Comparisons that may be looked at after every sample, and stopped as soon as they are decided.

A test made for one look errs more often with each further one; the evidence here is made for any number. The
bets behind it are in `betting`, the order of the samples in `orders`, what further samples could still bring
in `outlook`, two models in `pair`, and all of them together, as `evaluate` takes it, in `deciding`.
"""

from workbench.analysis.sequential.deciding import UntilDecided
from workbench.analysis.sequential.until import until_decided

__all__ = ["UntilDecided", "until_decided"]
