"""JSON: everything, exact, under names that stay."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from costcalc.report.formats import SCHEMA_VERSION, Look, Printer
from costcalc.report.record import Table
from costcalc.version import __version__

if TYPE_CHECKING:
    from costcalc.gate.result import Result


def print_table(table: Table, look: Look) -> str:
    """Return everything: schema and tool version, context, exact rows, total and notes."""
    return _text(
        {
            "schema_version": SCHEMA_VERSION,
            "tool": {"name": "costcalc", "version": __version__},
            **table.context,
            table.rows_name: table.rows,
            **({} if table.total is None else {"total": table.total}),
            "notes": table.notes,
        }
    )


def print_result(result: Result, look: Look) -> str:
    """Return the result as the schema of results has it, which `costcalc schema result` prints."""
    from costcalc.gate.result import to_json

    return _text(to_json(result))


def _text(document: object) -> str:
    import json

    return json.dumps(document, indent=2, default=_plain, ensure_ascii=False) + "\n"


def _plain(value: object) -> float | None:
    return float(value) if isinstance(value, Fraction) else None


PRINTER: Final = Printer("json", ".json", table=print_table, result=print_result)
