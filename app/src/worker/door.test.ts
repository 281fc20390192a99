/** OM36, OM39: what opens a store, and what never does. */
import { beforeEach, describe, expect, it, type Mock, vi } from 'vitest';
import { pinProblem, waitMillis } from '../stores/pin.ts';
import { firstStore, type Records, type StoreRecord } from '../stores/records.ts';
import type { Bytes } from '../stores/wrap.ts';
import { Door, type DoorHost, Refusal } from './door.ts';
import { Idle } from './idle.ts';

/** Records that outlive a door, as a disk does. */
class Disk implements Records {
  records = new Map<string, StoreRecord>();
  name = firstStore;
  current = async () => this.name;
  names = async () => [...this.records.keys()];
  read = async (name: string) => this.records.get(name) ?? null;
  write = async (records: Record<string, StoreRecord | null>, current?: string) => {
    for (const [name, record] of Object.entries(records)) {
      if (record) this.records.set(name, record);
      else this.records.delete(name);
    }
    if (current !== undefined) this.name = current;
  };
}

const cheap = { memoryKib: 64, passes: 1 };
const ana = { user: '1', name: 'Ana', email: 'ana@x', initials: 'A', color: '#000' };
const pin = '730418';

let disk: Disk;
let given: { key: string; device: number; door: string } | null;
let host: { [N in keyof DoorHost]: Mock<DoorHost[N]> };

beforeEach(() => {
  disk = new Disk();
  given = { key: 'from the server', device: 7, door: 'd7' };
  host = {
    told: vi.fn(),
    restart: vi.fn(),
    closeFiles: vi.fn(),
    eraseFolder: vi.fn(async () => undefined),
    recovery: vi.fn(async () => given),
    askRecovery: vi.fn(async (_person, password) => {
      if (password !== 'right') throw new Refusal('auth.wrong_password');
      return 'from the server';
    }),
    askBarred: vi.fn(async () => false),
    eraseReplica: vi.fn(async () => undefined),
  };
});

async function begin(): Promise<{ door: Door; key: Promise<Bytes> }> {
  const door = new Door(disk, host, cheap);
  await door.folder();
  host.told.mockClear();
  const key = door.key(false);
  await vi.waitFor(() => expect(host.told).toHaveBeenCalled());
  return { door, key };
}

async function refusalOf(work: Promise<void>): Promise<Refusal['error']> {
  const reason: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  return (reason as Refusal).error;
}

async function withPin(): Promise<Bytes> {
  const { door, key } = await begin();
  await door.learn(ana);
  await door.take('set_pin', { pin, old: '' });
  return key;
}

