// fleet.md §4.3: which document of desired state stands, and which means a device.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "enrolment/small_server.hpp"
#include "fleet/document/document.hpp"
#include "fleet/office/desired.hpp"

namespace stint::fleet {
namespace {

/// An operators' list, and documents that they sign.
struct Desks {
    SecretKey ann = SecretKey::make(), bob = SecretKey::make();
    Operators list;

    Desks() {
        list.version = 1;
        for (const auto* const key : {&ann, &bob})
            list.operators.push_back({"one", key->publicKey().text(), {"policy", "settings"}, ""});
    }
    static Signed paper(const SecretKey& by, std::uint32_t version, const std::string& targets) {
        return sure(signedBy(
            by,
            Desired{
                .version = version, .made = then, .targets = targets, .policy = "job.slots = 3\n", .settings = {}}));
    }
};

Facts deviceAt(const std::string& site) {
    return {.id = "4TQ0000000000000000000000A",
            .labels = {{"site", site}},
            .version = versionIn("4.1"),
            .lastSeen = Facts::never};
}

std::uint32_t wanted(const DesiredState& state, const std::string& site) {
    const auto* const document = state.wantedOf(deviceAt(site));
    return document ? document->desired.version : 0;
}

} // namespace

TEST_CASE("§4.3: of the documents that mean a device the newest counts, in whatever order they are read") {
    const Desks desks;
    std::vector<Signed> papers{Desks::paper(desks.ann, 1, "all"), Desks::paper(desks.ann, 2, "label site=berlin"),
                               Desks::paper(desks.bob, 3, "label site=oslo"),
                               Desks::paper(desks.ann, 4, "label site=berlin or label site=rome"),
                               Desks::paper(desks.bob, 5, "label site=oslo")};
    std::mt19937 random(7);
    for (int order = 0; order < 20; ++order) {
        std::ranges::shuffle(papers, random);
        DesiredState state;
        for (const Signed& paper : papers)
            sure(state.add(paper));
        state.judge(desks.list);
        CHECK(state.newest() == 5);
        CHECK(state.count() == 4); // 3 is covered by 5
        CHECK(wanted(state, "berlin") == 4);
        CHECK(wanted(state, "oslo") == 5);
        CHECK(wanted(state, "paris") == 1);
        CHECK(std::ranges::is_sorted(state.hashes()));
        CHECK(state.hashes().size() == 4);
        sure(state.add(Desks::paper(desks.ann, 6, "all")));
        state.judge(desks.list);
        CHECK(state.count() == 1);
        CHECK(wanted(state, "oslo") == 6);
    }
}

TEST_CASE("§4.3, §6.1: what a removed operator has signed stands no more, and what nobody has never did") {
    Desks desks;
    DesiredState state;
    sure(state.add(Desks::paper(desks.ann, 1, "all")));
    sure(state.add(Desks::paper(desks.bob, 2, "all")));
    sure(state.add(Desks::paper(SecretKey::make(), 3, "all")));
    CHECK_FALSE(state.add({"{}", {}}).ok());
    state.judge(desks.list);
    CHECK(wanted(state, "berlin") == 2);
    CHECK(state.newest() == 3); // its key is taken
    desks.list.operators.pop_back();
    ++desks.list.version;
    state.judge(desks.list);
    CHECK(wanted(state, "berlin") == 1);
    desks.list.operators.clear();
    ++desks.list.version;
    state.judge(desks.list);
    CHECK(wanted(state, "berlin") == 0);
}

TEST_CASE("§4.3: drift is what a device has told, held against what is wanted") {
    const Desks desks;
    DesiredState state;
    sure(state.add(Desks::paper(desks.ann, 1, "all")));
    state.judge(desks.list);
    const auto* const document = state.find(1);
    const auto told = [&](Holding holding, const std::string& hash) {
        return DeviceState{
            .device = {}, .enrolment = 1, .version = 1, .hash = hash, .since = then, .holding = holding, .words = {}};
    };
    const std::string other(64, 'a');
    struct Row {
        bool isWanted;
        std::optional<DeviceState> told;
        std::string_view word;
    };
    for (const Row& row : {
             Row{true, std::nullopt, "unheard"},
             Row{true, told(Holding::Applied, document->hash), ""},
             Row{true, told(Holding::Applied, other), "older"},
             Row{true, told(Holding::Refused, other), "older"},
             Row{true, told(Holding::Refused, document->hash), "refused"},
             Row{true, told(Holding::Waiting, document->hash), "waiting"},
             Row{true, told(Holding::Changed, document->hash), "changed"},
             Row{true, told(Holding::Released, document->hash), "older"},
             Row{false, std::nullopt, ""},
             Row{false, told(Holding::Released, other), ""},
             Row{false, told(Holding::Applied, other), "older"},
         }) {
        const auto drift = driftOf(row.isWanted ? document : nullptr, row.told);
        CHECK((drift ? wordOf(*drift) : "") == row.word);
    }
}

} // namespace stint::fleet
