#include "contract/model/result_name.hpp"

namespace stint {

std::string_view resultName(Errc code) {
    switch (code) {
    case Errc::ILLEGAL_ARGUMENT:
        return "IllegalArgumentException";
    case Errc::ILLEGAL_STATE:
        return "IllegalStateException";
    case Errc::SECURITY:
        return "SecurityException";
    case Errc::LIMIT_EXCEEDED:
        return "limit_exceeded";
    case Errc::REFUSED:
        return "failure";
    case Errc::STORAGE:
    case Errc::BUSY:
    case Errc::UNAVAILABLE:
    case Errc::SYSTEM:
        break;
    }
    return "error";
}

} // namespace stint
