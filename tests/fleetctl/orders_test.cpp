// An operator's word, signed and handed over (fleet.md §6.1, §8.1).
#include <doctest/doctest.h>

#include <fstream>

#include <fcntl.h>
#include <unistd.h>

#include "base/time/clock.hpp"
#include "canned_door.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/screen/exit_code.hpp"
#include "fleet/document/document.hpp"
#include "fleet/signing/secret_key.hpp"
#include "fleet/trust/papers.hpp"
#include "fleet/trust/signed.hpp"

namespace stint::fleetctl {
namespace {

using test::CannedDoor;
using test::id;
using test::Json;
using test::ran;
namespace ends = cli::ends;

/// An operator's desk: a key, with a password where there is one, a campaign's file, and stdin.
struct Desk {
    explicit Desk(CannedDoor& door, std::string_view password = "") : canned(door) {
        const auto text = password.empty() ? key.unlockedFile() : *key.lockedFile(password, fleet::leastMemory);
        std::ofstream(canned.data() / "operator.key") << text.text();
        put("label site=berlin");
        means(12, 3);
        canned.says("GET /v1/may", Json::object());
    }
    void means(int devices, int others) const {
        canned.says("GET /v1/meant", Json{{"devices", devices}, {"others", others}});
    }
    /// Requests that handed something over.
    std::vector<http::Request> posted() const {
        auto all = canned.asked();
        std::erase_if(all, [](const http::Request& each) { return each.method != "POST"; });
        return all;
    }
    void put(std::string_view targets) const {
        std::ofstream(file()) << "name = \"night\"\nexpires = \"1d\"\ntargets = \"" << targets
                              << "\"\n[[step]]\nrun = [\"/bin/true\"]\n";
    }
    std::string file() const { return (canned.data() / "night.toml").string(); }

