// Writes records into the tables.
#pragma once
#include "base/sqlite/sqlite.hpp"
#include "contract/model/record.hpp"

namespace stint {

/// Writes records into the tables, inside a transaction that the Store opens. Its statements are prepared once.
class RecordWriter {
public:
    static Result<RecordWriter> prepare(Database& database, BootId boot);

    Result<void> write(const Record& record);
    /// A kind of record without an overload below must not compile: it would convert to Record and recurse forever.
    template <class Unknown> Result<void> write(const Unknown& record) = delete;
    /// Writes the boot and the wall time of this commit, the generation (the load that it follows), and the count of
    /// commits with this one.
    Result<void> stamp(const Stamp& stamp, std::uint32_t generation, std::int64_t commits);

private:
    struct Statements {
        Statement saveJob;
        Statement dropJob;
        Statement dropAllWork;
        Statement saveWork;
        Statement dropWork;
        Statement saveContent;
        Statement dropContent;
        Statement addCompleted;
        Statement trimCompleted;
        Statement dropCompleted;
        Statement newestRun;
        Statement addRun;
        Statement trimRuns;
        Statement dropOldRuns;
        Statement dropLog;
        Statement addChange;
        Statement trimChanges;
        Statement dropOldChanges;
        Statement saveApp;
        Statement saveLedger;
        Statement dropApp;
        Statement dropLedger;
        Statement dropHistory;
        Statement saveUsageTime;
        Statement saveDeviceState;
        Statement saveAlarm;
        Statement dropAlarm;
        Statement saveMessage;
        Statement dropMessage;
        Statement newestMessage;
        Statement addPastMessage;
        Statement trimMessages;
        Statement dropOldMessages;
        Statement dropMessageLog;
        Statement saveRegistration;
        Statement dropRegistration;
        Statement saveLinePlace;
        Statement saveSeenMessage;
        Statement keepSeenMessages;
        Statement dropOverrides;
        Statement dropMarks;
        Statement saveOverride;
        Statement stamp;
    };
    RecordWriter(BootId boot, Statements sql) : boot_(std::move(boot)), sql_(std::move(sql)) {}

    Result<void> write(const SaveJob& record);
    Result<void> write(const DropJob& record);
    Result<void> write(const SaveWork& record);
    Result<void> write(const DropWork& record);
    Result<void> write(const SaveContent& record);
    Result<void> write(const SaveCompleted& record);
    Result<void> write(const DropCompleted& record);
    Result<void> write(const SavePastRun& record);
    Result<void> write(const SaveDeviceChange& record);
    Result<void> write(const SaveApp& record);
    Result<void> write(const DropApp& record);
    Result<void> write(const SaveUsageTime& record);
    Result<void> write(const SaveDeviceState& record);
    Result<void> write(const SaveDigest& record);
    Result<void> write(const SaveAlarm& record);
    Result<void> write(const DropAlarm& record);
    Result<void> write(const SaveMessage& record);
    Result<void> write(const DropMessage& record);
    Result<void> write(const SavePastMessage& record);
    Result<void> write(const SaveRegistration& record);
    Result<void> write(const DropRegistration& record);
    Result<void> write(const SaveLinePlace& record);
    Result<void> write(const SaveSeenMessage& record);
    Result<void> write(const KeepSeenMessages& record);
    Result<void> write(const SaveOverrides& record);
    Result<void> write(const SaveNetworkMarks& record);
    BootId boot_;
    Statements sql_;
};

} // namespace stint
