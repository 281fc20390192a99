// The work of forms as a WebAssembly module. Each call returns a number that is not negative, or
// -1.

#include <cstddef>
#include <memory>

#include "tests/forms/work.hpp"

#define HF_EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace {

std::unique_ptr<holdfast::forms::work::Desk> desk;

int found_or_failed(std::size_t count) {
    return count > 0 ? static_cast<int>(count) : -1;
}

}  // namespace

HF_EXPORT(prepare) void prepare() {
    desk = std::make_unique<holdfast::forms::work::Desk>();
}
HF_EXPORT(open) int open_form(int /*number*/) {
    return desk->open() ? 0 : -1;
}
HF_EXPORT(press) int press(int number) {
    return found_or_failed(desk->press(static_cast<std::size_t>(number)));
}
HF_EXPORT(search) int search(int number) {
    return static_cast<int>(desk->search(static_cast<std::size_t>(number)));
}
HF_EXPORT(submit) int submit(int /*number*/) {
    return desk->submit() ? 0 : -1;
}
