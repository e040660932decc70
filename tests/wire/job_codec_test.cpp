#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "contract/model/event.hpp"
#include "contract/model/job_fields.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/names.hpp"
#include "model/sample_job.hpp"
#include "wire/loose_message.hpp"

using namespace stint;
using namespace stint::wire;

namespace {

/// A user-initiated job, but for what `change` does to it.
template <class Change> JobInfo jobWith(Change change) {
    JobInfo::Builder builder(JobId(7), "Downloads");
    builder.setUserInitiated(true).setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY);
    change(builder);
    Result<JobInfo> job = builder.build();
    REQUIRE_MESSAGE(job.ok(), (job.ok() ? "" : job.error().message));
    return std::move(job).value();
}

Result<JobInfo> jobThroughTheWire(const JobInfo& job, ClipFiles files = ClipFiles::Included) {
    LooseMessage message;
    Writer writer = message.writer();
    writeJob(writer, job, files);
    REQUIRE(writer.done().ok());
    Reader reader = message.reader();
    return readJob(reader);
}

/// The error that a job of these keys is refused with.
template <class Fill> std::string complaintAboutJob(Fill fill) {
    LooseMessage message;
    {
        Writer writer = message.writer();
        DictionaryWriter dictionary(writer);
        fill(dictionary);
    }
    Reader reader = message.reader();
    const Result<JobInfo> job = readJob(reader);
    REQUIRE(!job.ok());
    CHECK(job.error().code == Errc::ILLEGAL_ARGUMENT);
    return job.error().message;
}

void putLeast(DictionaryWriter& dictionary) {
    dictionary.put("id", std::int32_t{7});
    dictionary.put("service", std::string_view("Downloads"));
}

PersistableBundle nested(int depth) {
    PersistableBundle bundle;
    bundle.putInt("depth", depth);
    return depth == 0 ? bundle : PersistableBundle().putPersistableBundle("inner", nested(depth - 1));
}

} // namespace

TEST_CASE("a job comes out of the wire as it went in, with every setter") { // jobs.md §1.1
    const auto same = [](auto change) {
        const JobInfo job = jobWith(change);
        const Result<JobInfo> back = jobThroughTheWire(job);
        REQUIRE_MESSAGE(back.ok(), (back.ok() ? "" : back.error().message));
        CHECK(*back == job);
    };
    same([](JobInfo::Builder&) {});
    same([](JobInfo::Builder& b) { b.setUserInitiated(false); });
    same([](JobInfo::Builder& b) { b.setUserInitiated(false).setPriority(JobInfo::PRIORITY_LOW); });
    same([](JobInfo::Builder& b) { b.setUserInitiated(false).setRequiredNetwork(std::nullopt); });
    same([](JobInfo::Builder& b) {
        b.setRequiredNetwork(NetworkRequest::Builder()
                                 .clearCapabilities()
                                 .addCapability(NET_CAPABILITY_NOT_METERED)
                                 .addTransportType(TRANSPORT_WIFI)
                                 .addTransportType(TRANSPORT_ETHERNET)
                                 .setNetworkSpecifier("home")
                                 .build());
    });
    same([](JobInfo::Builder& b) { b.setEstimatedNetworkBytes(256_MiB, 0).setMinimumNetworkChunkBytes(1_MiB); });
    same([](JobInfo::Builder& b) { b.setBackoffCriteria(45s, JobInfo::BACKOFF_POLICY_LINEAR); });
    same([](JobInfo::Builder& b) {
        b.setPersisted(true).setRequiresBatteryNotLow(true).setRequiresCharging(true).setRequiresStorageNotLow(true);
    });
    same([](JobInfo::Builder& b) {
        PersistableBundle extras;
        extras.putString("url", "http://example.com/ü").putLong("at", -5).putDouble("share", 0.25);
        extras.putBoolean("again", true).putInt("tries", 3).putStringArray("names", {"a", ""});
        extras.put("flags", {std::vector<bool>{true, false}}).put("sizes", {std::vector<std::int64_t>{1, 2}});
        extras.put("small", {std::vector<std::int32_t>{}}).put("real", {std::vector<double>{0.5}});
        b.setExtras(extras.putPersistableBundle("inner", nested(3)));
    });
}

