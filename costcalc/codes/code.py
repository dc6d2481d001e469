"""What there is to say about an error code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """The explanation of a diagnostic, with an example of it and of its cure.

    Attributes:
        title: What is wrong, in a few words.
        why: Why it is wrong, and what to do.
        wrong: Lines of a spec, or a command behind `$ `, that give the diagnostic; empty where no
            text could.
        right: The same, put right.
    """

    title: str
    why: str
    wrong: str = ""
    right: str = ""
