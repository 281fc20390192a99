#pragma once

#include "server/storage/common/testing/storage_conformance_fixture.hpp"

namespace holdfast::storage {

TEST_P(StorageConformance, keeps_organizations) {
    commit([&] {
        must(storage_->put_organization({.id = Id{20}, .code = "two", .directory = BucketId{2}}));
        must(storage_->put_organization({.id = Id{10}, .code = "one", .directory = BucketId{1}}));
        must(storage_->put_organization({.id = Id{20}, .code = "new", .directory = BucketId{3}}));
    });
    reopen();
    const auto records = must(storage_->organizations());
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].code, "one");
    EXPECT_EQ(records[1].id, Id{20});
    EXPECT_EQ(records[1].code, "new");
    EXPECT_EQ(records[1].directory, BucketId{3});
    must(storage_->begin());
    EXPECT_FALSE(storage_->put_organization({.id = Id{30}, .code = "one", .directory = {}}));
    storage_->rollback();
}

TEST_P(StorageConformance, keeps_buckets) {
    BucketRecord record{
        .bucket = {.id = {}, .kind = BucketKind::channel}, .organization = Id{7}, .open = true};
    record.bucket.owner = Id{0x7fff'ffff'0000'0001};
    record.bucket.parent = Id{5};
    BucketId id;
    commit([&] { id = must(storage_->create_bucket(record)); });
    reopen();
    const auto found = must(storage_->find_bucket(id));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->bucket.id, id);
    EXPECT_EQ(found->bucket.kind, BucketKind::channel);
    EXPECT_EQ(found->bucket.owner, record.bucket.owner);
    EXPECT_EQ(found->bucket.parent, Id{5});
    EXPECT_EQ(found->bucket.segment, 0U);
    EXPECT_NE(found->bucket.epoch, 0U);
    EXPECT_EQ(found->bucket.version, 0U);
    EXPECT_EQ(found->bucket.rows, 0U);
    EXPECT_EQ(found->bucket.sum, Sum{});
    EXPECT_EQ(found->organization, Id{7});
    EXPECT_TRUE(found->open);

    commit([&] { must(storage_->set_open(id, false)); });
    EXPECT_FALSE(must(storage_->find_bucket(id))->open);
    EXPECT_FALSE(must(storage_->find_bucket(BucketId{id.value + 1})));
}

TEST_P(StorageConformance, finds_buckets_by_owner_and_by_organization) {
    const BucketId channel = make_bucket(BucketKind::channel, 50);
    const BucketId timeline = make_bucket(BucketKind::timeline, 50);
    EXPECT_EQ(must(storage_->find_bucket(BucketKind::channel, Id{50}))->bucket.id, channel);
    EXPECT_EQ(must(storage_->find_bucket(BucketKind::timeline, Id{50}))->bucket.id, timeline);
    EXPECT_FALSE(must(storage_->find_bucket(BucketKind::group, Id{50})));
    EXPECT_FALSE(must(storage_->find_bucket(BucketKind::channel, Id{51})));
    const auto all = must(storage_->buckets_of(Id{1}));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].bucket.id, channel);
    EXPECT_EQ(all[1].bucket.id, timeline);
    EXPECT_TRUE(must(storage_->buckets_of(Id{2})).empty());
}

