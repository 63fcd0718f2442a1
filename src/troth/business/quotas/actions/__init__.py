"""The verbs of quotas.

| module | verbs |
| --- | --- |
| `maintain` | procedures and sequences, with what they are assigned to |
| `promised` | what is promised already is counted in what is made, widened or restored |
| `targets` | what is planned for cells, entered or brought in as a file |
| `sharing` | targets that are shares of a total, and what they come to |
| `protect` | supply protection |
| `bring` | tables brought in as files |
"""

from troth.business.quotas.actions.bring import import_table
from troth.business.quotas.actions.drafts import (
    Counted,
    ProcedureDraft,
    ProtectionDraft,
    ReachDraft,
    Saved,
    SequenceDraft,
    ShareDraft,
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
    "ShareDraft",
    "TargetDraft",
    "close_sequence",
    "import_table",
    "reopen_sequence",
    "restore_cell",
    "retire_cell",
    "save_procedure",
    "save_protection",
    "save_sequence",
    "set_targets",
]
