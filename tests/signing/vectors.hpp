// Files that minisign 0.11 of Debian 12 has made. Their keys are nobody's: they are here for all to read.
#pragma once
#include <string_view>

namespace stint::fleet::vectors {

inline constexpr std::string_view content = "campaign\n";

// minisign -G -W
inline constexpr std::string_view publicFile = "untrusted comment: minisign public key 8FFE9C2C53FDE06C\n"
                                               "RWRs4P1TLJz+jy/TsOzGppMp5UZ9tILM7s+R3f3WjN/7GcoU0O5xI4zu\n";
inline constexpr std::string_view unlockedFile =
    "untrusted comment: minisign encrypted secret key\n"
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAbOD9Uyyc/o/"
    "v3s7K7zqGMHsPsMwCHeamGNzfaYp5tpuZ3CnP+0tgMi/TsOzGppMp5UZ9tILM7s+R3f3WjN/"
    "7GcoU0O5xI4zuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
// minisign -S, without and with -l
inline constexpr std::string_view signature =
    "untrusted comment: signature from minisign secret key\n"
    "RURs4P1TLJz+j2Res6QQ86dIeJSx2RjgDtPzoIukoqRQzuF1qp9zjVdcjO0jDJWJSXkJrwy71VkKOiUhfvmy2OzbuDDzai6GxAc=\n"
    "trusted comment: timestamp:1795867213\tfile:doc\thashed\n"
    "Orer6McCkJySX6fGFHDDpIhUjrCHZlO3BdgTdmBReNnK6FH/CgV+RqJZfB6sDRIxelcJGHA022aVp3hfPc3wBg==\n";
inline constexpr std::string_view legacySignature =
    "untrusted comment: signature from minisign secret key\n"
    "RWRs4P1TLJz+j9HtsSMSe21O3nQzcR+3o4IuBtyAUWmJGgV+KtjIaZCwbvcbBKvEvMPXEEmSWgu0kZ7R0PBWryXBv+vovh2h+gc=\n"
    "trusted comment: timestamp:1795867213\tfile:doc\n"
    "yLapR7zWR7T8TY2eAPD7nGa82UCFzrkl0o0oFwmIXfMI3VBD0/gToDW4Q1Qcj6TZ0eEpO5ix1Reu5KbHKj7xAQ==\n";

// minisign -G, with the password "secret"
inline constexpr std::string_view lockedPublicFile = "untrusted comment: minisign public key 4DFEA9EF01DFA0EA\n"
                                                     "RWTqoN8B76n+TW5Cw9vnKR3FT5L62q9QSGyv3ObD03pm9XKskCREGnS3\n";
inline constexpr std::string_view lockedFile =
    "untrusted comment: minisign encrypted secret key\n"
    "RWRTY0Iy4MyxWA8WQELpnMtjH1lQ1NSudSkCf4ozGYlX6+CRCuQAAAACAAAAAAAAAEAAAAAASb+"
    "ESX5rOSCzEJgkp2IYplED3ZziFzcoSYXnKfbgUEVlgxAwPEINxVuf8kaGZ+X72yoEBYva0xePlE9kx8u5806dpc0ggmJ1KFOOE3+"
    "3KisN9O1kQpYxoiHlqaUhHk2+qOK5ZFtMtGY=\n";
// minisign -S -t "kind=campaign"
inline constexpr std::string_view lockedSignature =
    "untrusted comment: signature from minisign secret key\n"
    "RUTqoN8B76n+TSDRabRuYandxr+wwjwscdjwtBWq1I02hOK9I9OKUlQ583KlEsl4tkqCxASQwa1gLScMcgCB3BGwtFBsbXzY8AM=\n"
    "trusted comment: kind=campaign\n"
    "L98f88CYuNP/A3QxmrUsWguPHQ6TRqe0HNJ5m3VxJinB44GSWue/JU4YeH6pBGmo5FfphqUsq0OTNZBno37yDw==\n";

} // namespace stint::fleet::vectors
