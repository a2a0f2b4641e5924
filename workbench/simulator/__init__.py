"""A local server that speaks three protocols, with set speed, price, skill and faults: no key, no network."""

from workbench.simulator.models import MODELS, SIMULATED, SimModel
from workbench.simulator.process import Simulator, start

__all__ = ["MODELS", "SIMULATED", "SimModel", "Simulator", "start"]
