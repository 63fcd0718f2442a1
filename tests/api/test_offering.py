"""Listings, substitutions and free goods over the API, and what an order says that was sold by them."""

from tests.api.conftest import assert_refused, places

DAY = "2026-03-01"


def test_what_is_sold_instead_and_free_is_kept_listed_and_told_by_the_order(small, caller):
    master, rep = caller("master_data"), caller("representative")
    made = master.post("substitutions", {"product": "HELMET", "substitute": "FRAME", "valid_from_on": DAY})
    assert (made.status_code, made.json()["state"]) == (201, "created")
    free = {"product": "HELMET", "kind": "exclusive", "per_quantity": 10, "free_quantity": 1, "item_category": "free"}
    assert master.post("free-goods", {**free, "valid_from_on": DAY}).status_code == 201
    [row] = rep.get("substitutions?product=HELMET").json()["items"]
    assert (row["substitute"], row["mode"], row["customer"]) == ("FRAME", "automatic", None)

    line = {"product": "HELMET", "quantity": "10"}
    order = rep.post("orders", {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": [line]}).json()
    main, sub = rep.get(f"orders/{order['id']}").json()["lines"]
    assert (main["product"], main["asked"]["product"], main["role"]) == ("FRAME", "HELMET", "")
    assert (sub["main_line"], sub["role"], sub["product"], sub["net"]["amount"]) == (10, "free", "FRAME", "0.00")
    insisted = rep.post(
        "orders",
        {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": [{**line, "alternatives": "none"}]},
    ).json()
    assert rep.get(f"orders/{insisted['id']}").json()["lines"][0]["product"] == "HELMET"

    ring = {"product": "FRAME", "substitute": "HELMET", "valid_from_on": DAY}
    refused = assert_refused(master.post("substitutions", ring), 422, "invalid_input")
    assert places(refused) == [(None, "substitute", "invalid_input")]


def test_an_excluded_product_is_refused_by_row_and_only_master_data_may_exclude(small, caller):
    master, rep = caller("master_data"), caller("representative")
    excluded = {"kind": "excluded", "product": "HELMET", "valid_from_on": DAY, "reason": "recall"}
    assert_refused(rep.post("listings", excluded), 403, "not_allowed")
    key = master.post("listings", excluded).json()["id"]
    order = {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": [{"product": "HELMET", "quantity": "1"}]}
    refused = assert_refused(rep.post("orders", order), 422, "not_offered")
    assert places(refused) == [(1, "product", "not_offered")]
    assert master.patch(f"listings/{key}", {"is_active": False}).json()["state"] == "changed"
    assert rep.post("orders", order).status_code == 201


def test_package_sizes_are_kept_with_their_version_and_hold_for_the_next_order(small, caller):
    master, rep = caller("master_data"), caller("representative")
    assert_refused(rep.post("package-sizes", {"product": "HELMET", "sizes": "6"}), 403, "not_allowed")
    made = master.post("package-sizes", {"product": "HELMET", "sizes": "6, 12", "rounding": "up"})
    assert (made.status_code, made.json()["version"]) == (201, 1)
    key = made.json()["id"]
    [row] = rep.get("package-sizes?product=HELMET").json()["items"]
    assert (row["sizes"], row["rounding"], row["customer"], row["is_active"]) == ("6, 12", "up", None, True)
    order = {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": [{"product": "HELMET", "quantity": "8"}]}
    first = rep.get(f"orders/{rep.post('orders', order).json()['id']}").json()["lines"][0]
    assert first["quantity"] == "12"
    refused = assert_refused(master.patch(f"package-sizes/{key}", {"sizes": "6, 6"}), 422, "invalid_input")
    assert places(refused) == [(None, "sizes", "invalid_input")]
    stale = master.patch(f"package-sizes/{key}", {"sizes": "5"}, version='"9"')
    assert stale.status_code == 412
    assert master.post("package-sizes", {"product": "HELMET", "sizes": "6", "size": 5}).status_code == 422
    ended = master.patch(f"package-sizes/{key}", {"is_active": False, "reason": "loose goods"})
    assert ended.json()["state"] == "changed"
    second = rep.get(f"orders/{rep.post('orders', order).json()['id']}").json()["lines"][0]
    assert second["quantity"] == "8"


def test_what_would_be_over_is_refused_at_its_last_day(small, caller):
    master = caller("master_data")
    over = {"kind": "excluded", "product": "HELMET", "valid_from_on": "2026-01-01", "valid_to_on": "2026-02-01"}
    refused = assert_refused(master.post("listings", over), 422, "invalid_input")
    assert places(refused) == [(None, "valid_to_on", "invalid_input")]
