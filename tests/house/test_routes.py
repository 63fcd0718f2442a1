"""Every address has a line in the permission table: one without it opens for nobody."""

from django.urls import URLPattern, URLResolver, get_resolver

from troth.platform import permissions


def _names(resolver, namespace=""):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}"


def test_every_address_is_in_the_permission_table():
    undeclared = []
    for name in _names(get_resolver()):
        try:
            permissions.declared(name)
        except permissions.UndeclaredRoute:
            undeclared.append(name)
    assert not undeclared, "\n".join(undeclared)
