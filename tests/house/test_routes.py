"""Every page, API operation and action is in the table of rights."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from troth.platform import permissions
from troth.platform.actions import REGISTRY
from troth.platform.middleware import is_api


def routes(patterns, namespaces=()) -> Iterator[tuple[str, str]]:
    """All named routes below: (name with namespaces, where)."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from routes(entry.url_patterns, inner)
        elif isinstance(entry, URLPattern):
            yield ":".join((*namespaces, entry.name or "")), str(entry.pattern)


def undeclared(patterns) -> list[str]:
    missing = []
    for name, where in routes(patterns):
        namespace = name.rpartition(":")[0]
        if is_api(namespace) and name.rpartition(":")[2] in {"openapi-json", "openapi-view", "api-root"}:
            continue
        wanted = f"api:{name.rpartition(':')[2]}" if is_api(namespace) else name
        try:
            permissions.declared(wanted)
        except permissions.UndeclaredRoute as error:
            missing.append(f"{where}: {error}")
    return missing


def test_every_route_is_declared():
    assert undeclared(get_resolver().url_patterns) == []


def test_a_route_that_is_not_declared_is_found():
    from tests.platform import urls

    assert [line.partition(":")[0] for line in undeclared(urls.urlpatterns)] == ["order/", "undeclared/"]


def test_every_rule_of_a_route_is_a_permission():
    rules = set(permissions.ROUTES.values()) - {permissions.PUBLIC, permissions.SIGNED_IN}
    assert rules - permissions.PERMISSIONS.keys() == set()


def test_every_action_is_a_permission():
    assert REGISTRY.keys() - permissions.PERMISSIONS.keys() == set()
