#include "faces/taskmanager/outcome.hpp"

namespace stint::taskmanager {
namespace {

int statusOfError(Errc code, int noSuch) {
    switch (code) {
    case Errc::ILLEGAL_ARGUMENT:
        return noSuch;
    case Errc::ILLEGAL_STATE:
    case Errc::REFUSED:
        return 409;
    case Errc::SECURITY:
        return 403;
    case Errc::LIMIT_EXCEEDED:
    case Errc::BUSY:
        return 429;
    case Errc::STORAGE:
        return 507;
    case Errc::UNAVAILABLE:
        return 503;
    case Errc::SYSTEM:
        return 500;
    }
    return 500; // a newer daemon's code
}

} // namespace

Answer answerOf(const Error& error, int noSuch) { return refusal(statusOfError(error.code, noSuch), error.message); }

Answer jsonAnswer(std::string json) { return {200, "application/json", std::move(json) + "\n"}; }

} // namespace stint::taskmanager
