/** Asks the server for what opens a store whose own key is lost: only who has the password gets it. */
import type { Person } from '../stores/records.ts';
import { Refusal } from './door.ts';

const askMillis = 20_000;

export async function askRecovery(person: Person, password: string): Promise<string> {
  const { email, device } = person;
  const body = JSON.stringify({
    email,
    password,
    device: { number: String(device), salt: '0', name: '', class: 'mobile' },
  });
  let answer: { recovery?: unknown; code?: unknown; params?: Record<string, string | number> };
  try {
    const response = await fetch('/auth/v1/recovery', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(askMillis),
    });
    if (response.headers.get('Holdfast') !== '1') throw new Error('not our server');
    answer = (await response.json()) as typeof answer;
  } catch {
    throw new Refusal('server.unreachable');
  }
  if (typeof answer.recovery === 'string') return answer.recovery;
  const code = typeof answer.code === 'string' ? answer.code : 'server.unreachable';
  throw new Refusal(code, answer.params ?? {});
}