TEST_CASE("a regular and an expedited job come out of the wire as they went in, with every setter") { // jobs.md §1.1
    const auto same = [](const JobInfo::Builder& builder) {
        const Result<JobInfo> job = builder.build();
        REQUIRE_MESSAGE(job.ok(), (job.ok() ? "" : job.error().message));
        const Result<JobInfo> back = jobThroughTheWire(*job);
        REQUIRE_MESSAGE(back.ok(), (back.ok() ? "" : back.error().message));
        CHECK(*back == *job);
    };
    const auto job = [] { return JobInfo::Builder(JobId(7), "Downloads"); };
    same(job());
    same(job().setExpedited(true));
    same(job().setExpedited(true).setPriority(JobInfo::PRIORITY_HIGH));
    same(job().setRequiresDeviceIdle(true).setPrefetch(true));
    same(job().setMinimumLatency(0ms));
    same(job().setMinimumLatency(90s).setOverrideDeadline(48h));
    same(job().setPeriodic(24h));
    same(job().setPeriodic(6h, 20min).setPersisted(true));
    same(job().addTriggerContentUri({"/home/me/in", JobInfo::TriggerContentUri::FLAG_NOTIFY_FOR_DESCENDANTS}));
    same(job().addTriggerContentUri({"/a", 0}).addTriggerContentUri({"/b", 0}).setTriggerContentUpdateDelay(3s));
    same(job().addTriggerContentUri({"/a", 0}).setTriggerContentMaxDelay(1min));
    same(job().setTransientExtras(PersistableBundle().putInt("tries", 3)));
    same(job().addDebugTag("one").addDebugTag("two").setTraceTag("trace"));
}

TEST_CASE(
    "a time of -1 is unset, and any other negative one is what was asked") { // architecture.md, wire; jobs.md §1.2 V5
    LooseMessage message;
    {
        Writer writer = message.writer();
        DictionaryWriter dictionary(writer);
        putLeast(dictionary);
        for (const char* key : {"minimumLatency", "overrideDeadline", "periodicInterval", "periodicFlex",
                                "triggerContentUpdateDelay", "triggerContentMaxDelay"})
            dictionary.put(key, std::int64_t{-1});
    }
    Reader reader = message.reader();
    CHECK(readJob(reader).value() == JobInfo::Builder(JobId(7), "Downloads").build().value());
    LooseMessage negative;
    {
        Writer writer = negative.writer();
        DictionaryWriter dictionary(writer);
        putLeast(dictionary);
        dictionary.put("minimumLatency", std::int64_t{-2});
    }
    Reader again = negative.reader();
    CHECK(readJob(again).value().getMinimumLatency() == -2ms); // the core refuses it
}

TEST_CASE("a job crosses the wire as it was asked for; who reads it raises nothing") { // jobs.md §0, §1.1
    const auto job = JobInfo::Builder(JobId(7), "Downloads")
                         .setPeriodic(1min, 30s)
                         .setBackoffCriteria(1s, JobInfo::BACKOFF_POLICY_LINEAR)
                         .setTriggerContentUpdateDelay(1ms)
                         .setTriggerContentMaxDelay(2ms)
                         .build();
    REQUIRE(job.ok());
    CHECK(job->getPeriod() == JobInfo::Period{15min, 5min});
    const Result<JobInfo> read = jobThroughTheWire(*job);
    REQUIRE(read.ok());
    CHECK(read->getPeriod() == JobInfo::Period{1min, 30s});
    CHECK(read->getInitialBackoff() == 1s);
    CHECK(read->getTriggerContentUpdateDelay() == 1ms);
    CHECK(read->getTriggerContentMaxDelay() == 2ms);
    CHECK(jobThroughTheWire(*read)->getPeriod() == JobInfo::Period{1min, 30s});
}

TEST_CASE(
    "each row of the table crosses the wire") { // jobs.md §1.1; a row that is forgotten would be a lost constraint
    for (const JobField& field : jobFields) {
        if (field.key.empty()) continue;
        CAPTURE(field.method);
        JobInfo::Builder builder(JobId(7), "Downloads");
        test::setSample(field, builder);
        const auto job = jobThroughTheWire(*JobInfoAccess::requested(builder));
        REQUIRE(job.ok());
        CHECK(isSet(field, *job));
        if (!job->getClipData()) CHECK(*job == *JobInfoAccess::requested(builder));
    }
}

TEST_CASE("half a period is refused") {
    CHECK(complaintAboutJob([](DictionaryWriter& d) {
              putLeast(d);
              d.put("periodicFlex", std::int64_t{300000});
          }) == "job: periodicInterval and periodicFlex must be given together");
}

