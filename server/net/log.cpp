#include "server/net/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace holdfast::net {
namespace {

constexpr std::size_t value_bytes_max = 200;

bool is_plain(char c) {
    return c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7f;
}

void append_text(std::string& line, std::string_view text) {
    const bool cut = text.size() > value_bytes_max;
    text = text.substr(0, value_bytes_max);
    if (!cut && !text.empty() && std::ranges::all_of(text, is_plain)) {
        line += text;
        return;
    }
    line += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            line += '\\';
            line += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            line += c;
        }
    }
    line += cut ? "…\"" : "\"";
}

spdlog::level::level_enum to_spdlog(Log::Level level) {
    switch (level) {
        case Log::Level::debug:
            return spdlog::level::debug;
        case Log::Level::info:
            return spdlog::level::info;
        case Log::Level::warning:
            return spdlog::level::warn;
        case Log::Level::error:
            break;
    }
    return spdlog::level::err;
}

}  // namespace

Log::Log(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) const {
    if (logger_ && logger_->should_log(to_spdlog(level))) {
        logger_->log(to_spdlog(level), format_event(event, fields));
    }
}

std::string format_event(std::string_view event, std::initializer_list<Log::Field> fields) {
    std::string line = "event=";
    line += event;
    for (const Log::Field& field : fields) {
        line += ' ';
        line += field.name;
        line += '=';
        if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
            line += std::to_string(*number);
        } else {
            append_text(line, std::get<std::string_view>(field.value));
        }
    }
    return line;
}

std::shared_ptr<spdlog::logger> make_logger(std::string_view level) {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    auto logger = std::make_shared<spdlog::logger>("holdfast", std::move(sink));
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %L %v");
    logger->set_level(level == "debug"     ? spdlog::level::debug
                      : level == "warning" ? spdlog::level::warn
                      : level == "error"   ? spdlog::level::err
                      : level == "off"     ? spdlog::level::off
                                           : spdlog::level::info);
    logger->flush_on(spdlog::level::debug);
    return logger;
}

}  // namespace holdfast::net
