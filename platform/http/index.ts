export { type Context, Hono } from "hono";
export { type ApiDoor, doorGuard, problemAnswer, serveApi } from "./api.ts";
export { type EventStream, eventStream } from "./events.ts";
export { type Listening, listen } from "./listen.ts";
export { type DescribedDoor, openApiDocument } from "./open-api.ts";
