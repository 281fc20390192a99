#include "server/evaluate/process.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>

#include "core/model/json.hpp"
#include "core/workflow/limits.hpp"
#include "server/evaluate/jq.hpp"

namespace holdfast::evaluate {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool is_sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif
#else
constexpr bool is_sanitized = false;
#endif

void limit(int what, rlim_t most) {
    const rlimit both{most, most};
    (void)setrlimit(what, &both);
}

/// Whatever else the machine has to do goes first. A low priority alone does not see to that: the
/// scheduler lets what runs go on to its next tick, milliseconds later, for each thread that wakes
/// up. So all processes that evaluate share the last of the processors, and leave the others free.
void stand_back() {
    (void)setpriority(PRIO_PROCESS, 0, limits::niceness);
    cpu_set_t ours;
    if (sched_getaffinity(0, sizeof ours, &ours) != 0 || CPU_COUNT(&ours) < 2) {
        return;
    }
    int last = CPU_SETSIZE - 1;
    while (!CPU_ISSET(last, &ours)) {
        --last;
    }
    CPU_ZERO(&ours);
    CPU_SET(last, &ours);
    (void)sched_setaffinity(0, sizeof ours, &ours);
}

/// No file can be opened from here on, none written, no process begun; the environment is empty.
void give_up() {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    tzset();  // reads its file now
    static char* nothing[] = {nullptr};
    environ = nothing;  // clearenv() leaves none at all, and jq looks into it
    // The sanitizer's shadow is larger than any limit, and it asks a pipe what memory there is.
    limit(RLIMIT_NOFILE, is_sanitized ? 16 : 3);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NPROC, 0);
    if (!is_sanitized) {
        limit(RLIMIT_AS, limits::memory_bytes_max);
    }
}

/// The processor's time that this request may take from now on; 0: no limit.
void limit_time(int ms) {
    const itimerval time{{0, 0}, {ms / 1000, (ms % 1000) * 1000}};
    (void)setitimer(ITIMER_PROF, &time, nullptr);
}

bool read_all(char* out, std::size_t count) {
    while (count > 0) {
        const ssize_t got = read(STDIN_FILENO, out, count);
        if (got <= 0) {
            if (got < 0 && errno == EINTR) {
                continue;
            }
            return false;
        }
        out += got;
        count -= static_cast<std::size_t>(got);
    }
    return true;
}

bool write_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (put < 0) {
            if (errno == EINTR) {
                continue;
            }
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

}  // namespace

/// The context is not read again on its way: it stands behind the first line.
std::string encode(const Request& value) {
    const json::Value expressions = value.expressions;
    return json::dump(expressions) + "\n" + value.context;
}

Result<Request> parse_request(std::string_view text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    json::Reader reader = json::Reader::of({{"expressions", json::parse(text.substr(0, end))}});
    Request request{.context = std::string(text.substr(std::min(end + 1, text.size())))};
    reader.read("expressions", request.expressions);
    return json::finish(reader, std::move(request));
}

std::string encode(const Result<workflow::Inputs>& answer) {
    json::Writer writer;
    if (answer) {
        writer.write("values", *answer);
    } else {
        writer.write("error", static_cast<std::int64_t>(answer.error().code))
            .write("params", answer.error().params);
    }
    return writer.text();
}

Result<workflow::Inputs> parse_answer(std::string_view text) {
    json::Reader reader(text);
    workflow::Inputs values;
    std::int64_t error = 0;
    std::string params;
    reader.read("values", values).read("error", error).read("params", params);
    const auto code = static_cast<ErrorCode>(error);
    if (!reader.done() || (error != 0 && find_error(code) == nullptr)) {
        return fail(ErrorCode::routine_no_evaluator, "the evaluator's answer");
    }
    if (error != 0) {
        return fail(code, params, params);
    }
    return values;
}

std::string framed(std::string_view text) {
    std::string frame;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        frame += static_cast<char>((text.size() >> shift) & 0xffU);
    }
    return frame.append(text);
}

std::size_t frame_length(std::string_view head) {
    std::size_t length = 0;
    for (unsigned i = 0; i < 4; ++i) {
        length |= static_cast<std::size_t>(static_cast<unsigned char>(head[i])) << (8 * i);
    }
    return length;
}

Result<workflow::Inputs> answer(const Request& request, workflow::Evaluator& evaluator) {
    workflow::Inputs values;
    for (const auto& [name, expression] : request.expressions) {
        auto value = evaluator.evaluate(expression, request.context);
        if (!value) {
            json::Value params = json::parse(value.error().params);
            params["input"] = name;
            return fail(value.error().code, name, params.dump());
        }
        if (value->size() > workflow::limits::result_bytes_max) {
            return fail(
                ErrorCode::routine_invalid_input, name, json::Writer{}.write("input", name).text());
        }
        values.emplace(name, *std::move(value));
    }
    return values;
}

int serve() {
    stand_back();
    give_up();
    JqEvaluator evaluator;
    std::string text;
    for (char head[4]; read_all(head, sizeof head);) {
        const std::size_t length = frame_length({head, sizeof head});
        if (length > limits::frame_bytes_max) {
            return EXIT_FAILURE;
        }
        text.resize(length);
        if (!read_all(text.data(), length)) {
            return EXIT_FAILURE;
        }
        limit_time(limits::cpu_ms_max);
        const auto request = parse_request(text);
        const auto values = request ? answer(*request, evaluator)
                                    : Result<workflow::Inputs>(std::unexpected(request.error()));
        limit_time(0);
        if (!write_all(framed(encode(values)))) {
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}

}  // namespace holdfast::evaluate
