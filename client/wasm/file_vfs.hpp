#pragma once

namespace holdfast::wasm {

/// Name of the VFS over the files that the host has opened (OPFS access handles in the browser,
/// plain files or memory under Node). Files are whole SQLite files, readable by any other SQLite.
inline constexpr const char* file_vfs_name = "host";

/// Registers it as the default VFS. SQLite calls it by itself through sqlite3_os_init.
///
/// Sequential writes are gathered into one: each call to the host costs about 40 µs whatever its
/// size (docs/gotchas.md). What is gathered is lost when the process dies before a sync, so
/// databases on this VFS must run with synchronous=FULL.
int register_file_vfs();

}  // namespace holdfast::wasm
