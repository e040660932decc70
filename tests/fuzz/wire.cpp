// Every dictionary that one end of the wire takes from the other (dbus/*.xml), by way of the real sd-bus: the first
// byte chooses which, the second may give the body another signature and byte order than its reader expects, and the
// rest is the body. A reader refuses with IllegalArgument, or what it read is written and read again as the same.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contract/model/event.hpp"
#include "fuzz/fuzz.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/line.hpp"
#include "link/wire/views.hpp"
#include "link/wire/work.hpp"

namespace stint::wire {
namespace {

constexpr std::uint32_t descriptors = 2; // that come with each message

/// The daemon's end of a connection, and the stranger's, who has got through the handshake.
class Line {
public:
    Line() {
        begin();
        fuzz::must(static_cast<bool>(deliver('l', "u", std::string_view("\0\0\0\0", 4))), "a good message arrives");
    }

    sd_bus* bus() const { return bus_.get(); }

    /// The message that sd-bus makes of a call with that body; none where it refuses.
    Message deliver(char order, std::string_view signature, std::string_view body) {
        const std::string frame = frameOf(order, signature, body);
        if (!send(frame)) begin();
        Message message;
        for (int result = 1; result > 0 && !message;) {
            sd_bus_message* got = nullptr;
            result = sd_bus_process(bus_.get(), &got);
            if (got && sd_bus_message_is_method_call(got, nullptr, nullptr) > 0)
                message = Message::owning(got);
            else
                sd_bus_message_unref(got);
            if (result < 0) begin();
        }
        if (!message) begin(); // the frame may have asked for more bytes than came
        return message;
    }

private:
    void begin() {
        int halves[2];
        fuzz::must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, halves) == 0, "a socketpair");
        stranger_ = Fd(halves[1]);
        bus_ = serverOver(Fd(halves[0])).value();
        constexpr std::string_view hello("\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n", 48);
        fuzz::must(::send(halves[1], hello.data(), hello.size(), 0) == static_cast<ssize_t>(hello.size()), "a hello");
        while (sd_bus_process(bus_.get(), nullptr) > 0) {
        }
        fuzz::must(sd_bus_is_ready(bus_.get()) > 0, "a handshake");
    }

    /// D-Bus specification, message format.
    static std::string frameOf(char order, std::string_view signature, std::string_view body) {
        const auto number = [order](std::uint32_t value) {
            std::string bytes(4, '\0');
            for (int i = 0; i < 4; ++i)
                bytes[static_cast<std::size_t>(i)] = static_cast<char>(value >> 8 * (order == 'l' ? i : 3 - i));
            return bytes;
        };
        std::string fields;
        const auto field = [&](char code, const char* type, const std::string& value) {
            fields.resize((fields.size() + 7) / 8 * 8);
            fields += std::string{code, '\1', *type, '\0'} + value;
        };
        const auto text = [&](std::string_view word) {
            return number(static_cast<std::uint32_t>(word.size())) + std::string(word) + '\0';
        };
        field(1, "o", text("/org/stint"));
        field(3, "s", text("Test"));
        field(8, "g", static_cast<char>(signature.size()) + std::string(signature) + '\0');
        field(9, "u", number(descriptors));
        const auto size = static_cast<std::uint32_t>(fields.size());
        fields.resize((fields.size() + 7) / 8 * 8);
        return std::string{order, '\1', '\1', '\1'} + number(static_cast<std::uint32_t>(body.size())) + number(1) +
               number(size) + fields + std::string(body);
    }

    bool send(std::string_view frame) {
        static const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        const std::array<int, descriptors> files{null.get(), null.get()};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof files)> control{};
        iovec part{const_cast<char*>(frame.data()), frame.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof files);
        std::memcpy(CMSG_DATA(header), files.data(), sizeof files);
        return ::sendmsg(stranger_.get(), &message, MSG_NOSIGNAL) == static_cast<ssize_t>(frame.size());
    }

    Fd stranger_;
    Bus bus_;
};

Line& line() {
    static Line made;
    return made;
}

template <class Value> using Read = Result<Value> (*)(Reader&);

/// `value` in a message that can be read, and as text.
template <class Value, class Write> std::pair<Message, std::string> written(const Value& value, Write write) {
    Message message = newSignal(line().bus(), "org.stint.Test1", "Test").value();
    Writer writer(message);
    write(writer, value);
    fuzz::must(writer.done().ok(), "what was read can be written");
    fuzz::must(sd_bus_message_seal(message.get(), 1, 0) >= 0, "and sent");
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* stream = ::open_memstream(&text, &size);
    sd_bus_message_dump(message.get(), stream, SD_BUS_MESSAGE_DUMP_SUBTREE_ONLY);
    std::fclose(stream);
    const std::unique_ptr<char, decltype(&std::free)> owned(text, &std::free);
    sd_bus_message_rewind(message.get(), 1);
    return {message, std::string(text, size)};
}

template <auto read, auto write> void roundTrip(const Message& message) {
    Reader reader(message);
    const auto value = read(reader);
    if (!value) return fuzz::must(value.error().code == Errc::ILLEGAL_ARGUMENT, value.error().message.c_str());
    const auto [once, text] = written(*value, write);
    Reader second(once);
    const auto again = read(second);
    fuzz::must(again.ok(), "and read again");
    fuzz::must(written(*again, write).second == text, "as the same");
}

void writeWholeJob(Writer& writer, const JobInfo& job) { writeJob(writer, job, ClipFiles::LeftOut); }
void writeWholeClip(Writer& writer, const ClipData& clip) { writeClip(writer, clip, ClipFiles::LeftOut); }

