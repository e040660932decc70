"""Digests that a server gives, in headers and beside the file, and those that a person gives."""

import base64
from hashlib import sha256, sha512

import pytest
from origin import MIB
from transfers import CONTENT, names, typed


def structured(name, digest):
    return f"{name}=:{base64.b64encode(digest).decode()}:"


RIGHT = structured("sha-256", sha256(CONTENT).digest())
WRONG = structured("sha-512", sha512(b"other").digest())
OLD_STYLE = f"SHA-256={base64.b64encode(sha256(CONTENT).digest()).decode()}"


@pytest.mark.parametrize(("header", "value", "code"), [
    ("Repr-Digest", RIGHT, 0),
    ("Repr-Digest", f"unixsum=:AAA=:, {structured('sha-512', sha512(CONTENT).digest())}", 0),
    ("Digest", OLD_STYLE, 0),
    ("Repr-Digest", WRONG, 65),
    ("Digest", OLD_STYLE.replace("=", "=AAAA", 1)[:52], 0),  # of a wrong length: as if none was said
])
def test_a_digest_that_the_server_sends_along_is_verified(world, daemon, origin_with, header, value, code):
    origin = origin_with(further=f"add_header {header} '{value}';")
    origin.serve("file.bin", CONTENT)
    ended = typed(world, "get", origin.url("file.bin"))
    assert ended.code == code, ended
    assert names(world.downloads) == (["file.bin"] if code == 0 else [])


@pytest.mark.parametrize(("beside", "code"), [
    (f"{sha256(CONTENT).hexdigest()}  file.bin\n", 0),
    (f"{sha256(b'').hexdigest()} *other.bin\n{sha256(CONTENT).hexdigest().upper()} *file.bin\n", 0),
    (f"SHA256 (file.bin) = {sha256(CONTENT).hexdigest()}\n", 0),
    (sha256(CONTENT).hexdigest(), 0),
    (f"{sha256(b'other').hexdigest()}  file.bin\n", 65),
    (f"{sha256(CONTENT).hexdigest()[:-2]}  file.bin\n", 65),  # of a wrong length
    ("<html>not at all</html>", 65),
    ("x" * MIB, 65),
    (None, 65),
])
def test_with_checksum_auto_a_file_without_a_right_digest_is_none(world, daemon, origin, beside, code):
    origin.serve("file.bin", CONTENT)
    if beside is not None:
        origin.serve("file.bin.sha256", beside.encode())
    ended = typed(world, "get", "--checksum", "auto", origin.url("file.bin"))
    assert ended.code == code, ended
    assert names(world.downloads) == (["file.bin"] if code == 0 else [])
    assert code != 0 or "sha256 verified" in ended.out


def test_a_checksum_of_the_wrong_length_is_no_job(world, daemon, line, origin):
    for checksum in ("sha256:abc", "sha512:" + 64 * "0", "md5:" + 32 * "0", "sha256:" + 64 * "x"):
        assert typed(world, "get", "--checksum", checksum, origin.url("file.bin")).code == 64
    assert line.jobs() == []
