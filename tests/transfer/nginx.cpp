#include "transfer/nginx.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/unix/fd.hpp"

namespace stint::transfer {
namespace {

constexpr const char* program = "/usr/sbin/nginx";

// Bound here and inherited (nginx takes listening sockets from the variable NGINX): the port is free, and connections
// wait in its queue from now on.
Fd listenOn(int& port) {
    Fd fd(::socket(AF_INET, SOCK_STREAM, 0));
    STINT_CHECK(fd);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    STINT_CHECK(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    STINT_CHECK(::listen(fd.get(), 64) == 0);
    STINT_CHECK(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
    return fd;
}

} // namespace

bool Nginx::installed() { return ::access(program, X_OK) == 0; }

Nginx::Nginx(const std::filesystem::path& directory, const std::string& serverLines) {
    std::string home = (std::filesystem::temp_directory_path() / "stint-nginx-XXXXXX").native();
    STINT_CHECK(::mkdtemp(home.data()) != nullptr);
    home_ = home;
    const Fd listening = listenOn(port_);
    std::ofstream(home_ / "nginx.conf") << fmt::format(
        "{}daemon off;\nworker_processes 1;\npid {}/pid;\nerror_log {}/error.log;\nevents {{}}\n"
        "http {{\n  log_format served '$status $body_bytes_sent \"$http_range\"';\n  access_log {}/access.log served;\n"
        "  client_body_temp_path {}/body; proxy_temp_path {}/proxy; fastcgi_temp_path {}/fastcgi;\n"
        "  uwsgi_temp_path {}/uwsgi; scgi_temp_path {}/scgi;\n"
        "  server {{\n    listen 127.0.0.1:{};\n    root {};\n    sendfile on;\n    {}\n  }}\n}}\n",
        ::geteuid() == 0 ? "user root;\n" : "", home, home, home, home, home, home, home, home, port_,
        directory.native(), serverLines);
    const std::string conf = (home_ / "nginx.conf").native();
    const std::string log = (home_ / "error.log").native();
    const std::string inherited = fmt::format("{};", listening.get());
    process_ = ::fork();
    if (process_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM); // its worker goes with it
        ::setenv("NGINX", inherited.c_str(), 1);
        ::execl(program, program, "-e", log.c_str(), "-p", home.c_str(), "-c", conf.c_str(), nullptr);
        ::_exit(127);
    }
}

Nginx::~Nginx() {
    quit();
    std::error_code ignored;
    std::filesystem::remove_all(home_, ignored);
}

std::string Nginx::url(const std::string& name) const { return fmt::format("http://127.0.0.1:{}/{}", port_, name); }

std::vector<Nginx::Served> Nginx::served() const {
    std::vector<Served> all;
    std::ifstream log(home_ / "access.log");
    for (Served one; log >> one.status >> one.bytes >> one.range;)
        all.push_back(one);
    return all;
}

void Nginx::quit() {
    if (process_ < 0) return;
    ::kill(process_, SIGQUIT);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
}

} // namespace stint::transfer
