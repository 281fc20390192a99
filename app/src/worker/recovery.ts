/** What the door asks of the server, for stores that are closed. */
import type { Person } from '../stores/records.ts';
import { Refusal } from './door.ts';

const askMillis = 20_000;

type Answer = { code?: unknown; params?: Record<string, string | number> };

/** The server's answer; what is no answer of our server is a refusal. */
async function ask<T extends object>(path: string, question: object): Promise<Answer & Partial<T>> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(question),
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(askMillis),
    });
    if (response.headers.get('Holdfast') !== '1') throw new Error('not our server');
    return (await response.json()) as Answer & Partial<T>;
  } catch {
    throw new Refusal('server.unreachable');
  }
}

function refusal({ code, params }: Answer): Refusal {
  return new Refusal(typeof code === 'string' ? code : 'server.unreachable', params ?? {});
}

/** What opens a store whose own key is lost: only who has the password gets it. */
export async function askRecovery(person: Person, password: string): Promise<string> {
  const { email, device } = person;
  const answer = await ask<{ recovery: unknown }>('/auth/v1/recovery', {
    email,
    password,
    device: { number: String(device), salt: '0', name: '', class: 'mobile' },
  });
  if (typeof answer.recovery === 'string') return answer.recovery;
  throw refusal(answer);
}

/** Whether the device of a closed store was revoked, or its person may not work there any more. */
export async function askBarred(door: string): Promise<boolean> {
  const answer = await ask<{ barred: unknown }>('/auth/v1/standing', { door });
  if (typeof answer.barred === 'boolean') return answer.barred;
  throw refusal(answer);
}
