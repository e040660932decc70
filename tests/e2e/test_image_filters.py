"""examples/image_filters: the port of Android's WorkManager sample, played with stintd (jobs.md §10)."""

PACKAGE = "com.example.imagefilters"


def test_the_ported_sample_filters_and_saves_a_picture(world):
    world.install_example("image_filters", PACKAGE)
    world.start_daemon()
    picture = world.root / "picture.ppm"
    picture.write_bytes(b"P6\n2 1\n255\n" + bytes([255, 0, 0, 0, 0, 0]))
    saved = world.root / "saved.ppm"
    ended = world.stint("start", PACKAGE, "apply", str(picture), str(saved), "grayscale", "blur")
    assert ended.code == 0, ended
    assert ended.out.splitlines()[-1] == f"SUCCEEDED {saved}"
    assert saved.read_bytes() == b"P6\n2 1\n255\n" + bytes([38] * 6)
    picture.write_bytes(b"no picture")
    ended = world.stint("start", PACKAGE, "apply", str(picture), str(saved), "blur")
    assert (ended.code, ended.out.splitlines()[-1].strip()) == (1, "FAILED")
