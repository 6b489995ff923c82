import { describe, expect, test } from '@jest/globals';
import { Outsider } from '../support/outsider.ts';
import { misfits } from '../support/shape.ts';
import { ACCOUNT, BALANCE, PORTFOLIO, POSITION, SETTING, SUBACCOUNT } from '../support/shapes.ts';
import { limit, type Party, type Visit } from '../support/visit.ts';

/** Money, positions, margin, subaccounts. */
export function accountSuite(here: () => Visit): void {
  describe('accounts', () => {
    const me = (): Party => here().party(2);

    test('the account, its positions, its equity over time and its deposits', async () => {
      const { account } = me();
      await here().post(me(), '/orders/create', limit({ price: '100010', tif: 'IOC' }));
      const { data: figures } = await here().read(`/account?account=${account}`);
      expect(misfits(figures, ACCOUNT)).toEqual([]);
      const { data: positions } = await here().read(`/positions?account=${account}`);
      expect(misfits(positions[0], POSITION)).toEqual([]);
      expect(positions[0]).toMatchObject({ symbol: 'BTC', side: 'bid', amount: '0.01' });
      const path = `/portfolio?account=${account}&time_range=1d`;
      const { data: equity } = await here().readUntil(path, ({ data }) => data.length > 0);
      expect(misfits(equity[0], PORTFOLIO)).toEqual([]);
      const { data: balances } = await here().read(`/account/balance/history?account=${account}`);
      expect(misfits(balances[0], BALANCE)).toEqual([]);
      expect(balances[0]).toMatchObject({ amount: '100000', event_type: 'deposit' });
    });

    test('leverage and margin mode stand in the settings', async () => {
      const { account } = me();
      const leverage = { symbol: 'ETH', leverage: 10 };
      const { body } = await here().post(me(), '/account/leverage', leverage);
      expect(body).toMatchObject({ success: true, data: null });
      await here().post(me(), '/account/margin', { symbol: 'ETH', is_isolated: true });
      const { data } = await here().read(`/account/settings?account=${account}`);
      expect(misfits(data.margin_settings[0], SETTING)).toEqual([]);
      expect(data).toMatchObject({
        auto_lend_disabled: null,
        margin_settings: [{ symbol: 'ETH', isolated: true, leverage: 10 }],
        spot_settings: [],
      });
    });

    test('an isolated position has margin of its own, and takes more', async () => {
      const { account } = me();
      const order = limit({ symbol: 'ETH', price: '3301', amount: '0.1', tif: 'IOC' });
      await here().post(me(), '/orders/create', order);
      const margin = async () => {
        const { data } = await here().read(`/positions?account=${account}`);
        const row = data.find(({ symbol }: { symbol: string }) => symbol === 'ETH');
        expect(row.isolated).toBe(true);
        return Number(row.margin);
      };
      const before = await margin();
      expect(before).toBeCloseTo(33.01, 2);
      const more = { symbol: 'ETH', amount: '5' };
      await here().post(me(), '/positions/add_isolated_margin', more);
      expect(await margin()).toBeCloseTo(before + 5, 6);
      const none = await here().tryPost(here().party(3), '/positions/add_isolated_margin', more);
      expect(none.status).toBe(422);
    });

    test('a subaccount is made with two signatures, and money moves there and back', async () => {
      const main = here().party(4);
      const sub = Outsider.named(`a new subaccount of ${main.account}`);
      const header = { timestamp: here().nowMs, expiry_window: 5000 };
      const subSignature = sub.signature('subaccount_initiate', header, { account: main.account });
      const confirm = { signature: subSignature };
      const body = {
        main_account: main.account,
        subaccount: sub.address,
        main_signature: main.owner.signature('subaccount_confirm', header, confirm),
        sub_signature: subSignature,
        ...header,
      };
      const made = await here().send(main, '/account/subaccount/create', body);
      expect([made.status, made.body.success]).toEqual([200, true]);
      here().met.add('/account/subaccount/create');
      const twice = await here().send(main, '/account/subaccount/create', body);
      expect(twice.body.error).toBe(`Account already exists: ${sub.address}`);

      const there = { to_account: sub.address, amount: '250' };
      const sent = await here().post(main, '/account/subaccount/transfer', there, main.owner);
      expect(sent.data).toEqual({ success: true, error: null });
      const subParty = { ...main, account: sub.address, owner: sub };
      const back = { to_account: main.account, amount: '50' };
      await here().post(subParty, '/account/subaccount/transfer', back, sub);
      const { data } = await here().post(main, '/account/subaccount/list', {}, main.owner);
      const row = data.subaccounts.find(
        (each: { address: string }) => each.address === sub.address,
      );
      expect(misfits(row, SUBACCOUNT)).toEqual([]);
      expect(Number(row.balance)).toBe(200);
      const strange = { to_account: here().party(0).account, amount: '50' };
      const refused = await here().tryPost(
        main,
        '/account/subaccount/transfer',
        strange,
        main.owner,
      );
      expect(refused.body.code).toBe(33);
    });
  });
}
