"""`./release`: what a release consists of is made of what git has, wherever and whenever that is (CONTRIBUTING.md, make a
release)."""

import os
import subprocess
import tarfile
from hashlib import sha256

from installed import run
from packages import needs_history
from world import ROOT

pytestmark = needs_history
AS_SOMEBODY = {"GIT_AUTHOR_NAME": "ann", "GIT_AUTHOR_EMAIL": "ann@localhost", "GIT_COMMITTER_NAME": "ann",
               "GIT_COMMITTER_EMAIL": "ann@localhost"}


def clone(place):
    run("git", "clone", "--quiet", ROOT, place)
    return place


def archive(tree, **environment):
    run(tree / "release", "archive", cwd="/", env=os.environ | environment)
    return next((tree / "build" / "dist").glob("stint-*.tar.xz"))


def test_an_archive_is_the_same_bytes_wherever_it_is_made(tmp_path):
    one = archive(clone(tmp_path / "one"))
    other = archive(clone(tmp_path / "a longer place"), TZ="Asia/Tokyo", LC_ALL="C.UTF-8", HOME=str(tmp_path))
    assert sha256(one.read_bytes()).digest() == sha256(other.read_bytes()).digest()
    with tarfile.open(one) as files:
        top = one.name.removesuffix(".tar.xz")
        commit = files.extractfile(f"{top}/cmake/commit.txt").read().decode().strip()
        assert commit == run("git", "-C", tmp_path / "one", "rev-parse", "HEAD").strip(), "it says of itself what it is"
        assert f"{top}/packaging/debian/rules" in files.getnames()


def test_notes_name_what_an_upgrade_changes(tmp_path):
    tree = clone(tmp_path / "tree")
    run("git", "-C", tree, "tag", "v0.0.9", env=os.environ | AS_SOMEBODY)
    schema = tree / "src/stintd/store/schema.sql"
    versions = schema.read_text().count("\n-- version ")
    schema.write_text(schema.read_text() + f"-- version {versions + 1}\n")
    rows = tree / "src/contract/model/constant_rows.inc"
    rows.write_text(rows.read_text().replace('"job.bind_timeout", 18s', '"job.bind_timeout", 19s')
                    .replace('"job.op_timeout"', '"job.answer_timeout"'))
    told = run(tree / "release", "notes", "v0.0.9", cwd="/")
    assert f"stint.db: version {versions} → {versions + 1}, migrated" in told
    assert "keys of a policy, new: job.answer_timeout" in told and "keys of a policy, gone: job.op_timeout" in told
    assert "other defaults: job.bind_timeout (18s → 19s)" in told
    assert "libstint.so.0: programs that were built on it run on" in told
    assert "systemctl --user restart stintd" in told


def test_a_release_of_what_git_does_not_have_is_refused_at_once(tmp_path):
    tree = clone(tmp_path / "tree")
    (tree / "README.md").write_text("mine\n")
    refused = subprocess.run([tree / "release"], capture_output=True, text=True, check=False)
    assert refused.returncode == 1 and "git has not all that is here" in refused.stderr
    assert not (tree / "build" / "dist").exists()
