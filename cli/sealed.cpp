#include "cli/sealed.hpp"

#include <sys/random.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "cli/commands.hpp"
#include "client/native/carry.hpp"
#include "core/base/assert.hpp"
#include "core/files/media.hpp"
#include "core/wire/sealed.hpp"
#include "platform/sealing/sealing.hpp"

// `holdfast client export` and `holdfast deliver`.

namespace holdfast::cli {
namespace {

std::string make_secret() {
    std::string secret(sealing::key_bytes, '\0');
    const ssize_t got = getrandom(secret.data(), secret.size(), 0);
    HF_ASSERT(got == static_cast<ssize_t>(secret.size()));
    return secret;
}

/// All pieces, sealed, behind `lead` and the file's own key.
Result<> write_pieces(Device& device,
                      std::ofstream& to,
                      const Json& saving,
                      std::string lead,
                      Device::Time time_max) {
    const std::string secret = make_secret();
    const std::string preface = std::move(lead) + sealing::public_key(secret);
    const auto key = files::from_base64(saving.value("key", ""));
    auto cipher = key ? sealing::PieceCipher::make(secret, *key, preface) : std::nullopt;
    if (!cipher) {
        return fail(ErrorCode::sealed_no_key, "the server's key is none");
    }
    to << preface;
    const Json which{{"saving", saving.value("saving", 0)}};
    for (bool is_last = false; !is_last;) {
        HF_TRY(const Json read, device.call("read_saving", which, time_max));
        is_last = read.value("last", true);
        wire::Bytes framed;
        wire::append_framed(framed, cipher->seal(device.bytes(), is_last));
        to << framed;
    }
    return {};
}

struct Deliver {
    std::string file;
    client::CarryOptions options;
};

Result<> deliver(const Deliver& command) {
    HF_TRY(const std::string answer, client::carry(command.file, command.options));
    const auto counts = Json::parse(answer, nullptr, false);
    const auto count = [&](const char* name) {
        return counts.is_object() ? counts.value(name, 0) : 0;
    };
    std::printf(
        "%d delivered, %d had arrived before, %d refused, %d to be delivered again; "
        "%d of %d files are there\n",
        count("applied"),
        count("known"),
        count("refused"),
        count("later"),
        count("files_stored"),
        count("files"));
    return {};
}

}  // namespace

Result<Json> save_unsent(Device& device, const std::string& path, Device::Time time_max) {
    HF_TRY(const Json saving, device.call("begin_saving", Json::object(), time_max));
    const std::string part = path + ".part";
    std::ofstream file(part, std::ios::binary | std::ios::trunc);
    const Result<> written = write_pieces(device, file, saving, device.bytes(), time_max);
    file.close();
    std::error_code error;
    if (!written || !file) {
        std::filesystem::remove(part, error);
        return written ? fail(ErrorCode::setup_file, "cannot write " + part)
                       : std::unexpected(written.error());
    }
    std::filesystem::rename(part, path, error);
    if (error) {
        return fail(ErrorCode::setup_file, path + ": " + error.message());
    }
    return saving;
}

void add_deliver(CLI::App& app, int& exit_code) {
    auto command = std::make_shared<Deliver>();
    command->options.app_version = HOLDFAST_VERSION;
    CLI::App* delivering =
        app.add_subcommand("deliver", "Bring the file that a phone has saved to its server");
    delivering->add_option("file", command->file, "What the phone has saved")->required();
    delivering
        ->add_option(
            "--server", command->options.server_url, "http://host:port or https://host:port")
        ->required();
    delivering->add_option(
        "--ca-file", command->options.ca_file, "Certificates to trust beside the system's, PEM");
    delivering->callback(reporting(command, exit_code, deliver));
}

}  // namespace holdfast::cli