    CannedDoor& canned;
    fleet::SecretKey key = fleet::SecretKey::make();
};

/// Text on stdin while it lives.
class Typed {
public:
    explicit Typed(std::string_view text) : before_(::dup(STDIN_FILENO)) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        REQUIRE(::write(ends[1], text.data(), text.size()) == std::ssize(text));
        ::close(ends[1]);
        ::dup2(ends[0], STDIN_FILENO);
        ::close(ends[0]);
    }
    ~Typed() {
        ::dup2(before_, STDIN_FILENO);
        ::close(before_);
    }
    Typed(const Typed&) = delete;
    Typed& operator=(const Typed&) = delete;

private:
    int before_;
};

fleet::Signed signedIn(const http::Request& request) {
    const Json body = Json::parse(request.body);
    const auto paper = fleet::signedIn(body.at("signed").get<std::string>());
    REQUIRE(paper.ok());
    return *paper;
}

http::Answer started(const http::Request& request) {
    const auto campaign =
        fleet::campaignIn(fleet::signedIn(Json::parse(request.body).at("signed").get<std::string>())->document);
    return {201, "application/json", Json{{"campaign", idOf(*campaign)}, {"devices", 12}}.dump()};
}

Json seenDevice(const char* device, std::optional<Duration> ago) {
    return {{"device", device}, {"labels", Json::object()},
            {"stint", ""},      {"seen", ago ? Json((wallNow() - *ago).time_since_epoch().count()) : Json()},
            {"cloned", false},  {"days", ""}};
}

TEST_CASE("a line is one whole desired state, checked before it is signed (fleet.md §4.3)") {
    CannedDoor canned;
    const Desk desk(canned);
    canned.says("GET /v1/desired", Json{{"version", 7}});
    canned.says("POST /v1/desired", Json{{"version", 8}, {"devices", 3}}, 201);
    const auto made = ran(set, canned.data(),
                          {"set", "label  site=berlin", "job.slots=3", "job.min_backoff=20s",
                           "com.example.mail/battery=restricted", "com.example.mail/revoke=A,B"});
    CHECK_MESSAGE(made.code == ends::ok, made.err);
    CHECK(made.out == "version 8\n");
    REQUIRE(desk.posted().size() == 1);
    const auto paper = signedIn(desk.posted()[0]);
    const auto desired = fleet::desiredIn(paper.document);
    REQUIRE_MESSAGE(desired.ok(), desired.error().message);
    CHECK(desired->version == 8);
    CHECK(desired->targets == "label site=berlin");
    CHECK(desired->policy == "job.min_backoff = \"20s\"\njob.slots = 3\n");
    CHECK(desired->settings == "[[app]]\npackage = \"com.example.mail\"\n\"battery\" = \"restricted\"\n"
                               "\"revoke\" = [\"A\", \"B\"]\n");
    CHECK(isSignedBy(paper, desk.key.publicKey(), commentOf(*desired)));

    struct Row {
        std::vector<std::string> words;
        std::string_view error;
    };
    const auto asked = canned.asked().size();
    for (const Row& row : {Row{{"set", "label"}, "no label's name"}, Row{{"set", "seen>7d"}, "`seen` says nothing"},
                           Row{{"set", "label site=berlin", "job.slots"}, "is no KEY=VALUE"},
                           Row{{"set", "label site=berlin", "job.slot=3"}, "did you mean \"job.slots\""},
                           Row{{"set", "label site=berlin", "job.slots=0"}, "job.slots"},
                           Row{{"set", "label site=berlin", "job.slots=3", "job.slots=4"}, "is given twice"},
                           Row{{"set", "label site=berlin", "a.b/bucket=red"}, "a bucket"},
                           Row{{"set", "label site=berlin", "a.b/bucke=rare"}, "did you mean \"bucket\""}}) {
        const auto wrong = ran(set, canned.data(), row.words);
        CHECK(wrong.code == ends::usage);
        CHECK_MESSAGE(wrong.err.find(row.error) != std::string::npos, wrong.err);
    }
    CHECK(canned.asked().size() == asked); // nothing of that was asked
    CHECK(ran(set, canned.data(), {"set", "label site=berlin"}).code == ends::ok);
    CHECK(fleet::desiredIn(signedIn(desk.posted()[1]).document)->policy.empty());
    desk.means(3, 0);
    const auto all = ran(set, canned.data(), {"set", "label site=berlin", "job.slots=3"});
    CHECK(all.code == ends::usage);
    CHECK(all.err.find("all 3 devices of the fleet: --all") != std::string::npos);
    CHECK(desk.posted().size() == 2);
}

TEST_CASE("a campaign is signed by the operator's key, and handed over once (fleet.md §6.1)") {
    CannedDoor canned;
    const Desk desk(canned);
    canned.says("POST /v1/campaigns", started);
    const auto made = ran(start, canned.data(), {"start", desk.file()});
    CHECK(made.code == ends::ok);
    REQUIRE(desk.posted().size() == 1);
    const auto paper = signedIn(desk.posted()[0]);
    const auto campaign = fleet::campaignIn(paper.document);
    REQUIRE(campaign.ok());
    CHECK(campaign->name == "night");
    CHECK(isSignedBy(paper, desk.key.publicKey(), commentOf(*campaign)));
    CHECK(made.out == idOf(*campaign) + "\n");
    CHECK(made.err.find("to:    label site=berlin\n") != std::string::npos);
    CHECK(made.err.find("it goes to 12 devices") != std::string::npos);
    CHECK(Json::parse(desk.posted()[0].body).at("all") == false);
}

TEST_CASE("where nobody knows whether it was taken the very same is handed over again, so none begins twice") {
    CannedDoor canned;
    const Desk desk(canned);
    canned.says("POST /v1/campaigns", [n = std::make_shared<int>(0)](const http::Request& request) {
        return ++*n == 1 ? http::refusal(503, "the broker is away") : started(request);
    });
    const auto made = ran(start, canned.data(), {"start", desk.file(), "--json"});
    CHECK(made.code == ends::ok);
    REQUIRE(desk.posted().size() == 2);
    CHECK(desk.posted()[0].body == desk.posted()[1].body);
    CHECK(Json::parse(made.out).at("devices") == 12);
}

TEST_CASE("a refusal of the server's is told, and nothing is handed over again") {
    CannedDoor canned;
    const Desk desk(canned);
    struct Row {
        int status, ends;
    };
    for (const Row& row : {Row{400, ends::usage}, Row{403, ends::refused}, Row{409, ends::failure}}) {
        canned.says("POST /v1/campaigns", {{"error", "too few operators have signed it"}}, row.status);
        const auto before = desk.posted().size();
        const auto made = ran(start, canned.data(), {"start", desk.file()});
        CHECK(made.code == row.ends);
        CHECK(made.err.find("too few operators have signed it") != std::string::npos);
        CHECK(desk.posted().size() == before + 1);
    }
    canned.says("POST /v1/campaigns", {{"campaign", id}, {"devices", 1}}, 201); // another one's id
    CHECK(ran(start, canned.data(), {"start", desk.file()}).code == ends::protocol);
}

TEST_CASE("a campaign that means all asks for --all, before anybody is asked for a password (fleet.md §8.1)") {
    CannedDoor canned;
    const Desk desk(canned, "secret");
    desk.means(1, 0); // by whatever query
    const auto made = ran(start, canned.data(), {"start", desk.file()});
    CHECK(made.code == ends::usage);
    CHECK(made.err.find("the one device of the fleet: --all") != std::string::npos);
    CHECK(desk.posted().empty());
    canned.says("POST /v1/campaigns", started);
    const Typed typed("secret\n");
    CHECK(ran(start, canned.data(), {"start", desk.file(), "--all"}).code == ends::ok);
    CHECK(Json::parse(desk.posted()[0].body).at("all") == true);
}

TEST_CASE("what can be known is told before anybody is asked for a password (fleet.md §8.1)") {
    CannedDoor canned;
    const Desk desk(canned, "secret");
    canned.says("GET /v1/may", {{"error", "there is no campaign " + id}}, 404);
    const auto unknown = ran(cancel, canned.data(), {"cancel", id});
    CHECK(unknown.code == ends::noInput);
    CHECK(unknown.err.find("there is no campaign") != std::string::npos);
    canned.says("GET /v1/may", {{"error", id + " was cancelled"}}, 409);
    CHECK(ran(resume, canned.data(), {"resume", id}).code == ends::failure);
    CHECK(canned.asked().back().query == "id=" + id + "&word=resume");
    canned.write("http://127.0.0.1:1 token\n"); // nobody listens there any more
    CHECK(ran(start, canned.data(), {"start", desk.file()}).code == ends::unavailable);
    CHECK(desk.posted().empty());
}

TEST_CASE("a connection that nobody took has taken nothing (fleet.md §8.1)") {
    CannedDoor canned;
    canned.write("http://127.0.0.1:1 token\n");
    const auto door = Door::find(canned.data());
    REQUIRE(door.ok());
    CHECK(door->post("/v1/campaigns", {{"signed", ""}}).error().code == Errc::UNAVAILABLE);
}

TEST_CASE("--dry-run counts whom it means now, and signs nothing") {
    CannedDoor canned;
    const Desk desk(canned, "secret"); // which nobody is asked for
    canned.says(
        "GET /v1/devices",
        {{"devices",
          {seenDevice("00000000000000000000000001", std::nullopt), seenDevice("00000000000000000000000002", 24h * 20),
           seenDevice("00000000000000000000000003", 24h * 9), seenDevice("0123456789ABCDEFGHJKMNPQRS", 24h * 2)}},
         {"next", nullptr}});
    const auto made = ran(start, canned.data(), {"start", desk.file(), "--dry-run"});
    CHECK(made.code == ends::ok);
    CHECK(std::ranges::count(made.out, '\n') == 10);
    CHECK(
        made.out.ends_with("4 devices of the fleet are meant now, 1 of them there within the last 7 d, 2 within 14 d\n"
                           "it means 4 devices, fewer than stop.min, so no failures stop it\n"
                           "4 devices do not tell what their last days were like, and are not foretold\n"
                           "nothing was signed\n"));
    std::ofstream(desk.file()) << "name = \"night\"\nexpires = \"1d\"\nids = [\"0123456789ABCDEFGHJKMNPQRS\", "
                                  "\"ZZZZZZZZZZZZZZZZZZZZZZZZZZ\"]\n[[step]]\nrun = [\"/bin/true\"]\n";
    const auto byIds = ran(start, canned.data(), {"start", desk.file(), "--dry-run", "--json"});
    CHECK(byIds.out == "{\"schema\":1,\"name\":\"night\",\"devices\":1,\"seen_7d\":1,\"seen_14d\":1,"
                       "\"needs_all\":false,\"forecast\":null}\n");
    desk.put("label site=berlin");
    desk.means(4, 0);
    CHECK(ran(start, canned.data(), {"start", desk.file(), "--dry-run"}).out.find("--all alone") != std::string::npos);
    for (const http::Request& request : canned.asked())
        CHECK(request.method == "GET");
}

TEST_CASE("a line's options make the very document that a campaign's file makes (fleet.md §8.1)") {
    CannedDoor canned;
    const Desk desk(canned);
    canned.says("POST /v1/campaigns", started);
    std::ofstream(desk.file()) << R"(name = "/usr/bin/apply-fw --now 'a b'"
targets = "label site=berlin and seen<7d"
expires = "7d"
[job]
charging = true
network = "unmetered"
[[step]]
run = ["/usr/bin/apply-fw", "--now", "'a b'"]
[rollout]
at-a-time = 20
stop = { failures = "2%" }
)";
    const auto byLine = ran(send, canned.data(),
                            {"send", "--to", "seen<7d and label site=berlin", "--charging", "--unmetered",
                             "--at-a-time", "20", "--stop-at", "2%", "--", "/usr/bin/apply-fw", "--now", "'a b'"});
    CHECK(byLine.code == ends::ok);
    const auto byFile = ran(start, canned.data(), {"start", desk.file()});
    CHECK(byFile.code == ends::ok);
    REQUIRE(desk.posted().size() == 2);
    auto one = fleet::campaignIn(signedIn(desk.posted()[0]).document);
    auto other = fleet::campaignIn(signedIn(desk.posted()[1]).document);
    REQUIRE(one.ok());
    REQUIRE(other.ok());
    other->made = one->made;
    other->targets = one->targets; // which are as they were typed
    CHECK(documentOf(*one) == documentOf(*other));
    CHECK(one->targets->text() == "seen<7d and label site=berlin");
    CHECK(byLine.out == idOf(*one) + "\n");
    CHECK(byLine.err.find("does:  run /usr/bin/apply-fw --now ") != std::string::npos);
}

