"""Makes docs/tour.md: types the stories of docs/tour.in.md into a shell, against the real programs and servers, and puts
what was printed in their place. It takes half a minute, and the programs of build/dev (or of $STINT_BIN). A page that
is still true stays as it is; with --check nothing is written, and it fails where the page is not true any more."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "e2e"))
import tour  # noqa: E402 (its room is known only now)


def main(arguments):
    new = tour.play()
    wrong = tour.difference(tour.PAGE.read_text() if tour.PAGE.exists() else "", new)
    if not wrong:
        print("docs/tour.md is true")
    elif "--check" in arguments:
        print(wrong)
    else:
        tour.PAGE.write_text(new)
        print("docs/tour.md is written")
    return int(bool(wrong) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
