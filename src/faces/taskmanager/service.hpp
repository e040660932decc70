// The HTTP server's questions to the part that decides the answers.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "faces/taskmanager/request.hpp"

namespace stint::taskmanager {

/// The events of one browser's stream, taken when it can take more.
class Viewer {
public:
    virtual ~Viewer() = default;
    /// The next bytes to send; empty: nothing yet, and its `wake` is called when there is something.
    virtual std::string take() = 0;
};

class Service {
public:
    virtual ~Service() = default;
    /// Called when a request's headers are there, before its body is read: an answer refuses it.
    virtual std::optional<Answer> refused(const Request& head) = 0;
    /// True if the sender of this request has entered: other connections are dropped first where there are too many.
    virtual bool hasEntered(const Request& head) = 0;
    /// `done` is called once, now or later.
    virtual void answer(const Request& request, std::function<void(Answer)> done) = 0;
    /// Opens the stream of events. `wake` lives as long as the viewer.
    virtual std::unique_ptr<Viewer> stream(const Request& request, std::function<void()> wake) = 0;
};

} // namespace stint::taskmanager
