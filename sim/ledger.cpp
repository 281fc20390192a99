#include "sim/ledger.hpp"

#include <cstdio>

#include "core/wire/codec.hpp"
#include "core/wire/testing/describe.hpp"

namespace holdfast::sim {
namespace {

constexpr std::size_t shown_bytes_max = 4000;

std::string describe(const wire::Frame& frame) {
    std::string text(wire::testing::frame_names[frame.index()]);
    if (const auto* push = std::get_if<wire::Push>(&frame)) {
        for (const Intent& intent : push->intents) {
            text += " " + to_string(intent.id);
        }
    } else if (const auto* outcomes = std::get_if<wire::Outcomes>(&frame)) {
        for (const Outcome& outcome : outcomes->outcomes) {
            text += " " + to_string(outcome.intent) + "=" +
                    std::to_string(static_cast<int>(outcome.status));
        }
    } else if (const auto* page = std::get_if<wire::Page>(&frame)) {
        text += " of bucket " + std::to_string(page->head.id.value) + ": " +
                std::to_string(page->from) + " to " + std::to_string(page->to) + ", " +
                std::to_string(page->rows.size()) + " rows, head " +
                std::to_string(page->head.version);
    } else if (const auto* pull = std::get_if<wire::Pull>(&frame)) {
        for (const wire::Want& want : pull->wants) {
            text += " bucket " + std::to_string(want.bucket.value) + " mode " +
                    std::to_string(static_cast<int>(want.mode)) + " from " +
                    std::to_string(want.from);
        }
    } else if (const auto* welcome = std::get_if<wire::Welcome>(&frame)) {
        text += " device " + std::to_string(welcome->device);
    } else if (const auto* away = std::get_if<wire::GoAway>(&frame)) {
        text += " " + std::string(find_error(away->code)->code);
    }
    return text;
}

}  // namespace

void Ledger::print(Instant when, std::string_view what, std::uint64_t who, std::string_view bytes) {
    std::string text(bytes.substr(0, shown_bytes_max));
    if (!bytes.starts_with("{")) {
        const auto frame = wire::decode(bytes);
        text = frame ? describe(*frame) : std::to_string(bytes.size()) + " bytes";
        wire::FrameReader reader(bytes);  // an answer to a pull is several
        for (auto next = reader.next(); !frame && next && *next; next = reader.next()) {
            const auto part = wire::decode(**next);
            text += part ? ", " + describe(*part) : ", damaged";
        }
    }
    std::printf("%lld %s %llu: %s\n",
                static_cast<long long>(when.ms),
                std::string(what).c_str(),
                static_cast<unsigned long long>(who),
                text.c_str());
}

}  // namespace holdfast::sim
