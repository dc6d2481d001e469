"""A result as text in one of the formats."""

from __future__ import annotations

from typing import Final

from costcalc.gate.result import Result, to_json

FORMATS: Final = ("text", "json", "csv", "markdown", "github", "junit", "gitlab", "sarif", "html")


def render_result(
    result: Result,
    format: str,
    *,
    width: int | None = None,
    colour: bool = False,
    raw: bool = False,
    top: int = 5,
    folder: str = "",
) -> str:
    """Return what a check or a diff found in one of `FORMATS`.

    Args:
        result: What to tell.
        format: How.
        width: Of the terminal, for text; None breaks no line.
        colour: Whether to paint text for a terminal.
        raw: Exact integers instead of four significant digits, in what people read.
        top: How many layers are listed at most, those that matter most; 0 lists all.
        folder: Where the files are that the result names, from the root of the repository, which is what
            sites want for what they show beside the code.
    """
    match format:
        case "json":
            import json

            return json.dumps(to_json(result), indent=2, ensure_ascii=False) + "\n"
        case "csv":
            from costcalc.report.formats import render_csv
            from costcalc.report.gate.tables import result_table

            return render_csv(result_table(result))
        case "markdown":
            from costcalc.report.gate.markdown import render_markdown

            return render_markdown(result, raw=raw, top=top)
        case "github":
            from costcalc.report.gate.github import render_github

            return render_github(result, raw=raw, folder=folder)
        case "junit":
            from costcalc.report.gate.junit import render_junit

            return render_junit(result, raw=raw)
        case "gitlab":
            from costcalc.report.gate.gitlab import render_gitlab

            return render_gitlab(result, raw=raw, folder=folder)
        case "sarif":
            from costcalc.report.gate.sarif import render_sarif

            return render_sarif(result, raw=raw, folder=folder)
        case "html":
            from costcalc.report.gate.html import render_html

            return render_html(result, raw=raw, top=top)
    from costcalc.report.gate.text import render_text

    return render_text(result, width=width, colour=colour, raw=raw, top=top)
