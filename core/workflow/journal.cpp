#include "core/workflow/journal.hpp"

#include <algorithm>
#include <utility>

#include "core/base/assert.hpp"
#include "core/workflow/limits.hpp"
#include "core/workflow/reading.hpp"

namespace holdfast::workflow {

namespace {

constexpr std::string_view step = "STEP";
constexpr std::string_view done = "DONE";

/// A for_each under way.
struct Loop {
    std::uint32_t items = 0;
    std::uint32_t index = 0;
    const Entry* began = nullptr;
};

std::uint32_t iterations_of(const Routine& routine) {
    const std::uint32_t wanted = routine.max_iterations;
    return wanted == 0 ? limits::iterations_default : std::min(wanted, limits::iterations_max);
}

[[nodiscard]] std::unexpected<Error> mismatch(const Entry& entry) {
    return fail(ErrorCode::routine_journal_mismatch,
                "entry " + entry.stage + "/" + std::to_string(entry.iteration));
}

/// Walks through a routine along a journal.
class Walk {
public:
    explicit Walk(const Routine& routine)
        : routine_(routine), at_(find_stage(routine, routine.start)) {}

    /// Errors  routine_journal_mismatch.
    [[nodiscard]] Result<> follow(const Entry& entry) {
        if (at_ == nullptr || steps_ >= iterations_of(routine_) || entry.stage != at_->key ||
            entry.iteration != runs_[entry.stage] + 1) {
            return mismatch(entry);
        }
        if (at_->kind == StageKind::for_each) {
            HF_CHECK(follow_loop(entry));
        }
        ++runs_[entry.stage];
        ++steps_;
        last_ = &entry;
        const auto leads = at_->next.find(entry.outcome);
        at_ = leads == at_->next.end() ? nullptr : find_stage(routine_, leads->second);
        return {};
    }

    [[nodiscard]] Next next() const {
        if (at_ == nullptr) {
            const bool failed = last_ != nullptr && last_->outcome == outcome::error;
            return next::Finished{.failed = failed || last_ == nullptr,
                                  .stage = last_ == nullptr ? std::string{} : last_->stage};
        }
        if (steps_ >= iterations_of(routine_)) {
            return next::Finished{true, ErrorCode::routine_too_many_stages, at_->key};
        }
        const auto ran = runs_.find(at_->key);
        next::Run run{.stage = at_, .iteration = ran == runs_.end() ? 1 : ran->second + 1};
        if (const auto loop = loops_.find(at_->key); loop != loops_.end()) {
            run.goes_on = true;
            run.item = loop->second.index + 1;
        }
        return run;
    }

    [[nodiscard]] const std::map<std::string, Loop>& loops() const { return loops_; }

private:
    [[nodiscard]] Result<> follow_loop(const Entry& entry) {
        const auto running = loops_.find(entry.stage);
        if (entry.outcome == outcome::error) {
            loops_.erase(entry.stage);
            return {};
        }
        Loop loop = running == loops_.end() ? Loop{entry.items, 0, &entry} : running->second;
        loop.index += running == loops_.end() ? 0 : 1;
        const bool goes_on = loop.index < loop.items;
        if (entry.outcome != (goes_on ? step : done)) {
            return mismatch(entry);
        }
        if (goes_on) {
            loops_.insert_or_assign(entry.stage, loop);
        } else {
            loops_.erase(entry.stage);
        }
        return {};
    }

