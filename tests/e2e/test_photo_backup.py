"""examples/photo_backup: new photos are noticed, made small, and uploaded, in the background; or now (jobs.md §10)."""

import os

import pytest
from events import Directory
from origin import Origin

PACKAGE = "com.example.photobackup"


def photo(width, height, colour):
    return f"P6\n{width} {height}\n255\n".encode() + bytes(colour) * (width * height)


@pytest.fixture
def server(world):
    made = Origin(world.root / "server", further="dav_methods PUT; client_max_body_size 0;")
    yield made
    made.stop()


@pytest.fixture
def album(world):
    world.install_example("photo_backup", PACKAGE)
    world.start_daemon()
    folder = world.root / "photos"
    folder.mkdir()
    return folder


def has(server, *names):
    with Directory(server.www) as directory:
        directory.until(lambda: all((server.www / name).exists() for name in names))


def test_photos_are_backed_up_with_their_thumbnails_and_new_ones_when_they_come(world, server, album):
    (album / "one.ppm").write_bytes(photo(320, 200, (255, 0, 0)))
    world.done("start", PACKAGE, "watch", str(album), server.url(""))
    has(server, "one.ppm", "small-one.ppm")
    assert (server.www / "small-one.ppm").read_bytes() == photo(160, 100, (255, 0, 0))
    (album / "two.ppm").write_bytes(photo(10, 10, (0, 0, 9)))
    has(server, "two.ppm", "small-two.ppm")
    assert (server.www / "two.ppm").read_bytes() == (album / "two.ppm").read_bytes()


def test_a_photo_that_is_none_fails_its_chain_and_no_other(world, server, album):
    (album / "bad.ppm").write_bytes(b"no photo")
    (album / "good.ppm").write_bytes(photo(4, 4, (1, 2, 3)))
    world.done("start", PACKAGE, "watch", str(album), server.url(""))
    has(server, "good.ppm", "small-good.ppm")
    status = world.done("start", PACKAGE, "status").splitlines()
    assert "photo bad.ppm: Thumbnail FAILED" in status
    assert "photo bad.ppm: Upload FAILED" in status
    assert not (server.www / "bad.ppm").exists()
    assert any(line.startswith("clean-up: CleanUp ") for line in status)


def test_the_clean_up_leaves_a_thumbnail_that_is_being_made(world, server, album):
    """It took them, and the worker that made them threw: seen in `.ci/run` under load, twice."""
    thumbnails = world.root / "data" / PACKAGE / "thumbnails"
    thumbnails.mkdir(parents=True)
    old, new = thumbnails / "old.ppm.AAAAAA", thumbnails / "new.ppm.BBBBBB"
    for file in (old, new):
        file.touch()
    os.utime(old, (0, 0))
    world.done("start", PACKAGE, "watch", str(album), server.url(""))
    with Directory(thumbnails) as directory:
        directory.until(lambda: not old.exists())
    assert new.exists()


def test_back_up_now_shows_how_far_it_is(world, server, album):
    world.done("start", PACKAGE, "watch", str(album), server.url(""))
    for number in range(3):
        (album / f"{number}.ppm").write_bytes(photo(4, 4, (number, 0, 0)))
    ended = world.stint("start", PACKAGE, "now")
    assert ended.code == 0, ended
    assert ended.out.splitlines()[-1].startswith("SUCCEEDED"), ended
    has(server, "0.ppm", "1.ppm", "2.ppm")
