#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace spdlog {
class logger;
}

namespace holdfast::net {

/// Events with fields, one line each: `event=signed_in user=17 device=1025 ms=61`.
///
/// Nothing secret and nothing that people wrote goes in: no tokens, passwords, bodies, texts,
/// e-mail addresses. Addresses of requests are logged without what stands behind "?".
class Log {
public:
    enum class Level { debug, info, warning, error };
    struct Field {
        std::string_view name;
        std::variant<std::string_view, std::int64_t> value;
    };

    explicit Log(std::shared_ptr<spdlog::logger> logger);
    void write(Level level, std::string_view event, std::initializer_list<Field> fields = {}) const;

private:
    std::shared_ptr<spdlog::logger> logger_;  ///< owners: this, and whoever made it
};

/// One line from an event: values with spaces, quotes or control characters are quoted and escaped,
/// and long ones are cut, so that a client can neither forge a line nor fill the disk with one.
[[nodiscard]] std::string format_event(std::string_view event,
                                       std::initializer_list<Log::Field> fields);

/// Logger to the standard error. `level`: debug, info, warning, error, off; info for anything else.
[[nodiscard]] std::shared_ptr<spdlog::logger> make_logger(std::string_view level);

}  // namespace holdfast::net