TEST_P(StorageConformance, creates_a_bucket_with_a_minted_id_and_segment) {
    const BucketId id = must(storage_->mint_bucket());
    BucketRecord record{.bucket = {.id = id, .kind = BucketKind::timeline}, .organization = Id{1}};
    record.bucket.owner = Id{60};
    record.bucket.segment = 3;
    record.bucket.epoch = 0xffff'ffff;
    commit([&] { EXPECT_EQ(must(storage_->create_bucket(record)), id); });
    EXPECT_EQ(head(id).segment, 3U);
    EXPECT_EQ(head(id).epoch, 0xffff'ffffU);
    must(storage_->begin());
    EXPECT_FALSE(storage_->create_bucket(record));
    storage_->rollback();

    record.bucket.id = {};
    record.bucket.segment = 4;
    BucketId newer;
    commit([&] { newer = must(storage_->create_bucket(record)); });
    EXPECT_EQ(must(storage_->find_bucket(BucketKind::timeline, Id{60}))->bucket.id, newer);
}

TEST_P(StorageConformance, new_buckets_take_the_epoch_of_the_server) {
    EXPECT_EQ(head(make_bucket()).epoch, 1U);
    commit([&] { must(storage_->put_secret("epoch", "4000000000")); });
    EXPECT_EQ(head(make_bucket()).epoch, 4'000'000'000U);
}

TEST_P(StorageConformance, an_outcome_never_changes) {
    const Outcome outcome{.intent = Id{0x5'0000'0001},
                          .status = OutcomeStatus::rejected,
                          .code = ErrorCode::intent_gone,
                          .detail = R"({"limit":3})",
                          .positions = {{BucketId{4}, 17}, {BucketId{0x7fff'ffff'ffff'ffff}, 1}},
                          .at = WallTime{1'700'000'000'000},
                          .content = 0xf000'0000'0000'0001};
    commit([&] { must(storage_->put_outcome(outcome, Id{8})); });
    must(storage_->begin());
    EXPECT_FALSE(storage_->put_outcome({.intent = outcome.intent}, Id{8}));
    EXPECT_FALSE(storage_->put_outcome({.intent = Id{1}, .status = OutcomeStatus::later}, Id{8}));
    storage_->rollback();
    reopen();
    const auto found = must(storage_->find_outcome(outcome.intent));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->intent, outcome.intent);
    EXPECT_EQ(found->status, outcome.status);
    EXPECT_EQ(found->code, outcome.code);
    EXPECT_EQ(found->detail, outcome.detail);
    EXPECT_EQ(show(found->positions), show(outcome.positions));
    EXPECT_EQ(found->at, outcome.at);
    EXPECT_EQ(found->content, outcome.content);
    EXPECT_FALSE(must(storage_->find_outcome(Id{1})));
}

TEST_P(StorageConformance, an_outcome_may_have_no_positions) {
    commit([&] { must(storage_->put_outcome({.intent = Id{2}}, Id{8})); });
    const auto found = must(storage_->find_outcome(Id{2}));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->status, OutcomeStatus::applied);
    EXPECT_TRUE(found->positions.empty());
    EXPECT_EQ(found->detail, "");
}

TEST_P(StorageConformance, takes_an_intent_into_quarantine_again_and_again) {
    const Intent intent{.id = Id{5}, .lane = Id{6}, .kind = IntentKind{999}, .args = "{\"a\":\0}"};
    commit([&] { must(storage_->quarantine(intent, Id{8}, ErrorCode::intent_unknown_kind)); });
    commit([&] { must(storage_->quarantine(intent, Id{8}, ErrorCode::intent_malformed)); });
    const auto kept = must(storage_->quarantined());
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].why, ErrorCode::intent_malformed);
}

TEST_P(StorageConformance, gives_back_what_is_in_quarantine_until_it_is_dropped) {
    const Intent intent{.id = Id{5},
                        .lane = Id{6},
                        .kind = IntentKind{999},
                        .version = 3,
                        .args = std::string("{\0\xff}", 4),
                        .claimed_at = WallTime{-7},
                        .elapsed_ms = 12};
    commit([&] {
        must(storage_->quarantine({.id = Id{9}}, Id{8}, ErrorCode::intent_unknown_kind));
        must(storage_->quarantine(intent, Id{8}, ErrorCode::intent_unknown_kind));
        must(storage_->quarantine(intent, Id{7}, ErrorCode::intent_unknown_kind));
    });
    reopen();
    const auto kept = must(storage_->quarantined());
    ASSERT_EQ(kept.size(), 3U);
    EXPECT_EQ(kept[0].user, Id{7});
    EXPECT_EQ(kept[1].user, Id{8});
    EXPECT_EQ(kept[1].intent.id, Id{5});
    EXPECT_EQ(kept[1].intent.lane, Id{6});
    EXPECT_EQ(kept[1].intent.kind, IntentKind{999});
    EXPECT_EQ(kept[1].intent.version, 3);
    EXPECT_EQ(kept[1].intent.args, intent.args);
    EXPECT_EQ(kept[1].intent.claimed_at, WallTime{-7});
    EXPECT_EQ(kept[1].intent.elapsed_ms, 12);
    EXPECT_EQ(kept[1].why, ErrorCode::intent_unknown_kind);
    EXPECT_EQ(kept[2].intent.id, Id{9});

    commit([&] {
        must(storage_->drop_quarantined(Id{5}, Id{8}));
        must(storage_->drop_quarantined(Id{5}, Id{88}));
    });
    const auto left = must(storage_->quarantined());
    ASSERT_EQ(left.size(), 2U);
    EXPECT_EQ(left[0].user, Id{7});
}

TEST_P(StorageConformance, keeps_accounts) {
    const AccountRecord ann{Id{1}, Id{9}, "ann@example.org", "$argon2id$...", true};
    commit([&] {
        must(storage_->put_account(ann));
        must(storage_->put_account({Id{2}, Id{9}, "bob@example.org", "hash", false}));
    });
    reopen();
    const auto found = must(storage_->find_account("ann@example.org"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->user, Id{1});
    EXPECT_EQ(found->organization, Id{9});
    EXPECT_EQ(found->password_hash, ann.password_hash);
    EXPECT_TRUE(found->active);
    EXPECT_FALSE(must(storage_->find_account(Id{2}))->active);
    EXPECT_FALSE(must(storage_->find_account("nobody@example.org")));
    EXPECT_FALSE(must(storage_->find_account(Id{3})));

    commit([&] { must(storage_->put_account({Id{1}, Id{9}, "ann@new.org", "other", true})); });
    EXPECT_FALSE(must(storage_->find_account("ann@example.org")));
    EXPECT_EQ(must(storage_->find_account(Id{1}))->email, "ann@new.org");
    must(storage_->begin());
    EXPECT_FALSE(storage_->put_account({Id{3}, Id{9}, "ann@new.org", "", true}));
    storage_->rollback();
    EXPECT_EQ(must(storage_->find_account("ann@new.org"))->user, Id{1});
}

TEST_P(StorageConformance, keeps_devices_under_numbers_that_nobody_has) {
    DeviceRecord record{.user = Id{4}, .name = "Ann's phone"};
    record.device_class = wire::DeviceClass::desktop;
    record.salt = 0xffff'ffff'ffff'fff0;
    record.created_at = WallTime{5};
    const DeviceNumber first = server_device_limit;
    record.number = first;
    commit([&] { EXPECT_TRUE(must(storage_->add_device(record))); });
    reopen();
    commit([&] {
        EXPECT_FALSE(must(storage_->add_device({.number = first, .user = Id{5}}))) << "taken";
        EXPECT_FALSE(must(storage_->add_device({.number = 7}))) << "the server's own";
        EXPECT_FALSE(must(storage_->add_device({.number = device_number_max + 1})));
        EXPECT_TRUE(must(storage_->add_device({.number = device_number_max, .user = Id{5}})));
    });
    auto found = must(storage_->find_device(first));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->number, first);
    EXPECT_EQ(found->user, Id{4});
    EXPECT_EQ(found->name, "Ann's phone");
    EXPECT_EQ(found->device_class, wire::DeviceClass::desktop);
    EXPECT_EQ(found->salt, record.salt);
    EXPECT_EQ(found->created_at, WallTime{5});
    EXPECT_FALSE(found->revoked);

    found->previous_salt = found->salt;
    found->salt = 3;
    found->seen_at = WallTime{6};
    found->revoked = true;
    commit([&] { must(storage_->put_device(*found)); });
    const auto changed = must(storage_->find_device(first));
    EXPECT_EQ(changed->salt, 3U);
    EXPECT_EQ(changed->previous_salt, record.salt);
    EXPECT_EQ(changed->seen_at, WallTime{6});
    EXPECT_TRUE(changed->revoked);
    EXPECT_FALSE(must(storage_->find_device(first + 1)));
}

TEST_P(StorageConformance, keeps_sessions) {
    SessionRecord record{.id = "s2", .user = Id{4}, .organization = Id{9}, .device = 1024};
    record.generation = 0xffff'ffff;
    record.created_at = WallTime{20};
    commit([&] {
        must(storage_->put_session(record));
        must(storage_->put_session({.id = "s3", .user = Id{5}, .organization = Id{9}}));
        SessionRecord later = record;
        later.id = "s1";
        later.created_at = WallTime{30};
        must(storage_->put_session(later));
    });
    record.refreshed_at = WallTime{40};
    record.revoked = true;
    commit([&] { must(storage_->put_session(record)); });
    reopen();
    const auto found = must(storage_->find_session("s2"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->user, Id{4});
    EXPECT_EQ(found->organization, Id{9});
    EXPECT_EQ(found->device, 1024U);
    EXPECT_EQ(found->generation, 0xffff'ffffU);
    EXPECT_EQ(found->created_at, WallTime{20});
    EXPECT_EQ(found->refreshed_at, WallTime{40});
    EXPECT_TRUE(found->revoked);
    EXPECT_FALSE(must(storage_->find_session("s")));
    const auto all = must(storage_->sessions_of(Id{4}));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].id, "s2");
    EXPECT_EQ(all[1].id, "s1");
}

TEST_P(StorageConformance, keeps_secrets) {
    const std::string bytes("\0\x01\xff\0", 4);
    EXPECT_FALSE(must(storage_->find_secret("token key")));
    commit([&] {
        must(storage_->put_secret("token key", bytes));
        must(storage_->put_secret("empty", ""));
    });
    reopen();
    EXPECT_EQ(must(storage_->find_secret("token key")), bytes);
    EXPECT_EQ(must(storage_->find_secret("empty")), "");
    commit([&] { must(storage_->put_secret("token key", "new")); });
    EXPECT_EQ(must(storage_->find_secret("token key")), "new");
}

TEST_P(StorageConformance, a_new_epoch_is_every_buckets_and_gives_no_number_twice) {
    const BucketId before = make_bucket();
    write({put(before, 1, "a"), put(before, 2, "b")});
    const std::uint64_t age = must(storage_->age());
    EXPECT_EQ(age, head(before).version);
    Id id;
    commit([&] {
        id = must(storage_->mint_id());
        must(storage_->renew_epoch(77));
    });
    EXPECT_EQ(head(before).epoch, 77U);
    EXPECT_EQ(must(storage_->age()), age) << "the rows are the same";
    reopen();
    EXPECT_EQ(head(make_bucket()).epoch, 77U);
    commit([&] {
        EXPECT_GE(must(storage_->mint_id()).value, id.value + (1U << 20));
        EXPECT_GE(must(storage_->mint_bucket()).value, before.value + (1U << 20));
    });
}

}  // namespace holdfast::storage
