// The daemon's errors as statuses of HTTP.
#pragma once
#include "faces/taskmanager/request.hpp"
#include "stint/result.hpp"

namespace stint::taskmanager {

/// 400, 403, 404, 409, 503 …, with the error's sentence. `noSuch`: the status for IllegalArgument, by which most of the
/// daemon's methods mean an unknown name.
Answer answerOf(const Error& error, int noSuch = 400);

/// 200 with an object.
Answer jsonAnswer(std::string json);

} // namespace stint::taskmanager
