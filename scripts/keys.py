"""Refuses a key that is written by hand where it is written or read: a noun that crosses a border lists its fields once,
beside its type (contract/model/view.hpp), and walkers make both directions of them. A literal as the first key of put(),
take(), readPart() or key(), and one that indexes JSON, is such a key; those of JSON that people see are not looked at."""

import re
import sys

from rooms import ROOT, exit_code, sources

CALL = re.compile(r'\b(?:put|take|takeInto|takeNew|key)\(\s*"\w|\breadPart\(\s*\w+,\s*"\w')
INDEX = re.compile(r'\b(?:object|json)\w*\["\w')
FACES = ("src/faces/", "src/sim/", "src/programs/")  # lines for people, findings, an app's own files

# The options of a question, which its declaration has, and what is no noun of ours: where it stands, and why.
KNOWN = {
    "src/faces/control/": "the options of questions",
    "src/stintd/bus/": "the options of questions",
    "src/link/client/job_scheduler.cpp": "the options of questions",
    "src/fleet/steps/settings.cpp": "the options of questions",
    "src/link/client/connection.cpp": "the options of questions",
    "src/link/client/push_manager.cpp": "the options of questions",
    "src/stintd/store/app_json.cpp": "a Usage, which earlier versions wrote in other types",
    "src/link/wire/visitors.cpp": "the bus's words",
    "src/push/line/distributor.cpp": "UnifiedPush's words",
    "src/push/line/gate.cpp": "the options of questions",
    "src/link/wire/line.cpp": "structures and numbers of Push1, of which both directions stand there",
    "src/contract/record/happening.cpp": "a line of a trace, which is never read back",
}

# Lines, and whether they are refused.
SAMPLES = {
    'dictionary.put("id", job.id);': True,
    'reader.take("id", id).take(key, "i", read);': True,
    'STINT_TRY(readPart(object, "open", ledger.open, openFrom));': True,
    'text.openObject().key("transports").openList();': True,
    'object["since"] = count(since);': True,
    'dictionary.put(key, "a{sv}", write);': False,
    'dictionary_.take(key, "x", read);': False,
    'field("since", row.since);': False,
    'output("a word");': False,
}


def is_by_hand(line, name):
    return bool(CALL.search(line) or (INDEX.search(line) and not name.startswith(FACES)))


def troubles():
    for line, refused in SAMPLES.items():
        if is_by_hand(line, "") != refused:
            yield f"scripts/keys.py: is wrong about its own sample: {line}"
    used = set()
    for file in sources(ROOT / "src"):
        name = str(file.relative_to(ROOT))
        place = next((known for known in KNOWN if name.startswith(known)), None)
        for number, line in enumerate(file.read_text().splitlines(), start=1):
            if not is_by_hand(line.partition("//")[0], name):
                continue
            if place is None:
                yield f"{name}:{number}: a key by hand; list it in the noun's fields: {line.strip()}"
            used.add(place)
    for place in KNOWN.keys() - used:
        yield f"scripts/keys.py: {place} has no such key any more"


if __name__ == "__main__":
    sys.exit(exit_code(troubles()))
