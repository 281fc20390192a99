#include "server/net/counters.hpp"

#include <string_view>

namespace holdfast::net {
namespace {

/// By OutcomeStatus; there is no 0.
constexpr std::array<std::string_view, 5> outcome_names{
    "", "applied", "adjusted", "rejected", "later"};

/// Microseconds as seconds without zeros at the end: "0.00025", "5".
std::string seconds(std::int64_t us) {
    constexpr std::int64_t us_per_second = 1'000'000;
    constexpr std::size_t digits = 6;
    const std::string rest = std::to_string(us % us_per_second);
    std::string text =
        std::to_string(us / us_per_second) + "." + std::string(digits - rest.size(), '0') + rest;
    text.erase(text.find_last_not_of('0') + 1);
    return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

class Text {
public:
    void add(std::string_view name,
             std::string_view type,
             std::string_view help,
             std::uint64_t value) {
        head(name, type, help);
        sample(name, {}, value);
    }
    void head(std::string_view name, std::string_view type, std::string_view help) {
        text_ += "# HELP holdfast_";
        text_ += name;
        text_ += ' ';
        text_ += help;
        text_ += "\n# TYPE holdfast_";
        text_ += name;
        text_ += ' ';
        text_ += type;
        text_ += '\n';
    }
    void sample(std::string_view name, std::string_view labels, std::uint64_t value) {
        text_ += "holdfast_";
        text_ += name;
        text_ += labels;
        text_ += ' ';
        text_ += std::to_string(value);
        text_ += '\n';
    }
    /// Seconds, as Prometheus has them; each bucket counts what the ones before it count too.
    void add(std::string_view name, std::string_view help, const services::Histogram& histogram) {
        head(name, "histogram", help);
        const std::string base(name);
        std::uint64_t count = 0;
        for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
            count += histogram.counts()[i];
            const bool is_last = i == services::Histogram::bounds_us.size();
            const std::string bound = is_last ? "+Inf" : seconds(services::Histogram::bounds_us[i]);
            sample(base + "_bucket", "{le=\"" + bound + "\"}", count);
        }
        text_ += "holdfast_" + base + "_sum " +
                 seconds(static_cast<std::int64_t>(histogram.sum_us())) + "\n";
        sample(base + "_count", {}, count);
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
};

void add_hub(Text& text, const services::Counters& hub) {
    text.add("sockets_opened_total", "counter", "WebSockets opened.", hub.connections_opened);
    text.add("sockets_open", "gauge", "WebSockets open now.", hub.connections_open);
    text.add("sessions_live", "gauge", "Devices admitted now.", hub.sessions_live);
    text.add(
        "admissions_refused_total", "counter", "Devices not admitted.", hub.admissions_refused);
    text.add("admissions_put_off_total",
             "counter",
             "Devices told when to come again, because too many came at once.",
             hub.admissions_put_off);
    text.add("sessions_resumed_total",
             "counter",
             "Devices greeted without a look into the tables.",
             hub.resumed);
    text.add("greeted_again_total",
             "counter",
             "Short greetings that were not enough.",
             hub.greeted_again);
    text.add("devices_ahead_total",
             "counter",
             "Greetings that stand above the server: a part of its history is lost.",
             hub.devices_ahead);
    text.head("intents_total", "counter", "Intents judged, by outcome.");
    for (std::size_t i = 1; i < hub.intents_by_status.size(); ++i) {
        text.sample("intents_total",
                    "{status=\"" + std::string(outcome_names[i]) + "\"}",
                    hub.intents_by_status[i]);
    }
    text.head("intents_by_code_total",
              "counter",
              "Intents refused, adjusted or put off, by the code that says why.");
    for (const auto& [code, count] : hub.intents_by_code) {
        text.sample(
            "intents_by_code_total", "{code=\"" + std::string(error_name(code)) + "\"}", count);
    }
    text.add("intents_replayed_total", "counter", "Intents that came again.", hub.intents_replayed);
    text.add("intents_queued", "gauge", "Intents that wait now.", hub.intents_queued);
    text.add("batches_total", "counter", "Transactions of intents.", hub.batches);
    text.add("batches_failed_total", "counter", "Transactions that failed.", hub.batches_failed);
    text.add("live_pages_encoded_total",
             "counter",
             "Live pages, each for all its readers.",
             hub.live_pages_encoded);
    text.add("frames_sent_total", "counter", "Frames to devices.", hub.frames_sent);
    text.add("frames_received_total", "counter", "Frames from devices.", hub.frames_received);
    text.add("bytes_sent_total", "counter", "Bytes of frames to devices.", hub.bytes_sent);
    text.add(
        "bytes_received_total", "counter", "Bytes of frames from devices.", hub.bytes_received);
    text.add("stages_total", "counter", "Stages of routines carried out.", hub.routines.stages);
    text.add("runs_done_total", "counter", "Runs of routines that ended well.", hub.routines.done);
    text.add("runs_failed_total", "counter", "Runs of routines that failed.", hub.routines.failed);
    text.add("runs_in_flight", "gauge", "Runs under way now.", hub.runs_in_flight);
    text.add("pulls_total", "counter", "Pulls answered.", hub.pulls);
    text.add("pulls_refused_total", "counter", "Pulls refused.", hub.pulls_refused);
    text.add("pull_pages_total", "counter", "Pages in answers to pulls.", hub.pull_pages);
    text.add("pull_rows_total", "counter", "Rows in answers to pulls.", hub.pull_rows);
    text.add(
        "pull_bytes_total", "counter", "Bytes of answers to pulls, uncompressed.", hub.pull_bytes);
    text.add("foreign_reloads_total",
             "counter",
             "Times that another process had written.",
             hub.foreign_reloads);
}

void add_times(Text& text, const services::Counters& hub, const NetCounters& net) {
    text.add("intent_seconds", "From an intent's arrival to its durable outcome.", hub.intent_time);
    text.add("lock_seconds", "A batch's wait for another process that was writing.", hub.lock_time);
    text.add("commit_seconds", "Until a batch of intents was on the disk.", hub.commit_time);
    text.add("news_seconds",
             "From a commit until its outcomes and pages were handed to the sockets.",
             hub.news_time);
    text.add("frame_seconds",
             "From a frame's being queued for a socket to its being written.",
             net.frame_time);
    text.add("pull_seconds", "To read and encode the answer to a pull.", hub.pull_time);
    text.add(
        "password_seconds", "To check a password, with its wait for a thread.", net.password_time);
}

void add_segments(Text& text, const NetCounters& net) {
    text.add("segments_made_total", "counter", "Segments made.", net.segments_made);
    text.add("segments_evicted_total", "counter", "Segments deleted.", net.segments_evicted);
    text.add("segments_damaged_total",
             "counter",
             "Segments of which a file was not what had been written.",
             net.segments_damaged);
    text.add("segment_disk_bytes", "gauge", "Bytes of segments on disk.", net.segment_disk_bytes);
    text.add(
        "segment_parts_sent_total", "counter", "Parts of segments sent.", net.segment_parts_sent);
    text.add("segment_wire_bytes_total",
             "counter",
             "Bytes of parts of segments as they were sent, compressed.",
             net.segment_wire_bytes);
}

void add_net(Text& text, const NetCounters& net) {
    text.head("http_answers_total", "counter", "HTTP answers by the first digit of the status.");
    for (std::size_t i = 1; i < net.answers.size(); ++i) {
        text.sample(
            "http_answers_total", "{status=\"" + std::to_string(i) + "xx\"}", net.answers[i]);
    }
    text.add("connections_open", "gauge", "TCP connections open now.", net.connections_open);
    text.add("connections_accepted_total",
             "counter",
             "TCP connections accepted.",
             net.connections_accepted);
    text.add("connections_refused_total",
             "counter",
             "TCP connections closed at once.",
             net.connections_refused);
    text.add("requests_refused_total",
             "counter",
             "Requests beyond the rate of an address.",
             net.requests_refused);
    text.add(
        "socket_queue_bytes", "gauge", "Bytes that wait for slow readers.", net.socket_queue_bytes);
    text.add("sockets_cut_total",
             "counter",
             "WebSockets cut because they read too slowly.",
             net.sockets_cut);
    text.add("pull_wire_bytes_total",
             "counter",
             "Bytes of answers to pulls, and of older messages, as they were sent, compressed.",
             net.pull_wire_bytes);
    add_segments(text, net);
    text.add("files_stored_total", "counter", "Uploads that are whole.", net.files_stored);
    text.add("files_refused_total",
             "counter",
             "Uploads that were whole and not taken.",
             net.files_refused);
    text.add("files_sent_total", "counter", "Downloads begun.", net.files_sent);
    text.add("file_bytes_received_total",
             "counter",
             "Bytes of uploads written.",
             net.file_bytes_received);
    text.add("passwords_checked_total", "counter", "Passwords checked.", net.passwords_checked);
    text.add("evaluations_total",
             "counter",
             "Stages whose expressions were evaluated.",
             net.evaluations);
    text.add("evaluators_started_total",
             "counter",
             "Processes begun that evaluate.",
             net.evaluators_started);
    text.add("outside_requests_total",
             "counter",
             "Requests of routines to other servers.",
             net.outside_requests);
    text.add("choice_requests_total",
             "counter",
             "Requests to other servers for choices in forms.",
             net.choice_requests);
    text.add("deliveries_total", "counter", "Sealed files that were taken.", net.deliveries);
    text.add("deliveries_refused_total",
             "counter",
             "Sealed files that were refused.",
             net.deliveries_refused);
    text.add("task_failures_total", "counter", "Bugs met by the shell.", net.task_failures);
}

}  // namespace

std::string format_metrics(const services::Counters& hub, const NetCounters& net) {
    Text text;
    add_hub(text, hub);
    add_net(text, net);
    add_times(text, hub, net);
    return text.take();
}

}  // namespace holdfast::net
