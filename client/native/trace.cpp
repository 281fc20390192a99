#include "client/native/trace.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <variant>

#include "core/wire/codec.hpp"

namespace holdfast::client {
namespace {

using Json = nlohmann::ordered_json;
using Kind = TraceRecord::Kind;

constexpr std::string_view mark = "holdfast-trace 1 ";
constexpr std::size_t head_bytes_max = 4096;
constexpr std::size_t record_bytes_max = 64 * 1024 * 1024;  // an answer is at most 16 MiB
constexpr std::string_view replacement = "redacted";

bool is_secret(std::string_view name) {
    constexpr std::array secrets{"password",
                                 "old_password",
                                 "new_password",
                                 "access_token",
                                 "refresh_token",
                                 "pass",
                                 "token",
                                 "url"};
    return std::ranges::find(secrets, name) != secrets.end();
}

void redact(Json& json) {
    for (auto& [name, value] : json.items()) {
        if (value.is_structured()) {
            redact(value);
        } else if (json.is_object() && is_secret(name)) {
            value = replacement;
        }
    }
}

/// Bodies that are not JSON are the frames of a pull, which carry no secrets.
bool looks_like_json(std::string_view body) {
    const auto first = body.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
}

/// A message of the server with what a welcome gives for the next greeting replaced, as long as it
/// was. What cannot be read comes back empty, as JSON does.
std::string redact_frame(std::string_view bytes) {
    const auto frame = wire::decode(bytes);
    if (!frame) {
        return {};
    }
    std::string redacted(bytes);
    const auto* welcome = std::get_if<wire::Welcome>(&*frame);
    if (welcome == nullptr || welcome->resume.empty()) {
        return redacted;
    }
    const std::size_t size = welcome->resume.size();
    for (auto at = redacted.find(welcome->resume); at != std::string::npos;
         at = redacted.find(welcome->resume, at + size)) {
        redacted.replace(at, size, size, '*');
    }
    return redacted;
}

void fill(TraceRecord& record, const Call& input) {
    record.kind = input.bytes.empty() ? Kind::call : Kind::call_with_bytes;
    record.number = input.bytes.empty() ? 0 : static_cast<std::uint32_t>(input.json.size());
    record.bytes = input.json;
    record.bytes += input.bytes;
}
void fill(TraceRecord& record, const SocketOpened& input) {
    record.kind = Kind::socket_opened;
    record.number = input.socket;
}
void fill(TraceRecord& record, const SocketReceived& input) {
    record.kind = Kind::socket_received;
    record.number = input.socket;
    record.bytes = input.bytes;
}
void fill(TraceRecord& record, const SocketClosed& input) {
    record.kind = Kind::socket_closed;
    record.number = input.socket;
}
void fill(TraceRecord& record, const HttpAnswered& input) {
    record.kind = Kind::http_answered;
    record.number = input.request;
    record.status = input.status;
    record.ours = input.ours;
    record.bytes = input.body;
}
void fill(TraceRecord& record, const TimePassed& /*input*/) {
    record.kind = Kind::time_passed;
}

std::unexpected<Error> invalid(std::string detail) {
    return fail(ErrorCode::trace_invalid, std::move(detail));
}

std::string print(const TraceHead& head) {
    return std::string(mark) +
           Json{{"app_version", head.app_version},
                {"memory_replica", head.memory_replica},
                {"seed", std::to_string(head.seed)}}
               .dump() +
           "\n";
}

Result<TraceHead> parse_head(std::string_view line) {
    if (!line.starts_with(mark) || !line.ends_with('\n')) {
        return invalid("it does not begin as a trace of this version does");
    }
    const Json json = Json::parse(line.substr(mark.size()), nullptr, false);
    if (!json.is_object() || !json.contains("seed") || !json["seed"].is_string()) {
        return invalid("its first line cannot be read");
    }
    TraceHead head;
    head.app_version = json.value("app_version", "");
    head.memory_replica = json.value("memory_replica", false);
    head.seed = std::strtoull(json["seed"].get<std::string>().c_str(), nullptr, 10);
    return head;
}

}  // namespace

Input TraceRecord::input() const {
    switch (kind) {
        case Kind::call:
            return Call{bytes};
        case Kind::call_with_bytes:
            return Call{std::string_view(bytes).substr(0, number),
                        std::string_view(bytes).substr(number)};
        case Kind::socket_opened:
            return SocketOpened{number};
        case Kind::socket_received:
            return SocketReceived{number, bytes};
        case Kind::socket_closed:
            return SocketClosed{number};
        case Kind::http_answered:
            return HttpAnswered{number, status, ours, bytes};
        case Kind::time_passed:
            break;
    }
    return TimePassed{};
}

TraceRecord make_record(Instant now, WallTime wall, const Input& input) {
    TraceRecord record{.now = now, .wall = wall};
    std::visit([&](const auto& specific) { fill(record, specific); }, input);
    return record;
}

bool write_record(std::FILE* file, const TraceRecord& record) {
    return std::fprintf(file,
                        "%d %u %d %d %lld %lld %zu\n",
                        static_cast<int>(record.kind),
                        record.number,
                        record.status,
                        record.ours ? 1 : 0,
                        static_cast<long long>(record.now.ms),
                        static_cast<long long>(record.wall.ms),
                        record.bytes.size()) > 0 &&
           std::fwrite(record.bytes.data(), 1, record.bytes.size(), file) == record.bytes.size() &&
           std::fflush(file) == 0;
}

Result<std::optional<TraceRecord>> read_record(std::FILE* file) {
    TraceRecord record;
    int kind = 0;
    int ours = 0;
    long long now = 0;
    long long wall = 0;
    std::size_t size = 0;
    const int read = std::fscanf(file,
                                 "%d %u %d %d %lld %lld %zu",
                                 &kind,
                                 &record.number,
                                 &record.status,
                                 &ours,
                                 &now,
                                 &wall,
                                 &size);
    if (read == EOF && std::feof(file) != 0) {
        return std::nullopt;
    }
    constexpr int fields = 7;
    if (read != fields || std::fgetc(file) != '\n') {
        return invalid("a record's numbers cannot be read");
    }
    if (kind < static_cast<int>(Kind::call) || kind > static_cast<int>(Kind::call_with_bytes)) {
        return invalid("a record is of kind " + std::to_string(kind));
    }
    if (kind == static_cast<int>(Kind::call_with_bytes) && record.number > size) {
        return invalid("a call is longer than its record");
    }
    if (size > record_bytes_max) {
        return invalid("a record of " + std::to_string(size) + " bytes");
    }
    record.kind = static_cast<Kind>(kind);
    record.ours = ours != 0;
    record.now = Instant{now};
    record.wall = WallTime{wall};
    record.bytes.resize(size);
    if (std::fread(record.bytes.data(), 1, size, file) != size) {
        return invalid("it ends within a record");
    }
    return record;
}

std::string redact_json(std::string_view json) {
    Json parsed = Json::parse(json, nullptr, false);
    if (parsed.is_discarded()) {
        return {};
    }
    redact(parsed);
    return parsed.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::unique_ptr<TraceWriter>> TraceWriter::create(const std::string& path,
                                                         const TraceHead& head) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    std::FILE* file = descriptor < 0 ? nullptr : fdopen(descriptor, "w");
    if (file == nullptr) {
        const std::string why = std::strerror(errno);
        if (descriptor >= 0) {
            ::close(descriptor);
        }
        return fail(ErrorCode::setup_file, "the trace " + path + ": " + why);
    }
    std::unique_ptr<TraceWriter> writer(new TraceWriter(file));
    if (std::fputs(print(head).c_str(), file) < 0 || std::fflush(file) != 0) {
        return fail(ErrorCode::setup_file, "the trace " + path + ": " + std::strerror(errno));
    }
    return writer;
}

void TraceWriter::record(Instant now, WallTime wall, const Input& input) {
    if (!file_) {
        return;
    }
    TraceRecord record = make_record(now, wall, input);
    const bool is_json = record.kind == Kind::call ||
                         (record.kind == Kind::http_answered && looks_like_json(record.bytes));
    if (is_json) {
        record.bytes = redact_json(record.bytes);
    } else if (record.kind == Kind::call_with_bytes) {
        const std::string json =
            redact_json(std::string_view(record.bytes).substr(0, record.number));
        record.bytes.replace(0, record.number, json);
        record.number = static_cast<std::uint32_t>(json.size());
    } else if (record.kind == Kind::socket_received) {
        record.bytes = redact_frame(record.bytes);
    }
    if (!write_record(file_.get(), record)) {
        file_.reset();
    }
}

Result<TraceReader> TraceReader::open(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "re");
    if (file == nullptr) {
        return fail(ErrorCode::setup_file, path + ": " + std::strerror(errno));
    }
    TraceReader reader(file, {});
    std::array<char, head_bytes_max> line{};
    if (std::fgets(line.data(), static_cast<int>(line.size()), file) == nullptr) {
        return invalid(path + " is empty");
    }
    HF_TRY(reader.head_, parse_head(line.data()));
    return reader;
}

}  // namespace holdfast::client
