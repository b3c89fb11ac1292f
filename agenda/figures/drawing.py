"""What `engine` starts: draws what is asked on the standard input, until that is closed."""

import json
import sys

import vl_convert


def serve() -> None:
    """Answer each line, a specification and a locale, with the picture as SVG. A bad one ends the process."""
    for line in sys.stdin:
        spec, locale = json.loads(line)
        sys.stdout.write(json.dumps({"svg": vl_convert.vegalite_to_svg(spec, format_locale=locale)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
