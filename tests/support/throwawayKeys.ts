// Keys made for tests and published with them: never fund them. The secrets are seed and public key.
export interface ThrowawayKey {
  /** 32 bytes, hex. */
  readonly seed: string;
  readonly publicKey: string;
  readonly secretKey: string;
}

export const MAIN: ThrowawayKey = {
  seed: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
  publicKey: 'FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF',
  secretKey:
    '1GMkH3brNXiNNs1tiFZHu4yZSRrzJwxi5wB9bHFtMikjwpAW9DMZzU2Pqakc5it8X3N5vPmqdN7KF4CCUpmKhq',
};

export const AGENT: ThrowawayKey = {
  seed: '202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f',
  publicKey: '3ogUn1GNXoASaRbxPNeVJnVv5rG4EPBtmQmX61jVorUe',
  secretKey:
    'eFw8KcxosMZqtBWT8JEcdQLHJzEfqMKYxFnupURVKWkTJKiwGjyTrLXnUHcauicAomgCJoC3c5aVhPiYjCSEgJA',
};

export const SUB: ThrowawayKey = {
  seed: '404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f',
  publicKey: '3WTypo2uYrwMHJ5yFFwUPX6T25n39PwNwke7pz22P4Ut',
  secretKey:
    '2HWbttxt1tLbyPz9tMtDfxubb4Y3UgPh9CReeVMZikfn6zyJ3hZmKYNsE3ee1KuU1WxA6yP5nfYqYQN9TmwNF68L',
};
