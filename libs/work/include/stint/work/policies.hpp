// The choices of the work layer (jobs.md §10), in Android's names. Their numbers are stored: they are never changed.
#pragma once
#include <cstdint>

namespace stint::work {

/// The treatment of a new chain whose unique name is in use.
enum class ExistingWorkPolicy : std::int32_t {
    REPLACE = 0,           ///< the existing work is cancelled and deleted
    KEEP = 1,              ///< unfinished work stays, and the new chain is ignored; else the same as REPLACE
    APPEND = 2,            ///< the new chain follows the existing leaves, and fails if one of those has failed
    APPEND_OR_REPLACE = 3, ///< the same, but like REPLACE if one has failed or was cancelled
};

/// The treatment of a new periodic request whose unique name is in use.
enum class ExistingPeriodicWorkPolicy : std::int32_t {
    CANCEL_AND_REENQUEUE = 0,
    KEEP = 1,
    UPDATE = 2, ///< the existing one keeps its id, enqueue time and period's begin, and gets all else from the new
    REPLACE = CANCEL_AND_REENQUEUE, ///< its old name
};

/// The treatment of expedited work if the app has no time left for such.
enum class OutOfQuotaPolicy : std::int32_t {
    RUN_AS_NON_EXPEDITED_WORK_REQUEST = 0,
    DROP_WORK_REQUEST = 1, ///< it is cancelled
};

/// The growth of the wait from retry to retry.
enum class BackoffPolicy : std::int32_t {
    EXPONENTIAL = 0,
    LINEAR = 1,
};

/// The network that a request requires (jobs.md §1.3).
enum class NetworkType : std::int32_t {
    NOT_REQUIRED = 0,
    CONNECTED = 1,
    UNMETERED = 2,
    NOT_ROAMING = 3,
    METERED = 4, ///< a cellular one
    TEMPORARILY_UNMETERED = 5,
};

/// The way to make one input of the outputs of several parents.
enum class InputMerger : std::int32_t {
    OVERWRITING = 0,    ///< each key has the value of the parent that finished last
    ARRAY_CREATING = 1, ///< each key has an array of all values, which must be of one type
};

} // namespace stint::work
