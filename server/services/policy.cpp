#include "server/services/policy.hpp"

#include <nlohmann/json.hpp>

#include "server/services/server_world.hpp"

namespace holdfast::services {

Result<body::Entitlement> read_entitlement(storage::Storage& storage, Id organization) {
    HF_TRY(const auto directory, storage.find_bucket(BucketKind::directory, organization));
    if (!directory) {
        return body::Entitlement{};
    }
    return entitlement_of(ServerWorld(storage, organization), organization);
}

Result<body::OfflinePolicy> read_policy(storage::Storage& storage, Id organization) {
    HF_TRY(const auto entitlement, read_entitlement(storage, organization));
    return body::policy_of(entitlement);
}

std::string encode_policy(const body::OfflinePolicy& policy) {
    nlohmann::ordered_json json{{"granted", policy.granted},
                                {"automatic", policy.automatic},
                                {"allow_messages", policy.allow_messages}};
    if (policy.withdrawn) {
        json["withdrawn"] = true;
    }
    if (policy.pin_required) {
        json["pin_required"] = true;
    }
    if (policy.offline_days_max != 0) {
        json["offline_days_max"] = policy.offline_days_max;
    }
    if (policy.attachment_bytes_max != 0) {
        json["attachment_bytes_max"] = policy.attachment_bytes_max;
    }
    return json.dump();
}

}  // namespace holdfast::services
