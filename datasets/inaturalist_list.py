#!/usr/bin/env python3
"""Makes the list `path label` of a part of iNaturalist 2018 from its annotations.

Usage: inaturalist_list.py ANNOTATIONS.json OUT.txt

The lines are those of Kang et al., "Decoupling representation and classifier for long-tailed recognition" (ICLR 2020): the
pictures in the order of the annotations, and the number of the category as the label.
"""

import json
import pathlib
import sys


def main(arguments: list[str]) -> None:
    if len(arguments) != 2:
        sys.exit(__doc__)
    source, out = map(pathlib.Path, arguments)
    try:
        content = json.loads(source.read_text(encoding="utf-8"))
        labels = {annotation["image_id"]: int(annotation["category_id"]) for annotation in content["annotations"]}
        lines = [f"{image['file_name']} {labels[image['id']]}\n" for image in content["images"]]
    except (KeyError, TypeError, ValueError) as error:
        sys.exit(
            f"{source}: expected images with id and file_name, and annotations with image_id and category_id: {error!r}"
        )
    out.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
