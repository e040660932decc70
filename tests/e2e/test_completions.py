"""Completions, by the shells themselves; and the manual beside the table of verbs (linux.md §A.10)."""

import json
import re
import shutil
import subprocess

import pytest
from origin import MIB, bytes_of
from world import BIN, ROOT

SHELLS = ("bash", "zsh", "fish")
# Stubs of what compsys calls, so that it can be asked outside of a terminal: candidates, one a line.
ZSH_STUBS = r"""
compdef() { :; }
compadd() { shift; print -l -- "$@"; }
_files() { print -l -- *; }
_describe() { local named=${@[-1]}; print -l -- ${${(@P)named}%%:*}; }
"""


def completed(world, shell, line):
    """The set of words that the shell offers at the end of `line`."""
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not here")
    script = world.root / f"stint.{shell}"
    script.write_text(world.done("completions", shell))
    words = line.split(" ")
    asked = {
        "bash": ["bash", "--norc", "-c", 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stint 2>/dev/null; '
                                         'printf "%s\\n" "${COMPREPLY[@]}"', script, *words],
        "zsh": ["zsh", "-f", "-c", ZSH_STUBS + 'source "$0"; words=("$@"); CURRENT=$#; _stint', script, *words],
        "fish": ["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"],
    }[shell]
    done = subprocess.run(asked, env=world.environment, cwd=world.downloads, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.stderr == "", done.stderr
    offered = {text.split("\t")[0] for text in done.stdout.splitlines()}
    return {text for text in offered if text and text.startswith(words[-1])}


def verbs(world):
    """{verb: its options}, as `stint help` has them."""
    listed = re.search(r"^verbs:\n(.*?)\n\n", world.done("help"), flags=re.DOTALL | re.MULTILINE)[1]
    names = [re.match(r"  ([a-z-]+(?: [a-z-]+)?)(?=  | [A-Z\[]| [a-z]+\|)", line)[1] for line in listed.splitlines()
             if not line.startswith("   ")]  # a line that goes on
    return {name: set(re.findall(r"^  (?:-\w, )?(--[a-z0-9-]+)", world.done("help", *name.split()), flags=re.MULTILINE))
            for name in names}


@pytest.mark.parametrize("shell", SHELLS)
def test_each_verb_and_its_options_are_offered(world, shell):
    table = verbs(world)
    assert len(table) > 20
    first = completed(world, shell, "stint ")
    for verb, options in table.items():
        head, _, second = verb.partition(" ")
        assert head in first
        if second and head != "help":
            assert second in completed(world, shell, f"stint {head} ")
        if verb not in ("cmd", "am"):  # every word behind these is Android's
            assert options <= completed(world, shell, f"stint {verb} --"), verb


@pytest.mark.parametrize("shell", SHELLS)
def test_choices_files_jobs_and_packages_are_offered_where_they_stand(world, daemon, line, origin, shell):
    (world.downloads / "rare.yaml").touch()
    origin.serve("file.bin", bytes_of(1, MIB))
    world.done("device", "set", "charging=false")
    job = world.get(origin.url("file.bin"), "--charging")
    assert completed(world, shell, "stint get --network un") == {"unmetered"}
    assert completed(world, shell, "stint device re") == {"reset"}
    assert "rare.yaml" in completed(world, shell, "stint sim ra")
    assert completed(world, shell, "stint cancel ") == {str(job)}
    assert completed(world, shell, "stint tasks stop org.stint.t") == {"org.stint.transfer"}
    assert completed(world, shell, "stint push m") == {"messages"}
    assert completed(world, shell, "stint push t") == {"test"}
    assert completed(world, shell, "stint push org.stint.t") == {"org.stint.transfer"}
    assert completed(world, shell, "stint why 7 ") == set(), "it takes one job"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_jobs_name_is_offered_to_whoever_has_begun_it(world, daemon, shell):
    world.done("device", "set", "charging=false")
    for name in ("photos", "music"):
        world.done("run", "--no-wait", "--charging", "--name", name, "--", "true")
    assert completed(world, shell, "stint why ph") == {"photos"}
    assert completed(world, shell, "stint why ") == {"1", "2"}
    assert completed(world, shell, "stint run --after mu") == {"music"}


@pytest.mark.parametrize("shell", SHELLS)
def test_an_apps_words_are_offered_and_never_run(world, daemon, line, shell):
    job = {"id": ("i", 1), "service": ("s", "Transfer"), "requiresCharging": ("b", True)}
    world.done("device", "set", "charging=false")
    line.schedule(job, "a $(touch pwned) `touch pwned`", **{"as": ("s", "org.stint.transfer")})
    assert len(completed(world, shell, "stint cancel ")) == 1
    assert not (world.downloads / "pwned").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_without_a_daemon_nothing_is_offered_and_nothing_is_said(world, shell):
    assert completed(world, shell, "stint cancel ") == set()


def page(name):
    source = BIN.parent / "man" / name
    if not source.exists():
        pytest.skip("the manual was not built: no scdoc")
    return re.sub(r"\\f[A-Z]|\\&|\\", "", source.read_text())


def test_the_manual_has_every_verb_and_option(world):
    text = page("stint.1")
    for verb, options in verbs(world).items():
        section = re.search(rf'^\.SS "?stint {verb}\b.*?(?=^\.S[HS]|\Z)', text, flags=re.DOTALL | re.MULTILINE)
        assert section, verb
        for option in options:
            assert option in text, (verb, option)


def test_the_manual_has_every_constant_of_the_policy(world, daemon):
    text = page("stint-policy.5")
    for row in map(json.loads, world.done("policy", "--json").splitlines()):
        assert f"{row['key']} = {row['default']}" in text


def example(name):
    """The last block of code in a page's source."""
    return re.findall(r"^```\n(.*?)^```", (ROOT / "man" / f"{name}.scd").read_text(), flags=re.DOTALL | re.MULTILINE)[-1]


def test_the_examples_of_the_manual_are_right(world):
    """Each is taken by what it is for: a scenario passes, a manifest and a policy are not refused."""
    (world.root / "scenario.yaml").write_text(example("stint-scenario.5"))
    world.done("sim", "--quiet", str(world.root / "scenario.yaml"))
    (world.apps / "com.example.mail.toml").write_text(example("stint-manifest.5"))
    config = world.root / "config" / "stint"
    config.mkdir()
    (config / "policy.toml").write_text(example("stint-policy.5"))
    world.start_daemon()
    assert "com.example.mail" in world.done("apps")
    assert "refused" not in world.daemons[0].log.read_text()
    told = {row["key"]: row["source"] for row in map(json.loads, world.done("policy", "--changed", "--json").splitlines())}
    assert told["quota.allowed.rare"].startswith(str(config))
