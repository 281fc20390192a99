#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "client/engine/testing/fake_server.hpp"
#include "client/engine/testing/phone.hpp"
#include "platform/testing/temp_folder.hpp"

namespace holdfast::testing_support {

/// A phone on files of its own, and the server that it speaks to.
class EngineFixture : public testing::Test {
protected:
    void SetUp() override { phone = std::make_unique<Phone>(directory_.path(), server); }
    void TearDown() override { phone.reset(); }

    void begin() {
        phone->open();
        phone->start();
    }
    void sign_in() {
        begin();
        phone->sign_in();
        phone->pass(1000);
    }
    void work_offline() {
        phone->cut();
        phone->pass(5000);
        ASSERT_TRUE(phone->call("set_offline_mode", {{"on", true}}).contains("ok"));
    }
    std::int64_t watch_messages() {
        return phone->subscribe({{"query", "messages"},
                                 {"channel", to_string(FakeServer::channel)},
                                 {"anchor", "latest"},
                                 {"before", 50},
                                 {"after", 0}});
    }
    [[nodiscard]] std::vector<std::string> texts(std::int64_t messages) const {
        std::vector<std::string> all;
        for (const Json& item : phone->snapshot(messages)["items"]) {
            all.push_back(item["text"].get<std::string>());
        }
        return all;
    }
    static std::string code(const Json& reply) {
        return reply.contains("error") ? reply["error"]["code"].get<std::string>() : "accepted";
    }

    testing_support::TempFolder directory_;
    FakeServer server;
    std::unique_ptr<Phone> phone;
};

}  // namespace holdfast::testing_support
