// Jobs and screens for the tests of this room.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>

#include "contract/model/view.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli::test {

/// A WallTime so long after 2026-01-05T08:00:00Z.
inline WallTime at(Duration later) { return WallTime(Duration(1767600000000)) + later; }

inline JobView job(JobView::State state) {
    JobView view;
    view.key = {AppId{"org.stint.transfer"}, "", 7};
    view.label = "x.iso";
    view.state = state;
    view.kind = JobClass::UserInitiated;
    view.scheduled = at(0s);
    return view;
}

inline JobView waiting(PendingReason reason) {
    JobView view = job(JobView::State::Pending);
    view.reasons = {reason};
    return view;
}

inline JobView running(Bytes done, Bytes total = 100_MiB) {
    JobView view = job(JobView::State::Running);
    view.runState = RunState::Executing;
    view.started = at(0s);
    view.transferredDown = done;
    view.estimatedDown = total;
    view.notification = Notification::Builder("").setContentTitle("x.iso").setProgress(0, done, true).build();
    return view;
}

/// It runs, and has not yet said what it has in place.
inline JobView starting() {
    JobView view = running(0);
    view.notification = Notification::Builder("").setContentTitle("x.iso").setContentText("starting").build();
    return view;
}

inline JobView saying(JobView view, std::string text) {
    view.notification = Notification::Builder("").setContentTitle("x.iso").setContentText(std::move(text)).build();
    return view;
}

inline JobView finished(Ending ending, Outcome outcome, Bytes size = 0) {
    JobView view = job(JobView::State::Finished);
    view.transferredDown = size;
    view.completed =
        Completed{{.ended = at(60s), .ending = ending, .outcome = std::move(outcome), .transferredDown = size},
                  view.key,
                  view.label};
    return view;
}

inline JobView saved(Bytes size = 100_MiB) {
    return finished({STOP_REASON_UNDEFINED, InternalReason::SuccessfulFinish}, {0, "saved /home/a/x.iso (100 MiB)"},
                    size);
}

/// A Screen whose words are kept.
class Paper {
public:
    explicit Paper(OutputOptions options = {}, bool colour = false, bool redraws = false, std::size_t columns = 80,
                   std::size_t rows = 24)
        : out_(open_memstream(&outText_, &outSize_)), err_(open_memstream(&errText_, &errSize_)),
          screen_(options, out_, err_, colour, redraws, columns, rows) {}
    Paper(const Paper&) = delete;
    Paper& operator=(const Paper&) = delete;
    ~Paper() {
        std::fclose(out_);
        std::fclose(err_);
        std::free(outText_);
        std::free(errText_);
    }

    const Screen& screen() const { return screen_; }
    std::string out() const {
        std::fflush(out_);
        return {outText_, outSize_};
    }
    std::string err() const {
        std::fflush(err_);
        return {errText_, errSize_};
    }

private:
    char* outText_ = nullptr;
    char* errText_ = nullptr;
    std::size_t outSize_ = 0;
    std::size_t errSize_ = 0;
    std::FILE* out_;
    std::FILE* err_;
    Screen screen_;
};

} // namespace stint::cli::test
