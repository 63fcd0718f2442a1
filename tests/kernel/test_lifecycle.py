"""A life cycle moves along its table and along nothing else."""

from enum import StrEnum

import pytest

from troth.kernel.lifecycle import IllegalTransition, Lifecycle


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CANCELLED = "cancelled"


ORDER = Lifecycle(
    "order",
    {
        (Status.DRAFT, "submit"): Status.SUBMITTED,
        (Status.DRAFT, "cancel"): Status.CANCELLED,
        (Status.SUBMITTED, "cancel"): Status.CANCELLED,
    },
)


def test_a_verb_leads_to_the_state_of_the_table():
    assert ORDER.step(Status.DRAFT, "submit") is Status.SUBMITTED


def test_a_state_read_from_the_database_as_text_is_understood():
    assert ORDER.step("submitted", "cancel") is Status.CANCELLED


def test_the_possible_verbs_are_told():
    assert ORDER.verbs(Status.DRAFT) == ("cancel", "submit")
    assert ORDER.verbs(Status.CANCELLED) == ()
    assert ORDER.allows("draft", "cancel")
    assert not ORDER.allows("cancelled", "cancel")


@pytest.mark.parametrize(
    ("state", "ending"), [(Status.SUBMITTED, "Possible: cancel."), (Status.CANCELLED, "Nothing follows this state.")]
)
def test_another_verb_is_refused_with_what_is_possible(state, ending):
    with pytest.raises(IllegalTransition) as refusal:
        ORDER.step(state, "submit")
    assert refusal.value.code == "illegal_transition"
    assert refusal.value.facts == {"state": state.value, "verb": "submit"}
    assert refusal.value.message == f"The order is {state}; 'submit' is not possible from there. {ending}"
