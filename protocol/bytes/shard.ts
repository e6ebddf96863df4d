/** Every hot table is keyed by `b` first, so that one statement stays in one shard and the tables can be distributed. */
export const SHARDS = 64;

/** Shard 0..63 of an owner (account, card reference): FNV-1a, 32 bits. Never changes: it is stored. */
export function shardOf(owner: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < owner.length; i++) hash = Math.imul(hash ^ owner.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % SHARDS;
}
