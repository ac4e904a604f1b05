"""What the program remembers: right types back, nothing believed that makes no sense, recent files in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.app import settings
from designer.app.settings import (
    COUNT_FLOPS,
    MAX_RECENT,
    MINIMAP,
    RECENT,
    THEME,
    WINDOW_STATE,
    Setting,
    Settings,
    config_folder,
    data_folder,
)

EVERY = [value for value in vars(settings).values() if isinstance(value, Setting)]


def reopened(store: Settings) -> Settings:
    store.save()
    return Settings()


def test_what_is_set_comes_back_with_its_type_in_the_next_process() -> None:
    store = Settings()
    store.set(THEME, "dark")
    store.set(COUNT_FLOPS, True)
    store.set(MINIMAP, False)
    store.set(WINDOW_STATE, b"\x00\xff docks")
    again = reopened(store)
    assert again.get(THEME) == "dark"
    assert again.get(COUNT_FLOPS) is True
    assert again.get(MINIMAP) is False
    assert again.get(WINDOW_STATE) == b"\x00\xff docks"


def test_every_setting_starts_at_its_default_and_goes_back_to_it() -> None:
    assert len({setting.key for setting in EVERY}) == len(EVERY) > 5
    store = Settings()
    for setting in EVERY:
        assert store.get(setting) == setting.default
        assert setting.accepts(setting.default)
    store.set(THEME, "light")
    store.forget(THEME)
    assert reopened(store).get(THEME) == "system"


@pytest.mark.parametrize(
    "text", ["@Invalid()", "purple", '"purple"', "3", "null", "[]", '{"a": 1}', "true", '"' + "x" * 9000, "[" * 9000]
)
@pytest.mark.parametrize("setting", [THEME, COUNT_FLOPS, WINDOW_STATE, RECENT], ids=lambda setting: setting.key)
def test_a_spoiled_file_gives_the_defaults(text: str, setting: Setting) -> None:
    store = Settings()
    store._store.setValue(setting.key, text)
    got = store.get(setting)
    assert got == setting.default or (setting is COUNT_FLOPS and text == "true")
    assert type(got) is type(setting.default)


def test_a_file_that_is_no_settings_file_is_written_over_not_stumbled_over(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "settings.ini").write_bytes(b"\x00\xff[[[\n=\n%")
    store = Settings()
    assert store.get(THEME) == "system"
    store.set(THEME, "dark")
    assert reopened(store).get(THEME) == "dark"


def test_recent_files_are_newest_first_each_once_and_not_endless(tmp_path: Path) -> None:
    store = Settings()
    files = [tmp_path / f"{number} ü.lightdesign" for number in range(MAX_RECENT + 3)]
    for file in files:
        store.add_recent(file)
    store.add_recent(files[5])
    newest = [files[5], *[file for file in reversed(files) if file != files[5]]]
    assert reopened(store).recent() == newest[:MAX_RECENT]
    store.drop_recent(files[5])
    assert files[5] not in store.recent()
    store.clear_recent()
    assert store.recent() == []


def test_says_when_something_has_another_value() -> None:
    store = Settings()
    said: list[str] = []
    store.changed.connect(said.append)
    store.set(THEME, "dark")
    store.set(THEME, "dark")
    store.add_recent(Path("a"))
    assert said == [THEME.key, RECENT.key]


def test_the_environment_says_where_everything_lies(home: Path) -> None:
    assert config_folder() == data_folder() == home


def test_without_it_folders_of_the_account_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIGHTDESIGNER_HOME")
    assert config_folder().name == data_folder().name == "lightdesigner"
    assert Path.home() in config_folder().parents
