#pragma once

#include <cstdint>
#include <map>

#include "server/files/tus.hpp"

namespace holdfast::net {

/// Which request speaks for an upload: the newest. A connection that was cut may not be known to be
/// for minutes, and the device is back long before: its new request takes over, and the old one
/// notices before it writes again.
class UploadTurns {
public:
    /// Takes the turn. False while bytes are being written: ask again in a moment.
    class Turn {
    public:
        Turn(UploadTurns& turns, const files::UploadKey& key) : turns_(turns), key_(key) {
            State& state = turns_.states_[key_];
            ++state.holders;
            granted_ = !state.writing;
            if (granted_) {
                number_ = ++state.newest;
            }
        }
        ~Turn() {
            const auto found = turns_.states_.find(key_);
            if (--found->second.holders == 0) {
                turns_.states_.erase(found);
            }
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

        [[nodiscard]] bool granted() const { return granted_; }
        [[nodiscard]] bool is_newest() const {
            return granted_ && turns_.states_.at(key_).newest == number_;
        }
        /// While it lives nobody else takes the turn.
        class Writing {
        public:
            explicit Writing(Turn& turn) : turn_(turn) { set(true); }
            ~Writing() { set(false); }
            Writing(const Writing&) = delete;
            Writing& operator=(const Writing&) = delete;

        private:
            void set(bool writing) { turn_.turns_.states_.at(turn_.key_).writing = writing; }
            Turn& turn_;
        };

    private:
        UploadTurns& turns_;
        files::UploadKey key_;
        std::uint64_t number_ = 0;
        bool granted_ = false;
    };

private:
    struct State {
        std::uint64_t newest = 0;
        std::size_t holders = 0;
        bool writing = false;
    };
    std::map<files::UploadKey, State> states_;
};

}  // namespace holdfast::net
