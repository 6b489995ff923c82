import { z } from 'zod';
import { canonicalJson } from '../../canonicalJson.ts';
import type { Signature } from '../../signing.ts';
import { done } from '../answers.ts';
import { COST } from '../operation.ts';

/**
 * `POST /account/subaccount/create`, with a header of its own: the subaccount signs
 * `subaccount_initiate` over the main address, then the main account signs `subaccount_confirm` over
 * that signature; both share timestamp and window.
 */
export interface CreateSubaccountBody {
  readonly main_account: string;
  readonly subaccount: string;
  readonly main_signature: string | HardwareSignature;
  readonly sub_signature: string | HardwareSignature;
  readonly timestamp: number;
  readonly expiry_window?: number | undefined;
}

interface HardwareSignature {
  readonly type: string;
  readonly value: string;
}

export const CREATE_SUBACCOUNT = {
  path: '/account/subaccount/create',
  /** What the subaccount signs: `{"account": main}`. */
  initiateType: 'subaccount_initiate',
  /** What the main account signs: `{"signature": sub_signature}`. */
  confirmType: 'subaccount_confirm',
  costTenths: COST.action,
  answer: done,
} as const;

/** The signed `data` of the subaccount's step. */
export function initiateData(mainAccount: string): string {
  return canonicalJson({ account: mainAccount });
}

/** The signed `data` of the main account's step. */
export function confirmData(subSignature: Signature): string {
  return canonicalJson({ signature: subSignature });
}

const signature = z.union([z.string(), z.object({ type: z.string(), value: z.string() })]);

export const createSubaccountSchema: z.ZodType<CreateSubaccountBody> = z.object({
  main_account: z.string(),
  subaccount: z.string(),
  main_signature: signature,
  sub_signature: signature,
  timestamp: z.number().int(),
  expiry_window: z.number().int().positive().optional(),
});
