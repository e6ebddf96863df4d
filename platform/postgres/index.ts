export { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded.ts";
export { migrate } from "./migrate.ts";
export { openPostgres, type PostgresDb } from "./postgres.ts";
export { type ClusterState, probeCluster, probeEmbeddedPostgres } from "./probe.ts";
