"""Theme, unit of work, motion and guides: the switches of the View menu that hold for every design, and are remembered."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from designer.app.settings import COUNT_FLOPS, GUIDES, REDUCED_MOTION, THEME, Settings
from designer.ui import theme, units
from designer.ui.window_actions import Actions

THEMES = (theme.LIGHT, theme.DARK, theme.SYSTEM)


class LookActions(QObject):
    """Does these actions of a window and keeps their checks as things are, whoever changed them."""

    def __init__(self, actions: Actions, settings: Settings) -> None:
        super().__init__(actions)
        self._actions = actions
        self._settings = settings
        actions.offer("view.flops", units.switch)
        actions.offer("view.motion", self._switch_motion)
        actions.offer("view.guides", self._switch_guides)
        for name in THEMES:
            actions.offer(f"view.{name}", partial(self._choose_theme, name))
        units.notifier().changed.connect(self._unit_changed)
        settings.changed.connect(self._setting_changed)
        theme.notifier().changed.connect(self._show_checks)
        self._show_checks()

    def want_guides(self) -> None:
        """Let canvases show guides, or not, as the setting has it."""
        from designer.ui.canvas import guides  # loaded with the first document

        guides.want(self._settings.get(GUIDES))

    def _show_checks(self) -> None:
        self._actions["view.motion"].setChecked(theme.motion_is_reduced())
        self._actions["view.guides"].setChecked(self._settings.get(GUIDES))
        self._actions["view.flops"].setChecked(units.name() == units.FLOPS)
        for name in THEMES:
            self._actions[f"view.{name}"].setChecked(theme.chosen() == name)

    def _unit_changed(self) -> None:
        self._settings.set(COUNT_FLOPS, units.name() == units.FLOPS)
        self._show_checks()

    def _switch_motion(self) -> None:
        theme.reduce_motion(not theme.motion_is_reduced())
        self._settings.set(REDUCED_MOTION, theme.motion_is_reduced())
        self._show_checks()

    def _switch_guides(self) -> None:
        self._settings.set(GUIDES, not self._settings.get(GUIDES))

    def _setting_changed(self, key: str) -> None:
        if key == GUIDES.key:
            self.want_guides()
            self._show_checks()

    def _choose_theme(self, name: str) -> None:
        theme.choose(name)
        self._settings.set(THEME, name)
