// The door of the fleet's server (fleet.md §8.1), which is on this machine: questions over HTTP, with the token that is
// in the fleet's directory; and its answers, which are a stranger's.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faces/cli/line/verbs.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/terminal.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleetctl {

/// The fleet's directory, which --data names, or the usual one. IllegalArgument: it names nothing.
Result<std::filesystem::path> fleetDirectory(const cli::Arguments& given);

class Door {
public:
    /// The one of the fleet in that directory. Unavailable: no server of it runs, or ever ran; Security: others may
    /// have written, or read, where it is.
    static Result<Door> find(const std::filesystem::path& data);
    static Result<Door> of(const cli::Arguments& given);

    using Query = std::vector<std::pair<std::string_view, std::string>>;
    // The object that it answers. An error has its sentence: IllegalArgument, Security, IllegalState, Busy (later);
    // Refused: there is no such thing; Unavailable: nobody answers, or took what is posted; System: the answer is none.
    // A server that begins anew, or reads anew, is away for a moment: it is found, and asked, three times in all.
    Result<cli::Json> get(std::string_view path, const Query& query = {}) const;
    /// The same, asked once.
    Result<cli::Json> getOnce(std::string_view path, const Query& query = {}) const;
    Result<cli::Json> post(std::string_view path, const cli::Json& body) const;

private:
    explicit Door(std::filesystem::path data) : data_(std::move(data)) {}
    struct Asked;
    Result<cli::Json> answerTo(const Asked& asked) const;

    std::filesystem::path data_;
};

/// The same may be asked again: nobody answered, or "later" was the answer.
bool isForAMoment(const Error& error);

/// Tells of an error of the door's, and returns the exit code.
int failed(const cli::Screen& screen, std::string_view what, const Error& error);

/// The error that stands for an answer which does not have what it should.
Error noAnswer();

/// The members of an object that somebody else has written. One that is missing, or of another type, makes all of it
/// wrong, and reads as nothing.
class Members {
public:
    explicit Members(const cli::Json& object) : object_(object), isWrong_(!object.is_object()) {}

    std::string text(const char* name);
    std::uint32_t count(const char* name);
    std::int32_t number(const char* name);
    bool flag(const char* name);
    WallTime time(const char* name);
    // The same, where null may stand.
    std::optional<std::string> textOrNull(const char* name);
    std::optional<std::uint32_t> countOrNull(const char* name);
    std::optional<std::uint64_t> sizeOrNull(const char* name); ///< of any number of bytes
    std::optional<WallTime> timeOrNull(const char* name);
    /// A list, or an object.
    const cli::Json& list(const char* name);
    const cli::Json& table(const char* name);

    void refuse() { isWrong_ = true; }
    bool isWrong() const { return isWrong_; }

private:
    const cli::Json& member(const char* name);
    bool isNull(const char* name);

    const cli::Json& object_;
    bool isWrong_;
};

/// A row as a line of --json.
std::string lineOf(const cli::Json& row);

} // namespace stint::fleetctl
