"""Numbers with a tolerance, and quantities whatever their unit."""

from __future__ import annotations

import pytest
from scored import scored

from workbench.errors import ConfigError, DataError
from workbench.evals.scorers import number, quantity


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("12000 m", "12 km"),
        ("**12** km", "12 km"),
        ("It is 12 kilometers.", "12 km"),
        ("12", "12 km"),  # in the wanted unit, where it has none
        (r"\boxed{12\text{ km}}", "12000 m"),
        ("7.456454306848 mi", "12 km"),  # 12 / 1.609344
        ("5 ft 6 in", "66 inches"),
        ("2 h 30 min", "150 min"),
        ("2 hours and 30 minutes", "150 min"),
        ("That is 9,000 seconds, or 2 hours, 30 minutes.", "150 min"),
        ("2h 30m", "150 min"),  # m is a minute where a time is wanted
        ("3.5 MB", "3500 kB"),
        ("3.5 mb", "3500 kB"),
        ("1 MiB", "1048576 bytes"),
        ("100 Mbit/s", "12.5 MB/s"),
        ("100 Mbps", "12.5 MB/s"),
        ("212 °F", "100 °C"),
        (r"$100^\circ\text{C}$", "212 °F"),
        ("-40 degrees Celsius", "-40 °F"),
        ("0 C", "273.15 K"),
        ("12 percent", "12 %"),
        ("12 per cent", "120 ‰"),
        ("36 km/h", "10 m/s"),
        ("10 metres per second", "36 km/h"),
        ("5 m²", "50000 cm^2"),
        ("250 mL", "0.25 litres"),
        ("5 µm", "0.005 mm"),
        ("1 kWh", "3.6 MJ"),
        ("101325 Pa", "1 atm"),
        ("1 lb", "453.59237 g"),
        ("1/2 h", "30 min"),
        ("12 in all", "12 km"),  # the preposition, and no inch
    ],
)
def test_the_same_quantity_is_right_whatever_its_unit(text: str, target: str) -> None:
    assert scored("quantity", text, target).value == 1


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("12 m", "12 km"),
        ("12 km", "12 kg"),
        ("100", "212 °F"),
        ("0.12", "12 %"),
        ("2 h, then 30 min", "150 min"),
    ],
)
def test_another_quantity_is_wrong(text: str, target: str) -> None:
    assert scored("quantity", text, target).value == 0


def test_labels_are_in_the_wanted_unit_so_that_models_can_be_compared() -> None:
    assert (
        scored("quantity", "12000 m", "12 km").label == scored("quantity", "12 km", "12 km").label == "12 km"
    )
    assert scored(quantity("m"), "12 km", "12000").label == "12000 m"


def test_a_number_of_something_else_is_no_answer() -> None:
    assert scored("quantity", "It took 3 hours.", "12 km").label is None
    assert scored("quantity", "12 km, after 3 hours", "12 km").value == 1


def test_a_target_without_a_unit_needs_one_from_the_scorer() -> None:
    with pytest.raises(DataError, match=r"the target '12' has no number with a unit .* as '12 km'"):
        scored("quantity", "12 km", "12")
    assert scored(quantity("km"), "12000 m", "12").value == 1


def test_a_unit_that_is_not_known_is_refused() -> None:
    with pytest.raises(ConfigError, match="no unit 'league': write one of m, in, ft"):
        quantity("league")


@pytest.mark.parametrize(
    ("text", "value"),
    [("103", 1), ("105", 1), ("95", 1), ("105.01", 0), ("94.9", 0)],
)
def test_a_relative_tolerance_is_a_share_of_the_target(text: str, value: float) -> None:
    assert scored(number(rel_tol=0.05), text, "100").value == value


def test_the_wider_of_two_tolerances_counts() -> None:
    both = number(rel_tol=0.1, abs_tol=1)
    assert [scored(both, text, "5").value for text in ("6", "6.1")] == [1, 0]
    assert [scored(both, text, "50").value for text in ("55", "55.1")] == [1, 0]
    assert scored(number(abs_tol=0.1), "0.3", "0.2").value == 1  # 0.3 - 0.2 is above 0.1 in binary
    assert scored(number(abs_tol=0), "12345678901234567891", "12345678901234567890").value == 0


def test_a_quantity_may_be_near_enough() -> None:
    assert scored(quantity(rel_tol=0.01), "7.5 miles", "12 km").value == 1
    assert scored(quantity(rel_tol=0.001), "7.5 miles", "12 km").value == 0


@pytest.mark.parametrize("tolerance", [-0.1, float("nan"), float("inf")])
def test_a_tolerance_that_is_none_is_refused(tolerance: float) -> None:
    with pytest.raises(ConfigError, match=r"rel_tol is .*: give 0 or more"):
        number(rel_tol=tolerance)
