#include "contract/model/view.hpp"

namespace stint {

std::string_view nameOf(JobView::State state) {
    switch (state) {
    case JobView::State::Pending:
        return "pending";
    case JobView::State::Running:
        return "running";
    case JobView::State::Finished:
        return "finished";
    }
    return "unknown";
}

} // namespace stint