TEST_CASE("what a line leaves out is as in a file that leaves it out, but for its end (fleet.md §8.1)") {
    CannedDoor canned;
    const Desk desk(canned);
    canned.says("POST /v1/campaigns", started);
    desk.means(12, 0);
    CHECK(ran(send, canned.data(), {"send", "--to", "all", "--", "/bin/true"}).code == ends::usage); // --all
    CHECK(desk.posted().empty());
    CHECK(ran(send, canned.data(), {"send", "--to", "all", "--all", "--", "/bin/true"}).code == ends::ok);
    const auto campaign = fleet::campaignIn(signedIn(desk.posted()[0]).document);
    REQUIRE(campaign.ok());
    CHECK(campaign->expires == 24h * 7);
    CHECK(campaign->plan.beginWithin == 24h * 7);
    CHECK(campaign->plan.atATime == 200);
    CHECK(campaign->plan.stopAt == 1'000);
}

TEST_CASE("a line that is wrong is told in the words of the key that it stands for, and asks for no password") {
    CannedDoor canned;
    const Desk desk(canned, "secret");
    struct Row {
        std::vector<std::string> words;
        std::string_view says;
    };
    const std::vector<std::string> command{"--", "/bin/true"};
    for (const Row& row : {Row{{}, "--to is missing"}, Row{{"--to", "label site"}, "targets: at column"},
                           Row{{"--to", "all", "--at-a-time", "0"}, "rollout.at-a-time is 0"},
                           Row{{"--to", "all", "--at-a-time", "many"}, "rollout.at-a-time is a string"},
                           Row{{"--to", "all", "--stop-at", "200%"}, "rollout.stop.failures is \"200%\""},
                           Row{{"--to", "all", "--expires", "91d"}, "expires is 91d"}}) {
        CAPTURE(row.says);
        auto words = row.words;
        words.insert(words.begin(), "send");
        words.insert(words.end(), command.begin(), command.end());
        const auto made = ran(send, canned.data(), words);
        CHECK(made.code == ends::usage);
        CHECK(made.err.find(row.says) != std::string::npos);
    }
    CHECK(ran(send, canned.data(), {"send", "--to", "all"}).code == ends::usage);
    CHECK(ran(send, canned.data(), {"send", "--to", "all", "--", "true"}).err.find("whole path") != std::string::npos);
    CHECK(canned.asked().empty());
}

TEST_CASE("a file that is wrong is told with its place, and one that is not there") {
    CannedDoor canned;
    const Desk desk(canned);
    std::ofstream(desk.file()) << "nam = \"night\"\n";
    const auto made = ran(start, canned.data(), {"start", desk.file()});
    CHECK(made.code == ends::usage);
    CHECK(made.err.find("campaign: " + desk.file() + ":1:7: ") != std::string::npos);
    CHECK(made.err.find("\"name\"") != std::string::npos);
    CHECK(ran(start, canned.data(), {"start", desk.file() + "l"}).code == ends::noInput);
    desk.put("label a=b");
    CHECK(ran(start, canned.data(), {"start", desk.file(), "--operator", "/none"}).code == ends::noInput);
    CHECK(ran(start, canned.data(), {"start", desk.file(), "--operator", desk.file()}).code == ends::usage);
    CHECK(desk.posted().empty());
}

TEST_CASE("each word for a campaign is a paper that its operator has signed (fleet.md §6.1)") {
    CannedDoor canned;
    const Desk desk(canned, "correct horse");
    canned.says("POST /v1/instructions", Json::object());
    canned.says("GET /v1/campaign", Json{{"round", 4}});
    struct Row {
        const char* word;
        int (*verb)(const cli::Arguments&, const cli::Screen&);
    };
    for (const Row& row : {Row{"pause", pause}, Row{"resume", resume}, Row{"retry", retry}, Row{"cancel", cancel}}) {
        CAPTURE(row.word);
        const Typed typed("correct horse\nmore\n");
        const auto made = ran(row.verb, canned.data(), {row.word, id});
        CHECK(made.code == ends::ok);
        CHECK(made.out.empty());
        CHECK(made.err.starts_with(id + " "));
        const auto paper = signedIn(canned.asked().back());
        const auto instruction = fleet::instructionIn(paper.document);
        REQUIRE(instruction.ok());
        CHECK(instruction->campaign == id);
        CHECK(instruction->word == row.word);
        CHECK(instruction->round == (instruction->word == "retry" ? 5 : 0)); // the next one, and no other
        CHECK(isSignedBy(paper, desk.key.publicKey(), commentOf(*instruction)));
    }
    const auto before = desk.posted().size();
    CHECK(ran(pause, canned.data(), {"pause", "night"}).code == ends::usage);
    {
        const Typed typed("wrong\n");
        const auto made = ran(pause, canned.data(), {"pause", id});
        CHECK(made.code == ends::refused);
        CHECK(made.err.find("correct horse") == std::string::npos);
    }
    const Typed nothing("");
    CHECK(ran(pause, canned.data(), {"pause", id}).code == ends::usage);
    CHECK(desk.posted().size() == before);
}

} // namespace
} // namespace stint::fleetctl
