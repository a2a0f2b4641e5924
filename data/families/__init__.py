"""Families of generated questions; each has five templates, and each template is a cluster."""

from __future__ import annotations

from collections.abc import Mapping

from families import arithmetic, counting, dates, formats, json_reading, sorting, unicode_names, units
from families.item import Item, Template

FAMILIES: Mapping[str, tuple[Template, ...]] = {
    "arithmetic": arithmetic.TEMPLATES,
    "dates": dates.TEMPLATES,
    "units": units.TEMPLATES,
    "sorting": sorting.TEMPLATES,
    "counting": counting.TEMPLATES,
    "json": json_reading.TEMPLATES,
    "unicode": unicode_names.TEMPLATES,
    "format": formats.TEMPLATES,
}

__all__ = ["FAMILIES", "Item", "Template"]
