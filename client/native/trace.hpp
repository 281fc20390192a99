#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "client/engine/engine.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"

/// Recorded inputs of an engine: with the same seed they lead to the same outputs, so that what
/// happened on one machine can be looked at, step by step, on another.
///
/// A trace holds no passwords and no tokens: they are replaced where they are recorded. It does
/// hold what people wrote: it is as confidential as the organization's messages.
namespace holdfast::client {

/// One input with its time. Its bytes are owned here.
struct TraceRecord {
    enum class Kind : int {
        call = 1,
        socket_opened = 2,
        socket_received = 3,
        socket_closed = 4,
        http_answered = 5,
        time_passed = 6,
        call_with_bytes = 7,  ///< `number` of the bytes are its JSON
    };
    Kind kind = Kind::time_passed;
    std::uint32_t number = 0;  ///< of the socket or the request; bytes of JSON
    int status = 0;            ///< of the answer
    bool ours = false;         ///< of the answer
    Instant now{};
    WallTime wall{};
    std::string bytes{};

    /// The input as the engine takes it; valid as long as this record.
    [[nodiscard]] Input input() const;
};

[[nodiscard]] TraceRecord make_record(Instant now, WallTime wall, const Input& input);

/// Writes a record as a line of numbers (kind number status ours now wall size), then its bytes.
[[nodiscard]] bool write_record(std::FILE* file, const TraceRecord& record);

/// The next record; nothing at the end of the file.
/// Errors  trace_invalid: it ends within a record, or is none.
[[nodiscard]] Result<std::optional<TraceRecord>> read_record(std::FILE* file);

/// JSON with passwords and tokens replaced, wherever they stand in it. What is not JSON comes back
/// empty: it cannot be known what is in it.
[[nodiscard]] std::string redact_json(std::string_view json);

/// What else decides the outputs; the first line of a trace.
struct TraceHead {
    std::string app_version;
    bool memory_replica = false;
    std::uint64_t seed = 0;
};

/// Writes a trace, as the inputs come.
class TraceWriter {
public:
    /// Makes the file, readable for its owner only.
    /// Errors  setup_file: it exists already, or cannot be made.
    [[nodiscard]] static Result<std::unique_ptr<TraceWriter>> create(const std::string& path,
                                                                     const TraceHead& head);
    /// Records an input without its secrets. A full disk ends the trace, not the client.
    void record(Instant now, WallTime wall, const Input& input);

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    explicit TraceWriter(std::FILE* file) : file_(file) {}
    std::unique_ptr<std::FILE, Close> file_;
};

/// Reads a trace from its beginning.
class TraceReader {
public:
    /// Errors  setup_file: it cannot be read · trace_invalid: it is not a trace of this version.
    [[nodiscard]] static Result<TraceReader> open(const std::string& path);

    [[nodiscard]] const TraceHead& head() const { return head_; }
    /// As read_record().
    [[nodiscard]] Result<std::optional<TraceRecord>> next() { return read_record(file_.get()); }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    TraceReader(std::FILE* file, TraceHead head) : file_(file), head_(std::move(head)) {}
    std::unique_ptr<std::FILE, Close> file_;
    TraceHead head_;
};

}  // namespace holdfast::client
