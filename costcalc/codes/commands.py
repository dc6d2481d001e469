"""E00x: references to nothing; E02x, E03x: libraries, files, arguments; E5xx: what is asked to be counted."""

from __future__ import annotations

from typing import Final

from costcalc.codes.code import Code

FILE_CODES: Final[dict[str, Code]] = {
    "E001": Code(
        "no such file",
        "The reference has a folder in it, so it is a path, and nothing is there. A name without a folder "
        "is looked up in the working directory and then among the networks that are shipped.",
        "$ costcalc show nets/mobilenet.yaml",
        "$ costcalc show mobilenet.yaml",
    ),
    "E002": Code(
        "a directory, not a spec",
        "A spec is a file. To compare all specs of a folder, let the shell name them: `nets/*.yaml`.",
        "$ costcalc show .",
        "$ costcalc show mobilenet",
    ),
    "E003": Code(
        "no network of this name",
        "There is no such file in the working directory, and no network of this name is shipped. `costcalc "
        "zoo` lists those that are.",
        "$ costcalc show mobilnet",
        "$ costcalc show mobilenet",
    ),
    "E004": Code(
        "no such variant or parameter",
        "What stands behind `@` is either a variant of the spec or sets one of its parameters. "
        "`resolution`, the pixels of the input, can be set in every spec.",
        "$ costcalc show mobilenet@a0.7",
        "$ costcalc show mobilenet@alpha=0.7",
    ),
    "E005": Code(
        "a reference that does not name one network",
        "A reference ends with `@` and nothing behind it, or names several networks where one is wanted, or "
        "more than can be built. `*` in a reference stands for all variants that match.",
        "$ costcalc show 'mobilenet@*'",
        "$ costcalc compare 'mobilenet@a*' --no-fvcore",
    ),
    "E006": Code(
        "nothing to import",
        "A file is imported by its name without `.yaml`, from the folder of the file that imports it or "
        "from the specs that are shipped.",
        "import: [stdd]",
        "import: [std]",
    ),
    "E007": Code(
        "files that import each other",
        "Each of these files needs another one first, so none can be read; or the chain is longer than any "
        "reader could follow. Move what both need into a third file.",
        "import: [net]  # in net.yaml itself",
        "import: [std]",
    ),
    "E008": Code(
        "an import from outside the folder",
        "A spec brings blocks from its own folder and from those that are shipped, so that specs of "
        "strangers cannot read other files.",
        "import: [../../secrets]",
        "import: [std]",
    ),
    "E009": Code(
        "not a file that can be read",
        "It is a pipe, a device, or a file that this user may not read. Save the spec as a file.",
        "$ costcalc show /dev/null",
        "$ costcalc show mobilenet",
    ),
}

TOOL_CODES: Final[dict[str, Code]] = {
    "E020": Code(
        "a library is not installed",
        "Building networks in PyTorch and asking other counters needs them. What costcalc counts itself "
        "does not.",
    ),
    "E021": Code(
        "a cache entry that cannot be read",
        "A warning: the other tool is asked again, and the entry is written anew.",
    ),
    "E022": Code(
        "the cache cannot be written",
        "A warning: what other tools count is not remembered. COSTCALC_CACHE_DIR names another folder.",
    ),
    "E023": Code(
        "another counter fails",
        "It cannot count this network, for the reason given; its column stays empty.",
    ),
    "E030": Code(
        "a command line that means nothing",
        "There is no such command or option, or something is missing. `--help` shows the usage.",
        "$ costcalc compair mobilenet shufflenet",
        "$ costcalc compare mobilenet shufflenet --no-fvcore",
    ),
    "E031": Code(
        "no such column",
        "`--sort` and `--columns` take columns of this table, by the names that JSON and CSV have for them.",
        "$ costcalc show mobilenet --columns mcas",
        "$ costcalc show mobilenet --columns macs",
    ),
    "E032": Code(
        "a file that cannot be written as asked",
        "`-o` takes a format and a path in a folder that is there. It is checked before anything is counted.",
        "$ costcalc show mobilenet -o csv",
        "$ costcalc show mobilenet -o csv=costs.csv",
    ),
    "E033": Code(
        "reading or writing fails",
        "The system refuses, for the reason given: a full disk, a missing permission.",
    ),
    "E034": Code(
        "a condition that means nothing",
        "A condition compares metrics of the networks with quantities: `macs < 150M and params < 4.2M`.",
        "$ costcalc zoo mobilenet --where 'mcas < 150M'",
        "$ costcalc zoo mobilenet --where 'macs < 150M'",
    ),
    "E035": Code(
        "a file that would be overwritten",
        "The file is there already. `--force` writes over it.",
    ),
    "E039": Code(
        "costcalc failed",
        "This is a bug in costcalc, not in the spec. COSTCALC_TRACEBACK=1 shows where; please report it.",
    ),
}

COMMAND_CODES: Final[dict[str, Code]] = {
    "E501": Code(
        "not a number format",
        "The formats are those that frameworks compute in.",
        "$ costcalc show mobilenet --dtype float31",
        "$ costcalc show mobilenet --dtype fp16",
    ),
    "E502": Code(
        "not a convention",
        "A convention says what counts as a MAC. `costcalc explain` lists them.",
        "$ costcalc show mobilenet --convention fvcoer",
        "$ costcalc show mobilenet --convention fvcore",
    ),
    "E503": Code(
        "not a fusion",
        "A fusion says which operators run as one kernel, whose inner tensors are never in memory.",
        "$ costcalc show mobilenet --fusion conv-bn-reul",
        "$ costcalc show mobilenet --fusion conv-bn-act",
    ),
    "E504": Code(
        "a batch of no images",
        "A batch has at least one image.",
    ),
    "E505": Code(
        "a count is unknown",
        "With `--strict` a convention that has no rule for an operator fails the command.",
    ),
    "E506": Code(
        "nothing to explain",
        "`explain` takes a convention or an error code.",
        "$ costcalc explain E999",
        "$ costcalc explain E311",
    ),
    "E507": Code(
        "not an amount of memory",
        "Write a number and a unit: `512 KiB`, `2MB`, `65536`.",
        "$ costcalc fits mobilenet --ram lots",
        "$ costcalc fits mobilenet --ram 64MiB",
    ),
    "E508": Code(
        "an order that may not be the best",
        "A warning: the network has more branches than there is time to try orders for. The peak is that of "
        "the best order found.",
    ),
    "E509": Code(
        "no such layer",
        "A layer is a node by its name, or what stands before a dot in some: a stage or a block in it.",
    ),
}
