// `holdfast client calls` as somebody who writes one message (or does something else) after the other, and notes
// what the screen says: an action counts as promised from the moment at which its `submit` was answered.
import { Process } from './process.mjs';

const inFlightMax = 4;
const signInAgainMillis = 100;
const platform = {
  mobile_hint: true, coarse_pointer: true, touch_points: 5, screen_width: 390, installed: true,
  online: true, visible: true, locale: 'en', device_name: 'crash', persistent_storage: true,
};

export class Device {
  #process = new Process();
  #next = 1;
  #replies = new Map();
  #asked = new Map();
  #status = null;
  #statusCall = 0;
  #toWrite = 0;
  #inFlight = 0;
  #written = 0;
  #again;
  /** Text → the id of its intent, as the device promised it. */
  promised = new Map();
  /** Texts that were given to the device; whether it kept them is not known where they are not promised. */
  tried = new Set();
  refused = 0;
  sessionsEnded = 0;

  constructor(options) {
    // binary, url, data, name, person, channels, random; action: what is done with a text instead of posting it
    this.options = options;
  }

  get name() {
    return this.options.name;
  }
  get crashes() {
    return this.#process.crashes;
  }
  get status() {
    return this.#status;
  }

  /** Starts the program, and writes `count` messages as soon as it takes them. */
  start(count) {
    const { binary, url, data, random } = this.options;
    this.#replies.clear();
    this.#asked.clear();
    this.#status = null;
    this.#inFlight = 0;
    this.#toWrite = count;
    this.#process.spawn(binary, ['client', '--server', url, '--data', data, 'calls'], (line, isCurrent) => {
      this.#hear(JSON.parse(line), isCurrent());
    });
    this.#call('start', platform, ({ ok }) => {
      if (ok?.signed_in === false) this.#signIn();
    });
    this.#statusCall = this.#call('subscribe', { query: 'status' });
    // Some work in Offline Mode, some do not, and some change it: where it cannot be, it is refused.
    if (random() < 0.4) this.#call('set_offline_mode', { on: random() < 0.8 });
  }

  /** Does so many more, as soon as it takes them. */
  writeMore(count) {
    this.#toWrite += count;
    this.#write();
  }

  kill() {
    clearTimeout(this.#again);
    return this.#process.end('SIGKILL');
  }

  /** Whether everything was written, delivered and answered, and everything of the others has come. */
  async isQuiet() {
    if (this.#toWrite > 0 || this.#inFlight > 0) return false;
    // Asked anew: the status that was pushed last may be older than the last promise.
    const { items } = await this.#ask({ query: 'outbox' });
    const { connection, bar } = await this.#ask({ query: 'status' });
    return items.length === 0 && connection.state === 'connected' && bar.kind !== 'synchronizing';
  }

  /** How many messages are here, and on the disk: asking keeps what has come. */
  async messagesHeld() {
    const { kinds } = await this.#ask({ query: 'settings' });
    return kinds.find(({ kind }) => kind === 'message').have;
  }

  #ask(query) {
    return new Promise((resolve) => {
      const subscription = this.#call('subscribe', query);
      this.#asked.set(subscription, (snapshot) => {
        this.#asked.delete(subscription);
        this.#call('unsubscribe', { subscription });
        resolve(snapshot);
      });
    });
  }

  /** Until it succeeds: without a server it cannot, and a person tries again. */
  #signIn() {
    const { email, password } = this.options.person;
    this.#call('sign_in', { email, password }, ({ error }) => {
      if (error) this.#again = setTimeout(() => this.#signIn(), signInAgainMillis);
    });
  }

  #call(call, args, onReply = () => undefined) {
    const id = this.#next++;
    this.#replies.set(id, onReply);
    this.#process.write(JSON.stringify({ id, call, args }));
    return id;
  }

  /** What a program said before it was killed counts too, but nothing is answered to it. */
  #hear(message, isCurrent) {
    if ('reply' in message) {
      const onReply = this.#replies.get(message.reply);
      this.#replies.delete(message.reply);
      if (isCurrent || onReply?.always) onReply?.(message);
    } else if (isCurrent && message.push === this.#statusCall) {
      this.#statusChanged(message.snapshot);
    } else if (isCurrent) {
      this.#asked.get(message.push)?.(message.snapshot);
    }
    if (isCurrent) this.#write();
  }

  #statusChanged(status) {
    const wasEnded = this.#status?.banner.kind === 'signed_out';
    this.#status = status;
    if (status.banner.kind === 'signed_out' && !wasEnded) {
      this.sessionsEnded += 1;
      this.#signIn();
    }
  }

  #write() {
    while (this.#toWrite > 0 && this.#inFlight < inFlightMax && this.#status?.screens.accept_input) {
      const { action = (one) => this.#post(one) } = this.options;
      const text = `${this.name} ${this.#written++}`;
      this.tried.add(text);
      this.#toWrite -= 1;
      this.#inFlight += 1;
      const onReply = ({ ok, error }) => {
        this.#inFlight -= 1;
        if (ok) {
          this.promised.set(text, ok.intent);
        } else if (error) {
          this.refused += 1;
          this.tried.delete(text);
        }
      };
      onReply.always = true;
      this.#call('submit', action(text), onReply);
    }
  }

  #post(text) {
    const { channels, random } = this.options;
    const channel = channels[Math.floor(random() * channels.length)];
    return { kind: 'message.post', args: { channel, text, reply_to: [] } };
  }
}
