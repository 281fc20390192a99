#include "core/rules/task_submission.hpp"

#include "core/model/json.hpp"
#include "core/model/text.hpp"
#include "core/rules/form_cache.hpp"
#include "core/workflow/limits.hpp"

namespace holdfast::rules {

workflow::Submission submission_of(const JudgedForm& judged, const TaskFacts& facts, Id intent) {
    const body::Message message{.author = judged.answer.author,
                                .text = judged.title,
                                .form = judged.answer.version,
                                .files = judged.files};
    return {.answer = intent,
            .form = facts.code_of(judged.form->form),
            .title = judged.title,
            .data = body::encode(judged.answer),
            .parts = {body::encode(message)}};
}

std::string name_in(const std::string& answers, const workflow::StartForm& form) {
    if (!form.task || form.task->name.empty()) {
        return {};
    }
    const std::string text = json::text_in(json::parse(answers), form.task->name);
    return std::string(cut(trim(text), workflow::limits::task_name_bytes_max));
}

Result<std::int64_t> next_serial(const World& world, BucketId tasks) {
    if (!world.is_final()) {
        return 0;
    }
    HF_TRY(const auto newest, world.newest(tasks, RowKind::task, 1));
    return newest.empty() ? 1 : newest.front().sort + 1;
}

}  // namespace holdfast::rules
