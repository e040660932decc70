// What the server of HTTP asks of whoever decides what is answered.
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
    /// What is to be sent next; empty: nothing yet, and its `wake` is called when there is.
    virtual std::string take() = 0;
};

class Service {
public:
    virtual ~Service() = default;
    /// Asked once a request's headers are there, and before its body is read: an answer refuses it.
    virtual std::optional<Answer> refused(const Request& head) = 0;
    /// Whether who made this request has entered: the connections of others go first where there are too many.
    virtual bool hasEntered(const Request& head) = 0;
    /// `done` is called once, now or later.
    virtual void answer(const Request& request, std::function<void(Answer)> done) = 0;
    /// The stream of events. `wake` lives as long as the viewer.
    virtual std::unique_ptr<Viewer> stream(const Request& request, std::function<void()> wake) = 0;
};

} // namespace stint::taskmanager
