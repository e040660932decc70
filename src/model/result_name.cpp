#include "model/result_name.hpp"

namespace stint {

std::string_view resultName(Errc code) {
    switch (code) {
    case Errc::IllegalArgument:
        return "IllegalArgumentException";
    case Errc::IllegalState:
        return "IllegalStateException";
    case Errc::Security:
        return "SecurityException";
    case Errc::LimitExceeded:
        return "limit_exceeded";
    case Errc::Storage:
    case Errc::Busy:
    case Errc::Unavailable:
    case Errc::System:
        break;
    }
    return "error";
}

} // namespace stint