// One that is too long is as refused as any other.
Result<std::vector<JobOfList>> readList(Reader& reader) {
    auto jobs = readJobs(reader);
    if (!jobs && jobs.error().code == Errc::LIMIT_EXCEEDED) return Error{Errc::ILLEGAL_ARGUMENT, "too long"};
    return jobs;
}
void writeWholeList(Writer& writer, const std::vector<JobOfList>& jobs) { writeJobs(writer, jobs, ClipFiles::LeftOut); }

Result<WorkItem> readItem(Reader& reader) { return readWork(reader); }

// An app's claims about its work, from any process, to `stint work` and the Task Manager.
Result<WorkList> readAllWork(Reader& reader) {
    constexpr std::size_t most = 3;
    auto list = readWork(reader, most);
    if (list) fuzz::must(list->rows.size() <= most && (!list->more || list->rows.size() == most), "no more than asked");
    return list;
}
void writeAllWork(Writer& writer, const WorkList& list) {
    writer.openArray("a{sv}");
    for (const WorkRow& row : list.rows)
        writeRow(writer, row);
    writer.close();
}

struct Codec {
    const char* signature;
    void (*check)(const Message&);
};
// Only ever added to at the end: the corpus knows them by their number.
constexpr Codec codecs[]{
    {"a{sv}", roundTrip<readJob, writeWholeJob>},
    {"a{sv}", roundTrip<readBundle, writeBundle>},
    {"a(sah)", roundTrip<readClip, writeWholeClip>},
    {"a{sv}", roundTrip<readNetworkRequest, writeNetworkRequest>},
    {"a{sv}", roundTrip<readNetwork, writeNetwork>},
    {"a{sv}", roundTrip<readItem, writeWork>},
    {"a{sv}", roundTrip<readRunParameters, writeRunParameters>},
    {"a{sv}", roundTrip<readNotification, writeNotification>},
    {"a{sv}", roundTrip<readOutcome, writeOutcome>},
    {"a{sv}", roundTrip<readAlarm, writeAlarm>},
    {"a{sv}", roundTrip<readRow<AlarmView>, writeRow<AlarmView>>},
    {"a{sv}", roundTrip<readRow<MessageView>, writeRow<MessageView>>},
    {"a{sv}", roundTrip<readRow<MessageStory>, writeRow<MessageStory>>},
    {"ssxa{sv}", roundTrip<readAlarmCall, writeAlarmCall>},
    {"ssssa{sv}", roundTrip<readMessageCall, writeMessageCall>},
    {"a{sv}", roundTrip<readRow<RegistrationView>, writeRow<RegistrationView>>},
    {"a{sv}", roundTrip<readRow<LineStatus>, writeRow<LineStatus>>},
    {"a{sv}", roundTrip<readLine, writeLine>},
    {"a{sv}", roundTrip<readRegistration, writeRegistration>},
    {"a{sv}", roundTrip<readBatch, writeBatch>},
    {"tsa{sv}", roundTrip<readConnectorCall, writeConnectorCall>},
    {"a{sv}", roundTrip<readRow<QuotaView>, writeRow<QuotaView>>},
    {"a{sv}", roundTrip<readRow<Standing>, writeRow<Standing>>},
    {"a{sv}", roundTrip<readRow<PolicyRow>, writeRow<PolicyRow>>},
    {"a{sv}", roundTrip<readRow<DozeView>, writeRow<DozeView>>},
    {"a{sv}", roundTrip<readRow<DeviceLimitView>, writeRow<DeviceLimitView>>},
    {"a{sv}", roundTrip<readRow<JobView>, writeRow<JobView>>},
    {"a{sv}", roundTrip<readRow<Blocker>, writeRow<Blocker>>},
    {"a{sv}", roundTrip<readRow<HistoryEntry>, writeRow<HistoryEntry>>},
    {"a{sv}", roundTrip<readRow<TaskRow>, writeRow<TaskRow>>},
    {"a{sv}", roundTrip<readRow<NotificationView>, writeRow<NotificationView>>},
    {"a{sv}", roundTrip<readRow<AppView>, writeRow<AppView>>},
    {"a{sv}", roundTrip<readSchedulerView, writeSchedulerView>},
    {"a{sv}", roundTrip<readRow<DeviceRow>, writeRow<DeviceRow>>},
    {"a{sv}", roundTrip<readRow<NetworkRow>, writeRow<NetworkRow>>},
    {"a{sv}", roundTrip<readRow<Finding>, writeRow<Finding>>},
    {"aa{sv}", roundTrip<readAllWork, writeAllWork>},
    {"a(a{sv}a{sv})", roundTrip<readList, writeWholeList>},
};

void readAs(fuzz::Input input) {
    const Codec& codec = fuzz::choose(codecs, input);
    const unsigned oddity = input.byte();
    const char order = oddity % 2 == 1 ? 'B' : 'l';
    constexpr const char* strange[]{"a{ss}", "v", "aa{sv}", "s", "", "a(sv)", "a{sx}", "ah"};
    const char* signature = oddity < 128 ? codec.signature : strange[(oddity - 128) / 2 % std::size(strange)];
    if (const Message message = line().deliver(order, signature, input.rest())) codec.check(message);
}

} // namespace
} // namespace stint::wire

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    constexpr std::size_t most = 32 * 1024; // what fits into a socket
    stint::wire::readAs(stint::fuzz::Input(bytes, std::min(size, most)));
    return 0;
}
