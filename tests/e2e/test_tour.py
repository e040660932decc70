"""docs/tour.md is what a newcomer sees today: its stories are typed again (issue 5, show it)."""

import pytest
import tour
import tus_server


@pytest.mark.skipif(not tus_server.installed(), reason="the tus reference server is not installed: ./test installs it "
                                                       "where npm and Node.js 20.19 are")
def test_what_the_tour_shows_is_what_is_printed():
    wrong = tour.difference(tour.PAGE.read_text(), tour.play())
    assert not wrong, f"docs/tour.md is not true any more; scripts/tour_page.py makes it anew:\n{wrong}"
