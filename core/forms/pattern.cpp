#include "core/forms/pattern.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/forms/code_points.hpp"
#include "core/forms/limits.hpp"
#include "core/forms/pattern_syntax.hpp"

namespace holdfast::forms {

namespace {

using Instruction = Pattern::Instruction;
using Step = Pattern::Step;
using syntax::Form;
using syntax::Node;

constexpr char32_t nothing = 0xffff'ffff;  // before the first character and behind the last

bool is_word(char32_t point) {
    return (point >= '0' && point <= '9') || (point >= 'A' && point <= 'Z') || point == '_' ||
           (point >= 'a' && point <= 'z');
}

/// Turns a tree into a program. A counted repetition is written out, so the visits of nodes are
/// limited too: `((){1000}){1000}` would write nothing a million times.
class Writer {
public:
    Writer(const syntax::Tree& tree,
           std::vector<Instruction>& program,
           std::vector<Pattern::Range>& ranges)
        : tree_(tree), program_(program), ranges_(ranges) {}

    [[nodiscard]] bool write() {
        node(tree_.size() - 1);
        add({.step = Step::match});
        return !too_large_;
    }

private:
    std::uint32_t add(Instruction instruction) {
        if (program_.size() >= limits::pattern_steps_max) {
            too_large_ = true;
            return 0;
        }
        program_.push_back(instruction);
        return here() - 1;
    }

    [[nodiscard]] std::uint32_t here() const { return static_cast<std::uint32_t>(program_.size()); }

    void node(std::size_t index) {
        if (too_large_ || ++visits_ > 8 * limits::pattern_steps_max) {
            too_large_ = true;
            return;
        }
        const Node& node = tree_[index];
        switch (node.form) {
            case Form::nothing:
                break;
            case Form::set:
                set(index);
                break;
            case Form::sequence:
                std::ranges::for_each(node.parts, [&](std::size_t part) { this->node(part); });
                break;
            case Form::either:
                either(node);
                break;
            case Form::repeat:
                repeat(node);
                break;
            case Form::text_begin:
                add({.step = Step::text_begin});
                break;
            case Form::text_end:
                add({.step = Step::text_end});
                break;
            case Form::word_edge:
                add({.step = Step::word_edge});
                break;
            case Form::no_edge:
                add({.step = Step::no_edge});
                break;
        }
    }

    /// Copies of one set share their ranges.
    void set(std::size_t index) {
        const Node& node = tree_[index];
        if (placed_.size() <= index) {
            placed_.resize(tree_.size());
        }
        if (!placed_[index]) {
            placed_[index] = static_cast<std::uint32_t>(ranges_.size());
            ranges_.insert(ranges_.end(), node.ranges.begin(), node.ranges.end());
        }
        const std::uint32_t first = *placed_[index];
        const auto count = static_cast<std::uint32_t>(node.ranges.size());
        add({.step = Step::set, .outside = node.outside, .first = first, .last = first + count});
    }

    void either(const Node& node) {
        std::vector<std::uint32_t> ends;
        for (std::size_t i = 0; i + 1 < node.parts.size() && !too_large_; ++i) {
            const std::uint32_t split = add({.step = Step::split});
            program_[split].first = here();
            this->node(node.parts[i]);
            ends.push_back(add({.step = Step::jump}));
            program_[split].last = here();
        }
        this->node(node.parts.back());
        for (const std::uint32_t end : ends) {
            program_[end].first = here();
        }
    }

    void repeat(const Node& node) {
        const std::size_t part = node.parts.front();
        for (int i = 0; i < node.least && !too_large_; ++i) {
            this->node(part);
        }
        if (node.most == syntax::without_end) {
            const std::uint32_t split = add({.step = Step::split});
            program_[split].first = here();
            this->node(part);
            add({.step = Step::jump, .first = split});
            program_[split].last = here();
            return;
        }
        std::vector<std::uint32_t> splits;
        for (int i = node.least; i < node.most && !too_large_; ++i) {
            splits.push_back(add({.step = Step::split}));
            program_[splits.back()].first = here();
            this->node(part);
        }
        for (const std::uint32_t split : splits) {
            program_[split].last = here();
        }
    }