    const Routine& routine_;
    const Stage* at_;
    const Entry* last_ = nullptr;
    std::uint32_t steps_ = 0;
    std::map<std::string, std::uint32_t> runs_;
    std::map<std::string, Loop> loops_;
};

[[nodiscard]] Result<Walk> walk_along(const Routine& routine, std::span<const Entry> journal) {
    Walk walk(routine);
    for (const Entry& entry : journal) {
        HF_CHECK(walk.follow(entry));
    }
    return walk;
}

const std::string& value_of(const Inputs& inputs, const std::string& name) {
    static const std::string null = "null";
    const auto found = inputs.find(name);
    return found == inputs.end() ? null : found->second;
}

std::string_view case_of(const Inputs& inputs) {
    constexpr std::array<std::pair<const char*, std::string_view>, 5> cases{{
        {"case_a", "CASE_A"},
        {"case_b", "CASE_B"},
        {"case_c", "CASE_C"},
        {"case_d", "CASE_D"},
        {"case_e", "CASE_E"},
    }};
    const json::Value value = parse_json(value_of(inputs, "value"));
    for (const auto& [name, outcome] : cases) {
        const auto given = inputs.find(name);
        if (given != inputs.end() && parse_json(given->second) == value) {
            return outcome;
        }
    }
    return "DEFAULT";
}

/// jq's idea of what holds: everything but false and null.
bool is_true(const std::string& text) {
    return text != "false" && text != "null";
}

}  // namespace

Result<Next> next_of(const Routine& routine, std::span<const Entry> journal) {
    HF_TRY(const Walk walk, walk_along(routine, journal));
    return walk.next();
}

Result<std::string> context_of(const Routine& routine,
                               std::span<const Entry> journal,
                               std::string_view trigger) {
    json::Value context = parse_json(trigger);
    if (!context.is_object()) {
        return fail(ErrorCode::routine_invalid_input, "the trigger's context");
    }
    json::Value results = json::Value::object();
    for (const Entry& entry : journal) {
        const Stage* stage = find_stage(routine, entry.stage);
        if (stage != nullptr && !entry.result.empty() && stage->kind != StageKind::for_each) {
            results[entry.stage] = parse_json(entry.result);
        }
    }
    context["results"] = std::move(results);
    HF_TRY(const Walk walk, walk_along(routine, journal));
    for (const auto& [key, loop] : walk.loops()) {
        const Stage* stage = find_stage(routine, key);
        const json::Value items = parse_json(loop.began->result);
        if (stage == nullptr || !items.is_array() || loop.index >= items.size()) {
            return mismatch(*loop.began);
        }
        const auto named = stage->inputs.find("as");
        context[named == stage->inputs.end() ? "item" : named->second] = items[loop.index];
    }
    return json::dump(context);
}

Result<Inputs> evaluate_inputs(const Stage& stage, std::string_view context, Evaluator& evaluator) {
    Inputs inputs;
    for (const auto& [name, expression] : stage.inputs) {
        if (stage.kind == StageKind::for_each && name == "as") {
            continue;  // a name, not an expression
        }
        HF_TRY(std::string value, evaluator.evaluate(expression, context));
        const json::Value parsed = parse_json(value);
        if (value.size() > limits::result_bytes_max || parsed.is_discarded()) {
            return fail(ErrorCode::routine_invalid_input,
                        stage.key + "." + name,
                        json::Writer{}.write("input", name).text());
        }
        inputs.emplace(name, json::dump(parsed));
    }
    return inputs;
}

Result<Entry> flow_entry(const Routine& routine,
                         std::span<const Entry> journal,
                         const next::Run& run,
                         const Inputs& inputs) {
    HF_ASSERT(run.stage != nullptr && rule_of(run.stage->kind).flow);
    Entry entry{.stage = run.stage->key, .iteration = run.iteration};
    if (run.stage->kind == StageKind::if_else) {
        entry.outcome = is_true(value_of(inputs, "condition")) ? "IF" : "ELSE";
        return entry;
    }
    if (run.stage->kind == StageKind::switch_one) {
        entry.outcome = case_of(inputs);
        return entry;
    }
    if (run.goes_on) {
        HF_TRY(const Walk walk, walk_along(routine, journal));
        const auto loop = walk.loops().find(entry.stage);
        HF_ASSERT(loop != walk.loops().end());
        entry.outcome = run.item < loop->second.items ? step : done;
        return entry;
    }
    const json::Value items = parse_json(value_of(inputs, "items"));
    if (!items.is_array() || items.size() > limits::items_max) {
        return fail(ErrorCode::routine_not_a_list, run.stage->key);
    }
    entry.items = static_cast<std::uint32_t>(items.size());
    entry.result = json::dump(items);
    entry.outcome = entry.items > 0 ? step : done;
    return entry;
}

Entry done_entry(const next::Run& run, bool succeeded, std::string result) {
    HF_ASSERT(run.stage != nullptr);
    return {.stage = run.stage->key,
            .iteration = run.iteration,
            .outcome = std::string(succeeded ? outcome::success : outcome::error),
            .result = std::move(result)};
}

std::string stage_key(Id run, const next::Run& next) {
    HF_ASSERT(next.stage != nullptr);
    return to_string(run) + "/" + next.stage->key + "/" + std::to_string(next.iteration);
}

Result<Entry> parse_entry(std::string_view text) {
    return parse_with<Entry>(text, ErrorCode::workflow_malformed, [](Place& place, Entry& out) {
        place.read("stage", out.stage)
            .read("iteration", out.iteration)
            .read("outcome", out.outcome)
            .read_json("result", out.result)
            .read("items", out.items);
    });
}

std::string encode(const Entry& value) {
    json::Value out = json::Writer{}
                          .write("stage", value.stage)
                          .write("outcome", value.outcome)
                          .write("items", static_cast<std::int64_t>(value.items))
                          .take();
    out["iteration"] = value.iteration;
    if (!value.result.empty()) {
        out["result"] = parse_json(value.result);
    }
    return json::dump(out);
}

}  // namespace holdfast::workflow
