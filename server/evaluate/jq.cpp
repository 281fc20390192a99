#include "server/evaluate/jq.hpp"

extern "C" {
#include <jq.h>
#include <jv.h>
}

#include <utility>

#include "core/model/json.hpp"

namespace holdfast::evaluate {
namespace {

constexpr std::size_t said_bytes_max = 500;

/// Takes the value over.
std::string text_of(jv value) {
    const jv text = jv_dump_string(value, 0);
    std::string out(jv_string_value(text),
                    static_cast<std::size_t>(jv_string_length_bytes(jv_copy(text))));
    jv_free(text);
    return out;
}

[[nodiscard]] std::unexpected<Error> wrong(std::string what) {
    if (what.size() > said_bytes_max) {
        what.resize(said_bytes_max);
    }
    std::string params = json::Writer{}.write("what", what).text();
    return fail(ErrorCode::routine_expression, std::move(what), std::move(params));
}

/// What an invalid value says. Takes it over.
std::string message_of(jv invalid) {
    const jv message = jv_invalid_get_msg(invalid);
    if (jv_get_kind(message) == JV_KIND_STRING) {
        std::string text = jv_string_value(message);
        jv_free(message);
        return text;
    }
    return text_of(message);
}

void note(void* said, jv message) {
    auto& text = *static_cast<std::string*>(said);
    if (jv_get_kind(message) == JV_KIND_STRING && text.size() < said_bytes_max) {
        text += text.empty() ? "" : "\n";
        text += jv_string_value(message);
    }
    jv_free(message);
}

/// There is nothing but the context to be read.
jv no_input(jq_state*, void*) {
    return jv_invalid();
}
void no_debugging(void*, jv message) {
    jv_free(message);
}

[[nodiscard]] Result<JqEvaluator::Program> compile(std::string_view expression) {
    JqEvaluator::Program program(jq_init());
    if (program == nullptr) {
        return fail(ErrorCode::routine_no_evaluator, "jq_init");
    }
    // jq 1.6 begins with whatever the memory held for these two.
    jq_set_input_cb(program.get(), &no_input, nullptr);
    jq_set_debug_cb(program.get(), &no_debugging, nullptr);
    std::string said;
    jq_set_error_cb(program.get(), &note, &said);
    // Without one, jq 1.6 ends the process where an expression imports anything.
    jq_set_attr(program.get(), jv_string("JQ_LIBRARY_PATH"), jv_array());
    const std::string text(expression);  // jq wants one that ends with a zero
    const bool is_text = text.find('\0') == std::string::npos;
    const bool compiled = is_text && jq_compile(program.get(), text.c_str()) != 0;
    jq_set_error_cb(program.get(), nullptr, nullptr);
    if (!compiled) {
        return wrong(said.empty() ? "it is not an expression" : std::move(said));
    }
    return program;
}

}  // namespace

void JqEvaluator::Close::operator()(jq_state* state) const {
    jq_teardown(&state);
}

JqEvaluator::JqEvaluator() = default;
JqEvaluator::~JqEvaluator() = default;

Result<jq_state*> JqEvaluator::program_of(std::string_view expression) {
    if (const auto found = by_text_.find(expression); found != by_text_.end()) {
        known_.splice(known_.begin(), known_, found->second);
        return known_.front().program.get();
    }
    HF_TRY(Program program, compile(expression));
    if (known_.size() >= limits::programs_kept_max) {
        by_text_.erase(known_.back().expression);
        known_.pop_back();
    }
    known_.push_front({std::string(expression), std::move(program)});
    by_text_.emplace(known_.front().expression, known_.begin());
    return known_.front().program.get();
}

Result<> check_expression(std::string_view expression) {
    HF_CHECK(compile(expression));
    return {};
}

Result<std::string> JqEvaluator::evaluate(std::string_view expression, std::string_view context) {
    HF_TRY(jq_state * program, program_of(expression));
    jv input = jv_parse_sized(context.data(), static_cast<int>(context.size()));
    if (jv_is_valid(input) == 0) {
        return wrong(message_of(input));
    }
    jq_start(program, input, 0);
    jv value = jq_next(program);
    if (jq_halted(program) != 0) {
        jv_free(value);
        return wrong("it halts");
    }
    if (jv_is_valid(value) != 0) {
        return text_of(value);
    }
    if (jv_invalid_has_msg(jv_copy(value)) != 0) {
        return wrong(message_of(value));
    }
    jv_free(value);
    return std::string("null");
}

}  // namespace holdfast::evaluate
