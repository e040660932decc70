"""Looks for words that would make the same events give other bytes (CONTRIBUTING.md §8): a clock, chance, the
environment, files, threads, a locale, floating point, unordered containers. In model, rules, core,
record and android, comments left out."""

import re
import sys

from rooms import ROOT, exit_code, sources

ROOMS = [ROOT / "src" / "contract" / room for room in ("model", "rules", "core", "record", "android")]
WORDS = {
    r"::now\s*\(": "a clock; the time comes in with the event",
    r"\b(clock_gettime|gettimeofday|time\s*\(\s*(nullptr|NULL|0)\s*\))": "a clock; the time comes in with the event",
    r"\b(s?rand|random_device|mt19937\w*|getrandom)\b": "chance; draw() is a pure hash",
    r"<random>": "chance; draw() is a pure hash",
    r"\b(getenv|setenv|secure_getenv)\b": "the environment",
    r"<(fstream|iostream|filesystem|cstdio|stdio\.h|unistd\.h)>": "files",
    r"<(thread|mutex|shared_mutex|atomic|future|condition_variable|stop_token)>": "threads",
    r"\bstd::(thread|jthread|async|this_thread)\b": "threads",
    r"<locale>|\bsetlocale\b": "a locale",
    r"\b(float|double)\b": "floating point; integer milliseconds and bytes",
    r"\bunordered_(map|set|multimap|multiset)\b": "an order that is none; std::map",
    r"\bthrow\b": "an exception across the core's edge; Result",
}
# An app's own value of a bundle may be a double: it is carried, never compared to decide.
CARRIED = re.compile(r"BundleValue|[pg][eu]tDouble|holds_alternative<double>|get_if<double>|get<double>")

# Known and harmless finds: (file, word): why.
KNOWN = {("src/contract/model/job_info.cpp", "<unistd.h>"): "closes a granted descriptor with the last copy of its owner",
         ("src/contract/core/containers.hpp", "unordered_map"): "finds an app by its name; nothing goes through it"}


def known(file, line):
    return any(file == place and word in line for place, word in KNOWN)


def without_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)


def troubles():
    for room in ROOMS:
        for file in sources(room):
            name = str(file.relative_to(ROOT))
            for number, line in enumerate(without_comments(file.read_text()).splitlines(), start=1):
                for word, why in WORDS.items():
                    if re.search(word, line) and not CARRIED.search(line) and not known(name, line):
                        yield f"{name}:{number}: {why}: {line.strip()}"


if __name__ == "__main__":
    sys.exit(exit_code(troubles()))