TEST_CASE("a back-off that was not set stays unset on the wire") { // jobs.md §1.1, V1
    CHECK(!jobThroughTheWire(jobWith([](JobInfo::Builder&) {}))->hasExplicitBackoff());
    CHECK(jobThroughTheWire(jobWith([](JobInfo::Builder& b) {
              b.setBackoffCriteria(JobInfo::DEFAULT_INITIAL_BACKOFF, JobInfo::BACKOFF_POLICY_EXPONENTIAL);
          }))->hasExplicitBackoff());
}

TEST_CASE("clip data carry their open file as a descriptor of its own") { // jobs.md §12.9
    int pipe[2];
    REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
    const Fd reading(pipe[0]);
    ClipData clip;
    clip.items.push_back({"/home/me/photo.jpg", std::make_shared<ClipFile>(pipe[1])});
    clip.items.push_back({"/home/me/list.txt", nullptr});
    const JobInfo job =
        jobWith([&](JobInfo::Builder& b) { b.setClipData(clip, ClipData::FLAG_GRANT_READ_URI_PERMISSION); });

    const Result<JobInfo> back = jobThroughTheWire(job);
    REQUIRE(back.ok());
    const std::vector<ClipData::Item>& items = back->getClipData()->items;
    REQUIRE(items.size() == 2);
    CHECK(items[0].path == "/home/me/photo.jpg");
    REQUIRE(items[0].file);
    CHECK(items[0].file->descriptor() != pipe[1]);
    CHECK((::fcntl(items[0].file->descriptor(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(::write(items[0].file->descriptor(), "x", 1) == 1);
    char byte = 0;
    CHECK(::read(reading.get(), &byte, 1) == 1);
    CHECK(!items[1].file);
    CHECK(back->getClipGrantFlags() == ClipData::FLAG_GRANT_READ_URI_PERMISSION);

    const Result<JobInfo> listed = jobThroughTheWire(job, ClipFiles::LeftOut);
    REQUIRE(listed.ok());
    CHECK(!listed->getClipData()->items[0].file);
}

TEST_CASE("what a setter refuses is refused where it is read") { // jobs.md §1.1
    // A chunk of 0 is an error, -1 is unset.
    CHECK(complaintAboutJob([](DictionaryWriter& d) {
              putLeast(d);
              d.put("minimumNetworkChunkBytes", std::int64_t{0});
          }).starts_with("V4"));
    CHECK(complaintAboutJob([](DictionaryWriter& d) {
              putLeast(d);
              d.put("priority", std::int32_t{123});
          }).starts_with("V9"));
}

TEST_CASE("a job that lacks its id or its service is refused by what is missing") {
    CHECK(complaintAboutJob([](DictionaryWriter& d) { d.put("service", std::string_view("Downloads")); }) ==
          "job: id, an int32 (i), is missing");
    CHECK(complaintAboutJob([](DictionaryWriter& d) { d.put("id", std::int32_t{7}); }) ==
          "job: service, a string (s), is missing");
}

TEST_CASE("a service is read as it was written, and a slash in its names is refused") { // jobs.md §1
    for (const ComponentName& service : {ComponentName("Jobs"), ComponentName("com.example.mail", "Jobs"),
                                         ComponentName("", "a/b"), ComponentName("com.example.mail", "a/b")}) {
        CAPTURE(textOf(service));
        CHECK(componentFrom(textOf(service)) == service);
        const bool isAllowed = service.name == "Jobs";
        CHECK(JobInfo::Builder(JobId(7), service).build().ok() == isAllowed);
        const auto read = jobThroughTheWire(JobInfoAccess::requested(JobInfo::Builder(JobId(7), service)).value());
        REQUIRE(read.ok());
        CHECK(read->getService() == service); // the core validates it
    }
    CHECK_FALSE(JobInfo::Builder(JobId(7), ComponentName("a/b", "Jobs")).build().ok());
}

TEST_CASE("what a job does not say may be left out of its dictionary") { // org.stint.JobScheduler1.xml
    for (const JobField& row : jobFields) {
        if (row.key.empty() || std::holds_alternative<ClipValue>(row.value)) continue; // such jobs are never equal
        CAPTURE(row.key);
        JobInfo::Builder builder(JobId(7), "Jobs");
        test::setSample(row, builder);
        const JobInfo job = JobInfoAccess::requested(builder).value();
        std::vector<std::size_t> sizes;
        for (const Absent unsaid : {Absent::Written, Absent::LeftOut}) {
            LooseMessage message;
            Writer writer = message.writer();
            writeJob(writer, job, ClipFiles::Included, unsaid);
            sizes.push_back(writer.bytes());
            Reader reader = message.reader();
            CHECK(readJob(reader).value() == job);
        }
        CHECK(sizes[1] < sizes[0]);
    }
}

TEST_CASE("a list of jobs is read as it was written, and is no longer than it may be") { // jobs.md §2.7
    const auto read = [](const std::vector<JobOfList>& jobs) {
        LooseMessage message;
        Writer writer = message.writer();
        writeJobs(writer, jobs, ClipFiles::Included);
        REQUIRE(writer.done().ok());
        Reader reader = message.reader();
        return readJobs(reader);
    };
    std::vector<JobOfList> jobs(mostScheduledTogether, {.info = jobWith([](JobInfo::Builder&) {})});
    jobs[1].terms.after = {{{"com.example.mail"}, "sync", JobId(4)}};
    jobs[2].after = {0, 149, -7};
    jobs[3].afterFailure = {1};
    const auto same = [](const JobOfList& a, const JobOfList& b) {
        return a.info.getId() == b.info.getId() && a.terms == b.terms && a.after == b.after &&
               a.afterFailure == b.afterFailure;
    };
    const auto told = read(jobs);
    REQUIRE(told.ok());
    CHECK(std::ranges::equal(*told, jobs, same));
    CHECK(read({})->empty());
    jobs.push_back(jobs.front());
    CHECK(read(jobs).error() == Error{Errc::LIMIT_EXCEEDED, "a list has 150 jobs at most"});

    LooseMessage message;
    {
        Writer writer = message.writer();
        writer.openArray("(a{sv}a{sv})").openStruct("a{sv}a{sv}");
        writeJob(writer, jobs.front().info, ClipFiles::Included);
        DictionaryWriter(writer).put("afer", std::int32_t{0});
        writer.close().close();
    }
    Reader reader = message.reader();
    CHECK(readJobs(reader).error().message == "job 0 of the list: unknown key \"afer\" (did you mean \"after\"?)");
}

TEST_CASE("half a back-off is refused") {
    CHECK(complaintAboutJob([](DictionaryWriter& d) {
              putLeast(d);
              d.put("initialBackoff", std::int64_t{30000});
          }) == "job: initialBackoff and backoffPolicy must be given together");
}

TEST_CASE("a constraint that is not known is refused, never ignored") { // architecture.md, wire
    CHECK(complaintAboutJob([](DictionaryWriter& d) {
              putLeast(d);
              d.put("requiresChargin", true);
          }) == "job: unknown key \"requiresChargin\" (did you mean \"requiresCharging\"?)");
    CHECK(complaintAboutJob([](DictionaryWriter& d) {
              putLeast(d);
              d.put("requiredNetwork", "a{sv}", [](Writer& value) {
                  const std::vector<std::string> names{"INTERNET", "NOT_SLOW"};
                  DictionaryWriter(value).put("capabilities", names);
              });
          }) == "job: requiredNetwork: capabilities: unknown name \"NOT_SLOW\"");
}

TEST_CASE("extras of a type that cannot be kept are refused by their key") { // jobs.md §12.9
    CHECK(complaintAboutJob([](DictionaryWriter& d) {
              putLeast(d);
              d.put("extras", "a{sv}", [](Writer& value) { DictionaryWriter(value).put("count", std::uint32_t{1}); });
          }) == "job: extras: count: a uint32 (u) cannot be kept; b, i, x, d, s, arrays of these and a{sv} can");
}

TEST_CASE("extras may be 64 KiB and 10 deep, and no more") { // jobs.md §12.9; architecture.md, wire
    const auto complaint = [](const PersistableBundle& extras) {
        LooseMessage message;
        Writer writer = message.writer();
        writeBundle(writer, extras);
        REQUIRE(writer.done().ok());
        Reader reader = message.reader();
        const Result<PersistableBundle> back = readBundle(reader);
        if (back.ok()) CHECK(*back == extras);
        return back.ok() ? std::string() : back.error().message;
    };
    const auto sized = [](std::size_t bytes) {
        return PersistableBundle().putString("k", std::string(bytes - 1, 'x'));
    };
    CHECK(complaint(sized(64 * 1024)).empty());
    CHECK(complaint(sized(64 * 1024 + 1)).find("more than 65536 bytes in all") != std::string::npos);
    CHECK(complaint(nested(10)).empty());
    CHECK(complaint(nested(11)).find("nested more than 10 deep") != std::string::npos);
}
