#pragma once

#include "client/engine/view/older_messages.hpp"
#include "client/engine/view/overlay.hpp"
#include "client/replica/replica.hpp"
#include "core/model/fact_cache.hpp"
#include "core/model/world.hpp"

namespace holdfast::client {

/// The world as the device knows it: the replica, and older messages that the server was asked for,
/// with what waits laid over them.
/// Borrows all; the owner keeps them in place. Errors  those of Replica.
class DeviceWorld final : public World {
public:
    DeviceWorld(Replica& replica,
                const OlderMessages& older,
                const Overlay& overlay,
                FormCache& forms)
        : replica_(replica), older_(older), overlay_(overlay), forms_(forms) {}

    [[nodiscard]] Result<std::optional<Row>> find(RowKey key) const override;
    [[nodiscard]] Result<std::optional<Bucket>> bucket(BucketKind kind, Id owner) const override;
    /// Errors  access_forbidden while the directory has not arrived.
    [[nodiscard]] Result<BucketId> directory() const override;
    /// Errors  intent_needs_connection, always.
    [[nodiscard]] Result<BucketId> mint_bucket() override;
    [[nodiscard]] bool is_final() const override { return false; }
    [[nodiscard]] const Intent* waiting_upon(Id lane) const override {
        return overlay_.waiting_upon(lane);
    }
    [[nodiscard]] FormCache* form_cache() const override { return &forms_; }
    [[nodiscard]] FactCache* fact_cache() const override { return &facts_; }

private:
    Replica& replica_;
    const OlderMessages& older_;
    const Overlay& overlay_;
    FormCache& forms_;
    mutable FactCache facts_;
};

}  // namespace holdfast::client
