// The lines of a file that a person names, or of stdin ("-"): URLs, headers.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "stint/result.hpp"

namespace stint::cli {

struct Line {
    std::size_t number = 0; ///< from 1 on, as an editor counts
    std::string text;
};

/// The lines of a file that a person names, or of stdin ("-"), without their ends, and without empty ones; a relative
/// name is in `here`. IllegalState: it cannot be read; IllegalArgument: it has more than 1 MiB.
Result<std::vector<Line>> linesOf(const std::string& name, const std::filesystem::path& here);

/// The error, by errno, of a file that a person named. IllegalState, since the command line itself is right
/// (failOfLookUp(), faces/control).
Error cannotRead(const std::string& name);

/// The URLs of a list, one a line, as wget and aria2 read them: blanks around them and lines that begin with "#" do not
/// count. IllegalArgument: one that cannot be used, with its line.
Result<std::vector<std::string>> urlsOf(const std::string& name, const std::filesystem::path& here);

} // namespace stint::cli
