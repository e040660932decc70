// The file that most downloads are of, what a server names its version by, and a run that goes on with half of it.
#pragma once
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "transfer/place.hpp"
#include "transfer/scripted_server.hpp"

namespace stint::transfer {

inline constexpr Bytes fileSize = 600'000;
inline constexpr Bytes half = 300'000;
inline const std::string etag = "\"v1\"";
inline const std::string tagged = "ETag: \"v1\"\r\n";

/// The first scene of `server` cuts the first run off at half of the file; what comes of the second run.
inline Ending afterACut(const Place& place, ScriptedServer& server) {
    Engine engine;
    Ending first = run(engine, place.download(server.url()));
    CHECK(first.fate == Fate::Later);
    CHECK(std::filesystem::file_size(place.parts().part) == half);
    return run(engine, place.download(server.url()));
}

} // namespace stint::transfer
