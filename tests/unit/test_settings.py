"""Settings: typed, explained, and their documentation is made from them."""

from pathlib import Path

import pytest

from orchestration.settings import PROJECT_ROOT, SettingError, Settings, settings_example, settings_page


def test_environment_is_typed() -> None:
    settings = Settings.load({"CONCORD_KEEP_RELEASES": " 3 ", "CONCORD_WAREHOUSE": "/srv/w"})
    assert settings.keep_releases == 3
    assert settings.warehouse == Path("/srv/w")


def test_an_explicit_value_wins_and_none_does_not_count() -> None:
    settings = Settings.load({"CONCORD_LANDING": "a"}, landing="b", as_of=None)
    assert settings.landing == "b"
    assert settings.as_of == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONCORD_KEEP_RELEASES", "many"),
        ("CONCORD_KEEP_RELEASES", "0"),
        ("CONCORD_SENSOR_SECONDS", "0"),
        ("CONCORD_SCHEDULE_TIME_ZONE", "Mars/Olympus"),
    ],
)
def test_a_value_that_cannot_be_used_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        Settings.load({name: value})


def test_pages_are_up_to_date() -> None:
    page = PROJECT_ROOT / "docs" / "handbook" / "settings.md"
    assert page.read_text() == settings_page(), "run `concord docs --settings`"
    assert (PROJECT_ROOT / ".env.example").read_text() == settings_example(), "run `concord docs --settings`"
