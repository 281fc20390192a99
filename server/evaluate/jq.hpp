#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/result.hpp"
#include "core/workflow/journal.hpp"

struct jq_state;

namespace holdfast::evaluate {

namespace limits {
inline constexpr std::size_t programs_kept_max = 256;  // the one that rested longest is forgotten
}

/// Evaluates jq expressions in this process, without limits on time and memory: the server does it
/// in another (process.hpp), tests and the simulator here.
///
/// An expression's first output is its value; none is null. It has neither input, arguments nor
/// environment: what it does not get from the context it does not have.
class JqEvaluator final : public workflow::Evaluator {
public:
    JqEvaluator();
    ~JqEvaluator() override;

    /// Errors  routine_expression {"what"}: it is no jq, or fails.
    /// Cost    about 20 ms for an expression that is new; then what it does.
    [[nodiscard]] Result<std::string> evaluate(std::string_view expression,
                                               std::string_view context) override;

    struct Close {
        void operator()(jq_state* state) const;
    };
    using Program = std::unique_ptr<jq_state, Close>;

private:
    struct Known {
        std::string expression;
        Program program;
    };

    /// Valid until the next call.
    [[nodiscard]] Result<jq_state*> program_of(std::string_view expression);

    std::list<Known> known_;  ///< last used first
    std::unordered_map<std::string_view, std::list<Known>::iterator> by_text_;
};

/// Whether the text is an expression at all.  Errors  routine_expression {"what"}.
[[nodiscard]] Result<> check_expression(std::string_view expression);

}  // namespace holdfast::evaluate
