// The checks of the list of requests on whoever changes one: each mistake is made once, and noticed.
#include <array>

#include "app.hpp"
#include "last_words.hpp"
#include "work/engine/requests.hpp"

namespace stint::work {
namespace {

Request request(int number) {
    Request made;
    made.spec.id = numbered(number);
    return made;
}

/// One request, after a change.
template <class How> void changed(How how) {
    Requests requests;
    requests.insert(request(1));
    requests.change(numbered(1), how);
    static_cast<void>(requests.takeRecords());
}

// clang-format off
constexpr std::array mistakes{
    Mistake{"all_.emplace(id, std::move(request)).second", [] { Requests all; all.take({request(1), request(1)}, {}); }},
    Mistake{"jobs_.emplace(*request.job, id).second", [] {
        Requests all;
        for (const int number : {1, 2}) {
            Request one = request(number);
            one.job = 7;
            all.insert(one);
        }
    }},
    Mistake{"request.isFinished() == request.finishedAt.has_value()", [] { changed([](Request& one) { one.state = State::SUCCEEDED; }); }},
    Mistake{"request.isPeriodic() == request.windowEnd.has_value()", [] { changed([](Request& one) { one.windowEnd = WallTime{}; }); }},
    Mistake{"request.state != State::RUNNING || request.session", [] { changed([](Request& one) { one.state = State::RUNNING; }); }},
    Mistake{"siblings != children_.end()", [] {
        Requests all;
        all.insert(request(1));
        all.change(numbered(1), [](Request& one) { one.parents.insert(numbered(2)); }); // nobody hears of it
        all.erase(numbered(1));
    }},
};
// clang-format on

} // namespace

TEST_CASE("a request that is found by what it is not is noticed where it is changed") {
    CHECK(unnoticed(mistakes) == "");
}

} // namespace stint::work
