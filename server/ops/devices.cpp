#include "server/ops/devices.hpp"

#include <algorithm>
#include <map>

#include "server/ops/explain.hpp"
#include "server/storage/common/transact.hpp"

namespace holdfast::ops {

Result<std::vector<KnownDevice>> list_devices(storage::Storage& storage, std::string_view person) {
    HF_TRY(const Id user, find_user(storage, person));
    HF_TRY(const auto sessions, storage.sessions_of(user));
    std::map<DeviceNumber, KnownDevice> known;
    for (const storage::SessionRecord& session : sessions) {
        HF_TRY(const auto device, storage.find_device(session.device));
        if (device && device->user == user) {
            KnownDevice& entry = known[session.device];
            entry.record = *device;
            entry.signed_in = entry.signed_in || (!session.revoked && !device->revoked);
        }
    }
    std::vector<KnownDevice> devices;
    for (auto& [number, entry] : known) {
        devices.push_back(std::move(entry));
    }
    std::ranges::sort(devices, std::ranges::greater{}, [](const KnownDevice& one) {
        return one.record.seen_at.ms;
    });
    return devices;
}

Result<> revoke_device(storage::Storage& storage, std::string_view person, DeviceNumber number) {
    return storage::transact(storage, [&]() -> Result<> {
        HF_TRY(const Id user, find_user(storage, person));
        HF_TRY(auto device, storage.find_device(number));
        if (!device || device->user != user) {
            return fail(ErrorCode::tool_not_found,
                        "no device " + std::to_string(number) + " of this person");
        }
        device->revoked = true;
        HF_CHECK(storage.put_device(*device));
        HF_TRY(const auto sessions, storage.sessions_of(user));
        for (storage::SessionRecord session : sessions) {
            if (session.device == number) {
                session.revoked = true;
                HF_CHECK(storage.put_session(session));
            }
        }
        return {};
    });
}

}  // namespace holdfast::ops
