#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/model/args.hpp"
#include "core/model/testing/memory_world.hpp"
#include "core/rules/reduce.hpp"

/// For the tests of the rules: who does what, and what is left behind.
namespace holdfast::fixture {

inline constexpr Id new_id{900};

class RulesTest : public ::testing::Test {
protected:
    template <class Args>
    Result<Effects> act(Id user, IntentKind kind, const Args& args, Id id = new_id) {
        return judge(user, kind, args::encode(args), id);
    }

    Result<Effects> judge(Id user, IntentKind kind, std::string text, Id id = new_id) {
        const Intent intent{.id = id, .lane = {}, .kind = kind, .args = std::move(text)};
        return reduce(org.world, org.as(user, at_ms), intent);
    }

    /// Acts and writes the effects.
    template <class Args>
    Effects done(Id user, IntentKind kind, const Args& args, Id id = new_id) {
        const Result<Effects> effects = act(user, kind, args, id);
        EXPECT_TRUE(effects) << (effects ? "" : error_name(effects.error().code));
        if (!effects) {
            return {};
        }
        org.world.apply(*effects);
        return *effects;
    }

    [[nodiscard]] std::optional<Row> row(RowKey key) const { return org.world.find(key).value(); }

    [[nodiscard]] body::Message message(Id channel, Id id) const {
        const auto found = row(org.message_key(channel, id));
        EXPECT_TRUE(found);
        return found ? body::parse_message(found->body).value() : body::Message{};
    }

    [[nodiscard]] std::optional<body::ReadMark> read_mark(Id user, Id channel) const {
        const BucketId own = org.world.bucket_id(BucketKind::user, user);
        const auto found = row({own, RowKind::read_mark, channel});
        return found ? std::optional(body::parse_read_mark(found->body).value()) : std::nullopt;
    }

    [[nodiscard]] bool is_member(Id channel, Id user) const {
        const BucketId bucket = org.world.bucket_id(BucketKind::channel, channel);
        return row({bucket, RowKind::member, user}).has_value();
    }

    [[nodiscard]] bool is_granted(Id user, Id target) const {
        const BucketId own = org.world.bucket_id(BucketKind::user, user);
        return row({own, RowKind::grant, target}).has_value();
    }

    using Org = Organization;
    Organization org;
    std::int64_t at_ms = Organization::now_ms;
};

/// What a refused operation answers; `none` where it was not refused.
template <class T>
ErrorCode code_of(const Result<T>& result) {
    return result ? ErrorCode::none : result.error().code;
}

}  // namespace holdfast::fixture

namespace holdfast {
/// Names instead of numbers in the messages of failed tests.
inline void PrintTo(ErrorCode code, std::ostream* out) {
    *out << error_name(code);
}
}  // namespace holdfast
