"""Migrations that went out are never edited or removed; new ones are written down before they go out."""

import pytest

from tests.upgrade import hashes


def test_a_migration_that_went_out_is_as_it_was():
    found, known = hashes.now(), hashes.kept()
    assert {path: found.get(path) for path in known} == known


def test_every_migration_is_written_down():
    assert sorted(hashes.now()) == sorted(hashes.kept())


@pytest.mark.parametrize("found", [{"a": "2", "b": "3"}, {"b": "3"}])
def test_what_was_edited_or_removed_is_not_written_over(tmp_path, monkeypatch, found):
    monkeypatch.setattr(hashes, "KEPT", tmp_path / "hashes.txt")
    with pytest.raises(ValueError, match="edited or removed: a"):
        hashes.write(found, {"a": "1"})
    assert not hashes.KEPT.exists()


def test_a_new_one_is_added(tmp_path, monkeypatch):
    monkeypatch.setattr(hashes, "KEPT", tmp_path / "hashes.txt")
    hashes.write({"b": "3", "a": "1"}, {"a": "1"})
    assert hashes.KEPT.read_text() == "1  a\n3  b\n"
    assert hashes.kept() == {"a": "1", "b": "3"}
