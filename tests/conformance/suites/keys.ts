import { describe, expect, test } from '@jest/globals';
import { Outsider } from '../support/outsider.ts';
import { limit, type Party, type Visit } from '../support/visit.ts';

/** Agent keys and API config keys. */
export function keySuite(here: () => Visit): void {
  describe('keys', () => {
    const me = (): Party => here().party(5);
    const agent = Outsider.named('an agent key of the suite');
    const named = { agent_wallet: agent.address };

    test('an agent key trades from when it is bound to when it is revoked', async () => {
      const { owner } = me();
      const early = await here().tryPost(me(), '/orders/create', limit(), agent);
      expect([early.status, early.body.error]).toEqual([400, 'Agent not authorized for account']);
      await here().post(me(), '/agent/bind', named, owner);
      const { data } = await here().post(me(), '/agent/list', {}, owner);
      expect(data.agent_wallets).toContain(agent.address);
      await here().post(me(), '/orders/create', limit(), agent);
      await here().post(me(), '/agent/revoke', named, owner);
      expect((await here().tryPost(me(), '/orders/create', limit(), agent)).status).toBe(400);
    });

    test('a whitelist lets an agent key in from its addresses only', async () => {
      const { owner } = me();
      await here().post(me(), '/agent/bind', named, owner);
      const elsewhere = { ...named, ip_address: '10.9.8.7' };
      await here().post(me(), '/agent/ip_whitelist/add', elsewhere, owner);
      await here().post(me(), '/agent/ip_whitelist/toggle', { ...named, enabled: true }, owner);
      expect((await here().tryPost(me(), '/orders/create', limit(), agent)).status).toBe(403);
      const list = { api_agent_key: agent.address };
      const { body } = await here().post(me(), '/agent/ip_whitelist/list', list, owner);
      expect(JSON.stringify(body.data)).toContain('10.9.8.7');
      await here().post(me(), '/agent/ip_whitelist/remove', elsewhere, owner);
      await here().post(me(), '/agent/ip_whitelist/toggle', { ...named, enabled: false }, owner);
      await here().post(me(), '/orders/create', limit(), agent);
    });

    test('only the owner binds; all keys can be revoked at once', async () => {
      const { agent: own, owner } = me();
      const other = { agent_wallet: Outsider.named('another').address };
      const byAgent = await here().send(me(), '/agent/bind', {
        ...here().signed(me(), 'bind_agent_wallet', other, own),
        ...other,
      });
      expect([byAgent.status, byAgent.body.text]).toEqual([400, 'Verification failed']);
      await here().post(me(), '/agent/revoke_all', {}, owner);
      const { data } = await here().post(me(), '/agent/list', {}, owner);
      expect(data.agent_wallets).toEqual([]);
    });

    test('an API config key is made, listed and revoked', async () => {
      const { owner } = me();
      const { data } = await here().post(me(), '/account/api_keys/create', {}, owner);
      expect(data.api_key).toMatch(/^[1-9A-HJ-NP-Za-km-z]{8}_[1-9A-HJ-NP-Za-km-z]{20,}$/);
      const list = async () => (await here().post(me(), '/account/api_keys', {}, owner)).data;
      expect(await list()).toMatchObject({ api_key_limit: 5 });
      expect((await list()).active_api_keys).toContain(data.api_key);
      const quota = await here().request('GET', '/info', undefined, { 'pf-api-key': data.api_key });
      expect(quota.headers['ratelimit-policy']).toMatch(/^"credits";q=\d+;w=60$/);
      await here().post(me(), '/account/api_keys/revoke', { api_key: data.api_key }, owner);
      expect((await list()).active_api_keys).not.toContain(data.api_key);
    });
  });
}
