"""Prints what an upgrade from the release before changes, read out of git: the store, the policy's keys, the interfaces,
libstint's SOVERSION, and who must restart.
usage: scripts/upgrade_notes.py [FROM]    FROM: a tag or a commit; without it the newest tag v*, if there is one"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = re.compile(r"^project\(stint VERSION ([\d.]+)", re.MULTILINE)
PART = re.compile(r"^-- version \d+", re.MULTILINE)
CONSTANT = re.compile(r'^CONSTANT\(\w+, \w+, "([\w.]+)", ([^,]+),', re.MULTILINE)
SOVERSION = re.compile(r"SOVERSION (\d+)")
MEMBER = re.compile(r'<(?:method|signal|property) name="(\w+)"')


def git(*words):
    done = subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def read(commit, path):
    """The file there; in the work tree for None. Empty where there is no such file."""
    if commit is None:
        file = ROOT / path
        return file.read_text() if file.exists() else ""
    return git("show", f"{commit}:{path}") or ""


def facts(commit):
    interfaces = set()
    listed = git("ls-tree", "--name-only", commit or "HEAD", "dbus/") or ""
    for path in listed.split():
        name = Path(path).stem
        interfaces |= {f"{name}.{member}" for member in MEMBER.findall(read(commit, path))}
    return {
        "version": VERSION.search(read(commit, "CMakeLists.txt"))[1],
        "store": len(PART.findall(read(commit, "src/stintd/store/schema.sql"))),
        "work.db": len(PART.findall(read(commit, "libs/work/engine/schema.sql"))),
        "policy": dict(CONSTANT.findall(read(commit, "src/contract/model/constant_rows.inc"))),
        "libstint": SOVERSION.search(read(commit, "src/link/client/CMakeLists.txt"))[1],
        "libstint-work": SOVERSION.search(read(commit, "libs/work/CMakeLists.txt"))[1],
        "interfaces": interfaces,
    }


def sentences(was, now):
    kept = "The one before is kept beside it, for an older Stint, which reads no newer one."
    for store, where, back in (("store", "~/.local/state/stint/stint.db", kept),
                               ("work.db", "each app's work.db", "An older libstint-work reads no newer one.")):
        if was[store] != now[store]:
            yield f"- {where}: version {was[store]} → {now[store]}, migrated at the first start. {back}"
        else:
            yield f"- {where}: version {now[store]}, as before."
    for library in ("libstint", "libstint-work"):
        same = was[library] == now[library]
        yield (f"- {library}.so.{now[library]}: " +
               ("programs that were built on it run on." if same else f"it was .so.{was[library]}; programs are to be rebuilt."))
    for what, noun in (("policy", "keys of a policy"), ("interfaces", "members of D-Bus interfaces")):
        for words, names in (("new", set(now[what]) - set(was[what])), ("gone", set(was[what]) - set(now[what]))):
            if names:
                yield f"- {noun}, {words}: {', '.join(sorted(names))}"
    changed = sorted(key for key, value in now["policy"].items() if was["policy"].get(key, value) != value)
    if changed:
        yield "- other defaults: " + ", ".join(f"{key} ({was['policy'][key]} → {now['policy'][key]})" for key in changed)


def notes(before):
    now = facts(None)
    if not before:
        yield f"# Stint {now['version']}\n"
        yield (f"The first release: nothing to upgrade from. Its store is of version {now['store']}, libstint's SOVERSION is "
               f"{now['libstint']}, libstint-work's {now['libstint-work']}.")
        return
    was = facts(before)
    yield f"# From Stint {was['version']} ({before}) to {now['version']}\n"
    yield from sentences(was, now)
    yield ("- to restart: each stintd (`systemctl --user restart stintd`) and stint-netguard (`sudo systemctl restart "
           "stint-netguard`); packages do both. No job is lost. Apps go on, and are reconnected.")


if __name__ == "__main__":
    tag = git("describe", "--tags", "--abbrev=0", "--match=v*", "HEAD^") or ""
    print("\n".join(notes(sys.argv[1] if len(sys.argv) > 1 else tag.strip())))