    const syntax::Tree& tree_;
    std::vector<Instruction>& program_;
    std::vector<Pattern::Range>& ranges_;
    std::vector<std::optional<std::uint32_t>> placed_;
    std::size_t visits_ = 0;
    bool too_large_ = false;
};

}  // namespace

/// One search: the places in the program that the text so far leads to, each at most once.
class Pattern::Run {
public:
    explicit Run(const Pattern& pattern) : pattern_(pattern), seen_(pattern.program_.size(), 0) {}

    bool search(std::string_view text) {
        char32_t before = nothing;
        while (true) {
            const char32_t next = text.empty() ? nothing : take_code_point(text);
            if (settle(before, next)) {
                return true;
            }
            if (next == nothing) {
                return false;
            }
            advance(next);
            before = next;
        }
    }

private:
    /// Follows what takes no character, from all places reached and from the start.
    bool settle(char32_t before, char32_t next) {
        ++generation_;
        sets_.clear();
        stack_.assign(1, 0);
        stack_.insert(stack_.end(), reached_.begin(), reached_.end());
        while (!stack_.empty()) {
            const std::uint32_t at = stack_.back();
            stack_.pop_back();
            if (std::exchange(seen_[at], generation_) == generation_) {
                continue;
            }
            if (pattern_.program_[at].step == Step::match) {
                return true;
            }
            follow(at, before, next);
        }
        return false;
    }

    void follow(std::uint32_t at, char32_t before, char32_t next) {
        const Instruction& instruction = pattern_.program_[at];
        const auto go_on_if = [&](bool holds) {
            if (holds) {
                stack_.push_back(at + 1);
            }
        };
        const bool edge = is_word(before) != is_word(next);
        switch (instruction.step) {
            case Step::set:
                sets_.push_back(at);
                break;
            case Step::split:
                stack_.push_back(instruction.first);
                stack_.push_back(instruction.last);
                break;
            case Step::jump:
                stack_.push_back(instruction.first);
                break;
            case Step::text_begin:
                go_on_if(before == nothing);
                break;
            case Step::text_end:
                go_on_if(next == nothing);
                break;
            case Step::word_edge:
                go_on_if(edge);
                break;
            case Step::no_edge:
                go_on_if(!edge);
                break;
            case Step::match:
                break;
        }
    }

    void advance(char32_t point) {
        reached_.clear();
        for (const std::uint32_t at : sets_) {
            if (pattern_.takes(pattern_.program_[at], point)) {
                reached_.push_back(at + 1);
            }
        }
    }

    const Pattern& pattern_;
    std::vector<std::uint32_t> seen_;  // the generation in which a place was reached
    std::vector<std::uint32_t> reached_;
    std::vector<std::uint32_t> sets_;
    std::vector<std::uint32_t> stack_;
    std::uint32_t generation_ = 0;
};

std::expected<Pattern, PatternFlaw> Pattern::compile(std::string_view text) {
    const auto tree = syntax::parse_pattern(text);
    if (!tree) {
        return std::unexpected(tree.error());
    }
    Pattern pattern;
    if (!Writer(*tree, pattern.program_, pattern.ranges_).write()) {
        return std::unexpected(PatternFlaw{PatternFlaw::Reason::too_large, text.size()});
    }
    return pattern;
}

bool Pattern::takes(const Instruction& set, char32_t point) const {
    bool inside = false;
    for (std::uint32_t i = set.first; i < set.last && !inside; ++i) {
        inside = point >= ranges_[i].first && point <= ranges_[i].last;
    }
    return inside != set.outside;
}

bool Pattern::found_in(std::string_view text) const {
    return Run(*this).search(text);
}

}  // namespace holdfast::forms
