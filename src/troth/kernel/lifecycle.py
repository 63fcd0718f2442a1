"""Life cycles as tables.

The table says from which state which verb leads where, and is all there is to know about a document's states. `step`
is the only way from one state to the next: a verb that the table does not hold is refused, never passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from troth.kernel.errors import BusinessError, Sentence, together

S = TypeVar("S", bound=StrEnum)


class IllegalTransition(BusinessError):
    """The document's state does not allow this step."""

    code = "illegal_transition"


@dataclass(frozen=True, slots=True)
class Lifecycle(Generic[S]):
    """The states of one kind of document: `table[state, verb]` is the state that follows."""

    name: str
    table: Mapping[tuple[S, str], S]

    def step(self, state: str, verb: str) -> S:
        """Return the state that `verb` leads to, or refuse and name what is possible instead."""
        following = self._row(state).get(verb)
        if following is None:
            possible = ", ".join(self.verbs(state))
            raise IllegalTransition(
                together(
                    Sentence(
                        "The %(document)s is %(state)s; %(verb)s is not possible from there.",
                        document=Sentence(self.name),
                        state=Sentence(str(state)),
                        verb=repr(verb),
                    ),
                    Sentence("Possible: %(verbs)s.", verbs=possible)
                    if possible
                    else Sentence("Nothing follows this state."),
                ),
                state=str(state),
                verb=verb,
            )
        return following

    def verbs(self, state: str) -> tuple[str, ...]:
        """Return the verbs that are possible in `state`, in alphabetical order."""
        return tuple(sorted(self._row(state)))

    def allows(self, state: str, verb: str) -> bool:
        return verb in self._row(state)

    def _row(self, state: str) -> dict[str, S]:
        return {verb: following for (start, verb), following in self.table.items() if start == state}
