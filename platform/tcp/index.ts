export { FRAMINGS, type Framing } from "./framing.ts";
export { type TcpLinkOptions, type TcpServerOptions, tcpLink, tcpLinkServer } from "./tcp.ts";
