export { createWallet, type Wallet, type WalletPorts } from "./wallet.ts";
