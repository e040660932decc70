// The choices of the work layer (jobs.md §10), in Android's names. Their numbers are stored: they are never changed.
#pragma once
#include <cstdint>

namespace stint::work {

/// What becomes of a new chain whose unique name is in use.
enum class ExistingWorkPolicy : std::int32_t {
    REPLACE = 0,           ///< what exists is cancelled and deleted
    KEEP = 1,              ///< unfinished work wins, and the new one is ignored; else as REPLACE
    APPEND = 2,            ///< the new one follows the existing leaves, and fails where one of those has failed
    APPEND_OR_REPLACE = 3, ///< the same, but where one has failed or was cancelled, as REPLACE
};

/// What becomes of a new periodic request whose unique name is in use.
enum class ExistingPeriodicWorkPolicy : std::int32_t {
    CANCEL_AND_REENQUEUE = 0,
    KEEP = 1,
    UPDATE = 2, ///< what exists keeps its id, its enqueue time and the phase of its period, and is told the new rest
    REPLACE = CANCEL_AND_REENQUEUE, ///< its old name
};

/// What becomes of expedited work where the app has no time left for such.
enum class OutOfQuotaPolicy : std::int32_t {
    RUN_AS_NON_EXPEDITED_WORK_REQUEST = 0,
    DROP_WORK_REQUEST = 1, ///< it is cancelled
};

/// How the wait grows from retry to retry.
enum class BackoffPolicy : std::int32_t {
    EXPONENTIAL = 0,
    LINEAR = 1,
};

/// Which network a request requires (jobs.md §1.3).
enum class NetworkType : std::int32_t {
    NOT_REQUIRED = 0,
    CONNECTED = 1,
    UNMETERED = 2,
    NOT_ROAMING = 3,
    METERED = 4, ///< a cellular one
    TEMPORARILY_UNMETERED = 5,
};

/// How the outputs of several parents become one input.
enum class InputMerger : std::int32_t {
    OVERWRITING = 0,    ///< of each key, the value of whoever finished last
    ARRAY_CREATING = 1, ///< of each key an array of all values, which must be of one type
};

} // namespace stint::work
