"""The fixture that installs a distribution from a folder beside this file."""

from plugins.installing import install_plugin, installed_plugins

__all__ = ["install_plugin", "installed_plugins"]
