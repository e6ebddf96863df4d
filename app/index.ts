export { readServeConfig, type ServeConfig, type ServeOptions } from "./config.ts";
export { type System, type SystemPorts, startSystem } from "./system.ts";
export { EDGES, type Edge, type EdgeName, PARTIES, type Party, pathOf } from "./topology.ts";
