"""What checks and pages ask of quotas.

| module | answers | statements |
| --- | --- | --- |
| `snapshot` | which procedures hold for a product, what is protected where, in memory | none, or one for the edition |
| `matching` | which cells hold for the lines of a document | none without a quota, else one |
| `screens` | procedures, sequences, cells and protections as pages show them | a few each |
"""

from troth.business.quotas.queries.matching import Ask, Matched, Targets, frees, matched, matched_all, protection_key
from troth.business.quotas.queries.snapshot import Known, ProcedureTerms, ProtectionTerms, known

__all__ = [
    "Ask",
    "Known",
    "Matched",
    "ProcedureTerms",
    "ProtectionTerms",
    "Targets",
    "frees",
    "known",
    "matched",
    "matched_all",
    "protection_key",
]
