"""The platform's own checks for `troth verify`."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from troth.platform import numbering, seals, sql, triggers, verify
from troth.platform.blocks import BlockScope
from troth.platform.models import NumberRange
from troth.platform.verify import Check, Count, Finding

Found = Iterator[Finding | Count]


def _count(table: str) -> Count:
    [(rows,)] = sql.fetch(f"SELECT count(*) FROM {table}")
    return Count(rows)


def outbox_rows() -> Found:
    yield _count("platform_outbox")
    orphans = """
        SELECT o.id, o.event_id FROM platform_outbox o LEFT JOIN platform_event e ON e.id = o.event_id
        WHERE e.id IS NULL ORDER BY o.id"""
    for row_id, event_id in sql.fetch(orphans):
        yield Finding(f"Outbox row {row_id} belongs to event {event_id}, which does not exist.")


def append_only_triggers() -> Found:
    yield Count(len(triggers.declared()) * len(triggers.EVENTS))
    for name in triggers.missing():
        yield Finding(f"The trigger {name} is missing; `troth migrate` puts it back.", {"trigger": name})


def seal_chain() -> Found:
    for company_id in seals.sealed_companies():
        previous, expected = seals.START, 1
        for position, chain_hash, event in seals.chain(company_id):
            yield Count(1)
            if position != expected:
                yield Finding(f"The chain of company {company_id} jumps from {expected - 1} to {position}.")
            elif chain_hash != seals.link(previous, event):
                yield Finding(f"Event {event[0]} of company {company_id} is not what was sealed at {position}.")
            previous, expected = chain_hash, position + 1


def seals_kept_up() -> Found:
    yield _count("platform_event")
    late = """
        SELECT e.company_id, count(*) FROM platform_event e LEFT JOIN platform_seal s ON s.event_id = e.id
        WHERE s.event_id IS NULL
        AND e.id < (SELECT max(event_id) FROM platform_seal p WHERE p.company_id = e.company_id)
        AND e.at < %s GROUP BY e.company_id ORDER BY e.company_id"""
    for company_id, count in sql.fetch(late, (datetime.now(UTC) - seals.SEALED_WITHIN,)):
        yield Finding(f"{count} events of company {company_id} lie behind the seal and carry none.")


def seals_have_events() -> Found:
    yield _count("platform_seal")
    orphans = """
        SELECT s.company_id, s.position, s.event_id FROM platform_seal s LEFT JOIN platform_event e ON e.id = s.event_id
        WHERE e.id IS NULL ORDER BY s.company_id, s.position"""
    for company_id, position, event_id in sql.fetch(orphans):
        yield Finding(f"Event {event_id}, sealed at {position} of company {company_id}, is gone.")


def client_keys() -> Found:
    yield _count("platform_idempotency")
    twice = "SELECT owner, key, count(*) FROM platform_idempotency GROUP BY owner, key HAVING count(*) > 1"
    for owner, key, count in sql.fetch(twice):
        yield Finding(f"The key {key} of {owner} was answered {count} times.")


def own_blocks() -> Found:
    yield _count("platform_block")
    own = """
        SELECT id, document_number FROM platform_block
        WHERE released_by_id IS NOT NULL AND released_by_id IN (entered_by_id, last_raised_by_id) ORDER BY id"""
    for row_id, number in sql.fetch(own):
        yield Finding(f"Block {row_id} of {number} was released by who entered or last raised the document.")


def blocks_well_formed() -> Found:
    yield _count("platform_block")
    known = ", ".join(f"'{scope}'" for scope in BlockScope)
    odd = f"""
        SELECT id, document_number FROM platform_block
        WHERE scope NOT IN ({known}) OR (released_at IS NULL AND release_reason <> '')
        OR (released_at IS NOT NULL AND release_reason = '') ORDER BY id"""
    for row_id, number in sql.fetch(odd):
        yield Finding(f"Block {row_id} of {number} is neither standing nor released with a reason.")


def gapless_numbers() -> Found:
    for series, used in numbering.gapless_series().items():
        carried = Counter(used())
        yield Count(carried.total())
        for number, times in sorted(carried.items()):
            if times > 1:
                yield Finding(f"{series} number {number.number} of {number.year} is used {times} times.")
        drawn = {
            (row.company_id, row.year): row.last for row in NumberRange.objects.filter(series=series).order_by("pk")
        }
        for key in sorted(drawn.keys() | {(number.company_id, number.year) for number in carried}):
            numbers = {number.number for number in carried if (number.company_id, number.year) == key}
            missing = sorted(set(range(1, drawn.get(key, 0) + 1)) - numbers)
            beyond = sorted(number for number in numbers if number > drawn.get(key, 0) or number < 1)
            if missing:
                yield Finding(f"{series} of {key[1]} misses {len(missing)} numbers, the first is {missing[0]}.")
            if beyond:
                yield Finding(f"{series} of {key[1]} has {len(beyond)} numbers never drawn, the first is {beyond[0]}.")


def number_ranges() -> Found:
    yield _count("platform_numberrange")
    twice = """
        SELECT company_id, series, year, count(*) FROM platform_numberrange
        GROUP BY company_id, series, year HAVING count(*) > 1"""
    for company_id, series, year, count in sql.fetch(twice):
        yield Finding(f"The range {series} of {year} in company {company_id} exists {count} times.")


CHECKS = (
    Check("platform: outbox", "Every outbox row belongs to an event.", outbox_rows),
    Check("platform: triggers", "Every append-only table has its triggers.", append_only_triggers),
    Check("platform: seal chain", "The sealed history is as it was sealed.", seal_chain),
    Check("platform: seals kept up", "No older event lies unsealed behind the seal.", seals_kept_up),
    Check("platform: sealed events", "Every sealed event is still there.", seals_have_events),
    Check("platform: client keys", "Every client key has one answer.", client_keys),
    Check("platform: own blocks", "Nobody released the block of a document they entered or raised.", own_blocks),
    Check("platform: blocks", "Every block stands or was released with a reason.", blocks_well_formed),
    Check("platform: gapless numbers", "Gapless ranges have no gap and no number twice.", gapless_numbers),
    Check("platform: number ranges", "Every number range exists once.", number_ranges),
)


def register_all() -> None:
    for check in CHECKS:
        verify.register(check)
