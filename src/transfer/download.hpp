// What a person asked for: one URL, one file. Checked before anything is touched.
#pragma once
#include <filesystem>
#include <string>

#include "stint/result.hpp"
#include "stint/units.hpp"
#include "transfer/access.hpp"

namespace stint::transfer {

/// Download::checksum: verified by what the server itself gives, which it must.
inline constexpr const char* checksumAuto = "auto";

struct Download {
    std::string url;              ///< http, https or ftp
    std::filesystem::path output; ///< absolute; the file as it will be called
    std::string checksum = {};    ///< parseChecksum()'s, or checksumAuto; empty: what the server gives, if anything
    bool overwrite = false;       ///< a file in the place of the target may be replaced
    bool serverNames = false;     ///< the server may name the file (Content-Disposition), within output's directory
    Bytes largest = unknownBytes; ///< what is larger is refused
    Access access = {};
};

/// `wish` with its checksum in lower case; IllegalArgument for what can never be right.
Result<Download> checked(Download wish);

} // namespace stint::transfer
