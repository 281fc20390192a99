#pragma once

#include <string>
#include <utility>

#include "client/engine/testing/engine_fixture.hpp"
#include "core/rules/testing/sample_tasks.hpp"

namespace holdfast::testing_support {

/// The fake server's group works with the definitions of the sample; it has no task yet.
class TaskFixture : public EngineFixture {
protected:
    static constexpr BucketId forms_bucket{110};
    static constexpr BucketId tasks_bucket{112};

    void SetUp() override {
        EngineFixture::SetUp();
        server.add_bucket(forms_bucket, BucketKind::forms, FakeServer::organization, {});
        server.add_bucket(tasks_bucket, BucketKind::tasks, FakeServer::group, {});
        server.put(
            {FakeServer::group_bucket, RowKind::group, FakeServer::group},
            0,
            body::encode(body::Group{
                .name = "Work orders", .kind = body::GroupKind::workflow, .code = "work_orders"}));
        fixture::put_definitions(
            [&](RowKey key, std::string body) { server.put(key, 0, std::move(body)); },
            FakeServer::group,
            FakeServer::group_bucket,
            forms_bucket);
    }
};

}  // namespace holdfast::testing_support
