#include "sim/breaks.hpp"

#include <algorithm>
#include <array>

namespace holdfast::sim {
namespace {

constexpr std::array all{
    Break{"ack_before_commit", "The server answers outcomes before their commit is durable."},
    Break{"cursor_before_rows", "A device stores the cursor in a transaction before the rows."},
    Break{"dedup_off", "The server does not remember which intents it has judged."},
    Break{"lane_order_off", "The intents of a lane are judged in another order."},
    Break{"shown_before_kept", "A device shows rows that its disk does not have yet."},
    Break{"purge_skipped", "A device keeps the rows of a bucket that was revoked."},
    Break{"revoked_shown", "A device is not told that it may not read a bucket any more."},
    Break{"outbox_not_synced", "A device says that work is saved before its disk has it."},
    Break{"server_not_synced", "The server's disk says that it has synced, and has not."},
    Break{"overlay_dropped_early", "Own work leaves the screen before the server's rows are here."},
    Break{"part_skipped", "A device goes on behind a part of a segment that came cut."},
    Break{"sums_not_compared", "A device does not compare its rows with the server's sum."},
    Break{"confirmed_forgotten",
          "A device does not send again what a restored server has forgotten."},
    Break{"sent_taken_back", "A device takes back what it has sent already."},
    Break{"stage_forgotten", "The server does not write down which stages of a run are done."},
    Break{"timer_rings_again", "The server does not write down that a timer has rung."},
    Break{"outcome_dropped", "A device takes a refusal for a success: the content is gone."},
};

std::string_view active;

}  // namespace

std::span<const Break> breaks() {
    return all;
}

bool break_promise(std::string name) {
    std::ranges::replace(name, '-', '_');
    const auto* found = std::ranges::find(all, name, &Break::name);
    active = found == all.end() ? std::string_view{} : found->name;
    return name.empty() || found != all.end();
}

bool is_broken(std::string_view name) {
    return !active.empty() && active == name;
}

}  // namespace holdfast::sim
