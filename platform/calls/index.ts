export { type CallImplementation, call } from "./call.ts";
export { type HttpCallsOptions, httpCalls } from "./http-calls.ts";
export { memoryCalls } from "./memory-calls.ts";
