// What the daemon's errors are in HTTP.
#pragma once
#include "faces/taskmanager/request.hpp"
#include "stint/result.hpp"

namespace stint::taskmanager {

/// 400, 403, 404, 409, 503 …, with the error's sentence. `noSuch`: what an IllegalArgument of this call means, as most
/// of the daemon's methods say so of a name that they do not know.
Answer answerOf(const Error& error, int noSuch = 400);

/// 200 with an object.
Answer jsonAnswer(std::string json);

} // namespace stint::taskmanager
