import { createServer } from 'node:http';

/**
 * A real HTTP server on loopback that answers by script, the last answer for good.
 *
 * An answer is {status, json}, or {hang: true} for none. Resolves to {url, requests, close}; the bodies of requests
 * are texts.
 */
export async function scriptedServer(...answers) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers } = request;
    requests.push({ method, url, headers, body: Buffer.concat(chunks).toString('latin1') });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer.hang) return;
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.json));
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const close = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, requests, close };
}
