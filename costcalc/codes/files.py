"""E00x: specs that are not found, and references that name nothing."""

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
        "a reference that names not one network",
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