describe('OM39: a PIN', () => {
  it('opens the store again, with the same key, and is on no disk', async () => {
    const before = await withPin();
    expect(disk.records.get(firstStore)?.store).toBeNull();
    const { door, key } = await begin();
    expect(door.snapshot()?.locked?.by).toBe('pin');
    expect(door.snapshot()?.here?.name).toBe('Ana');
    expect(door.snapshot()?.drafts).toBeNull();
    await door.take('unlock', { pin });
    expect(await key).toEqual(before);
    expect(door.snapshot()?.locked).toBeNull();
  });

  it('is not taken before the server has given what opens the store without it', async () => {
    given = null;
    const { door } = await begin();
    await door.learn(ana);
    expect((await refusalOf(door.take('set_pin', { pin, old: '' }))).code).toBe('app.not_recoverable');
    expect(door.snapshot()?.pin).toBeNull();
  });

  it('is counted before it is tried, also when several come at once and over restarts', async () => {
    await withPin();
    for (const left of [9, 8]) {
      const { door } = await begin();
      const refusal = await refusalOf(door.take('unlock', { pin: 'wrong!' }));
      expect(refusal).toEqual({ code: 'app.pin_wrong', params: { left } });
    }
    const { door } = await begin();
    const tries = [1, 2].map(() => refusalOf(door.take('unlock', { pin: 'wrong!' })));
    expect((await Promise.all(tries)).map(({ code }) => code)).toEqual(['app.pin_wrong', 'app.pin_wait']);
    const again = await begin(); // the wait begins anew, whatever any clock says
    expect(again.door.snapshot()?.locked?.wait_ms).toBeGreaterThan(14_000);
    expect((await refusalOf(again.door.take('unlock', { pin }))).code).toBe('app.pin_wait');
    expect([0, 2, 3, 9].map(waitMillis)).toEqual([0, 0, 15_000, 300_000]);
  });

  it('is forgotten after ten wrong ones; the password opens, and nothing is lost', async () => {
    const before = await withPin();
    const record = disk.records.get(firstStore)!;
    disk.records.set(firstStore, { ...record, waiting: 3, pin: { ...record.pin!, wrong: 9 } });
    vi.spyOn(performance, 'now').mockReturnValue(0);
    const { door, key } = await begin();
    vi.spyOn(performance, 'now').mockReturnValue(301_000);
    expect((await refusalOf(door.take('unlock', { pin: 'wrong!' }))).code).toBe('app.pin_gone');
    vi.restoreAllMocks();
    expect((await refusalOf(door.take('unlock', { pin }))).code).toBe('app.pin_gone');
    expect(door.snapshot()).toMatchObject({ locked: { by: 'password' }, here: { waiting: 3 } });
    const opened = { store: firstStore, password: 'wrong' };
    expect((await refusalOf(door.take('open_with_password', opened))).code).toBe('auth.wrong_password');
    await door.take('open_with_password', { store: firstStore, password: 'right' });
    expect(await key).toEqual(before);
    expect(door.snapshot()?.pin).toBeNull();
  });

  it('is changed and removed by whoever knows it', async () => {
    await withPin();
    const { door } = await begin();
    await door.take('unlock', { pin });
    expect((await refusalOf(door.take('remove_pin', { old: '' }))).code).toBe('app.pin_wrong');
    await door.take('set_pin', { pin: 'another one', old: pin });
    await door.take('remove_pin', { old: 'another one' });
    expect((await begin()).door.snapshot()?.locked).toBeNull();
  });

  it('is neither short nor what anybody tries first', () => {
    const problems = ['12345', '111111', '345678', '987654', '73041\u00e9', 'x'.repeat(65)].map(pinProblem);
    expect(problems).toEqual(['short', 'weak', 'weak', 'weak', null, 'long']);
  });
});

describe('OM36: several people on one phone', () => {
  it('have a store each; without a PIN only the password opens one that was left', async () => {
    const { door, key } = await begin();
    await door.learn(ana);
    await door.count(2);
    await door.take('switch_to', { store: null });
    expect(host.restart).toHaveBeenCalledWith(true);
    const other = disk.name;
    expect(other).not.toBe(firstStore);

    const bruno = await begin();
    expect(await bruno.key).not.toEqual(await key);
    expect(bruno.door.snapshot()?.others).toMatchObject([{ name: 'Ana', waiting: 2 }]);
    await bruno.door.take('switch_to', { store: firstStore });
    expect([...disk.records.keys()], 'a store that nobody used is not kept').toEqual([firstStore]);
    expect(host.eraseFolder).toHaveBeenCalledWith(other.replace('store', 'holdfast'));

    const back = await begin();
    expect(back.door.snapshot()?.locked?.by).toBe('password');
    await back.door.take('open_with_password', { store: firstStore, password: 'right' });
    expect(await back.key).toEqual(await key);
  });

  it('cannot be left where nothing would open the store again', async () => {
    given = null;
    const { door } = await begin();
    await door.learn(ana);
    expect((await refusalOf(door.take('switch_to', { store: null }))).code).toBe('app.not_recoverable');
    expect(host.restart).not.toHaveBeenCalled();
  });

  it('are erased one by one, and never while open', async () => {
    await withPin();
    const { door } = await begin();
    await door.take('unlock', { pin });
    expect((await refusalOf(door.take('forget', { store: firstStore }))).code).toBe('app.unexpected');
    await door.take('switch_to', { store: null });
    const { door: next } = await begin();
    await next.take('forget', { store: firstStore });
    expect(host.eraseFolder).toHaveBeenLastCalledWith('holdfast');
    expect(disk.records.has(firstStore)).toBe(false);
  });

  it('leave no PIN to whoever signs in after them', async () => {
    await withPin();
    const { door } = await begin();
    await door.take('unlock', { pin });
    await door.learn(null);
    expect(door.snapshot()).toMatchObject({ here: null, pin: null, locked: null });
    expect((await begin()).door.snapshot()?.locked).toBeNull();
  });
});

