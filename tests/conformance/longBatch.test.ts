import { expect, test } from '@jest/globals';
import { virtualStage } from './support/stage.ts';
import { limit, Visit } from './support/visit.ts';

test('EX-304 ten signed orders fit into one request, however wordy the client is', async () => {
  const visit = await Visit.begin(virtualStage());
  const actions = Array.from({ length: 10 }, (_, i) => {
    const fields = limit({
      price: String(90_000 + i),
      client_order_id: `f47ac10b-58cc-4372-a567-00000000000${i}`,
      builder_code: 'ABCDEFGHIJKLMNOP',
    });
    return { type: 'Create', data: visit.signed(visit.party(0), 'create_order', fields) };
  });
  // As some clients write it: with spaces.
  const body = JSON.stringify({ actions }, undefined, 4);
  expect(body.length).toBeGreaterThan(4096);
  const answer = await visit.request('POST', '/orders/batch', body);
  expect(JSON.parse(answer.body).data.results).toHaveLength(10);
  const junk = await visit.request('POST', '/orders/batch', 'x'.repeat(16_385));
  expect(junk.status).toBe(413);
  await visit.end();
});
