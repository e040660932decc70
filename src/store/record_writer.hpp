// Writes records into the tables, inside a transaction that is the Store's affair. Its statements are prepared once.
#pragma once
#include "model/record.hpp"
#include "store/sqlite.hpp"

namespace stint {

class RecordWriter {
public:
    static Result<RecordWriter> prepare(Database& database, BootId boot);

    Result<void> write(const Record& record);
    /// The boot and the wall time of this commit.
    Result<void> stamp(WallTime now);

private:
    RecordWriter(BootId boot, Statement saveJob, Statement dropJob, Statement addCompleted, Statement trimCompleted,
                 Statement saveApp, Statement dropApp, Statement dropHistory, Statement dropOverrides,
                 Statement saveOverride, Statement stampMeta)
        : boot_(std::move(boot)), saveJob_(std::move(saveJob)), dropJob_(std::move(dropJob)),
          addCompleted_(std::move(addCompleted)), trimCompleted_(std::move(trimCompleted)),
          saveApp_(std::move(saveApp)), dropApp_(std::move(dropApp)), dropHistory_(std::move(dropHistory)),
          dropOverrides_(std::move(dropOverrides)), saveOverride_(std::move(saveOverride)),
          stampMeta_(std::move(stampMeta)) {}

    Result<void> write(const SaveJob& record);
    Result<void> write(const DropJob& record);
    Result<void> write(const SaveCompleted& record);
    Result<void> write(const SaveApp& record);
    Result<void> write(const DropApp& record);
    Result<void> write(const SaveOverrides& record);

    BootId boot_;
    Statement saveJob_;
    Statement dropJob_;
    Statement addCompleted_;
    Statement trimCompleted_;
    Statement saveApp_;
    Statement dropApp_;
    Statement dropHistory_;
    Statement dropOverrides_;
    Statement saveOverride_;
    Statement stampMeta_;
};

} // namespace stint
