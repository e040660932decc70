// The bytes of version 1 (design.md, wire): within it things are only added, and what a message was stays what it is.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "wire/capture.hpp"
#include "wire/codec.hpp"
#include "wire/names.hpp"

using namespace stint;
using namespace stint::wire;

namespace {

/// In hexadecimal, 32 bytes a line.
std::string dump(std::string_view bytes) {
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const auto byte = static_cast<unsigned char>(bytes[at]);
        text += fmt::format("{:02x}", byte);
        if (at % 32 == 31 || at + 1 == bytes.size()) text += '\n';
    }
    return text;
}

// On a little-endian machine: D-Bus lets the sender choose the byte order, and sd-bus takes its own.
constexpr std::string_view golden = R"(6c010001cc020000010000006100000001016f000a0000002f6f72672f737469
6e7400000000000003017300080000005363686564756c650000000000000000
02017300170000006f72672e7374696e742e4a6f625363686564756c65723100
080167000b617b73767d73617b73767d00000000000000009b02000000000000
0200000069640001690000000700000007000000736572766963650001730000
1a000000636f6d2e6578616d706c652e6d61696c2f446f776e6c6f6164730000
0d00000075736572496e69746961746564000162000000000100000000000000
080000007072696f7269747900016900f4010000000000000f00000072657175
697265644e6574776f726b0005617b73767d0000700000000c00000063617061
62696c697469657300026173000000003a0000000b0000004e4f545f4d455445
5245440008000000494e5445524e455400000000070000005452555354454400
0900000056414c4944415445440000000a0000007472616e73706f7274730002
617300000000000016000000657374696d61746564446f776e6c6f6164427974
6573000178000000000000100000000014000000657374696d6174656455706c
6f616442797465730001780000000000ffffffffffffffff180000006d696e69
6d756d4e6574776f726b4368756e6b427974657300017800ffffffffffffffff
0e000000696e697469616c4261636b6f66660001780000003075000000000000
0d0000006261636b6f6666506f6c696379000169000000000100000000000000
0900000070657273697374656400016200000000010000001500000072657175
69726573426174746572794e6f744c6f77000162000000000000000000000000
1000000072657175697265734368617267696e67000162000100000000000000
15000000726571756972657353746f726167654e6f744c6f7700016200000000
0000000000000000060000006578747261730005617b73767d0000003b000000
0500000074726965730001690000000003000000000000000300000075726c00
0173000012000000687474703a2f2f6c6f63616c686f73742f61000004000000
73796e63000000001400000000000000050000006e6577496400016200000000
01000000
)";

} // namespace

TEST_CASE("a job dictionary is the same bytes in every release of version 1") {
    JobInfo::Builder builder(JobId(7), ComponentName("com.example.mail", "Downloads"));
    builder.setUserInitiated(true)
        .setRequiredNetworkType(JobInfo::NETWORK_TYPE_UNMETERED)
        .setEstimatedNetworkBytes(256_MiB)
        .setBackoffCriteria(30s, JobInfo::BACKOFF_POLICY_EXPONENTIAL)
        .setPersisted(true)
        .setRequiresCharging(true)
        .setExtras(PersistableBundle().putString("url", "http://localhost/a").putInt("tries", 3));
    Capture capture;
    const Message call = newCall(capture.bus(), jobSchedulerInterface, "Schedule").value();
    Writer writer(call);
    writeJob(writer, builder.build().value(), ClipFiles::Included);
    writer.string("sync");
    {
        DictionaryWriter options(writer);
        options.put("newId", true);
    }
    REQUIRE(writer.done().ok());
    CHECK(dump(capture.sent(call)) == golden);
}
