"""The operations of the API as they are registered."""

from collections.abc import Iterator

from ninja.operation import Operation

from troth.doors.api.root import api


def operations() -> Iterator[tuple[str, Operation]]:
    """(path, operation) of every operation of the API."""
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield path, operation


ALL = {operation.operation_id: (path, operation) for path, operation in operations()}


def address_of(path: str) -> str:
    """The path with a record in it that is not there."""
    kinds = {"{kind}": "order"}
    for part in [piece for piece in path.split("/") if piece.startswith("{")]:
        path = path.replace(part, kinds.get(part, "999999"))
    return path.lstrip("/")
