// What a person asked for: one file, one URL. Checked before anything is touched.
#pragma once
#include <filesystem>
#include <string>

#include "stint/result.hpp"
#include "transfer/access.hpp"

namespace stint::transfer {

struct Upload {
    enum class Protocol {
        Put, ///< one request; what is cut off begins anew
        Tus, ///< tus 1.0: the URL is where uploads are created, and what the server has is gone on from
    };

    std::string url;              ///< http, https; Put: ftp too. One that ends with a slash gets the file's name
    std::filesystem::path source; ///< absolute
    Protocol protocol = Protocol::Put;
    std::filesystem::path records = {}; ///< Tus: the directory where UploadRecord is kept; made where it is missing
    bool discardOnCancel = false;       ///< Tus: the server is asked to drop what it has once the job is cancelled
    Access access = {};
};

/// `wish` with its whole URL; IllegalArgument for what can never be right.
Result<Upload> checked(Upload wish);

} // namespace stint::transfer
