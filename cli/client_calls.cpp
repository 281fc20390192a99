#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/client.hpp"
#include "client/native/limits.hpp"
#include "core/files/media.hpp"

namespace asio = boost::asio;

namespace holdfast::cli {
namespace {

/// The standard input, line by line: through the loop where it is a pipe or a terminal, and at once
/// where it is a file, which no loop can wait for.
class Lines {
public:
    Lines(asio::io_context& loop,
          std::function<void(std::string)> on_line,
          std::function<void()> on_end)
        : input_(loop),
          buffer_(client::limits::call_line_bytes_max),
          on_line_(std::move(on_line)),
          on_end_(std::move(on_end)) {}

    void start() {
        boost::system::error_code error;
        input_.assign(dup(STDIN_FILENO), error);
        if (error) {
            read_all();
        } else {
            read();
        }
    }

private:
    void read_all() {
        for (std::string line; std::getline(std::cin, line);) {
            on_line_(std::move(line));
        }
        on_end_();
    }

    void read() {
        asio::async_read_until(
            input_, buffer_, '\n', [this](boost::system::error_code error, std::size_t) {
                std::istream stream(&buffer_);
                std::string line;
                if (std::getline(stream, line) && !line.empty()) {
                    on_line_(std::move(line));
                }
                if (error) {
                    on_end_();
                } else {
                    read();
                }
            });
    }

    asio::posix::stream_descriptor input_;
    asio::streambuf buffer_;
    std::function<void(std::string)> on_line_;
    std::function<void()> on_end_;
};

/// What a call brings stands in it as base64: {"id":7,"call":"add_bytes","args":{…},"bytes":"…"}.
std::string bytes_in(const std::string& line) {
    const auto call = nlohmann::json::parse(line, nullptr, false);
    if (!call.is_object() || !call.contains("bytes") || !call["bytes"].is_string()) {
        return {};
    }
    return files::from_base64(call["bytes"].get<std::string>()).value_or(std::string{});
}

}  // namespace

Result<> run_calls(const ClientOptions& options) {
    asio::io_context loop(1);
    HF_TRY(const auto client, client::NativeClient::open(loop, options.native));
    std::size_t unanswered = 0;
    bool ended = false;
    client->on_message_with_bytes([&](std::string_view message, std::string_view bytes) {
        std::string line(message);
        if (!bytes.empty()) {
            line.insert(line.size() - 1, R"(,"bytes":")" + files::to_base64(bytes) + '"');
        }
        std::printf("%s\n", line.c_str());
        std::fflush(stdout);
        unanswered -= message.starts_with("{\"reply\"") && unanswered > 0 ? 1 : 0;
    });
    Lines lines(
        loop,
        [&](std::string line) {
            ++unanswered;
            std::string bytes = bytes_in(line);
            client->call(std::move(line), std::move(bytes));
        },
        [&] { ended = true; });
    lines.start();
    while (!ended || unanswered > 0) {
        if (loop.run_one() == 0) {
            loop.restart();
        }
    }
    return {};
}

}  // namespace holdfast::cli
