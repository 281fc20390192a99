#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

#include "client/outbox/outbox.hpp"
#include "platform/testing/temp_folder.hpp"

namespace holdfast::testing_support {

class OutboxTest : public ::testing::Test {
protected:
    static constexpr DeviceNumber device = 2000;
    static constexpr Instant now{1000};

    client::Outbox open(std::uint64_t file_bytes_max = 0) {
        auto outbox = client::Outbox::open({.path = (directory_ / "outbox.db").string(),
                                            .vfs = {},
                                            .exclusive = false,
                                            .file_bytes_max = file_bytes_max});
        EXPECT_TRUE(outbox.has_value()) << (outbox ? "" : outbox.error().detail);
        return *std::move(outbox);
    }

    static Intent draft(std::string text, Id lane = Id{7}) {
        Intent intent;
        intent.lane = lane;
        intent.kind = IntentKind::message_post;
        intent.args = R"({"channel":"7","text":")" + text + R"("})";
        intent.claimed_at = WallTime{5000};
        return intent;
    }

    static Outcome outcome(Id intent, OutcomeStatus status, ErrorCode code = ErrorCode::none) {
        Outcome made;
        made.intent = intent;
        made.status = status;
        made.code = code;
        made.positions = {{BucketId{9}, 12}};
        return made;
    }

    TempFolder directory_;
};

}  // namespace holdfast::testing_support
