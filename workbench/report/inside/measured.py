"""What was measured without a baseline, and can be one later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.analysis.regression.measured import Measured
from workbench.analysis.regression.measured import measured as measured_in_log
from workbench.analysis.regression.telling.reported import experiment
from workbench.errors import DataError
from workbench.log import Log
from workbench.report.inside.telling import Told


def measured(log: Log, experiments: str | Sequence[str]) -> Told:
    """Keep in the report what was asked where nothing is compared: the first run, which is a baseline later.

    Args:
        log: Where the experiments are.
        experiments: The id of one, or those of several.

    Raises:
        ConfigError: There is no such experiment.
        DataError: A model of one has no answer: that is no baseline, and no green report.
    """
    names = [experiments] if isinstance(experiments, str) else list(experiments)
    found = [measured_in_log(log, name) for name in names]
    said = [_said(each) for each in found]
    payload: dict[str, Any] = {"kind": "measured", "candidate": [experiment(each) for each in found]}
    told = Told(payload=payload, said="\n".join(said))
    told.tell()
    return told


def _said(one: Measured) -> str:
    for model in one.models:
        rows = one.of(model)
        if not (rows["status"] == "ok").any():
            raise DataError(
                f"{model}: none of its {len(rows)} calls in {one.experiment} was answered, so that it is no "
                f"baseline; the errors: wb.log.errors(experiment={one.experiment!r})"
            )
    return (
        f"{one.experiment}: {one.dataset}, {one.samples} samples × {one.epochs}, {', '.join(one.models)}. "
        f"Compared with nothing; a later report compares with it by --baseline {one.experiment}"
    )
