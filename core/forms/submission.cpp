#include <utility>

#include "core/forms/filling.hpp"
#include "core/forms/limits.hpp"
#include "core/forms/sheet.hpp"
#include "core/forms/value_json.hpp"

namespace holdfast::forms {

namespace {

std::string params_with(const Finding& finding) {
    json::Value params = finding.trouble.params.empty()
                             ? json::Value::object()
                             : json::Value::parse(finding.trouble.params, nullptr, false);
    params["component"] = finding.path;
    return json::dump(params);
}

/// The answers of a component, and those of the forms inside it.
bool is_answered(const Sheet::Slot& slot) {
    return !slot.nested.empty() || !is_empty(slot.value);
}

void append_ids(const Sheet& sheet, std::size_t index, CleanAnswers& clean) {
    const auto* ids = std::get_if<std::vector<Id>>(&sheet.slots()[index].value);
    if (ids == nullptr) {
        return;
    }
    switch (sheet.component(index).kind()) {
        case Kind::collection:
            clean.elements.insert(clean.elements.end(), ids->begin(), ids->end());
            break;
        case Kind::camera:
        case Kind::attachment:
        case Kind::signature:
            clean.files.insert(clean.files.end(), ids->begin(), ids->end());
            break;
        default:
            break;
    }
}

}  // namespace

/// Answers as they came, judged with nothing left out.
class Submission {
public:
    static Result<Submission> judge(const std::shared_ptr<const Form>& form,
                                    std::string_view answers,
                                    const Context& context) {
        if (answers.size() > 2 * limits::answers_bytes_max) {
            return fail(ErrorCode::answer_oversized,
                        {},
                        json::dump({{"limit", limits::answers_bytes_max}}));
        }
        const std::optional<json::Value> json = parse_json(answers);
        if (!json || !json->is_object()) {
            return fail(ErrorCode::answer_malformed);
        }
        Submission submission(form);
        Sheet::Loading loading{submission.findings_, limits::filled_components_max};
        submission.sheet().load(*json, "", loading);
        HF_CHECK(submission.sheet().judge_all(context));
        submission.collect();
        return submission;
    }

    [[nodiscard]] std::vector<Finding>& findings() { return findings_; }

    [[nodiscard]] CleanAnswers clean() const {
        CleanAnswers clean{.json = filling_.submission()};
        filling_.sheet_->for_each("",
                                  [&](const std::string&, const Sheet& sheet, std::size_t index) {
                                      append_ids(sheet, index, clean);
                                  });
        return clean;
    }

private:
    explicit Submission(const std::shared_ptr<const Form>& form) : filling_(form) {}
    [[nodiscard]] Sheet& sheet() { return *filling_.sheet_; }

    void collect() {
        std::string hidden;
        sheet().for_each("", [&](const std::string& path, const Sheet& sheet, std::size_t index) {
            if (!hidden.empty() && path.starts_with(hidden)) {
                return;
            }
            const Sheet::Slot& slot = sheet.slots()[index];
            hidden = slot.state.visible ? std::string() : path + "/";
            if (!slot.state.visible && is_answered(slot)) {
                findings_.push_back({path, {ErrorCode::answer_hidden}});
            } else if (slot.state.trouble) {
                findings_.push_back({path, slot.state.trouble});
            }
        });
        if (const Trouble trouble = filling_.verdict().trouble) {
            findings_.push_back({"", trouble});
        }
    }

    Filling filling_;
    std::vector<Finding> findings_;
};

Result<std::vector<Finding>> find_faults(const std::shared_ptr<const Form>& form,
                                         std::string_view answers,
                                         const Context& context) {
    HF_TRY(Submission submission, Submission::judge(form, answers, context));
    return std::move(submission.findings());
}

Result<CleanAnswers> validate_submission(const std::shared_ptr<const Form>& form,
                                         std::string_view answers,
                                         const Context& context) {
    HF_TRY(Submission submission, Submission::judge(form, answers, context));
    if (!submission.findings().empty()) {
        const Finding& first = submission.findings().front();
        return fail(first.trouble.code, first.path, params_with(first));
    }
    return submission.clean();
}

}  // namespace holdfast::forms
