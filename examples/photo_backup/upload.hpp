// One HTTP PUT of a file, by libcurl.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

enum class Sent { Done, Later, Never }; ///< Never: the server will not have it, however often it is asked

struct SendOutcome {
    Sent sent = Sent::Later;
    std::string text; ///< where it is not done
};

/// Asks `goesOn` now and then; where it says no, it is Later.
SendOutcome put(const std::filesystem::path& file, const std::string& url, const std::function<bool()>& goesOn);
