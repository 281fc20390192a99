#pragma once

#include <cstdint>

// What the module asks of its host: files by slot. app/src/worker/host.ts supplies it.
// Offsets and sizes are doubles: exact to 2^53, and a plain number for JavaScript.

#define HF_HOST(name) extern "C" __attribute__((import_module("host"), import_name(#name)))

/// Slot of a file, or -1 when the host has no such file.
HF_HOST(file_open) int host_file_open(const char* name, int length);
/// Bytes read, fewer at the end of the file; -1 on failure.
HF_HOST(file_read) int host_file_read(int slot, void* bytes, int count, double offset);
/// 0; -1 on failure; -2 when there is no space.
HF_HOST(file_write) int host_file_write(int slot, const void* bytes, int count, double offset);
HF_HOST(file_truncate) int host_file_truncate(int slot, double size);
HF_HOST(file_sync) int host_file_sync(int slot);
HF_HOST(file_size) double host_file_size(int slot);
HF_HOST(random) void host_random(void* bytes, int count);
HF_HOST(wall_ms) double host_wall_ms();

#undef HF_HOST
