"""The verbs of quotas.

| module | verbs |
| --- | --- |
| `maintain` | procedures and sequences, with what they are assigned to |
| `promised` | what is promised already is counted in what is made, widened or restored |
| `targets` | what is planned for cells, entered or brought in as a file |
| `protect` | supply protection |
"""

from troth.business.quotas.actions.drafts import (
    Counted,
    ProcedureDraft,
    ProtectionDraft,
    ReachDraft,
    Saved,
    SequenceDraft,
    TargetDraft,
)
from troth.business.quotas.actions.maintain import close_sequence, reopen_sequence, save_procedure, save_sequence
from troth.business.quotas.actions.protect import save_protection
from troth.business.quotas.actions.targets import restore_cell, retire_cell, set_targets

__all__ = [
    "Counted",
    "ProcedureDraft",
    "ProtectionDraft",
    "ReachDraft",
    "Saved",
    "SequenceDraft",
    "TargetDraft",
    "close_sequence",
    "reopen_sequence",
    "restore_cell",
    "retire_cell",
    "save_procedure",
    "save_protection",
    "save_sequence",
    "set_targets",
]
