"""How far models, judges, people and repeats say the same.

Kappa, alpha and AC1 take off the agreement that chance alone would give; they differ in what they call
chance. For open-ended answers, where hardly two answers are equal by chance, that part is near 0 and all of
them are close to the plain share of agreement. Where nearly all labels are one and the same, kappa and alpha
fall far below the share and AC1 does not: read them side by side. Missing labels are `None` (or `nan`, as
frames have it). Undefined figures are `nan`.
"""

from workbench.analysis.agreement.consensus import Outlier, consensus, outlier
from workbench.analysis.agreement.figure import Figure
from workbench.analysis.agreement.icc import icc
from workbench.analysis.agreement.many import (
    fleiss_by_label,
    fleiss_kappa,
    fleiss_z,
    gwet_ac1,
    gwet_ac2,
    krippendorff_alpha,
    share_of_equal_pairs,
)
from workbench.analysis.agreement.overlap import error_overlap
from workbench.analysis.agreement.repeats import self_consistency
from workbench.analysis.agreement.scale import Label, Level, Weights
from workbench.analysis.agreement.tables import agreement_matrix, agreement_table, agreement_with_others
from workbench.analysis.agreement.two import cohen_kappa, percent_agreement, weighted_kappa

__all__ = [
    "Figure",
    "Label",
    "Level",
    "Outlier",
    "Weights",
    "agreement_matrix",
    "agreement_table",
    "agreement_with_others",
    "cohen_kappa",
    "consensus",
    "error_overlap",
    "fleiss_by_label",
    "fleiss_kappa",
    "fleiss_z",
    "gwet_ac1",
    "gwet_ac2",
    "icc",
    "krippendorff_alpha",
    "outlier",
    "percent_agreement",
    "self_consistency",
    "share_of_equal_pairs",
    "weighted_kappa",
]
