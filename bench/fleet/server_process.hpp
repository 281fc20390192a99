#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/stage.hpp"
#include "core/base/id.hpp"

namespace holdfast::bench {

/// A part of this program that runs in a process of its own, so that its memory and its time can be
/// told from the devices' and it has file descriptors of its own.
///
/// Call  while this process has one thread.
class Child {
public:
    /// `body` gets the ends of two pipes: what it writes this process reads with read_line(), and
    /// what it reads was written by say(). It ends when its input ends.
    explicit Child(const std::function<void(int in, int out)>& body);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] std::string read_line();
    void say(std::string_view line);
    [[nodiscard]] std::uint64_t resident_bytes() const;
    [[nodiscard]] double cpu_seconds() const;

private:
    pid_t process_ = 0;
    int in_ = -1;
    int out_ = -1;
    std::string read_;
};

/// The next line that the other process has written; the end of the program where there is none.
[[nodiscard]] std::string read_line(int from, std::string& buffer);
void write_line(int to, std::string_view line);

/// What a device needs to greet.
struct Pass {
    std::string token;
    DeviceNumber device = 0;
    std::uint64_t salt = 0;
};

/// A real server in a process of its own, on an organization of `devices` people with one device
/// each, who are all signed in, and one channel.
class ServerProcess {
public:
    ServerProcess(const TempFolder& folder, std::size_t devices, bool tls);

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const std::vector<Pass>& passes() const { return passes_; }
    [[nodiscard]] Id channel() const { return channel_; }
    [[nodiscard]] const Child& child() const { return child_; }

private:
    Child child_;
    std::uint16_t port_ = 0;
    Id channel_;
    std::vector<Pass> passes_;
};

}  // namespace holdfast::bench
