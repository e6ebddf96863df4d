export { createInbox, type Inbox, type InboxMessage } from "./inbox.ts";
export { type SmppOptions, smppSender } from "./smpp.ts";
