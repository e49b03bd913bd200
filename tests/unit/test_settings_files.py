"""What the environment says: secrets in files, and keys of before."""

from pathlib import Path

import pytest

from firsthand.settings import SECRET_SETTINGS, SettingsProblem, read_database_url, read_settings

KEY, OLD, OLDER = ("n" * 40, "o" * 40, "p" * 40)
ENVIRONMENT = {
    "FIRSTHAND_DATABASE_URL": "sqlite:////tmp/firsthand.db",
    "FIRSTHAND_BASE_URL": "https://meet.example.org",
    "FIRSTHAND_SECRET_KEY": KEY,
}


def test_keys_of_before_stand_after_the_newest() -> None:
    more = {"FIRSTHAND_OLD_SECRET_KEYS": f" {OLD}  {OLDER}\n", "FIRSTHAND_CODE_SECRET": OLDER}
    assert read_settings({**ENVIRONMENT, **more}).secret_keys == (KEY, OLD, OLDER)


def test_without_keys_of_before_there_is_one_key() -> None:
    assert read_settings(ENVIRONMENT).secret_keys == (KEY,)


def test_a_key_of_before_that_is_too_short_is_refused() -> None:
    more = {"FIRSTHAND_OLD_SECRET_KEYS": f"{OLD} short", "FIRSTHAND_CODE_SECRET": OLDER}
    with pytest.raises(SettingsProblem, match="FIRSTHAND_OLD_SECRET_KEYS"):
        read_settings({**ENVIRONMENT, **more})


def test_a_new_key_needs_the_code_secret_named_or_badges_would_be_forgotten() -> None:
    with pytest.raises(SettingsProblem, match="FIRSTHAND_CODE_SECRET"):
        read_settings({**ENVIRONMENT, "FIRSTHAND_OLD_SECRET_KEYS": OLD})


@pytest.mark.parametrize("name", SECRET_SETTINGS)
def test_each_secret_may_stand_in_a_file(name: str, tmp_path: Path) -> None:
    value = {
        "FIRSTHAND_DATABASE_URL": "postgresql://mira:secret@localhost/firsthand",
        "FIRSTHAND_SMTP_URL": "smtps://mira:secret@mail.example.org",
        **{each: "an-id:a-secret" for each in SECRET_SETTINGS if each.endswith("_CLIENT")},
    }.get(name, "a secret of forty letters in a file only"[:39].replace(" ", "-"))
    environ = {**ENVIRONMENT, "FIRSTHAND_CODE_SECRET": OLDER}
    if name == "FIRSTHAND_OIDC_CLIENT":
        environ["FIRSTHAND_OIDC_ISSUER"] = "https://login.example.org"
    environ.pop(name, None)
    file = tmp_path / "secret"
    file.write_text(f"{value}\n")
    settings = read_settings({**environ, f"{name}_FILE": str(file)})
    assert settings == read_settings({**environ, name: value})


def test_the_database_may_be_named_in_a_file_for_commands_too(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(ENVIRONMENT["FIRSTHAND_DATABASE_URL"])
    assert read_database_url({"FIRSTHAND_DATABASE_URL_FILE": str(file)}) == file.read_text()


@pytest.mark.parametrize("name", SECRET_SETTINGS)
def test_a_secret_in_both_places_is_refused_without_telling_it(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(KEY)
    with pytest.raises(SettingsProblem, match=f"{name} and {name}_FILE are both set") as told:
        read_settings({**ENVIRONMENT, name: OLD, f"{name}_FILE": str(file)})
    assert OLD not in str(told.value)
    assert KEY not in str(told.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_one_clear_line(
    content: bytes | None, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsProblem, match="cannot be read"):
        read_settings({**ENVIRONMENT, "FIRSTHAND_METRICS_TOKEN_FILE": str(file)})


def test_an_empty_file_is_a_missing_secret(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("\n")
    environ = {**ENVIRONMENT, "FIRSTHAND_SECRET_KEY": "", "FIRSTHAND_SECRET_KEY_FILE": str(file)}
    with pytest.raises(SettingsProblem, match="FIRSTHAND_SECRET_KEY is not set"):
        read_settings(environ)
