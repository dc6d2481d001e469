"""E8xx: budgets, the files and revisions that they are compared with, and results that are read back."""

from __future__ import annotations

from typing import Final

from costcalc.codes.code import Code

_CHECK: Final = "$ costcalc check mobilenet --max macs=600M"

GATE_CODES: Final[dict[str, Code]] = {
    "E801": Code(
        "a config that is not TOML",
        'Budgets are written in TOML: `[[budget]]` begins each, and texts such as `"300M"` are quoted.',
    ),
    "E802": Code(
        "a key or a metric that does not exist",
        "What is not known is refused rather than ignored: a limit with a slip in its name would hold "
        "nothing. A metric is called by its name, as in `memory_access`, or by what tables print over it.",
        "$ costcalc check mobilenet --max mcas=600M",
        _CHECK,
    ),
    "E803": Code(
        "a limit that means nothing",
        "A limit is a quantity, `300M` or `8 MiB`; an increase is a percentage, an amount, or both: `{pct"
        ' = 2, abs = "50k"}` is exceeded when both are.',
        "$ costcalc check mobilenet --max macs=lots",
        _CHECK,
    ),
    "E804": Code(
        "a budget that is about nothing",
        "A pattern that matches no network guards none: perhaps the spec was renamed. `--allow-unmatched`"
        " lets it pass. Patterns are relative to the folder of the file; `@*` behind one stands for all "
        "variants.",
    ),
    "E805": Code(
        "a config that cannot be read",
        "The file of budgets, or one that it extends, is not there, is not to be read, or extends itself.",
        "$ costcalc check --config nowhere.toml",
        _CHECK,
    ),
    "E806": Code(
        "nothing to check",
        "Without budgets every network would pass. They are in costcalc.toml, which `costcalc init` "
        "writes, in the table `tool.costcalc` of pyproject.toml, or on the command line.",
        "$ costcalc check mobilenet",
        _CHECK,
    ),
    "E807": Code(
        "no git repository",
        "`--against REF` recounts networks as they were at a commit, so the specs must be in the "
        "repository. Without one, compare with a file that `costcalc baseline write` wrote.",
        "$ costcalc check mobilenet --max-increase macs=2% --against main",
        _CHECK,
    ),
    "E808": Code(
        "git is not installed",
        "Specs as they were at a commit are read by git itself. Install it, or compare with a file that "
        "`costcalc baseline write` wrote.",
    ),
    "E809": Code(
        "no such commit",
        "git knows no branch, tag or commit of this name here. In CI the clone is often shallow and has "
        "one branch only: fetch the other one, or let the checkout fetch everything (`fetch-depth: 0`).",
    ),
    "E810": Code(
        "no common ancestor",
        "A change is compared with the commit where its branch parted. A shallow clone may not reach back"
        " that far; deepen it. `--against-exact` compares with the ref itself.",
    ),
    "E811": Code(
        "a repository that git does not trust",
        "Another user owns it, as is common in containers, so git refuses to read it. `git config "
        "--global --add safe.directory PATH` says that it is all right.",
    ),
    "E812": Code(
        "a spec in a submodule",
        "A submodule has a history of its own, in which the ref means something else. Run costcalc there.",
    ),
    "E813": Code(
        "git fails",
        "git could not read the repository, for the reason given.",
    ),
    "E814": Code(
        "not a baseline that can be read",
        "`--against FILE.json` takes what `costcalc baseline write` wrote: the file is missing, is "
        "something else, or lacks numbers that a budget needs.",
        "$ costcalc check mobilenet --max-increase macs=2% --against baseline.json",
        _CHECK,
    ),
    "E815": Code(
        "a baseline that was counted otherwise",
        "Counts under another convention, batch, number format, fusion or order cannot be compared. Write "
        "the baseline again.",
    ),
    "E816": Code(
        "something that needs a base",
        "How much a network grew, which ones changed and which limits moved can only be told with "
        "`--against`. Without `--strict` limits on growth are skipped, and a note says so.",
        "$ costcalc check mobilenet --max macs=600M --changed",
        _CHECK,
    ),
    "E817": Code(
        "a limit that may not be set to this",
        "`budget raise` raises limits, and never above the `ceiling` of their budget. `budget tighten` "
        "lowers them.",
    ),
    "E818": Code(
        "no such limit",
        "`budget raise` takes the `name` of a budget, or its first pattern if it has none, and a metric "
        "that it limits by `max`.",
    ),
    "E819": Code(
        "tightening in CI",
        "A limit that is lowered in CI is lowered in a copy that nobody commits. Run `budget tighten` on "
        "your machine; `budget tighten --check` only tells whether there is something to lower.",
    ),
    "E821": Code(
        "not a result that can be read",
        "`costcalc check` and `costcalc diff` write results as JSON. This is something else, or a key "
        "of it says what no result says. One of another major version of the schema says things that this "
        "version cannot know; write it again.",
    ),
    "E822": Code(
        "a base that is not whole",
        "Some network or budget of the base cannot be read. Usually nothing is compared with it and a "
        "note says so; with `--strict` nothing is taken on trust.",
    ),
}
