"""Borders that the import contracts cannot express."""

import grimp
from django.apps import apps

from tests.house.contracts import FLOORS, height

PRIVATE = {"models", "store"}
WITH_PRIVATE_TABLES = {"business", "ledgers", "process"}


def _imports():
    graph = grimp.build_graph("troth", cache_dir=None)
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            yield importer.split("."), imported.split(".")


def test_tables_are_private():
    """No app reads or writes another app's tables: it asks the app's queries and calls its actions."""
    trespasses = [
        f"{'.'.join(a)} -> {'.'.join(b)}"
        for a, b in _imports()
        if len(b) > 3 and b[1] in WITH_PRIVATE_TABLES and b[3] in PRIVATE and a[1:3] != b[1:3]
    ]
    assert not trespasses, "\n".join(trespasses)


def test_rules_and_states_are_pure():
    """`states.py` imports the kernel, `rules.py` the kernel and states: both can be read and tested on their own."""
    # a ledger's keys are values too: its rules may name them
    allowed = {"states": {"states"}, "rules": {"states", "rules", "keys"}}
    trespasses = [
        f"{'.'.join(a)} -> {'.'.join(b)}"
        for a, b in _imports()
        if len(a) > 3
        and a[3] in allowed
        and b[0] == "troth"
        and len(b) > 1
        and b[1] != "kernel"
        and not (len(b) > 3 and a[1:3] == b[1:3] and b[3] in allowed[a[3]])
    ]
    assert not trespasses, "\n".join(trespasses)


def test_foreign_keys_point_down():
    """A table may point at its own app and at lower floors; a string reference escapes the import contracts."""
    upward = []
    for model in apps.get_models(include_auto_created=True):
        if not model.__module__.startswith("troth."):
            continue
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and not field.auto_created else None
            if target is None or isinstance(target, str) or not target.__module__.startswith("troth."):
                continue
            same_app = target._meta.app_label == model._meta.app_label
            if not same_app and height(target.__module__) >= height(model.__module__):
                upward.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert not upward, "\n".join(upward)


def test_tables_of_libraries_do_not_point_at_upper_floors():
    """Django's and the libraries' tables may point at the user, who lives in the platform, and at nothing above."""
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        if not model.__module__.startswith("troth.")
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and getattr(field.related_model, "__module__", "").startswith("troth.")
        and height(field.related_model.__module__) > height("troth.platform")
    ]
    assert not upward, "\n".join(upward)


def test_each_app_stands_on_the_floor_its_path_names():
    misplaced = [app for floor, members in FLOORS.items() for app in members if app.split(".")[1] != floor]
    assert not misplaced