describe('OM36: a store that is closed', () => {
  const barredHere = (door: Door) => vi.waitFor(() => expect(door.snapshot()?.here?.barred).toBe(true));

  it('loses what it had received when its device was revoked, and keeps what opens the rest', async () => {
    const before = await withPin();
    await begin();
    await vi.waitFor(() => expect(host.askBarred).toHaveBeenLastCalledWith('d7'));
    expect(host.eraseReplica).not.toHaveBeenCalled();

    host.askBarred.mockResolvedValue(true);
    const { door, key } = await begin();
    await barredHere(door);
    expect(host.eraseReplica).toHaveBeenCalledWith('holdfast', true);
    await door.take('unlock', { pin });
    expect(await key).toEqual(before);

    host.askBarred.mockResolvedValue(false); // its person was let in again
    const { door: again } = await begin();
    await vi.waitFor(() => expect(again.snapshot()?.here?.barred).toBe(false));
  });

  it('is not touched where nobody answers, and asked about again where it could not be erased', async () => {
    await withPin();
    host.askBarred.mockRejectedValue(new Refusal('server.unreachable'));
    expect((await begin()).door.snapshot()?.here?.barred).toBe(false);
    await vi.waitFor(() => expect(host.askBarred).toHaveBeenCalled());
    expect(host.eraseReplica).not.toHaveBeenCalled();
    host.askBarred.mockResolvedValue(true);
    host.eraseReplica.mockRejectedValueOnce(new Error('the disk does not answer'));
    await begin();
    await vi.waitFor(() => expect(host.eraseReplica).toHaveBeenCalledTimes(1));
    expect(disk.records.get(firstStore)?.barred ?? false).toBe(false);
    await barredHere((await begin()).door);
  });

  it('is heard of also while somebody else uses the phone; of an open one its engine hears', async () => {
    const { door } = await begin();
    await door.learn(ana);
    await door.take('switch_to', { store: null });
    host.askBarred.mockClear();
    host.askBarred.mockResolvedValue(true);
    const { door: bruno } = await begin();
    await vi.waitFor(() => expect(bruno.snapshot()?.others).toMatchObject([{ name: 'Ana', barred: true }]));
    expect(host.eraseReplica).toHaveBeenCalledWith('holdfast', false);
    expect(host.askBarred).toHaveBeenCalledTimes(1);
  });
});

describe('OM39: nobody has looked for a while', () => {
  it('is noticed by either clock, and by one that was put back', () => {
    const now = { steady: 0, wall: 1_000_000 };
    const passed = vi.fn();
    const idle = new Idle(
      () => 5,
      passed,
      () => ({ ...now }),
    );
    const away = (steady: number, wall: number) => {
      passed.mockClear();
      idle.see('a', false);
      [now.steady, now.wall] = [now.steady + steady, now.wall + wall];
      idle.see('a', true);
      return passed.mock.calls.length;
    };
    expect(away(299_999, 299_999)).toBe(0);
    expect(away(300_000, 1)).toBe(1);
    expect(away(1, 300_000)).toBe(1);
    expect(away(1, -1)).toBe(1);
    idle.see('b', true);
    expect(away(300_000, 300_000)).toBe(0);
  });
});
