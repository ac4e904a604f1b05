"""The version of this program: the only place that names it; packaging reads it from here."""

__version__ = "0.1.0"
