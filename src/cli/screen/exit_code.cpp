#include "cli/screen/exit_code.hpp"

namespace stint::cli {

int exitCodeOf(Errc code) {
    switch (code) {
    case Errc::IllegalArgument:
        return ends::usage;
    case Errc::IllegalState:
        return ends::failure;
    case Errc::Security:
        return ends::refused;
    case Errc::LimitExceeded:
        return ends::waits;
    case Errc::Storage:
        return ends::inputOutput;
    case Errc::Busy:
        return ends::waits;
    case Errc::Unavailable:
        return ends::unavailable;
    case Errc::System:
        return ends::system;
    }
    return ends::internal; // a newer daemon's code
}

} // namespace stint::cli
