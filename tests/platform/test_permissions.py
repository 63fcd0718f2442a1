"""The table of rights, read as a table."""

import pytest

from troth.platform import permissions
from troth.platform.actors import NOBODY, SYSTEM, Actor, Grant
from troth.platform.permissions import CONFLICTS, PERMISSIONS, ROLES, NotAllowed, conflicts, declared


def actor(*grants, scopes=None):
    return Actor(1, "Carla", grants, scopes=scopes)


def test_every_role_has_a_right():
    assert [role for role in ROLES if not permissions.permissions_of([role])] == []


def test_a_role_counts_for_its_company_and_site_only():
    carla = actor(Grant("warehouse_clerk", company_id=1, site_id=10))
    assert carla.may("shipping.confirm_pick", company_id=1, site_id=10)
    assert not carla.may("shipping.confirm_pick", company_id=1, site_id=11)
    assert not carla.may("shipping.confirm_pick", company_id=2)


def test_a_role_without_company_counts_everywhere():
    assert actor(Grant("credit_manager")).may("credit.release_block", company_id=5, site_id=50)


@pytest.mark.parametrize(
    ("scopes", "views", "submits"),
    [
        (None, True, True),
        ({"sales"}, True, True),
        ({"read"}, True, False),
        ({"sales.submit_order"}, False, True),
        ({"shipping"}, False, False),
        (set(), False, False),
    ],
)
def test_a_token_does_what_its_scopes_and_its_owner_both_may(scopes, views, submits):
    carla = actor(Grant("representative"), scopes=None if scopes is None else frozenset(scopes))
    assert (carla.may("sales.view_order"), carla.may("sales.submit_order")) == (views, submits)
    assert not carla.may("credit.release_block")


def test_nobody_may_nothing_and_the_system_everything():
    assert not any(NOBODY.may(permission) for permission in PERMISSIONS)
    assert all(SYSTEM.may(permission) for permission in PERMISSIONS)


def test_a_refusal_names_the_roles_that_may():
    with pytest.raises(NotAllowed, match="Carla may not release block here; that is for: credit manager"):
        permissions.require(actor(Grant("representative")), "credit.release_block")


def test_an_unknown_permission_is_for_nobody():
    with pytest.raises(NotAllowed, match="no role"):
        permissions.require(actor(Grant("administrator")), "sales.steal")


def test_the_administrator_sees_no_business():
    allowed = permissions.permissions_of(["administrator"])
    assert {name.partition(".")[0] for name in allowed} == {"platform", "masterdata"}
    assert "masterdata.view_customizing" in allowed


def test_the_auditor_changes_nothing():
    assert [name for name in permissions.permissions_of(["auditor"]) if ".view_" not in name] == []


def test_conflicts_name_permissions_that_exist():
    assert {side for conflict in CONFLICTS for side in (conflict.first, conflict.second)} <= PERMISSIONS.keys()


def test_orders_and_credit_in_one_hand_are_a_conflict():
    found = conflicts(["representative", "credit_manager"])
    assert "enters orders and releases their credit blocks" in [conflict.why for conflict in found]
    assert conflicts(["representative"]) == conflicts(["credit_manager"]) == ()


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"administrator", "auditor"}))
def test_the_administrator_with_any_business_role_is_a_conflict(role):
    assert any(conflict.severe for conflict in conflicts(["administrator", role]))


def test_a_route_without_a_line_is_a_defect():
    assert declared("login") == permissions.PUBLIC
    assert declared("admin:platform_event_changelist") == "masterdata.view_customizing"
    with pytest.raises(permissions.UndeclaredRoute):
        declared("undeclared")
