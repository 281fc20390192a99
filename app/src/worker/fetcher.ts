/**
 * Asks the server on a thread of its own: a body comes in piece by piece, and the engine's thread would
 * look after each piece instead of storing the body before.
 */
import type { HttpAnswer, HttpRequest } from './transport.ts';

self.onmessage = async ({ data }: MessageEvent<HttpRequest>) => {
  const answer = await answerTo(data);
  self.postMessage(answer, { transfer: [answer.body.buffer] });
};

/** Status 0: nobody answered. */
async function answerTo(http: HttpRequest): Promise<HttpAnswer> {
  const { request } = http;
  const headers: Record<string, string> = {};
  for (const line of http.headers.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) headers[line.slice(0, colon)] = line.slice(colon + 2);
  }
  if (http.contentType !== '') headers['Content-Type'] = http.contentType;
  if (http.authorization !== '') headers['Authorization'] = http.authorization;
  try {
    const response = await fetch(http.path, {
      method: http.method,
      headers,
      ...(http.method === 'GET' ? {} : { body: http.body }),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'manual',
      signal: AbortSignal.timeout(http.timeoutMillis),
    });
    const body = new Uint8Array(await response.arrayBuffer());
    const ours = response.headers.get('Holdfast') === '1';
    return { request, status: response.status, ours, body };
  } catch {
    return { request, status: 0, ours: false, body: new Uint8Array(0) };
  }
}
