// The topic of messages: the rows of `stint push …`, and the words that go with them (push.md §5).
#include "faces/taskmanager/topic_json.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "contract/model/bucket.hpp"

using namespace stint;
using namespace stint::taskmanager;

namespace {

nlohmann::json topic(const MessagesSeen& seen) { return nlohmann::json::parse(messagesJson(seen)); }

} // namespace

TEST_CASE("a browser gets no token that it could be posted with") { // push.md §5
    const std::string url = "https://push.example/push/v1/AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJKKK";
    MessagesSeen seen;
    seen.registrations = {{.app = AppId{"org.example.Chat"}, .endpoint = url, .fetched = "h,v"},
                          {.app = AppId{"org.example.Chat"}, .endpoint = url, .ended = true},
                          {.app = AppId{"org.example.Mail"}}};
    const std::string text = messagesJson(seen);
    CHECK(text.find("AAAABBBB") == std::string::npos);
    const auto rows = topic(seen)["registrations"];
    CHECK(rows[0]["endpoint"] == "https://push.example/push/v1/AAAABB…");
    CHECK(rows[0]["postedTo"] == rows[0]["endpoint"]);
    CHECK(rows[0]["fetchedNow"] == "high, very low");
    CHECK(rows[1]["postedTo"] == "ended; the server is to be told");
    CHECK(rows[2]["postedTo"] == "the server has not made it yet");
}

TEST_CASE("an app's standing is told in its bucket's words, which each bucket has") { // limits.md §2.1
    for (const BucketRow& bucket : bucketTable) {
        CAPTURE(bucket.name);
        AppView app;
        app.bucket = bucket.bucket;
        const auto row = nlohmann::json::parse(appsJson({app}))["apps"][0];
        CHECK(row["standing"] == bucket.standing);
        CHECK(row["standingMeans"] == bucket.means);
        CHECK_FALSE(bucket.standing.empty());
        CHECK_FALSE(bucket.means.empty());
    }
}

TEST_CASE("a message has what holds it, with what would help") {
    MessagesSeen seen;
    seen.messages = {{.id = 7,
                      .app = AppId{"org.example.Chat"},
                      .topic = "inbox",
                      .held = "doze",
                      .holds = {{.by = "doze", .detail = "the device dozes", .clears = "use the device"}}}};
    const auto row = topic(seen)["messages"][0];
    CHECK(row["package"] == "org.example.Chat");
    CHECK(row["priority"] == "normal");
    CHECK(row["passes"].is_null());
    CHECK(row["holds"][0]["detail"] == "the device dozes");
    CHECK(row["holds"][0]["until"].is_null());
}

TEST_CASE("the line is told in the sentences of push status, each with its time beside it") {
    const WallTime since(Duration(1000)), asked(Duration(2000));
    MessagesSeen seen;
    seen.line = {{.up = true,
                  .server = "nats://push.example",
                  .since = since,
                  .keepAlive = 4min,
                  .asked = asked,
                  .asks = asked + 4min,
                  .fetched = "h",
                  .registrations = 1}};
    const auto line = topic(seen)["line"];
    CHECK(line["server"] == "nats://push.example");
    const auto& sentences = line["sentences"];
    CHECK(sentences[0] ==
          nlohmann::json{
              {"before", "connected to nats://push.example since "}, {"time", 1000}, {"as", "moment"}, {"after", ""}});
    CHECK(sentences[1]["before"] == "fetched now: high");
    CHECK(sentences[1]["time"].is_null());
    CHECK(sentences[3]["as"] == "distance");
    CHECK(sentences[3]["after"] == ", so that the connection stays alive");
}

TEST_CASE("who has no push is told of no line") { // push.md §5
    CHECK(topic({})["line"].is_null());
    MessagesSeen seen;
    seen.line = {{.up = false}};
    CHECK(topic(seen)["line"]["sentences"].empty());
}
