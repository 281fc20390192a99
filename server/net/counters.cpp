#include "server/net/counters.hpp"

#include <string_view>

namespace holdfast::net {
namespace {

/// By OutcomeStatus; there is no 0.
constexpr std::array<std::string_view, 5> outcome_names{
    "", "applied", "adjusted", "rejected", "later"};

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
    text.head("intents_total", "counter", "Intents judged, by outcome.");
    for (std::size_t i = 1; i < hub.intents_by_status.size(); ++i) {
        text.sample("intents_total",
                    "{status=\"" + std::string(outcome_names[i]) + "\"}",
                    hub.intents_by_status[i]);
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
    text.add("passwords_checked_total", "counter", "Passwords checked.", net.passwords_checked);
    text.add("task_failures_total", "counter", "Bugs met by the shell.", net.task_failures);
}

}  // namespace

std::string format_metrics(const services::Counters& hub, const NetCounters& net) {
    Text text;
    add_hub(text, hub);
    add_net(text, net);
    return text.take();
}

}  // namespace holdfast::net
