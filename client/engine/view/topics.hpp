#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>

#include "core/model/bucket.hpp"
#include "core/model/row.hpp"

namespace holdfast::client {

/// Something that a snapshot can depend on and that can change.
struct Topic {
    enum class About : std::uint8_t {
        rows,      ///< of one kind, in one bucket or in any (bucket 0)
        buckets,   ///< where buckets of one kind stand: one, or any (bucket 0)
        status,    ///< connection, bar, banner, switch, screens
        session,   ///< who is signed in
        outbox,    ///< what waits, and how far it has got
        presence,  ///< who is online
        counters,  ///< figures of the settings
        drafts,    ///< forms that are being filled in
        files,     ///< what was attached here, and how much of it has been sent
        older,     ///< what the server was asked for of messages that are not kept here
    };
    About about{};
    BucketId bucket{};
    std::uint8_t kind = 0;  ///< RowKind or BucketKind
    constexpr auto operator<=>(const Topic&) const = default;
};

/// What a snapshot depends on, or what has changed since.
class TopicSet {
public:
    void add(Topic topic) { topics_.insert(topic); }
    void add(Topic::About about) { topics_.insert({.about = about}); }

    void add(const TopicSet& others) {
        topics_.insert(others.topics_.begin(), others.topics_.end());
    }

    /// Any rows of a kind may have changed: also for those who depend on that kind in any bucket.
    void rows_changed(BucketId bucket, RowKind kind) {
        note_rows(bucket, kind);
        if (kind == RowKind::task) {
            tasks_[bucket].any = true;
        }
    }
    /// One row has changed. Of tasks it is known which: lists of them are long.
    void row_changed(RowKey key) {
        note_rows(key.bucket, key.kind);
        if (key.kind == RowKind::task) {
            tasks_[key.bucket].ids.insert(key.id);
        }
    }
    void bucket_changed(BucketId bucket, BucketKind kind) {
        add({Topic::About::buckets, bucket, static_cast<std::uint8_t>(kind)});
        add({Topic::About::buckets, {}, static_cast<std::uint8_t>(kind)});
    }

    [[nodiscard]] bool meets(const TopicSet& other) const {
        const bool smaller = topics_.size() <= other.topics_.size();
        const auto& few = smaller ? topics_ : other.topics_;
        const auto& many = smaller ? other.topics_ : topics_;
        for (const Topic& topic : few) {
            if (many.contains(topic)) {
                return true;
            }
        }
        return false;
    }
    [[nodiscard]] bool empty() const { return topics_.empty(); }
    void clear() {
        topics_.clear();
        tasks_.clear();
    }

    /// Tasks of a bucket that have changed.
    struct Tasks {
        bool any = false;  ///< not known which
        std::set<Id> ids{};
    };
    /// Null where none have changed; valid until the next change.
    [[nodiscard]] const Tasks* tasks_changed(BucketId bucket) const {
        const auto found = tasks_.find(bucket);
        return found == tasks_.end() ? nullptr : &found->second;
    }

    /// Leaves out how far known buckets have come: for those who depend on rows alone.
    void forget_positions() {
        std::erase_if(topics_, [](const Topic& topic) {
            return topic.about == Topic::About::buckets && topic.bucket;
        });
    }

private:
    void note_rows(BucketId bucket, RowKind kind) {
        add({Topic::About::rows, bucket, static_cast<std::uint8_t>(kind)});
        add({Topic::About::rows, {}, static_cast<std::uint8_t>(kind)});
    }

    std::set<Topic> topics_;
    std::map<BucketId, Tasks> tasks_;
};

}  // namespace holdfast::client
