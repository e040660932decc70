// Everything first, then each change; everything anew for whoever could not follow (linux.md §A.11).
#include <doctest/doctest.h>

#include "entrance/broadcast.hpp"

using namespace stint::entrance;

namespace {

struct Stage {
    std::vector<TopicText> now{{"hello", "{}"}, {"jobs", "[]"}};
    Broadcast broadcast{[this] { return now; }};
    int woken = 0, left = 0;

    std::unique_ptr<Viewer> join(const std::string& last = "") {
        return broadcast.join(
            last, [this] { ++woken; }, [this] { ++left; });
    }
};

} // namespace

TEST_CASE("a stream begins with everything and a word on when to come again") { // linux.md §B
    Stage stage;
    const auto viewer = stage.join();
    CHECK(viewer->take() == "retry: 2000\n\nid: 0\nevent: hello\ndata: {}\n\nid: 0\nevent: jobs\ndata: []\n\n");
    CHECK(viewer->take().empty());
    stage.broadcast.send("jobs", "[1]");
    CHECK(stage.woken == 1);
    CHECK(viewer->take() == "id: 1\nevent: jobs\ndata: [1]\n\n");
}

TEST_CASE("a stream waits until everything is known") {
    Stage stage;
    stage.now.clear();
    const auto viewer = stage.join();
    CHECK(viewer->take().empty());
    stage.broadcast.send("jobs", "[1]"); // is in everything
    CHECK(viewer->take().empty());
    stage.now = {{"jobs", "[1]"}};
    stage.broadcast.everythingIsKnown();
    CHECK(stage.woken == 1);
    CHECK(viewer->take() == "retry: 2000\n\nid: 1\nevent: jobs\ndata: [1]\n\n");
}

TEST_CASE("whoever comes back gets what was missed and nothing twice") {
    Stage stage;
    stage.broadcast.send("jobs", "[1]");
    stage.broadcast.send("jobs", "[2]");
    CHECK(stage.join("1")->take() == "retry: 2000\n\nid: 2\nevent: jobs\ndata: [2]\n\n");
    CHECK(stage.join("2")->take().empty());
    CHECK(stage.join("7")->take().find("event: resync") != std::string::npos);
    CHECK(stage.join("one")->take().find("event: resync") != std::string::npos);
}

TEST_CASE("a browser that is too slow gets everything anew, and the others do not") {
    Stage stage;
    const auto slow = stage.join(), quick = stage.join();
    slow->take();
    quick->take();
    const std::string large(Broadcast::mostWaiting / 2, 'x');
    for (int i = 0; i < 3; ++i) {
        stage.broadcast.send("jobs", large);
        CHECK(quick->take().find("resync") == std::string::npos);
    }
    const std::string anew = slow->take();
    CHECK(anew.starts_with("id: 3\nevent: resync\ndata: {}\n\nid: 3\nevent: hello"));
    CHECK(anew.size() < 1000);
    stage.broadcast.send("jobs", "[1]");
    CHECK(slow->take() == "id: 4\nevent: jobs\ndata: [1]\n\n");
}

TEST_CASE("a viewer that goes is no longer sent to, and it is told") {
    Stage stage;
    stage.join();
    CHECK(stage.left == 1);
    CHECK(stage.broadcast.isEmpty());
    stage.broadcast.send("jobs", "[1]");
    CHECK(stage.woken == 0);
}
