"""Settings from the environment, a `.env` file, a configuration file and arguments, in that rising order."""

from workbench.config.limits import Limits
from workbench.config.settings import PROJECT_MARKS, Settings, Sync, load_settings, project_folder, setting_of

__all__ = ["PROJECT_MARKS", "Limits", "Settings", "Sync", "load_settings", "project_folder", "setting_of"]
