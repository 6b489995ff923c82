import { expect, test } from '@jest/globals';
import { raise } from '../../src/protocol/listRows.ts';
import { TWAP_EVENTS_OF } from '../../src/protocol/reads/orders/twapOrders.ts';
import { envelopeOf, MARKETS } from './support/protocol.ts';

test('events of a TWAP order are read also without the size and the end of its plan', () => {
  const row = {
    history_id: 123,
    order_id: 3703886,
    client_order_id: null,
    symbol: 'BTC',
    side: 'bid',
    initial_amount: '0.3',
    filled_amount: '0',
    event_type: 'make',
    reduce_only: false,
    slippage_percent: '1',
    planned_sub_order_count: 300,
    past_sub_order_count: 0,
    order_status: 'open',
    average_price_of_last_filled_sub_order: null,
    value_of_last_filled_sub_order: null,
    created_at: 1749573600000,
    updated_at: 1749573600000,
  };
  const reading = { markets: MARKETS, onBadRow: raise };
  const page = TWAP_EVENTS_OF.decode(envelopeOf([row]), reading, { orderId: 3703886 });
  expect(page.rows).toMatchObject([
    {
      orderId: 3703886,
      event: 'make',
      status: 'open',
      plannedLots: 0,
      plannedCount: 300,
      expiresMs: 0,
    },
  ]);
});
